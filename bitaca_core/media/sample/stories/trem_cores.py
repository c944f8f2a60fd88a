"""People, skies and colours that the scenes of O Trem para o Mar share."""

from __future__ import annotations

from PIL import Image

from bitaca_core.media.sample.engines import sky
from bitaca_core.media.sample.engines.figures import Look
from bitaca_core.media.sample.paint import (
    HEIGHT,
    WIDTH,
    Color,
    gradient,
)

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
DAWN = (
    (0.0, (50, 74, 150)),
    (0.35, (140, 140, 200)),
    (0.56, (250, 190, 170)),
    (0.62, (255, 226, 180)),
    (1.0, (240, 200, 170)),
)


def night_sky(seed: str, stops: tuple[tuple[float, Color], ...] = NIGHT, way: Color | None = (130, 120, 210), count: int = 620, width: int = WIDTH) -> Image.Image:  # fmt: skip
    canvas = gradient(width, HEIGHT, stops, seed)
    if way:
        sky.milky_way(canvas, seed, way, 0.42)
    if count:
        sky.stars(canvas, seed, count, 0.72)
    return canvas
