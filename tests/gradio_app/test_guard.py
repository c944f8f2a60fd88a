"""The outermost layer: headers, origins, bounds, operator, logs."""

import datetime
import json
import logging

import pytest

from gradio_app import server
from gradio_app.guard import MAX_BODY_BYTES
from gradio_app.shell import open_shell_route

from .conftest import OPERATOR_TOKEN

PAGES = ["/", "/title/a-pipa-2026", "/watch/a-pipa-2026", "/watch/longe-1999", "/privacidade", "/conversas", "/reports",
         "/operator", "/nada", "/app", "/api/status", "/healthz"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_has_the_strict_policy(client, path):
    answer = await client.get(path, headers={"accept": "text/html"})
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["base-uri"] == "'self'" and policy["object-src"] == "'none'"
    assert "'unsafe-inline'" not in policy["style-src"] or path == "/app"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    if "text/html" in answer.headers["content-type"]:
        assert "<script>" not in answer.text and "javascript:" not in answer.text
        assert " style=" not in answer.text and " onclick=" not in answer.text


async def test_allowed_origin_may_call_and_a_third_may_not(stranger):
    second = {"Origin": "https://parceiro.example"}
    third = {"Origin": "https://terceiro.example"}
    same = {"Origin": "http://bitaca.example:8000"}
    answer = await stranger.get("/api/status", headers=second)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://parceiro.example"
    assert "access-control-allow-credentials" not in answer.headers
    refused = await stranger.get("/api/status", headers=third)
    assert refused.status_code == 403 and refused.json()["error"]["kind"] == "origin"
    assert "access-control-allow-origin" not in refused.headers
    assert (await stranger.post("/api/session", headers=third)).status_code == 403
    assert (await stranger.post("/api/session", headers={"Origin": "null"})).status_code == 403
    own = await stranger.post("/api/session", headers=same)
    assert own.status_code == 200 and "access-control-allow-origin" not in own.headers


async def test_preflight(stranger):
    headers = {"Origin": "https://parceiro.example", "Access-Control-Request-Method": "POST"}
    answer = await stranger.options("/api/chat/message", headers=headers)
    assert answer.status_code == 204
    assert "authorization" in answer.headers["access-control-allow-headers"]
    headers["Origin"] = "https://terceiro.example"
    assert (await stranger.options("/api/chat/message", headers=headers)).status_code == 403


async def test_any_page_may_load_built_files_and_ask_nothing(stranger):
    for origin in ("https://parceiro.example", "https://alheio.example", "null"):
        for path in ("/static/chat-derona.js", "/static/player/bitaca-player.js", "/static/icon.svg"):
            answer = await stranger.get(path, headers={"Origin": origin})
            assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
            assert "set-cookie" not in answer.headers and "origin" not in answer.headers.get("vary", "")
    for path in ("/posters/longe-1999", "/api/session", "/staticx"):
        answer = await stranger.post(path, headers={"Origin": "https://alheio.example"})
        assert answer.status_code == 403 and "access-control-allow-origin" not in answer.headers


async def test_listed_origins_do_not_reach_operator_pages(client):
    assert (await client.get("/reports", headers={"Origin": "https://parceiro.example"})).status_code == 403


async def test_body_bounds(client):
    big = b'{"message": "' + b"a" * MAX_BODY_BYTES + b'"}'
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/chat/message", content=big, headers=headers)
    assert answer.status_code == 413 and answer.json()["error"]["kind"] == "too-large"

    async def drip():
        for _ in range(70):
            yield b"a" * 1024

    answer = await client.post("/api/chat/message", content=drip(), headers=headers)
    assert answer.status_code == 413
    assert (await client.get("/api/search?q=" + "a" * 5000)).status_code == 413


async def test_operator_pages_need_the_token_from_elsewhere(client, stranger):
    assert (await client.get("/reports")).status_code == 200
    assert (await stranger.get("/reports")).status_code == 403
    bearer = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
    assert (await stranger.get("/reports", headers=bearer)).status_code == 200
    assert (await stranger.get("/reports", headers={"Authorization": "Bearer errada"})).status_code == 403
    assert "work" not in (await stranger.get("/api/status")).json()
    assert "work" in (await stranger.get("/api/status", headers=bearer)).json()


async def test_operator_signs_in_once(stranger):
    assert (await stranger.post("/operator", data={"token": "errada"})).status_code == 403
    answer = await stranger.post("/operator", data={"token": OPERATOR_TOKEN})
    assert answer.status_code == 303 and "httponly" in answer.headers["set-cookie"].lower()
    assert (await stranger.get("/reports")).status_code == 200


async def test_loopback_by_another_name_is_not_the_operator(client_from):
    """A page that rebinds its own name to 127.0.0.1 calls from loopback, with its own name as host."""
    async with client_from("127.0.0.1", "http://rebind.example:8000") as client:
        assert (await client.get("/reports")).status_code == 403


@pytest.mark.parametrize(
    "path, is_open",
    [
        ("/app/", True),
        ("/app/config", True),
        ("/app/assets/index-1.js", True),
        ("/app/gradio_api/queue/join", True),
        ("/app/gradio_api/upload", False),
        ("/app/upload", False),
        ("/app/monitoring", False),
        ("/app/monitoring/summary", False),
        ("/app/gradio_api/proxy=http://169.254.169.254/", False),
        ("/app/assets/proxy=http://x/", False),
        ("/app/gradio_api/file=/etc/passwd", False),
        ("/app/gradio_api/info", True),
        ("/app/gradio_api/runs", False),
        ("/app/gradio_api/openapi.json", False),
        ("/app/static/../../x", False),
    ],
)
async def test_closed_shell_routes(client, path, is_open):
    assert open_shell_route(path) is is_open
    if not is_open and ".." not in path:
        assert (await client.get(path)).status_code == 404


async def test_log_lines_carry_no_secrets(client, caplog):
    caplog.set_level(logging.INFO, logger="bitaca.access")
    found = (await client.get("/api/playback/a-pipa-2026")).json()
    await client.get(found["hls"])
    cookie = client.cookies["bitaca_viewer"]
    lines = [json.loads(record.message) for record in caplog.records if record.name == "bitaca.access"]
    assert lines[-1]["path"] == "/m/***/a-pipa-2026/0123456789abcdef/master.m3u8"
    assert {"id", "status", "ms", "method", "client", "bytes"} <= lines[-1].keys()
    token = found["hls"].split("/")[2]
    assert all(token not in line and cookie not in line for line in map(json.dumps, lines))


async def test_a_log_line_is_json_after_redaction_and_says_when(client, caplog):
    with caplog.at_level(logging.INFO, logger="bitaca.access"):
        await client.get("/api/status")
    line = json.loads(server.RedactingFormatter("%(message)s").format(caplog.records[-1]))
    assert datetime.datetime.fromisoformat(line["t"]).tzinfo is not None and line["status"] == 200


@pytest.mark.parametrize(
    "address, network",
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48")],
)
async def test_the_log_knows_the_network_and_not_the_caller(client_from, caplog, address, network):
    caplog.set_level(logging.INFO, logger="bitaca.access")
    async with client_from(address, "http://bitaca.example") as client:
        for path in ("/", "/nada", "/api/status"):
            await client.get(path)
        await client.get("/api/status", headers={"Origin": "https://terceiro.example"})
    lines = [record.message for record in caplog.records if record.name == "bitaca.access"]
    assert len(lines) == 4 and all(json.loads(line)["client"] == network for line in lines)
    assert address not in caplog.text


@pytest.fixture
def loggers_as_before():
    """Give every logger back what a test changed of it."""
    touched = [
        logging.getLogger(name) for name in (None, "bitaca.access", "httpx", "uvicorn.error", "asyncio")
    ]
    before = [(found.handlers[:], found.level, found.propagate) for found in touched]
    yield
    for found, (handlers, level, propagate) in zip(touched, before, strict=True):
        found.handlers[:], found.propagate = handlers, propagate
        found.setLevel(level)


def test_the_server_writes_its_log_for_its_owner_only(tmp_path, loggers_as_before):
    server.configure_logs("info", tmp_path / "state" / "app.log")
    access = logging.getLogger("bitaca.access")
    access.info("{}")
    access.handlers[0].close()
    assert (tmp_path / "state" / "app.log").stat().st_mode & 0o777 == 0o600


async def test_unexpected_failures_are_readable_and_numbered(client, services):
    def broken(*_):
        raise RuntimeError("secret detail")

    services.progress = broken
    answer = await client.get("/api/home")
    assert answer.status_code == 500 and "secret" not in answer.text
    assert answer.json()["error"]["message"] == answer.headers["x-request-id"]
    page = await client.get("/", headers={"accept": "text/html"})
    assert page.status_code == 500 and page.headers["x-request-id"] in page.text
