"""The studio: draws a story on two processes, mixes its sound meanwhile, and delivers a complete folder."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bitaca_core.catalogue.sheet import AudioSource, Chapter, Marker, SourceSheet, SubtitleSource
from bitaca_core.errors import MediaError
from bitaca_core.media import supervise
from bitaca_core.media.sample import captions
from bitaca_core.media.sample.story import DRAWINGS_PER_S, SAMPLE_RATE_HZ, Sound, Story
from bitaca_core.media.sample.units import load
from bitaca_core.media.tools import ffmpeg

PROCESSES = 2
POLL_S = 0.1
STALL_S = 180.0
"""A worker that draws nothing for this long is taken for hung."""
LANGUAGES = (("pt-BR", "Português (Brasil)", "pt"), ("en", "English", "en"))

OnProgress = Callable[[float], None]


def render(title_id: str, out_dir: Path, progress: OnProgress, *, drawings_per_shot: int = 0) -> SourceSheet:
    """Render one unit into `out_dir`, which appears complete or not at all.

    Parameters
    ----------
    title_id : str
        One of `UNITS`.
    out_dir : path
        Replaced if it exists.
    progress : callable
        Gets the share done, 0..1.
    drawings_per_shot : int
        Cut each shot to this many drawings (0: whole); for tests.

    Raises
    ------
    InputError
        No such unit.
    MediaError
        A tool failed.
    """
    story = load(title_id)
    out_dir = out_dir.resolve()
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{title_id}-", dir=out_dir.parent))
    try:
        progress(0.0)
        seconds = _draw(story, folder, progress, drawings_per_shot)
        sheet = _deliver(story, folder, out_dir, seconds)
        folder.chmod(0o755)
        if out_dir.exists():
            shutil.rmtree(out_dir)
        folder.replace(out_dir)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    progress(1.0)
    return sheet


def _draw(story: Story, folder: Path, progress: OnProgress, limit: int) -> float:
    """Draw all shots in worker processes, mix the sound meanwhile and join both into video.mp4; return its length."""
    counts = [min(shot.drawings, limit or shot.drawings) for shot in story.shots]
    shares = _shared_out(counts)
    seconds = sum(counts) / DRAWINGS_PER_S
    done: list[Path] = []
    children: list[supervise.Child] = []
    try:
        for number, share in enumerate(shares):
            report = folder / f"worker-{number}"
            done.append(report)
            command = [
                sys.executable,
                "-m",
                "bitaca_core.media.sample.worker",
                story.title_id,
                str(folder),
                str(limit),
            ]
            children.append(supervise.Child([*command, *map(str, share)], stdout=report))
        sounds = _sounds(story, folder, seconds)
        _poster(story, folder)
        _wait(children, done, sum(counts), progress)
    except BaseException:
        for child in children:
            child.kill()
        raise
    _join(story, folder, sounds)
    for leftover in (*done, *sounds, folder / "shots.txt", *folder.glob("shot-*.mp4")):
        leftover.unlink()
    return seconds


def _shared_out(counts: list[int]) -> list[list[int]]:
    """Return which shots each process draws: the longest first, to whoever has least; in story order."""
    loads: list[tuple[int, list[int]]] = [(0, []) for _ in range(PROCESSES)]
    for number in sorted(range(len(counts)), key=lambda shot: (-counts[shot], shot)):
        least = min(range(PROCESSES), key=lambda process: (loads[process][0], process))
        total, shots = loads[least]
        loads[least] = (total + counts[number], [*shots, number])
    return [sorted(shots) for _, shots in loads if shots]


def _wait(children: list[supervise.Child], reports: list[Path], total: int, progress: OnProgress) -> None:
    moved, latest = time.monotonic(), -1
    while any(child.process.poll() is None for child in children):
        drawn = sum(_drawn(report) for report in reports)
        if drawn != latest:
            moved, latest = time.monotonic(), drawn
            progress(min(0.97, 0.97 * drawn / total))
        if any(child.process.poll() for child in children):
            break
        if time.monotonic() - moved > STALL_S:
            raise MediaError(f"drawing stood still for {STALL_S:g} s", command=children[0].command)
        time.sleep(POLL_S)
    for child in children:
        if child.process.poll():
            child.wait()
    for child in children:
        child.wait()
    progress(0.97)


def _drawn(report: Path) -> int:
    return sum(int(line) for line in report.read_bytes().split(b"\n")[:-1])


def _sounds(story: Story, folder: Path, seconds: float) -> list[Path]:
    paths = []
    for number, track in enumerate(story.tracks):
        sound = track.render(story.seconds)[: round(seconds * SAMPLE_RATE_HZ)]
        path = folder / f"sound-{number}.pcm"
        path.write_bytes(as_pcm(sound))
        paths.append(path)
    return paths


def as_pcm(sound: Sound) -> bytes:
    """Return 16-bit little-endian samples, dithered by a seeded half step."""
    noise = np.random.default_rng(16).random(len(sound), dtype=np.float32)[:, None] - 0.5
    return np.clip(np.round(sound * 32767 + noise), -32768, 32767).astype("<i2").tobytes()


def _join(story: Story, folder: Path, sounds: list[Path]) -> None:
    shots = sorted(folder.glob("shot-*.mp4"))
    (folder / "shots.txt").write_text("".join(f"file '{shot.name}'\n" for shot in shots), "utf-8")
    command = [ffmpeg(), "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", "shots.txt"]
    for sound in sounds:
        command += ["-f", "s16le", "-ar", str(SAMPLE_RATE_HZ), "-ac", "2", "-i", sound.name]
    command += ["-map", "0:v", "-c:v", "copy", "-c:a", "flac"]
    for number, track in enumerate(story.tracks):
        command += ["-map", f"{number + 1}:a", f"-metadata:s:a:{number}", f"language={track.language}"]
    command += [
        "-fflags",
        "+bitexact",
        "-flags:a",
        "+bitexact",
        "-map_metadata",
        "-1",
        "-movflags",
        "+faststart",
        "video.mp4",
    ]
    supervise.run(command, cwd=folder, timeout_s=STALL_S)


def _poster(story: Story, folder: Path) -> None:
    story.poster().convert("RGB").save(folder / "poster.jpg", quality=90)


def _deliver(story: Story, folder: Path, out_dir: Path, seconds: float) -> SourceSheet:
    """Write subtitles and sheet.json into `folder`; the sheet names the files where they will be."""
    lines = [line for line in story.lines if line.start_s < seconds]
    subtitles = []
    for tag, label, key in LANGUAGES:
        (folder / f"{tag}.vtt").write_text(captions.webvtt(lines, key, seconds), "utf-8")
        subtitles.append(SubtitleSource(path=out_dir / f"{tag}.vtt", language=tag, label=label))
    sheet = SourceSheet.model_validate(
        {
            "title_id": story.title_id,
            "video": out_dir / "video.mp4",
            "audio": [
                AudioSource(stream=number, language=track.language, label=track.label)
                for number, track in enumerate(story.tracks)
            ],
            "subtitles": subtitles,
            "chapters": [
                Chapter(start_s=at, title_pt=pt, title_en=en) for at, pt, en in story.chapters if at < seconds
            ],
            "markers": [
                Marker.model_validate({"kind": kind, "start_s": start, "end_s": min(end, seconds)})
                for kind, start, end in story.markers
                if start < seconds
            ],
            "poster": out_dir / "poster.jpg",
            "age_rating": story.age_rating,
            "descriptors": story.descriptors,
        }
    )
    text = json.dumps(sheet.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "sheet.json").write_text(text + "\n", "utf-8")
    return sheet
