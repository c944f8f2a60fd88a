"""Notebooks become reports: whole or not at all, self-contained, with errors that name the cell."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import nbformat
import pytest

from bitaca_core.errors import InputError, WorkError
from bitaca_core.settings import DataPaths
from flows import evaluate

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
PARAMETERS = 'size = "smoke"\noutput_dir = "."\nfactor = 2'
GOOD = """
import json, pathlib
from IPython.display import HTML, Image, display
print("factor", factor)
pathlib.Path(output_dir, "results.json").write_text(json.dumps({"answer": 21 * factor, "size": size}))
"""


@pytest.fixture
def paths(tmp_path):
    return DataPaths(tmp_path / "home")


def notebook(folder, code, name="90_probe"):
    book = nbformat.v4.new_notebook()
    parameters = nbformat.v4.new_code_cell(PARAMETERS)
    parameters.metadata["tags"] = ["parameters"]
    book.cells = [
        nbformat.v4.new_markdown_cell("# Does it <em>run</em>?"),
        parameters,
        nbformat.v4.new_code_cell(code),
    ]
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    folder.mkdir(exist_ok=True)
    nbformat.write(book, folder / f"{name}.ipynb")
    return folder


def reports(paths):
    base = paths.reports / "90_probe"
    return sorted(path.name for path in base.iterdir()) if base.is_dir() else []


def test_a_run_becomes_a_self_contained_report(paths, tmp_path):
    folder = notebook(tmp_path / "books", GOOD)
    report = evaluate.run_notebook(
        "90_probe", paths, size="full", parameters={"factor": 3}, now=NOW, folder=folder
    )
    assert report.results == {"answer": 63, "size": "full"}
    assert reports(paths) == ["20260501T120000Z-full"]
    page = (report.folder / "report.html").read_text()
    assert "<title>Does it run?</title>" in page
    assert "factor 3" in page
    assert "json.dumps" not in page  # a report shows findings, not code
    assert not evaluate.ACTIVE_CONTENT.search(page)
    assert json.loads((report.folder / "executed.ipynb").read_text())["cells"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (GOOD + "\nraise ValueError('the claim does not hold')", "ValueError: the claim does not hold"),
        ("print('no results')", "wrote no results.json"),
        (GOOD + "\ndisplay(HTML('<script>alert(1)</script>'))", "self-contained"),
        (GOOD + "\ndisplay(HTML('<img src=\"https://example.org/a.png\">'))", "self-contained"),
    ],
)
def test_a_run_that_fails_leaves_nothing(paths, tmp_path, code, said):
    folder = notebook(tmp_path / "books", code)
    with pytest.raises(WorkError, match=said):
        evaluate.run_notebook("90_probe", paths, now=NOW, folder=folder)
    assert reports(paths) == []


def test_unknown_names_and_parameters_are_refused_before_anything_runs(paths, tmp_path):
    folder = notebook(tmp_path / "books", GOOD)
    with pytest.raises(InputError, match="90_probe"):
        evaluate.run_notebook("91_other", paths, folder=folder)
    with pytest.raises(InputError, match="no parameter colour"):
        evaluate.run_notebook("90_probe", paths, parameters={"colour": "red"}, folder=folder)
    with pytest.raises(InputError):
        evaluate.run_notebook("../secret", paths, folder=folder)
    assert reports(paths) == []
