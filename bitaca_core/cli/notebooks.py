"""`bitaca notebooks run` and `bitaca lab`: the same notebooks, as reports or by hand."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from bitaca_core.errors import InputError
from bitaca_core.settings import load_settings

Value = str | int | float | bool | None
app = typer.Typer(help="run the notebooks into reports", no_args_is_help=True, add_completion=False)


@app.callback()
def notebooks() -> None:
    """The analysts' notebooks."""


@app.command()
def run(
    names: Annotated[
        list[str] | None, typer.Argument(help="e.g. 03_abr; all published ones by default")
    ] = None,
    size: Annotated[Literal["smoke", "full"], typer.Option("--set", help="how much to compute")] = "smoke",
    parameter: Annotated[list[str] | None, typer.Option("-p", help="key=value, replaces a parameter")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Execute notebooks; each writes results.json and report.html under reports/, listed at /reports."""
    settings = load_settings()
    given = {key: absolute(value) for key, value in map(parse_parameter, parameter or [])}
    importlib.import_module("flows.environment").prepare(settings.paths.prefect)
    evaluate = importlib.import_module("flows.evaluate")
    done = []
    for name in names or evaluate.PUBLISHED:
        report = evaluate.run_notebook(name, settings.paths, size=size, parameters=given)
        done.append(
            {"notebook": name, "run": report.run, "folder": str(report.folder), "results": report.results}
        )
        if not as_json:
            print(f"{name}: {report.folder / 'report.html'}")
    if as_json:
        print(json.dumps(done, ensure_ascii=False))


def lab(
    port: Annotated[int, typer.Option(min=0, max=65535, help="port; 0 picks a free one")] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="only print the address")] = False,
) -> None:
    """Open JupyterLab on the notebooks, with this environment as its kernel."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise InputError("JupyterLab is not installed", hint="Run: ./setup.sh notebooks")
    settings = load_settings()
    folder = importlib.import_module("flows.evaluate").notebooks_folder()
    state = settings.paths.state / "jupyter"
    state.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
    ]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    if no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    environment = os.environ | {
        "BITACA_HOME": str(settings.home),
        "JUPYTER_DATA_DIR": str(state / "data"),
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "IPYTHONDIR": str(state / "ipython"),
    }
    raise typer.Exit(subprocess.call(command, env=environment))


def absolute(value: Value) -> Value:
    """Make the name of an existing file or folder absolute: notebooks run in a folder of their own."""
    is_path = isinstance(value, str) and value != "" and Path(value).exists()
    return str(Path(str(value)).resolve()) if is_path else value


def parse_parameter(text: str) -> tuple[str, Value]:
    """Read `key=value`; the value as JSON where it is a JSON scalar, as text otherwise.

    Raises
    ------
    InputError
        There is no `=` or the key is not a name.
    """
    key, separator, value = text.partition("=")
    if not separator or not key.isidentifier():
        raise InputError(f"expected key=value, got {text!r}", hint="for example: -p traces=my-trace.json")
    try:
        parsed = json.loads(value)
    except json.JSONDecodeError:
        return key, value
    return key, parsed if isinstance(parsed, str | int | float | bool | type(None)) else value
