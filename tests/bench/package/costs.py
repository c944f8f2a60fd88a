"""What each part of packaging costs: processor time of everything that was started, and ratios in the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.media import crew, encoders, laddering, picture, plan, publish, sound, storyboard, tools
from bitaca_core.media.artefacts import Store
from bitaca_core.media.chunks import whole
from bitaca_core.media.encode import BITEXACT
from bitaca_core.media.job import Job
from bitaca_core.media.ladder import PLANNED
from bitaca_core.media.library import current_package_id
from bitaca_core.media.package import prepare
from bitaca_core.media.sound.chain import BITRATE_BPS
from bitaca_core.media.wishes import Wishes
from bitaca_core.settings import DataPaths
from tests.flows.processes import bitaca


def measured(command: list[str], home: Path) -> tuple[float, float, str]:
    """Run a command; return its processor time with that of all it waited for, the seconds it took, and its output."""
    began = time.monotonic()
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"BITACA_HOME": str(home)},
    )  # fmt: skip
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{command[:6]} failed with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, said


def whole_job(film: Path, folder: Path, preset: str) -> dict[str, Any]:
    """Package a film with everything (analysis, checks, sound, pictures), and encode the same rungs with ffmpeg alone."""
    folder.mkdir(parents=True)
    home = folder / "home"
    command = bitaca(
        "package", film, "--out", folder / "out", "--preset", preset, "--ladder", "per-title", "--json"
    )
    job_s, _, _ = measured(command, home)
    job = laddering.decided(_job(film, preset, "per-title"), Store(home / "cas"))  # found, not done again
    plain_s, _, _ = measured(plain(film, job, folder), home)
    report = job.ladder_report or {}
    return {
        "duration_s": round(job.recipe.duration_s, 1), "how": "",
        "job_cpu_s": round(job_s, 2), "plain_cpu_s": round(plain_s, 2), "ratio": round(job_s / plain_s, 3),
        "analysis_cpu_s": report.get("cpu_s", 0.0), "analysis_share": report.get("cpu_s", 0.0) / job_s,
        "method": report.get("method"), "rungs": [rung.id for rung in job.recipe.rungs],
    }  # fmt: skip


def long_job(film: Path, long: Path, folder: Path, preset: str) -> dict[str, Any]:
    """Foretell what packaging `long` costs, of which `film` is a part: its analysis is done for real, and its rungs
    are encoded, checked and packaged for `film`; that and plain ffmpeg count as often as `film` goes into it.
    """
    folder.mkdir(parents=True)
    looked = laddering.decided(_job(long, preset, "per-title"), Store(folder / "long"))
    report = looked.ladder_report or {}
    chosen = {name: getattr(looked.recipe, name) for name in ("rungs", "x264_params", "first", "tune")}
    job = _job(film, preset, PLANNED)
    job = replace(job, recipe=replace(job.recipe, **chosen), ladder_report=report)
    before = _all_s()
    publish.package_to(job, folder / "out", store=Store(folder / "cas"))
    rest_s = _all_s() - before
    plain_s, _, _ = measured(plain(film, job, folder), folder)
    times = looked.recipe.duration_s / job.recipe.duration_s
    whole_s, all_plain_s = report.get("cpu_s", 0.0) + rest_s * times, plain_s * times
    return {
        "duration_s": round(looked.recipe.duration_s, 1), "job_cpu_s": round(whole_s, 1),
        "plain_cpu_s": round(all_plain_s, 1), "ratio": round(whole_s / all_plain_s, 3),
        "analysis_cpu_s": report.get("cpu_s", 0.0), "analysis_share": report.get("cpu_s", 0.0) / whole_s,
        "how": f" (analysis measured, all else measured over {job.recipe.duration_s:.0f} s and multiplied)",
        "rungs": [rung.id for rung in job.recipe.rungs], "method": report.get("method"),
    }  # fmt: skip


def plain(film: Path, job: Job, folder: Path) -> list[str]:
    """Return what somebody would type for the same rungs: one ffmpeg that decodes once and writes every file."""
    recipe, rungs = job.recipe, job.recipe.rungs
    graph = f"[0:v]fps={recipe.frame_rate},split={len(rungs)}" + "".join(f"[s{n}]" for n in range(len(rungs)))
    command = [tools.ffmpeg(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-i", str(film)]
    outputs: list[str] = []
    for number, rung in enumerate(rungs):
        graph += f";[s{number}]scale={rung.width}:{rung.height}:flags=bicubic[v{number}]"
        outputs += ["-map", f"[v{number}]"]
        for key, value in {**encoders.options(recipe, rung), **BITEXACT}.items():
            outputs += [f"-{key}", str(value)]
        outputs.append(str(folder / f"plain-{rung.id}.mp4"))
    for audio in recipe.audio:
        coder = {"aac": "aac", "opus": "libopus"}[audio.codec]
        bps = BITRATE_BPS[audio.codec, audio.channels]
        outputs += [
            "-map",
            f"0:a:{audio.ordinal}",
            "-ac",
            str(audio.channels),
            "-c:a",
            coder,
            "-b:a",
            str(bps),
        ]
        outputs.append(str(folder / f"plain-{audio.id}.mp4"))
    return [*command, "-filter_complex", graph, *outputs]


def chunks(film: Path, folder: Path) -> dict[str, Any]:
    """Encode as chunks and as one: processor time and bytes; then the chunks with one worker and with two."""
    job = _job(film, plan.PRESET, PLANNED)
    source, tool = job.inputs[0].sha256, job.tools["ffmpeg"]
    ahead = picture.tasks(job.info, source, job.recipe, tool)

    def run(tasks: list[picture.ChunkTask], store: Store, workers: int) -> tuple[float, float, int]:
        began = time.monotonic()
        pieces = [lambda task=task: task.run(store, lambda s: None) for task in tasks]
        made = crew.run_all(pieces, workers)
        took = time.monotonic() - began
        size = sum(file.stat().st_size for artefact in made for file in artefact.files.values())
        return sum(artefact.facts["cpu_s"] for artefact in made), took, size

    available = sorted(os.sched_getaffinity(0))
    workers = min(len(available), len(ahead), 4)
    single_s, _, single = run(
        picture.tasks(job.info, source, job.recipe, tool, whole(job.recipe.frames)), Store(folder / "one"), 1
    )
    try:
        os.sched_setaffinity(0, available[:1])
        cpu_s, alone_s, size = run(ahead, Store(folder / "alone"), 1)
        os.sched_setaffinity(0, available[:workers])
        _, together_s, _ = run(ahead, Store(folder / "together"), workers)
    finally:
        os.sched_setaffinity(0, available)
    return {
        "chunks": len(ahead), "cpu_ratio": round(cpu_s / single_s, 4), "bytes_ratio": round(size / single, 4),
        "workers": workers, "speed_up": round(alone_s / together_s, 3),
        "alone_s": round(alone_s, 2), "together_s": round(together_s, 2),
    }  # fmt: skip


def parts(film: Path, folder: Path) -> dict[str, Any]:
    """Storyboard and loudness, each in a process of its own, in processor seconds a second of film."""
    job = _job(film, plan.PRESET, PLANNED)
    recipe = replace(job.recipe, rungs=(job.recipe.smallest,))
    folder.mkdir(parents=True)
    store = Store(folder / "cas")
    drawn = picture.make(
        job.info, job.inputs[0].sha256, recipe, job.tools["ffmpeg"], store, folder, 1, lambda s: None
    )
    (folder / "images").mkdir()
    before = _children_s()
    storyboard.make(drawn.files[recipe.smallest.id], recipe, storyboard.sprite_for(recipe), folder / "images")
    board_s = _children_s() - before
    before = _children_s()
    sound.measure(job.info, recipe)
    heard_s = _children_s() - before
    return {
        "storyboard_cpu_s_per_s": round(board_s / recipe.duration_s, 5),
        "loudness_cpu_s_per_s": round(heard_s / recipe.duration_s, 5),
    }


def again(film: Path, folder: Path) -> dict[str, Any]:
    """Publish with small rungs, then ask for the work to be done again: what is started, and how long it takes."""
    folder.mkdir(parents=True)
    paths = DataPaths(folder / "home")
    program = (
        "import sys, json, time, subprocess; from pathlib import Path; from bitaca_core.settings import Settings;"
        "from bitaca_core.catalogue.sheet import SourceSheet; from bitaca_core.catalogue.store import add_source;"
        "from flows import work; settings = Settings(home=Path(sys.argv[1]));"
        "began = time.monotonic(); started = []; real = subprocess.Popen.__init__;\n"
        "def noted(*given, **more):\n started.append(str(given[1])[:80]); real(*given, **more)\n"
        "subprocess.Popen.__init__ = noted\n"
        "left = work.outlook(settings, only='package'); print(json.dumps({'seconds': round(time.monotonic() - began, 3),"
        "'processes': len(started), 'steps': len(left.steps)}))"
    )
    from bitaca_core.catalogue.store import add_source

    sheet = SourceSheet(title_id="film", video=film)
    add_source(paths, sheet)
    publish.publish_title(sheet, paths)
    _, took, said = measured([sys.executable, "-c", program, str(paths.home)], paths.home)
    document: dict[str, Any] = json.loads(said)
    return document | {"with_python_s": round(took, 2)}


def first(film: Path, folder: Path) -> dict[str, Any]:
    """Publish a film as a long one: after what share of the time its first rung can be watched, analysis included."""
    return {
        name: _first(film, folder / name, wishes)
        for name, wishes in (
            ("h264", Wishes(ladder="per-title")),
            ("all_codecs", Wishes(codecs=("h264", "av1", "vp9"), ladder="per-title")),
        )
    }


def _first(film: Path, folder: Path, wishes: Wishes) -> dict[str, Any]:
    folder.mkdir(parents=True)
    paths = DataPaths(folder / "home")
    seen: list[float] = []

    def look(stage: str, percent: float) -> None:
        if not seen and current_package_id(paths, "film") is not None:
            seen.append(time.monotonic() - began)

    began = time.monotonic()
    job = laddering.decided(prepare(SourceSheet(title_id="film", video=film), wishes), Store(paths.cas))
    h264 = [rung for rung in job.recipe.rungs if rung.codec == "h264"]
    recipe = replace(job.recipe, first=plan.first_rung(h264, Fraction(plan.FIRST_FROM_S)))
    publish.publish_title(job.sheet, paths, look, job=replace(job, recipe=recipe))
    total = time.monotonic() - began
    return {
        "rung": recipe.first, "first_s": round(seen[0], 2), "total_s": round(total, 2),
        "share": round(seen[0] / total, 3),
    }  # fmt: skip


def _job(film: Path, preset: str, ladder: str) -> Job:
    return prepare(SourceSheet(title_id="film", video=film), Wishes(preset=preset, ladder=ladder))


def _all_s() -> float:
    """Return the processor time of this process and all that it has waited for."""
    return _children_s() + time.process_time()


def _children_s() -> float:
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
