"""The progress artifact: made, brought up to date, finished; and never in the way of the work."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from bitaca_core.media.progress import ProgressBoard
from bitaca_core.settings import DataPaths
from flows import progress
from tests.flows.processes import until


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(progress.FlowRunContext, "get", lambda: object())
    monkeypatch.setattr(
        progress, "create_progress_artifact", lambda *_, **more: told.append(more) or uuid.uuid4()
    )
    monkeypatch.setattr(progress, "update_progress_artifact", lambda _, **more: told.append(more))
    return told


def test_the_board_is_shown_until_the_end(paths: DataPaths, updates: list[dict[str, Any]]) -> None:
    now = [0.0]
    board = ProgressBoard(paths, clock=lambda: now[0], steady=lambda: now[0])
    board.begin("pipa", 100, 50.0)
    board.update("pipa", "encode", 0)
    with progress.shown(paths, "pipa", every_s=0.01):
        now[0] = 10.0
        board.update("pipa", "encode", 40)
        until(lambda: updates[-1].get("progress") == 40.0, give_up_s=20)
        board.clear("pipa")
    assert updates[0] == {"key": "progress-pipa", "description": "pipa: begins"}
    line = "pipa: encode 40 %, 40 of 100 frames, 2.0x, 0:15 left"
    assert updates[-2:] == [
        {"progress": 40.0, "description": line},
        {"progress": 100.0, "description": "pipa: done"},
    ]


def test_a_failure_is_not_shown_as_done(paths: DataPaths, updates: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError), progress.shown(paths, "pipa"):
        raise ValueError
    assert len(updates) == 1


@pytest.mark.parametrize("place", ["create_progress_artifact", "update_progress_artifact"])
def test_a_server_that_fails_costs_only_the_display(
    paths: DataPaths, updates: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(progress, place, fail)
    done = []
    with progress.shown(paths, "pipa"):
        done.append(1)
    assert done


def test_outside_of_prefect_nothing_is_shown(paths: DataPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse: Callable[..., None] = lambda *_, **__: pytest.fail("an artifact without a run")  # noqa: E731
    monkeypatch.setattr(progress, "create_progress_artifact", refuse)
    with progress.shown(paths, "pipa"):
        pass
