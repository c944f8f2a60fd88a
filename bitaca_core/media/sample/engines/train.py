"""A night train: engine, carriages with lit windows, rails, smoke; and a carriage from inside."""

from __future__ import annotations

import math

from PIL import Image

from bitaca_core.media.sample.paint import WIDTH, Color, Ink, add, dim, glow, mix, seeded

AMBER: Color = (255, 200, 104)


def train(carriages: int, unit: int, body: Color, rim: Color, window: Color = AMBER) -> Image.Image:
    """Return a train that faces right, RGBA; `unit` is the height of a carriage in pixels."""
    long = unit * 3.1
    width = round(carriages * long + unit * 4.2)
    ink = Ink(width, round(unit * 1.9), body)
    foot = unit * 1.75
    for number in range(carriages):
        x = number * long + 4
        ink.rectangle(x, foot - unit * 1.2, x + long - unit * 0.16, foot - unit * 0.2, body, unit * 0.1)
        ink.rectangle(
            x + unit * 0.06,
            foot - unit * 1.27,
            x + long - unit * 0.22,
            foot - unit * 1.14,
            mix(body, rim, 0.4),
            unit * 0.05,
        )
        ink.rectangle(x, foot - unit * 0.46, x + long - unit * 0.16, foot - unit * 0.4, mix(body, rim, 0.55))
        for pane in range(5):
            px = x + unit * (0.2 + 0.56 * pane)
            ink.rectangle(
                px,
                foot - unit * 0.98,
                px + unit * 0.38,
                foot - unit * 0.6,
                mix(window, (255, 150, 70), 0.16 * (pane * 7 % 3)),
                unit * 0.05,
            )
        for wheel in (0.45, 0.95, 2.05, 2.55):
            ink.ellipse(
                x + unit * wheel, foot - unit * 0.08, unit * 0.15, unit * 0.15, mix(body, (0, 0, 0), 0.35)
            )
        ink.rectangle(
            x + long - unit * 0.2,
            foot - unit * 0.35,
            x + long + 6,
            foot - unit * 0.27,
            mix(body, (0, 0, 0), 0.3),
        )
    x = carriages * long
    ink.rectangle(x, foot - unit * 1.5, x + unit * 1.05, foot - unit * 0.25, body, unit * 0.06)
    ink.rectangle(
        x - unit * 0.1,
        foot - unit * 1.62,
        x + unit * 1.2,
        foot - unit * 1.48,
        mix(body, rim, 0.4),
        unit * 0.06,
    )
    ink.rectangle(
        x + unit * 0.25, foot - unit * 1.28, x + unit * 0.72, foot - unit * 0.85, window, unit * 0.05
    )
    ink.rectangle(x + unit, foot - unit * 1.12, x + unit * 3.1, foot - unit * 0.35, body, unit * 0.3)
    ink.rectangle(
        x + unit, foot - unit * 1.1, x + unit * 3.0, foot - unit * 1.04, mix(body, rim, 0.8), unit * 0.03
    )
    for band in (1.35, 1.95, 2.55):
        ink.rectangle(
            x + unit * band,
            foot - unit * 1.12,
            x + unit * (band + 0.06),
            foot - unit * 0.36,
            mix(body, rim, 0.45),
        )
    ink.polygon(
        [
            (x + unit * 2.35, foot - unit * 1.05),
            (x + unit * 2.7, foot - unit * 1.05),
            (x + unit * 2.82, foot - unit * 1.7),
            (x + unit * 2.24, foot - unit * 1.7),
        ],
        body,
    )
    ink.ellipse(x + unit * 1.6, foot - unit * 1.12, unit * 0.2, unit * 0.17, body)
    ink.ellipse(x + unit * 3.1, foot - unit * 0.78, unit * 0.13, unit * 0.13, (255, 244, 200))
    ink.polygon(
        [(x + unit * 3.0, foot - unit * 0.3), (x + unit * 3.6, foot), (x + unit * 2.9, foot)],
        mix(body, (0, 0, 0), 0.25),
    )
    for wheel, size in ((0.5, 0.2), (1.35, 0.29), (2.0, 0.29), (2.65, 0.29)):
        ink.ellipse(
            x + unit * wheel, foot - size * unit * 0.8, unit * size, unit * size, mix(body, (0, 0, 0), 0.35)
        )
        ink.ellipse(
            x + unit * wheel,
            foot - size * unit * 0.8,
            unit * size * 0.45,
            unit * size * 0.45,
            mix(body, rim, 0.4),
        )
    return ink.done()


class Smoke:
    """Puffs that leave the chimney and stay behind."""

    def __init__(self, seed: str, color: Color, size: int = 90) -> None:
        rng = seeded("smoke", seed)
        self._offset = rng.uniform(-1, 1, (40, 2))
        soft = [glow(max(4, round(size * (0.25 + 0.75 * k / 7))), color, 1.5) for k in range(8)]
        self._puffs = [dim(puff, 0.55 * (1 - k / 8.5)) for k, puff in enumerate(soft)]

    def draw(self, canvas: Image.Image, x: float, y: float, time_s: float, speed: float) -> None:
        """Add the smoke of a chimney at (x, y) that moves right at `speed` pixels a second."""
        for puff in range(22):
            age = (time_s * 1.4 + puff / 22 * 5) % 5 / 5
            turn = int((time_s * 1.4 + puff / 22 * 5) // 5) + puff
            dx, dy = self._offset[turn % 40]
            add(
                canvas,
                self._puffs[min(7, int(age * 8))],
                x - age * (speed * 1.1 + 60) + dx * 26 * age,
                y - age * 150 - 8 + dy * 34 * age,
            )


def rails(width: int, color: Color, rim: Color) -> Image.Image:
    """Return a railway embankment with sleepers, RGBA, 200 pixels high."""
    ink = Ink(width, 200, color)
    ink.rectangle(0, 12, width, 200, color)
    for x in range(0, width, 26):
        ink.rectangle(x, 9, x + 13, 15, mix(color, (0, 0, 0), 0.3))
    ink.rectangle(0, 5, width, 8, rim)
    return ink.done()


def carriage(wall: Color, wood: Color, brass: Color) -> Image.Image:
    """Return a compartment seen from inside: two windows left open as holes, seats, lamps, a table; RGBA."""
    ink = Ink(WIDTH, 720, wall)
    ink.rectangle(0, 0, WIDTH, 720, wall)
    for plank in range(0, WIDTH, 64):
        ink.line([(plank, 0), (plank, 720)], 1.5, mix(wall, (0, 0, 0), 0.18))
    ink.rectangle(0, 0, WIDTH, 54, mix(wall, (0, 0, 0), 0.35))
    ink.rectangle(0, 500, WIDTH, 720, mix(wood, (0, 0, 0), 0.25))
    ink.rectangle(0, 492, WIDTH, 506, mix(wood, brass, 0.4))
    for left in (120, 680):
        ink.rectangle(left - 20, 92, left + 500, 452, wood, 28)
        ink.rectangle(left - 20, 440, left + 500, 456, mix(wood, brass, 0.35), 6)
        ink.pen.rounded_rectangle([v * 2 for v in (left, 110, left + 480, 436)], 36, fill=(*wall, 0))
        ink.line([(left + 240, 110), (left + 240, 436)], 8, wood)
        for side in (-1, 1):
            edge = left + 240 + side * 240
            ink.polygon(
                [
                    (edge - side * -8, 104),
                    (edge - side * 74, 104),
                    (edge - side * 40, 300),
                    (edge - side * -8, 380),
                ],
                mix((150, 40, 50), wall, 0.3),
            )
    for x in (20, 1000):
        ink.rectangle(x, 470, x + 260, 640, (122, 40, 48), 26)
        ink.rectangle(x - 14, 600, x + 274, 690, (146, 52, 54), 22)
        for button in range(4):
            ink.ellipse(x + 40 + button * 60, 530, 4, 4, brass)
    ink.rectangle(560, 560, 720, 574, mix(wood, brass, 0.3), 5)
    ink.rectangle(634, 574, 646, 720, mix(wood, (0, 0, 0), 0.3))
    for x in (640,):
        ink.line([(x, 54), (x, 92)], 3, brass)
        ink.polygon([(x - 26, 122), (x + 26, 122), (x + 14, 90), (x - 14, 90)], brass)
        ink.ellipse(x, 124, 12, 8, (255, 244, 206))
    return ink.done()


def sway(time_s: float, amount: float = 3.0) -> float:
    """Return how far a carriage rocks at `time_s`, pixels."""
    return amount * math.sin(time_s * 5.03) * (0.4 + 0.6 * abs(math.sin(time_s * 0.9)))
