"""The posters of Gato de Plantão: Breu on his wall, and what each case is about."""

from __future__ import annotations

import math

from PIL import Image

from bitaca_core.media.sample.engines import figures, lettering, sky, town
from bitaca_core.media.sample.paint import Color, Ink, add, bloom, glow, gradient, lay, mist, seeded
from bitaca_core.media.sample.stories.gato_ladeira import BOW, EYE, FUR, HAZE, INK, RIM, WALLS

NAMES = {1: "O PEIXE QUE SUMIU", 2: "A LUA NO BALDE", 3: "O APAGÃO"}
SKIES: dict[int, tuple[Color, Color, Color]] = {
    1: ((8, 12, 40), (24, 70, 110), (96, 170, 160)),
    2: ((14, 8, 44), (60, 40, 110), (150, 110, 160)),
    3: ((4, 6, 22), (12, 30, 52), (26, 66, 70)),
}


def poster(number: int) -> Image.Image:
    """Return the poster of one episode."""
    top, middle, low = SKIES[number]
    canvas = gradient(720, 1080, ((0, top), (0.5, middle), (1, low)), f"gato-poster{number}")
    sky.stars(canvas, f"gato-poster{number}", 320, 0.7)
    if number == 1:
        sky.moon(canvas, 400, 600, 235, "cartaz", (255, 244, 206), (110, 190, 210))
    lay(canvas, sky.streaks(720, 240, f"gato-poster{number}", low, 0.5), 0, 380)
    lit = 0.0 if number == 3 else 0.5
    lay(
        canvas,
        town.hillside(720, 420, f"cartaz{number}", WALLS, HAZE, 0.5, rows=7, house=46, lit=lit),
        0,
        600,
    )
    lay(canvas, mist(720, 240, middle, 0.4), 0, 760)
    bloom(canvas, 150, 0.6)
    lay(canvas, town.rooftop(740, 200, (34, 40, 76), RIM, INK, "cartaz-wall"), -10, 900)
    {1: _fish, 2: _pail, 3: _lights}[number](canvas)
    size = 330
    x = 250 if number == 2 else 360
    breu = figures.cat(size, FUR, EYE, rim=RIM, tail=0.6, bow=BOW)
    for side in (0.06, 0.14):
        add(canvas, glow(70, (120, 90, 20), 1.8), x + size * side, 912 - size * 0.74)
    lay(canvas, breu, x - size, 912 - round(size * 1.8))
    lay(canvas, mist(720, 260, (6, 8, 26), 0.85), 0, 850)
    lettering.justified(
        canvas, ("GATO", "DE PLANTÃO"), 60, 60, 600, (255, 214, 90),
        most=215, tall=1.1, weight=0.045, tracking=0.03, shadow=(150, 36, 66),
    )  # fmt: skip
    shape = lettering.fitted(f"{number} · {NAMES[number]}", 600, 42, tracking=0.08, weight=0.016)
    lettering.paint(canvas, shape, 360, 1012, (255, 244, 224))
    return canvas


def _fish(canvas: Image.Image) -> None:
    ink = Ink(330, 150, (96, 196, 214))
    ink.ellipse(185, 75, 112, 46, (96, 196, 214))
    ink.polygon([(84, 75), (18, 22), (30, 75), (18, 128)], (70, 160, 190))
    ink.polygon([(170, 32), (220, 8), (236, 42)], (70, 160, 190))
    for row in range(3):
        for scale in range(4):
            ink.line(
                [
                    (130 + scale * 30, 52 + row * 20),
                    (138 + scale * 30, 60 + row * 20),
                    (130 + scale * 30, 68 + row * 20),
                ],
                3,
                (140, 224, 232),
            )
    ink.ellipse(262, 62, 11, 11, (250, 250, 240))
    ink.ellipse(264, 63, 6, 6, (16, 24, 40))
    lay(canvas, ink.done().rotate(24, Image.Resampling.BICUBIC, expand=True), 300, 400)
    drops = seeded("drops")
    for _ in range(16):
        x, y = float(drops.uniform(250, 640)), float(drops.uniform(420, 700))
        add(canvas, glow(9, (150, 220, 255), 1.4), x, y)


def _pail(canvas: Image.Image) -> None:
    ink = Ink(320, 280, (120, 134, 150))
    ink.polygon([(30, 60), (290, 60), (256, 264), (64, 264)], (112, 126, 146))
    ink.polygon([(30, 60), (90, 60), (110, 264), (64, 264)], (168, 184, 198))
    ink.polygon([(240, 60), (290, 60), (256, 264), (226, 264)], (70, 82, 106))
    ink.ellipse(160, 60, 131, 34, (180, 196, 208))
    ink.ellipse(160, 62, 122, 28, (24, 60, 96))
    ink.ellipse(160, 62, 84, 19, (255, 246, 206))
    add(canvas, glow(330, (150, 140, 90), 1.5), 540, 700)
    lay(canvas, ink.done(), 380, 648)


def _lights(canvas: Image.Image) -> None:
    rng = seeded("cartaz-lights")
    for _ in range(90):
        x, y = float(rng.uniform(20, 700)), float(rng.uniform(430, 960))
        size = round(8 + 34 * float(rng.random()) ** 2)
        add(canvas, glow(size, (230, 180, 70), 2.2), x + 8 * math.sin(y), y)
        add(canvas, glow(max(3, size // 6), (255, 250, 220), 1.0), x + 8 * math.sin(y), y)
