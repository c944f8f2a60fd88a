"""The poster: a given picture, or the best-looking moment of the film."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bitaca_core.errors import InputError
from bitaca_core.media import supervise, tools
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import input_url
from bitaca_core.media.storyboard import Sprite

if TYPE_CHECKING:
    from PIL import Image

POSTER_MAX_PX = 1280
POSTER_MAX_SOURCE_PIXELS = 50_000_000
"""A picture with more pixels is refused before it is decoded (pixel bombs)."""
POSTER_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""Others are not tried: some of Pillow's readers start programs (EPS)."""
JPEG_QUALITY = 88
SKIPPED_EDGE = 0.08
"""The first and last part of a film (logos, credits) give no poster."""


def poster_from_film(sheets: Sequence[Path], sprite: Sprite, recipe: Recipe, video: Path, out: Path) -> None:
    """Write the frame whose tile has most contrast and colour, taken from `video`, the best rung."""
    frame = best_tile(sheets, sprite) * sprite.step_frames
    at_s = float((frame - 0.25) / recipe.frame_rate) if frame else 0.0  # the first frame at or after it
    supervise.run(
        [tools.ffmpeg(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-ss", f"{at_s:.6f}",
         "-i", input_url(video), "-frames:v", "1", "-q:v", "3", "-fflags", "+bitexact", "-flags:v", "+bitexact",
         "-f", "image2", "-update", "1", input_url(out)],
        timeout_s=120,
    )  # fmt: skip


def best_tile(sheets: Sequence[Path], sprite: Sprite) -> int:
    """Return the number of the storyboard tile that would make the best poster."""
    from PIL import Image

    first = math.floor(sprite.count * SKIPPED_EDGE)
    last = max(first + 1, math.ceil(sprite.count * (1 - SKIPPED_EDGE)))
    best, best_score = first, -1.0
    tiles_a_sheet = sprite.columns * sprite.rows
    for sheet, file in enumerate(sheets):
        with Image.open(file) as opened:
            start = sheet * tiles_a_sheet
            for number in range(max(first, start), min(last, start + tiles_a_sheet)):
                _, x, y = sprite.place(number)
                tile = opened.crop((x, y, x + sprite.tile_width, y + sprite.tile_height)).convert("RGB")
                score = _looks(tile)
                if score > best_score:
                    best, best_score = number, score
    return best


def _looks(tile: Image.Image) -> float:
    """Return how good a picture looks: neither dark nor glaring, with contrast, colour and detail."""
    from PIL import ImageFilter, ImageStat

    grey = ImageStat.Stat(tile.convert("L"))
    colour = ImageStat.Stat(tile.convert("HSV")).mean[1]
    detail = ImageStat.Stat(tile.convert("L").filter(ImageFilter.FIND_EDGES)).mean[0]
    exposure = 1 - abs(grey.mean[0] - 115) / 140
    return max(0.0, exposure) * (grey.stddev[0] + 0.25 * colour + detail)


def poster_from_picture(picture: Path, out: Path) -> None:
    """Write a given picture as JPEG, upright, at most 1280 px a side, without metadata."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(picture, formats=POSTER_FORMATS) as opened:
            if opened.width * opened.height > POSTER_MAX_SOURCE_PIXELS:
                raise InputError(
                    f"the poster has {opened.width}x{opened.height} pixels", kind="poster", file=picture
                )
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise InputError(
            f"the poster is not a readable picture: {error}", kind="poster", file=picture
        ) from error
    upright.thumbnail((POSTER_MAX_PX, POSTER_MAX_PX))
    upright.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
