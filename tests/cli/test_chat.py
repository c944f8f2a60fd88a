"""`bitaca chat` over a small catalogue on disk."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from bitaca_core.catalogue.store import save_catalogue, titles_file
from bitaca_core.cli import chat as command
from bitaca_core.errors import InputError
from bitaca_core.settings import DataPaths, load_settings
from tests.derona.shelf import catalogue


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BITACA_HOME", str(tmp_path))
    load_settings.cache_clear()
    yield tmp_path
    load_settings.cache_clear()


def test_an_empty_catalogue_says_what_to_run(home: Path) -> None:
    with pytest.raises(InputError, match="bitaca demo"):
        command.chat("oi")


def test_one_shot_and_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_catalogue(catalogue(), titles_file(DataPaths(home)))
    command.chat("quem dirigiu Akira?")
    assert "Katsuhiro Otomo" in capsys.readouterr().out
    command.chat("quem dirigiu Akira?", as_json=True)
    reply = json.loads(capsys.readouterr().out)
    assert reply["intent"] == "cast" and reply["cards"][0]["title_id"] == "akira-1988"
    assert reply["state"]["turn"] == 1


def test_a_conversation_from_standard_input(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    save_catalogue(catalogue(), titles_file(DataPaths(home)))
    monkeypatch.setattr("sys.stdin", io.StringIO("filmes brasileiros\no primeiro\nsair\nnunca lido\n"))
    command.chat(as_json=True)
    replies = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [reply["intent"] for reply in replies] == ["search", "play"]
    assert replies[1]["state"]["focus"] == replies[0]["cards"][0]["title_id"]
