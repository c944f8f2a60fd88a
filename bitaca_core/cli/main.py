"""The `bitaca` command: a table of names; each command's module is imported when it is called."""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import json
import os
import signal
import sys
import threading
from dataclasses import dataclass
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from bitaca_core.errors import BitacaError, InputError, WorkError

INTERRUPTED = 130
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""What the parser raises for a command line that it cannot read; typer carries its own copy of click."""


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
    "watch": Entry(f"{CLI}.watch:watch", "publish the videos of a folder as they come to rest"),
    "resume": Entry(f"{CLI}.run:resume", "go on where an interrupted run stopped"),
    "plan": Entry(f"{CLI}.plan:plan", "what `run` would do, and why"),
    "status": Entry(f"{CLI}.plan:status", "what is published, running or broken"),
    "ingest": Entry(f"{CLI}.ingest:ingest", "read a folder, NFO files or JSONL into the catalogue"),
    "remove": Entry(f"{CLI}.remove:remove", "take a title out of the catalogue, the media and the search"),
    "gc": Entry(f"{CLI}.gc:gc", "delete what nothing uses any more"),
    "backup": Entry(f"{CLI}.backup:backup", "viewers, keys and catalogue into one file"),
    "restore": Entry(f"{CLI}.backup:restore", "bring a backup back; what is there is set aside"),
    "package": Entry(f"{CLI}.package:package", "one video file to HLS + DASH"),
    "verify": Entry(f"{CLI}.package:verify", "check a package, ours or not: manifests and media"),
    "keys": Entry(f"{CLI}.keys:app", "content keys of protected titles, for a DRM vendor (CPIX)"),
    "inbox": Entry(f"{CLI}.inbox:app", "read what viewers sealed for support; make the key for it"),
    "manifest": Entry(
        f"{CLI}.manifest:manifest",
        "parse a playlist or MPD with the player's own core, or check it (--strict)",
    ),
    "simulate": Entry(f"{CLI}.simulate:simulate", "replay bitrate rules over network traces"),
    "search": Entry(f"{CLI}.search:search", "search the catalogue"),
    "recommend": Entry(f"{CLI}.search:recommend", "titles like others, or for a viewer"),
    "evaluate": Entry(f"{CLI}.evaluate:app", "judge recommendation on held-out data, baselines beside"),
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
    _hear_signals()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name may be no UTF-8: its odd bytes are shown as escapes, which JSON reads as well.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = _call()
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status == INTERRUPTED:
        sys.stderr.write("interrupted; nothing that was finished is lost\n")
    sys.exit(status)


def _call() -> int:
    """Call the command that was asked for and return the exit code; what it cannot do is told."""
    try:
        status = app(
            prog_name="bitaca", standalone_mode=False
        )  # typer returns the code of an Exit, and 130 for Ctrl-C
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except USAGE_ERROR as error:
        if "--json" in sys.argv:
            report_failure(InputError(error.format_message(), kind="usage"))  # type: ignore[attr-defined]
        else:
            error.show()  # type: ignore[attr-defined]
        return InputError.exit_code
    except BrokenPipeError:  # whoever read us has seen enough, as in `bitaca status | head -1`
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        told = explained(error)
        if told is None:
            raise
        report_failure(told)
        return told.exit_code


def _hear_signals() -> None:
    """Let TERM and HUP end a command as Ctrl-C does, from its first moment; what nohup ignores stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        return

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, interrupt)


def explained(error: Exception) -> BitacaError | None:
    """Return a failure of ours, of the files or of the database as something to tell; None for a mistake in code."""
    if isinstance(error, BitacaError):
        return error
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return WorkError(
            f"cannot be read or written: {error.strerror or error}",
            kind="disk-full" if full else "files",
            file=error.filename,
            hint="Free some space"
            if full
            else "`bitaca doctor` checks the data folder; BITACA_HOME names another",
        )
    database = sys.modules.get("sqlite3")
    if database is not None and isinstance(error, database.Error):
        return WorkError(f"the database app.db cannot be used: {error}", kind="database")
    return None


def report_failure(error: BitacaError) -> None:
    """Print the error: as JSON on stdout where the caller asked for `--json`, as text on stderr otherwise."""
    if "--json" in sys.argv:
        print(json.dumps({"error": error.to_dict()}, ensure_ascii=False))
    else:
        sys.stderr.write(f"bitaca: {error}\n")
