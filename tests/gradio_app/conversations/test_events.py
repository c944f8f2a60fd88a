"""Answers as server-sent events: the same frames, the same limits, and nobody talks to who has left."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.derona.backends.model_server import serving as model_serving

from ..conftest import serving
from ..test_model import RealDerona, companion
from .test_frames import problems

EVENTS = {"accept": "text/event-stream"}


@pytest.fixture
async def viewer(client):
    await client.post("/api/session")
    return client


def parsed(text):
    """Return `(id, event, frame)` of each event."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


async def test_the_events_are_the_frames_of_the_socket(viewer):
    answer = await viewer.post("/api/chat/message", json={"message": "pausa", "id": "m1"}, headers=EVENTS)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store" and "content-length" not in answer.headers
    events = parsed(answer.text)
    kinds = [kind for _, kind, _ in events]
    assert kinds[:2] == ["cards", "action"] and kinds[-1] == "done"
    for number, kind, frame in events:
        assert problems("server", frame) == [] and (frame["seq"], frame["type"], frame["id"]) == (
            number,
            kind,
            "m1",
        )
    assert "".join(frame["text"] for _, kind, frame in events if kind == "delta") == events[-1][2]["text"]


async def test_both_ways_of_asking_are_one_conversation(viewer, services):
    streamed = await viewer.post("/api/chat/message", json={"message": "um"}, headers=EVENTS)
    whole = await viewer.post("/api/chat/message", json={"message": "um"})
    assert parsed(streamed.text)[-1][2]["text"] == whole.json()["text"]
    history = (await viewer.get("/api/chat/history")).json()["lines"]
    assert len({line["conversation_id"] for line in history}) == 1 and len(history) == 4


@pytest.mark.parametrize("headers", [{}, EVENTS])
async def test_the_limit_is_the_same(viewer, headers):
    for _ in range(10):
        assert (
            await viewer.post("/api/chat/message", json={"message": "oi"}, headers=headers)
        ).status_code == 200
    refused = await viewer.post("/api/chat/message", json={"message": "oi"}, headers=headers)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    assert refused.json()["error"]["retry_ms"] > 0
    assert (await viewer.post("/api/chat/message", json={"message": ""}, headers=headers)).status_code == 422


@pytest.mark.parametrize("headers", [{}, EVENTS])
async def test_an_id_is_kept_once_however_often_it_is_sent(viewer, headers):
    body = {"message": "uma vez", "id": "m1"}
    texts = []
    for _ in range(12):
        answer = await viewer.post("/api/chat/message", json=body, headers=headers)
        texts.append(parsed(answer.text)[-1][2]["text"] if headers else answer.json()["text"])
    assert len(set(texts)) == 1, "nor does it use up the allowance"
    assert len((await viewer.get("/api/chat/history")).json()["lines"]) == 2


async def test_two_calls_with_one_id_at_once_are_both_answered(viewer):
    body = {"message": "oi", "id": "m1"}
    answers = await asyncio.gather(*(viewer.post("/api/chat/message", json=body) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    assert len((await viewer.get("/api/chat/history")).json()["lines"]) == 2


async def test_a_failing_reply_is_an_error_event_or_a_500(viewer):
    events = parsed((await viewer.post("/api/chat/message", json={"message": "quebra"}, headers=EVENTS)).text)
    assert [kind for _, kind, _ in events] == ["error"] and "broken" not in events[0][2]["message"]
    assert (await viewer.post("/api/chat/message", json={"message": "quebra"})).status_code == 500


class TestWithAModel:
    """Over a real connection, beside a server that speaks a provider's protocol."""

    @pytest.fixture
    def services(self, settings, clock):
        made = RealDerona(settings, clock)
        made.load()
        yield made
        made.viewers.close()

    async def asking(self, app, port, viewer):
        """Begin to ask by server-sent events; return the reader and the writer."""
        token = app.state.context.access.access_token(viewer)
        body = json.dumps({"message": "anime de ação", "id": "m1"}).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /api/chat/message HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n"
            b"content-type: application/json\r\nauthorization: Bearer " + token.encode() +
            b"\r\ncontent-length: " + str(len(body)).encode() + b"\r\n\r\n" + body
        )  # fmt: skip
        return reader, writer

    async def test_its_sentences_come_on_the_same_stream(self, app, services, settings):
        viewer = services.viewers.create_viewer()
        async with model_serving() as model, serving(app, settings) as port:
            app.state.context.companion = one = companion(model.address)
            reader, writer = await self.asking(app, port, viewer)
            heard = (await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 60)).decode()
            assert heard.index("event: cards") < heard.index("event: done") < heard.index("event: more")
            writer.close()
            await one.close()

    async def test_who_leaves_ends_it_and_the_provider_is_told(self, app, services, settings):
        viewer = services.viewers.create_viewer()
        async with model_serving("stall") as model, serving(app, settings) as port:
            app.state.context.companion = one = companion(model.address)
            reader, writer = await self.asking(app, port, viewer)
            await asyncio.wait_for(reader.readuntil(b"event: done"), 60)
            while not model.asked:
                await asyncio.sleep(0.02)
            writer.transport.abort()
            while not model.cancelled:
                await asyncio.sleep(0.02)
            assert one.outcomes["stopped"] == 1
            await one.close()
