"""What the viewer asked Derona for is done in the viewer's own store, and in nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bitaca_core.derona.context import Action
from bitaca_core.errors import InputError
from bitaca_core.viewers.store import ViewerStore
from gradio_app.conversations import answering
from gradio_app.conversations.answering import carry_out
from gradio_app.conversations.conversation import Ask, Conversation


@pytest.fixture
def viewers(tmp_path: Path) -> Iterator[ViewerStore]:
    store = ViewerStore(tmp_path / "app.db", lambda: 1_800_000_000.0)
    yield store
    store.close()


def said(title_id: str, word: str) -> Action:
    return Action("opinion", {"title_id": title_id, "say": word})


def test_opinions_and_clearing(viewers: ViewerStore) -> None:
    mine, other = viewers.create_viewer(), viewers.create_viewer()
    for viewer in (mine, other):
        viewers.record_progress(viewer, "akira-1988", 60.0, 7440.0)
        carry_out(viewers, viewer, [said("akira-1988", "list"), said("bacurau-2019", "like")])
    assert list(viewers.marks(mine)["list"]) == ["akira-1988"] and viewers.ratings(mine) == {
        "bacurau-2019": 1
    }
    carry_out(viewers, mine, [Action("clear_history"), Action("clear_list"), Action("pause")])
    assert viewers.history(mine) == [] and not viewers.marks(mine)["list"]
    assert viewers.ratings(mine) == {"bacurau-2019": 1}
    assert len(viewers.history(other)) == 1 and list(viewers.marks(other)["list"]) == ["akira-1988"]


def test_the_player_s_actions_touch_no_store(viewers: ViewerStore) -> None:
    viewer = viewers.create_viewer()
    carry_out(
        viewers,
        viewer,
        [Action("play", "akira-1988"), Action("seek", {"absolute": 3}), Action("quality", "auto")],
    )
    assert viewers.history(viewer) == [] and not any(viewers.marks(viewer).values())


def test_nothing_is_done_for_somebody_who_was_forgotten(viewers: ViewerStore) -> None:
    viewer = viewers.create_viewer()
    viewers.forget(viewer)
    with pytest.raises(InputError):
        carry_out(viewers, viewer, [said("akira-1988", "list")])


def test_every_word_that_derona_says_is_one_that_the_buttons_say() -> None:
    from bitaca_core.settings import CHECKOUT
    from gradio_app.opinions import SAYINGS

    code = (CHECKOUT / "bitaca_core" / "derona" / "acts" / "own.py").read_text("utf-8")
    for word in ("list", "unlist", "like", "dislike", "watched"):
        assert f'"{word}"' in code and word in SAYINGS


async def test_the_store_is_written_off_the_loop_and_a_stop_meanwhile_ends_nothing(
    viewers: ViewerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = Conversation("a-key", viewers.create_viewer(), "pt", waiting=[Ask("m2", "oi")])
    conversations: Any = SimpleNamespace(services=SimpleNamespace(viewers=viewers), hush=lambda _: None)
    threads: list[int] = []

    def watched(*told: Any) -> None:
        threads.append(threading.get_ident())
        answering.stop(conversations, conversation)
        carry_out(*told)

    monkeypatch.setattr(answering, "carry_out", watched)
    await answering._carry_out(conversations, conversation, [said("akira-1988", "list")])
    assert list(viewers.marks(conversation.viewer)["list"]) == ["akira-1988"]
    assert threads and threads[0] != threading.get_ident()
    assert [ask.id for ask in conversation.waiting] == ["m2"] and not conversation.finishing
    await answering._carry_out(conversations, conversation, [Action("pause")])
    assert len(threads) == 1, "what is the page's asks nothing of the store"
