"""Rows over a small made-up catalogue with a real (lexical) search and a real viewers' store."""

import numpy as np
import pytest

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.recommend.service import ROW_MAX, Recommender
from bitaca_core.search.service import LocalSearch
from bitaca_core.settings import DataPaths
from bitaca_core.viewers.marks import Limits
from bitaca_core.viewers.store import ViewerStore


def film(title_id, genres, themes=(), source="real", **more):
    return Title(title_id=title_id, kind=more.pop("kind", "film"), original_title=title_id.title(), genres=genres, themes=themes, source=source, **more)  # fmt: skip


SERIES = film(
    "serie", ("anime", "acao"), ("amizade",), "sample", kind="series", age_rating="10",
    episodes=tuple(Episode(title_id=f"serie-e{n}", number=n, title_pt=f"{n}", duration_s=70) for n in (1, 2, 3)),
)  # fmt: skip
TITLES = [
    SERIES,
    film(
        "curta", ("acao", "anime"), ("amizade", "mar"), "sample", kind="short", duration_s=25, age_rating="L"
    ),
    film("mar", ("drama",), ("mar", "luto"), "sample", duration_s=300, age_rating="12"),
    *(
        film(f"drama-{n}", ("drama",), ("luto", "mar") if n % 2 else ("luto",), countries=("BR",))
        for n in range(6)
    ),
    *(film(f"anime-{n}", ("anime", "acao"), ("amizade",)) for n in range(4)),
    film("longe", ("experimental",)),
]
READY = {"serie-e1", "serie-e2", "curta", "mar"}


@pytest.fixture
def world(tmp_path):
    catalogue, now = Catalogue(TITLES), [1000.0]

    def clock():
        now[0] += 1
        return now[0]

    store = ViewerStore(tmp_path / "app.db", clock)
    search = LocalSearch(DataPaths(tmp_path), catalogue, lambda: READY, None)
    yield Recommender(search, catalogue, store), store
    store.close()


def rows_by_key(recommender, *args, **kwargs):
    rows = recommender.rows(*args, **kwargs)
    assert len({row.key for row in rows}) == len(rows)
    assert all(0 < len(row.items) <= ROW_MAX and row.title for row in rows)
    return {row.key: row for row in rows}


def ids(items):
    return [hit.title_id for hit in items]


def test_a_stranger_sees_what_can_be_watched(world):
    recommender, store = world
    rows = rows_by_key(recommender, store.create_viewer())
    assert sorted(ids(rows["house"].items)) == ["curta", "mar", "serie"]
    assert rows["house"].title == "Da casa"
    assert not {"continue", "popular", "for-you", "because", "short", "binge"} & set(rows)
    shown = [hit.title_id for row in rows.values() for hit in row.items]
    assert len(shown) == len(set(shown)), "no title stands in two rows"
    for row in rows.values():
        watchable = [hit.playable for hit in row.items]
        assert watchable == sorted(watchable, reverse=True), row.key


def test_nobody_at_all_also_gets_rows(world):
    assert "house" in rows_by_key(world[0])
    assert rows_by_key(world[0], None, "en")["house"].title == "Made here"


def test_continue_shows_where_to_go_on(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "mar", 100, 300)
    store.record_progress(viewer, "curta", 24.9, 25)
    store.record_progress(viewer, "serie-e1", 70, 70)
    items = rows_by_key(recommender, viewer)["continue"].items
    assert ids(items) == ["serie-e2", "mar"]
    store.record_progress(viewer, "serie-e3", 70, 70)
    assert ids(rows_by_key(recommender, viewer)["continue"].items) == ["mar"]


def test_because_names_the_watched_title_and_leaves_the_seen_out(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "mar", 290, 300)
    rows = rows_by_key(recommender, viewer)
    row = rows["because:mar"]
    assert row.title == "Porque você assistiu Mar"
    assert "mar" not in ids(row.items) and ids(row.items)[0].startswith(("drama", "curta"))
    best = recommender.because(viewer)
    assert best[0].why[0] == "history:mar" and "mar" not in ids(best)
    assert best[0].score == 1.0


def test_the_cited_title_is_the_largest_term(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "mar", 290, 300)
    store.record_progress(viewer, "anime-0", 290, 300)
    reasons = {hit.title_id: hit.why[0] for hit in recommender.because(viewer) if hit.why}
    assert reasons["anime-1"] == "history:anime-0" and reasons["drama-1"] == "history:mar"


def test_a_glance_or_a_thumb_down_recommends_nothing(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "mar", 10, 300)
    assert recommender.because(viewer) == []
    store.record_progress(viewer, "mar", 290, 300)
    store.rate(viewer, "mar", -1)
    assert recommender.because(viewer) == []
    store.rate(viewer, "mar", 1)
    assert recommender.because(viewer)


def test_popular_counts_a_series_once_and_prefers_the_watchable(world):
    recommender, store = world
    for _ in range(3):
        viewer = store.create_viewer()
        store.record_progress(viewer, "longe", 60, 100)
        store.record_progress(viewer, "serie-e1", 60, 70)
        store.record_progress(viewer, "serie-e2", 60, 70)
    assert ids(recommender.popular()) == ["serie", "longe"]


def test_an_age_limit_holds_in_every_row(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "curta", 20, 25)
    store.record_progress(viewer, "mar", 200, 300)
    for row in rows_by_key(recommender, viewer, "pt", max_age=10).values():
        assert set(ids(row.items)) <= {"serie", "curta"}


def test_like_several(world):
    recommender, _ = world
    hits = recommender.like(["drama-1", "mar"], 5)
    assert len(hits) == 5 and not {"drama-1", "mar"} & set(ids(hits))
    assert recommender.like([]) == []


def test_surprise_is_watchable_and_repeatable(world):
    recommender, _ = world
    assert recommender.surprise(7) == recommender.surprise(7)
    assert all(hit.playable for seed in range(10) for hit in recommender.surprise(seed))


def test_an_empty_catalogue_has_no_rows(tmp_path):
    search = LocalSearch(DataPaths(tmp_path), Catalogue(), lambda: set(), None)
    assert Recommender(search, Catalogue(), None).rows() == []


def test_a_dropped_title_is_not_continued(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "mar", 100, 300)
    assert ids(rows_by_key(recommender, viewer)["continue"].items) == ["mar"]
    store.mark(viewer, "mar", "dropped")
    assert "continue" not in rows_by_key(recommender, viewer)


def test_what_was_pressed_counts_at_the_next_request(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "mar", 290, 300)
    before = ids(recommender.because(viewer))
    assert "drama-1" in before and before[0].startswith("drama")
    store.mark(viewer, "drama-1", "hidden")
    after = recommender.because(viewer)
    assert "drama-1" not in ids(after)
    assert all("drama-1" not in ids(row.items) for row in recommender.rows(viewer))
    store.mark(viewer, "drama-3", "list")
    rows = rows_by_key(recommender, viewer)
    assert ids(rows["list"].items) == ["drama-3"]
    store.mark(viewer, "drama-3", "watched")
    assert "list" not in rows_by_key(recommender, viewer)
    store.rate(viewer, "anime-0", 1)
    assert any(key.startswith("anime") for key in ids(recommender.because(viewer))[:3])


def test_three_genres_or_three_titles_are_enough_to_start(world):
    recommender, store = world
    viewer, other = store.create_viewer(), store.create_viewer()
    assert recommender.because(viewer) == []
    store.choose_tastes(viewer, genres=["anime"])
    first = recommender.because(viewer)
    assert {"anime-0", "serie"} & set(ids(first)[:4]) and first[0].why[0] == "taste:anime"
    store.choose_tastes(other, titles=["drama-1"])
    rows = rows_by_key(recommender, other)["for-you"].items
    assert "drama-1" not in ids(rows) and any(hit.why[0] == "picked:drama-1" for hit in rows if hit.why)


def test_limits_of_a_child_hold_in_every_row_and_list(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "mar", 200, 300)
    store.mark(viewer, "drama-0", "list")
    store.set_limits(viewer, Limits(max_age=10, only_allowed=True, allowed=frozenset({"curta", "mar"})))
    shown = {hit.title_id for row in recommender.rows(viewer) for hit in row.items}
    assert shown <= {"curta"} and recommender.because(viewer)[0].title_id == "curta"
    assert ids(recommender.more_like("mar", viewer)) in ([], ["curta"])
    assert recommender.may_see(viewer, "curta") and not recommender.may_see(viewer, "mar")
    assert not recommender.may_see(viewer, "serie-e1") and not recommender.may_see(viewer, "nowhere")


def test_what_was_finished_can_be_watched_again(world):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "curta", 25, 25)
    assert ids(rows_by_key(recommender, viewer)["again"].items) == ["curta"]


def test_an_ingestion_is_seen_at_once(tmp_path):
    shelf = [Catalogue(TITLES[:3])]
    search = LocalSearch(DataPaths(tmp_path), shelf[0], lambda: READY, None)
    recommender = Recommender(search, lambda: shelf[0], None, playable=lambda: READY)
    assert len(recommender.rows()[0].items) == 3
    shelf[0] = Catalogue(TITLES[:2])
    assert len(recommender.rows()[0].items) == 2


def test_an_index_that_opens_sharpens_what_is_like_a_title(world, tmp_path):
    recommender, store = world
    viewer = store.create_viewer()
    store.record_progress(viewer, "mar", 290, 300)
    before = {hit.title_id: hit.score for hit in recommender.because(viewer)}
    ids_of = [title.title_id for title in TITLES]
    vectors = np.eye(len(TITLES), dtype=np.float32)
    vectors[ids_of.index("drama-4")] = vectors[ids_of.index("mar")]  # means the same
    opened = []
    recommender._search.title_vectors = lambda: (ids_of, vectors) if opened else None
    recommender._made = None
    assert {hit.title_id: hit.score for hit in recommender.because(viewer)} == before
    opened.append(True)
    after = recommender.because(viewer)
    assert after[0].title_id == "curta" or after[0].title_id == "drama-4"
    assert {hit.title_id: hit.score for hit in after}["drama-4"] > before["drama-4"]


@pytest.mark.parametrize(("ready_count", "all_play"), [(6, True), (2, False)])
def test_a_young_house_recommends_for_you_what_plays_there(tmp_path, ready_count, all_play):
    """With hardly anything to watch the catalogue is shown instead of nothing; what plays still comes first."""
    shelf = [film(f"drama-{n:02}", ("drama",), ("luto",), year=1990 + n) for n in range(40)]
    ready = {one.title_id for one in shelf[30 : 30 + ready_count]}
    store = ViewerStore(tmp_path / "app.db", lambda: 1000.0)
    viewer = store.create_viewer()
    store.record_progress(viewer, "drama-00", 90.0, 90.0)
    recommender = Recommender(
        LocalSearch(DataPaths(tmp_path), Catalogue(shelf), lambda: ready, None),
        Catalogue(shelf),
        store,
        playable=lambda: ready,
    )
    rows = {row.key: [hit.playable for hit in row.items] for row in recommender.rows(viewer)}
    assert all(rows["for-you"]) == all_play
    assert all(plays == sorted(plays, reverse=True) for plays in rows.values())
    assert sum(map(sum, rows.values())) == ready_count
    store.close()
