"""The operator's table: every title's state, every failure with its reason and the next sensible thing."""

import pytest
from starlette.requests import Request

from bitaca_core.errors import InputError, MediaError
from bitaca_core.media import failures
from bitaca_core.media.progress import ProgressBoard
from gradio_app.access import Edge
from gradio_app.ui import tables, work_headers
from gradio_app.words import words
from gradio_app.work import operator_work

from .conftest import PACKAGE, compose, publish


@pytest.fixture
def lines(settings, services):
    """Return the table after the files changed, by title."""

    def read():
        services.refresh()
        return {line["title_id"]: line for line in operator_work(services)}

    return read


def test_what_is_published_and_what_waits(lines):
    found = lines()
    assert list(found) == ["serie-2026-e2", "a-pipa-2026", "serie-2026-e1"]
    assert found["serie-2026-e2"] == {
        "title_id": "serie-2026-e2", "stage": "queued", "percent": 0, "package_id": None,
        "reason": None, "next": None, "command": None,
    }  # fmt: skip
    assert (found["a-pipa-2026"]["stage"], found["a-pipa-2026"]["package_id"]) == ("published", PACKAGE)


def test_a_failure_comes_first_with_its_reason_and_command(settings, lines, tmp_path):
    failures.record(settings.paths, "serie-2026-e2", MediaError("o disco encheu"))
    ProgressBoard(settings.paths).update("serie-2026-e2", "failed", 100)
    found = lines()
    first = found[next(iter(found))]
    assert (first["title_id"], first["stage"], first["percent"]) == ("serie-2026-e2", "failed", None)
    assert (first["reason"], first["next"]) == ("o disco encheu", "retry")
    assert first["command"] == "bitaca run --title serie-2026-e2"
    video = tmp_path / "broken.mkv"
    video.write_text("x")
    failures.record(settings.paths, "serie-2026-e2", InputError("não é vídeo"), [str(video)])
    assert lines()["serie-2026-e2"]["next"] == "replace", "the same file would fail again"
    ProgressBoard(settings.paths).update("serie-2026-e2", "encode", 10)
    trying = lines()["serie-2026-e2"]
    assert (trying["stage"], trying["reason"], trying["next"]) == ("encode", None, None)


def test_a_failure_whose_board_was_cleared_is_told_still(settings, lines):
    failures.record(settings.paths, "serie-2026-e2", MediaError("o disco encheu"))
    assert lines()["serie-2026-e2"]["stage"] == "failed"


def test_a_published_title_whose_new_version_failed_keeps_playing_and_says_why(settings, lines):
    failures.record(settings.paths, "a-pipa-2026", MediaError("o disco encheu"))
    line = lines()["a-pipa-2026"]
    assert (line["stage"], line["reason"], line["next"]) == ("published", "o disco encheu", "retry")


def shown(settings, services, clock, lang="pt", client="127.0.0.1"):
    """Return the note and the work table as Gradio gets them."""
    context = compose(settings, services, clock).state.context
    scope = {
        "type": "http",
        "headers": [],
        "query_string": f"lang={lang}".encode(),
        "method": "GET",
        "path": "/app/",
    }
    scope["bitaca.edge"] = Edge("id", client, "http", "127.0.0.1:8000", False)
    note, work, *_rest = tables(context, Request(scope))
    return note, work


@pytest.mark.parametrize(
    "lang, stage, tried, count",
    [("pt", "falhou", "Tente de novo: bitaca run --title serie-2026-e2", "Não deu certo: 1."),
     ("en", "failed", "Try again: bitaca run --title serie-2026-e2", "Failed: 1.")],
)  # fmt: skip
def test_the_shell_shows_reason_and_command(settings, services, clock, lang, stage, tried, count):
    failures.record(settings.paths, "serie-2026-e2", MediaError("o disco encheu"))
    ProgressBoard(settings.paths).update("serie-2026-e2", "failed", 100)
    services.refresh()
    note, work = shown(settings, services, clock, lang)
    assert note.startswith(count)
    assert work["headers"] == work_headers(words(lang))
    assert work["data"][0] == ["serie-2026-e2", stage, "o disco encheu", tried, ""]
    assert all(len(row) == len(work["headers"]) for row in work["data"])


def test_a_failure_without_a_note_says_that_it_has_none(settings, services, clock):
    ProgressBoard(settings.paths).update("serie-2026-e2", "failed", 100)
    services.refresh()
    _note, work = shown(settings, services, clock)
    assert work["data"][0][2] == "O motivo não ficou anotado."
    assert "bitaca run --title" in work["data"][0][3]


def test_strangers_are_shown_nothing(settings, services, clock):
    note, work = shown(settings, services, clock, client="203.0.113.9")
    assert work["data"] == [] and "senha de operação" in note


def test_every_stage_has_a_word(settings, lines, services, clock):
    board = ProgressBoard(settings.paths)
    for stage in ("render", "encode", "package", "verify", "publish", "failed"):
        board.update("serie-2026-e2", stage, 1)
        assert lines()["serie-2026-e2"]["stage"] == stage
        _note, work = shown(settings, services, clock)
        assert (" %" in work["data"][0][1]) is (stage != "failed")
    publish(settings, "serie-2026-e2")
    assert lines()["serie-2026-e2"]["stage"] == "published"
