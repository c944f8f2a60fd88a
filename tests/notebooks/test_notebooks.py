"""Every notebook: stored in the house's form, and run in smoke size into a self-contained report."""

from __future__ import annotations

import ast
import json
import re

import nbformat
import pytest

from bitaca_core.errors import WorkError
from bitaca_core.recommend import generate
from bitaca_core.settings import DataPaths
from flows import evaluate
from tests.media.clips import X264, picture
from tests.media.conftest import clip

__all__ = ["clip"]

NAMES = evaluate.available()


def read(name):
    return nbformat.read(evaluate.notebooks_folder() / f"{name}.ipynb", as_version=4)


def test_the_expected_notebooks_are_there():
    assert {
        "00_template",
        "02_bitrate_ladder",
        "03_abr",
        "04_recommendation",
        "05_search",
        "07_derona",
    } <= set(NAMES)


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
def home(tmp_path_factory):
    """Give notebooks a data folder of their own: their kernels read the environment."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BITACA_HOME", str(folder))
        yield DataPaths(folder)


@pytest.fixture(scope="module")
def abr_report(home, tmp_path_factory):
    """Run the notebook as it is, and on a trace of one's own once a title has been published."""
    usual = evaluate.run_notebook("03_abr", home)
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.json").write_text(
        json.dumps(
            [
                {"duration_ms": 5000, "bandwidth_kbps": 500 + 700 * (i % 4), "latency_ms": 40}
                for i in range(40)
            ]
        )
    )
    publish(home, "a-feira-2024")
    return usual, evaluate.run_notebook("03_abr", home, parameters={"traces": str(folder / "mine.json")})


def publish(home, title_id):
    """Put the least that counts as a published package into the data folder."""
    package_id = "0123456789abcdef"
    folder = home.media / title_id / package_id
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "poster.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    described = {
        "title_id": title_id,
        "package_id": package_id,
        "duration_s": 8.0,
        "rungs": [{"height": 360}],
    }
    pictures = {"poster": "images/poster.jpg", "storyboard": None}
    (folder / "package.json").write_text(json.dumps(described | pictures))
    (home.media / title_id / "current").write_text(package_id)


def self_contained(page):
    """Return whether a page loads nothing and links to nothing but places of the app."""
    return not evaluate.ACTIVE_CONTENT.search(page) and not re.search(
        r"""(?:src|href)=["'](?!data:|#|/watch/)""", page
    )


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
    assert self_contained(page)


def test_a_report_leads_to_a_published_title_and_says_where_there_is_none(abr_report):
    before, after = [(report.folder / "report.html").read_text("utf-8") for report in abr_report]
    assert "Nothing is published" in before
    assert "/watch/" not in before
    assert "Nothing is published" not in after
    assert 'href="/watch/a-feira-2024" target="_top"' in after
    assert 'src="data:image/jpeg;base64,' in after
    assert self_contained(after)


# With so short a buffer bola switches more often than throughput does: a finding, and no failure.
@pytest.mark.parametrize("parameters", [{"buffer_s": 3}, {"buffer_s": 6, "seed": 3}])
def test_whatever_the_parameters_a_report_says_what_was_found(home, parameters):
    report = evaluate.run_notebook("03_abr", home, parameters=parameters)
    assert report.results["measures"]["switches"]["difference"] > 0
    assert report.results["buffer_s"] == parameters["buffer_s"]
    assert "QoE" in report.results["conclusion"]


def test_the_abr_notebook_runs_on_a_trace_of_ones_own(abr_report):
    _, own = abr_report
    assert own.results["traces"] == 1
    assert "one trace gives no interval" in own.results["conclusion"]
    assert "mine" in (own.folder / "report.html").read_text("utf-8")


def test_the_ladder_notebook_shows_the_hull_and_the_saving_of_a_video_of_ones_own(home, clip):
    video = clip("own.mp4", *picture("640x360", seconds=12.0), *X264)
    report = evaluate.run_notebook(
        "02_bitrate_ladder", home, parameters={"source": str(video), "seconds": 2.0}
    )
    found = report.results
    assert found["method"] == "short" and found["title"] == "own"
    assert found["analysis_cpu_s"] > 0
    assert found["rungs"][0]["rung"] == "360p"
    assert "the fixed ladder" in found["conclusion"] or "cannot be compared" in found["conclusion"]
    page = (report.folder / "report.html").read_text("utf-8")
    assert page.count('src="data:image/png;base64,') == 2
    assert self_contained(page)


def test_the_ladder_notebook_says_when_there_is_no_such_video(home, tmp_path):
    with pytest.raises(WorkError, match="no such file"):
        evaluate.run_notebook("02_bitrate_ladder", home, parameters={"source": str(tmp_path / "none.mp4")})


def test_the_recommendation_notebook_runs_on_files_of_ones_own(home, tmp_path):
    met, words = generate.interactions(5, users=70, items=60, mean=14.0)
    rows = [f"{user + 1}::{item + 1}::4" for user, item in zip(met.user, met.item, strict=True)]
    (tmp_path / "ratings.dat").write_text("\n".join(rows) + "\n")
    table = [
        f"{place + 1}::Título {place + 1} (1999)::{'|'.join(words[str(name)])}"
        for place, name in enumerate(met.items)
    ]
    (tmp_path / "movies.dat").write_bytes(("\n".join(table) + "\n").encode("latin-1"))
    report = evaluate.run_notebook(
        "04_recommendation",
        home,
        parameters={"ratings": str(tmp_path / "ratings.dat"), "items": str(tmp_path / "movies.dat")},
    )
    found = report.results
    assert found["interactions"] == len(met) and found["new_titles"]["removed"] == 3
    assert [row["name"] for row in found["diversity"][:2]] == ["plain", "chosen"]
    assert len(found["findings"]) == 5
    page = (report.folder / "report.html").read_text("utf-8")
    assert page.count('src="data:image/png;base64,') == 6 and "Título 1" in page
    assert all(heading.split(",")[0] in page for heading in found["findings"])
    assert self_contained(page)
