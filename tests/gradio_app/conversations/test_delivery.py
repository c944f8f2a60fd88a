"""Frames that wait go together, in order, once each, in bounded pieces."""

from __future__ import annotations

import asyncio

from gradio_app.conversations.conversation import Conversation
from gradio_app.conversations.delivery import TOGETHER_BYTES, Delivery


async def delivered(conversation: Conversation, frames: list[str]) -> list[list[str]]:
    sent: list[list[str]] = []

    async def send(texts):
        sent.append(list(texts))
        await asyncio.sleep(0)

    delivery = Delivery(conversation, send, lambda: None, 0)
    conversation.readers = (delivery,)
    for text in frames:
        conversation.emit("delta", "m", text=text)
    await delivery.drained()
    assert delivery.sent == conversation.seq
    return sent


async def test_what_is_emitted_at_once_is_sent_at_once():
    sent = await delivered(Conversation("k", "v", "pt"), ["um", "dois", "três"])
    assert [len(texts) for texts in sent] == [3]
    assert [text.split('"text":')[1] for text in sent[0]] == ['"um"}', '"dois"}', '"três"}']


async def test_large_frames_go_in_pieces_and_none_is_lost():
    frames = [f"{number} " + "x" * (TOGETHER_BYTES // 3) for number in range(8)]
    sent = await delivered(Conversation("k", "v", "pt"), [*frames, "y" * (3 * TOGETHER_BYTES)])
    together = [text for texts in sent for text in texts]
    assert len(together) == 9 and [f'"{number} ' in text for number, text in enumerate(together[:8])] == 8 * [
        True
    ]
    assert all(sum(map(len, texts)) <= TOGETHER_BYTES or len(texts) == 1 for texts in sent)
    assert len(sent[-1]) == 1
