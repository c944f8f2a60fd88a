"""Who may be served, over what, and what is printed."""

import asyncio
import contextlib
import logging
import os
import socket
import ssl

import pytest

from bitaca_core.errors import InputError, WorkError
from bitaca_core.settings import Settings
from gradio_app import protocol, server

from .conftest import say_http, serving

TOKEN = "0123456789abcdef"


def settings(tmp_path, **more):
    return Settings(home=tmp_path, **more)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.1.9"])
def test_loopback_needs_nothing(tmp_path, host):
    server.check_exposure(settings(tmp_path, host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.4", "bitaca.example"])
def test_another_host_needs_a_token_and_tls_or_a_proxy(tmp_path, host):
    with pytest.raises(InputError, match="operator token"):
        server.check_exposure(settings(tmp_path, host=host), tls=True)
    with pytest.raises(InputError, match="plain text"):
        server.check_exposure(settings(tmp_path, host=host, operator_token=TOKEN))
    server.check_exposure(settings(tmp_path, host=host, operator_token=TOKEN), tls=True)
    server.check_exposure(settings(tmp_path, host=host, operator_token=TOKEN, trusted_proxies="10.0.0.1"))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize("token", ["a", "0123456789abcde"])
def test_a_token_that_can_be_guessed_is_refused_everywhere(tmp_path, host, token):
    with pytest.raises(InputError, match=f"has {len(token)} characters, expected at least 16") as caught:
        server.check_exposure(settings(tmp_path, host=host, operator_token=token), tls=True)
    assert "openssl rand -hex 16" in caught.value.hint
    server.check_exposure(settings(tmp_path, operator_token=""))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_unreadable_proxies_are_refused_before_anything_is_served(tmp_path, host):
    unreadable = settings(tmp_path, host=host, operator_token=TOKEN, trusted_proxies="10.0.0.1, nginx")
    with pytest.raises(InputError, match="nginx"):
        server.check_exposure(unreadable, tls=True)
    with pytest.raises(InputError, match="nginx"):
        server.serve(unreadable, tls=True)


def test_certificate_is_made_once_and_serves(tmp_path):
    certificate, key = server.ensure_certificate(tmp_path / "keys", "127.0.0.1")
    assert key.stat().st_mode & 0o777 == 0o600
    first = server.fingerprint(certificate)
    assert len(first.split(":")) == 32
    server.ensure_certificate(tmp_path / "keys", "127.0.0.1")
    assert server.fingerprint(certificate) == first
    server.ensure_certificate(tmp_path / "keys", "outra.example")
    assert server.fingerprint(certificate) != first, "made anew for another name"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)


def test_a_taken_port_says_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(WorkError, match="cannot listen") as caught:
            server.listen("127.0.0.1", taken.getsockname()[1])
        assert "--port" in str(caught.value.hint)


def test_printed_addresses(monkeypatch):
    monkeypatch.setattr(server, "lan_address", lambda: "192.168.0.4")
    assert server.address_lines("127.0.0.1", 8000, False) == ["Bitaca Play: http://127.0.0.1:8000"]
    lines = server.address_lines("0.0.0.0", 8000, True)
    assert lines == ["Bitaca Play: https://127.0.0.1:8000", "on this network: https://192.168.0.4:8000"]


async def test_half_sent_requests_are_hung_up_on(tmp_path, monkeypatch):
    """A client that never finishes its request is cut off; a finished one keeps its connection."""
    monkeypatch.setattr(protocol, "REQUEST_TIMEOUT_S", 0.3)
    async with serving(hears_all, settings(tmp_path)) as port:
        for beginning in (
            b"",
            b"GET / HTTP/1.1\r\nHost: x\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(beginning)
            answered = b""
            with contextlib.suppress(ConnectionResetError):  # aborted: that is the point
                answered = await asyncio.wait_for(reader.read(), 10)
            assert answered == b""
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await asyncio.wait_for(reader.readuntil(b"0 heard"), 10)).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.6)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await asyncio.wait_for(reader.readuntil(b"0 heard"), 10)).startswith(b"HTTP/1.1 200")
        writer.close()


async def hears_all(scope, receive, send):
    """Read a request to its end and say how many bytes its body had."""
    heard, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        heard += len(message["body"])
        more = message["more_body"]
    body = f"{heard} heard".encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("size", [33_000, 70_000, 300_000])
async def test_a_body_is_no_header_however_it_arrives(tmp_path, size):
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
    async with serving(hears_all, settings(tmp_path)) as port:
        answer = await say_http(port, head + b"x" * size)
        assert (answer.status, answer.body) == (200, f"{size} heard".encode())
        # In one write with the next request behind it, whose headers are counted anew.
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(2 * (head + b"x" * size) + b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n")
        for heard in (size, size, 0):
            answered = await asyncio.wait_for(reader.readuntil(f"\r\n\r\n{heard} heard".encode()), 20)
            assert answered.startswith(b"HTTP/1.1 200")
        writer.close()


@pytest.mark.parametrize("over", [0, 100_000])
async def test_headers_are_bounded_and_the_refusal_says_so(tmp_path, over):
    begun = b"GET / HTTP/1.1\r\nHost: x\r\nX: "
    endless = begun + b"y" * (protocol.MAX_HEADER_BYTES - len(begun) + over)
    async with serving(hears_all, settings(tmp_path)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answered = b""
        with contextlib.suppress(ConnectionError):
            writer.write(endless)
            answered = await asyncio.wait_for(reader.read(), 20)
        # What is left unread resets the connection, which may overtake the words.
        assert answered.startswith(b"HTTP/1.1 431") or (over and not answered)
        writer.close()
        assert (await say_http(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")).status == 200


def test_the_access_log_is_private_and_lasts_a_week(tmp_path):
    now = 1_800_000_000.0
    day_s = 86_400
    old = tmp_path / "app.log.1"
    old.write_text("of an older release")
    os.utime(old, (now - 8 * day_s, now - 8 * day_s))
    clock = [now]
    handler = server.AccessLog(tmp_path / "app.log", clock=lambda: clock[0])
    assert not old.exists()
    for _ in range(12):
        handler.emit(logging.makeLogRecord({"msg": "a line"}))
        os.utime(tmp_path / "app.log", (clock[0], clock[0]))
        clock[0] += day_s
    handler.close()
    found = sorted(tmp_path.iterdir())
    assert len(found) == server.ACCESS_LOG_DAYS
    assert [file.stat().st_mode & 0o777 for file in found] == [0o600] * len(found)
    assert all(file.read_text() == "a line\n" for file in found)


def test_a_day_of_noise_does_not_fill_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "ACCESS_LOG_BYTES", 100)
    (tmp_path / "app.log").write_text("")
    (tmp_path / "app.log").chmod(0o644)
    handler = server.AccessLog(tmp_path / "app.log")
    for _ in range(100):
        handler.emit(logging.makeLogRecord({"msg": "x" * 50}))
    handler.close()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 2 * 200
    assert (tmp_path / "app.log").stat().st_mode & 0o777 == 0o600
