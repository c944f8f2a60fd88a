"""The nightly refit publishes what is not worse than what serves, and says what it came to."""

import numpy as np
import pytest

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.recommend import published
from bitaca_core.recommend import refit as gate
from bitaca_core.recommend.model import Past
from bitaca_core.recommend.standing import standing, told
from bitaca_core.viewers.interactions import Met
from bitaca_core.viewers.store import ViewerStore

TITLES = [
    Title(title_id=f"{group}-{n}", kind="film", original_title=f"{group} {n}")
    for group in "ab"
    for n in range(12)
]
CATALOGUE = Catalogue(TITLES)


class Crowd:
    """Viewers who stay within `a` or within `b`, a title a day; `wild` ones take anything."""

    def __init__(
        self, viewers: int, days: int = 6, start: int = 0, wild: bool = False, seed: int = 1
    ) -> None:
        rng = np.random.default_rng(seed)
        self.met = []
        for viewer in range(viewers):
            group = "ab"[viewer % 2]
            for day, n in enumerate(rng.permutation(12)[:days]):
                group = "ab"[int(rng.integers(2))] if wild else group
                self.met.append(Met(viewer, f"{group}-{n}", 1000.0 * (start + day) + viewer))

    def interactions(self) -> list[Met]:
        return self.met


def test_the_first_model_is_published_where_it_beats_popularity(tmp_path):
    decision = gate.refit(Crowd(80), CATALOGUE, tmp_path, 1e6)
    assert decision.published and decision.low > 0 and decision.ndcg > decision.champion_ndcg
    model = published.load(tmp_path)
    assert (
        model.version == decision.version and model.facts["viewers"] == 80 and model.facts["fitted_s"] == 1e6
    )
    state = standing(tmp_path)
    assert state["serves"] == model.version and state["last_refit"]["published"]
    assert f"model {model.version} (of 80 viewers" in told(state) and "nDCG@10 +" in told(state)


def test_too_few_viewers_are_no_measure(tmp_path):
    decision = gate.refit(Crowd(gate.VIEWERS_MIN - 1), CATALOGUE, tmp_path, 1e6)
    assert not decision.published and "are needed" in decision.reason
    state = standing(tmp_path)
    assert (
        state["serves"] == "content"
        and "no model is published" in told(state)
        and "nothing published" in told(state)
    )


def test_a_worse_challenger_is_not_published(tmp_path, monkeypatch):
    gate.refit(Crowd(80), CATALOGUE, tmp_path, 3000.0)
    before = published.load(tmp_path).version
    later = Crowd(120, days=6, seed=2)
    real = gate.fit
    monkeypatch.setattr(
        gate, "fit", lambda given, words, seed: real(gate.from_pairs([("u", "a-0")], items=given.items))
    )
    decision = gate.refit(later, CATALOGUE, tmp_path, 9e3)
    assert not decision.published and decision.high < 0 and decision.reason == f"worse than model {before}"
    assert published.load(tmp_path).version == before
    monkeypatch.setattr(gate, "fit", real)
    decision = gate.refit(later, CATALOGUE, tmp_path, 9e3)
    assert decision.published and decision.champion == before != decision.version
    assert standing(tmp_path)["serves"] == decision.version


def test_only_what_the_champion_was_not_fitted_on_is_held_out(tmp_path):
    gate.refit(Crowd(80), CATALOGUE, tmp_path, 1e6)
    decision = gate.refit(Crowd(80), CATALOGUE, tmp_path, 1e6 + 1)
    assert not decision.published and "since the model that serves was fitted" in decision.reason
    held = gate.held_out(
        [("u", "a", 1.0), ("u", "b", 5.0), ("v", "a", 9.0), ("w", "a", 1.0), ("w", "c", 2.0)], 2.0
    )
    assert [(user, target, [past.title_id for past in earlier]) for user, target, earlier in held] == [
        ("u", "b", ["a"])
    ]


def test_a_damaged_champion_does_not_stop_the_next_one(tmp_path):
    gate.refit(Crowd(80), CATALOGUE, tmp_path, 1e6)
    version = (tmp_path / "current").read_text().strip()
    (tmp_path / version / "arrays.npz").write_bytes(b"cut")
    (tmp_path / version / "model.json").write_text("{")
    assert standing(tmp_path)["serves"] == "content" and "cannot be read" in told(standing(tmp_path))
    assert gate.refit(Crowd(90, seed=3), CATALOGUE, tmp_path, 2e6).published
    assert standing(tmp_path)["problem"] is None


def test_ndcg_by_hand():
    items = ["a", "b", "c", "d"]
    held = [("u", "c", [Past("a")]), ("v", "a", [])]
    scores = {"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}
    found = gate.measure(held, items, lambda history, names: np.array([scores[name] for name in names]))
    assert found == pytest.approx([1 / np.log2(3), 1.0])
    same = gate.measure(held, items, lambda history, names: np.ones(len(names)))
    assert same == pytest.approx([1 / np.log2(3), 1 / np.log2(3.5)])
    assert gate.measure(
        [("u", "k", [])], [*"abcdefghij", "k"], lambda h, names: -np.arange(len(names), dtype=float)
    ) == [0.0]


def test_the_paired_interval():
    assert gate.paired(np.zeros(0), np.zeros(0), 0) == (0.0, 0.0, 0.0)
    assert gate.paired(np.full(50, 0.3), np.full(50, 0.1), 0) == pytest.approx((0.2, 0.2, 0.2))
    rng = np.random.default_rng(0)
    mean, low, high = gate.paired(rng.normal(0.1, 1, 4000), np.zeros(4000), 0)
    assert low < mean < high and high - low == pytest.approx(2 * 1.96 / np.sqrt(4000), rel=0.15)


def test_what_the_store_gives_for_a_refit(tmp_path):
    now = [1000.0]
    store = ViewerStore(tmp_path / "app.db", lambda: now[0])
    ana, bia, ivo = (store.create_viewer() for _ in range(3))
    store.record_progress(ana, "a-0", 500, 1000)
    store.record_progress(ana, "a-1", 5, 1000)
    store.record_progress(bia, "a-0", 900, 1000)
    store.rate(bia, "a-0", -1)
    store.rate(bia, "a-2", 1)
    store.mark_all(ivo, "watched", {"b-0": 0.5, "b-1": -0.5, "b-2": 0.0}, {"b-0": 10.0})
    store.mark(ivo, "b-2", "dropped")
    found = store.interactions()
    assert {(one.title_id, one.time_s) for one in found} == {("b-0", 10.0), ("a-0", 1000.0), ("a-2", 1000.0)}
    assert sorted(one.viewer for one in found) == [0, 1, 2] and found[0].title_id == "b-0"
    assert not any(viewer in repr(found) for viewer in (ana, bia, ivo))
    store.close()
