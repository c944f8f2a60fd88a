"""Sizes and bit rates: exact aspect, even, never above the source."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitaca_core.media.ladder import MAX_ASPECT_ERROR, MAX_RUNGS, exact_sizes, rungs

FILM = Fraction(24)


def sizes(width: float, height: float, rate: Fraction = FILM) -> list[tuple[int, int]]:
    return [(r.width, r.height) for r in rungs(Fraction(width), Fraction(height), rate)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ((1920, 1080), [(1920, 1080), (1280, 720), (960, 540), (640, 360)]),
        ((3840, 2160), [(1920, 1080), (1280, 720), (960, 540), (640, 360)]),
        ((1280, 720), [(1280, 720), (960, 540), (640, 360)]),
        ((720, 480), [(720, 480), (540, 360), (354, 236)]),
        ((640, 480), [(640, 480), (480, 360), (312, 234)]),
        ((1080, 1920), [(1080, 1920), (720, 1280), (540, 960), (360, 640)]),
        ((321, 181), [(320, 180), (256, 144)]),
        ((64, 48), [(64, 48)]),
        ((2, 2), [(2, 2)]),
        ((1, 1), [(2, 2)]),
    ],
)
def test_sizes_of_common_and_odd_sources(source: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    assert sizes(*source) == expected


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (2160, 3840)])
def test_rungs_are_named_by_their_shorter_side(size: tuple[int, int]) -> None:
    ladder = rungs(Fraction(size[0]), Fraction(size[1]), FILM)
    assert [rung.id for rung in ladder] == ["1080p", "720p", "540p", "360p"]


@given(width=st.integers(16, 4096), height=st.integers(16, 4096), rate=st.sampled_from([24, 25, 30, 60]))
@settings(max_examples=300, deadline=None)
def test_every_ladder_keeps_its_promises(width: int, height: int, rate: int) -> None:
    ladder = rungs(Fraction(width), Fraction(height), Fraction(rate))
    assert 1 <= len(ladder) <= MAX_RUNGS
    assert len({r.id for r in ladder}) == len(ladder)
    top = ladder[0]
    assert top.width <= width and top.height <= height
    for rung in ladder:
        assert rung.width % 2 == 0 and rung.height % 2 == 0
        assert rung.width * top.height == rung.height * top.width, "all of exactly one aspect"
        assert rung.max_bps > 0 and rung.buffer_bits > rung.max_bps
    assert [r.width * r.height for r in ladder] == sorted((r.width * r.height for r in ladder), reverse=True)
    assert [r.max_bps for r in ladder] == sorted((r.max_bps for r in ladder), reverse=True)


@given(width=st.integers(300, 4096), ratio=st.floats(0.4, 2.5))
@settings(max_examples=200, deadline=None)
def test_usual_shapes_are_hardly_stretched_and_keep_most_pixels(width: int, ratio: float) -> None:
    height = max(120, round(width / ratio))
    if not 0.4 <= width / height <= 2.5:
        return
    across, down = exact_sizes(Fraction(width), Fraction(height), top=10_000)[0]
    assert abs(across / down / (width / height) - 1) <= MAX_ASPECT_ERROR + 1e-9
    assert across * down >= 0.9 * width * height


def test_faster_pictures_get_more_bits_and_drawn_ones_fewer() -> None:
    film = rungs(Fraction(1280), Fraction(720), Fraction(24))[0].max_bps
    assert rungs(Fraction(1280), Fraction(720), Fraction(60))[0].max_bps > film
    assert rungs(Fraction(1280), Fraction(720), Fraction(24), "animation")[0].max_bps < film
