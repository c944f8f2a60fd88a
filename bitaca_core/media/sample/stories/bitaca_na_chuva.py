"""A Bitaca na Chuva: two strangers, one umbrella, and a shop that keeps its light on."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bitaca_core.media.sample.engines import figures, lettering, particles, shop, sky, town
from bitaca_core.media.sample.engines.figures import Look
from bitaca_core.media.sample.music.styles import rainy_bossa
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
    soften,
    span,
    veil,
)
from bitaca_core.media.sample.story import Draw, Line, Shot, SoundTrack, Story

INK: Color = (10, 16, 34)
WALLS: tuple[Color, ...] = ((52, 74, 104), (70, 64, 104), (40, 84, 100), (84, 76, 100), (60, 60, 88))
HAZE: Color = (34, 58, 88)
TEA: Color = (36, 150, 140)
ELA = Look(
    (222, 74, 72), (150, 92, 74), (26, 18, 34), (40, 34, 60), (255, 190, 110), None, skirt=True, bun=True
)
ELE = Look((64, 92, 140), (126, 76, 60), (20, 16, 28), (36, 38, 62), (255, 190, 110))
ZEFA = Look((150, 104, 150), (140, 84, 66), (214, 206, 214), (90, 60, 90), None, None, skirt=True, bun=True)


def _night(seed: str) -> Image.Image:
    canvas = gradient(
        WIDTH,
        HEIGHT,
        ((0, (10, 14, 36)), (0.45, (22, 40, 72)), (0.75, (44, 78, 104)), (1, (30, 44, 66))),
        seed,
    )
    lay(canvas, sky.streaks(WIDTH, 320, seed, (60, 80, 120), 0.6), 0, 10)
    return canvas


def _mirror(canvas: Image.Image, ground: int, strength: float = 0.5) -> None:
    """Reflect what stands above `ground` in the wet street."""
    part = canvas.crop((0, max(0, 2 * ground - HEIGHT), WIDTH, ground)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    wet = soften(part.resize((WIDTH, HEIGHT - ground)), 5)
    canvas.paste(Image.blend(Image.new("RGB", wet.size, (14, 20, 38)), wet, strength), (0, ground))


def _street(wide: bool) -> Image.Image:
    canvas = _night("street")
    lay(canvas, town.hillside(WIDTH, 420, "rain-far", WALLS, HAZE, 0.6, rows=6, house=38, lit=0.3), 0, 120)
    lay(canvas, mist(WIDTH, 260, (52, 88, 112), 0.55), 0, 260)
    if wide:
        for x, seed, tall in ((-70, "left", 380), (880, "right", 420)):
            lay(
                canvas,
                town.hillside(480, tall, seed, WALLS, INK, 0.35, rows=2, house=170, lit=0.22, rise=0.05),
                x,
                560 - tall,
            )
        shop.light(canvas, 640, 440, 620)
        lay(canvas, shop.shop(430, 350, (62, 92, 100), (16, 18, 36)), 425, 212)
        lay(canvas, town.wires(WIDTH, 560, [(40, 130), (300, 96), (1240, 150)], (8, 10, 22), 36, 3))
        add(canvas, glow(190, (150, 90, 40), 1.8), 640, 430)
        _mirror(canvas, 560)
    else:
        shop.light(canvas, 640, 380, 980, 0.8)
        lay(canvas, shop.shop(1080, 640, (62, 92, 100), (16, 18, 36)), 100, -20)
        _mirror(canvas, 612, 0.55)
    bloom(canvas, 140, 0.7)
    return canvas


def _wide() -> Draw:
    base = _street(True)
    rain = particles.Rain("wide", 300, ground=(575, 715))
    name = lettering.mask("A BITACA NA CHUVA", 58, tracking=0.24, weight=0.02)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        if time_s > 2.6:
            x = 1330 - (time_s - 2.6) * 190
            tile = figures.mirrored(figures.person(120, figures.run(time_s * 12, 0.8), ELE, time_s))
            lay(canvas, tile, x - 120, 590 - 216)
        lay(
            canvas,
            figures.cat(
                30, (14, 14, 24), (255, 220, 110), tail=math.sin(time_s * 2), blink=drawing % 30 in (7, 8)
            ),
            470,
            562 - 54,
        )
        rain.draw(canvas, time_s)
        shown = span(time_s, 0.5, 1.4) * (1 - span(time_s, 3.6, 4.4))
        if shown > 0:
            lettering.paint(canvas, name, WIDTH / 2, 110, (255, 232, 190), opacity=shown, halo=0.6)
        return camera(canvas, 1.0 + 0.012 * time_s, 0.5, 0.75)

    return draw


def _counter(act: int) -> Draw:
    base = _street(False)
    rain = particles.Rain("close", 190, ground=(620, 716))
    hood = shop.umbrella(240, TEA, (240, 226, 196))

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        lay(
            canvas,
            figures.mirrored(
                figures.person(
                    250, figures.Pose(0.05, 0.1 * math.sin(time_s), (0.5, 1.2), (0.2, 0.9)), ZEFA, time_s, 0.2
                )
            ),
            420 - 250,
            640 - 450,
        )
        counter = base.crop((208, 476, 800, 640))
        canvas.paste(counter, (208, 476))
        add(canvas, glow(60, (90, 80, 70), 1.4), 520, 470 - 6 * math.sin(time_s * 2))
        lay(
            canvas,
            figures.cat(
                74,
                (16, 14, 26),
                (255, 214, 90),
                tail=math.sin(time_s * 1.6),
                rim=(255, 176, 90),
                blink=drawing % 34 in (3, 4),
            ),
            150,
            636 - 133,
        )
        if act == 0:
            steps = min(time_s * 120, 250)
            walking = (
                figures.walk(time_s * 7)
                if steps < 250
                else figures.stilled(figures.STAND, head=-0.12 * span(time_s, 2.6, 3.2))
            )
            lay(
                canvas,
                figures.mirrored(figures.person(250, walking, ELE, time_s)),
                1230 - steps - 250,
                660 - 450,
            )
            lay(
                canvas,
                figures.person(236, figures.stilled(figures.STAND, near_arm=(0.5, 1.5)), ELA, time_s * 0.4),
                800 - 236,
                660 - 425,
            )
        else:
            apart = 0 if act == 2 else 1 - span(time_s, 1.0, 3.0)
            lift = 1.0 if act == 2 else span(time_s, 0.6, 2.0)
            pace = time_s * 70 if act == 2 else 0
            pose = figures.walk(time_s * 6.5) if act == 2 else figures.STAND
            him = 830 + 130 * apart + pace
            lay(
                canvas,
                figures.person(
                    236,
                    figures.stilled(pose, near_arm=(0.5 + 1.4 * lift, 1.5 + 1.5 * lift)),
                    ELA,
                    time_s * 0.5,
                ),
                770 + pace - 236,
                660 - 425,
            )
            face = figures.person(250, pose, ELE, time_s)
            lay(canvas, face if act == 2 else figures.mirrored(face), him - 250, 660 - 450)
            if lift > 0.35:
                lay(canvas, hood, 814 + pace - 120 + 10, 330 - 40 * lift)
        rain.draw(canvas, time_s, 0.9)
        return camera(canvas, 1.03 + 0.008 * time_s, 0.6, 0.6)

    return draw


def _above() -> Draw:
    base = gradient(WIDTH, HEIGHT, ((0, (20, 34, 60)), (1, (12, 18, 38))), "above")
    add(base, glow(560, (200, 120, 50), 1.7), 150, 60)
    lay(base, veil((8, 12, 26), _cobbles()), 0, 0)
    top = _parasol()
    rain = particles.Rain("above", 150, 0.02)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        x, y = 380 + time_s * 92, 300 + 26 * math.sin(time_s * 1.2) + time_s * 22
        turned = top.rotate(-time_s * 14, Image.Resampling.BILINEAR)
        add(canvas, glow(230, (40, 60, 70), 1.5), x, y)
        lay(canvas, turned, x - turned.width / 2, y - turned.height / 2)
        rain.draw(canvas, time_s)
        for ring in range(26):
            age = (time_s * 1.4 + ring * 0.377) % 1
            jump = int(time_s * 1.4 + ring * 0.377) * 26 + ring
            px, py = (jump * jump * 7919 + jump * 131) % WIDTH, (jump * jump * 104729 + jump * 17) % HEIGHT
            lay(canvas, _ripple(round(6 + age * 30), 1 - age), px - 40, py - 40)
        return canvas

    return draw


def _cobbles() -> NDArray[np.float32]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    shift = (np.floor(y / 44) % 2) * 38
    upright = np.abs(np.sin((x + shift) / 76 * np.pi)) < 0.09
    level = np.abs(np.sin(y / 44 * np.pi)) < 0.1
    return np.asarray((upright | level) * 0.5, np.float32)


def _ripple(radius: int, strength: float) -> Image.Image:
    tile = Image.new("RGBA", (80, 80), (170, 200, 220, 0))
    ImageDraw.Draw(tile).ellipse(
        (40 - radius, 40 - radius, 40 + radius, 40 + radius), outline=(170, 200, 220, round(150 * strength))
    )
    return tile


def _parasol() -> Image.Image:
    ink = Ink(380, 380, TEA)
    for panel in range(8):
        a, b = math.tau * panel / 8, math.tau * (panel + 1) / 8
        edge = [
            (
                190 + 170 * math.cos(a + (b - a) * k / 8) * (1 - 0.05 * math.sin(math.pi * k / 8)),
                190 + 170 * math.sin(a + (b - a) * k / 8) * (1 - 0.05 * math.sin(math.pi * k / 8)),
            )
            for k in range(9)
        ]
        ink.polygon([(190, 190), *edge], TEA if panel % 2 else (240, 226, 196))
        ink.line([(190, 190), edge[0]], 2, (20, 90, 90))
    ink.ellipse(190, 190, 9, 9, (30, 60, 66))
    return ink.done()


def _closing() -> Draw:
    base = _street(True)
    rain = particles.Rain("end", 300, ground=(575, 715))
    hood = shop.umbrella(118, TEA, (240, 226, 196))
    end = lettering.mask("FIM", 34, tracking=0.6, weight=0.02)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        x = 760 + time_s * 62
        for look, shift, height in ((ELA, 0, 112), (ELE, 40, 120)):
            lay(
                canvas,
                figures.person(height, figures.walk(time_s * 6.5 + shift), look, time_s),
                x + shift - height,
                600 - height * 1.8,
            )
        lay(canvas, hood, x + 20 - 59, 438)
        lay(canvas, figures.cat(30, (14, 14, 24), (255, 220, 110), tail=math.sin(time_s * 2)), 470, 562 - 54)
        rain.draw(canvas, time_s, 1 - 0.6 * span(time_s, 1, 4))
        lettering.paint(
            canvas, end, WIDTH / 2, 120, (255, 232, 190), opacity=span(time_s, 2.0, 2.8), halo=0.5
        )
        return camera(canvas, 1.06 - 0.01 * time_s, 0.55, 0.75)

    return draw


def _poster() -> Image.Image:
    canvas = gradient(720, 1080, ((0, (12, 18, 44)), (0.5, (30, 60, 88)), (1, (14, 22, 42))), "rain-poster")
    lay(canvas, town.hillside(720, 520, "rain-poster", WALLS, HAZE, 0.55, rows=7, house=44, lit=0.3), 0, 290)
    lay(canvas, mist(720, 300, (52, 96, 116), 0.6), 0, 480)
    shop.light(canvas, 360, 760, 620)
    lay(canvas, shop.shop(560, 440, (62, 92, 100), (16, 18, 36)), 80, 470)
    part = canvas.crop((0, 740, 720, 910)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    canvas.paste(Image.blend(Image.new("RGB", part.size, (14, 20, 38)), soften(part, 5), 0.55), (0, 910))
    for look, x, height in ((ELA, 470, 176), (ELE, 536, 190)):
        lay(canvas, figures.person(height, figures.walk(0.9), look, 0.3), x - height, 985 - height * 1.8)
    lay(canvas, shop.umbrella(210, TEA, (240, 226, 196)), 408, 720)
    lay(canvas, figures.cat(56, (14, 14, 24), (255, 220, 110), rim=(255, 176, 90)), 130, 930 - 100)
    bloom(canvas, 140, 0.7)
    wide = canvas.resize((WIDTH, 1920))
    particles.Rain("poster", 260).draw(wide, 1.0)
    canvas = Image.blend(canvas, wide.resize((720, 1080)), 0.6)
    lettering.justified(
        canvas, ("A BITACA",), 60, 70, 600, (255, 224, 170), most=150, tall=1.25, weight=0.035, halo=0.5
    )
    lettering.justified(
        canvas,
        ("NA CHUVA",),
        60,
        236,
        600,
        (120, 214, 200),
        most=130,
        tall=1.0,
        weight=0.02,
        tracking=0.08,
        halo=0.4,
    )
    return canvas


def story() -> Story:
    """Return the short."""
    return Story(
        "bitaca-na-chuva-2026",
        (
            Shot(6.0, _wide, fade_in_s=0.8), Shot(5.5, lambda: _counter(0)), Shot(5.0, lambda: _counter(1)),
            Shot(4.0, _above), Shot(5.5, _closing, fade_out_s=1.4),
        ),
        (
            Line(0.8, 3.4, "[chuva forte na rua vazia]", "[heavy rain in an empty street]"),
            Line(4.0, 5.8, "ELE: Dá licença... só até passar.", "HIM: Excuse me... just until it stops."),
            Line(6.4, 8.6, "DONA ZEFA: Essa não passa, meu filho. Café?", "DONA ZEFA: This one won't stop, dear. Coffee?"),
            Line(9.0, 11.2, "ELA: Eu moro logo ali embaixo.", "HER: I live just down there."),
            Line(11.8, 14.0, "ELA: Cabe mais um.", "HER: There's room for one more."),
            Line(14.3, 16.2, "ELE: Eu moro pro outro lado.", "HIM: I live the other way."),
            Line(17.0, 20.0, "ELA: Eu sei. Tem tempo.", "HER: I know. There's time."),
            Line(21.2, 24.6, "DONA ZEFA: Chuva boa, essa.", "DONA ZEFA: Good rain, this one."),
        ),
        (SoundTrack("Trilha original", "zxx", rainy_bossa),),
        _poster,
    )  # fmt: skip
