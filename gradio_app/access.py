"""Who is calling: the viewer's cookie, an access token, a ticket; and whether it is the operator."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.responses import Response

from bitaca_core.errors import TokenError
from bitaca_core.security import tokens
from bitaca_core.security.keys import load_key
from bitaca_core.security.origin import caller_network, is_loopback_address, is_loopback_host
from bitaca_core.settings import Settings

VIEWER_COOKIE = "bitaca_viewer"
OPERATOR_COOKIE = "bitaca_operator"
HISTORY_COOKIE = "bitaca_history"
"""Repeats the profile's choice, so that it outlives the profile: whoever is forgotten stays opted out."""
COOKIE_LIFE_S = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""
OPERATOR_LIFE_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class Edge:
    """What the guard found out about a request before anything else saw it.

    `forwarded`: somebody stands between the caller and us, a declared proxy or one that says so of itself.
    """

    request_id: str
    client: str
    scheme: str
    host: str
    forwarded: bool

    @property
    def local(self) -> bool:
        """From this machine and for this machine: the name is checked too, against DNS rebinding.

        Never of a forwarded request: then the loopback address is the proxy's, or a word in a header.
        """
        return not self.forwarded and is_loopback_address(self.client) and is_loopback_host(self.host)

    @property
    def network(self) -> str:
        """What limits count the caller by."""
        return caller_network(self.client)


def edge_of(connection: HTTPConnection) -> Edge:
    """Return what the guard attached."""
    edge: Edge = connection.scope["bitaca.edge"]
    return edge


def opted_out(connection: HTTPConnection) -> bool:
    """Return whether this browser asked that no history be kept, whoever it is now."""
    return connection.cookies.get(HISTORY_COOKIE) == "off"


@dataclass
class Access:
    """Signs and reads everything that names a viewer or the operator.

    Keys are read at first use, so that composing the app touches no disk.
    """

    settings: Settings
    clock: Callable[[], float] = time.time
    tickets: tokens.Tickets = field(default_factory=tokens.Tickets)
    _keys: dict[str, bytes] = field(default_factory=dict)

    def key(self, name: str) -> bytes:
        if name not in self._keys:
            self._keys[name] = load_key(self.settings.paths.keys, name)
        return self._keys[name]

    # -- viewers

    def viewer_of(self, connection: HTTPConnection) -> str | None:
        """Return the viewer of the Bearer token (refused when bad) or the cookie (ignored when bad)."""
        authorization = connection.headers.get("authorization", "")
        if authorization[:7].lower() == "bearer ":
            return tokens.verify_viewer(self.key("viewer"), "access", authorization[7:].strip(), self.clock())
        cookie = connection.cookies.get(VIEWER_COOKIE)
        if not cookie:
            return None
        try:
            return tokens.verify_viewer(self.key("viewer"), "cookie", cookie, self.clock())
        except TokenError:
            return None  # an old or foreign cookie: the caller is simply somebody new

    def access_token(self, viewer_id: str) -> str:
        """Return a short-lived Bearer token."""
        expires_at = int(self.clock()) + self.settings.session_token_ttl_s
        return tokens.sign_viewer(self.key("viewer"), "access", viewer_id, expires_at)

    def remember(self, response: Response, viewer_id: str, edge: Edge) -> None:
        """Set the viewer's cookie: not readable by scripts, not sent by other sites' requests."""
        expires_at = int(self.clock()) + COOKIE_LIFE_S
        response.set_cookie(
            VIEWER_COOKIE,
            tokens.sign_viewer(self.key("viewer"), "cookie", viewer_id, expires_at),
            max_age=COOKIE_LIFE_S,
            httponly=True,
            samesite="lax",
            secure=edge.scheme == "https",
            path="/",
        )

    def remember_history(self, response: Response, keeps: bool, edge: Edge) -> None:
        """Set the cookie that repeats the viewer's choice about history."""
        response.set_cookie(
            HISTORY_COOKIE,
            "on" if keeps else "off",
            max_age=COOKIE_LIFE_S,
            httponly=True,
            samesite="lax",
            secure=edge.scheme == "https",
            path="/",
        )

    # -- media

    def media_token(self, viewer_id: str, title_id: str, package_id: str) -> tuple[str, int]:
        """Return `(token, expires_at)` for one package."""
        now, ttl = self.clock(), self.settings.media_token_ttl_s
        token = tokens.sign_media(self.key("media"), viewer_id, title_id, package_id, now, ttl)
        return token, tokens.media_expiry(now, ttl)

    # -- the operator

    def is_operator(self, connection: HTTPConnection) -> bool:
        """Return whether operator pages are open: from loopback, by token header, or by its cookie."""
        if edge_of(connection).local:
            return True
        secret = self.settings.operator_token
        if not secret:
            return False
        authorization = connection.headers.get("authorization", "")
        if authorization[:7].lower() == "bearer ":
            return self.operator_secret_is(authorization[7:].strip())
        cookie = connection.cookies.get(OPERATOR_COOKIE, "")
        try:
            name = tokens.verify_viewer(self._operator_key(), "operator", cookie, self.clock())
        except TokenError:
            return False
        return name == "operator"

    def operator_secret_is(self, given: str) -> bool:
        """Compare with the configured token in constant time."""
        secret = self.settings.operator_token
        return bool(secret) and hmac.compare_digest(given.encode(), str(secret).encode())

    def admit_operator(self, response: Response, edge: Edge) -> None:
        """Set the operator's cookie for half a day; a new operator token makes it worthless."""
        expires_at = int(self.clock()) + OPERATOR_LIFE_S
        response.set_cookie(
            OPERATOR_COOKIE,
            tokens.sign_viewer(self._operator_key(), "operator", "operator", expires_at),
            max_age=OPERATOR_LIFE_S,
            httponly=True,
            samesite="strict",
            secure=edge.scheme == "https",
            path="/",
        )

    def _operator_key(self) -> bytes:
        secret = (self.settings.operator_token or "").encode()
        return hmac.digest(self.key("viewer"), b"operator\n" + secret, "sha256")
