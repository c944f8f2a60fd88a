"""`bitaca search`, `recommend` and `ingest` over a data folder of their own."""

import json

import pytest
from typer.testing import CliRunner

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.cli.main import app
from bitaca_core.errors import InputError
from bitaca_core.settings import DataPaths, load_settings
from bitaca_core.viewers.store import ViewerStore


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BITACA_HOME", str(tmp_path))
    load_settings.cache_clear()
    yield tmp_path
    load_settings.cache_clear()


@pytest.fixture
def filled(home):
    ingest_sample(DataPaths(home))
    return home


def run(*arguments):
    return CliRunner().invoke(app, list(arguments), catch_exceptions=True)


def answer(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_search_answers_in_json(filled):
    data = answer("search", "anime de ação dos anos 90")
    assert data["schema"] == 1 and data["mode"] == "lexical"
    assert {row["title_id"] for row in data["results"]} >= {"cowboy-bebop-1998", "kokaku-kidotai-1995"}
    assert set(data["results"][0]) == {"title_id", "title", "year", "score", "playable", "why"}


def test_search_for_people(filled):
    assert "Cidade de Deus (2002)" in run("search", "cidade de deuz").stdout
    assert "Nada encontrado." in run("search", "xptozz qwerty").stdout
    assert "Nothing found." in run("search", "xptozz qwerty", "--lang", "en").stdout


def test_search_without_a_catalogue_says_what_to_do(home):
    result = run("search", "akira")
    assert isinstance(result.exception, InputError) and "bitaca demo" in result.exception.hint


def test_recommend_like_and_for_a_viewer(filled):
    liked = answer("recommend", "--like", "akira-1988,paprika-2006", "--limit", "5")["results"]
    assert len(liked) == 5 and not {"akira-1988", "paprika-2006"} & {row["title_id"] for row in liked}
    store = ViewerStore(DataPaths(filled).app_db)
    viewer = store.create_viewer()
    store.record_progress(viewer, "akira-1988", 7000, 7440)
    store.close()
    rows = answer("recommend", "--viewer", viewer)["results"]
    assert rows and rows[0]["why"][0] == "history:akira-1988"


@pytest.mark.parametrize(
    "options",
    [[], ["--like", "akira-1988", "--viewer", "x"], ["--like", "no-such-title"], ["--viewer", "nobody"]],
)
def test_recommend_refuses_what_it_cannot_do(filled, options):
    result = run("recommend", *options)
    assert isinstance(result.exception, InputError)


def test_ingest_reports_each_row(home, tmp_path):
    source = tmp_path / "titles.jsonl"
    source.write_text('{"original_title": "Um", "kind": "film"}\n{"kind": "film"}\n')
    data = answer("ingest", str(source))
    assert data["added"] == ["um"] and data["rejected"][0]["line"] == 2
    again = run("ingest", str(source))
    assert again.exit_code == 0 and "1 unchanged, 1 rejected" in again.stdout
    assert f"{source}:2" in again.stderr


def test_ingest_of_nothing_usable_fails(home, tmp_path):
    source = tmp_path / "titles.jsonl"
    source.write_text("{}\n")
    assert run("ingest", str(source)).exit_code == 1
