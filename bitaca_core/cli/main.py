"""The `bitaca` command: a table of names; each command's module is imported when it is called."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass

import typer
import typer.main
from typer.core import TyperGroup

from bitaca_core.errors import BitacaError


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives (`module:function` or `module:typer_app`) and its one-line help."""

    target: str
    help: str


COMMANDS: dict[str, Entry] = {}


class LazyGroup(TyperGroup):
    """Lists commands from the table without importing them, so `--help` stays instant."""

    def list_commands(self, ctx):
        return list(COMMANDS)

    def get_command(self, ctx, cmd_name):
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

    def format_commands(self, ctx, formatter):
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
