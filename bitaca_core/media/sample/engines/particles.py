"""Particles without state: every position follows from the seed and the time, so any drawing can be first."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bitaca_core.media.sample.paint import HEIGHT, WIDTH, Color, add, dim, glow, seeded


class Fireflies:
    """Lights that wander and breathe."""

    def __init__(self, seed: str, count: int, color: Color = (255, 214, 110), area: tuple[float, float, float, float] = (0, 0, WIDTH, HEIGHT), size: int = 22) -> None:  # fmt: skip
        rng = seeded("fireflies", seed)
        left, top, right, bottom = area
        self._home = np.column_stack([rng.uniform(left, right, count), rng.uniform(top, bottom, count)])
        self._turn = rng.uniform(0, 6.28, (count, 4))
        self._pace = rng.uniform(0.3, 0.9, (count, 4))
        self._size = rng.integers(0, 3, count)
        sprites = [glow(round(size * factor), color, 2.6) for factor in (0.5, 0.75, 1.15)]
        self._sprites = [[dim(sprite, level / 6) for level in range(7)] for sprite in sprites]
        self._core = glow(4, (255, 250, 225), 1.0)

    def draw(
        self, canvas: Image.Image, time_s: float, x: float = 0.0, y: float = 0.0, strength: float = 1.0
    ) -> None:
        """Add the lights at `time_s`, moved by (x, y)."""
        waves = np.sin(self._turn + self._pace * time_s * 1.6)
        places = self._home + np.column_stack([waves[:, 0] * 46 + waves[:, 1] * 18, waves[:, 2] * 30])
        level = (
            np.clip(np.sin(self._turn[:, 3] * 3 + time_s * self._pace[:, 3] * 2.4) * 0.65 + 0.5, 0, 1)
            * strength
        )
        for (px, py), amount, size in zip(places, level, self._size, strict=True):
            if amount > 0.08:
                add(canvas, self._sprites[size][round(amount * 6)], px + x, py + y)
                if amount > 0.4:
                    add(canvas, self._core, px + x, py + y)


class Rain:
    """Slanted rain in three depths, with splashes along a ground line."""

    def __init__(self, seed: str, count: int = 260, slant: float = -0.18, color: Color = (150, 175, 215), ground: tuple[int, int] | None = None) -> None:  # fmt: skip
        rng = seeded("rain", seed)
        self._x = rng.uniform(-100, WIDTH + 200, count)
        self._y = rng.uniform(0, HEIGHT + 120, count)
        self._depth = rng.uniform(0.35, 1.0, count)
        self._slant, self._color, self._ground = slant, color, ground
        self._splash = rng.uniform(0, 1, (90, 3))

    def draw(self, canvas: Image.Image, time_s: float, strength: float = 1.0) -> None:
        """Draw the drops that fall at `time_s`."""
        pen = ImageDraw.Draw(canvas, "RGBA")
        fall = (self._y + time_s * 1500 * self._depth) % (HEIGHT + 120) - 60
        drift = self._x + fall * self._slant
        shown = round(len(fall) * strength)
        for x, y, depth in zip(drift[:shown], fall[:shown], self._depth[:shown], strict=True):
            long = 42 * depth
            pen.line(
                (x, y, x + long * self._slant, y + long),
                fill=(*self._color, round(105 * depth)),
                width=1 if depth < 0.8 else 2,
            )
        if self._ground is None:
            return
        top, bottom = self._ground
        for at, px, py in self._splash[: round(90 * strength)]:
            age = (time_s * 2.6 + at * 7) % 1
            wide = 3 + 13 * age
            jump = int(time_s * 2.6 + at * 7)
            x = (px * 7919 + jump * 0.377 * py) % 1 * WIDTH
            y = top + (py + jump * 0.213) % 1 * (bottom - top)
            pen.ellipse(
                (x - wide, y - wide * 0.3, x + wide, y + wide * 0.3),
                outline=(*self._color, round(150 * (1 - age))),
            )


class Drift:
    """Small bright motes carried by a wind: dust, petals, embers, snow."""

    def __init__(self, seed: str, count: int, color: Color, *, speed: tuple[float, float] = (40.0, 12.0), size: tuple[float, float] = (1.0, 3.0), sway: float = 20.0) -> None:  # fmt: skip
        rng = seeded("drift", seed)
        self._place = rng.uniform(0, 1, (count, 2)) * (WIDTH + 80, HEIGHT + 80)
        self._depth = rng.uniform(0.3, 1.0, count)
        self._turn = rng.uniform(0, 6.28, count)
        self._size = rng.uniform(*size, count)
        self._speed, self._sway, self._color = speed, sway, color

    def draw(self, canvas: Image.Image, time_s: float, strength: float = 1.0, x: float = 0.0) -> None:
        """Draw the motes at `time_s`, shifted by `x` times their depth."""
        pen = ImageDraw.Draw(canvas, "RGBA")
        px = (
            self._place[:, 0]
            + (time_s * self._speed[0] + x) * self._depth
            + np.sin(self._turn + time_s * 1.7) * self._sway
        ) % (WIDTH + 80) - 40
        py = (self._place[:, 1] + time_s * self._speed[1] * self._depth) % (HEIGHT + 80) - 40
        for mx, my, size, depth, turn in zip(px, py, self._size, self._depth, self._turn, strict=True):
            flat = 0.55 + 0.45 * math.sin(turn + time_s * 4)
            pen.ellipse(
                (mx - size, my - size * flat, mx + size, my + size * flat),
                fill=(*self._color, round(235 * depth * strength)),
            )


def speed_lines(canvas: Image.Image, seed: str, drawing: int, color: Color = (255, 255, 255), strength: float = 0.35, count: int = 46) -> None:  # fmt: skip
    """Draw horizontal speed lines, new in each drawing, thinner towards the middle."""
    rng = seeded("speed", seed, drawing)
    pen = ImageDraw.Draw(canvas, "RGBA")
    for _ in range(count):
        y = HEIGHT * (0.5 + rng.choice((-1, 1)) * (0.5 - 0.42 * rng.random() ** 1.4))
        x, long = rng.uniform(-300, WIDTH), rng.uniform(160, 620)
        half = rng.uniform(0.6, 2.4)
        pen.polygon(
            [(x, y), (x + long * 0.4, y - half), (x + long, y), (x + long * 0.4, y + half)],
            fill=(*color, round(255 * strength * rng.random())),
        )


def burst(canvas: Image.Image, seed: str, drawing: int, x: float, y: float, color: Color = (255, 255, 255), strength: float = 0.6) -> None:  # fmt: skip
    """Draw focus lines that converge on (x, y), as in a comic's decisive panel."""
    rng = seeded("burst", seed, drawing)
    pen = ImageDraw.Draw(canvas, "RGBA")
    for _ in range(70):
        angle, half = rng.uniform(0, math.tau), rng.uniform(0.002, 0.014)
        near = rng.uniform(300, 470)
        tip = (x + math.cos(angle) * near, y + math.sin(angle) * near * 0.75)
        pen.polygon([tip, (x + math.cos(angle - half) * 1500, y + math.sin(angle - half) * 1500),
                     (x + math.cos(angle + half) * 1500, y + math.sin(angle + half) * 1500)], fill=(*color, round(255 * strength * rng.random())))  # fmt: skip


def trail(points: NDArray[np.float64], canvas: Image.Image, color: Color, width: float = 5.0) -> None:
    """Draw a fading trail through `points` (shape (n, 2), newest last)."""
    pen = ImageDraw.Draw(canvas, "RGBA")
    for k in range(1, len(points)):
        part = k / len(points)
        pen.line(
            (*points[k - 1], *points[k]), fill=(*color, round(220 * part)), width=max(1, round(width * part))
        )
