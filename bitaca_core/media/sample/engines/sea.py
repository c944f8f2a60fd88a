"""The sea: rows of waves that slide over each other, and the path of light under a moon or sun."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from bitaca_core.media.sample.paint import HEIGHT, WIDTH, Color, Ink, lay, mix, seeded

MARGIN = 260
"""Pixels that a row of waves is wider than the picture, so that it can slide."""


class Sea:
    """Water from `horizon` (pixels from above) to the lower edge."""

    def __init__(self, seed: str, horizon: int, far: Color, near: Color, foam: Color, *, rows: int = 13, swell: float = 1.0) -> None:  # fmt: skip
        self._rng_word = seed
        self._horizon = horizon
        self._rows: list[tuple[Image.Image, float, float, float, float]] = []
        rng = seeded("sea", seed)
        for row in range(rows):
            depth = (row / (rows - 1)) ** 1.6
            y = horizon + (HEIGHT - horizon) * depth
            height = 3 + 30 * depth * swell
            deep = round((HEIGHT - horizon) * 0.22 + 60)
            length = 46 + 330 * depth
            color = mix(far, near, depth**0.8)
            turn = rng.uniform(0, 6.28, 3)
            crest = [
                (x, height * (1.1 - 0.6 * abs(math.sin(x / length * math.pi + turn[0])) - 0.35 * math.sin(x / length * 1.7 + turn[1])
                              - 0.15 * math.sin(x / length * 5 + turn[2])))
                for x in range(0, WIDTH + MARGIN + 8, 6)
            ]  # fmt: skip
            ink = Ink(WIDTH + MARGIN, round(height * 2) + deep, color)
            ink.polygon([(0, 999), *crest, (WIDTH + MARGIN, 999)], color)
            lit = mix(color, foam, 0.25 + 0.5 * depth)
            for place in range(len(crest) - 1):
                steep = crest[place + 1][1] - crest[place][1]
                if steep < 0.0:
                    ink.line([crest[place], crest[place + 1]], 1 + 2.2 * depth, lit)
            for _ in range(round(10 + 12 * depth)):
                fx, fy, long = (
                    rng.uniform(0, WIDTH + MARGIN),
                    rng.uniform(height * 1.6, height * 2 + 30),
                    rng.uniform(16, 90) * (0.3 + depth),
                )
                ink.line([(fx, fy), (fx + long, fy)], 0.8 + depth, mix(color, foam, 0.12 + 0.2 * depth))
            self._rows.append((ink.done(), y, 10 + 34 * depth, 2 + 7 * depth, float(turn[0])))

    def draw(self, canvas: Image.Image, time_s: float) -> None:
        """Lay the water over `canvas`."""
        for number, (layer, y, slide, bob, turn) in enumerate(self._rows):
            x = (
                -MARGIN / 2
                + math.sin(time_s * 0.35 + turn) * slide * 1.6
                + (slide if number % 2 else -slide) * 0.6 * math.sin(time_s * 0.2)
            )
            lay(canvas, layer, x, y - 6 + math.sin(time_s * 1.1 + turn * 2) * bob)

    def glitter(self, canvas: Image.Image, time_s: float, x: float, color: Color, width: float = 90, strength: float = 0.9) -> None:  # fmt: skip
        """Draw the broken reflection of a light that stands above `x`."""
        rng = seeded("glitter", self._rng_word)
        pen = ImageDraw.Draw(canvas, "RGBA")
        for _ in range(150):
            depth, side, turn, pace = (
                rng.random(),
                rng.normal(0, 0.5),
                rng.uniform(0, 6.28),
                rng.uniform(1.5, 4),
            )
            y = self._horizon + 4 + (HEIGHT - self._horizon) * depth**1.5
            flicker = max(0.0, math.sin(turn + time_s * pace))
            long = (5 + 34 * depth) * (0.4 + flicker)
            cx = x + side * width * (0.5 + 1.6 * depth)
            alpha = round(255 * strength * flicker * (1 - 0.4 * abs(side)))
            if alpha > 8:
                pen.ellipse(
                    (cx - long, y - 0.8 - 1.6 * depth, cx + long, y + 0.8 + 1.6 * depth),
                    fill=(*color, min(255, alpha)),
                )


def paper_boat(size: int, hull: Color, flame: Color, tilt: float) -> Image.Image:
    """Return a folded boat with a candle in a square tile of `size` pixels."""
    ink = Ink(size, size, hull, fine=3)
    s = float(size)

    def turned(px: float, py: float) -> tuple[float, float]:
        c, si = math.cos(tilt), math.sin(tilt)
        dx, dy = (px - 0.5) * s, (py - 0.6) * s
        return s / 2 + dx * c - dy * si, s * 0.6 + dx * si + dy * c

    ink.polygon([turned(0.34, 0.6), turned(0.5, 0.34), turned(0.66, 0.6)], mix(hull, (255, 230, 180), 0.35))
    ink.polygon([turned(0.08, 0.55), turned(0.92, 0.55), turned(0.76, 0.78), turned(0.24, 0.78)], hull)
    ink.polygon([turned(0.5, 0.55), turned(0.92, 0.55), turned(0.76, 0.78)], mix(hull, (20, 20, 60), 0.3))
    x, y = turned(0.5, 0.24)
    ink.ellipse(x, y, s * 0.045, s * 0.09, flame)
    return ink.done()
