"""A short title made for these tests: moving picture, two languages of sound, subtitles, chapters, an opening."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bitaca_core.catalogue.sheet import AudioSource, Chapter, Marker, SourceSheet, SubtitleSource
from bitaca_core.media.package import package_source
from bitaca_core.media.tools import ffmpeg

DURATION_S = 24
SUBTITLES = {
    "pt-BR": ("Boa noite, freguesia.", "A bitaca está aberta."),
    "en": ("Good evening, neighbours.", "The corner shop is open."),
}


def make_package(folder: Path) -> Path:
    """Render and package the title into `folder`; return the package's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = SourceSheet(
        title_id="teste-2026",
        video=_render(folder / "video.mp4"),
        audio=(AudioSource(stream=0, language="pt-BR"), AudioSource(stream=1, language="en")),
        subtitles=tuple(
            SubtitleSource(path=_write_subtitles(folder / f"{language}.vtt", lines), language=language)
            for language, lines in SUBTITLES.items()
        ),
        chapters=(
            Chapter(start_s=0, title_pt="Abertura", title_en="Opening"),
            Chapter(start_s=6, title_pt="A feira", title_en="The market"),
            Chapter(start_s=15, title_pt="De volta", title_en="Back home"),
        ),
        markers=(
            Marker(kind="intro", start_s=1, end_s=6),
            Marker(kind="credits", start_s=20, end_s=24),
        ),
        age_rating="12",
        descriptors=("Violência fantasiosa", "Medo"),
    )
    package = folder / "package"
    package_source(sheet, package)
    return package


def _render(target: Path) -> Path:
    # Drawn small and made large: the same gradients drawn large take ten seconds of a processor.
    picture = (
        f"gradients=s=320x180:r=15:d={DURATION_S}:c0=0x2b1a12:c1=0xb35a1f:c2=0x123a4a:c3=0x5b2333:n=4:speed=0.02:seed=7,"
        "scale=1280:720:flags=bilinear,drawgrid=w=160:h=90:t=1:c=white@0.12,noise=alls=4:allf=t:all_seed=5"
    )
    command = [ffmpeg(), "-v", "error", "-y", "-f", "lavfi", "-i", picture]
    for frequency in (330, 660):
        command += [
            "-f",
            "lavfi",
            "-i",
            f"sine=frequency={frequency}:duration={DURATION_S}:sample_rate=48000",
        ]
    command += ["-map", "0:v", "-map", "1:a", "-map", "2:a"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p"]
    command += ["-c:a", "aac", "-ac", "2", "-b:a", "96k", str(target)]
    subprocess.run(command, check=True)
    return target


def _write_subtitles(target: Path, lines: tuple[str, str]) -> Path:
    first, second = lines
    target.write_text(
        f"WEBVTT\n\n00:00.500 --> 00:08.000\n{first}\n\n00:08.500 --> 00:23.000 line:90%\n<i>{second}</i>\n",
        encoding="utf-8",
    )
    return target
