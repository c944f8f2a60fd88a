"""What viewers say: marks, tastes, limits; all of it leaves with them."""

import pytest

from bitaca_core.errors import InputError
from bitaca_core.viewers import marks
from bitaca_core.viewers.marks import Limits, Tastes
from bitaca_core.viewers.store import ViewerStore


@pytest.fixture
def store(tmp_path):
    now = [1_700_000_000.0]

    def clock():
        now[0] += 1
        return now[0]

    store = ViewerStore(tmp_path / "app.db", clock)
    yield store
    store.close()


def test_a_mark_is_kept_and_taken_back(store):
    viewer, other = store.create_viewer(), store.create_viewer()
    store.mark(viewer, "a", "list")
    store.mark(viewer, "b", "list")
    store.mark(viewer, "a", "hidden")
    assert list(store.marks(viewer)["list"]) == ["b", "a"] and set(store.marks(viewer)["hidden"]) == {"a"}
    assert all(not kept for kept in store.marks(other).values())
    store.mark(viewer, "a", "list", on=False)
    store.mark(viewer, "never", "list", on=False)
    assert list(store.marks(viewer)["list"]) == ["b"] and "a" in store.marks(viewer)["hidden"]


def test_many_marks_at_once_keep_their_times_and_likings(store):
    viewer = store.create_viewer()
    store.mark_all(viewer, "watched", {"old": 0.5, "new": -1.0}, {"old": 100.0})
    kept = store.marks(viewer)["watched"]
    assert list(kept) == ["new", "old"] and kept["old"].updated_s == 100.0 and kept["new"].liking == -1.0


def test_the_oldest_marks_go_when_there_are_too_many(store, monkeypatch):
    monkeypatch.setattr(marks, "MARKS_MAX", 3)
    viewer = store.create_viewer()
    for name in "abcde":
        store.mark(viewer, name, "watched")
    assert list(store.marks(viewer)["watched"]) == ["e", "d", "c"]


@pytest.mark.parametrize("kind", ["", "loved", "LIST"])
def test_another_mark_is_refused(store, kind):
    with pytest.raises(InputError, match="a mark is one of"):
        store.mark(store.create_viewer(), "a", kind)


def test_what_is_out_of_range_is_refused(store):
    viewer = store.create_viewer()
    with pytest.raises(InputError, match="between -1 and 1"):
        store.mark_all(viewer, "watched", {"a": float("nan")})
    for limits in (Limits(max_age=13), Limits(diversity=1.5), Limits(diversity=float("nan"))):
        with pytest.raises(InputError):
            store.set_limits(viewer, limits)
    with pytest.raises(InputError, match="at most"):
        store.choose_tastes(viewer, [f"g{n}" for n in range(marks.TASTES_MAX + 1)])
    for say in (
        lambda: store.mark("0" * 32, "a", "list"),
        lambda: store.mark("0" * 32, "a", "list", on=False),
        lambda: store.choose_tastes("0" * 32, ["drama"]),
        lambda: store.set_limits("0" * 32, Limits()),
    ):
        with pytest.raises(InputError, match="no such viewer"):
            say()


def test_tastes_are_replaced_as_a_whole(store):
    viewer = store.create_viewer()
    store.choose_tastes(viewer, ["drama", "anime", "drama"], ["x"])
    assert store.tastes(viewer) == Tastes(("drama", "anime"), ("x",))
    store.choose_tastes(viewer, titles=["z", "y"])
    assert store.tastes(viewer) == Tastes((), ("z", "y"))


def test_limits_hold_until_the_pin_is_said(store):
    viewer = store.create_viewer()
    assert store.limits(viewer) == Limits()
    child = Limits(10, True, frozenset({"a", "b"}), ("pt", "pt-BR"), 0.8)
    with pytest.raises(InputError, match="four to eight digits"):
        store.set_limits(viewer, child, new_pin="12")
    store.set_limits(viewer, child, new_pin="2468")
    kept = store.limits(viewer)
    assert kept == Limits(10, True, frozenset({"a", "b"}), ("pt", "pt-BR"), 0.8, locked=True)
    for wrong in ("", "1357", "24680"):
        with pytest.raises(InputError) as refused:
            store.set_limits(viewer, Limits(), wrong)
        assert refused.value.kind == "pin"
    assert store.limits(viewer) == kept
    store.set_limits(viewer, Limits(12), "2468")
    assert store.limits(viewer).locked and not store.limits(viewer).allowed
    store.set_limits(viewer, Limits(), "2468", new_pin="")
    assert store.limits(viewer) == Limits()


def test_what_was_said_is_exported_and_forgotten(store):
    viewer = store.create_viewer()
    store.mark(viewer, "a", "dropped")
    store.choose_tastes(viewer, ["drama"])
    store.set_limits(viewer, Limits(allowed=frozenset({"a"})), new_pin="2468")
    store.rate(viewer, "b", 1)
    told = store.export(viewer)
    assert set(told["marks"]["dropped"]) == {"a"} and told["tastes"]["genres"] == ("drama",)
    assert told["limits"]["allowed"] == ["a"] and "2468" not in repr(told)
    assert store.said(viewer).ratings == {"b": 1} and store.said(viewer).limits.locked
    assert store.forget(viewer)
    db = store._connection()
    for table in ("marks", "tastes", "limits", "allowed", "ratings"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
