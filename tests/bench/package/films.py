"""What is packaged: our own shorts, joined without another encoding."""

from __future__ import annotations

from pathlib import Path

from bitaca_core.media import sample
from tests.media import clips

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
