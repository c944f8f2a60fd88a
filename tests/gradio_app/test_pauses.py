"""Who rests is told so for some minutes, calmly; a cry for help gets through; nobody rests for somebody else."""

from __future__ import annotations

from bitaca_core.derona.assistant import Assistant, DialogueState
from gradio_app import pauses as pausing
from gradio_app.pauses import Pauses
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue


def test_a_pause_ends_and_is_one_viewers() -> None:
    now = [100.0]
    pauses = Pauses(2.0, lambda: now[0])
    assert not pauses.rests("a")
    pauses.begin("a")
    now[0] += 119
    assert pauses.rests("a") and not pauses.rests("b")
    now[0] += 1
    assert not pauses.rests("a") and len(pauses) == 0


def test_none_where_the_setting_is_nought_and_few_at_most(monkeypatch) -> None:
    never = Pauses(0.0, lambda: 0.0)
    never.begin("a")
    assert not never.rests("a")
    monkeypatch.setattr(pausing, "VIEWERS_MAX", 3)
    few = Pauses(1.0, lambda: 0.0)
    for viewer in "abcde":
        few.begin(viewer)
    assert len(few) == 3 and few.rests("e") and not few.rests("a")


def test_the_answer_while_resting_is_calm_and_help_is_never_kept_back() -> None:
    search = ShelfSearch(catalogue())
    derona = Assistant(search.catalogue, search, playable=lambda: PLAYABLE)
    reply = derona.rest("quero um drama", state=DialogueState())
    assert (
        reply is not None and reply.text and not reply.cards and not reply.actions and reply.intent == "abuse"
    )
    assert derona.rest("quero me matar", state=DialogueState()) is None
