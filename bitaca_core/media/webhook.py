"""Tells another system what became of a title: a signed POST, sent beside the work and never in its way.

The body is JSON: `{schema, event: published|failed, title_id, package_id, kind, message, sent_at}`. It is signed as
`X-Bitaca-Signature: v1=<hex HMAC-SHA256 of "<timestamp>.<body>">` with `X-Bitaca-Timestamp`; a receiver compares in
constant time and refuses old timestamps. `X-Bitaca-Delivery` stays the same over tries, so that one is not counted
twice.

The address is the operator's own setting, and still it is looked at: the connection goes to the addresses that were
checked, never to what a second look-up gives; redirects are not followed; addresses of this machine and of private
networks, and plain http, need the setting BITACA_WEBHOOK_PRIVATE.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import http.client
import ipaddress
import json
import logging
import queue
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bitaca_core.errors import InputError

log = logging.getLogger(__name__)

SCHEMA = 1
TIMEOUT_S = 5.0
TRIES = 3
BACKOFF_S = 1.0
"""Before the second try; doubled before the third."""
WAITING = 256
"""Notices that wait to be sent; more are dropped, since a receiver that is down must not fill memory."""
LAST_WAIT_S = 5.0
"""How long the end of the process waits for notices under way."""
MESSAGE_CHARS = 1000
ANSWER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of a title. `kind` is the failure's, or "published"."""

    event: str
    title_id: str
    package_id: str | None
    kind: str
    message: str

    def body(self, sent_at: int) -> bytes:
        """Return the JSON that is sent and signed."""
        return json.dumps({
            "schema": SCHEMA, "event": self.event, "title_id": self.title_id, "package_id": self.package_id,
            "kind": self.kind, "message": self.message[:MESSAGE_CHARS], "sent_at": sent_at,
        }, ensure_ascii=False).encode()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where notices go, taken apart and checked; `secret` never shows."""

    host: str
    port: int
    path: str
    tls: bool
    private: bool
    secret: bytes

    def __repr__(self) -> str:
        return f"Target({self.host}:{self.port})"


def target(url: str | None, secret: str | None, private: bool = False) -> Target | None:
    """Return the target that the settings name, None when they name none.

    Raises
    ------
    InputError
        The address cannot be used, or there is no secret to sign with.
    """
    if not url:
        return None
    if not secret or len(secret) < 16:
        raise _setting("BITACA_WEBHOOK_SECRET", "16 characters or more, to sign with")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _setting("BITACA_WEBHOOK_URL", "an address like https://example.org/hook") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise _setting("BITACA_WEBHOOK_URL", "https://host/path, without user and password")
    if parts.scheme == "http" and not private:
        raise _setting("BITACA_WEBHOOK_URL", "https; plain http needs BITACA_WEBHOOK_PRIVATE")
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or any(character <= " " for character in path):
        raise _setting("BITACA_WEBHOOK_URL", "a path in plain ASCII")
    return Target(parts.hostname, port or (443 if tls else 80), path, tls, private, secret.encode())


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """Return the value of `X-Bitaca-Signature`."""
    return "v1=" + hmac.new(secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def addresses(where: Target) -> list[str]:
    """Return the IP addresses of the target that may be connected to.

    Raises
    ------
    OSError
        It has none, or one of them is of this machine or of a private network and that is not allowed.
    """
    found = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    names = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not where.private:
        for name in names:
            if not public(name):
                raise PermissionError(
                    "an address of a private network, which BITACA_WEBHOOK_PRIVATE must allow"
                )
    return names


def public(name: str) -> bool:
    """Return whether an IP address belongs to the open internet, also where it is an IPv4 one inside IPv6."""
    address = ipaddress.ip_address(name.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return public(str(inner))
        if address in NAT64:
            return public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address.is_global and not address.is_multicast


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052, "IPv6 Addressing of IPv4/IPv6 Translators": an IPv4 address in the last 32 bits."""


def post(where: Target, body: bytes, timestamp: int, delivery: str) -> int:
    """Send one notice once; return the status of the answer.

    Raises
    ------
    OSError, http.client.HTTPException
        It could not be sent or was not answered in time.
    """
    connection = _connect(where)
    try:
        connection.request("POST", where.path, body, {
            "Content-Type": "application/json",
            "User-Agent": "bitaca",
            "X-Bitaca-Delivery": delivery,
            "X-Bitaca-Timestamp": str(timestamp),
            "X-Bitaca-Signature": signature(where.secret, timestamp, body),
        })  # fmt: skip
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES)
        return answer.status
    finally:
        connection.close()


def _connect(where: Target) -> http.client.HTTPConnection:
    failure: OSError | None = None
    for name in addresses(where):
        try:
            plain = socket.create_connection((name, where.port), timeout=TIMEOUT_S)
        except OSError as error:
            failure = error
            continue
        connection = http.client.HTTPConnection(where.host, where.port, timeout=TIMEOUT_S)
        try:
            connection.sock = (
                ssl.create_default_context().wrap_socket(plain, server_hostname=where.host)
                if where.tls
                else plain
            )
        except OSError:
            plain.close()
            raise
        return connection
    raise failure or OSError("no address")


def deliver(
    where: Target,
    notice: Notice,
    *,
    clock: Callable[[], float] = time.time,
    pause: Callable[[float], None] = time.sleep,
    send: Callable[[Target, bytes, int, str], int] = post,
) -> bool:
    """Send a notice, up to three times; return whether it was taken (any 2xx).

    A 4xx other than 408 and 429 is a no that another try would not change.
    """
    delivery = secrets.token_hex(16)
    reason = ""
    for number in range(TRIES):
        if number:
            pause(BACKOFF_S * 2 ** (number - 1))
        timestamp = int(clock())
        try:
            status = send(where, notice.body(timestamp), timestamp, delivery)
        except (OSError, http.client.HTTPException) as error:
            reason = f"{type(error).__name__}: {error}"
            if isinstance(error, PermissionError):
                break
            continue
        if 200 <= status < 300:
            return True
        reason = f"answered {status}"
        if 300 <= status < 500 and status not in (408, 429):
            break
    log.warning("the webhook did not take that %s was %s: %s", notice.title_id, notice.event, reason)
    return False


class Outbox:
    """Sends notices one after the other in a thread of its own; `put` never waits and never fails."""

    def __init__(self, where: Target, deliver: Callable[[Target, Notice], object] = deliver) -> None:
        self._where = where
        self._deliver = deliver
        self._waiting: queue.Queue[Notice] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def put(self, notice: Notice) -> None:
        """Take a notice to be sent."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, name="webhook", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
        try:
            self._waiting.put_nowait(notice)
        except queue.Full:
            log.warning(
                "the webhook is not keeping up: not told that %s was %s", notice.title_id, notice.event
            )

    def flush(self, wait_s: float = LAST_WAIT_S) -> bool:
        """Wait, but not long, until all is sent; return whether it is."""
        ends_at = time.monotonic() + wait_s
        while self._waiting.unfinished_tasks and time.monotonic() < ends_at:
            time.sleep(0.02)
        return not self._waiting.unfinished_tasks

    def _send_all(self) -> None:
        while True:
            notice = self._waiting.get()
            try:
                self._deliver(self._where, notice)
            except Exception as error:  # ours or a library's mistake: the next notice must still go out
                log.warning("the webhook failed for %s: %s", notice.title_id, type(error).__name__)
            finally:
                self._waiting.task_done()


_outboxes: dict[Target, Outbox] = {}
_opening = threading.Lock()


def tell(url: str | None, secret: str | None, private: bool, notice: Notice) -> None:
    """Put a notice into the outbox of the address that the settings name; a bad setting is logged, never raised."""
    try:
        where = target(url, secret, private)
    except InputError as error:
        log.warning("%s", error)
        return
    if where is None:
        return
    with _opening:
        outbox = _outboxes.setdefault(where, Outbox(where))
    outbox.put(notice)


def _setting(name: str, expected: str) -> InputError:
    return InputError(f"{name} cannot be used: expected {expected}", kind="setting")
