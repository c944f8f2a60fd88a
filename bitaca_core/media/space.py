"""Whether the disk has room for a package before hours go into it: an upper estimate, half as much again, and a word."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from bitaca_core.errors import WorkError
from bitaca_core.media import check as checking
from bitaca_core.media.plan import AUDIO_BPS, Recipe

FULL = (errno.ENOSPC, errno.EDQUOT)
MARGIN = 1.5
SHARE_OF_CAP = 0.5
"""What capped constant quality takes of its cap at most, over a whole title; half is already a hard one."""
COPIES = 3
"""Encoded chunks, the joined file and its segments stand at the same time."""
CHUNKS_AT_ONCE = 4
"""Whose frames for comparing lie on the disk together, raw; more processors are seldom in one machine."""
FRAMES_A_CHUNK = 36
"""About one a second of 24 s, and half as many where the end of a title joins its last chunk."""
BYTES_A_PIXEL = {"SDR": 1.5, "PQ": 3.0, "HLG": 3.0}
BESIDE_BYTES = 2_000_000
"""Pictures, text and manifests."""


def estimate(recipe: Recipe) -> int:
    """Return the bytes that a finished package takes, more likely too many than too few (pure)."""
    video_bps = sum(SHARE_OF_CAP * rung.max_bps for rung in recipe.rungs)
    sound_bps = AUDIO_BPS * sum(max(1, audio.channels / 2) for audio in recipe.audio)
    return round((video_bps + sound_bps) * recipe.duration_s / 8) + BESIDE_BYTES


def needed(recipe: Recipe) -> int:
    """Return the bytes that must be free while it is made (pure)."""
    kept = min(-(-recipe.frames // checking.step(recipe)), CHUNKS_AT_ONCE * FRAMES_A_CHUNK)
    compared = kept * recipe.width * recipe.height * BYTES_A_PIXEL[recipe.range]
    return round((estimate(recipe) * COPIES + compared) * MARGIN)


def check(recipe: Recipe, out_dir: Path, store: Path) -> None:
    """Look at the disks of the package and of its pieces.

    Raises
    ------
    WorkError
        One of them has less free than the package will need ("disk-full"); nothing was begun.
    """
    wanted = needed(recipe)
    for place in (out_dir, store):
        free = free_bytes(place)
        if free is not None and free < wanted:
            raise WorkError(
                f"about {wanted / 1e9:.2f} GB must be free to package this, and {free / 1e9:.2f} GB are",
                kind="disk-full", file=place, hint="Free some space (`bitaca gc` helps) and run the same command again",
            )  # fmt: skip


def ran_out(place: Path) -> WorkError:
    """Return the error of a disk that became full in spite of the estimate."""
    return WorkError(
        "ran out of disk space", kind="disk-full", file=place,
        hint="Free some space and run the same command again; what is finished is kept",
    )  # fmt: skip


def free_bytes(place: Path) -> int | None:
    """Return what is free where `place` is or will be; None where the system does not say."""
    for folder in (place, *place.absolute().parents):
        try:
            found = os.statvfs(folder)
        except FileNotFoundError:
            continue
        except OSError:
            return None
        return found.f_bavail * found.f_frsize
    return None
