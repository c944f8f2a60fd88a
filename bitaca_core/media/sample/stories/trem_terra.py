"""O Trem para o Mar, the land: the house, the rails, the station."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from bitaca_core.media.sample.engines import figures, lettering, particles, ridges
from bitaca_core.media.sample.engines import train as railway
from bitaca_core.media.sample.paint import (
    HEIGHT,
    WIDTH,
    Ink,
    add,
    bloom,
    camera,
    glow,
    lay,
    mix,
    span,
)
from bitaca_core.media.sample.stories.trem_cores import DARK, DRIVER, LIA, LIA_WARM, night_sky
from bitaca_core.media.sample.story import Draw


def title() -> Draw:
    """The sertão under the Milky Way, and the name of the film."""
    base = night_sky("title", count=900)
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
    base = night_sky("doorway")
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
    base = night_sky("headlight", count=760)
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
    base = night_sky("station")
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
