"""Oferenda: a paper boat, a candle, and the one who gathers lights where the sea becomes sky."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from bitaca_core.media.sample.engines import figures, lettering, sea, sky
from bitaca_core.media.sample.engines.figures import Look
from bitaca_core.media.sample.music.styles import tide
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
    mix,
    seeded,
    span,
)
from bitaca_core.media.sample.story import Draw, Line, Shot, SoundTrack, Story

FAR: Color = (44, 92, 140)
NEAR: Color = (8, 28, 66)
FOAM: Color = (190, 226, 240)
FLAME: Color = (255, 214, 120)
HULL: Color = (236, 226, 214)
PEARL: Color = (214, 236, 255)
GIRL = Look(
    (244, 240, 232), (110, 66, 54), (16, 12, 26), (110, 66, 54), (150, 200, 255), None, skirt=True, tress=True
)


def _night(
    width: int = WIDTH, height: int = HEIGHT, moon_at: tuple[int, int, int] | None = (900, 190, 64)
) -> Image.Image:
    canvas = gradient(
        width,
        height,
        (
            (0, (6, 10, 40)),
            (0.32, (18, 42, 96)),
            (0.56, (70, 116, 160)),
            (0.6, (120, 150, 176)),
            (1, (8, 24, 58)),
        ),
        "oferenda",
    )
    sky.milky_way(canvas, "oferenda", (120, 150, 220), -0.5)
    sky.stars(canvas, "oferenda", 520, 0.55)
    if moon_at:
        sky.moon(canvas, *moon_at, "oferenda")
    return canvas


def _boat(canvas: Image.Image, x: float, y: float, size: int, time_s: float) -> None:
    flicker = 0.9 + 0.1 * math.sin(time_s * 13 + x)
    add(canvas, glow(round(size * 2.2 * flicker), (190, 110, 40), 2.0), x, y - size * 0.1)
    lay(
        canvas,
        sea.paper_boat(size, HULL, FLAME, 0.12 * math.sin(time_s * 1.4 + x * 0.01)),
        x - size / 2,
        y - size * 0.62,
    )


def _shore() -> Draw:
    base = _night()
    lay(base, sky.streaks(WIDTH, 150, "oferenda", (110, 140, 190), 0.6), 0, 290)
    water = sea.Sea("shore", 410, FAR, (16, 46, 90), FOAM, rows=10, swell=0.6)
    sand = Ink(WIDTH, 190, (26, 22, 40))
    sand.polygon(
        [
            (0, 190),
            (0, 20),
            *((x, 60 + 26 * math.sin(x / 260) - x * 0.02) for x in range(0, WIDTH + 20, 20)),
            (WIDTH, 190),
        ],
        (26, 22, 40),
    )
    beach = sand.done()
    bloom(base)
    name = lettering.mask("OFERENDA", 92, tracking=0.3, weight=0.008)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        water.draw(canvas, time_s)
        water.glitter(canvas, time_s, 900, PEARL)
        lay(canvas, beach, 0, 540)
        bend = span(time_s, 2.6, 4.2)
        pose = figures.stilled(figures.STAND, near_arm=(0.6, 1.4)).towards(
            figures.stilled(figures.CROUCH, near_arm=(0.7, 0.9)), bend
        )
        lay(canvas, figures.person(170, pose, GIRL, time_s, 0.5), 430 - 170, 632 - 306)
        _boat(canvas, 484 + 20 * bend, 520 + 84 * bend, 34, time_s)
        shown = span(time_s, 0.8, 1.8) * (1 - span(time_s, 4.8, 5.6))
        if shown:
            lettering.paint(canvas, name, WIDTH / 2 - 130, 128, (236, 244, 255), opacity=shown, halo=0.7)
        return camera(canvas, 1.0 + 0.012 * time_s, 0.4, 0.7)

    return draw


def _voyage() -> Draw:
    base = _night(moon_at=(640, 170, 78))
    back = sea.Sea("voyage", 330, FAR, NEAR, FOAM, rows=15, swell=1.5)
    bloom(base)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        back.draw(canvas, time_s * 1.3)
        back.glitter(canvas, time_s, 640, PEARL, 110)
        for k in range(9):
            part = (k * 0.37) % 1
            x = 180 + (k * 263) % 980 + 12 * math.sin(time_s + k)
            _boat(
                canvas, x, 352 + 90 * part + 4 * math.sin(time_s * 1.5 + k), 12 + round(20 * part), time_s + k
            )
        _boat(canvas, 560 + time_s * 16, 540 + 16 * math.sin(time_s * 1.3), 108, time_s)
        return camera(canvas, 1.02 + 0.012 * time_s, 0.5, 0.7)

    return draw


def _queen() -> list[tuple[float, float, float]]:
    """Return the stars that make the queen of the sea: x, y about her heart, brightness."""
    rng = seeded("queen")
    points: list[tuple[float, float, float]] = []

    def along(line: list[tuple[float, float]], count: int, spread: float) -> None:
        marks = np.array(line)
        for _ in range(count):
            at = rng.uniform(0, len(marks) - 1.001)
            low = int(at)
            x, y = marks[low] + (marks[low + 1] - marks[low]) * (at - low)
            points.append(
                (
                    float(x + rng.normal(0, spread)),
                    float(y + rng.normal(0, spread)),
                    float(rng.uniform(0.3, 1)),
                )
            )

    for turn in np.linspace(0, math.tau, 46):
        points.append((float(34 * math.cos(turn)), float(-190 + 44 * math.sin(turn)), 0.9))
    along([(-34, -196), (-52, -130), (-120, -60), (-190, 60), (-230, 250)], 150, 9)
    along([(34, -196), (52, -130), (120, -60), (190, 60), (230, 250)], 150, 9)
    along([(-40, -150), (-96, -110), (-210, -150), (-300, -236)], 90, 4)
    along([(40, -150), (96, -110), (210, -150), (300, -236)], 90, 4)
    along([(-60, -130), (-50, 20), (-110, 250)], 80, 5)
    along([(60, -130), (50, 20), (110, 250)], 80, 5)
    for k in range(7):
        turn = math.pi * (1.15 + 0.7 * k / 6)
        along(
            [
                (38 * math.cos(turn), -200 + 46 * math.sin(turn)),
                (78 * math.cos(turn), -204 + 88 * math.sin(turn)),
            ],
            12,
            1.5,
        )
    for _ in range(150):
        y = rng.uniform(-100, 250)
        points.append((float(rng.normal(0, 30 + (y + 110) * 0.24)), float(y), float(rng.uniform(0.1, 0.5))))
    return points


def _gown(tall: float) -> Image.Image:
    """Return the queen's dark shape, RGBA, 800 x 700; her heart is at (400, 300)."""
    ink = Ink(800, 700, (18, 34, 96))

    def at(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(400 + x * tall, 300 + y * tall) for x, y in points]

    side = [(52, -135), (112, -70), (150, 0), (190, 80), (236, 260), (250, 330)]
    ink.polygon(at([*((-x, y) for x, y in reversed(side)), *side]), (18, 34, 96))
    hair = [(0, -246), (40, -226), (52, -190), (58, -110), (104, 60)]
    ink.polygon(at([*((-x, y) for x, y in reversed(hair)), *hair]), (10, 18, 60))
    body = [(22, -150), (60, -122), (50, 20), (112, 260), (130, 330)]
    ink.polygon(at([*((-x, y) for x, y in reversed(body)), *body]), (30, 62, 140))
    for mirror in (-1, 1):
        ink.line(
            at([(mirror * x, y) for x, y in ((46, -128), (100, -104), (210, -148), (298, -234))]),
            20 * tall,
            (30, 62, 140),
        )
    ink.ellipse(400, 300 - 190 * tall, 31 * tall, 41 * tall, (36, 72, 150))
    ink.line(at([(0, -160), (0, -130)]), 24 * tall, (36, 72, 150))
    image = ink.done()
    image.putalpha(image.getchannel("A").point([round(v * 0.86) for v in range(256)]))
    return image


def _rise(greeting: bool) -> Draw:
    base = _night(moon_at=None)
    water = sea.Sea("rise", 500, (60, 110, 160), NEAR, FOAM, rows=10, swell=1.0)
    stars_of_her = _queen()
    sparks = [glow(size, (120, 170, 255), 2.2) for size in (6, 10, 15)]
    veil_light = glow(420, (60, 110, 190), 1.4)
    bloom(base)
    tall = 1.25
    gown = _gown(tall)
    nimbus = Image.new("RGB", (560, 560))
    sky.moon(nimbus, 280, 280, 112, "nimbus")

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        up = 1.0 if greeting else span(time_s, 0.2, 4.6)
        cx, cy = 640.0, 372 + (1 - up) * 480
        add(canvas, veil_light, cx, cy - 20)
        add(canvas, nimbus, cx, cy - 190 * tall)
        lay(canvas, gown, cx - 400, cy - 300)
        pen = ImageDraw.Draw(canvas, "RGBA")
        places = []
        for number, (x, y, level) in enumerate(stars_of_her):
            wave = math.sin(time_s * 1.2 + y * 0.02 + number * 0.3) * (2 + max(0.0, y) * 0.04)
            arms = -26 * math.sin(time_s * 0.9) * max(0.0, (abs(x) - 90) / 210) if y < -90 else 0.0
            px, py = cx + (x + wave) * tall, cy + (y + arms) * tall
            places.append((px, py))
            shine = level * (0.6 + 0.4 * math.sin(time_s * 3 + number * 1.7))
            half = 0.8 + 1.6 * shine
            pen.ellipse(
                (px - half, py - half, px + half, py + half), fill=(*PEARL, round(110 + 145 * max(0, shine)))
            )
        for number in range(0, len(places), 7):
            add(canvas, sparks[number % 3], *places[number])
        for number in range(46, len(places) - 4, 11):
            (x0, y0), (x1, y1) = places[number], places[number + 4]
            if abs(x0 - x1) + abs(y0 - y1) < 90:
                pen.line((x0, y0, x1, y1), fill=(160, 200, 255, 60), width=1)
        water.draw(canvas, time_s)
        water.glitter(canvas, time_s, 640, PEARL, 150, 1.0)
        for k in range(11):
            lift = span(time_s, 0.6 + k * 0.2, 4.6 + k * 0.16) if greeting else 0.0
            x = 250 + (k * 211) % 800 + 10 * math.sin(time_s + k)
            y = 540 + (k * 67) % 110 + 5 * math.sin(time_s * 1.5 + k)
            _boat(
                canvas,
                x + (640 - x) * lift * 0.7,
                y - lift * (300 + 22 * (k % 5)),
                30 + (k * 5) % 14,
                time_s + k,
            )
        return camera(canvas, 1.1 - 0.018 * time_s if greeting else 1.0 + 0.01 * time_s, 0.5, 0.5)

    return draw


def _dawn() -> Draw:
    base = gradient(
        WIDTH,
        HEIGHT,
        (
            (0, (40, 70, 140)),
            (0.4, (150, 150, 200)),
            (0.58, (255, 196, 160)),
            (0.62, (255, 224, 180)),
            (1, (60, 100, 150)),
        ),
        "dawn",
    )
    sky.disc(base, 640, 428, 50, (255, 244, 214), (255, 180, 120), 5)
    lay(base, sky.streaks(WIDTH, 220, "dawn", (255, 170, 160), 0.7), 0, 200)
    water = sea.Sea("dawn", 430, (196, 170, 190), (36, 84, 130), (255, 236, 214), rows=12, swell=0.7)
    bloom(base)
    end = lettering.mask("FIM", 32, tracking=0.6, weight=0.015)
    flock = [figures.bird(30, k * 0.9, (60, 60, 100)) for k in range(7)]

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        for k in range(4):
            lay(canvas, flock[(drawing + k * 3) % 7], 380 + k * 60 + time_s * 20, 250 + (k % 2) * 24)
        water.draw(canvas, time_s)
        water.glitter(canvas, time_s, 640, (255, 236, 200), 110)
        lay(
            canvas,
            figures.person(
                150, figures.stilled(figures.STAND, near_arm=(0.2, 0.3), head=-0.1), GIRL, time_s, 0.7
            ),
            400 - 150,
            700 - 270,
        )
        lay(
            canvas,
            sea.paper_boat(46, HULL, (255, 240, 210), 0.1 * math.sin(time_s)),
            470,
            652 + 4 * math.sin(time_s * 1.4),
        )
        lettering.paint(canvas, end, 1100, 640, (255, 248, 236), opacity=span(time_s, 1.8, 2.6), halo=0.3)
        return camera(canvas, 1.05 - 0.01 * time_s, 0.4, 0.6)

    return draw


def _poster() -> Image.Image:
    canvas = gradient(
        720,
        1080,
        ((0, (6, 10, 40)), (0.4, (24, 58, 116)), (0.7, (96, 140, 180)), (1, (8, 24, 58))),
        "oferenda-poster",
    )
    sky.milky_way(canvas, "poster", (120, 150, 220), 0.5)
    sky.stars(canvas, "poster", 420, 0.7)
    sky.moon(canvas, 360, 384, 150, "poster")
    lay(canvas, _gown(1.25), 360 - 400, 620 - 300)
    pen = ImageDraw.Draw(canvas, "RGBA")
    add(canvas, glow(360, (40, 80, 150), 1.5), 360, 560)
    for number, (x, y, level) in enumerate(_queen()):
        px, py, half = 360 + x * 1.25, 620 + y * 1.25, 0.8 + 1.6 * level
        pen.ellipse(
            (px - half, py - half, px + half, py + half),
            fill=(*mix((70, 120, 220), (240, 248, 255), level), 255),
        )
        if number % 6 == 0:
            add(canvas, glow(16, (120, 170, 255), 2.2), px, py)
    wide = Image.new("RGB", (WIDTH, HEIGHT))
    wide.paste(canvas.crop((0, 360, 720, 1080)), (0, 0))
    water = sea.Sea("poster", 470, (60, 110, 160), NEAR, FOAM, rows=9, swell=1.1)
    water.draw(wide, 1.0)
    water.glitter(wide, 1.3, 360, PEARL, 130)
    for x, y, size in ((150, 560, 40), (560, 548, 34), (280, 524, 26), (440, 516, 24), (360, 640, 96)):
        _boat(wide, x, y, size, 0.2)
    canvas.paste(wide.crop((0, 0, 720, 720)), (0, 360))
    bloom(canvas, 150, 0.5)
    lettering.justified(
        canvas,
        ("OFERENDA",),
        60,
        84,
        600,
        (240, 246, 255),
        most=150,
        tall=1.5,
        weight=0.012,
        tracking=0.12,
        halo=0.7,
    )
    return canvas


def story() -> Story:
    """Return the short."""
    return Story(
        "oferenda-2026",
        (
            Shot(6.0, _shore, fade_in_s=1.0), Shot(5.0, _voyage), Shot(5.5, lambda: _rise(False)),
            Shot(5.5, lambda: _rise(True)), Shot(4.0, _dawn, fade_in_s=0.6, fade_out_s=1.2),
        ),
        (
            Line(1.0, 3.6, "[ondas mansas]", "[gentle waves]"),
            Line(4.0, 5.9, "MENINA: É pra senhora, vó.", "GIRL: This is for you, Grandma."),
            Line(7.0, 10.4, "A água leva o que a boca não diz.", "Water carries what the mouth does not say."),
            Line(12.0, 15.6, "[um canto sem palavras sobe do mar]", "[a song without words rises from the sea]"),
            Line(17.2, 20.8, "Nenhuma luz se perde: muda de céu.", "No light is lost: it changes skies."),
            Line(22.6, 24.8, "MENINA: Chegou.", "GIRL: It arrived."),
        ),
        (SoundTrack("Trilha original", "zxx", tide),),
        _poster,
    )  # fmt: skip
