"""Runs notebooks into reports: executed by papermill, printed as one script-free page, published by a rename."""

from __future__ import annotations

import html
import json
import logging
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from bitaca_core import stamps
from bitaca_core.errors import BitacaError, InputError, WorkError
from bitaca_core.playback import assets
from bitaca_core.settings import CHECKOUT, DataPaths, Settings, load_settings
from flows import apart
from flows.work import report_stage

Size = Literal["smoke", "full"]
Parameter = str | int | float | bool | None
NOTEBOOK_NAME = re.compile(r"\d\d_[a-z_]+")
MODULE = "flows.evaluate"
"""This module's name, spelt out: a deployment's run loads the file under another one."""
PUBLISHED = ("02_bitrate_ladder", "03_abr", "04_recommendation", "05_search", "07_derona")
"""Notebooks that `bitaca run` evaluates; `00_template` is for people who write new ones."""
CELL_TIMEOUT_S = 1800
ACTIVE_CONTENT = re.compile(
    r"<script\b|<iframe\b|<object\b|\son[a-z]+\s*=|(?:src|href)\s*=\s*[\"']?\s*(?:https?:)?//", re.I
)
"""What a report may not contain: scripts, frames, event handlers, anything loaded from elsewhere."""

STYLE = """
:root{color-scheme:light dark;--bg:#FBF7F1;--text:#231D17;--dim:#6B6055;--line:#E2D8CA;--accent:#8A5A00}
@media(prefers-color-scheme:dark){:root{--bg:#12100E;--text:#F4EDE4;--dim:#B5A99A;--line:#332D27;--accent:#FFB000}}
body{margin:0 auto;padding:32px 20px 64px;max-width:860px;background:var(--bg);color:var(--text);
 font:16px/1.6 system-ui,sans-serif}
h1{font-size:40px;line-height:1.15;margin:0 0 16px}h2{font-size:20px;margin:32px 0 8px}
p,li{max-width:70ch}img,svg{max-width:100%;height:auto;border-radius:6px}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;display:block;overflow-x:auto}
th,td{padding:6px 12px;border-bottom:1px solid var(--line);text-align:right}th:first-child,td:first-child{text-align:left}
thead th{position:sticky;top:0;background:var(--bg)}pre{overflow-x:auto;font-size:14px}code{font-size:.9em}
a{color:var(--accent)}.anchor-link,.jp-InputPrompt,.jp-OutputPrompt{display:none}footer{color:var(--dim);font-size:14px}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """A finished run: its folder holds results.json, report.html and the executed notebook."""

    notebook: str
    run: str
    folder: Path
    results: dict[str, object]


def notebooks_folder() -> Path:
    """Return where the notebooks are, in a checkout or beside an installed wheel."""
    return CHECKOUT / "notebooks"


def available(folder: Path | None = None) -> list[str]:
    """Return the names of the notebooks that can be run, in order."""
    return sorted(
        path.stem
        for path in (folder or notebooks_folder()).glob("*.ipynb")
        if NOTEBOOK_NAME.fullmatch(path.stem)
    )


def run_notebook(
    name: str,
    paths: DataPaths,
    *,
    size: Size = "smoke",
    parameters: Mapping[str, Parameter] | None = None,
    now: datetime | None = None,
    folder: Path | None = None,
) -> Report:
    """Execute one notebook and publish its report under `reports/<name>/<run>/`.

    Nothing appears there unless every cell ran, `results.json` was written and the page is self-contained.

    Parameters
    ----------
    name : str
        Notebook without its suffix, e.g. `03_abr`.
    paths : DataPaths
        The data folder.
    size : {"smoke", "full"}
        Passed to the notebook as `size`.
    parameters : mapping or None
        Overrides of its `parameters` cell; unknown names are refused.
    now : datetime or None
        Names the run; the present when None.
    folder : Path or None
        Where notebooks are looked for.

    Raises
    ------
    InputError
        There is no such notebook or parameter.
    WorkError
        A cell failed; the message carries the cell's own error.
    """
    source = (folder or notebooks_folder()) / f"{name}.ipynb"
    if not NOTEBOOK_NAME.fullmatch(name) or not source.is_file():
        raise InputError(
            f"there is no notebook {name!r}", hint=f"known: {', '.join(available(folder)) or 'none'}"
        )
    given = {"size": size, **(parameters or {})}
    _refuse_unknown(source, given)
    run = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ") + f"-{size}"
    base = paths.reports / name
    temporary = base / f".{run}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        _execute(source, temporary, given)
        results = _read_results(temporary, name)
        (temporary / "report.html").write_text(_page(temporary / "executed.ipynb"), "utf-8")
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    final = base / run
    shutil.rmtree(final, ignore_errors=True)
    temporary.rename(final)
    outputs = tuple(stamps.output(paths, file) for file in sorted(final.iterdir()) if file.is_file())
    inputs = tuple(stamps.stamp(file) for file in (source, *_player()))
    stamps.save(paths, stamps.StageReceipt(report_stage(name), outputs, inputs, {"run": run}))
    return Report(name, run, final, results)


def _player() -> list[Path]:
    """Return the laboratory that notebooks judge: another one makes another report."""
    try:
        return [assets.path("lab.wasm")]
    except WorkError:
        return []  # a notebook that needs it has failed


def _refuse_unknown(source: Path, given: Mapping[str, Parameter]) -> None:
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    known = set(papermill.inspect_notebook(str(source)))
    unknown = sorted(set(given) - known)
    if unknown:
        raise InputError(
            f"{source.name} has no parameter {', '.join(unknown)}", hint=f"it has: {', '.join(sorted(known))}"
        )


def _execute(source: Path, target: Path, given: Mapping[str, Parameter]) -> None:
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    try:
        with tempfile.TemporaryDirectory(prefix="bitaca-kernel-") as sockets:
            papermill.execute_notebook(
                str(source),
                str(target / "executed.ipynb"),
                parameters={**given, "output_dir": str(target)},
                kernel_name="python3",
                cwd=str(source.parent),
                progress_bar=sys.stderr.isatty(),
                execution_timeout=CELL_TIMEOUT_S,
                # Sockets in a folder of our own: nobody else on this machine can listen in or connect.
                config=Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"}),
            )
    except PapermillExecutionError as error:
        raise WorkError(
            f"cell {error.exec_count}: {error.ename}: {error.evalue}",
            file=source,
            hint="open it with `bitaca lab` to see the whole traceback",
        ) from error


def _read_results(folder: Path, name: str) -> dict[str, object]:
    path = folder / "results.json"
    if not path.is_file():
        raise WorkError(
            f"{name} wrote no results.json", hint="its last cell must write output_dir/results.json"
        )
    return dict(json.loads(path.read_text("utf-8")))


def _page(notebook: Path) -> str:
    """Print an executed notebook as one page: text, figures and tables, no code, no script, nothing loaded."""
    from nbconvert import HTMLExporter

    logging.getLogger("traitlets").setLevel(logging.ERROR)
    exporter = HTMLExporter(
        template_name="basic", exclude_input=True, embed_images=True, exclude_anchor_links=True
    )
    body, _ = exporter.from_filename(str(notebook))
    found = ACTIVE_CONTENT.search(body)
    if found:
        raise WorkError(f"the report would not be self-contained: it has {found[0]!r}", file=notebook)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.S)
    title = (
        html.escape(re.sub(r"<[^>]+>", "", heading[1]).strip())
        if heading
        else html.escape(notebook.parent.name)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )


def run_apart(name: str, paths: DataPaths, *, size: Size = "smoke") -> Report:
    """Run one notebook in a process of its own: nbclient takes a process's signals, and a kernel its time.

    An interruption ends the process, and the kernel notices within a second that its parent is gone.

    Raises
    ------
    WorkError
        As `run_notebook`, with the process's last line.
    """
    folder = Path(apart.run(paths, MODULE, name, str(paths.home), size).strip())
    return Report(name, folder.name, folder, _read_results(folder, name))


@task(name="notebook", task_run_name="notebook-{name}", retries=1, retry_delay_seconds=2)
def notebook_task(name: str, home: str, size: Size) -> Report:
    """Run one notebook."""
    return run_apart(name, DataPaths(Path(home)), size=size)


@flow(name="bitaca-evaluate", validate_parameters=True)
def evaluate_flow(home: str | None = None, size: Size = "smoke", names: list[str] | None = None) -> list[str]:
    """Run the published notebooks (or `names`) and return their report folders."""
    settings = load_settings() if home is None else Settings(home=Path(home))
    folders = []
    for name in names or list(PUBLISHED):
        report = notebook_task(name, str(settings.home), size)
        create_markdown_artifact(
            key=f"report-{name.replace('_', '-')}",
            markdown=f"```json\n{json.dumps(report.results, indent=1, ensure_ascii=False)[:20000]}\n```",
            description=f"{report.folder}",
        )
        folders.append(str(report.folder))
    return folders


def main(arguments: list[str]) -> int:
    """Be the process of `run_apart`: say the report's folder, or on standard error why there is none."""
    name, home, size = arguments
    try:
        report = run_notebook(name, DataPaths(Path(home)), size="full" if size == "full" else "smoke")
    except BitacaError as error:
        sys.stderr.write(f"{error}\n".replace("\n", " ").strip() + "\n")
        return error.exit_code
    sys.stdout.write(f"{report.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
