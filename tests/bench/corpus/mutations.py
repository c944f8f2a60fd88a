"""Seeded damage to valid files: flipped bytes, cut ends, zeros put in, blocks doubled or swapped."""

from __future__ import annotations

import random
from pathlib import Path

from tests.bench.corpus.case import Input
from tests.bench.corpus.flash_and_beep import beep, flash
from tests.media.clips import AAC, X264, ffmpeg

SIZE = "160x90"
VALID = {
    "mp4": [*X264, "-g", "12", *AAC], "mkv": [*X264, "-g", "12", *AAC], "ts": [*X264, "-g", "12", *AAC],
    "avi": ["-c:v", "mpeg4", "-c:a", "pcm_s16le"],
    "webm": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"],
}  # fmt: skip


def valid_files(folder: Path) -> list[Path]:
    """Write the files that are damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for suffix, codecs in VALID.items():
        file = folder / f"valid.{suffix}"
        ffmpeg(*flash(SIZE), *beep(), *codecs, file)
        files.append(file)
    return files


def mutated(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Return the name of one kind of damage, and the damaged bytes."""
    body = bytearray(data)
    at = rng.randrange(len(body))
    kind = rng.choice(("flip", "flips", "head", "cut", "zeros", "noise", "insert", "double", "swap"))
    if kind == "flip":
        body[at] ^= 1 << rng.randrange(8)
    elif kind == "flips":
        for _ in range(rng.randrange(2, 60)):
            body[rng.randrange(len(body))] ^= rng.randrange(1, 256)
    elif kind == "head":
        body[rng.randrange(min(4096, len(body)))] = rng.randrange(256)
    elif kind == "cut":
        del body[at:]
    elif kind == "zeros":
        body[at : at + rng.randrange(1, 4000)] = bytes(rng.randrange(1, 4000))
    elif kind == "noise":
        body[at : at + 300] = rng.randbytes(300)
    elif kind == "insert":
        body[at:at] = rng.randbytes(rng.randrange(1, 600))
    elif kind == "double":
        body[at:at] = body[at : at + rng.randrange(1, 4000)]
    else:
        other = rng.randrange(len(body))
        body[at : at + 200], body[other : other + 200] = body[other : other + 200], body[at : at + 200]
    return kind, bytes(body)


def make_mutation(valid: list[Path], folder: Path, seed: int, number: int) -> tuple[str, Input, Path]:
    """Write mutation `number`; return its name, the input and the file it was made from. Depends on nothing else."""
    rng = random.Random(f"{seed}/{number}")
    origin = valid[rng.randrange(len(valid))]
    kind, data = mutated(origin.read_bytes(), rng)
    target = folder / f"damaged{origin.suffix}"
    target.write_bytes(data)
    return f"mutation-{number}-{kind}{origin.suffix}", Input(target), origin
