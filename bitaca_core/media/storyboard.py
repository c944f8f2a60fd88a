"""The storyboard: small pictures of every few seconds on sheets, for the seek bar, made from key frames alone.

Of longer titles only key frames are decoded, of the smallest rung that was made anyway: its groups of pictures are two
seconds, and every so many of them begin a tile. Of short titles every frame is decoded, because a tile each second is
then worth more than the work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bitaca_core.errors import MediaError
from bitaca_core.media import supervise, tools
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import input_url

TILE_SHORT_SIDE_PX = 90
COLUMNS = 10
TILES_A_SHEET = 100
MAX_GOPS_A_TILE = 5
"""Ten seconds: a longer title gets more sheets, not fewer pictures."""
SHORT_S = 60
MIN_STEP_S = 1.0
NAME = "storyboard"
VTT = "storyboard.vtt"
SHEET = "SHEET-%d"
VIDEO = "VIDEO"


@dataclass(frozen=True, slots=True)
class Sprite:
    """Geometry: `count` tiles, one every `step_frames`, row by row on sheets of `columns` x `rows`."""

    columns: int
    rows: int
    count: int
    step_frames: int
    tile_width: int
    tile_height: int
    key_frames: bool = False

    @property
    def sheets(self) -> int:
        """How many pictures; the last is as large as the others and its end is black."""
        return math.ceil(self.count / (self.columns * self.rows))

    def place(self, tile: int) -> tuple[int, int, int]:
        """Return the sheet of a tile, counted from 0, and its left and upper edge there."""
        sheet, rest = divmod(tile, self.columns * self.rows)
        row, column = divmod(rest, self.columns)
        return sheet, column * self.tile_width, row * self.tile_height


def sheet_name(number: int) -> str:
    """Return the file name of a sheet, counted from 1."""
    return f"{NAME}-{number}.jpg"


def sprite_for(recipe: Recipe) -> Sprite:
    """Return the geometry (pure): about a hundred tiles, from one a second to one in ten."""
    gop = recipe.gop_frames
    key_frames = recipe.duration_s > SHORT_S
    if key_frames:
        step = gop * min(MAX_GOPS_A_TILE, math.ceil(recipe.frames / (gop * TILES_A_SHEET)))
    else:
        step = math.ceil(MIN_STEP_S * recipe.frame_rate)
    count = math.ceil(recipe.frames / step)
    columns = min(COLUMNS, count)
    factor = min(1.0, TILE_SHORT_SIDE_PX / min(recipe.width, recipe.height))
    return Sprite(
        columns=columns,
        rows=math.ceil(min(count, TILES_A_SHEET) / columns),
        count=count,
        step_frames=step,
        tile_width=max(2, round(recipe.width * factor / 2) * 2),
        tile_height=max(2, round(recipe.height * factor / 2) * 2),
        key_frames=key_frames,
    )


def arguments(recipe: Recipe, sprite: Sprite) -> list[str]:
    """Return ffmpeg's arguments, with `VIDEO` and `SHEET-%d` for the places of files (pure)."""
    every = sprite.step_frames // recipe.gop_frames if sprite.key_frames else sprite.step_frames
    chain = (
        f"select='not(mod(n,{every}))',scale={sprite.tile_width}:{sprite.tile_height}:flags=area:out_range=pc,"
        f"format=yuvj420p,tile={sprite.columns}x{sprite.rows}"
    )
    return [
        "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *(["-skip_frame", "nokey"] if sprite.key_frames else []),
        "-i", VIDEO, "-an", "-sn", "-vf", chain, "-fps_mode", "passthrough", "-q:v", "4", "-fflags", "+bitexact",
        "-flags:v", "+bitexact", "-map_metadata", "-1", "-f", "image2", SHEET,
    ]  # fmt: skip


def make(video: Path, recipe: Recipe, sprite: Sprite, out: Path) -> tuple[Path, ...]:
    """Write the sheets of `video`, the smallest rung, and `storyboard.vtt` into the folder `out`; return the sheets.

    Raises
    ------
    MediaError
        ffmpeg failed, or the film has other key frames than its recipe says.
    """
    # a "%" of the folder's own would be read as a number's place
    places = {VIDEO: input_url(video), SHEET: f"{NAME}-%d.jpg"}
    supervise.run(
        [tools.ffmpeg(), *(places.get(part, part) for part in arguments(recipe, sprite))],
        cwd=out, timeout_s=3600,
    )  # fmt: skip
    sheets = tuple(sorted(out.glob(f"{NAME}-*.jpg"), key=lambda file: int(file.stem.rpartition("-")[2])))
    if len(sheets) != sprite.sheets:
        raise MediaError(
            f"{len(sheets)} storyboard sheets, expected {sprite.sheets}", kind="storyboard", file=video
        )
    (out / VTT).write_text(thumbnails(sprite, recipe), encoding="utf-8")
    return sheets


def thumbnails(sprite: Sprite, recipe: Recipe) -> str:
    """Return the WebVTT file that players of other makes read: one cue a tile, its rectangle as a media fragment."""
    end_ms = round(recipe.frames / recipe.frame_rate * 1000)
    each = Fraction(sprite.step_frames) / recipe.frame_rate
    lines = ["WEBVTT", ""]
    for tile in range(sprite.count):
        sheet, x, y = sprite.place(tile)
        start, until = (min(end_ms, round(each * number * 1000)) for number in (tile, tile + 1))
        lines += [
            f"{_clock(start)} --> {_clock(until)}",
            f"{sheet_name(sheet + 1)}#xywh={x},{y},{sprite.tile_width},{sprite.tile_height}",
            "",
        ]
    return "\n".join(lines)


def _clock(time_ms: int) -> str:
    seconds, millis = divmod(time_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{millis:03d}"
