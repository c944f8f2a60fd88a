"""The webhook: what is sent, how it is signed, what it may reach, and that nothing waits for it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bitaca_core.errors import InputError
from bitaca_core.media import webhook
from bitaca_core.media.webhook import Notice, Outbox, Target, addresses, deliver, public, target, tell

SECRET = "a secret of the operator"
NOTICE = Notice("published", "pipa", "0123456789abcdef", "published", "published as 0123456789abcdef")


class Receiver(HTTPServer):
    """Answers with `answers` in turn, the last one for ever, and keeps what it was sent."""

    def __init__(self, answers: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?x=1"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        answers = self.server.answers
        self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
        self.send_header("location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    server = Receiver(list(request.param))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def to(receiver: Receiver) -> Target:
    where = target(receiver.url, SECRET, private=True)
    assert where is not None
    return where


@pytest.mark.parametrize("receiver", [[204]], indirect=True)
def test_what_is_sent_is_signed(receiver: Receiver) -> None:
    assert deliver(to(receiver), NOTICE, clock=lambda: 1234.5)
    ((headers, body),) = receiver.got
    assert json.loads(body) == {
        "schema": 1, "event": "published", "title_id": "pipa", "package_id": "0123456789abcdef",
        "kind": "published", "message": "published as 0123456789abcdef", "sent_at": 1234,
    }  # fmt: skip
    assert headers["x-bitaca-timestamp"] == "1234"
    signed = hmac.new(SECRET.encode(), b"1234." + body, hashlib.sha256).hexdigest()
    assert headers["x-bitaca-signature"] == f"v1={signed}"
    assert len(headers["x-bitaca-delivery"]) == 32 and headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("receiver", "taken", "tries"),
    [
        ([500, 429, 200], True, 3),
        ([500], False, 3),
        ([400], False, 1),
        ([302], False, 1),
        ([408, 201], True, 2),
    ],
    indirect=["receiver"],
)
def test_tries(receiver: Receiver, taken: bool, tries: int, caplog: pytest.LogCaptureFixture) -> None:
    pauses: list[float] = []
    with caplog.at_level(logging.WARNING):
        assert deliver(to(receiver), NOTICE, pause=pauses.append) is taken
    assert len(receiver.got) == tries and pauses == [1.0, 2.0][: tries - 1]
    assert len({headers["x-bitaca-delivery"] for headers, _ in receiver.got}) == 1
    assert bool(caplog.records) is not taken
    assert SECRET not in caplog.text and "?x=1" not in caplog.text


def test_a_receiver_that_is_not_there_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = target(f"http://127.0.0.1:{free.getsockname()[1]}/", SECRET, private=True)
        assert where is not None and not deliver(where, NOTICE, pause=lambda _: None)
    assert "ConnectionRefusedError" in caplog.text


@pytest.mark.parametrize(
    ("url", "secret", "private", "said"),
    [
        ("http://example.org/", SECRET, False, "WEBHOOK_PRIVATE"),
        ("https://example.org/", "short", False, "WEBHOOK_SECRET"),
        ("https://example.org/", None, False, "WEBHOOK_SECRET"),
        ("https://me:pass@example.org/", SECRET, False, "without user"),
        ("file:///etc/passwd", SECRET, True, "https://host"),
        ("https://example.org:99999/", SECRET, False, "WEBHOOK_URL"),
        ("https://example.org/a\r\nX: y", SECRET, False, "plain ASCII"),
        ("https://[half", SECRET, False, "WEBHOOK_URL"),
    ],
)
def test_settings_that_cannot_be_used(url: str, secret: str | None, private: bool, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        target(url, secret, private)
    assert "pass" not in str(raised.value).replace("without user and password", "")


def test_no_address_no_target_and_no_secret_in_words() -> None:
    assert target(None, None) is None and target("", SECRET) is None
    where = target("https://example.org/in?key=abc", SECRET)
    assert where is not None and repr(where) == "Target(example.org:443)" and where.path == "/in?key=abc"


@pytest.mark.parametrize(
    "name",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1", "::"],
)  # fmt: skip
def test_private_addresses(name: str) -> None:
    assert not public(name)


@pytest.mark.parametrize("name", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_public_addresses(name: str) -> None:
    assert public(name)


def test_a_name_of_a_private_network_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, 443)) for name in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    where = target("https://example.org/", SECRET)
    assert where is not None
    with pytest.raises(PermissionError):
        addresses(where)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was connected to"))
    assert not deliver(where, NOTICE, pause=lambda _: pytest.fail("a second try"))
    allowed = target("https://example.org/", SECRET, private=True)
    assert allowed is not None and addresses(allowed) == ["1.1.1.1", "10.0.0.1"]


def test_putting_never_waits_and_a_failure_stops_nothing() -> None:
    let_go = threading.Event()
    sent: list[str] = []

    def slow(where: Target, notice: Notice) -> None:
        assert let_go.wait(30)
        sent.append(notice.title_id)
        if notice.title_id == "0":
            raise RuntimeError("a mistake of ours")

    where = target("https://example.org/", SECRET)
    assert where is not None
    outbox = Outbox(where, slow)
    began = time.monotonic()
    for number in range(webhook.WAITING + 50):
        outbox.put(Notice("failed", str(number), None, "media", "x"))
    assert not outbox.flush(0.05)
    assert time.monotonic() - began < 5
    let_go.set()
    assert outbox.flush(30)
    assert sent[:3] == ["0", "1", "2"] and webhook.WAITING <= len(sent) <= webhook.WAITING + 1


def test_a_bad_setting_is_logged_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    tell("http://example.org/", SECRET, False, NOTICE)
    assert "BITACA_WEBHOOK_URL" in caplog.text and SECRET not in caplog.text
    tell(None, None, False, NOTICE)
