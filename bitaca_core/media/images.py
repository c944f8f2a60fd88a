"""Storyboard sprite for the seek bar, and the poster: a given picture, or the best-looking moment of the film."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.errors import InputError
from bitaca_core.media import supervise, tools
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import input_url

TILE_SHORT_SIDE_PX = 90
MAX_TILES = 100
COLUMNS = 10
MIN_STEP_S = 1.0
POSTER_MAX_PX = 1280
POSTER_MAX_SOURCE_PIXELS = 50_000_000
"""A picture with more pixels is refused before it is decoded (pixel bombs)."""
POSTER_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""Others are not tried: some of Pillow's readers start programs (EPS)."""
JPEG_QUALITY = 88
SKIPPED_EDGE = 0.08
"""The first and last part of a film (logos, credits) give no poster."""


@dataclass(frozen=True, slots=True)
class Sprite:
    """Storyboard geometry: `count` tiles, one every `step_frames`, row by row."""

    columns: int
    rows: int
    count: int
    step_frames: int
    tile_width: int
    tile_height: int


def sprite_for(recipe: Recipe) -> Sprite:
    """Return the storyboard geometry: at most 100 tiles, at least a second apart (pure)."""
    step = max(math.ceil(MIN_STEP_S * recipe.frame_rate), math.ceil(recipe.frames / MAX_TILES))
    count = math.ceil(recipe.frames / step)
    columns = min(COLUMNS, count)
    short = min(recipe.width, recipe.height)
    factor = min(1.0, TILE_SHORT_SIDE_PX / short)
    return Sprite(
        columns=columns,
        rows=math.ceil(count / columns),
        count=count,
        step_frames=step,
        tile_width=max(2, round(recipe.width * factor / 2) * 2),
        tile_height=max(2, round(recipe.height * factor / 2) * 2),
    )


def storyboard(smallest: Path, sprite: Sprite, out: Path) -> None:
    """Write the storyboard from the smallest rung."""
    pictures = (
        f"select=not(mod(n\\,{sprite.step_frames})),scale={sprite.tile_width}:{sprite.tile_height}"
        f":flags=area:out_range=pc,format=yuvj420p,tile={sprite.columns}x{sprite.rows}"
    )
    supervise.run(
        [tools.ffmpeg(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-i", input_url(smallest),
         "-vf", pictures, "-frames:v", "1", "-q:v", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact",
         "-f", "image2", "-update", "1", input_url(out)],
        timeout_s=3600,
    )  # fmt: skip


def poster_from_film(storyboard: Path, sprite: Sprite, recipe: Recipe, best: Path, out: Path) -> None:
    """Write the frame whose tile has most contrast and colour, taken from the `best` rung."""
    frame = best_tile(storyboard, sprite) * sprite.step_frames
    at_s = float((frame - 0.25) / recipe.frame_rate) if frame else 0.0  # the first frame at or after it
    supervise.run(
        [tools.ffmpeg(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-ss", f"{at_s:.6f}",
         "-i", input_url(best), "-frames:v", "1", "-q:v", "3", "-fflags", "+bitexact", "-flags:v", "+bitexact",
         "-f", "image2", "-update", "1", input_url(out)],
        timeout_s=120,
    )  # fmt: skip


def best_tile(storyboard: Path, sprite: Sprite) -> int:
    """Return the number of the storyboard tile that would make the best poster."""
    from PIL import Image, ImageFilter, ImageStat

    first = math.floor(sprite.count * SKIPPED_EDGE)
    last = max(first + 1, math.ceil(sprite.count * (1 - SKIPPED_EDGE)))
    best, best_score = first, -1.0
    with Image.open(storyboard) as sheet:
        for number in range(first, last):
            x = number % sprite.columns * sprite.tile_width
            y = number // sprite.columns * sprite.tile_height
            tile = sheet.crop((x, y, x + sprite.tile_width, y + sprite.tile_height)).convert("RGB")
            grey = ImageStat.Stat(tile.convert("L"))
            colour = ImageStat.Stat(tile.convert("HSV")).mean[1]
            detail = ImageStat.Stat(tile.convert("L").filter(ImageFilter.FIND_EDGES)).mean[0]
            exposure = 1 - abs(grey.mean[0] - 115) / 140
            score = max(0.0, exposure) * (grey.stddev[0] + 0.25 * colour + detail)
            if score > best_score:
                best, best_score = number, score
    return best


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
