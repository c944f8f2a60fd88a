"""What players tell: only what can be told again, of titles that play here, and not without end."""

import json

import pytest

from bitaca_core.viewers.store import REPORTS_MAX
from gradio_app.limits import WRITES_PER_VIEWER

from .conftest import say_http, serving

PLACE = {"title_id": "a-pipa-2026", "position_s": 20, "duration_s": 28}


def report(session="s" * 8, title="a-pipa-2026", **said):
    return {"session_id": session, "title_id": title, "report": said}


@pytest.mark.parametrize(
    "body",
    [
        '{"session_id": "ssssssss", "title_id": "a-pipa-2026", "report": {"x": NaN}}',
        '{"session_id": "ssssssss", "title_id": "a-pipa-2026", "report": {"x": [1, {"y": -Infinity}]}}',
        '{"session_id": "ssssssss", "title_id": "a-pipa-2026", "report": {"x": "\\ud800"}}',
        '{"session_id": "ssssssss", "title_id": "a-pipa-2026", "report": {"\\ud800": 1}}',
        '{"session_id": "ssssssss", "title_id": "a-pipa-2026", "report": {}, "\\ud800": 1}',
        '{"session_id": "ssssssss", "title_id": "a-pipa-2026", "report": [NaN]}',
    ],
)
async def test_what_is_no_json_is_refused_and_the_export_still_works(client, body):
    await client.post("/api/session")
    answer = await client.post(
        "/api/playback/report", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422 and answer.json()["error"]["kind"] == "bad-input"
    exported = await client.get("/api/viewer/export")
    assert exported.status_code == 200 and exported.json()["playback"] == []


async def test_nested_without_end_is_refused_too(client):
    await client.post("/api/session")
    deep = (
        '{"session_id": "ssssssss", "title_id": "a-pipa-2026", "report": {"x": '
        + "[" * 8000
        + "]" * 8000
        + "}}"
    )
    answer = await client.post(
        "/api/playback/report", content=deep, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (400, 422), "by the reader of JSON or by ours, whichever gives up first"


@pytest.mark.parametrize("title, status", [("a-pipa-2026", 204), ("longe-1999", 404), ("nada", 404)])
async def test_only_what_plays_here_is_reported_on(client, title, status):
    await client.post("/api/session")
    assert (await client.post("/api/playback/report", json=report(title=title))).status_code == status
    kept = (await client.get("/api/viewer/export")).json()["playback"]
    assert len(kept) == (status == 204)


async def test_the_latest_reports_of_a_viewer_are_kept(client, clock):
    await client.post("/api/session")
    for number in range(REPORTS_MAX + 5):
        clock.now += 1
        answer = await client.post("/api/playback/report", json=report(f"session-{number:02}", n=number))
        assert answer.status_code == 204
    kept = (await client.get("/api/viewer/export")).json()["playback"]
    assert sorted(row["report"]["n"] for row in kept) == list(range(5, REPORTS_MAX + 5))


async def test_writing_is_limited_by_viewer(client, client_from, clock):
    await client.post("/api/session")
    codes = [(await client.post("/api/progress", json=PLACE)).status_code for _ in range(WRITES_PER_VIEWER)]
    assert set(codes) == {204}
    limited = await client.post("/api/playback/report", json=report())
    assert limited.status_code == 429 and int(limited.headers["retry-after"]) >= 1
    async with client_from() as other:
        await other.post("/api/session")
        assert (await other.post("/api/progress", json=PLACE)).status_code == 204
    clock.now += 1
    assert (await client.post("/api/progress", json=PLACE)).status_code == 204


@pytest.mark.parametrize("path", ["/api/playback/report", "/m/x/a-pipa-2026/0123456789abcdef/master.m3u8"])
@pytest.mark.parametrize("size", [33_000, 70_000])
async def test_large_bodies_are_read_or_refused_in_words(app, settings, path, size):
    """Over a real connection: what reaches the app there has passed the server's own bounds."""
    async with serving(app, settings) as port:
        host = f"Host: 127.0.0.1:{port}\r\n".encode()
        session = await say_http(
            port, b"POST /api/session HTTP/1.1\r\nContent-Length: 0\r\n" + host + b"\r\n"
        )
        token = json.loads(session.body)["token"].encode()
        body = json.dumps(report(x="")).encode()
        body = json.dumps(report(x="y" * (size - len(body)))).encode()
        assert len(body) == size
        head = (
            b"POST " + path.encode() + b" HTTP/1.1\r\n" + host + b"Authorization: Bearer " + token + b"\r\n"
            b"Content-Type: application/json\r\nContent-Length: " + str(size).encode() + b"\r\n\r\n"
        )  # fmt: skip
        answer = await say_http(port, head + body)
        if size > 65_536:
            assert answer.status == 413 and json.loads(answer.body)["error"]["kind"] == "too-large"
        else:
            assert answer.status == (204 if path.startswith("/api/") else 405)
