"""Derona over WebSocket and POST: order of frames, resuming, stopping, limits, bounds."""

import json

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from gradio_app.chat import Conversations, pieces

from .conftest import FakeClock

COOKIE = "bitaca_viewer"


@pytest.fixture
def browser(app):
    """A blocking client with cookies that speaks WebSocket; no lifespan, the services are loaded."""
    made = TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000))
    signed_in(made)
    return made


def signed_in(client):
    """Take the cookie as a browser does; the test client would not send it over `ws:`."""
    cookie = client.post("/api/session").cookies[COOKIE]
    client.headers["cookie"] = f"{COOKIE}={cookie}"


def hello(socket, **more):
    socket.send_text(json.dumps({"v": 1, "type": "hello", **more}))
    return json.loads(socket.receive_text())


def ask(socket, text, id_="m1", **more):
    socket.send_text(json.dumps({"v": 1, "type": "message", "id": id_, "text": text, **more}))


def until(socket, last="done"):
    frames = [json.loads(socket.receive_text())]
    while frames[-1]["type"] != last:
        frames.append(json.loads(socket.receive_text()))
    return frames


def test_cards_come_before_words_and_the_words_are_whole(browser):
    with browser.websocket_connect("/ws/chat") as socket:
        first = hello(socket)
        assert first["type"] == "hello" and first["text"] == "oi" and first["resumed"] is False
        ask(socket, "animes de ação")
        frames = until(socket)
    kinds = [frame["type"] for frame in frames]
    assert kinds[0] == "cards" and kinds[-1] == "done" and set(kinds[1:-1]) == {"delta"}
    assert all(frame["v"] == 1 and frame["id"] == "m1" for frame in frames)
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert "".join(frame["text"] for frame in frames[1:-1]) == frames[-1]["text"]
    card = frames[0]["cards"][0]
    assert card["watch_url"] == "/watch/a-pipa-2026" and card["duration"] == "28 s"
    assert {"title_id", "title", "year", "poster", "reason", "playable"} <= card.keys()


def test_actions_and_the_playhead(browser, services):
    player = {"title_id": "a-pipa-2026", "position_s": 12.5, "paused": False}
    with browser.websocket_connect("/ws/chat") as socket:
        hello(socket)
        ask(socket, "pausa", player=player)
        frames = until(socket)
    assert [frame["type"] for frame in frames][:2] == ["cards", "action"]
    assert frames[1]["action"] == "pause"
    heard = services.assistant.heard[-1]["player"]
    assert (heard.title_id, heard.position_s, heard.paused) == ("a-pipa-2026", 12.5, False)


def test_a_lost_connection_gets_what_it_missed_once(browser):
    with browser.websocket_connect("/ws/chat") as socket:
        session = hello(socket)["session"]
        ask(socket, "um")
        seen = until(socket)
    with browser.websocket_connect("/ws/chat") as socket:
        socket.send_text(json.dumps({"v": 1, "type": "resume", "session": session, "seq": 2}))
        again = json.loads(socket.receive_text())
        assert again["resumed"] is True and again["session"] == session
        assert until(socket) == seen[2:]


def test_nobody_resumes_a_strangers_conversation(app, browser):
    with browser.websocket_connect("/ws/chat") as socket:
        session = hello(socket)["session"]
    other = TestClient(app, base_url="http://127.0.0.1:8000")
    signed_in(other)
    with other.websocket_connect("/ws/chat") as socket:
        again = hello(socket, session=session)
        assert again["resumed"] is False and again["session"] != session


def test_the_next_page_knows_what_was_said_and_a_stranger_does_not(app, browser):
    with browser.websocket_connect("/ws/chat") as socket:
        assert hello(socket)["said"] == []
        ask(socket, "animes de ação")
        answer = until(socket)[-1]["text"]
    with browser.websocket_connect("/ws/chat") as socket:
        said = hello(socket)["said"]
    assert said == [{"role": "viewer", "text": "animes de ação"}, {"role": "derona", "text": answer}]
    other = TestClient(app, base_url="http://127.0.0.1:8000")
    signed_in(other)
    with other.websocket_connect("/ws/chat") as socket:
        assert hello(socket)["said"] == []


def test_the_eleventh_message_is_told_when_to_come_back(browser, clock):
    with browser.websocket_connect("/ws/chat") as socket:
        hello(socket)
        for number in range(10):
            ask(socket, "oi", f"m{number}")
            until(socket)
        ask(socket, "oi", "m10")
        limited = json.loads(socket.receive_text())
        assert limited["type"] == "rate_limited" and limited["id"] == "m10"
        assert 5900 <= limited["retry_ms"] <= 6001
        clock.now += 6.1
        ask(socket, "oi", "m11")
        assert until(socket)[-1]["id"] == "m11"


@pytest.mark.parametrize(
    "frame",
    ["not json", "[]", '{"type":"message"}', '{"type":"message","id":"a b","text":"x"}',
     '{"type":"message","id":"m","text":""}',
     json.dumps({"type": "message", "id": "m", "text": "a" * 1001}),
     json.dumps({"type": "message", "id": "m", "text": "x", "player": {"position_s": -1}}), "x" * 20_000],
)  # fmt: skip
def test_bad_frames_are_named_and_the_line_stays(browser, frame):
    with browser.websocket_connect("/ws/chat") as socket:
        hello(socket)
        socket.send_text(frame)
        answer = json.loads(socket.receive_text())
        assert answer["type"] == "error" and answer["kind"] == "bad-frame"
        ask(socket, "oi")
        assert until(socket)[-1]["type"] == "done"


def test_a_failing_reply_is_an_error_frame_with_a_number(browser):
    with browser.websocket_connect("/ws/chat") as socket:
        hello(socket)
        ask(socket, "quebra")
        answer = json.loads(socket.receive_text())
        assert answer["type"] == "error" and "broken" not in answer["message"]
        ask(socket, "oi", "m2")
        assert until(socket)[-1]["type"] == "done"


def test_guests_and_tickets(app, browser):
    ticket = browser.post("/api/session").json()["ticket"]
    bare = TestClient(app, base_url="http://127.0.0.1:8000")
    with bare.websocket_connect("/ws/chat") as socket:
        assert hello(socket)["type"] == "hello"
    with bare.websocket_connect(f"/ws/chat?ticket={ticket}") as socket:
        assert hello(socket)["type"] == "hello"
    with pytest.raises(WebSocketDisconnect), bare.websocket_connect(f"/ws/chat?ticket={ticket}"):
        pass  # a ticket is good once


def test_foreign_pages_cannot_open_the_line(browser):
    with (
        pytest.raises(WebSocketDisconnect),
        browser.websocket_connect("/ws/chat", headers={"Origin": "https://terceiro.example"}),
    ):
        pass
    with browser.websocket_connect("/ws/chat", headers={"Origin": "https://parceiro.example"}) as socket:
        assert hello(socket)["type"] == "hello"


async def test_post_takes_cookie_or_token(client, client_from):
    assert (await client.post("/api/chat/message", json={"message": "oi"})).status_code == 401
    session = (await client.post("/api/session")).json()
    assert session["token_type"] == "Bearer"
    body = {
        "message": "animes",
        "context": {"favoriteGenres": ["acao"], "watchedVideos": [], "currentVideo": "a-pipa-2026"},
    }
    by_cookie = await client.post("/api/chat/message", json=body)
    assert by_cookie.status_code == 200
    async with client_from() as bare:
        headers = {"Authorization": f"Bearer {session['token']}"}
        by_token = (await bare.post("/api/chat/message", json=body, headers=headers)).json()
        assert by_token["recommendations"][0].keys() >= {
            "title_id", "title", "year", "poster", "reason", "playable", "watch_url"
        }  # fmt: skip
        bad = {"Authorization": f"Bearer {session['token'][:-1]}A"}
        if bad != headers:
            refused = await bare.post("/api/chat/message", json=body, headers=bad)
            assert refused.status_code == 401 and refused.json()["error"]["reason"] == "signature"


async def test_post_limit_and_bounds(client):
    await client.post("/api/session")
    codes = [(await client.post("/api/chat/message", json={"message": "oi"})).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    answer = await client.post("/api/chat/message", json={"message": "oi"})
    assert answer.json()["error"]["retry_ms"] > 0 and int(answer.headers["retry-after"]) >= 1
    assert (await client.post("/api/chat/message", json={"message": "a" * 1001})).status_code == 422
    assert (await client.post("/api/chat/message", json={})).status_code == 422


async def test_what_is_kept_has_no_personal_numbers(client, services, app):
    await client.post("/api/session")
    await client.post("/api/chat/message", json={"message": "meu cpf é 123.456.789-09, tem anime?"})
    app.state.context.conversations._pool.shutdown(wait=True)
    viewer = (await client.get("/api/viewer/export")).json()
    said = [line["text"] for line in viewer["messages"] if line["role"] == "viewer"]
    assert said == ["meu cpf é [cpf], tem anime?"]


def test_conversations_are_bounded(services):
    conversations = Conversations(services, FakeClock(), max_conversations=3)
    keys = [conversations.open("v", "pt").key for _ in range(5)]
    assert len(conversations) == 3
    assert conversations.find(keys[0], "v") is None and conversations.find(keys[4], "v") is not None
    conversations.forget("v")
    assert len(conversations) == 0
    conversations.close()


@pytest.mark.parametrize(
    "text", ["", "oi", "a" * 500, "uma frase com palavras " * 20, "fim \n\n de linha " * 9]
)
def test_pieces_join_to_the_text(text):
    assert "".join(pieces(text)) == text
