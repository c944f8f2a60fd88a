"""A conversation follows its page: whichever worker the page meets asks the one that has it, which lets go of it.

Nothing is written for a message. Redis knows who has which conversation; a conversation itself lies there only on its
way from one worker to another, or after its worker was stopped, for as long as a page may still come back for frames.
Where the owner does not answer, a viewer's conversation is read from the store as after a restart: its state and
turns, without the frames that were not delivered.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable
from typing import Any, Protocol

from gradio_app.conversations.conversation import Conversation, Turn, conversation_id, current
from gradio_app.workers.store import PREFIX, Store, key

OWNED_S = 3600
HELD_S = 15 * 60
"""A conversation whose worker was stopped waits for so long: as frames do in memory."""
ANSWER_S = 2.0
"""An owner that does not answer within this has gone, or hangs: the page is not kept waiting for it."""
REPLY_LIFE_S = 10
EVERYBODY = f"{PREFIX}everybody"

log = logging.getLogger("bitaca.app")


class Owner(Protocol):
    """Who has conversations: `gradio_app.conversations.registry.Conversations`."""

    def give(self, key: str, viewer: str) -> Awaitable[Conversation | None]:
        """Let go of the viewer's own conversation once it rests; None where it is not here."""
        ...

    def forget_here(self, viewer: str, named: str | None) -> Awaitable[None]:
        """Drop what is remembered of a viewer, in this worker."""
        ...


def packed(conversation: Conversation) -> str:
    """Return a resting conversation as JSON, its key left out."""
    return json.dumps(
        {
            "viewer": conversation.viewer,
            "lang": conversation.lang,
            "state": conversation.state,
            "seq": conversation.seq,
            "frames": conversation.frames,
            "turns": [[turn.id, turn.text, turn.before] for turn in conversation.turns],
            "asked": conversation.asked,
            "failed": conversation.failed,
            "personal": conversation.personal,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def unpacked(text: str, conversation_key: str, used_at: float) -> Conversation:
    """Return the conversation that `packed` wrote; a state of another release begins anew."""
    told = json.loads(text)
    made = Conversation(conversation_key, told["viewer"], told["lang"], used_at=used_at)
    made.state = current(told["state"])
    made.seq = told["seq"]
    made.frames = [(seq, frame) for seq, frame in told["frames"]]
    made.frames_bytes = sum(len(frame) for _, frame in made.frames)
    made.turns = [Turn(turn_id, said, current(before)) for turn_id, said, before in told["turns"]]
    # What was on its way when the owner let go was not answered: sent again, it is.
    made.asked = {ask: ended for ask, ended in told["asked"].items() if ended}
    made.failed = told["failed"]
    made.personal = told["personal"]
    return made


class Handover:
    """Asks other workers for conversations, and answers them.

    Parameters
    ----------
    store : Store
        For its address and this worker's name; the event loop has connections of its own.
    """

    def __init__(self, store: Store) -> None:
        import redis
        import redis.asyncio

        self._me = store.worker
        self._redis: Any = redis.asyncio.Redis.from_url(store.url, decode_responses=True)
        self._errors = redis.RedisError
        self._listening: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._heard = asyncio.Event()

    # -- asking

    async def own(self, conversation: Conversation) -> None:
        """Say that this worker has a conversation."""
        await self._try(self._redis.set(_owner(conversation.id), self._me, ex=OWNED_S))

    async def claim(self, conversation_key: str, viewer: str, used_at: float) -> Conversation | None:
        """Return the viewer's own conversation from the worker that has or had it, which has let go of it; else None."""
        name = conversation_id(conversation_key)
        owner = await self._try(self._redis.get(_owner(name)))
        text = None
        if owner is not None and owner != self._me:
            text = await self._try(self._asked(owner, conversation_key, viewer))
        if text is None:
            text = await self._try(self._redis.getdel(_held(name)))
        if text is None or json.loads(text)["viewer"] != viewer:
            return None
        return unpacked(text, conversation_key, used_at)

    async def _asked(self, owner: str, conversation_key: str, viewer: str) -> str | None:
        reply = f"{PREFIX}reply:{secrets.token_hex(8)}"
        question = json.dumps({"give": conversation_key, "viewer": viewer, "reply": reply})
        if not await self._redis.publish(_channel(owner), question):
            return None  # nobody listens: that worker has gone
        answer = await self._redis.blpop([reply], timeout=ANSWER_S)
        return answer[1] or None if answer else None

    async def forget(self, viewer: str, named: str | None) -> None:
        """Have every other worker forget; return when they have, or when they take too long."""
        reply = f"{PREFIX}reply:{secrets.token_hex(8)}"
        order = json.dumps({"forget": viewer, "named": named, "reply": reply, "from": self._me})
        if named is not None:
            await self._try(self._redis.delete(_held(named)))
        hearers = await self._try(self._redis.publish(EVERYBODY, order)) or 0
        for _ in range(hearers - 1):  # we hear it, too
            if await self._try(self._redis.blpop([reply], timeout=ANSWER_S)) is None:
                log.warning("a worker did not say that it forgot")
                return

    # -- answering

    async def start(self, owner: Owner) -> None:
        """Listen, until `close`; returns when others are heard."""
        self._listening = asyncio.create_task(self._listen(owner))
        await self._heard.wait()

    async def _listen(self, owner: Owner) -> None:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(_channel(self._me), EVERYBODY)
                    self._heard.set()
                    async for message in channel.listen():
                        task = asyncio.create_task(self._answer(owner, json.loads(message["data"])))
                        self._answers.add(task)
                        task.add_done_callback(self._answers.discard)
            except self._errors as error:
                log.warning("Redis is not heard, conversations stay where they are: %s", error)
                self._heard.set()
                await asyncio.sleep(1.0)

    async def _answer(self, owner: Owner, order: dict[str, Any]) -> None:
        if "forget" in order:
            if order["from"] == self._me:
                return
            await owner.forget_here(order["forget"], order["named"])
            answer = "forgotten"
        else:
            found = await owner.give(order["give"], order["viewer"])
            answer = packed(found) if found is not None else ""
        async with self._redis.pipeline(transaction=True) as both:
            both.rpush(order["reply"], answer).expire(order["reply"], REPLY_LIFE_S)
            await self._try(both.execute())

    async def close(self, left: list[Conversation]) -> None:
        """Listen no more; what pages may come back for stays in Redis for a while."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, *self._answers, return_exceptions=True)
        for conversation in left:
            await self._try(self._redis.set(_held(conversation.id), packed(conversation), ex=HELD_S))
        await self._redis.aclose()

    async def _try(self, asked: Awaitable[Any]) -> Any:
        try:
            return await asked
        except self._errors as error:
            log.warning("Redis does not answer, a conversation stays where it is: %s", error)
            return None


def _owner(name: str) -> str:
    return key("owner", name)


def _held(name: str) -> str:
    return key("held-conversation", name)


def _channel(worker: str) -> str:
    return f"{PREFIX}worker:{worker}"
