"""Lettering: title cards and poster titles, from the typeface that ships inside Pillow (Aileron)."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from bitaca_core.media.sample.paint import Color, dim, lay, seeded, smooth_noise, soften


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("this Pillow was built without FreeType, which draws the titles")
    # The basic layout draws the same everywhere; Raqm depends on the build.
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)


def mask(text: str, size: int, *, tracking: float = 0.0, weight: float = 0.0, tall: float = 1.0, rough: float = 0.0) -> Image.Image:  # fmt: skip
    """Return the shape of one line of text as an L image, cropped to the ink.

    Parameters
    ----------
    size : int
        Type size, pixels.
    tracking : float
        Extra space between letters, in ems.
    weight : float
        Thickening of the strokes, in ems (0.05 is bold).
    tall : float
        Vertical stretch: 1.6 gives poster capitals.
    rough : float
        0..1, how much the edge looks cut in wood.
    """
    font = _font(size * 2)
    stroke = round(size * 2 * weight)
    letters = [unicodedata.normalize("NFD", letter) for letter in text]
    advance = [font.getlength(letter[0]) + (tracking + weight * 1.6) * size * 2 for letter in letters]
    plate = Image.new("L", (round(sum(advance)) + size * 2, round(size * 3.8)), 0)
    pen = ImageDraw.Draw(plate)
    x = float(size)
    for letter, step in zip(letters, advance, strict=True):
        place = (round(x), round(size * 0.9))
        pen.text(place, letter[0], 255, font=font, stroke_width=stroke)
        for mark in letter[1:]:
            _accent(pen, mark, pen.textbbox(place, letter[0], font=font), size * 2, stroke)
        x += step
    plate = plate.crop(plate.getbbox())
    plate = plate.resize(
        (max(1, plate.width // 2), max(1, round(plate.height * tall / 2))), Image.Resampling.LANCZOS
    )
    if rough:
        noise = smooth_noise(seeded("wood", text), plate.width, plate.height, max(4, size // 9), 3)
        level = np.asarray(soften(plate, size * 0.016 + 0.6)).astype(np.float32) / 255
        cut = np.clip((level - 0.5 + (noise - 0.5) * rough) * 5 + 0.5, 0, 1)
        plate = Image.fromarray((cut * 255).astype(np.uint8), "L")
    return plate


def _accent(
    pen: ImageDraw.ImageDraw, mark: str, box: tuple[float, float, float, float], em: float, stroke: int
) -> None:
    """Draw a combining mark over (or under) a letter's box: the built-in typeface has none of its own."""
    middle, top, bottom = (box[0] + box[2]) / 2, box[1] - em * 0.075 - stroke, box[3]
    pace = em * 0.115
    width = max(2, round(em * 0.075 + stroke * 1.9))
    shapes = {
        "\u0303": [
            (middle + pace * 1.35 * k / 8, top - em * 0.028 * math.sin(k / 8 * math.pi)) for k in range(-8, 9)
        ],
        "\u0301": [(middle - pace * 0.25, top + em * 0.03), (middle + pace * 0.75, top - em * 0.075)],
        "\u0300": [(middle + pace * 0.25, top + em * 0.03), (middle - pace * 0.75, top - em * 0.075)],
        "\u0302": [
            (middle - pace, top + em * 0.02),
            (middle, top - em * 0.07),
            (middle + pace, top + em * 0.02),
        ],
        "\u0327": [
            (middle, bottom),
            (middle + pace * 0.3, bottom + em * 0.1),
            (middle - pace * 0.5, bottom + em * 0.15),
        ],
    }
    line = shapes[mark]
    pen.line(line, 255, width, "curve")
    for x, y in (line[0], line[-1]):
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)


def paint(canvas: Image.Image, shape: Image.Image, x: float, y: float, color: Color, *, opacity: float = 1.0, halo: float = 0.0, shadow: Color | None = None, offset: int = 3) -> None:  # fmt: skip
    """Paint `shape` centred on (x, y); `halo` 0..1 lets it shine, `shadow` drops a hard one."""
    left, top = round(x - shape.width / 2), round(y - shape.height / 2)
    if halo > 0:
        wide = Image.new("L", (shape.width + 120, shape.height + 120), 0)
        wide.paste(shape, (60, 60))
        light = soften(wide, 18)
        tinted = Image.merge("RGB", [dim(light, channel / 255 * halo * opacity) for channel in color])
        box = (left - 60, top - 60, left - 60 + wide.width, top - 60 + wide.height)
        region = ImageChops.add(canvas.crop(box), tinted)
        canvas.paste(region, box[:2])
    if shadow is not None:
        lay(canvas, _tint(shape, shadow, opacity), left + offset, top + offset)
    lay(canvas, _tint(shape, color, opacity), left, top)


def _tint(shape: Image.Image, color: Color, opacity: float) -> Image.Image:
    layer = Image.new("RGBA", shape.size, (*color, 255))
    layer.putalpha(dim(shape, opacity) if opacity < 1 else shape)
    return layer


def fitted(text: str, width: int, height: int, **style: float) -> Image.Image:
    """Return the shape of `text` scaled to fill `width` x `height` at most, pixels, keeping its proportions."""
    shape = mask(text, 120, **style)  # type: ignore[arg-type]
    factor = min(width / shape.width, height / shape.height)
    return shape.resize(
        (max(1, round(shape.width * factor)), max(1, round(shape.height * factor))), Image.Resampling.LANCZOS
    )


def justified(canvas: Image.Image, lines: tuple[str, ...], left: int, top: int, width: int, color: Color, *, gap: int = 14, most: int = 220, shadow: Color | None = None, halo: float = 0.0, **style: float) -> int:  # fmt: skip
    """Set lines of poster capitals, each as wide as `width`, below each other; return the lower edge."""
    y = top
    for line in lines:
        shape = fitted(line, width, most, **style)
        paint(
            canvas, shape, left + width / 2, y + shape.height / 2, color, shadow=shadow, halo=halo, offset=5
        )
        y += shape.height + gap
    return y
