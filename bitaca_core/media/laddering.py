"""From what an operator asks for to the rungs of a job: chosen by trying the title, fixed, or read from a file.

The analysis is an artefact: it is done once for a source, and stays when the package stands.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from bitaca_core.media.artefacts import Facts, Store
from bitaca_core.media.job import Job
from bitaca_core.media.ladder import PLANNED, Rung, other_codecs
from bitaca_core.media.plan import RECIPE_VERSION, Recipe, first_rung, with_hdr, without_hdr
from bitaca_core.media.wishes import LADDERS, ladder_identity

KIND = "ladder"


def decided(job: Job, store: Store) -> Job:
    """Return the job with its rungs; a job that has them is returned as it is.

    Raises
    ------
    InputError
        The ladder file cannot be used.
    MediaError
        A tool failed.
    """
    if job.ladder_report is not None:
        return job
    if job.wishes.ladder == PLANNED:
        return replace(job, ladder_report={"method": PLANNED, "why": "asked for"})

    common = without_hdr(job.recipe)

    def make(folder: Path) -> Facts:
        from bitaca_core.media.analysis import per_title

        with tempfile.TemporaryDirectory(prefix="ladder-", dir=folder) as scratch:
            decision = per_title.decide(
                job.info, common, Path(scratch), codecs=job.wishes.codecs,
                ladder=job.wishes.ladder if job.wishes.ladder in LADDERS else Path(job.wishes.ladder),  # type: ignore[arg-type]
            )  # fmt: skip
        return {
            "rungs": [asdict(rung) for rung in decision.rungs],
            "x264_params": decision.x264_params,
            "report": {**decision.report, "method": decision.method},
        }

    what = {
        "source": job.inputs[0].sha256,
        "recipe": common.to_dict(),
        "ladder": ladder_identity(job.wishes.ladder),
        "codecs": list(job.wishes.codecs),
        "tool": job.tools["ffmpeg"],
        "version": RECIPE_VERSION,
    }
    facts = store.get(KIND, what, make)[0].facts
    rungs = [Rung(**rung) for rung in facts["rungs"]]
    return replace(job, recipe=_with(job, rungs, facts["x264_params"]), ladder_report=facts["report"])


def _with(job: Job, rungs: list[Rung], x264_params: str) -> Recipe:
    known = {rung.codec for rung in rungs}
    h264 = [rung for rung in rungs if rung.codec == "h264"]
    added = other_codecs(h264, [codec for codec in job.wishes.codecs if codec not in known])
    duration_s = job.recipe.frames / job.recipe.frame_rate
    return replace(
        job.recipe,
        rungs=with_hdr((*rungs, *added), job.recipe.range),
        x264_params=x264_params,
        first=first_rung(h264, duration_s),
    )
