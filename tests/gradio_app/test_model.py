"""A language model beside Derona, through the socket: cards and her sentence first, the model's words after, or none."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.asyncio.client import connect

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.backends.budget import TokenBudget
from bitaca_core.derona.backends.choose import companion_of
from bitaca_core.derona.backends.companion import Companion
from bitaca_core.derona.backends.openai_wire import OpenAIBackend
from bitaca_core.errors import InputError
from gradio_app.services import Services
from tests.derona.backends.model_server import KEY, MODEL, serving

from .conftest import serving as running


@dataclass
class Live:
    """A running app and the address of its socket."""

    app: Any
    socket: str


class RealDerona(Services):
    """Everything real; search without an index answers by words."""


@pytest.fixture
def services(settings, clock):
    made = RealDerona(settings, clock)
    made.load()
    assert made.states == dict.fromkeys(made.states, "ready")
    yield made
    made.viewers.close()


@pytest.fixture
async def live(app, settings):
    async with running(app, settings) as port:
        yield Live(app, f"ws://127.0.0.1:{port}/ws/chat")


def companion(address: str, **deadlines) -> Companion:
    limits = {"first_s": 20.0, "total_s": 60.0} | deadlines
    return Companion(
        OpenAIBackend(MODEL, KEY, f"{address}/v1"), TokenBudget(10**6, time.time), time.monotonic, **limits
    )


async def ask(socket, text: str, message_id: str = "m1") -> list[dict]:
    """Send a message and return the frames up to `done`."""
    await socket.send(json.dumps({"v": 1, "type": "message", "id": message_id, "text": text}))
    frames = []
    while not frames or frames[-1]["type"] not in ("done", "error", "rate_limited"):
        frames.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
    return frames


async def later(socket, seconds: float = 0.6) -> list[dict]:
    """Return what comes after the answer until it is quiet for a while."""
    frames = []
    try:
        while True:
            frames.append(json.loads(await asyncio.wait_for(socket.recv(), seconds)))
    except TimeoutError:
        return frames


async def hello(socket) -> None:
    await socket.send(json.dumps({"v": 1, "type": "hello", "lang": "pt"}))
    assert json.loads(await socket.recv())["type"] == "hello"


async def test_her_answer_stands_and_the_models_words_come_after_it(live) -> None:
    async with serving() as model:
        live.app.state.context.companion = one = companion(model.address)
        async with connect(live.socket) as socket:
            await hello(socket)
            frames = await ask(socket, "anime de ação")
            kinds = [frame["type"] for frame in frames]
            assert kinds[0] == "cards" and kinds[-1] == "done" and "more" not in kinds
            more = [json.loads(await asyncio.wait_for(socket.recv(), 30)), *await later(socket)]
            assert more[0]["id"] == "m1"
            assert fold(more[0]["text"]).startswith(fold(frames[0]["cards"][0]["title"]))
            assert [frame["seq"] for frame in (*frames, *more)] == list(range(1, len(frames) + len(more) + 1))
        await one.close()


@pytest.mark.parametrize("mood", ["malicious", "down", "cut", "limited"])
async def test_no_mood_of_the_model_changes_the_answer(live, mood) -> None:
    async with connect(live.socket) as socket:
        await hello(socket)
        without = await ask(socket, "anime de ação")
    async with serving(mood) as model:
        live.app.state.context.companion = one = companion(model.address)
        async with connect(live.socket) as socket:
            await hello(socket)
            frames = await ask(socket, "anime de ação")
            assert [frame | {"seq": 0} for frame in frames] == [frame | {"seq": 0} for frame in without]
            assert await later(socket) == [] and model.asked
        await one.close()


async def test_the_next_message_silences_the_model(live) -> None:
    async with serving("stall") as model:
        live.app.state.context.companion = one = companion(model.address)
        async with connect(live.socket) as socket:
            await hello(socket)
            await ask(socket, "anime de ação")
            while not model.asked:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)
            await ask(socket, "oi", "m2")
            while not model.cancelled:
                await asyncio.sleep(0.02)
            assert all(frame["type"] != "more" for frame in await later(socket))
        await one.close()


async def test_an_operator_sees_how_the_model_fares_and_nobody_else_does(app, client, stranger) -> None:
    assert (await client.get("/api/status")).json()["model"] is None
    app.state.context.companion = one = companion("http://127.0.0.1:9")
    body = (await client.get("/api/status")).json()
    assert body["model"] == {
        "name": f"openai:{MODEL}",
        "breaker": "closed",
        "trust": "closed",
        "outcomes": {},
    }
    assert "model" not in (await stranger.get("/api/status")).json() and KEY not in str(body)
    await one.close()


async def test_a_model_that_is_named_badly_stops_the_start(settings) -> None:
    with pytest.raises(InputError, match="needs a model"):
        companion_of(settings.model_copy(update={"chat_backend": "openai"}))
    assert companion_of(settings) is None
    named = settings.model_copy(
        update={"chat_backend": "anthropic", "chat_model": MODEL, "chat_api_key": KEY}
    )
    one = companion_of(named)
    assert one.backend.name == f"anthropic:{MODEL}" and KEY not in repr(named)
    await one.close()


async def test_what_derona_did_not_understand_a_model_may_read_and_she_answers_it(live) -> None:
    async with serving() as model:
        live.app.state.context.companion = one = companion(model.address)
        async with connect(live.socket) as socket:
            await hello(socket)
            first = await ask(socket, "flumbrexo zarapelho")
            frames = await later(socket, 2.0)
            assert first[-1]["type"] == "done" and one.outcomes["read"] == 1, (first, one.outcomes)
            again = [frame for frame in frames if frame.get("id") == "m1-2"]
            assert again and again[0]["type"] == "cards" and again[0]["cards"]
            assert "<titles>" not in model.asked[0]["user"], "it is given no titles to pick from"
            model.mood = "malicious"
            await ask(socket, "xurumbeco tralambico", "m2")
            for frame in await later(socket, 2.0):
                assert "mal.example" not in str(frame) and "Matrix" not in str(frame)
        await one.close()
