"""The scenes of O Trem para o Mar."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from bitaca_core.media.sample.engines import figures, lettering, particles, ridges, sea, sky, town
from bitaca_core.media.sample.engines import train as railway
from bitaca_core.media.sample.engines.figures import Look
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
    mix,
    span,
)
from bitaca_core.media.sample.story import Draw

LIA = Look(
    (240, 176, 60), (120, 70, 54), (20, 14, 26), (70, 44, 60), (150, 190, 255), None, skirt=True, tress=True
)
LIA_WARM = Look(
    (240, 176, 60), (132, 78, 58), (24, 16, 26), (70, 44, 60), (255, 206, 130), None, skirt=True, tress=True
)
DRIVER = Look(
    (44, 66, 104), (112, 66, 52), (200, 196, 200), (30, 36, 60), (255, 206, 130), None, hat=(30, 40, 72)
)
NIGHT = (
    (0.0, (8, 8, 36)),
    (0.4, (26, 30, 86)),
    (0.68, (84, 62, 126)),
    (0.85, (196, 104, 110)),
    (1.0, (240, 160, 110)),
)
DARK: Color = (18, 12, 30)


def _sky(seed: str, stops: tuple[tuple[float, Color], ...] = NIGHT, way: Color | None = (130, 120, 210), count: int = 620, width: int = WIDTH) -> Image.Image:  # fmt: skip
    canvas = gradient(width, HEIGHT, stops, seed)
    if way:
        sky.milky_way(canvas, seed, way, 0.42)
    if count:
        sky.stars(canvas, seed, count, 0.72)
    return canvas


def title() -> Draw:
    """The sertão under the Milky Way, and the name of the film."""
    base = _sky("title", count=900)
    lay(
        base,
        ridges.ridge(
            WIDTH, 260, "title-far", (92, 58, 104), base=0.35, relief=0.22, cell=420, rim=(190, 110, 130)
        ),
        0,
        380,
    )
    lay(base, ridges.ridge(WIDTH, 220, "title-near", (54, 34, 72), base=0.4, relief=0.18, cell=300), 0, 470)
    house = Ink(240, 130, (34, 22, 46))
    house.rectangle(30, 54, 190, 130, (92, 60, 78))
    house.polygon([(16, 58), (60, 20), (166, 20), (206, 58)], (58, 34, 56))
    house.rectangle(92, 78, 122, 130, (255, 198, 104))
    house.rectangle(146, 78, 168, 100, (255, 186, 92))
    front = ridges.caatinga(WIDTH + 220, 250, "title", DARK, count=34, rim=(150, 90, 120))
    bloom(base, 150, 0.5)
    name = lettering.mask("O TREM PARA O MAR", 76, tracking=0.26, weight=0.012)
    small = lettering.mask("um filme da Bitaca Play", 22, tracking=0.34, weight=0.006)
    home = house.done()

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        add(canvas, glow(90, (150, 90, 40), 1.8), 866 - time_s * 3, 556)
        lay(canvas, home, 760 - time_s * 3, 470)
        lay(canvas, front, -20 - time_s * 12, 480)
        fall = (time_s - 6.0) / 0.8
        if 0 < fall < 1:
            pen = ImageDraw.Draw(canvas, "RGBA")
            pen.line(
                (900 - fall * 300, 90 + fall * 90, 960 - fall * 300, 72 + fall * 90),
                fill=(255, 250, 230, 220),
                width=2,
            )
        shown = span(time_s, 2.4, 4.0) * (1 - span(time_s, 10.5, 12.0))
        if shown:
            lettering.paint(canvas, name, WIDTH / 2, 250, (255, 236, 206), opacity=shown, halo=0.6)
            lettering.paint(canvas, small, WIDTH / 2, 322, (240, 200, 190), opacity=shown)
        return camera(canvas, 1.1 - 0.007 * time_s, 0.5, 0.6)

    return draw


def doorway() -> Draw:
    """Lia sits in the lit doorway with the shell at her ear."""
    base = _sky("doorway")
    lay(base, ridges.ridge(WIDTH, 240, "door-far", (66, 44, 92), base=0.3, relief=0.2, cell=420), 0, 420)
    wall = Ink(WIDTH, HEIGHT, (84, 52, 70))
    wall.polygon([(610, 130), (1280, 70), (1280, 640), (640, 640)], (112, 68, 82))
    wall.polygon([(560, 150), (1280, 20), (1280, 96), (560, 178)], (52, 30, 52))
    wall.rectangle(800, 256, 990, 640, (52, 30, 48))
    wall.rectangle(814, 270, 976, 640, (255, 190, 100))
    wall.rectangle(1080, 300, 1220, 430, (52, 30, 48))
    wall.rectangle(1092, 312, 1208, 418, (250, 176, 90))
    wall.line([(1150, 312), (1150, 418)], 5, (52, 30, 48))
    wall.rectangle(0, 632, WIDTH, HEIGHT, (40, 26, 44))
    wall.polygon([(814, 640), (976, 640), (880, 720), (560, 720)], (150, 92, 66))
    lay(base, wall.done())
    add(base, glow(420, (120, 70, 30), 1.8), 895, 460)
    ridges_front = ridges.caatinga(620, 200, "door", DARK, count=14, rim=(130, 90, 130))
    lay(base, ridges_front, -60, 500)
    bloom(base, 170, 0.5)
    moths = particles.Fireflies("door", 7, (255, 220, 150), (820, 300, 980, 520), 10)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        raise_arm = span(time_s, 3.0, 4.6)
        pose = figures.stilled(
            figures.SIT, near_arm=(0.5 + 0.9 * raise_arm, 1.2 + 1.75 * raise_arm), head=0.1 - 0.2 * raise_arm
        )
        lay(canvas, figures.mirrored(figures.person(200, pose, LIA_WARM, time_s, 0.25)), 880 - 200, 706 - 360)
        moths.draw(canvas, time_s * 2)
        return camera(canvas, 1.0 + 0.02 * time_s, 0.72, 0.68)

    return draw


def headlight() -> Draw:
    """A light appears where the rails meet the sky."""
    base = _sky("headlight", count=760)
    lay(
        base,
        ridges.ridge(
            WIDTH, 200, "head-far", (84, 52, 96), base=0.3, relief=0.2, cell=500, rim=(200, 120, 130)
        ),
        0,
        380,
    )
    plain = Ink(WIDTH, 260, (34, 22, 44))
    plain.rectangle(0, 10, WIDTH, 260, (44, 28, 52))
    for side in (-1, 1):
        plain.polygon(
            [(640, 10), (642, 10), (640 + side * 190 + 8, 260), (640 + side * 190 - 8, 260)], (150, 120, 140)
        )
    for tie in range(14):
        y = 14 + 246 * (tie / 13) ** 2
        half = 8 + 230 * ((y - 10) / 250)
        plain.rectangle(640 - half, y, 640 + half, y + 1 + 9 * (tie / 13) ** 2, (28, 18, 38))
    lay(base, plain.done(), 0, 470)
    bloom(base, 160, 0.5)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        near = span(time_s, 1.0, 10.0)
        strength = span(time_s, 0.8, 2.0)
        if strength:
            add(
                canvas,
                glow(round(30 + 330 * near), mix((0, 0, 0), (255, 210, 140), 0.8 * strength), 2.0),
                640,
                476 - 34 * near,
            )
            add(canvas, glow(round(8 + 54 * near), (255, 250, 230), 1.2), 640, 476 - 34 * near)
        lay(
            canvas,
            figures.person(
                150, figures.stilled(figures.STAND, near_arm=(0.3, 0.5)), LIA, time_s, 0.4 + 0.8 * near
            ),
            400 - 150,
            690 - 270,
        )
        return camera(canvas, 1.0 + 0.016 * time_s, 0.5, 0.6)

    return draw


def station(arriving: bool) -> Draw:
    """A platform of three boards; the train stops, the driver leans out."""
    base = _sky("station")
    lay(base, ridges.ridge(WIDTH, 240, "station", (66, 44, 92), base=0.34, relief=0.22, cell=420), 0, 350)
    bloom(base, 160, 0.4)
    cars = railway.train(3, 190, (44, 36, 78), (255, 200, 130))
    rails = railway.rails(WIDTH, (34, 24, 44), (170, 140, 150))
    deck = Ink(WIDTH, 160, (30, 20, 36))
    deck.rectangle(0, 14, WIDTH, 160, (44, 30, 46))
    deck.rectangle(0, 10, WIDTH, 18, (150, 104, 92))
    for board in range(0, WIDTH, 54):
        deck.line([(board, 18), (board, 160)], 1.5, (32, 22, 38))
    post = Ink(260, 420, DARK)
    post.rectangle(120, 60, 134, 420, (40, 26, 44))
    post.rectangle(20, 30, 236, 92, (240, 226, 196), 6)
    post.rectangle(26, 36, 230, 86, (34, 64, 88), 4)
    board_sign = post.done()
    word = lettering.fitted("SEM DATA", 180, 26, weight=0.03, tracking=0.1)
    lettering.paint(board_sign, word, 128, 61, (255, 236, 200))
    smoke = railway.Smoke("station", (92, 80, 110), 110)
    boards = deck.done()

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        moved = (
            (1 - span(time_s, 0.0, 7.5)) * 2100 if arriving else -math.pow(max(0.0, time_s - 10.5), 2) * 60
        )
        left = -900 - moved
        lay(canvas, rails, 0, 566)
        engine = left + cars.width - 300
        smoke.draw(canvas, engine - 90, 300, time_s, moved * 0.1 + 10)
        for pane in range(7):
            add(canvas, glow(110, (96, 60, 24), 1.8), left + 120 + pane * 300, 440)
        lay(canvas, cars, left, 572 - 332)
        add(canvas, glow(260, (150, 120, 70), 1.7), left + cars.width - 130, 430)
        lay(canvas, boards, 0, 590)
        lay(canvas, board_sign, 30, 300)
        here = 300.0 if arriving else 300 + 190 * span(time_s, 8.0, 10.0)
        walking = not arriving and 8.0 < time_s < 10.0
        pose = (
            figures.walk(time_s * 7)
            if walking
            else figures.stilled(
                figures.STAND, near_arm=(0.4 + 0.8 * (not arriving), 0.9 + 0.8 * (not arriving)), head=-0.15
            )
        )
        gone = not arriving and time_s > 10.4
        if not gone:
            lay(
                canvas,
                figures.person(190, pose, LIA_WARM, time_s, 0.9 if arriving else 0.4),
                here - 190,
                688 - 342,
            )
        if (not arriving and time_s < 10.4) or time_s > 8.0:
            wave = 0.25 * math.sin(time_s * 3)
            tile = figures.mirrored(
                figures.person(
                    216, figures.Pose(0.06, 0.1, (0.9 + wave, 1.5), (0.1, 0.4)), DRIVER, time_s, 0.3
                )
            )
            lay(canvas, tile, 620 - 216, 688 - 389)
        return camera(canvas, 1.0 + 0.006 * time_s, 0.45, 0.6)

    return draw


def _ride(base: Image.Image, layers: list[tuple[Image.Image, float, float]], front: Image.Image, front_y: float, speed: float, unit: int, foot: float, body: Color, rim: Color, smoke_color: Color, seed: str) -> Draw:  # fmt: skip
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
    base = _sky("sertao", count=700)
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
    return _ride(
        base, layers, front, 520, 330, 66, 590, (40, 30, 62), (255, 190, 130), (80, 60, 90), "sertao"
    )


def mountains() -> Draw:
    """Blue ridges, one behind the other, and low cloud."""
    stops = ((0.0, (8, 18, 48)), (0.5, (36, 76, 116)), (0.8, (110, 160, 176)), (1.0, (180, 206, 200)))
    base = _sky("serra", stops, (90, 120, 190), 380)
    sky.moon(base, 300, 150, 58, "serra")
    bloom(base, 160, 0.5)
    layers: list[tuple[Image.Image, float, float]] = []
    for depth in range(5):
        color = mix((150, 190, 200), (16, 40, 62), depth / 4)
        layers.append((ridges.ridge(1500 + depth * 500, 330, f"serra{depth}", color, base=0.32, relief=0.42 - 0.03 * depth, cell=380 - 30 * depth, rim=mix(color, (240, 250, 250), 0.3)), 0.03 + 0.07 * depth, 200.0 + depth * 62))  # fmt: skip
        layers.append((mist(WIDTH + 900, 170, (190, 214, 214), 0.32), 0.03, 380.0 + depth * 44))
    front = ridges.grass(5200, 150, "serra", ((10, 26, 38), (4, 12, 20)), blades=1500)
    return _ride(
        base, layers, front, 590, 300, 62, 600, (26, 40, 66), (190, 224, 230), (90, 110, 120), "serra"
    )


def city() -> Draw:
    """Hills of lights behind the viaduct."""
    stops = ((0.0, (16, 8, 44)), (0.5, (60, 26, 92)), (0.85, (170, 60, 120)), (1.0, (240, 120, 110)))
    base = _sky("city", stops, None, 260)
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
    return _ride(base, layers, front, 200, 320, 66, 610, (36, 20, 60), (255, 150, 150), (90, 50, 90), "city")


def sky_bridge() -> Draw:
    """The train rides on its own reflection over a still lake of stars."""
    stops = ((0.0, (6, 8, 34)), (0.5, (30, 40, 110)), (0.86, (110, 110, 190)), (1.0, (170, 160, 210)))
    upper = _sky("bridge", stops, (150, 150, 255), 900).resize((WIDTH, 400))
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


def compartment(outside: str, close: bool = False) -> Draw:
    """Lia and the driver at the window; outside pass stars, rain or the city."""
    room = railway.carriage((70, 34, 46), (116, 66, 48), (230, 180, 96))
    rain = particles.Rain("pane", 170, -0.5) if outside == "rain" else None
    if outside == "city":
        view = _sky(
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
        view = _sky("pane-rain", ((0.0, (16, 28, 48)), (0.6, (52, 84, 104)), (1.0, (90, 120, 126))), None, 0)
        passing = [(ridges.ridge(2600, 320, "pane-r1", (44, 74, 92), relief=0.3), 60.0, 150.0), (ridges.ridge(4400, 260, "pane-r2", (22, 42, 56), relief=0.2, cell=200), 180.0, 260.0)]  # fmt: skip
    else:
        view = _sky("pane-stars", count=900)
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


def forest() -> Draw:
    """Fireflies over the wet valley; the train is a line of lights."""
    stops = ((0.0, (4, 14, 26)), (0.6, (12, 52, 60)), (1.0, (40, 104, 84)))
    base = _sky("forest", stops, (60, 130, 130), 300)
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


DAWN = (
    (0.0, (50, 74, 150)),
    (0.35, (140, 140, 200)),
    (0.56, (250, 190, 170)),
    (0.62, (255, 226, 180)),
    (1.0, (240, 200, 170)),
)


def first_light() -> Draw:
    """Over the last ridge, the sea."""
    base = _sky("dawn", DAWN, None, 60)
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
    ride = _ride(
        base_now, [], front, 600, 280, 60, 610, (60, 50, 90), (255, 220, 180), (120, 110, 120), "dawn"
    )

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        water.draw(canvas, time_s)
        water.glitter(canvas, time_s, 900, (255, 240, 206), 110)
        base_now.paste(canvas, (0, 0))
        for layer, factor, y in layers:
            lay(base_now, layer, -time_s * 280 * factor, y)
        return ride(time_s, drawing)

    return draw


def beach(ending: bool) -> Draw:
    """Lia walks to the water; the shell answers."""
    base = _sky("beach", DAWN, None, 0)
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
                    900,
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
