"""Viewers in virtual time: resume, continue, popular, retention, leaving."""

import json
import sqlite3
import threading

import pytest

from bitaca_core.errors import InputError, SchemaError
from bitaca_core.viewers.conversations import Turn
from bitaca_core.viewers.schema import MIGRATIONS
from bitaca_core.viewers.store import DAY_S, REPORT_MAX_BYTES, REPORTS_MAX, ViewerStore


class Clock:
    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def say(store, viewer, text):
    """Keep a message of the viewer with an answer, in one conversation a viewer."""
    turn = Turn(viewer, f"c{viewer[1:]}", "pt", text, text, f"re: {text}", "{}", store._clock())
    return store.keep_turns([turn])


@pytest.fixture
def store(tmp_path, clock):
    store = ViewerStore(tmp_path / "deep" / "app.db", clock)
    yield store
    store.close()


def test_nothing_is_made_before_first_use(tmp_path):
    ViewerStore(tmp_path / "x" / "app.db")
    assert not (tmp_path / "x").exists()


def test_a_viewer_is_anonymous_and_random(store):
    one, other = store.create_viewer(), store.create_viewer()
    assert one != other and len(one) == 32 and store.exists(one)
    assert (
        not store.exists("0" * 32) and not store.exists("'; DROP TABLE viewers") and not store.touch("0" * 32)
    )


def test_resume_is_where_it_stopped(store):
    viewer = store.create_viewer()
    assert store.resume_s(viewer, "a") == 0
    for position_s, resume_s in ((4.9, 0), (5.0, 5.0), (61.5, 61.5), (94.9, 94.9), (95.0, 0), (30, 30)):
        store.record_progress(viewer, "a", position_s, 100)
        assert store.resume_s(viewer, "a") == resume_s


def test_the_player_may_say_that_the_credits_began(store):
    viewer = store.create_viewer()
    store.record_progress(viewer, "a", 80, 100, finished=True)
    assert store.resume_s(viewer, "a") == 0 and store.continue_watching(viewer) == []
    assert store.history(viewer)[0].finished


def test_continue_watching_leaves_out_looks_and_ends(store, clock):
    viewer = store.create_viewer()
    for title_id, position_s in (("look", 3), ("older", 50), ("end", 99), ("newer", 10)):
        clock.now += 1
        store.record_progress(viewer, title_id, position_s, 100)
    assert [item.title_id for item in store.continue_watching(viewer)] == ["newer", "older"]
    assert [item.title_id for item in store.history(viewer)] == ["newer", "end", "older", "look"]


@pytest.mark.parametrize(
    ("position_s", "duration_s"),
    [(-1, 10), (1, 0), (float("nan"), 10), (float("inf"), 10), (1, float("nan"))],
)
def test_impossible_times_are_refused(store, position_s, duration_s):
    with pytest.raises(InputError):
        store.record_progress(store.create_viewer(), "a", position_s, duration_s)


def test_an_unknown_viewer_is_refused_everywhere(store):
    for act in (
        lambda: store.record_progress("0" * 32, "a", 1, 10),
        lambda: store.rate("0" * 32, "a", 1),
        lambda: store.export("0" * 32),
        lambda: store.save_playback_report("s", "0" * 32, "a", {}),
    ):
        with pytest.raises(InputError, match="no such viewer"):
            act()


def test_popular_counts_viewers_who_stayed_lately(store, clock):
    viewers = [store.create_viewer() for _ in range(3)]
    store.record_progress(viewers[0], "old", 100, 100)
    clock.now += 100 * DAY_S
    for viewer in viewers:
        store.record_progress(viewer, "hit", 40, 1000)
        store.record_progress(viewer, "glance", 10, 1000)
    store.record_progress(viewers[0], "short", 5, 20)
    assert store.popular() == [("hit", 3), ("short", 1)]
    assert store.popular(1) == [("hit", 3)]


def test_seeking_back_does_not_make_a_title_unpopular(store):
    viewer = store.create_viewer()
    store.record_progress(viewer, "a", 90, 100)
    store.record_progress(viewer, "a", 0, 100)
    assert store.popular() == [("a", 1)]


def test_ratings(store):
    viewer = store.create_viewer()
    store.rate(viewer, "a", 1)
    store.rate(viewer, "a", -1)
    store.rate(viewer, "b", 1)
    store.rate(viewer, "b", 0)
    assert store.ratings(viewer) == {"a": -1}
    with pytest.raises(InputError):
        store.rate(viewer, "a", 5)


def test_purge_follows_each_retention(store, clock):
    viewer = store.create_viewer()
    say(store, viewer, "antiga")
    store.save_playback_report("s1", viewer, "a", {"stalls": 1})
    clock.now += 31 * DAY_S
    store.touch(viewer)
    say(store, viewer, "nova")
    assert store.purge() == {"messages": 2, "playback": 0, "viewers": 0}
    assert [message.text for message in store.messages(viewer)] == ["nova", "re: nova"]
    clock.now += 60 * DAY_S
    assert store.purge() == {"messages": 2, "playback": 1, "viewers": 0}
    clock.now += 400 * DAY_S
    assert store.purge()["viewers"] == 1 and not store.exists(viewer)


def test_forget_leaves_nothing(store, tmp_path):
    viewer, other = store.create_viewer(), store.create_viewer()
    for who in (viewer, other):
        store.record_progress(who, "a", 50, 100)
        say(store, who, f"segredo de {who}")
        store.rate(who, "a", 1)
        store.save_playback_report(who, who, "a", {"x": 1})
    assert store.forget(viewer) and not store.forget(viewer)
    assert not store.exists(viewer) and store.exists(other)
    store.close()
    with sqlite3.connect(tmp_path / "deep" / "app.db") as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        dump = " ".join(str(row) for table in tables for row in db.execute(f"SELECT * FROM {table}"))
    assert viewer not in dump and other in dump


def test_export_holds_everything(store):
    viewer = store.create_viewer()
    store.record_progress(viewer, "a", 50, 100)
    say(store, viewer, "oi")
    store.rate(viewer, "a", 1)
    store.save_playback_report("s", viewer, "a", {"stalls": 2})
    data = json.loads(json.dumps(store.export(viewer)))
    assert data["history"][0]["title_id"] == "a" and data["messages"][0]["text"] == "oi"
    assert data["ratings"] == {"a": 1} and data["playback"][0]["report"] == {"stalls": 2}


def test_playback_reports_are_replaced_and_bounded(store):
    viewer, stranger = store.create_viewer(), store.create_viewer()
    store.save_playback_report("s", viewer, "a", {"n": 1})
    store.save_playback_report("s", viewer, "a", {"n": 2})
    store.save_playback_report("s", stranger, "a", {"n": 3})
    (report,) = store.playback_reports()
    assert report["report"] == {"n": 2} and "viewer_id" not in report
    with pytest.raises(InputError, match="bytes"):
        store.save_playback_report("t", viewer, "a", "x" * REPORT_MAX_BYTES)


@pytest.mark.parametrize("report", [{"x": float("nan")}, [float("inf")], {"x": "\ud800"}, {"x": {1, 2}}])
def test_what_is_no_json_is_not_kept(store, report):
    viewer = store.create_viewer()
    with pytest.raises(InputError, match="must be JSON"):
        store.save_playback_report("s", viewer, "a", report)
    assert store.export(viewer)["playback"] == []


def test_a_report_that_an_older_release_let_in_is_read_as_null(store, tmp_path):
    viewer = store.create_viewer()
    store.save_playback_report("s", viewer, "a", {"x": 1})
    with sqlite3.connect(tmp_path / "deep" / "app.db") as db:
        db.execute('UPDATE playback_sessions SET report = \'{"x":NaN,"y":-Infinity}\'')
    assert store.export(viewer)["playback"][0]["report"] == {"x": None, "y": None}
    assert store.playback_reports()[0]["report"] == {"x": None, "y": None}


def test_the_latest_reports_of_each_viewer_are_kept(store, clock):
    viewer, other = store.create_viewer(), store.create_viewer()
    store.save_playback_report("other", other, "a", {})
    store.save_playback_report("first", viewer, "a", {})
    for number in range(REPORTS_MAX + 3):
        clock.now += 1
        store.save_playback_report(f"s{number}", viewer, "a", {})
        if number % 10 == 0:
            store.save_playback_report("first", viewer, "a", {"still": number})
    kept = [row["session_id"] for row in store.export(viewer)["playback"]]
    assert len(kept) == REPORTS_MAX and "first" in kept and "s0" not in kept
    assert len(store.export(other)["playback"]) == 1


def test_a_viewer_who_wants_no_history_has_none(store):
    viewer = store.create_viewer()
    store.record_progress(viewer, "before", 50, 100)
    assert store.keeps_history(viewer) and store.export(viewer)["keeps_history"] is True
    store.keep_history(viewer, False)
    store.record_progress(viewer, "after", 50, 100)
    say(store, viewer, "oi")
    store.save_playback_report("s", viewer, "a", {})
    kept = store.export(viewer)
    assert [item["title_id"] for item in kept["history"]] == ["before"]
    assert kept["messages"] == kept["playback"] == [] and kept["keeps_history"] is False
    store.keep_history(viewer, True)
    say(store, viewer, "oi")
    assert len(store.messages(viewer)) == 2
    assert not store.keeps_history(store.create_viewer(keeps_history=False))
    for act in (store.keeps_history, lambda who: store.keep_history(who, False)):
        with pytest.raises(InputError, match="no such viewer"):
            act("0" * 32)


def test_viewers_of_the_first_release_keep_what_they_had(tmp_path, clock):
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("PRAGMA user_version = 1")
        db.execute("INSERT INTO viewers VALUES (?, 1, 2)", ("a" * 32,))
        db.execute("INSERT INTO progress VALUES (?, 't', 50, 100, 50, 0, 2)", ("a" * 32,))
    store = ViewerStore(path, clock)
    assert store.keeps_history("a" * 32) and store.resume_s("a" * 32, "t") == 50
    store.close()


def test_the_database_is_its_owners_only(tmp_path, clock):
    store = ViewerStore(tmp_path / "app.db", clock)
    store.create_viewer()
    files = list(tmp_path.iterdir())
    assert {file.name for file in files} == {"app.db", "app.db-wal", "app.db-shm"}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    store.close()
    (tmp_path / "app.db").chmod(0o644)
    again = ViewerStore(tmp_path / "app.db", clock)
    again.create_viewer()
    assert (tmp_path / "app.db").stat().st_mode & 0o777 == 0o600
    again.close()


def test_a_newer_database_is_refused(tmp_path):
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(SchemaError, match="newer"):
        ViewerStore(path).create_viewer()


def test_it_is_kept_across_openings(tmp_path, clock):
    first = ViewerStore(tmp_path / "app.db", clock)
    viewer = first.create_viewer()
    first.close()
    assert ViewerStore(tmp_path / "app.db", clock).exists(viewer)


def test_threads_share_it(store):
    viewer = store.create_viewer()
    failures = []

    def work(number):
        try:
            for step in range(25):
                store.record_progress(viewer, f"t{number}", step + 1, 100)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert {item.title_id: item.position_s for item in store.history(viewer)} == {
        f"t{n}": 25 for n in range(6)
    }


def test_clearing_the_history_leaves_the_rest_and_the_others(store):
    mine, other = store.create_viewer(), store.create_viewer()
    for viewer in (mine, other):
        store.record_progress(viewer, "akira-1988", 60.0, 7440.0)
        store.mark(viewer, "bacurau-2019", "list")
    assert store.clear_history(mine) == 1 and store.clear_history(mine) == 0
    assert store.history(mine) == [] and list(store.marks(mine)["list"]) == ["bacurau-2019"]
    assert len(store.history(other)) == 1
