"""Towns: houses stacked up a hill, their lit windows, water tanks, aerials and wires."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from PIL import Image

from bitaca_core.media.sample.paint import Color, Ink, Point, mix, profile, seeded

WARM: tuple[Color, ...] = ((255, 196, 92), (255, 168, 66), (255, 220, 150), (255, 140, 80))


def hillside(
    width: int, height: int, seed: str, walls: Sequence[Color], haze: Color, far: float,
    *, rows: int = 5, house: int = 58, lit: float = 0.35, rise: float = 0.45, lights: Sequence[Color] = WARM,
) -> Image.Image:  # fmt: skip
    """Return a hill of houses, RGBA; `far` 0..1 mixes every colour towards the haze.

    Parameters
    ----------
    rows : int
        Rows of houses, from the crest to the foot.
    house : int
        Width of a house in the front row, pixels.
    lit : float
        Share of the windows with a light on.
    rise : float
        How much of the height the hill's profile takes.
    """
    rng = seeded("hillside", seed)
    ground = mix((24, 16, 30), haze, far)
    ink = Ink(width, height, ground)
    crest = profile(rng, width, max(60, width // 3), 4)
    crest = height * (rise * (1 - crest)) + house
    ink.polygon(
        [(0, height), *((x, crest[x] + house * 0.7) for x in range(0, width, 6)), (width, height)], ground
    )
    for row in range(rows):
        near = (row + 1) / rows
        size = house * (0.62 + 0.38 * near)
        x = -rng.random() * size
        while x < width:
            wide = size * rng.uniform(0.75, 1.5)
            tall = size * rng.uniform(0.6, 1.25)
            middle = min(width - 1, max(0, int(x + wide / 2)))
            foot = crest[middle] + (height - crest[middle]) * (row + 0.75) / rows + rng.normal(0, size * 0.12)
            wall = mix(walls[int(rng.integers(len(walls)))], haze, far)
            wall = mix(wall, ground, 0.35 * (1 - near) + rng.random() * 0.18)
            _house(ink, rng, x, foot, wide, tall, height, wall, ground, lit, lights, haze, far)
            x += wide * rng.uniform(0.8, 1.02)
    return ink.done()


def _house(ink, rng, x, foot, wide, tall, bottom, wall, ground, lit, lights, haze, far) -> None:  # type: ignore[no-untyped-def]
    top = foot - tall
    ink.rectangle(x, top, x + wide, bottom, wall)
    ink.rectangle(x + wide * 0.84, top, x + wide, bottom, mix(wall, ground, 0.4))
    ink.rectangle(x - 1.5, top - 2.5, x + wide + 1.5, top + 1.5, mix(wall, (255, 240, 220), 0.22 * (1 - far)))
    pane = max(4.0, wide * 0.16)
    for level in range(max(1, int(tall // (pane * 2.4)))):
        for column in range(2 if wide < 70 else 3):
            px = x + wide * (0.14 + 0.3 * column)
            py = top + pane * (0.8 + 2.3 * level)
            if px + pane > x + wide * 0.84:
                continue
            on = rng.random() < lit
            color = lights[int(rng.integers(len(lights)))] if on else mix(wall, ground, 0.72)
            ink.rectangle(px, py, px + pane, py + pane * 1.2, mix(color, haze, far * (0.35 if on else 1)))
            if on and pane > 7:
                ink.line([(px + pane / 2, py), (px + pane / 2, py + pane * 1.2)], 1, mix(color, ground, 0.55))
    roof = rng.random()
    if roof < 0.3:
        tank = mix((70, 120, 170), haze, far)
        tx, tw = x + wide * rng.uniform(0.15, 0.55), wide * 0.24
        ink.rectangle(tx, top - tw * 0.8, tx + tw, top - 2, mix(tank, ground, 0.25), 2)
        ink.rectangle(tx - 1, top - tw * 0.95, tx + tw + 1, top - tw * 0.72, tank)
    elif roof < 0.52:
        ax = x + wide * rng.uniform(0.2, 0.8)
        ink.line([(ax, top), (ax, top - tall * 0.45)], 1.2, ground)
        for rung in range(3):
            ay = top - tall * (0.45 - 0.09 * rung)
            ink.line([(ax - 7 + rung, ay), (ax + 7 - rung, ay)], 1.0, ground)
    elif roof < 0.62:
        ink.rectangle(x + wide * 0.1, top - tall * 0.4, x + wide * 0.6, top, mix(wall, ground, 0.2))


def wires(
    width: int, height: int, posts: Sequence[Point], color: Color, sag: float = 40, count: int = 4
) -> Image.Image:
    """Return power lines that hang between `posts` (tops, pixels), RGBA."""
    ink = Ink(width, height, color)
    for (x0, y0), (x1, y1) in itertools.pairwise(posts):
        for wire in range(count):
            drop = wire * 11
            line = [
                (
                    x0 + (x1 - x0) * k / 24,
                    y0 + (y1 - y0) * k / 24 + drop + math.sin(math.pi * k / 24) * (sag + wire * 5),
                )
                for k in range(25)
            ]
            ink.line(line, 1.6, color)
    for x, y in posts:
        ink.rectangle(x - 4, y - 24, x + 4, height, color)
        for bar in range(2):
            ink.rectangle(x - 26, y + bar * 22 - 4, x + 26, y + bar * 22, color)
    return ink.done()


def rooftop(width: int, height: int, wall: Color, rim: Color, dark: Color, seed: str) -> Image.Image:
    """Return one near roof to run on: parapet lit from behind, wall with bricks and a dark foot, RGBA."""
    rng = seeded("rooftop", seed)
    ink = Ink(width, height, dark)
    ink.rectangle(6, 10, width - 6, height, wall)
    for _ in range(width * height // 2600):
        bx, by = int(rng.integers(10, max(11, width - 40))), int(rng.integers(26, max(27, height - 8)))
        ink.rectangle(bx, by, min(width - 8, bx + 22), by + 8, mix(wall, dark, 0.18 + 0.2 * rng.random()))
    ink.rectangle(0, 0, width, 14, mix(wall, dark, 0.35))
    ink.rectangle(0, 0, width, 3, rim)
    if width > 150:
        wx = width * rng.uniform(0.15, 0.6)
        ink.rectangle(wx, 50, wx + 44, 104, mix(dark, wall, 0.25))
        ink.rectangle(wx + 4, 54, wx + 40, 100, WARM[int(rng.integers(len(WARM)))])
        ink.line([(wx + 22, 54), (wx + 22, 100)], 3, mix(dark, wall, 0.25))
    image = ink.done()
    return image
