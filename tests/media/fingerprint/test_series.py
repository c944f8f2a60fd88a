"""Openings and credits of a whole series."""

from __future__ import annotations

import pytest

from bitaca_core.catalogue.sheet import Marker
from bitaca_core.media.fingerprint import Fingerprint
from bitaca_core.media.fingerprint.series import find_markers
from tests.media.fingerprint.sounds import direct, joined, music, speech

OPENING, ENDING = music(15, 1), music(14, 2)


def episode(seed: int, cold_s: float, *, opening: bool = True, after_s: float = 0.0) -> Fingerprint:
    """Return a minute and a half with a cold opening of `cold_s`, and a preview of `after_s` behind the credits."""
    parts = [speech(cold_s, seed), *([OPENING] if opening else []), speech(60 - cold_s, seed + 1), ENDING]
    return direct(joined(*parts, *([speech(after_s, seed + 2)] if after_s else [])))


def spans(markers: list[Marker], kind: str) -> list[tuple[float, float]]:
    return [(one.start_s, one.end_s) for one in markers if one.kind == kind]


def test_every_episode_gets_its_own_times() -> None:
    series = {
        "a": episode(10, 3.0),
        "b": episode(20, 12.5),
        "c": episode(30, 0.0),
        "d": episode(40, 7.0, after_s=12),
    }
    found = find_markers(series)
    for name, cold_s in (("a", 3.0), ("b", 12.5), ("c", 0.0), ("d", 7.0)):
        [intro] = spans(found[name], "intro")
        assert intro == (pytest.approx(cold_s, abs=0.5), pytest.approx(cold_s + 15, abs=0.5))
        [credits] = spans(found[name], "credits")
        assert credits[0] == pytest.approx(75, abs=0.5)
    assert spans(found["a"], "credits")[0][1] == pytest.approx(series["a"].duration_s, abs=0.01), (
        "to the very end"
    )
    assert spans(found["d"], "credits")[0][1] == pytest.approx(89, abs=0.5), "a preview follows"


def test_an_episode_without_the_opening_gets_none() -> None:
    found = find_markers(
        {"a": episode(10, 3), "b": episode(20, 9), "c": episode(30, 5), "x": episode(50, 4, opening=False)}
    )
    assert spans(found["x"], "intro") == [] and len(spans(found["x"], "credits")) == 1
    assert len(spans(found["b"], "intro")) == 1


def test_a_scene_that_is_shown_again_is_no_opening() -> None:
    scene = joined(speech(6, 900), music(6, 901))
    one = direct(joined(scene, speech(60, 10)))
    two = direct(joined(scene, speech(60, 20)))
    three = direct(joined(speech(72, 30)))
    assert find_markers({"1": one, "2": two, "3": three}) == {"1": [], "2": [], "3": []}


def test_two_episodes_are_enough_and_one_is_not() -> None:
    found = find_markers({"a": episode(10, 3), "b": episode(20, 9)})
    assert all(len(spans(found[name], "intro")) == 1 for name in "ab")
    assert find_markers({"a": episode(10, 3)}) == {"a": []}
    assert find_markers({}) == {}


def test_unrelated_films_have_no_markers() -> None:
    films = {
        name: direct(joined(speech(20, seed), music(20, seed + 1), speech(40, seed + 2)))
        for name, seed in (("a", 1000), ("b", 2000), ("c", 3000))
    }
    assert find_markers(films) == {"a": [], "b": [], "c": []}
