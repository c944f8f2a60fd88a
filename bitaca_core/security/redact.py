"""What a log may say: no tokens, no cookies, no personal numbers."""

from __future__ import annotations

import re

from bitaca_core.security.personal import redact_personal

_MEDIA = re.compile(r"/m/[^/\s\"']+")
_QUERY = re.compile(r"(?i)([?&](?:token|ticket|key|access_token|session|operator)=)[^&\s\"']*")
_HEADER = re.compile(r"(?i)\b(authorization: *bearer|authorization:|bearer|cookie:)\s*[^\s\"',;]+")
_SIGNED = re.compile(r"\b[A-Za-z0-9_-]{1,128}(?:\.[A-Za-z0-9_-]{1,128}){1,3}\.[A-Za-z0-9_-]{43}\b")


def redact(text: str) -> str:
    """Return `text` without signed tokens, credentials or personal identifiers."""
    text = _MEDIA.sub("/m/***", text)
    text = _QUERY.sub(r"\1***", text)
    text = _HEADER.sub(r"\1 ***", text)
    text = _SIGNED.sub("***", text)
    return redact_personal(text)
