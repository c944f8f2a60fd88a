"""A container's chapters: on the picture's time line, bounded, told apart."""

from __future__ import annotations

from dataclasses import replace

from bitaca_core.media import chapters
from bitaca_core.media.plan import plan
from bitaca_core.media.probe import ChapterMark
from tests.media.test_plan import VIDEO, info


def of(*marks: tuple[float, str | None], start_s: float = 0.0, seconds: float = 600.0) -> list[tuple]:
    source = info(
        replace(VIDEO, start_s=start_s, end_s=start_s + seconds), start_s=start_s,
        chapters=tuple(ChapterMark(*mark) for mark in marks),
    )  # fmt: skip
    found = chapters.of_container(source, plan(source))
    return [(one.start_s, one.title_pt, one.title_en) for one in found]


def test_titles_stay_and_nameless_ones_are_numbered() -> None:
    assert of((300, None), (0, " Abertura\n "), (90, "A chuva")) == [
        (0.0, "Abertura", "Abertura"), (90.0, "A chuva", "A chuva"), (300.0, "Capítulo 3", "Chapter 3"),
    ]  # fmt: skip


def test_one_chapter_says_nothing() -> None:
    assert of((0, "Filme")) == [] == of() == of((0, "a"), (0.2, "b"), (700, "depois do fim"))


def test_time_begins_with_the_picture() -> None:
    assert [one[0] for one in of((3600.0, "a"), (3660.0, "b"), start_s=3600.0)] == [0.0, 60.0]


def test_a_thousand_chapters_are_a_hundred_with_short_titles() -> None:
    found = of(*((float(at), "t" * 500) for at in range(0, 6000, 6)), seconds=7000)
    assert (len(found), len(found[0][1])) == (100, 80)
