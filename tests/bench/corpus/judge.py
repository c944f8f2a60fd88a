"""Looks at a package with plain ffmpeg and ffprobe, apart from what the packager says about it."""

from __future__ import annotations

import json
import re
import subprocess
from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from bitaca_core.media import tools
from bitaca_core.media.description import Package
from bitaca_core.media.publish import Publication
from tests.bench.corpus.case import Right

THUMB = 16
SAMPLE_HZ = 48_000
WHITE = 190
"""Mean luma of the flash is 235, of the pattern under 150."""
BLACK = 20
"""Mean luma of bars; black is 16, of limited range."""
LOUD = 0.1
LIMIT_S = 120
FILLED_S = 0.0215
"""A coder's last frame is filled up: AAC's has 1024 samples, Opus's 960."""
LOUDNESS_LUFS, LOUDNESS_SLACK_LU, PEAK_DB = -16.0, 0.5, -1.0
EBUR128 = re.compile(r"I:\s*(\S+) LUFS.*Peak:\s*(\S+) dBFS", re.DOTALL)
COMBED = re.compile(r"Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+)")
COMBED_SHARE = 0.2
"""Of frames that idet takes for combed; it errs in a few where a picture changes as a whole."""
PSNR = re.compile(r"PSNR y:(\S+)")
ASPECT_SLACK = 0.03
"""A small odd size may be stretched to have several exact sizes; a wrong sample aspect is off by more."""

COLOURS = {
    "SDR": ("yuv420p", "bt709"), "PQ": ("yuv420p10le", "smpte2084"), "HLG": ("yuv420p10le", "arib-std-b67"),
}  # fmt: skip
"""Pixels and transfer function of a rung, by its range."""


@dataclass
class Seen:
    """What the eye and the ear get of a package."""

    luma: dict[str, list[bytes]] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    sound: dict[str, array[float]] = field(default_factory=dict)
    loudness: dict[str, tuple[float, float]] = field(default_factory=dict)


def joined(folder: Path, track: str, work: Path) -> Path:
    """Return one file with all segments of a track."""
    parts = sorted((folder / track).glob("seg-*.m4s"), key=lambda p: int(p.stem.split("-")[1]))
    target = work / f"{track.replace('/', '-')}.mp4"
    target.write_bytes(b"".join(p.read_bytes() for p in [folder / track / "init.mp4", *parts]))
    return target


def decoded(file: Path, *arguments: str) -> bytes:
    """Return what ffmpeg decodes; any complaint of its is a fault."""
    command = [tools.ffmpeg(), "-v", "error", "-nostdin", "-i", f"file:{file}", *arguments, "-"]
    done = subprocess.run(command, capture_output=True, timeout=LIMIT_S)
    if done.returncode or done.stderr:
        raise ValueError(f"{file.name} does not decode: {done.stderr.decode(errors='replace')[-200:]}")
    return done.stdout


def thumbs(file: Path) -> list[bytes]:
    """Return each decoded frame as 16 x 16 grey."""
    raw = decoded(file, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", f"scale={THUMB}:{THUMB}:flags=area,format=gray",
                  "-f", "rawvideo")  # fmt: skip
    size = THUMB * THUMB
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def look(package: Package, folder: Path, work: Path) -> Seen:
    """Decode every rendition."""
    seen = Seen()
    for rung in package.rungs:
        file = joined(folder, f"video/{rung.id}", work)
        seen.luma[rung.id] = thumbs(file)
        done = subprocess.run(
            [tools.ffprobe(), "-v", "error", "-show_streams", "-of", "json", str(file)],
            capture_output=True, timeout=LIMIT_S, check=True,
        )  # fmt: skip
        stream = json.loads(done.stdout)["streams"][0]
        square = stream.get("sample_aspect_ratio", "1:1") in ("1:1", "N/A", "0:1")
        colours = (stream["pix_fmt"], stream.get("color_transfer"))
        if not square or colours != COLOURS[rung.range]:
            raise ValueError(f"{rung.id}: {stream.get('sample_aspect_ratio')} {' '.join(map(str, colours))}")
        seen.sizes[rung.id] = (stream["width"], stream["height"])
    for audio in package.audio:
        file = joined(folder, f"audio/{audio.id}", work)
        raw = decoded(file, "-ac", "2", "-ar", str(SAMPLE_HZ), "-f", "f32le")
        seen.sound[audio.id] = array("f", raw)[::2]
        seen.loudness[audio.id] = loudness(file)
    return seen


def loudness(file: Path) -> tuple[float, float]:
    """Return integrated loudness (LUFS) and true peak (dB) of a file's sound."""
    command = [tools.ffmpeg(), "-nostdin", "-i", f"file:{file}", "-af", "ebur128=peak=true:framelog=quiet",
               "-f", "null", "-"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=LIMIT_S)
    found = EBUR128.search(done.stderr.decode(errors="replace"))
    if found is None:
        raise ValueError(f"{file.name}: its loudness cannot be measured")
    return float(found[1]), float(found[2])


def middle(frame: bytes, bars: tuple[int, int]) -> bytes:
    """Return the part of a small frame that a picture fills, in eighths of its width and height."""
    (left, right), (top, bottom) = (((8 - share) * THUMB // 16, (8 + share) * THUMB // 16) for share in bars)
    return b"".join(frame[row * THUMB + left : row * THUMB + right] for row in range(top, bottom))


def first_white(frames: list[bytes]) -> int | None:
    """Return the number of the first frame of the flash."""
    return next((n for n, frame in enumerate(frames) if sum(frame) / len(frame) > WHITE), None)


def first_loud(sound: array[float]) -> int | None:
    """Return the first sample of the beep."""
    return next((n for n, sample in enumerate(sound) if abs(sample) > LOUD), None)


def cue_counts(package: Package, folder: Path) -> tuple[int, ...]:
    """Return how many cues each text rendition has."""
    return tuple((folder / text.path).read_text("utf-8").count("-->") for text in package.text)


def combed_frames(file: Path) -> int:
    """Return how many frames idet finds made of two moments."""
    said = _words(file, "-vf", "idet")
    return max(int(found[1]) + int(found[2]) for found in COMBED.finditer(said))


def likeness_db(file: Path, reference: Path, size: tuple[int, int]) -> float:
    """Return the PSNR of a file's brightness against a reference, frame by frame."""
    graph = f"[0:v]settb=1/24,setpts=N[a];[1:v]scale={size[0]}:{size[1]}:flags=bicubic,settb=1/24,setpts=N[b];[a][b]psnr"
    found = PSNR.search(_words(file, "-i", f"file:{reference}", "-lavfi", graph))
    if found is None:
        raise ValueError(f"{file.name}: cannot be compared with {reference.name}")
    return float(found[1])


def _words(file: Path, *arguments: str) -> str:
    command = [
        tools.ffmpeg(),
        "-hide_banner",
        "-nostdin",
        "-i",
        f"file:{file}",
        *arguments,
        "-f",
        "null",
        "-",
    ]
    return subprocess.run(command, capture_output=True, timeout=LIMIT_S).stderr.decode(errors="replace")


def faults(
    published: Publication, package: Package, expected: Right, work: Path, reference: Path | None = None
) -> list[str]:
    """Return everything that is not as expected."""
    found: list[str] = []
    rate = Fraction(package.rungs[0].frame_rate)
    frame_s = float(1 / rate)
    if expected.rate is not None and rate != Fraction(expected.rate):
        found.append(f"{rate} fps, expected {expected.rate}")
    try:
        seen = look(package, published.folder, work)
    except (ValueError, subprocess.SubprocessError) as error:
        return [str(error)]
    wanted = expected.frames
    if wanted is None and expected.seconds is not None:
        wanted = round(package.duration_s * rate)
        if abs(package.duration_s - expected.seconds) > frame_s * 1.01:
            found.append(f"lasts {package.duration_s:.3f} s, expected {expected.seconds} s")
    for name, frames in seen.luma.items():
        if len(frames) != wanted:
            found.append(f"{name}: {len(frames)} frames, expected {wanted}")
    top = seen.sizes[package.rungs[0].id]
    if expected.size is not None and top != expected.size:
        found.append(f"{top[0]}x{top[1]}, expected {expected.size[0]}x{expected.size[1]}")
    if abs(top[0] / top[1] / float(expected.aspect) - 1) > ASPECT_SLACK:
        found.append(f"aspect {top[0]}:{top[1]}, expected {expected.aspect}")
    for codec, channels, wanted_tracks in (
        ("mp4a", 2, expected.audio),
        ("opus", 2, expected.audio),
        ("mp4a", 6, expected.surround),
    ):
        tracks = sum(one.codecs.startswith(codec) and one.channels == channels for one in package.audio)
        if tracks != wanted_tracks:
            found.append(f"{tracks} tracks of {codec} with {channels} channels, expected {wanted_tracks}")
    for name, sound in seen.sound.items():
        if not -frame_s <= len(sound) / SAMPLE_HZ - package.duration_s <= max(frame_s, FILLED_S):
            found.append(f"{name}: {len(sound) / SAMPLE_HZ:.3f} s of sound for {package.duration_s:.3f} s")
    if tuple(dict.fromkeys(rung.range for rung in package.rungs)) != expected.ranges:
        found.append(f"ranges {[rung.range for rung in package.rungs]}, expected {expected.ranges}")
    for name, frames in seen.luma.items():
        whole = sum(map(sum, frames))
        outside = whole - sum(sum(middle(frame, expected.bars)) for frame in frames)
        if expected.bars != (8, 8) and outside > BLACK * THUMB * THUMB * len(frames):
            found.append(f"{name}: its bars are not black")
    if reference is not None and expected.likeness_db is not None:
        best = joined(published.folder, f"video/{package.rungs[0].id}", work)
        combed, alike = combed_frames(best), likeness_db(best, reference, top)
        if combed > COMBED_SHARE * len(seen.luma[package.rungs[0].id]):
            found.append(f"{combed} frames are combed")
        if alike < expected.likeness_db:
            found.append(f"{alike:g} dB like its reference, expected {expected.likeness_db:g}")
    found += _moment(seen, expected, frame_s)
    cues = cue_counts(package, published.folder)
    if cues != expected.cues:
        found.append(f"cues {cues}, expected {expected.cues}")
    if bool(published.warnings) != expected.warned:
        found.append(
            f"warnings {list(published.warnings)}" if published.warnings else "a loss that is not told"
        )
    return found


def _moment(seen: Seen, expected: Right, frame_s: float) -> list[str]:
    found: list[str] = []
    at = expected.flash_s
    for name, frames in seen.luma.items():
        white = first_white([middle(frame, expected.bars) for frame in frames])
        if at is None:
            continue
        if white is None:
            found.append(f"{name}: no flash")
        elif abs(white * frame_s - at) > frame_s * 1.01:
            found.append(f"{name}: flash at {white * frame_s:.3f} s, expected {at} s")
    for name, sound in seen.sound.items():
        loud = first_loud(sound)
        if not expected.heard:
            if loud is not None:
                found.append(f"{name}: a sound at {loud / SAMPLE_HZ:.3f} s")
            continue
        if loud is None:
            found.append(f"{name}: no beep")
            continue
        if at is not None and abs(loud / SAMPLE_HZ - at) > frame_s * 1.01:
            found.append(f"{name}: beep at {loud / SAMPLE_HZ:.3f} s, expected {at} s")
        loud_lufs, peak_db = seen.loudness[name]
        if abs(loud_lufs - LOUDNESS_LUFS) > LOUDNESS_SLACK_LU:
            found.append(f"{name}: its loudness is {loud_lufs:g} LUFS, expected {LOUDNESS_LUFS:g}")
        if peak_db > PEAK_DB:
            found.append(f"{name}: its true peak is {peak_db:g} dB, expected {PEAK_DB:g} at most")
    return found
