"""O Trem para o Mar, the window: Lia and the driver inside."""

from __future__ import annotations

import math

from PIL import Image

from bitaca_core.media.sample.engines import figures, particles, ridges, town
from bitaca_core.media.sample.engines import train as railway
from bitaca_core.media.sample.paint import (
    add,
    camera,
    glow,
    lay,
    span,
)
from bitaca_core.media.sample.stories.trem_cores import DRIVER, LIA_WARM, night_sky
from bitaca_core.media.sample.story import Draw


def compartment(outside: str, close: bool = False) -> Draw:
    """Lia and the driver at the window; outside pass stars, rain or the city."""
    room = railway.carriage((70, 34, 46), (116, 66, 48), (230, 180, 96))
    rain = particles.Rain("pane", 170, -0.5) if outside == "rain" else None
    if outside == "city":
        view = night_sky(
            "pane-city", ((0.0, (30, 12, 66)), (0.6, (130, 44, 116)), (1.0, (240, 110, 110))), None, 120
        )
        passing = [
            (
                town.hillside(
                    3300,
                    380,
                    "pane-a",
                    ((70, 52, 116), (110, 56, 116), (50, 74, 126)),
                    (110, 44, 110),
                    0.5,
                    rows=6,
                    house=48,
                    lit=0.6,
                ),
                90.0,
                150.0,
            )
        ]
    elif outside == "rain":
        view = night_sky(
            "pane-rain", ((0.0, (16, 28, 48)), (0.6, (52, 84, 104)), (1.0, (90, 120, 126))), None, 0
        )
        passing = [(ridges.ridge(2600, 320, "pane-r1", (44, 74, 92), relief=0.3), 60.0, 150.0), (ridges.ridge(4400, 260, "pane-r2", (22, 42, 56), relief=0.2, cell=200), 180.0, 260.0)]  # fmt: skip
    else:
        view = night_sky("pane-stars", count=900)
        passing = [(ridges.ridge(2200, 260, "pane-s1", (70, 44, 92), relief=0.24), 40.0, 230.0), (ridges.caatinga(5200, 220, "pane-s2", (34, 20, 48), count=80), 240.0, 300.0)]  # fmt: skip
    flies = (
        particles.Fireflies("pane", 22, area=(140, 120, 1180, 430), size=18) if outside == "rain" else None
    )

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = view.copy()
        for layer, speed, y in passing:
            lay(canvas, layer, -time_s * speed, y)
        if rain:
            rain.draw(canvas, time_s, 1 - span(time_s, 9, 14))
        rock = railway.sway(time_s, 2.0)
        lay(canvas, room, 0, rock)
        add(canvas, glow(330, (120, 78, 36), 1.7), 640, 130 + rock)
        talk = 0.12 * math.sin(time_s * 2.2)
        point = span(time_s, 2.5, 3.5) * (1 - span(time_s, 9.0, 10.5)) if outside == "stars" else 0.3
        lia = figures.stilled(
            figures.SIT,
            head=-0.1 + 0.06 * math.sin(time_s * 1.3),
            near_arm=(0.5 + 0.5 * (outside == "city"), 1.3 + 1.2 * (outside == "city")),
        )
        lay(canvas, figures.person(300, lia, LIA_WARM, time_s, 0.2), 230 - 300, 708 - 540 + rock)
        man = figures.Pose(
            -0.04,
            0.12 + talk * 0.4,
            (0.7 + 1.2 * point, 1.6 + 0.7 * point),
            (0.3, 1.0),
            (1.5, 0.05),
            (1.4, -0.05),
        )
        lay(
            canvas,
            figures.mirrored(figures.person(330, man, DRIVER, time_s, 0.2)),
            1060 - 330,
            716 - 594 + rock,
        )
        if flies:
            flies.draw(canvas, time_s, strength=span(time_s, 9.0, 13.0))
        return camera(
            canvas,
            (1.22 if close else 1.04) + 0.006 * time_s,
            0.2 if close and outside != "city" else 0.5,
            0.62,
        )

    return draw
