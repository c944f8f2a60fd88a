"""Packages one input in a process of its own and gives the verdict: right, or what is wrong with it."""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.sheet import SourceSheet, SubtitleSource
from bitaca_core.errors import BitacaError
from bitaca_core.media import description, publish, tools
from bitaca_core.media.package import prepare, silent
from bitaca_core.media.wishes import Wishes
from tests.bench.corpus import judge
from tests.bench.corpus.case import Case, Input, Refused, Right
from tests.bench.corpus.mutations import make_mutation

RUNGS = 2
MUTATION_LIMIT_S = 60.0
PICTURE_SLACK = 12
"""Mean difference of 16 x 16 grey frames, of 255, up to which a damaged file's picture is the undamaged one's."""
TYPED = (
    "empty",
    "missing",
    "not-media",
    "no-video",
    "truncated",
    "damaged",
    "encrypted",
    "too-large",
    "subtitle",
)


@dataclass(frozen=True)
class Verdict:
    """`how`: right, silent (a wrong package, nothing said), loud (an error of the wrong kind), hang, crash, leftover."""

    name: str
    how: str
    outcome: str
    seconds: float
    faults: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether nothing is to be mended."""
        return self.how == "right"


def run_case(case: Case, patience: float = 1.0) -> Verdict:
    """Make the input of `case`, package it and judge what came of it; `patience` multiplies its limit."""

    def judged(folder: Path) -> tuple[str, str, tuple[str, ...]]:
        given = case.make(folder / "in")
        with _answer(given, folder, case.hdr) as (published, error):
            if error is not None:
                outcome = f"refused: {error.kind}"
                wanted = case.expected.kinds if not isinstance(case.expected, Right) else ()
                return ("right", outcome, ()) if error.kind in wanted else ("loud", outcome, (str(error),))
            package = description.read(published.folder)
            outcome = f"packaged, {len(package.rungs)} rungs"
            if isinstance(case.expected, Refused):
                return "silent", outcome, (f"should have been refused: {' or '.join(case.expected.kinds)}",)
            if not isinstance(case.expected, Right):
                told = bool(published.warnings)
                return ("right" if told else "silent"), outcome, () if told else ("damage that is not told",)
            found = judge.faults(published, package, case.expected, folder, given.reference)
            return ("silent" if found else "right"), outcome, tuple(found)

    return _alone(case.name, judged, case.limit_s * patience)


def run_mutation(valid: list[Path], seed: int, number: int, patience: float = 1.0) -> Verdict:
    """Damage a valid file and judge: a typed refusal, the same film, or another film with a warning.

    A change that leaves another valid file (plain ffmpeg decodes it without a word) may be packaged as what it is.
    """

    def judged(folder: Path) -> tuple[str, str, tuple[str, ...]]:
        _, given, origin = make_mutation(valid, folder / "in", seed, number)
        with _answer(given, folder) as (published, error):
            if error is not None:
                outcome = f"refused: {error.kind}"
                return ("right", outcome, ()) if error.kind in TYPED else ("loud", outcome, (str(error),))
            package = description.read(published.folder)
            try:
                seen = judge.look(package, published.folder, folder)
            except (ValueError, subprocess.SubprocessError) as fault:
                return "silent", "packaged", (str(fault),)
            frames = seen.luma[package.rungs[0].id]
            if len(frames) != round(package.duration_s * _rate(package)):
                return "silent", "packaged", (f"{len(frames)} frames for {package.duration_s:.3f} s",)
            if published.warnings or _silent_decode(given.video) or _same(frames, judge.thumbs(origin)):
                return "right", "packaged, told" if published.warnings else "packaged", ()
            return "silent", "packaged", (f"another picture than {origin.name}'s, nothing said",)

    rng_name = f"mutation-{number}"
    return _alone(rng_name, judged, MUTATION_LIMIT_S * patience)


def _rate(package: description.Package) -> Any:
    from fractions import Fraction

    return Fraction(package.rungs[0].frame_rate)


def _same(frames: list[bytes], others: list[bytes]) -> bool:
    if abs(len(frames) - len(others)) > 1:
        return False
    return all(
        sum(abs(a - b) for a, b in zip(one, two, strict=True)) / len(one) <= PICTURE_SLACK
        for one, two in zip(frames, others, strict=False)
    )


def _silent_decode(file: Path) -> bool:
    command = [
        tools.ffmpeg(),
        "-v",
        "error",
        "-nostdin",
        "-i",
        f"file:{file}",
        "-map",
        "0:v:0",
        "-map",
        "0:a?",
        "-f",
        "null",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, timeout=MUTATION_LIMIT_S)
    return done.returncode == 0 and not done.stderr


@contextlib.contextmanager
def _answer(given: Input, folder: Path, hdr: bool = False) -> Iterator[tuple[Any, BitacaError | None]]:
    texts = tuple(SubtitleSource(path=path, language=tag) for tag, path in given.subtitles)
    try:
        job = prepare(
            SourceSheet(title_id="odd", video=given.video, subtitles=texts), Wishes(max_rungs=RUNGS, hdr=hdr)
        )
        published = publish.package_to(job, folder / "out", silent)
    except BitacaError as error:
        yield None, error
        return
    yield published, None


def _alone(name: str, judged: Callable[[Path], tuple[str, str, tuple[str, ...]]], limit_s: float) -> Verdict:
    """Run `judged` in a child that is killed at `limit_s`; then nothing of it may be left."""
    folder = Path(tempfile.mkdtemp(prefix="bitaca-corpus-"))
    (folder / "in").mkdir()
    fork = multiprocessing.get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)

    def child() -> None:
        try:
            sending.send(judged(folder))
        except BaseException:
            sending.send(("crash", "traceback", tuple(traceback.format_exc().splitlines()[-3:])))

    process = fork.Process(target=child, daemon=True)
    started = time.monotonic()
    process.start()
    sending.close()
    try:
        if receiving.poll(limit_s):
            how, outcome, found = receiving.recv()
        else:
            how, outcome, found = "hang", f"no answer in {limit_s:g} s", ()
            process.kill()
        process.join(10)
        seconds = time.monotonic() - started
        left = [*_processes_of(folder), *_half_written(folder, outcome)]
        if left and how != "hang":
            how, found = "leftover", tuple(left)
        return Verdict(name, how, outcome, round(seconds, 2), found)
    except EOFError:
        return Verdict(name, "crash", "died", round(time.monotonic() - started, 2))
    finally:
        receiving.close()
        shutil.rmtree(folder, ignore_errors=True)


def _processes_of(folder: Path) -> list[str]:
    mark = str(folder).encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if mark in entry.read_bytes():
                found.append(f"process {entry.parent.name} still runs")
    return found


def _half_written(folder: Path, outcome: str) -> list[str]:
    """Return what a failed job left: no output at all may be there; a finished one has no hidden work folder."""
    out = folder / "out"
    if outcome.startswith("refused") and out.exists():
        return ["an output folder of a refused input"]
    return [f"left behind: {item.name}" for item in folder.iterdir() if item.name.startswith(".")]
