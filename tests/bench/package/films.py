"""What is packaged: our own shorts, joined without another encoding."""

from __future__ import annotations

import math
from pathlib import Path

from bitaca_core.media import sample
from bitaca_core.media.plan import plan
from bitaca_core.media.probe import probe
from tests.media import clips

LONG_S = 24 * 60
UNITS = ("pipa-avoada-2026", "bitaca-na-chuva-2026", "oferenda-2026", "jardim-de-regras-2026")


def joined(folder: Path) -> Path:
    """Render four shorts and join them: about a minute and a half."""
    parts = []
    for title_id in UNITS:
        print(f"rendering {title_id}", flush=True)
        parts.append(sample.render(title_id, folder / title_id, lambda share: None).video)
    listed = folder / "parts.txt"
    listed.write_text("".join(f"file '{part}'\n" for part in parts))
    target = folder / "film.mp4"
    clips.ffmpeg(
        "-f", "concat", "-safe", "0", "-i", listed, "-map", "0:v:0", "-map", "0:a:0", "-c", "copy", target
    )
    return target


def long(film: Path, folder: Path) -> Path:
    """Return a film of at least `LONG_S` seconds: `film` again and again, not encoded anew."""
    target = folder / "long.mkv"
    if target.is_file():
        return target
    listed = folder / "long.txt"
    listed.write_text(f"file '{film.resolve()}'\n" * math.ceil(LONG_S / plan(probe(film)).duration_s))
    clips.ffmpeg(
        "-f", "concat", "-safe", "0", "-i", listed, "-map", "0:v:0", "-map", "0:a:0", "-c", "copy", target
    )
    return target
