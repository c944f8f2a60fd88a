"""O Trem para o Mar, the arrival: the sea, and the poster."""

from __future__ import annotations

import math

from PIL import Image

from bitaca_core.media.sample.engines import figures, lettering, ridges, sea, sky
from bitaca_core.media.sample.engines import train as railway
from bitaca_core.media.sample.engines.figures import Look
from bitaca_core.media.sample.paint import (
    WIDTH,
    Ink,
    add,
    bloom,
    camera,
    glow,
    gradient,
    lay,
    span,
)
from bitaca_core.media.sample.stories.trem_cores import DARK, DAWN, LIA_WARM, night_sky
from bitaca_core.media.sample.stories.trem_viagem import ride
from bitaca_core.media.sample.story import Draw


def first_light() -> Draw:
    """Over the last ridge, the sea."""
    base = night_sky("dawn", DAWN, None, 60)
    sky.disc(base, 900, 420, 44, (255, 248, 222), (255, 170, 110), 5)
    lay(base, sky.cumulus(WIDTH, 260, "dawn", (255, 222, 190), (190, 140, 180), 5), 0, 120)
    water = sea.Sea("first", 424, (214, 190, 200), (120, 160, 190), (255, 244, 226), rows=7, swell=0.4)
    bloom(base, 175, 0.5)
    layers = [
        (
            ridges.ridge(
                2000, 240, "dawn-a", (120, 110, 150), base=0.2, relief=0.2, cell=380, rim=(255, 210, 180)
            ),
            0.12,
            480.0,
        )
    ]
    front = ridges.grass(5000, 150, "dawn", ((80, 70, 90), (40, 36, 60)), blades=1400)
    base_now = base.copy()
    going = ride(
        base_now, [], front, 600, 280, 60, 610, (60, 50, 90), (255, 220, 180), (120, 110, 120), "dawn"
    )

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        water.draw(canvas, time_s)
        water.glitter(canvas, time_s, 900, (255, 240, 206), 110)
        base_now.paste(canvas, (0, 0))
        for layer, factor, y in layers:
            lay(base_now, layer, -time_s * 280 * factor, y)
        return going(time_s, drawing)

    return draw


def beach(ending: bool) -> Draw:
    """Lia walks to the water; the shell answers."""
    base = night_sky("beach", DAWN, None, 0)
    sky.disc(base, 760, 372, 70, (255, 250, 226), (255, 170, 110), 4)
    lay(base, sky.cumulus(WIDTH, 300, "beach", (255, 226, 196), (200, 146, 180), 4), 0, 60)
    water = sea.Sea("beach", 424, (226, 190, 190), (64, 130, 160), (255, 246, 232), rows=11, swell=0.9)
    bloom(base, 175, 0.5)
    shore = Ink(WIDTH + 100, 240, (230, 190, 150))
    shore.polygon(
        [
            (0, 240),
            (0, 40),
            *((x, 70 + 22 * math.sin(x / 240)) for x in range(0, WIDTH + 110, 20)),
            (WIDTH + 100, 240),
        ],
        (236, 196, 156),
    )
    shore.polygon(
        [
            (0, 240),
            (0, 120),
            *((x, 130 + 18 * math.sin(x / 200 + 1)) for x in range(0, WIDTH + 110, 20)),
            (WIDTH + 100, 240),
        ],
        (214, 168, 136),
    )
    sand = shore.done()
    palms = Ink(520, 620, (70, 52, 80))
    ridges.palm(palms, 140, 620, 520, 0.22, (70, 52, 80))
    ridges.palm(palms, 60, 620, 400, -0.08, (90, 66, 92))
    grove = palms.done()
    look = Look(
        (240, 176, 60),
        (132, 78, 58),
        (24, 16, 26),
        (132, 78, 58),
        (255, 236, 190),
        None,
        skirt=True,
        tress=True,
    )
    gulls = [figures.bird(34, k * 0.9, (90, 80, 120)) for k in range(7)]
    rows = [
        lettering.mask(text, size, tracking=0.24, weight=0.01)
        for text, size in (
            ("O TREM PARA O MAR", 44),
            ("desenho, música e trilhos: Bitaca Play", 22),
            ("para todas as avós que foram só uma vez", 22),
        )
    ]

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        for k in range(5):
            lay(canvas, gulls[(drawing + k * 2) % 7], 300 + k * 70 + time_s * 14, 170 + (k % 3) * 30)
        water.draw(canvas, time_s)
        water.glitter(canvas, time_s, 760, (255, 244, 214), 130)
        wash = 16 * math.sin(time_s * 0.9)
        lay(canvas, sand, -40, 540 + wash)
        lay(canvas, grove, -40, 120)
        if not ending:
            x = min(560.0, 180 + time_s * 46)
            pose = (
                figures.walk(time_s * 6)
                if x < 560
                else figures.stilled(figures.STAND, near_arm=(0.5, 0.4), head=-0.1)
            )
        else:
            x = 560
            up = span(time_s, 1.0, 3.0) * (1 - span(time_s, 7.0, 8.5))
            pose = figures.stilled(figures.STAND, near_arm=(0.5 + 1.0 * up, 0.5 + 2.5 * up), head=-0.12)
        lay(canvas, figures.person(210, pose, look, time_s, 0.8), x - 210, 668 - 378)
        if ending:
            for row, shape in enumerate(rows):
                lettering.paint(
                    canvas,
                    shape,
                    850,
                    130 + row * 62,
                    (255, 252, 240),
                    opacity=span(time_s, 8.0 + row, 9.2 + row) * (1 - span(time_s, 15.5, 17)),
                    halo=0.35,
                )
        return camera(canvas, 1.14 - 0.007 * time_s if ending else 1.02 + 0.006 * time_s, 0.42, 0.6)

    return draw


def poster() -> Image.Image:
    """Return the poster: the train climbs out of the night into a moon over the sea."""
    canvas = gradient(
        720,
        1080,
        (
            (0, (8, 8, 40)),
            (0.35, (36, 36, 104)),
            (0.62, (120, 70, 130)),
            (0.78, (230, 120, 110)),
            (1, (255, 190, 120)),
        ),
        "trem-poster",
    )
    sky.milky_way(canvas, "trem", (140, 130, 220), 0.9)
    sky.stars(canvas, "trem", 620, 0.7)
    sky.disc(canvas, 470, 690, 120, (255, 240, 206), (255, 160, 110), 3.4)
    lay(
        canvas,
        ridges.ridge(
            720, 260, "poster-a", (140, 80, 120), base=0.3, relief=0.3, cell=300, rim=(255, 180, 140)
        ),
        0,
        640,
    )
    lay(canvas, ridges.ridge(720, 260, "poster-b", (84, 52, 96), base=0.34, relief=0.26, cell=240), 0, 730)
    cars = railway.train(2, 108, (40, 30, 66), (255, 206, 140))
    railway.Smoke("poster", (90, 72, 110), 110).draw(canvas, 500, 680, 2.0, 60)
    lay(canvas, railway.rails(720, (30, 20, 44), (190, 150, 140)), 0, 866)
    lay(canvas, cars, 690 - cars.width, 874 - 189)
    for pane in range(5):
        add(canvas, glow(90, (110, 66, 24), 1.8), 690 - cars.width + 100 + pane * 120, 800)
    add(canvas, glow(220, (150, 120, 70), 1.8), 640, 790)
    lay(canvas, ridges.caatinga(720, 260, "trem-poster", DARK, count=14, rim=(200, 110, 120)), 0, 830)
    lay(
        canvas,
        figures.person(
            170, figures.stilled(figures.STAND, near_arm=(1.5, 2.95), head=-0.1), LIA_WARM, 0.3, 0.8
        ),
        150 - 170,
        1010 - 306,
    )
    bloom(canvas, 170, 0.4)
    lettering.justified(
        canvas,
        ("O TREM",),
        60,
        70,
        600,
        (255, 226, 170),
        most=170,
        tall=1.25,
        weight=0.03,
        tracking=0.06,
        halo=0.4,
    )
    lettering.justified(
        canvas,
        ("PARA O MAR",),
        60,
        260,
        600,
        (140, 190, 255),
        most=120,
        tall=1.0,
        weight=0.02,
        tracking=0.06,
        halo=0.5,
    )
    return canvas
