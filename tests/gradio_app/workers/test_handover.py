"""A conversation on its way to another worker loses nothing, and what was being answered is not answered twice."""

from __future__ import annotations

import asyncio

import pytest

from bitaca_core.derona.state import DialogueState
from gradio_app.conversations.conversation import Ask, Conversation, Turn
from gradio_app.conversations.registry import Conversations
from gradio_app.workers.handover import packed, unpacked


def lived() -> Conversation:
    made = Conversation("secret-key", "maria", "pt")
    before = DialogueState(lang="pt").to_json()
    made.take("m1")
    made.emit("cards", "m1", cards=[{"title": "A pipa “e” o vento"}])
    made.emit("done", "m1", text="Olha só 🎬")
    made.asked["m1"] = made.seq
    made.answered(Turn("m1", "algo leve", before))
    made.state = before
    made.take("m2")
    made.failed["m0"] = None
    made.personal = True
    return made


def test_nothing_is_lost_on_the_way():
    one = lived()
    text = packed(one)
    assert "secret-key" not in text
    other = unpacked(text, "secret-key", 7.0)
    for name in (
        "key",
        "viewer",
        "lang",
        "state",
        "seq",
        "frames",
        "frames_bytes",
        "turns",
        "failed",
        "personal",
    ):
        assert getattr(other, name) == getattr(one, name), name
    assert other.used_at == 7.0 and other.after(0) == one.after(0) and other.after(1) == one.after(1)
    assert other.asked == {"m1": one.asked["m1"]}, "what was on its way is answered when it is sent again"
    other.emit("delta", "m3", text="…")
    assert other.frames[-1][0] == one.seq + 1


def test_a_state_of_another_release_begins_anew():
    text = packed(lived()).replace('\\"version\\":1', '\\"version\\":99')
    assert "99" in text
    other = unpacked(text, "secret-key", 0.0)
    assert other.state is None and other.turns[0].before is None and other.seq == 2


@pytest.fixture
def conversations(services):
    made = Conversations(services)
    yield made
    made.close()


async def test_only_the_owner_and_only_what_rests_is_given(conversations):
    mine = conversations.open("maria", "pt", "k")
    assert await conversations.give("k", "ana") is None and await conversations.give("other", "maria") is None
    mine.waiting.append(Ask("m1", "oi"))
    giving = asyncio.create_task(conversations.give("k", "maria"))
    await asyncio.sleep(0.05)
    assert not giving.done(), "an answer is finished first"
    mine.waiting.clear()
    assert await giving is mine
    assert conversations.find("k", "maria") is None and await conversations.give("k", "maria") is None


async def test_whoever_hears_of_it_forgets(conversations):
    mine, other = conversations.open("maria", "pt", "k"), conversations.open("ana", "pt", "a")
    mine.emit("done", "m1", text="x")
    await conversations.forget_here("maria")
    assert conversations.find("k", "maria") is None and mine.frames == []
    assert conversations.find("a", "ana") is other
