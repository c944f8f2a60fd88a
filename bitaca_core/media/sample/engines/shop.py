"""The bitaca: a corner shop at night with its awning, shelves, counter and lamp."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from bitaca_core.media.sample.engines import lettering
from bitaca_core.media.sample.paint import Color, Ink, add, glow, lay, mix, seeded, veil

FRUIT: tuple[Color, ...] = ((240, 90, 60), (250, 180, 50), (120, 180, 70), (220, 60, 70), (250, 220, 90))
JARS: tuple[Color, ...] = (
    (210, 110, 60),
    (90, 150, 120),
    (230, 190, 90),
    (150, 70, 90),
    (80, 120, 170),
    (240, 220, 180),
)


def shop(width: int, height: int, wall: Color, dark: Color, *, open_door: bool = True) -> Image.Image:
    """Return the front of the shop, RGBA; its light comes from `light`."""
    ink = Ink(width, height, dark)
    w, h = float(width), float(height)
    ink.rectangle(0, h * 0.1, w, h, wall)
    ink.rectangle(0, h * 0.06, w, h * 0.12, mix(wall, dark, 0.4))
    rng = seeded("shop")
    for _ in range(60):
        x, y = rng.uniform(0, w), rng.uniform(h * 0.14, h)
        ink.rectangle(x, y, x + 26, y + 9, mix(wall, dark, 0.14))
    inside = (240, 158, 74) if open_door else (36, 28, 44)
    left, right, top = w * 0.1, w * 0.9, h * 0.4
    ink.rectangle(left - 10, top - 8, right + 10, h, mix(wall, dark, 0.55))
    ink.rectangle(left, top, right, h, inside)
    if open_door:
        ink.rectangle(left, top, right, top + h * 0.05, (190, 104, 50))
        for shelf in range(3):
            y = h * (0.53 + 0.1 * shelf)
            x = left + 14.0
            while x < right - 26:
                wide, tall = rng.uniform(11, 22), rng.uniform(h * 0.035, h * 0.072)
                color = JARS[int(rng.integers(len(JARS)))]
                ink.rectangle(x, y - tall, x + wide, y, mix(color, (120, 60, 30), 0.25), 3)
                ink.rectangle(x + 2, y - tall + 2, x + 5, y - 3, mix(color, (255, 255, 230), 0.45))
                x += wide + rng.uniform(3, 14)
            ink.rectangle(left, y, right, y + 5, (140, 76, 44))
    ink.rectangle(left, h * 0.79, w * 0.64, h, (120, 62, 44))
    ink.rectangle(left - 8, h * 0.775, w * 0.65, h * 0.8, (176, 104, 62))
    for crate in range(2):
        x = w * (0.13 + 0.24 * crate)
        ink.rectangle(x, h * 0.9, x + w * 0.2, h, (150, 94, 54))
        ink.rectangle(x, h * 0.94, x + w * 0.2, h * 0.95, (96, 56, 38))
        for fruit in range(9):
            ink.ellipse(
                x + w * 0.02 + fruit * w * 0.02,
                h * 0.892 - (fruit % 2) * 7,
                10,
                10,
                FRUIT[(fruit + crate * 2) % len(FRUIT)],
            )
    stripes = 12
    for stripe in range(stripes):
        x0, x1 = w * (0.04 + 0.92 * stripe / stripes), w * (0.04 + 0.92 * (stripe + 1) / stripes)
        cloth: Color = (222, 62, 58) if stripe % 2 == 0 else (250, 232, 204)
        cloth = mix(cloth, dark, 0.12)
        t0, t1 = w * (0.08 + 0.84 * stripe / stripes), w * (0.08 + 0.84 * (stripe + 1) / stripes)
        ink.polygon([(t0, h * 0.3), (t1, h * 0.3), (x1, h * 0.43), (x0, h * 0.43)], cloth)
        ink.ellipse((x0 + x1) / 2, h * 0.43, (x1 - x0) / 2, h * 0.025, cloth)
    ink.rectangle(w * 0.22, h * 0.145, w * 0.78, h * 0.275, (36, 26, 34), 8)
    ink.rectangle(w * 0.22 + 4, h * 0.145 + 4, w * 0.78 - 4, h * 0.275 - 4, (24, 70, 72), 6)
    image = ink.done()
    sign = lettering.fitted("BITACA", round(w * 0.44), round(h * 0.085), weight=0.05, tracking=0.12)
    lay(
        image,
        veil((255, 206, 110), np.asarray(sign).astype(np.float32) / 255),
        w / 2 - sign.width / 2,
        h * 0.21 - sign.height / 2,
    )
    return image


def light(canvas: Image.Image, x: float, y: float, width: float, amount: float = 1.0) -> None:
    """Let the shop's light fall on its surroundings; (x, y) is the middle of its door."""
    add(canvas, glow(round(width * 0.95), mix((0, 0, 0), (255, 150, 60), 0.34 * amount), 1.7), x, y)
    add(canvas, glow(round(width * 0.5), mix((0, 0, 0), (255, 170, 80), 0.3 * amount), 1.5), x, y)


def lamp(width: int, height: int, color: Color) -> Image.Image:
    """Return a street lamp, RGBA, its light at the upper left."""
    ink = Ink(width, height, color)
    ink.line([(width - 12, height), (width - 12, 46), (width - 30, 20), (40, 16)], 7, color)
    ink.polygon([(16, 30), (66, 30), (54, 12), (30, 12)], color)
    ink.ellipse(41, 32, 18, 6, (255, 236, 190))
    return ink.done()


def umbrella(size: int, color: Color, second: Color) -> Image.Image:
    """Return an open umbrella with a straight stick, RGBA, in a square tile."""
    ink = Ink(size, size, color, fine=3)
    s = float(size)
    ink.line([(s / 2, s * 0.1), (s / 2, s * 0.92)], s * 0.018, (40, 30, 40))
    rim = [
        (s * 0.5 + s * 0.46 * math.cos(a), s * 0.46 - s * 0.34 * math.sin(a))
        for a in (math.pi * k / 24 for k in range(25))
    ]
    ink.polygon(rim, color)
    for panel in range(1, 5, 2):
        a, b = math.pi * panel / 5, math.pi * (panel + 1) / 5
        ink.polygon(
            [
                (s / 2, s * 0.11),
                *[
                    (
                        s * 0.5 + s * 0.46 * math.cos(a + (b - a) * k / 6),
                        s * 0.46 - s * 0.34 * math.sin(a + (b - a) * k / 6),
                    )
                    for k in range(7)
                ],
            ],
            second,
        )
    ink.ellipse(s / 2, s * 0.115, s * 0.02, s * 0.03, (40, 30, 40))
    return ink.done()
