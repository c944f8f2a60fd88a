"""Gato de Plantão, the cases: what each episode alone has to show."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from bitaca_core.media.sample.engines import figures, particles, sky, town
from bitaca_core.media.sample.paint import (
    HEIGHT,
    WIDTH,
    Color,
    Ink,
    add,
    bloom,
    camera,
    glow,
    gradient,
    lay,
    mist,
    seeded,
    span,
)
from bitaca_core.media.sample.stories.gato_ladeira import (
    BOW,
    EYE,
    FUR,
    HAZE,
    INK,
    RIM,
    WALLS,
    cat,
    night,
)
from bitaca_core.media.sample.story import Draw


def heron() -> Draw:
    """The culprit: a heron on the water tank, with the fish, before the moon."""
    base = night("heron", 0.35, (760, 270, 190))
    bloom(base, 170, 0.4)
    tank = Ink(420, 300, (24, 50, 92))
    tank.rectangle(40, 60, 380, 300, (28, 62, 108), 20)
    tank.rectangle(20, 40, 400, 82, (44, 92, 144), 18)
    tank.rectangle(60, 90, 84, 290, (40, 84, 134))
    roof = town.rooftop(900, 160, (34, 40, 76), RIM, INK, "heron-roof")

    water_tank = tank.done()

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        lay(canvas, water_tank, 560, 400)
        lay(canvas, roof, -260, 610)
        ink = Ink(500, 420, (226, 236, 240))
        dip = 0.25 * max(0.0, math.sin(time_s * 1.1))
        white, shade = (232, 240, 242), (150, 186, 204)
        for leg in (230, 262):
            ink.line([(leg, 250), (leg + 6, 330), (leg - 2, 408)], 5, (190, 150, 80))
        ink.polygon([(140, 260), (200, 190), (290, 176), (318, 214), (270, 262), (200, 274)], white)
        ink.polygon([(150, 262), (220, 214), (280, 226), (240, 262)], shade)
        neck = [(296, 196), (336, 150 + 40 * dip), (306, 96 + 70 * dip), (346, 54 + 110 * dip)]
        smooth = [neck[0], *[((1 - u) ** 3 * neck[0][0] + 3 * u * (1 - u) ** 2 * neck[1][0] + 3 * u * u * (1 - u) * neck[2][0] + u**3 * neck[3][0],
                              (1 - u) ** 3 * neck[0][1] + 3 * u * (1 - u) ** 2 * neck[1][1] + 3 * u * u * (1 - u) * neck[2][1] + u**3 * neck[3][1]) for u in (k / 12 for k in range(1, 13))]]  # fmt: skip
        ink.line(smooth, 17, white)
        hx, hy = neck[3]
        ink.ellipse(hx + 4, hy, 22, 16, white)
        ink.polygon([(hx + 20, hy - 7), (hx + 96, hy + 6), (hx + 20, hy + 8)], (250, 190, 70))
        ink.ellipse(hx + 10, hy - 4, 3.5, 3.5, (20, 20, 30))
        fx, fy = hx + 80, hy + 16
        ink.ellipse(fx, fy, 36, 13, (96, 190, 210))
        ink.polygon([(fx - 30, fy), (fx - 58, fy - 16), (fx - 54, fy + 16)], (96, 190, 210))
        ink.ellipse(fx + 22, fy - 3, 3, 3, (20, 30, 40))
        lay(canvas, ink.done(), 500, 36)
        lay(canvas, cat(140, time_s, drawing), 330 - 140, 622 - 252)
        return camera(canvas, 1.05 + 0.008 * time_s, 0.5, 0.4)

    return draw


def bucket(tipped: bool) -> Draw:
    """The moon in a bucket of water in the yard."""
    base = night("bucket", 0.4, (950, 120, 60) if tipped else None)
    yard = Ink(WIDTH, 240, (30, 36, 62))
    yard.rectangle(0, 30, WIDTH, 240, (30, 36, 62))
    yard.rectangle(0, 26, WIDTH, 31, (96, 150, 170))
    rng = seeded("yard")
    for _ in range(46):
        x, y = rng.uniform(0, WIDTH), rng.uniform(40, 230)
        yard.ellipse(x, y, rng.uniform(8, 44), 2.5, (38, 46, 76))
    lay(base, yard.done(), 0, 490)
    pail = Ink(320, 280, (120, 134, 150))
    pail.polygon([(30, 60), (290, 60), (256, 264), (64, 264)], (112, 126, 146))
    pail.polygon([(30, 60), (90, 60), (110, 264), (64, 264)], (160, 176, 190))
    pail.polygon([(240, 60), (290, 60), (256, 264), (226, 264)], (70, 82, 106))
    pail.line([(52, 150), (272, 150)], 4, (80, 92, 114))
    pail.ellipse(160, 60, 131, 34, (170, 186, 198))
    pail.ellipse(160, 62, 122, 28, (24, 60, 96))
    layer = pail.done()
    shine = glow(280, (150, 150, 100), 1.6)
    bloom(base, 150, 0.5)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        if not tipped:
            add(canvas, shine, 760, 420)
            lay(canvas, layer, 600, 362)
            pen = ImageDraw.Draw(canvas, "RGBA")
            wobble = 5 * math.sin(time_s * 2.4)
            pen.ellipse((760 - 62 + wobble, 424 - 15, 760 + 62 + wobble, 424 + 15), fill=(255, 246, 206, 255))
            for ring in range(3):
                wide = (time_s * 34 + ring * 40) % 120
                pen.ellipse(
                    (760 - wide, 424 - wide * 0.23, 760 + wide, 424 + wide * 0.23),
                    outline=(190, 230, 240, round(150 * (1 - wide / 120))),
                )
            lay(canvas, cat(170, time_s, drawing), 480 - 170, 640 - 306)
            if time_s > 4 and drawing % 40 < 14:
                add(canvas, glow(46, (120, 120, 80), 1.5), 606, 470)
        else:
            fall = span(time_s, 0.6, 1.6)
            turned = layer.rotate(-84 * fall, Image.Resampling.BILINEAR, expand=True)
            lay(canvas, turned, 640 + 60 * fall, 640 - turned.height + 6)
            flow = span(time_s, 1.0, 4.0)
            pen = ImageDraw.Draw(canvas, "RGBA")
            if flow:
                pen.ellipse(
                    (900 - 300 * flow, 655 - 22 * flow, 900 + 330 * flow, 655 + 26 * flow),
                    fill=(40, 92, 130, 220),
                )
                pen.ellipse(
                    (905 - 60 * flow, 655 - 10 * flow, 905 + 60 * flow, 655 + 10 * flow),
                    fill=(255, 246, 206, 230),
                )
            rise = span(time_s, 2.2, 6.0)
            for k in range(16):
                part = rise * 1.4 - k * 0.03
                if 0 < part < 1:
                    add(
                        canvas,
                        glow(18, (255, 230, 150), 1.8),
                        905 + 45 * part + 60 * math.sin(part * 7 + k) * (1 - part),
                        650 - 530 * part,
                    )
            lay(canvas, cat(160, time_s, drawing), 420 - 160, 650 - 288)
        return camera(canvas, 1.02 + 0.007 * time_s, 0.55, 0.6)

    return draw


def dark_hill(revive: bool) -> Draw:
    """The whole hill: the lights go out one by one, or fireflies take their place."""
    base = night("dark", 0.0, (230, 130, 56), hills=False)
    layers = [
        (town.hillside(WIDTH, 460, "dark-hill", WALLS, HAZE, 0.5, rows=8, house=44, lit=lit), y)
        for lit, y in ((0.0, 250), (0.62, 250))
    ]
    lay(base, mist(WIDTH, 200, (40, 100, 120), 0.3), 0, 240)
    dark, light = base.copy(), base.copy()
    lay(dark, *_flat(layers[0]))
    lay(light, *_flat(layers[1]))
    dark = Image.blend(dark, Image.new("RGB", dark.size, (6, 8, 24)), 0.45)
    bloom(light, 140, 0.8)
    swarm = particles.Fireflies("hill", 150, area=(40, 300, 1240, 700), size=26)
    wall = town.rooftop(520, 120, (24, 30, 60), RIM, INK, "dark-roof")

    def draw(time_s: float, drawing: int) -> Image.Image:
        if revive:
            canvas = dark.copy()
            swarm.draw(canvas, time_s, strength=span(time_s, 0.3, 4.0))
        else:
            flicker = time_s < 2.0 or (time_s < 3.2 and drawing % 5 < 2)
            canvas = (light if flicker else dark).copy()
        lay(canvas, wall, -60, 610)
        lay(canvas, cat(130, time_s, drawing), 250 - 130, 622 - 234)
        if not revive and time_s > 3.2:
            add(canvas, glow(20, (200, 160, 50), 1.8), 276, 518)
        return camera(canvas, 1.0 + 0.008 * time_s, 0.4, 0.6)

    return draw


def _flat(entry: tuple[Image.Image, int]) -> tuple[Image.Image, float, float]:
    return entry[0], 0.0, float(entry[1])


def farewell(glow_color: Color) -> Draw:
    """Breu from behind on a wall, the hill and the first light of day."""
    base = gradient(
        WIDTH,
        HEIGHT,
        ((0, (30, 40, 96)), (0.5, (130, 110, 160)), (0.8, (250, 170, 130)), (1, (255, 220, 160))),
        "farewell",
    )
    sky.stars(base, "farewell", 120, 0.4)
    sky.disc(base, 860, 440, 60, (255, 240, 200), glow_color, 4)
    lay(base, sky.cumulus(WIDTH, 260, "farewell", (255, 206, 170), (150, 110, 160), 4), 0, 130)
    lay(
        base,
        town.hillside(WIDTH, 330, "farewell", WALLS, (200, 130, 140), 0.5, rows=6, house=36, lit=0.12),
        0,
        400,
    )
    bloom(base, 170, 0.5)
    wall = town.rooftop(760, 190, (60, 44, 84), (255, 200, 150), INK, "farewell-roof")

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        lay(canvas, wall, 60, 590)
        lay(
            canvas,
            figures.cat(
                150, FUR, EYE, tail=time_s * 1.5, rim=(255, 190, 140), blink=drawing % 38 in (5, 6), bow=BOW
            ),
            430 - 150,
            602 - 270,
        )
        return camera(canvas, 1.06 - 0.006 * time_s, 0.45, 0.5)

    return draw
