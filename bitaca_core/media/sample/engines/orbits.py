"""Orbits: shaded planets, rings, and moons on ellipses."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from bitaca_core.media.sample.paint import Color, mix, seeded, smooth_noise


def planet(radius: int, seed: str, dark: Color, middle: Color, light: Color, *, bands: float = 0.0, sun: tuple[float, float] = (-0.6, -0.5)) -> Image.Image:  # fmt: skip
    """Return a lit sphere, RGBA, in a tile of 2 radii plus a rim of air; `bands` 0..1 makes it striped."""
    size = radius * 2 + 24
    axis = (np.arange(size) + 0.5 - size / 2) / radius
    x, y = np.meshgrid(axis, axis)
    distance = np.sqrt(x * x + y * y)
    z = np.sqrt(np.clip(1 - distance**2, 0, 1))
    lit = np.clip(x * sun[0] + y * sun[1] + z * 0.62, 0, 1)
    ground = smooth_noise(seeded("planet", seed), size, size, max(8, radius // 2), 5)
    stripes = 0.5 + 0.5 * np.sin((y * 7 + ground * 2.2) * math.pi)
    tone = np.clip(ground * (1 - bands) + stripes * bands, 0, 1)
    surface = (
        np.array(middle) + (np.array(light) - np.array(middle)) * np.clip((tone - 0.35) * 2, 0, 1)[..., None]
    )
    color = np.array(dark) + (surface - np.array(dark)) * (lit**0.8)[..., None]
    rim = np.clip(1 - np.abs(distance - 1) * radius / 11, 0, 1) * np.clip(
        lit + 0.5 * (x * sun[0] + y * sun[1] > 0), 0, 1
    )
    body = np.clip((1 - distance) * radius + 0.5, 0, 1)
    alpha = np.maximum(body, rim * 0.45 * (distance > 0.98))
    color = color + (np.array(light) - color) * (rim * 0.55)[..., None]
    return Image.fromarray(np.dstack([np.clip(color, 0, 255), alpha * 255]).astype(np.uint8), "RGBA")


def place(
    x: float, y: float, wide: float, high: float, turn: float, tilt: float = -0.3
) -> tuple[float, float]:
    """Return the point of a tilted ellipse about (x, y) at `turn` (radians)."""
    px, py = math.cos(turn) * wide, math.sin(turn) * high
    return x + px * math.cos(tilt) - py * math.sin(tilt), y + px * math.sin(tilt) + py * math.cos(tilt)


def ellipse(canvas: Image.Image, x: float, y: float, wide: float, high: float, color: Color, alpha: int = 60, tilt: float = -0.3) -> None:  # fmt: skip
    """Draw an orbit as a thin line."""
    points = [place(x, y, wide, high, k * math.tau / 120, tilt) for k in range(121)]
    ImageDraw.Draw(canvas, "RGBA").line(points, fill=(*color, alpha), width=1)


def rings(canvas: Image.Image, x: float, y: float, inner: float, outer: float, flat: float, color: Color, tilt: float = -0.3, front: bool = False) -> None:  # fmt: skip
    """Draw the far or the near half of a planet's rings."""
    pen = ImageDraw.Draw(canvas, "RGBA")
    start = 0 if front else 60
    for band in range(14):
        part = band / 13
        wide = inner + (outer - inner) * part
        points = [place(x, y, wide, wide * flat, (start + k) * math.tau / 120, tilt) for k in range(61)]
        alpha = round(70 + 110 * abs(math.sin(band * 1.9)))
        pen.line(points, fill=(*mix(color, (255, 255, 255), 0.3 * (band % 3)), alpha), width=3)
