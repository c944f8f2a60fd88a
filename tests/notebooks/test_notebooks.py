"""Every notebook: stored in the house's form, and run in smoke size into a self-contained report."""

from __future__ import annotations

import ast
import json
import re

import nbformat
import pytest

from bitaca_core.settings import DataPaths
from flows import evaluate

NAMES = evaluate.available()


def read(name):
    return nbformat.read(evaluate.notebooks_folder() / f"{name}.ipynb", as_version=4)


def test_the_expected_notebooks_are_there():
    assert {"00_template", "03_abr"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_form_of_the_house(name):
    book = read(name)
    title = book.cells[0]
    assert title.cell_type == "markdown"
    assert re.match(r"# .*\?\n", title.source), "the title is a question"
    assert book.metadata["kernelspec"]["name"] == "python3"
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code), "stored without outputs"
    parameters = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    assert len(parameters) == 1
    for statement in ast.parse(parameters[0].source).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)
    for cell in code:
        defined = [
            node
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        ]
        assert not defined, "compute calls bitaca_core"
    assert "results.json" in code[-1].source
    assert "\nassert " in code[-1].source


@pytest.fixture(scope="module")
def abr_report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.json").write_text(
        json.dumps(
            [
                {"duration_ms": 5000, "bandwidth_kbps": 500 + 700 * (i % 4), "latency_ms": 40}
                for i in range(40)
            ]
        )
    )
    home = DataPaths(tmp_path_factory.mktemp("home"))
    own = evaluate.run_notebook("03_abr", home, parameters={"traces": str(folder / "mine.json")})
    return evaluate.run_notebook("03_abr", home), own


def test_the_abr_notebook_answers_with_numbers(abr_report):
    report, _ = abr_report
    assert report.results["traces"] == 16
    measures = report.results["measures"]
    assert set(measures) == {"qoe_lin", "stall_s", "startup_s", "switches", "mean_mbps"}
    for measure in measures.values():
        low, high = measure["ci95"]
        assert low <= measure["difference"] <= high
        assert measure["difference"] == pytest.approx(measure["bola"] - measure["throughput"])
    page = (report.folder / "report.html").read_text("utf-8")
    assert page.count('src="data:image/png;base64,') == 3
    assert "<bitaca-player" in page
    assert not evaluate.ACTIVE_CONTENT.search(page)
    assert not re.search(r"""(?:src|href)=["'](?!data:|#|media/)""", page)


def test_the_abr_notebook_runs_on_a_trace_of_ones_own(abr_report):
    _, own = abr_report
    assert own.results["traces"] == 1
    assert "one trace gives no interval" in own.results["conclusion"]
    assert "mine" in (own.folder / "report.html").read_text("utf-8")
