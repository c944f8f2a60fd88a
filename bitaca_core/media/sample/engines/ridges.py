"""Landscapes with parallax: ridges, the cacti and bushes of the sertão, palms, grass."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image

from bitaca_core.media.sample.paint import Color, Ink, Point, mix, profile, seeded


def ridge(
    width: int, height: int, seed: str, color: Color, *, base: float = 0.5, relief: float = 0.4, cell: int = 300,
    octaves: int = 5, rim: Color | None = None,
) -> Image.Image:  # fmt: skip
    """Return one mountain line, RGBA, `base` of the height solid and `relief` of it rough."""
    line = skyline(width, height, seed, base=base, relief=relief, cell=cell, octaves=octaves)
    ink = Ink(width, height, rim or color)
    ink.polygon([(0, height), *line, (width, height)], rim or color)
    if rim:
        ink.polygon([(0, height), *((x, y + 3) for x, y in line), (width, height)], color)
    return ink.done()


def skyline(
    width: int, height: int, seed: str, *, base: float, relief: float, cell: int, octaves: int = 5
) -> list[Point]:
    """Return the points of a ridge's upper edge, from left to right, pixels."""
    line = profile(seeded("ridge", seed), width + 8, cell, octaves)
    return [
        (float(x), float(height * (1 - base - relief * (line[x] - 0.5) * 2))) for x in range(0, width + 4, 4)
    ]


def mandacaru(ink: Ink, x: float, foot: float, tall: float, color: Color, rim: Color | None = None) -> None:
    """Draw a candelabra cactus."""
    thick = tall * 0.11
    arms = ((-1, 0.45, 0.32, 0.36), (1, 0.6, 0.28, 0.3), (1, 0.3, 0.44, 0.42), (-1, 0.68, 0.2, 0.22))
    for offset, tone in ((-1.6, rim), (0.0, color)):
        if tone is None:
            continue
        ink.line([(x + offset, foot), (x + offset, foot - tall)], thick, tone)
        for side, at, out, up in arms:
            y = foot - tall * at
            elbow = x + side * tall * out * 0.6
            ink.line(
                [(x + offset, y), (elbow + offset, y - tall * 0.05), (elbow + offset, y - tall * up)],
                thick * 0.8,
                tone,
            )


def palm(ink: Ink, x: float, foot: float, tall: float, lean: float, color: Color, sway: float = 0.0) -> None:
    """Draw a coconut palm; `sway` (radians) moves the crown."""
    trunk = [(x + lean * tall * (k / 8) ** 1.8, foot - tall * k / 8) for k in range(9)]
    ink.line(trunk, tall * 0.035, color)
    top = trunk[-1]
    for leaf in range(9):
        angle = -math.pi / 2 + (leaf - 4) * 0.52 + sway * (1 + 0.2 * leaf)
        long = tall * (0.42 + 0.06 * math.sin(leaf * 2.1))
        rib = []
        for k in range(7):
            part = k / 6
            droop = part * part * long * 0.5
            rib.append(
                (top[0] + math.cos(angle) * long * part, top[1] + math.sin(angle) * long * part + droop)
            )
        under = [
            (px, py + long * 0.11 * math.sin(math.pi * (k / 6) ** 0.7)) for k, (px, py) in enumerate(rib)
        ]
        ink.polygon([*rib, *reversed(under)], color)


def caatinga(
    width: int, height: int, seed: str, color: Color, *, count: int = 30, rim: Color | None = None
) -> Image.Image:
    """Return a near strip of dry ground with cacti, thorn bushes and stones, RGBA."""
    rng = seeded("caatinga", seed)
    ink = Ink(width, height, color)
    line = skyline(width, height, seed, base=0.28, relief=0.05, cell=260, octaves=4)
    for _ in range(count):
        x = float(rng.uniform(0, width))
        foot = line[min(len(line) - 1, int(x // 4))][1] + 6
        kind = rng.random()
        if kind < 0.3:
            mandacaru(ink, x, foot, height * rng.uniform(0.3, 0.62), color, rim)
        else:
            for _twig in range(9):
                angle = rng.uniform(-2.7, -0.45)
                long = height * rng.uniform(0.06, 0.2)
                end = (x + math.cos(angle) * long, foot + math.sin(angle) * long)
                ink.line([(x, foot), end], 1.6, color)
                ink.line([end, (end[0] + rng.uniform(-9, 9), end[1] - rng.uniform(2, 12))], 1.2, color)
    ink.polygon([(0, height), *line, (width, height)], color)
    return ink.done()


def grass(width: int, height: int, seed: str, colors: Sequence[Color], *, blades: int = 500) -> Image.Image:
    """Return blades of tall grass along the lower edge, RGBA, the nearest drawn last."""
    rng = seeded("grass", seed)
    ink = Ink(width, height, colors[0])
    for blade in range(blades):
        x = float(rng.uniform(-20, width + 20))
        tall = height * rng.uniform(0.35, 0.98)
        bend = rng.normal(0, 0.28) * tall
        color = mix(colors[0], colors[-1], blade / blades)
        wide = rng.uniform(2, 5)
        ink.polygon([(x - wide, height), (x + bend * 0.35, height - tall * 0.6), (x + bend, height - tall),
                     (x + bend * 0.35 + wide, height - tall * 0.58), (x + wide, height)], color)  # fmt: skip
    return ink.done()
