"""The pipeline behind the running app: `python -m flows.background [--sample] [--library DIR]`.

The first sample short is published straight away and the search index built, before Prefect is even imported:
there is something to watch within seconds. The receipts let the flow that follows pass over both.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from bitaca_core.catalogue.ingest import ingest
from bitaca_core.errors import BitacaError
from bitaca_core.media import failures
from bitaca_core.media.supervise import interruptible
from bitaca_core.settings import Settings, load_settings
from flows import attended, indexing, work
from flows.terminal import Terminal

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run to the end, or until TERM: finished titles stay, the encoder is stopped."""
    parser = argparse.ArgumentParser(prog="flows.background")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--address", help="of the running app, for the lines that say what can be watched")
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--library", type=Path)
    options = parser.parse_args(arguments)
    settings = load_settings()
    if options.home is not None:
        settings = settings.model_copy(update={"home": options.home})
    try:
        with interruptible(), Terminal(settings.paths, options.address) as terminal:
            try:
                return _run(settings, terminal, options.sample, options.library)
            except BitacaError as error:
                terminal.say(f"pipeline stopped: {error}")
                return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(settings: Settings, terminal: Terminal, sample: bool, library: Path | None) -> int:
    if sample:
        work.first_sample(settings, terminal)
    if library is not None:
        report = ingest(library, settings.paths)
        terminal.say(
            f"{library}: {len(report.added)} new, {len(report.updated)} changed, {len(report.unchanged)} as before"
        )
        for rejection in report.rejected:
            terminal.say(f"not taken: {rejection}")
        for file in report.set_aside:
            terminal.say(f"damaged, and kept as {file}")
    with contextlib.suppress(BitacaError):  # the flow mends it or tries again, and tells if it must
        if work.why_index_is_stale(settings):
            indexing.build(settings.paths, settings.embedder)
    ahead = work.outlook(settings)
    if not ahead.steps:
        for title in ahead.lost:
            terminal.say(f"lost: {title}")
        unusable = sum(failure.stands() for failure in failures.load(settings.paths).values())
        more = f"; {unusable} cannot be used: `bitaca status` says why" if unusable else ""
        terminal.say(f"everything is published{more}" if not ahead.lost else f"nothing to do{more}")
        return 1 if ahead.lost else 0
    summary = attended.run(settings, terminal)
    for title in summary["blocked"]:
        terminal.say(f"lost: {title}")
    failed = len(summary["failed"])
    terminal.say("all done" if not failed else f"{failed} failed: `bitaca status` says why")
    return 1 if failed or summary["blocked"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
