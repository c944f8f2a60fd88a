"""HMAC tokens as canonical text: media paths, API access, viewer cookies, WebSocket tickets.

Every token is `<fields joined by dots>.<signature>`, ASCII, with exactly one spelling. The signature is
compared as text in constant time, so there is no second spelling of the same bytes (base64 padding bits,
upper-case hex) that would also pass.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from bitaca_core.errors import TokenError

SIGNATURE_CHARS = 43
"""Length of a SHA-256 digest in unpadded base64url."""

STABLE_S = 3600
"""A media token is the same text for this long, so that segments stay cached under one URL."""

TOKEN_MAX_CHARS = 256
"""Longer ones are refused unread."""

_FIELD = re.compile(r"[A-Za-z0-9_-]{1,128}")
_EXPIRY = re.compile(r"[1-9][0-9]{0,15}")
_TEXT = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class MediaClaims:
    """What a media token grants: one package of one title, to one viewer, until `expires_at` (Unix s)."""

    viewer_tag: str
    expires_at: int


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _sign(key: bytes, purpose: str, *parts: str) -> str:
    text = "\n".join((purpose, *parts)).encode("utf-8")
    return _base64url(hmac.new(key, text, hashlib.sha256).digest())


def _split(token: str, fields: int) -> list[str]:
    if len(token) > TOKEN_MAX_CHARS or not _TEXT.fullmatch(token):
        raise TokenError("malformed")
    parts = token.split(".")
    if len(parts) != fields + 1 or not all(_FIELD.fullmatch(part) for part in parts):
        raise TokenError("malformed")
    if len(parts[-1]) != SIGNATURE_CHARS:
        raise TokenError("malformed")
    return parts


def _check(given: str, expected: str) -> None:
    if not hmac.compare_digest(given.encode("ascii"), expected.encode("ascii")):
        raise TokenError("signature")


def _expiry(text: str) -> int:
    if not _EXPIRY.fullmatch(text):
        raise TokenError("malformed")
    return int(text)


# -- media paths -----------------------------------------------------------------------------------------


def viewer_tag(key: bytes, viewer_id: str) -> str:
    """Return what stands for the viewer in a URL: bound to them, and useless to whoever reads a log."""
    return _sign(key, "viewer-tag", viewer_id)[:12]


def media_expiry(now_s: float, ttl_s: int) -> int:
    """Return the expiry (Unix s) of tokens made in this hour: between `ttl_s` and `ttl_s` + 1 h away."""
    return (int(now_s) // STABLE_S + 1) * STABLE_S + ttl_s


def sign_media(key: bytes, viewer_id: str, title_id: str, package_id: str, now_s: float, ttl_s: int) -> str:
    """Return the token that opens `/m/<token>/<title_id>/<package_id>/…`; stable within the hour."""
    tag = viewer_tag(key, viewer_id)
    expires = str(media_expiry(now_s, ttl_s))
    scope = _scope(title_id, package_id)
    return f"{tag}.{expires}.{scope}.{_sign(key, 'media', tag, expires, title_id, package_id)}"


def verify_media(key: bytes, token: str, title_id: str, package_id: str, now_s: float) -> MediaClaims:
    """Return the claims of a token for this very package.

    Raises
    ------
    TokenError
        `malformed`, `path` (made for another title or package), `signature` or `expired`.
    """
    tag, expires, scope, signature = _split(token, 3)
    expires_at = _expiry(expires)
    if not hmac.compare_digest(scope, _scope(title_id, package_id)):
        raise TokenError("path")
    _check(signature, _sign(key, "media", tag, expires, title_id, package_id))
    if now_s >= expires_at:
        raise TokenError("expired")
    return MediaClaims(tag, expires_at)


def _scope(title_id: str, package_id: str) -> str:
    return hashlib.sha256(f"{title_id}/{package_id}".encode()).hexdigest()[:12]


# -- viewers: cookie, access token, ticket ---------------------------------------------------------------


def sign_viewer(key: bytes, purpose: str, viewer_id: str, expires_at: int) -> str:
    """Return a token that names a viewer for one purpose (`cookie`, `access`) until `expires_at` (Unix s)."""
    if not _FIELD.fullmatch(viewer_id):
        raise ValueError(f"viewer id {viewer_id!r} cannot stand in a token")
    return f"{viewer_id}.{expires_at}.{_sign(key, purpose, viewer_id, str(expires_at))}"


def verify_viewer(key: bytes, purpose: str, token: str, now_s: float) -> str:
    """Return the viewer id of a token made for `purpose`; raises TokenError with its reason otherwise."""
    viewer_id, expires, signature = _split(token, 2)
    expires_at = _expiry(expires)
    _check(signature, _sign(key, purpose, viewer_id, expires))
    if now_s >= expires_at:
        raise TokenError("expired")
    return viewer_id


class Tickets:
    """Single-use WebSocket tickets, for clients that cannot send a header with the upgrade.

    Parameters
    ----------
    ttl_s : int
        Life of an unused ticket, seconds.
    max_tickets : int
        Unused tickets kept; the oldest falls out first, so memory is bounded.
    """

    def __init__(self, ttl_s: int = 30, max_tickets: int = 20_000) -> None:
        self.ttl_s = ttl_s
        self.max_tickets = max_tickets
        self._open: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def issue(self, viewer_id: str, now_s: float) -> str:
        """Return a fresh ticket for `viewer_id`."""
        while self._open and (
            len(self._open) >= self.max_tickets or next(iter(self._open.values()))[1] <= now_s
        ):
            self._open.popitem(last=False)
        ticket = secrets.token_urlsafe(24)
        self._open[ticket] = (viewer_id, now_s + self.ttl_s)
        return ticket

    def redeem(self, ticket: str, now_s: float) -> str:
        """Return the viewer and burn the ticket; raises TokenError the second time, or when it is too old."""
        found = self._open.pop(ticket, None)
        if found is None:
            raise TokenError("unknown")
        viewer_id, expires_at = found
        if now_s >= expires_at:
            raise TokenError("expired")
        return viewer_id
