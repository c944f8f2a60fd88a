"""Who may be served, over what, and what is printed."""

import asyncio
import contextlib
import socket
import ssl

import pytest

from bitaca_core.errors import InputError, WorkError
from bitaca_core.settings import Settings
from gradio_app import protocol, server


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
        server.check_exposure(settings(tmp_path, host=host, operator_token="x"))
    server.check_exposure(settings(tmp_path, host=host, operator_token="x"), tls=True)
    server.check_exposure(settings(tmp_path, host=host, operator_token="x", trusted_proxies="10.0.0.1"))


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
    import uvicorn

    monkeypatch.setattr(protocol, "REQUEST_TIMEOUT_S", 0.3)

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    options = server.uvicorn_options(settings(tmp_path)) | {"lifespan": "off"}
    listener = server.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    running = uvicorn.Server(uvicorn.Config(app, **options))
    task = asyncio.create_task(running.serve(sockets=[listener]))
    try:
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
            assert answered == b"" or beginning.startswith(b"POST")
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await asyncio.wait_for(reader.readuntil(b"ok"), 10)).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.6)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await asyncio.wait_for(reader.readuntil(b"ok"), 10)).startswith(b"HTTP/1.1 200")
        writer.close()
    finally:
        running.should_exit = True
        await task
