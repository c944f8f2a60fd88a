"""Real frames of a live conversation against the protocol's JSON schemas, and the schemas against what they must refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from gradio_app.conversations.frames import CLIENT_FRAMES, SERVER_FRAMES, schemas

ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "docs" / "chat-protocol.schema.json"


def validator(side):
    document = schemas()
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document | {"$ref": f"#/$defs/{side}"})


def problems(side, frame):
    return [error.message for error in validator(side).iter_errors(frame)]


SAID = (
    {"v": 1, "type": "hello", "lang": "pt"},
    {"v": 1, "type": "message", "id": "m1", "text": "animes de ação"},
    {"v": 1, "type": "message", "id": "m2", "text": "pausa", "player": {"title_id": "a-pipa-2026", "position_s": 3.5, "paused": False}},
    {"v": 1, "type": "edit", "id": "m3", "of": "m1", "text": "drama"},
    {"v": 1, "type": "retry", "id": "m4", "of": "m3"},
    {"v": 1, "type": "retry", "of": "m4"},
    {"v": 1, "type": "message", "id": "m6", "text": "quebra"},
    {"v": 1, "type": "edit", "id": "m7", "of": "nunca", "text": "x"},
    {"v": 1, "type": "message", "id": "m8", "text": "mais um", "context": {"favoriteGenres": ["drama"], "watchedVideos": ["a-pipa-2026"]}},
    {"v": 1, "type": "acted", "seq": 3, "ok": True},
    {"v": 1, "type": "acted", "seq": 4, "ok": False, "reason": "out-of-range"},
    {"v": 1, "type": "stop"},
    {"v": 1, "type": "ping"},
)  # fmt: skip
ENDS = ("done", "error", "rate_limited")


@pytest.fixture
def heard(app):
    """Every frame of a conversation that meets all there are, but a model's."""
    frames = []
    client = TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000))
    cookie = client.post("/api/session").cookies["bitaca_viewer"]
    with client.websocket_connect("/ws/chat", headers={"cookie": f"bitaca_viewer={cookie}"}) as socket:
        for frame in SAID:
            assert problems("client", frame) == [], frame
            socket.send_text(json.dumps(frame))
            if frame["type"] in ("acted", "stop", "ping"):
                continue
            frames.append(json.loads(socket.receive_text()))
            while frame["type"] != "hello" and frames[-1]["type"] not in ENDS:
                frames.append(json.loads(socket.receive_text()))
        socket.send_text("no frame")
        frames.append(json.loads(socket.receive_text()))
        for number in range(8):
            socket.send_text(json.dumps({"type": "message", "id": f"n{number}", "text": "oi"}))
        while frames[-1]["type"] != "rate_limited":
            frames.append(json.loads(socket.receive_text()))
    with client.websocket_connect("/ws/chat", headers={"cookie": f"bitaca_viewer={cookie}"}) as socket:
        socket.send_text(
            json.dumps({"type": "resume", "session": frames[0]["session"], "seq": frames[-1]["seq"]})
        )
        frames.append(json.loads(socket.receive_text()))
    return frames


def test_every_frame_of_a_live_conversation_is_of_the_protocol(heard):
    assert {frame["type"] for frame in heard} == {
        "hello",
        "cards",
        "delta",
        "action",
        "done",
        "error",
        "rate_limited",
    }
    for frame in heard:
        assert problems("server", frame) == [], frame
    assert heard[-1]["resumed"] is True and heard[-1]["said"]
    answered = [frame["id"] for frame in heard if frame["type"] == "done"]
    assert answered[:5] == ["m1", "m2", "m3", "m4", "m4"]
    kinds = {frame["id"]: frame["kind"] for frame in heard if frame["type"] == "error"}
    assert kinds == {"m6": "error", "m7": "unknown-message", None: "bad-frame"}


def test_a_models_sentence_is_of_the_protocol():
    assert problems("server", {"v": 1, "type": "more", "seq": 9, "id": "m1", "text": "É curto."}) == []


def broken(frames):
    """Yield each kind of frame with one thing wrong."""
    for frame in {frame["type"]: frame for frame in frames}.values():
        yield frame | {"surplus": 1}
        yield frame | {"type": "nonsense"}
        yield frame | {"seq": -1}
        yield frame | {"v": 2}
        for name in frame.keys() - {"text", "intent", "stopped", "citations", "links"}:
            yield {key: value for key, value in frame.items() if key != name}


def test_seeded_violations_of_the_server_are_reported(heard):
    count = 0
    for frame in broken(heard):
        assert problems("server", frame), frame
        count += 1
    assert count > 50
    card = next(frame for frame in heard if frame["type"] == "cards" and frame["cards"])
    assert problems("server", card | {"cards": [card["cards"][0] | {"year": "2026"}]})


@pytest.mark.parametrize(
    "frame",
    [{"type": "message", "id": "a b", "text": "x"}, {"type": "message", "id": "m", "text": ""},
     {"type": "message", "id": "m", "text": "x" * 1001}, {"type": "message", "text": "x"}, {"id": "m", "text": "x"},
     {"type": "edit", "id": "m", "text": "x"}, {"type": "retry", "id": "m"}, {"type": "resume", "seq": -1},
     {"type": "message", "id": "m", "text": "x", "player": {"position_s": -1}}, {"v": 2, "type": "ping"}, []],
)  # fmt: skip
def test_seeded_violations_of_a_page_are_reported(frame):
    assert problems("client", frame)


def test_the_committed_schemas_are_those_of_the_code():
    """Made by: python -m gradio_app.conversations.frames > docs/chat-protocol.schema.json"""
    assert json.loads(COMMITTED.read_text("utf-8")) == json.loads(json.dumps(schemas()))


async def test_the_schemas_are_served(client):
    assert (await client.get("/api/chat/protocol")).json() == json.loads(json.dumps(schemas()))


def test_the_document_names_every_frame_and_field():
    text = (ROOT / "docs" / "chat-protocol.md").read_text("utf-8")
    for model in (*CLIENT_FRAMES, *SERVER_FRAMES):
        for name in model.model_fields:
            assert f"`{name}`" in text or f"`{name}?`" in text, (model.__name__, name)
    for document in (schemas()["$defs"][model.__name__] for model in (*CLIENT_FRAMES, *SERVER_FRAMES)):
        kind = document["properties"]["type"]
        for name in kind.get("enum") or [kind["const"]]:
            assert f"`{name}`" in text
