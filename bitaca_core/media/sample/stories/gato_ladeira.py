"""Gato de Plantão, the hill: opening, credits, case cards, the shop and the roofs."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from bitaca_core.media.sample.engines import figures, lettering, particles, shop, sky, town
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
    span,
)
from bitaca_core.media.sample.story import Draw

FUR: Color = (16, 12, 28)
EYE: Color = (255, 208, 72)
BOW: Color = (232, 56, 62)
RIM: Color = (120, 200, 230)
WALLS: tuple[Color, ...] = ((40, 84, 104), (70, 58, 110), (30, 104, 104), (96, 62, 104), (52, 70, 120))
HAZE: Color = (34, 84, 112)
INK: Color = (10, 14, 34)
SKY = ((0.0, (8, 12, 40)), (0.4, (20, 48, 92)), (0.75, (44, 116, 132)), (1.0, (110, 170, 150)))


def cat(size: int, time_s: float, drawing: int, *, sitting: bool = True, pace: float = 9.0) -> Image.Image:
    return figures.cat(size, FUR, EYE, phase=time_s * pace, sitting=sitting, rim=RIM, blink=drawing % 38 in (5, 6), tail=time_s * 1.9, bow=BOW)  # fmt: skip


def night(
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


def opening() -> Draw:
    base = night("opening")
    back = town.hillside(1900, 330, "opening-mid", WALLS, INK, 0.3, rows=4, house=72, lit=0.5)
    bloom(base, 150, 0.6)
    spot = gradient(WIDTH, HEIGHT, ((0, (14, 20, 54)), (1, (36, 92, 120))), "spot")
    add(spot, glow(430, (170, 160, 110), 1.5), 640, 330)
    wall = town.rooftop(1900, 220, (30, 34, 66), RIM, INK, "opening-wall")
    words = (
        lettering.mask("GATO", 150, weight=0.055, tracking=0.06, tall=1.2),
        lettering.mask("DE PLANTÃO", 74, weight=0.03, tracking=0.16),
    )
    big = cat(330, 0.0, 0)
    wink = figures.cat(330, FUR, EYE, rim=RIM, blink=True, bow=BOW)

    def draw(time_s: float, drawing: int) -> Image.Image:
        if time_s < 5.5:
            canvas = base.copy()
            lay(canvas, back, -time_s * 60, 400)
            lay(canvas, wall, -time_s * 150, 590)
            x = 180 + time_s * 120
            lay(canvas, cat(120, time_s, drawing, sitting=False, pace=11), x - 120, 600 - 216)
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


def credits() -> Draw:
    base = night("credits", 0.2, (640, 250, 96), hills=False)
    lay(base, town.hillside(WIDTH, 260, "credits", WALLS, INK, 0.2, rows=4, house=64, lit=0.35), 0, 490)
    bloom(base, 150, 0.6)
    lights = particles.Fireflies("credits", 40, area=(0, 300, WIDTH, 700))
    lines = [lettering.mask(text, size, tracking=0.2, weight=0.012) for text, size in (
        ("GATO DE PLANTÃO", 40), ("desenho, música e miados: Bitaca Play", 19), ("feito de números e uma semente", 19), ("Breu volta amanhã", 26))]  # fmt: skip

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        lights.draw(canvas, time_s)
        lay(canvas, cat(110, time_s * 0.6, drawing), 640 - 110, 340 - 40)
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


def card(number: int, name: str) -> Draw:
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
        lay(canvas, cat(190, time_s, drawing), 210 - 190 + 20, 560 - 342)
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


def at_shop(who_waves: float, lit: bool = True, walk_in: bool = True) -> Draw:
    """Dona Zefa at her door, Breu before her."""
    base = night("shop", 0.4 if lit else 0.0, (190, 130, 58))
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
        lay(canvas, cat(130, time_s, drawing, sitting=x >= 590, pace=11), x - 130, 650 - 234)
        if not lit:
            for side in (0, 12):
                add(canvas, glow(16, (200, 160, 50), 1.8), x + 26 + side, 650 - 104)
        return camera(canvas, 1.02 + 0.006 * time_s, 0.6, 0.6)

    return draw


def roofs(prints: bool, lit: float = 0.42, speed: float = 150, lights: bool = False) -> Draw:
    """Breu trots along the ridge of the roofs."""
    base = night("roofs", lit)
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
        lay(canvas, cat(124, time_s, drawing, sitting=False, pace=speed / 13), 470 - 124, foot + 12 - 223)
        if lights:
            swarm.draw(canvas, time_s, math.sin(time_s) * 20)
        lay(canvas, cables, -at * 1.5, 30)
        return canvas

    return draw


def _paw_wet(canvas: Image.Image, x: float, y: float) -> None:
    pen = ImageDraw.Draw(canvas, "RGBA")
    for toe in (-0.6, 0.0, 0.6):
        pen.line((x, y + 3, x + math.sin(toe) * 13 + 4, y - 9), fill=(150, 220, 255, 200), width=3)
