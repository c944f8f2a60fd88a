"""Gato de Plantão: Breu, a black cat with a red bow, solves the small mysteries of Sossego Hill.

The three episodes share the opening (10 s) and the credits (8 s).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image, ImageDraw

from bitaca_core.media.sample.engines import figures, lettering, particles, shop, sky, town
from bitaca_core.media.sample.music.styles import night_shift
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
from bitaca_core.media.sample.story import Draw, Line, Shot, SoundTrack, Story

INTRO_S, CREDITS_S, LENGTH_S = 10.0, 8.0, 66.0
FUR: Color = (16, 12, 28)
EYE: Color = (255, 208, 72)
BOW: Color = (232, 56, 62)
RIM: Color = (120, 200, 230)
WALLS: tuple[Color, ...] = ((40, 84, 104), (70, 58, 110), (30, 104, 104), (96, 62, 104), (52, 70, 120))
HAZE: Color = (34, 84, 112)
INK: Color = (10, 14, 34)
SKY = ((0.0, (8, 12, 40)), (0.4, (20, 48, 92)), (0.75, (44, 116, 132)), (1.0, (110, 170, 150)))


def _cat(size: int, time_s: float, drawing: int, *, sitting: bool = True, pace: float = 9.0) -> Image.Image:
    return figures.cat(size, FUR, EYE, phase=time_s * pace, sitting=sitting, rim=RIM, blink=drawing % 38 in (5, 6), tail=time_s * 1.9, bow=BOW)  # fmt: skip


def _night(
    seed: str, lit: float = 0.42, moon: tuple[int, int, int] | None = (1010, 150, 66), hills: bool = True
) -> Image.Image:
    canvas = gradient(WIDTH, HEIGHT, SKY, seed)
    sky.stars(canvas, seed, 420, 0.6)
    if moon:
        sky.moon(canvas, *moon, "breu", (255, 244, 206), (110, 190, 210))
    lay(canvas, sky.streaks(WIDTH, 220, seed, (60, 120, 150), 0.5), 0, 190)
    if hills:
        lay(
            canvas,
            town.hillside(WIDTH, 330, seed + "far", WALLS, HAZE, 0.62, rows=7, house=30, lit=lit),
            0,
            330,
        )
        lay(canvas, mist(WIDTH, 200, (60, 140, 150), 0.45), 0, 420)
    return canvas


def _opening() -> Draw:
    base = _night("opening")
    back = town.hillside(1900, 330, "opening-mid", WALLS, INK, 0.3, rows=4, house=72, lit=0.5)
    bloom(base, 150, 0.6)
    spot = gradient(WIDTH, HEIGHT, ((0, (14, 20, 54)), (1, (36, 92, 120))), "spot")
    add(spot, glow(430, (170, 160, 110), 1.5), 640, 330)
    wall = town.rooftop(1900, 220, (30, 34, 66), RIM, INK, "opening-wall")
    words = (
        lettering.mask("GATO", 150, weight=0.055, tracking=0.06, tall=1.2),
        lettering.mask("DE PLANTÃO", 74, weight=0.03, tracking=0.16),
    )
    big = _cat(330, 0.0, 0)
    wink = figures.cat(330, FUR, EYE, rim=RIM, blink=True, bow=BOW)

    def draw(time_s: float, drawing: int) -> Image.Image:
        if time_s < 5.5:
            canvas = base.copy()
            lay(canvas, back, -time_s * 60, 400)
            lay(canvas, wall, -time_s * 150, 590)
            x = 180 + time_s * 120
            lay(canvas, _cat(120, time_s, drawing, sitting=False, pace=11), x - 120, 600 - 216)
            for k in range(5):
                lay(
                    canvas,
                    figures.bird(22, time_s * 8 + k, INK),
                    700 + k * 38 + time_s * 40,
                    130 + (k % 2) * 18,
                )
            return canvas
        canvas = spot.copy()
        local = time_s - 5.5
        lay(canvas, wink if 2.2 < local < 2.5 else big, 640 - 330, 700 - 594 + 40)
        slide = span(local, 0.1, 0.7)
        lettering.paint(
            canvas,
            words[0],
            640 - 900 * (1 - slide),
            130,
            (255, 214, 90),
            halo=0.4,
            shadow=(120, 30, 60),
            offset=6,
        )
        lettering.paint(
            canvas,
            words[1],
            640 + 1000 * (1 - span(local, 0.5, 1.1)),
            262,
            (255, 244, 224),
            halo=0.3,
            shadow=(120, 30, 60),
            offset=4,
        )
        return camera(canvas, 1 + 0.01 * local, 0.5, 0.4)

    return draw


def _credits() -> Draw:
    base = _night("credits", 0.2, (640, 250, 96), hills=False)
    lay(base, town.hillside(WIDTH, 260, "credits", WALLS, INK, 0.2, rows=4, house=64, lit=0.35), 0, 490)
    bloom(base, 150, 0.6)
    lights = particles.Fireflies("credits", 40, area=(0, 300, WIDTH, 700))
    lines = [lettering.mask(text, size, tracking=0.2, weight=0.012) for text, size in (
        ("GATO DE PLANTÃO", 40), ("desenho, música e miados: Bitaca Play", 19), ("feito de números e uma semente", 19), ("Breu volta amanhã", 26))]  # fmt: skip

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        lights.draw(canvas, time_s)
        lay(canvas, _cat(110, time_s * 0.6, drawing), 640 - 110, 340 - 40)
        for row, shape in enumerate(lines):
            lettering.paint(
                canvas,
                shape,
                300 if row % 2 == 0 else 985,
                120 + row * 96,
                (255, 240, 206),
                opacity=span(time_s, 0.4 + row * 0.9, 1.2 + row * 0.9),
                halo=0.4,
            )
        return canvas

    return draw


def _card(number: int, name: str) -> Draw:
    base = gradient(WIDTH, HEIGHT, ((0, (20, 18, 50)), (1, (56, 30, 70))), f"card{number}")
    add(base, glow(420, (120, 70, 40), 1.7), 300, 420)
    add(base, glow(520, (20, 60, 80), 1.5), 980, 300)
    small = lettering.mask(f"CASO {number}", 30, tracking=0.4, weight=0.012)
    large = lettering.fitted(name.upper(), 720, 110, weight=0.035, tracking=0.05)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        for step in range(7):
            if time_s > 0.25 + step * 0.3:
                _paw(canvas, 90 + step * 92, 610 - step * 22 + (step % 2) * 46, (255, 214, 120))
        lay(canvas, _cat(190, time_s, drawing), 210 - 190 + 20, 560 - 342)
        lettering.paint(canvas, small, 820, 290, (255, 190, 100), opacity=span(time_s, 0.3, 0.8))
        lettering.paint(
            canvas,
            large,
            820,
            380,
            (255, 244, 220),
            opacity=span(time_s, 0.5, 1.1),
            halo=0.5,
            shadow=(110, 30, 70),
            offset=4,
        )
        return canvas

    return draw


def _paw(canvas: Image.Image, x: float, y: float, color: Color, alpha: int = 150) -> None:
    pen = ImageDraw.Draw(canvas, "RGBA")
    pen.ellipse((x - 9, y - 6, x + 9, y + 8), fill=(*color, alpha))
    for toe in (-1.0, -0.33, 0.33, 1.0):
        pen.ellipse(
            (x + toe * 11 - 3.5, y - 15 + abs(toe) * 5, x + toe * 11 + 3.5, y - 8 + abs(toe) * 5),
            fill=(*color, alpha),
        )


def _at_shop(who_waves: float, lit: bool = True, walk_in: bool = True) -> Draw:
    """Dona Zefa at her door, Breu before her."""
    base = _night("shop", 0.4 if lit else 0.0, (190, 130, 58))
    if lit:
        shop.light(base, 840, 420, 760)
    lay(
        base,
        shop.shop(680, 500, (58, 96, 100) if lit else (30, 44, 60), (14, 16, 34), open_door=lit),
        500,
        120,
    )
    ground = Ink(WIDTH, 110, (26, 28, 50))
    ground.rectangle(0, 4, WIDTH, 110, (26, 28, 50))
    ground.rectangle(0, 0, WIDTH, 5, (90, 100, 120) if lit else (44, 60, 80))
    lay(base, ground.done(), 0, 612)
    if lit:
        bloom(base, 150, 0.55)
    zefa = figures.Look(
        (176, 92, 150),
        (140, 84, 66),
        (226, 218, 226),
        (90, 60, 100),
        (255, 190, 110) if lit else (90, 130, 160),
        None,
        skirt=True,
        bun=True,
    )

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        wave = math.sin(time_s * 7) * 0.4 * who_waves
        pose = figures.Pose(
            0.04,
            0.08,
            (1.5 * who_waves + 0.2, 2.3 * who_waves + 0.4 + wave),
            (0.2, 0.8),
            (0.05, 0.0),
            (-0.05, 0.0),
        )
        lay(canvas, figures.mirrored(figures.person(250, pose, zefa, time_s, 0.2)), 930 - 250, 640 - 450)
        x = min(590.0, 120 + time_s * 130) if walk_in else 590.0
        lay(canvas, _cat(130, time_s, drawing, sitting=x >= 590, pace=11), x - 130, 650 - 234)
        if not lit:
            for side in (0, 12):
                add(canvas, glow(16, (200, 160, 50), 1.8), x + 26 + side, 650 - 104)
        return camera(canvas, 1.02 + 0.006 * time_s, 0.6, 0.6)

    return draw


def _roofs(prints: bool, lit: float = 0.42, speed: float = 150, lights: bool = False) -> Draw:
    """Breu trots along the ridge of the roofs."""
    base = _night("roofs", lit)
    middle = town.hillside(2300, 320, "roofs-mid", WALLS, (20, 50, 76), 0.42, rows=5, house=56, lit=lit)
    walls = [(town.rooftop(wide, 260, (34, 40, 76), RIM, INK, f"cat-roof{k}"), left, top) for k, (left, wide, top) in
             enumerate(((-40, 760, 560), (720, 620, 590), (1340, 820, 555), (2160, 900, 580)))]  # fmt: skip
    cables = town.wires(2400, HEIGHT, [(30, 210), (820, 180), (1650, 220), (2380, 190)], INK, 44, 3)
    swarm = particles.Fireflies("roofs", 34, area=(200, 200, 1300, 620))
    if lit:
        bloom(base, 150, 0.6)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        at = time_s * speed
        lay(canvas, middle, -at * 0.35, 390)
        for layer, left, top in walls:
            lay(canvas, layer, left - at, top)
        x = at + 470
        foot = next((top for layer, left, top in reversed(walls) if left <= x), 560)
        if prints:
            for step in range(14):
                px = x + 170 + step * 46
                if px - at < 1240:
                    _paw_wet(
                        canvas,
                        px - at,
                        next((top for _, left, top in reversed(walls) if left <= px), 560) + 5,
                    )
        lay(canvas, _cat(124, time_s, drawing, sitting=False, pace=speed / 13), 470 - 124, foot + 12 - 223)
        if lights:
            swarm.draw(canvas, time_s, math.sin(time_s) * 20)
        lay(canvas, cables, -at * 1.5, 30)
        return canvas

    return draw


def _paw_wet(canvas: Image.Image, x: float, y: float) -> None:
    pen = ImageDraw.Draw(canvas, "RGBA")
    for toe in (-0.6, 0.0, 0.6):
        pen.line((x, y + 3, x + math.sin(toe) * 13 + 4, y - 9), fill=(150, 220, 255, 200), width=3)


def _heron() -> Draw:
    """The culprit: a heron on the water tank, with the fish, before the moon."""
    base = _night("heron", 0.35, (760, 270, 190))
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
        lay(canvas, _cat(140, time_s, drawing), 330 - 140, 622 - 252)
        return camera(canvas, 1.05 + 0.008 * time_s, 0.5, 0.4)

    return draw


def _bucket(tipped: bool) -> Draw:
    """The moon in a bucket of water in the yard."""
    base = _night("bucket", 0.4, (950, 120, 60) if tipped else None)
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
            lay(canvas, _cat(170, time_s, drawing), 480 - 170, 640 - 306)
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
            lay(canvas, _cat(160, time_s, drawing), 420 - 160, 650 - 288)
        return camera(canvas, 1.02 + 0.007 * time_s, 0.55, 0.6)

    return draw


def _dark_hill(revive: bool) -> Draw:
    """The whole hill: the lights go out one by one, or fireflies take their place."""
    base = _night("dark", 0.0, (230, 130, 56), hills=False)
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
        lay(canvas, _cat(130, time_s, drawing), 250 - 130, 622 - 234)
        if not revive and time_s > 3.2:
            add(canvas, glow(20, (200, 160, 50), 1.8), 276, 518)
        return camera(canvas, 1.0 + 0.008 * time_s, 0.4, 0.6)

    return draw


def _flat(entry: tuple[Image.Image, int]) -> tuple[Image.Image, float, float]:
    return entry[0], 0.0, float(entry[1])


def _farewell(glow_color: Color) -> Draw:
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


def _poster(
    number: int, key: str, name: str, picture: Callable[[], Draw], focus: float
) -> Callable[[], Image.Image]:
    def paint() -> Image.Image:
        scene = picture()(5.0, 60).resize((1920, 1080), Image.Resampling.LANCZOS)
        left = round((1920 - 720) * focus)
        canvas = gradient(720, 1080, ((0, (8, 12, 40)), (1, (20, 48, 92))), key)
        canvas.paste(scene.crop((left, 0, left + 720, 880)), (0, 200))
        lay(canvas, mist(720, 330, (8, 12, 40), 1.0, upwards=True), 0, 199)
        lay(canvas, mist(720, 220, (8, 10, 34), 0.9), 0, 860)
        lettering.justified(
            canvas,
            ("GATO", "DE PLANTÃO"),
            60,
            64,
            600,
            (255, 214, 90),
            most=210,
            tall=1.1,
            weight=0.045,
            tracking=0.03,
            shadow=(130, 30, 60),
        )
        shape = lettering.fitted(f"{number} · {name}".upper(), 600, 40, tracking=0.08, weight=0.014)
        lettering.paint(canvas, shape, 360, 1010, (255, 244, 224))
        return canvas

    return paint


def _episode(number: int, key: str, name: tuple[str, str], shots: tuple[Shot, ...], lines: tuple[Line, ...], poster: Callable[[], Image.Image]) -> Story:  # fmt: skip
    last = LENGTH_S - CREDITS_S
    opening = (
        Line(
            1.0,
            4.6,
            "Quando o morro dorme, alguém bate ponto.",
            "When the hill goes to sleep, somebody clocks in.",
        ),
    )
    closing = (Line(last + 1.0, last + 4.0, "[miado de fim de expediente]", "[an end-of-shift meow]"),)
    return Story(
        f"gato-de-plantao-2026-{key}",
        (Shot(INTRO_S, _opening, fade_in_s=0.5), Shot(4.0, lambda: _card(number, name[0])), *shots, Shot(CREDITS_S, _credits, fade_in_s=0.5, fade_out_s=1.5)),
        (*opening, *lines, *closing),
        (SoundTrack("Trilha original", "zxx", lambda seconds: night_shift(seconds, number)),),
        poster,
        chapters=((0.0, "Abertura", "Opening"), (INTRO_S, name[0], name[1]), (last, "Créditos", "Credits")),
        markers=(("intro", 0.0, INTRO_S), ("credits", last, LENGTH_S)),
    )  # fmt: skip


def fish() -> Story:
    """Return episode 1."""
    return _episode(1, "e01", ("O peixe que sumiu", "The Missing Fish"), (
        Shot(12.0, lambda: _at_shop(1.0)), Shot(11.0, lambda: _roofs(True)), Shot(13.0, _heron), Shot(8.0, lambda: _farewell((255, 170, 110))),
    ), (
        Line(14.6, 17.8, "DONA ZEFA: Sumiu! Meu peixe sumiu da bancada!", "DONA ZEFA: Gone! My fish is gone from the counter!"),
        Line(18.4, 21.4, "BREU: Calma. Ninguém sai desta ladeira sem passar por mim.", "BREU: Easy. Nobody leaves this hill without passing me."),
        Line(22.0, 25.4, "DONA ZEFA: Você estava dormindo em cima da balança.", "DONA ZEFA: You were asleep on the scales."),
        Line(26.6, 30.2, "BREU: Pegadas molhadas. Três dedos. Muito suspeito.", "BREU: Wet prints. Three toes. Very suspicious."),
        Line(31.2, 34.8, "BREU: E pernas compridas... mais compridas que a lei.", "BREU: And long legs... longer than the law."),
        Line(38.0, 40.8, "BREU: Parada aí, dona garça.", "BREU: Hold it right there, Mrs Heron."),
        Line(41.6, 44.6, "GARÇA: Era só pra mostrar pra lua.", "HERON: I only wanted to show it to the moon."),
        Line(45.4, 48.6, "BREU: Metade pra você, metade pro relatório.", "BREU: Half for you, half for the report."),
        Line(51.0, 55.4, "BREU: Caso encerrado. O relatório estava uma delícia.", "BREU: Case closed. The report was delicious."),
    ), _poster(1, "e01", "O peixe que sumiu", _heron, 0.55))  # fmt: skip


def moon() -> Story:
    """Return episode 2."""
    return _episode(2, "e02", ("A lua no balde", "The Moon in the Bucket"), (
        Shot(10.0, lambda: _roofs(False, 0.3, 120)), Shot(14.0, lambda: _bucket(False)), Shot(12.0, lambda: _bucket(True)), Shot(8.0, lambda: _farewell((255, 190, 120))),
    ), (
        Line(14.8, 18.2, "BREU: Estranho. O céu está sem ninguém.", "BREU: Strange. There's nobody in the sky."),
        Line(18.8, 22.6, "BREU: Alguém apagou a lua, ou pior: guardou.", "BREU: Somebody put the moon out, or worse: put it away."),
        Line(24.8, 28.0, "BREU: Achei. Sequestro, com água até a borda.", "BREU: Found it. A kidnapping, filled to the brim."),
        Line(28.8, 31.8, "LUA: Eu só vim beber e dormi.", "MOON: I only came for a drink and fell asleep."),
        Line(32.6, 37.0, "BREU: Fico de guarda até você lembrar o caminho.", "BREU: I'll stand guard until you remember the way."),
        Line(38.6, 41.4, "BREU: Melhor: eu sei derrubar coisas.", "BREU: Better: I know how to knock things over."),
        Line(42.6, 46.6, "LUA: Obrigada, detetive. Apareço amanhã.", "MOON: Thank you, detective. I'll be back tomorrow."),
        Line(51.0, 55.6, "BREU: Pagamento? Deixa a janela aberta.", "BREU: My fee? Just leave the window open."),
    ), _poster(2, "e02", "A lua no balde", lambda: _bucket(False), 0.5))  # fmt: skip


def blackout() -> Story:
    """Return episode 3."""
    return _episode(3, "e03", ("O apagão", "The Blackout"), (
        Shot(10.0, lambda: _dark_hill(False)), Shot(11.0, lambda: _at_shop(0.4, False)), Shot(11.0, lambda: _roofs(False, 0.0, 170, True)),
        Shot(12.0, lambda: _dark_hill(True)),
    ), (
        Line(14.6, 16.8, "[um estalo, e o morro some]", "[a click, and the hill disappears]"),
        Line(18.0, 22.6, "BREU: Calma, pessoal. Alguém aqui enxerga no escuro.", "BREU: Easy, everyone. Somebody here can see in the dark."),
        Line(24.8, 28.2, "DONA ZEFA: Breu, a conta de luz eu paguei!", "DONA ZEFA: Breu, I did pay the electricity bill!"),
        Line(29.0, 33.4, "BREU: Então é roubo. Vou atrás de quem brilha.", "BREU: Then it's theft. I'll follow whoever is glowing."),
        Line(36.0, 39.0, "BREU: Ali. Pisca. E outro. E... quantos vocês são?", "BREU: There. A blink. Another. And... how many of you are there?"),
        Line(40.4, 44.8, "VAGA-LUMES: O bastante.", "FIREFLIES: Enough."),
        Line(47.0, 51.4, "DONA ZEFA: Olha, menino... o céu desceu pra cá.", "DONA ZEFA: Look, dear... the sky came down here."),
        Line(52.4, 57.0, "BREU: Caso aberto. Deixa assim mais um pouquinho.", "BREU: Case open. Let's leave it so a little longer."),
    ), _poster(3, "e03", "O apagão", lambda: _dark_hill(True), 0.1))  # fmt: skip
