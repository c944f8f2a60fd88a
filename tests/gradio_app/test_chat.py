"""Derona over WebSocket and POST: order of frames, resuming, stopping, limits, bounds."""

import json
from contextlib import ExitStack
from itertools import count

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from gradio_app.chat import pieces
from gradio_app.conversations.registry import Conversations
from gradio_app.limits import FRAMES_PER_SOCKET, GUEST_SEATS, SOCKETS_OPENED_PER_ADDRESS

from .conftest import FakeClock, serving

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


def send(socket, frame):
    (socket.send_bytes if isinstance(frame, bytes) else socket.send_text)(frame)


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
    assert {"title_id", "title", "year", "poster", "reason", "playable", "arriving"} <= card.keys()
    assert (card["age_rating"], card["descriptors"]) == ("10", ["Violência leve"])


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
     json.dumps({"type": "message", "id": "m", "text": "x", "player": {"position_s": -1}}), "x" * 20_000,
     "[" * 8000, '{"a":' * 2700, '{"type":"message","id":"m","text":"\\ud800"}', "9" * 5000, b"\x00\xff", b""],
)  # fmt: skip
def test_bad_frames_are_named_and_the_line_stays(browser, caplog, frame):
    with browser.websocket_connect("/ws/chat") as socket:
        hello(socket)
        send(socket, frame)
        answer = json.loads(socket.receive_text())
        assert answer["type"] == "error" and answer["kind"] == "bad-frame"
        ask(socket, "oi")
        assert until(socket)[-1]["type"] == "done"
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("frame", [b"\x00\xff", "[" * 8000, "not json", '{"type":"hello","seq":-1}'])
def test_a_bad_first_frame_opens_a_conversation_and_is_named(browser, frame):
    with browser.websocket_connect("/ws/chat") as socket:
        send(socket, frame)
        assert json.loads(socket.receive_text())["type"] == "hello"
        answer = json.loads(socket.receive_text())
        assert answer["type"] == "error" and answer["kind"] == "bad-frame"
        ask(socket, "oi")
        assert until(socket)[-1]["type"] == "done"


async def test_binary_and_deep_frames_over_a_real_connection(app, settings, caplog):
    from websockets.asyncio.client import connect

    async with serving(app, settings) as port, connect(f"ws://127.0.0.1:{port}/ws/chat", proxy=None) as line:
        await line.send('{"v":1,"type":"hello"}')
        assert json.loads(await line.recv())["type"] == "hello"
        for frame in (b"\x00", "[" * 8000):
            await line.send(frame)
            assert json.loads(await line.recv())["kind"] == "bad-frame"
        await line.send('{"v":1,"type":"message","id":"m","text":"oi"}')
        assert json.loads(await line.recv())["type"] == "cards"
    assert "Traceback" not in caplog.text


def test_a_line_of_nothing_but_bad_frames_is_closed(browser):
    with browser.websocket_connect("/ws/chat") as socket:
        hello(socket)
        for _ in range(10):
            socket.send_bytes(b"x")
            assert json.loads(socket.receive_text())["kind"] == "bad-frame"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 1008


def test_a_failing_reply_is_an_error_frame_with_a_number(browser):
    with browser.websocket_connect("/ws/chat") as socket:
        hello(socket)
        ask(socket, "quebra")
        answer = json.loads(socket.receive_text())
        assert answer["type"] == "error" and "broken" not in answer["message"]
        ask(socket, "oi", "m2")
        assert until(socket)[-1]["type"] == "done"


def guest(app, address="203.0.113.9"):
    """A client without a cookie, calling from `address`."""
    return TestClient(app, base_url="http://bitaca.example:8000", client=(address, 5000))


NUMBERS = count()


def said(socket):
    """Say one thing; return the type of what comes back first, and read the answer to its end."""
    ask(socket, "oi", f"m{next(NUMBERS)}")
    first = json.loads(socket.receive_text())
    if first["type"] == "cards":
        until(socket)
    return first["type"]


@pytest.mark.parametrize(
    "addresses",
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2::a", "2001:db8:1:2:ffff::b"), ("203.0.113.9", "::ffff:203.0.113.9")],
)  # fmt: skip
def test_a_guest_who_hangs_up_has_said_what_it_said(app, addresses):
    first, again = addresses
    with guest(app, first).websocket_connect("/ws/chat") as socket:
        hello(socket)
        assert [said(socket) for _ in range(6)] == ["cards"] * 6
    with guest(app, again).websocket_connect("/ws/chat") as socket:
        hello(socket)
        assert [said(socket) for _ in range(5)] == ["cards"] * 4 + ["rate_limited"]
    with guest(app, "203.0.113.10").websocket_connect("/ws/chat") as socket:
        hello(socket)
        assert said(socket) == "cards"
    assert len(app.state.context.limits.seats) == 0


def test_guests_of_one_address_at_one_time_are_told_apart_up_to_a_number(app):
    with ExitStack() as stack:
        lines = [
            stack.enter_context(guest(app).websocket_connect("/ws/chat")) for _ in range(GUEST_SEATS + 1)
        ]
        for line in lines:
            hello(line)
        for line in lines[:GUEST_SEATS]:
            assert [said(line) for _ in range(10)] == ["cards"] * 10
        assert said(lines[0]) == "rate_limited"
        assert said(lines[-1]) == "rate_limited", "one guest more shares what the others have"


def test_a_guest_comes_back_to_its_conversation_and_to_no_others(app):
    with guest(app).websocket_connect("/ws/chat") as socket:
        session = hello(socket)["session"]
    for address, resumed in (("203.0.113.9", True), ("203.0.113.10", False)):
        with guest(app, address).websocket_connect("/ws/chat") as socket:
            assert hello(socket, session=session)["resumed"] is resumed


def test_opening_lines_is_limited_by_network(app, clock):
    codes = []
    for number in range(SOCKETS_OPENED_PER_ADDRESS + 1):
        client = guest(app, f"2001:db8:1:2::{number + 1:x}")
        try:
            with client.websocket_connect("/ws/chat"):
                codes.append(101)
        except WebSocketDisconnect as refused:
            codes.append(refused.code)
    assert codes == [101] * SOCKETS_OPENED_PER_ADDRESS + [1008]
    clock.now += 1
    with guest(app, "2001:db8:1:2::1").websocket_connect("/ws/chat") as socket:
        assert hello(socket)["type"] == "hello"
    with guest(app, "2001:db8:1:3::1").websocket_connect("/ws/chat") as socket:
        assert hello(socket)["type"] == "hello"


@pytest.mark.parametrize("frame", ['{"type":"ping"}', '{"type":"stop"}', '{"type":"hello"}'])
def test_frames_without_a_message_are_limited_too(browser, frame):
    with browser.websocket_connect("/ws/chat") as socket:
        hello(socket)
        for _ in range(FRAMES_PER_SOCKET):
            socket.send_text(frame)
        for _ in range(10):
            socket.send_text(frame)
            assert json.loads(socket.receive_text())["type"] == "rate_limited"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 1008


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


async def test_what_is_kept_has_no_personal_numbers(client):
    await client.post("/api/session")
    await client.post("/api/chat/message", json={"message": "meu cpf é 123.456.789-09, tem anime?"})
    viewer = (await client.get("/api/viewer/export")).json()
    said = [line["text"] for line in viewer["messages"] if line["role"] == "viewer"]
    assert said == ["meu cpf é [cpf], tem anime?"]


async def test_conversations_are_bounded(services):
    conversations = Conversations(services, FakeClock(), max_conversations=3)
    keys = [conversations.open("v", "pt").key for _ in range(5)]
    assert len(conversations) == 3
    assert conversations.find(keys[0], "v") is None and conversations.find(keys[4], "v") is not None
    await conversations.forget("v")
    assert len(conversations) == 0
    conversations.close()


@pytest.mark.parametrize(
    "text", ["", "oi", "a" * 500, "uma frase com palavras " * 20, "fim \n\n de linha " * 9]
)
def test_pieces_join_to_the_text(text):
    assert "".join(pieces(text)) == text
