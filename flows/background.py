"""The pipeline behind the running app: `python -m flows.background [--sample] [--library DIR]`.

The first sample short is published straight away, before Prefect is even imported, so that there is something
to watch within seconds; the receipts let the flow that follows pass over it.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from bitaca_core.errors import BitacaError
from bitaca_core.settings import Settings, load_settings
from flows import environment, work

INTERRUPTED = 130


def say(text: str) -> None:
    """Write one plain line to the terminal that runs the app."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """Run to the end, or until TERM: finished titles stay, the encoder is stopped."""
    parser = argparse.ArgumentParser(prog="flows.background")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--library", type=Path)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    settings = load_settings() if options.home is None else Settings(home=options.home)
    try:
        return _run(settings, options.sample, options.library)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BitacaError as error:
        say(f"pipeline: {error}")
        return error.exit_code


def _run(settings: Settings, sample: bool, library: Path | None) -> int:
    if sample:
        work.begin_with_sample(settings.paths, say)
    if library is not None:
        report = work.ingest_library(settings.paths, library)
        say(
            f"{library}: {len(report.added)} new, {len(report.updated)} changed, {len(report.unchanged)} as before"
        )
        for rejection in report.rejected:
            say(f"not taken: {rejection}")
    if not work.outstanding(settings):
        say("everything is published")
        return 0
    environment.prepare(settings.paths.prefect)
    from flows.pipeline import bitaca_run

    summary = bitaca_run(home=str(settings.home))
    for name in summary["failed"]:
        say(f"failed: {name} (bitaca status says why)")
    say(f"pipeline finished: {len(summary['done'])} steps done, {len(summary['failed'])} failed")
    return 1 if summary["failed"] else 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
