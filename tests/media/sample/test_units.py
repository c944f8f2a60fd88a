"""What the sample catalogue promises: kinds, lengths, genres, words, and rows that match the units."""

import json
from importlib import resources

import pytest

from bitaca_core.catalogue.titles import Title
from bitaca_core.errors import InputError
from bitaca_core.media.sample import UNITS, units
from bitaca_core.media.sample.story import Line

ROWS = (
    (resources.files("bitaca_core.catalogue") / "data" / "sample_titles.jsonl")
    .read_text("utf-8")
    .splitlines()
)
TITLES = [Title.model_validate(json.loads(row)) for row in ROWS]
IDS = [unit.title_id for unit in UNITS]
SECONDS = {unit.title_id: unit.seconds for unit in UNITS}


def faults_of_lines(lines: tuple[Line, ...], seconds: float) -> list[str]:
    """Return what is wrong with the times and words of subtitles."""
    faults, latest = [], 0.0
    for line in lines:
        if not 0 <= line.start_s < line.end_s <= seconds:
            faults.append(f"{line.pt!r} is outside 0..{seconds}")
        if line.start_s < latest:
            faults.append(f"{line.pt!r} overlaps the line before")
        if not line.pt.strip() or not line.en.strip():
            faults.append(f"a line at {line.start_s} has no words in one language")
        if line.end_s - line.start_s < 1.0:
            faults.append(f"{line.pt!r} is too short to read")
        latest = line.end_s
    return faults


def test_faulty_lines_are_reported():
    lines = (Line(1, 3, "a", "a"), Line(2, 4, "b", "b"), Line(5, 5.2, "c", "c"), Line(8, 12, "d", " "))
    assert len(faults_of_lines(lines, 10)) == 4


def test_orders_are_unique_and_the_first_is_a_short():
    assert [unit.order for unit in UNITS] == list(range(len(UNITS)))
    assert next(title for title in TITLES if title.title_id == IDS[0]).kind == "short"


def test_catalogue_rows_and_units_are_the_same_titles():
    listed = [episode.title_id for title in TITLES for episode in title.episodes] + [
        title.title_id for title in TITLES if title.kind != "series"
    ]
    assert sorted(listed) == sorted(IDS)


def test_durations_are_exact_and_in_their_ranges():
    for title in TITLES:
        assert title.source == "sample"
        if title.kind == "series":
            assert len(title.episodes) == 3
            for episode in title.episodes:
                assert episode.duration_s == SECONDS[episode.title_id]
                assert 60 <= SECONDS[episode.title_id] <= 90
            continue
        assert title.duration_s == SECONDS[title.title_id]
        low, high = (20, 30) if title.kind == "short" else (240, 600)
        assert low <= SECONDS[title.title_id] <= high
    kinds = [title.kind for title in TITLES]
    assert (kinds.count("short"), kinds.count("film"), kinds.count("series")) == (4, 1, 1)


def test_at_least_eight_genres_can_be_played_action_anime_among_them():
    assert len({genre for title in TITLES for genre in title.genres}) >= 8
    assert any({"anime", "acao"} <= set(title.genres) for title in TITLES)
    assert all(2 <= len(title.genres) <= 5 for title in TITLES)


def test_synopses_are_long_enough_in_both_languages():
    for title in TITLES:
        for text in (title.synopsis_pt, title.synopsis_en):
            assert text is not None and len(text.split()) >= 40
        # "Livre" says all: descriptors name what a rating above it is for.
        assert title.age_rating is not None and (title.descriptors or title.age_rating == "L")


@pytest.mark.parametrize("title_id", IDS)
def test_a_story_is_whole(title_id):
    story = units.load(title_id)
    assert story.title_id == title_id
    assert story.seconds == SECONDS[title_id]
    assert faults_of_lines(story.lines, story.seconds) == []
    assert len(story.lines) >= 4
    starts = [start for start, _, _ in story.chapters]
    assert starts == sorted(set(starts)) and all(0 <= start < story.seconds for start in starts)
    for kind, start, end in story.markers:
        assert kind in ("intro", "credits") and 0 <= start < end <= story.seconds
    row = next(t for t in TITLES if title_id == t.title_id or title_id in {e.title_id for e in t.episodes})
    assert (story.age_rating, story.descriptors) == (row.age_rating, row.descriptors)


def test_episodes_share_opening_and_credits():
    stories = [units.load(title_id) for title_id in IDS if "-e0" in title_id]
    assert len({story.markers for story in stories}) == 1
    assert {kind for kind, _, _ in stories[0].markers} == {"intro", "credits"}
    for end in (0, -1):
        assert len({story.shots[end] for story in stories}) == 1


def test_the_film_has_chapters_and_two_labelled_tracks():
    film = units.load("trem-para-o-mar-2026")
    assert len(film.chapters) >= 5
    assert len({track.label for track in film.tracks}) == 2


def test_an_unknown_unit_is_an_input_error():
    with pytest.raises(InputError, match="not a sample title"):
        units.load("no-such-title")
