"""The `bitaca` command: a table of names; each command's module is imported when it is called."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from bitaca_core.errors import BitacaError


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives (`module:function` or `module:typer_app`) and its one-line help."""

    target: str
    help: str


CLI = "bitaca_core.cli"
COMMANDS: dict[str, Entry] = {
    "demo": Entry(f"{CLI}.up:demo", "render and publish the sample titles behind a running app"),
    "up": Entry(f"{CLI}.up:up", "serve the app; --library DIR packages a folder of videos first"),
    "run": Entry(f"{CLI}.run:run", "ingest, package, index and evaluate as one Prefect flow"),
    "plan": Entry(f"{CLI}.plan:plan", "what `run` would do, and why"),
    "status": Entry(f"{CLI}.plan:status", "what is published, running or broken"),
    "ingest": Entry(f"{CLI}.ingest:ingest", "read a folder, NFO files or JSONL into the catalogue"),
    "package": Entry(f"{CLI}.package:package", "one video file to HLS + DASH"),
    "verify": Entry(f"{CLI}.package:verify", "check a package with the player's own core"),
    "manifest": Entry(f"{CLI}.manifest:manifest", "parse a playlist or MPD with the player's own core"),
    "simulate": Entry(f"{CLI}.simulate:simulate", "replay bitrate rules over network traces"),
    "search": Entry(f"{CLI}.search:search", "search the catalogue"),
    "recommend": Entry(f"{CLI}.search:recommend", "titles like others, or for a viewer"),
    "chat": Entry(f"{CLI}.chat:chat", "talk to Derona in the terminal"),
    "notebooks": Entry(f"{CLI}.notebooks:app", "run the notebooks into reports"),
    "lab": Entry(f"{CLI}.notebooks:lab", "open JupyterLab with kernel and paths set"),
    "flows": Entry(f"{CLI}.flows:app", "register the flows as Prefect deployments"),
    "bench": Entry(f"{CLI}.bench:app", "measure, with the competitor in the same run"),
    "doctor": Entry(f"{CLI}.doctor:doctor", "check this machine and say what to do"),
}


class LazyGroup(TyperGroup):
    """Lists commands from the table without importing them, so `--help` stays instant."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, attribute = entry.target.split(":")
        target = getattr(importlib.import_module(module), attribute)
        if isinstance(target, typer.Typer):
            return typer.main.get_command(target)
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(cmd_name, help=target.__doc__ or entry.help)(target)
        return typer.main.get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


app = typer.Typer(cls=LazyGroup, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def root() -> None:
    """Bitaca Play: streaming for independent anime and film."""


def main() -> None:
    """Run the command line; map failures to exit codes 0, 1, 2 and 130 (see ARCHITECTURE.md)."""
    try:
        app()
    except BitacaError as error:
        report_failure(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing that was finished is lost\n")
        sys.exit(130)


def report_failure(error: BitacaError) -> None:
    """Print the error: as JSON on stdout where the caller asked for `--json`, as text on stderr otherwise."""
    if "--json" in sys.argv:
        print(json.dumps({"error": error.to_dict()}, ensure_ascii=False))
    else:
        sys.stderr.write(f"bitaca: {error}\n")
