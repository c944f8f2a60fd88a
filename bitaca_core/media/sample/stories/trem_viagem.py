"""O Trem para o Mar, the journey: the train from outside, crossing the country."""

from __future__ import annotations

import math

from PIL import Image

from bitaca_core.media.sample.engines import lettering, particles, ridges, sky, town
from bitaca_core.media.sample.engines import train as railway
from bitaca_core.media.sample.paint import (
    HEIGHT,
    WIDTH,
    Color,
    Ink,
    add,
    bloom,
    camera,
    glow,
    lay,
    mist,
    mix,
    span,
)
from bitaca_core.media.sample.stories.trem_cores import DARK, night_sky
from bitaca_core.media.sample.story import Draw


def ride(base: Image.Image, layers: list[tuple[Image.Image, float, float]], front: Image.Image, front_y: float, speed: float, unit: int, foot: float, body: Color, rim: Color, smoke_color: Color, seed: str) -> Draw:  # fmt: skip
    cars = railway.train(4, unit, body, rim)
    rails = railway.rails(WIDTH + 52, mix(body, (0, 0, 0), 0.3), mix(rim, body, 0.4))
    smoke = railway.Smoke(seed, smoke_color, round(unit * 0.9))
    lamp = glow(round(unit * 2.4), (140, 110, 60), 1.8)
    warm = glow(round(unit * 0.9), (90, 56, 20), 1.8)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        for layer, factor, y in layers:
            lay(canvas, layer, -time_s * speed * factor, y)
        left = 1000 - cars.width + 30 * math.sin(time_s * 0.5)
        rock = railway.sway(time_s, 1.2)
        lay(canvas, rails, -((time_s * speed) % 26), foot - 6)
        smoke.draw(canvas, left + cars.width - unit * 1.65, foot - unit * 1.7, time_s, speed * 0.35)
        lay(canvas, cars, left, foot - unit * 1.75 + rock)
        for pane in range(9):
            add(canvas, warm, left + unit * (1.2 + pane * 1.5), foot - unit * 0.75)
        add(canvas, lamp, left + cars.width - unit * 0.7, foot - unit * 0.78)
        lay(canvas, front, -time_s * speed, front_y)
        return canvas

    return draw


def sertao() -> Draw:
    """The train crosses the dry plain."""
    base = night_sky("sertao", count=700)
    sky.moon(base, 960, 170, 74, "sertao", (255, 236, 200), (220, 130, 130))
    bloom(base, 160, 0.5)
    layers = [
        (
            ridges.ridge(
                1500, 260, "sertao-a", (104, 64, 110), base=0.3, relief=0.3, cell=460, rim=(220, 130, 130)
            ),
            0.04,
            330.0,
        ),
        (ridges.ridge(1900, 240, "sertao-b", (70, 44, 84), base=0.34, relief=0.24, cell=330), 0.12, 420.0),
        (ridges.caatinga(2700, 220, "sertao-c", (48, 30, 62), count=60), 0.34, 430.0),
    ]
    front = ridges.caatinga(5400, 260, "sertao-front", DARK, count=90, rim=(140, 80, 110))
    return ride(base, layers, front, 520, 330, 66, 590, (40, 30, 62), (255, 190, 130), (80, 60, 90), "sertao")


def mountains() -> Draw:
    """Blue ridges, one behind the other, and low cloud."""
    stops = ((0.0, (8, 18, 48)), (0.5, (36, 76, 116)), (0.8, (110, 160, 176)), (1.0, (180, 206, 200)))
    base = night_sky("serra", stops, (90, 120, 190), 380)
    sky.moon(base, 300, 150, 58, "serra")
    bloom(base, 160, 0.5)
    layers: list[tuple[Image.Image, float, float]] = []
    for depth in range(5):
        color = mix((150, 190, 200), (16, 40, 62), depth / 4)
        layers.append((ridges.ridge(1500 + depth * 500, 330, f"serra{depth}", color, base=0.32, relief=0.42 - 0.03 * depth, cell=380 - 30 * depth, rim=mix(color, (240, 250, 250), 0.3)), 0.03 + 0.07 * depth, 200.0 + depth * 62))  # fmt: skip
        layers.append((mist(WIDTH + 900, 170, (190, 214, 214), 0.32), 0.03, 380.0 + depth * 44))
    front = ridges.grass(5200, 150, "serra", ((10, 26, 38), (4, 12, 20)), blades=1500)
    return ride(
        base, layers, front, 590, 300, 62, 600, (26, 40, 66), (190, 224, 230), (90, 110, 120), "serra"
    )


def city() -> Draw:
    """Hills of lights behind the viaduct."""
    stops = ((0.0, (16, 8, 44)), (0.5, (60, 26, 92)), (0.85, (170, 60, 120)), (1.0, (240, 120, 110)))
    base = night_sky("city", stops, None, 260)
    lay(base, sky.streaks(WIDTH, 240, "city", (190, 80, 140), 0.6), 0, 150)
    bloom(base, 160, 0.5)
    walls: tuple[Color, ...] = ((70, 52, 116), (110, 56, 116), (50, 74, 126), (136, 70, 110), (60, 60, 100))
    layers = [
        (
            town.hillside(1500, 420, "city-a", walls, (150, 62, 124), 0.66, rows=8, house=26, lit=0.6),
            0.04,
            220.0,
        ),
        (
            town.hillside(1900, 400, "city-b", walls, (90, 40, 100), 0.5, rows=6, house=44, lit=0.55),
            0.12,
            320.0,
        ),
        (mist(WIDTH + 700, 200, (210, 80, 130), 0.35), 0.02, 420.0),
        (
            town.hillside(2900, 300, "city-c", walls, (30, 16, 52), 0.42, rows=3, house=84, lit=0.5),
            0.3,
            440.0,
        ),
    ]
    front = town.wires(5600, 520, [(k * 640 + 40, 150 + 24 * (k % 2)) for k in range(9)], (14, 8, 28), 50, 3)
    return ride(base, layers, front, 200, 320, 66, 610, (36, 20, 60), (255, 150, 150), (90, 50, 90), "city")


def sky_bridge() -> Draw:
    """The train rides on its own reflection over a still lake of stars."""
    stops = ((0.0, (6, 8, 34)), (0.5, (30, 40, 110)), (0.86, (110, 110, 190)), (1.0, (170, 160, 210)))
    upper = night_sky("bridge", stops, (150, 150, 255), 900).resize((WIDTH, 400))
    bloom(upper, 150, 0.6)
    cars = railway.train(5, 52, (22, 22, 56), (170, 190, 255))
    smoke = railway.Smoke("bridge", (70, 74, 130), 60)
    drift = particles.Fireflies("bridge", 26, (170, 200, 255), (0, 60, WIDTH, 380), 16)
    arches = Ink(WIDTH, 60, (20, 20, 52))
    arches.rectangle(0, 0, WIDTH, 12, (30, 30, 72))
    for pier in range(0, WIDTH + 80, 80):
        arches.rectangle(pier, 0, pier + 12, 60, (24, 24, 60))
    bridge = arches.done()
    name = lettering.mask("Alzira", 22, tracking=0.2, weight=0.004)

    def draw(time_s: float, drawing: int) -> Image.Image:
        scene = upper.copy()
        left = -cars.width + 300 + time_s * 96
        add(scene, glow(60, (150, 150, 200), 2.0), 930, 88)
        add(scene, glow(9, (255, 255, 250), 1.0), 930, 88)
        smoke.draw(scene, left + cars.width - 86, 300, time_s, 80)
        lay(scene, cars, left, 366 - 91)
        for pane in range(11):
            add(scene, glow(40, (110, 70, 24), 1.8), left + 60 + pane * 78, 328)
        add(scene, glow(120, (150, 130, 90), 1.8), left + cars.width - 36, 326)
        lay(scene, bridge, 0, 362)
        drift.draw(scene, time_s, strength=0.7)
        canvas = Image.new("RGB", (WIDTH, HEIGHT))
        canvas.paste(scene, (0, 0))
        water = scene.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((WIDTH, 320))
        water = Image.blend(water, Image.new("RGB", water.size, (20, 26, 80)), 0.34)
        for band in range(0, 320, 8):
            shift = round(math.sin(time_s * 2 + band * 0.16) * (1 + band * 0.024))
            canvas.paste(water.crop((0, band, WIDTH, band + 8)), (shift, 400 + band))
        if time_s > 8:
            lettering.paint(canvas, name, 930, 132, (214, 220, 255), opacity=span(time_s, 8, 10))
        return camera(canvas, 1.03 + 0.004 * time_s, 0.5, 0.5)

    return draw


def forest() -> Draw:
    """Fireflies over the wet valley; the train is a line of lights."""
    stops = ((0.0, (4, 14, 26)), (0.6, (12, 52, 60)), (1.0, (40, 104, 84)))
    base = night_sky("forest", stops, (60, 130, 130), 300)
    for depth in range(3):
        lay(
            base,
            ridges.ridge(
                WIDTH,
                300,
                f"forest{depth}",
                mix((40, 96, 90), (6, 22, 28), depth / 2),
                base=0.4,
                relief=0.3,
                cell=260 - 60 * depth,
                octaves=7,
            ),
            0,
            260 + depth * 80,
        )
        lay(base, mist(WIDTH, 140, (90, 160, 140), 0.3), 0, 400 + depth * 60)
    bloom(base, 160, 0.4)
    cars = railway.train(5, 34, (10, 26, 32), (120, 200, 170))
    swarm = particles.Fireflies("forest", 120, area=(0, 240, WIDTH, 720), size=24)
    near = ridges.grass(WIDTH + 260, 210, "forest", ((6, 28, 30), (2, 10, 14)), blades=620)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        left = -500 + time_s * 84
        lay(canvas, cars, left, 470)
        for pane in range(12):
            add(canvas, glow(30, (110, 74, 26), 1.8), left + 40 + pane * 46, 505)
        add(canvas, glow(90, (150, 130, 80), 1.8), left + cars.width - 22, 502)
        swarm.draw(canvas, time_s)
        lay(canvas, near, -60 - time_s * 10, 530)
        return camera(canvas, 1.02 + 0.006 * time_s, 0.5, 0.5)

    return draw
