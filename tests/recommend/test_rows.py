"""Rows of a made-up house judged by somebody else: no leaks, the same rows again, chance and diversity as asked."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import FranchisePlace, Title
from bitaca_core.recommend import ials, itemitem, rerank
from bitaca_core.recommend import model as models
from bitaca_core.recommend.interactions import from_pairs
from bitaca_core.recommend.legs import Choice
from bitaca_core.recommend.service import PLAYABLE_ENOUGH, Recommender, Row
from bitaca_core.search.query import Hit
from bitaca_core.viewers.marks import Limits, Said, Tastes
from bitaca_core.viewers.store import Watched
from tests.bench.rows import world
from tests.bench.rows.leaks import leaks

TITLES = world.titles(400)
BY_ID = {title.title_id: title for title in TITLES}
PARENT = {unit: title.title_id for title in TITLES for unit in (title.title_id, *world.units(title))}
READY = {unit for number, title in enumerate(TITLES) if number % 3 for unit in world.units(title)}


@pytest.fixture(scope="module")
def model():
    known = TITLES[:-20]
    return models.fit(
        from_pairs(world.pairs(known, 300), items=[title.title_id for title in known]),
        choice=Choice(edlae=itemitem.Edlae(l2=20.0, dropout=0.2), ials=ials.Ials(factors=8)),
    )


@pytest.fixture(scope="module")
def crowd():
    return world.crowd(TITLES, 120)


def house(crowd, model=None, ready=READY):
    return Recommender(
        world.NoSearch(),
        Catalogue(TITLES),
        crowd,
        model=model,
        playable=lambda: ready,
        clock=lambda: world.NOW,
    )


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("few", [False, True])
def test_nothing_leaks_into_a_row(crowd, model, published, few):
    ready = {unit for title in TITLES[:5] for unit in world.units(title)} if few else READY
    recommender = house(crowd, model if published else None, ready)
    watchable = set() if few else {PARENT[unit] for unit in READY}
    assert few == (len({PARENT[unit] for unit in ready}) < PLAYABLE_ENOUGH)
    rows = 0
    for viewer in crowd.histories:
        found = recommender.rows(viewer)
        rows += len(found)
        assert leaks(found, viewer, crowd, BY_ID, PARENT, watchable) == []
        assert all(row.items and row.title and len(row.items) <= 20 for row in found)
    assert rows > 1000


def test_the_judge_sees_every_kind_of_leak(crowd):
    """The judge on rows that are wrong in one way each."""
    viewer = next(name for name, history in crowd.histories.items() if history)
    said = Said({}, {key: {} for key in ("hidden", "watched", "dropped")}, Tastes(), Limits())
    saga = [title for title in TITLES if title.franchise is not None]
    name = saga[0].franchise.franchise_id
    family = [title.title_id for title in saga]
    same = {key: BY_ID[key].model_copy(update={"franchise": saga[0].franchise}) for key in family[:3]}
    old = next(title.title_id for title in TITLES if title.age_rating == "18")
    later = next(t.title_id for t in TITLES if t.available_from and t.available_from > world.TODAY)
    heard = next(t.title_id for t in TITLES if t.audio_languages == ("ja",) and not t.subtitle_languages)
    fine = next(t.title_id for t in TITLES if t.age_rating == "L" and not t.available_from)

    def judged(items, limits=None, titles=BY_ID, ready=(), key="for-you", history=()):
        mine = dataclasses.replace(said, limits=limits or Limits())
        made = world.Crowd({viewer: list(history)}, {viewer: mine})
        rows = [Row(key, "x", tuple(Hit(one, 1.0, True, ()) for one in items))]
        return " ".join(leaks(rows, viewer, made, titles, PARENT, ready))

    assert judged([fine]) == ""
    watched = Watched(world.units(BY_ID[fine])[0], 1.0, 100.0, False, world.NOW)
    assert "was seen" in judged([fine], history=[watched])
    assert judged([fine], history=[watched], key="continue") == ""
    assert "too old" in judged([old], Limits(max_age=16)) and "too old" in judged(
        [old], Limits(max_age=16), key="list"
    )
    assert "not allowed" in judged([fine], Limits(only_allowed=True))
    assert "followed" in judged([heard], Limits(languages=("pt",)))
    assert "not available" in judged([later])
    assert "cannot be watched" in judged([fine], ready={"t-nowhere"})
    assert f"3 of {name}" in judged(family[:3], titles=BY_ID | same)
    assert "in 2 rows" in judged([fine, fine])


def test_a_viewer_and_a_model_give_the_same_rows(crowd, model):
    for viewer in list(crowd.histories)[:20]:
        assert house(crowd, model).rows(viewer) == house(crowd, model).rows(viewer)
    assert house(crowd, model).model_version == model.version and house(crowd).model_version == "content"


def test_chance_has_one_place_in_ten_and_follows_from_the_viewer(crowd, model):
    recommender = house(crowd, model)
    shares, picks = [], set()
    for viewer in crowd.histories:
        row = next((row for row in recommender.rows(viewer) if row.key == "for-you"), None)
        if row is not None and len(row.items) == 20:
            strange = [hit.title_id for hit in row.items if hit.why == ("explore",)]
            shares.append(len(strange))
            picks |= set(strange)
    assert len(shares) > 20 and max(shares) <= 2 and sum(shares) / len(shares) > 1
    assert len(picks) > 10, "not the same ones for everybody"


def test_popularity_counts_less_as_a_history_grows():
    loved = {"t-7": 40, "t-11": 30, "t-13": 25, "t-17": 20}
    crowd = world.crowd(TITLES, 1)
    crowd.popular = lambda limit=20, within_days=90.0: list(loved.items())
    viewer, genre = "v0", "comedia"
    of_it = [title for title in TITLES if genre in title.genres and title.title_id not in loved]
    crowd.words[viewer] = Said({}, {}, Tastes(), Limits(diversity=0.0))
    places = []
    for count in (1, 4, 16):
        crowd.histories[viewer] = [
            Watched(world.units(title)[0], 950.0, 1000.0, True, world.NOW - 86_400.0)
            for title in of_it[:count]
        ]
        ranking = [hit.title_id for hit in house(crowd).because(viewer, 100)]
        places.append(np.mean([ranking.index(key) if key in ranking else 100 for key in loved]))
    assert places[0] < places[1] < places[2]


def test_a_sequel_and_the_same_director_come_first_in_more_like_this():
    first = FranchisePlace(franchise_id="mar", name="Trilogia do mar", order=1)

    def film(title_id, director, franchise=None, **more):
        return Title(
            title_id=title_id, kind="film", original_title=title_id, directors=(director,), franchise=franchise,
            genres=("drama",), themes=("mar",), year=2000, **more,
        )  # fmt: skip

    third = first.model_copy(update={"order": 3.0, "relation": "sequel"})
    second = first.model_copy(update={"order": 2.0, "relation": "sequel"})
    before = first.model_copy(update={"order": 0.5, "relation": "prequel"})
    shelf = [
        film("um", "Ana", first), film("perto", "Outra"), film("tres", "Bia", third), film("zero", "Bia", before),
        film("mesma-direcao", "Ana"), film("dois", "Bia", second),
        Title(title_id="longe", kind="short", original_title="longe", genres=("terror",)),
    ]  # fmt: skip
    recommender = Recommender(world.NoSearch(), Catalogue(shelf), None, playable=lambda: {"perto"})
    hits = recommender.more_like("um")
    assert [hit.title_id for hit in hits] == ["dois", "tres", "zero", "mesma-direcao", "perto"]
    assert [hit.why[0] for hit in hits[:4]] == ["sequel:um", "sequel:um", "prequel:um", "director:Ana"]
    assert (
        recommender.reason(hits[0]) == "Continuação de um"
        and recommender.reason(hits[2], "en") == "Comes before um"
    )
    assert recommender.more_like("nada") == []


@given(
    st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=30),
    st.floats(0, 1),
    st.integers(0, 40),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_spreading_apart_loses_nothing_and_starts_with_the_best(final, diversity, count, seed):
    scores = np.array(final, np.float32)
    likeness = np.random.default_rng(seed).random((len(scores), len(scores))).astype(np.float32)
    order = rerank.spread_apart(scores, likeness, diversity, count)
    assert len(set(order.tolist())) == len(order) == min(count, len(scores))
    if count:
        # Scores are brought to one scale first: what differs by a rounding error is equal.
        assert scores[order[0]] >= scores.max() - 1e-6
    if diversity == 0:
        assert np.allclose(scores[order], sorted(scores.tolist(), reverse=True)[:count], atol=1e-6)


def test_more_diversity_keeps_neighbours_further_apart():
    scores = np.linspace(1, 0.5, 12).astype(np.float32)
    likeness = np.kron(np.eye(3), np.ones((4, 4))).astype(np.float32)
    groups = [
        len({int(place) // 4 for place in rerank.spread_apart(scores, likeness, much, 3)})
        for much in (0.0, 1.0)
    ]
    assert groups == [1, 3]


def test_the_cap_counts_titles_of_one_franchise_only():
    franchise = np.array([-1, -1, -1, 0, 0, 0, 1], np.int32)
    assert rerank.capped(np.arange(7), franchise).tolist() == [0, 1, 2, 3, 4, 6]
    assert rerank.capped(np.arange(3), franchise).tolist() == [0, 1, 2]


def test_the_top_is_the_top_and_ties_keep_the_catalogues_order():
    final = np.array([1, 3, 2, 3, 0, 3], np.float32)
    assert rerank.top(np.arange(6), final, 2).tolist() == [1, 3]
    assert rerank.top(np.arange(6), final, 10).tolist() == [1, 3, 5, 2, 0, 4]
    assert rerank.top(np.arange(0), final, 3).tolist() == []
