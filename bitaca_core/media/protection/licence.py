"""Clear Key licences: what a browser asks for and what it is given (pure).

References
----------
Encrypted Media Extensions, "Clear Key": License Request Format, License Format.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from bitaca_core.errors import InputError

MAX_REQUEST_BYTES = 16 * 1024
MAX_KIDS = 256
"""In one request: a title has four keys, of AES-128 a rendition has one a turn."""
KID_BYTES = 16


def wanted(body: bytes) -> list[bytes]:
    """Return the key identifiers that a request names, each once.

    Raises
    ------
    InputError
        It is no request of Clear Key; the message never repeats it.
    """
    if len(body) > MAX_REQUEST_BYTES:
        raise InputError(f"a licence request has at most {MAX_REQUEST_BYTES} bytes", kind="licence")
    try:
        kids = json.loads(body)["kids"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError("no Clear Key licence request: expected JSON with `kids`", kind="licence") from None
    if not isinstance(kids, list) or not 0 < len(kids) <= MAX_KIDS:
        raise InputError(f"`kids` must list 1 to {MAX_KIDS} key identifiers", kind="licence")
    return list(dict.fromkeys(_kid(kid) for kid in kids))


def licence(keys: Mapping[bytes, bytes]) -> bytes:
    """Return a licence of these keys by identifier: a JSON Web Key set."""
    entries = [{"kty": "oct", "kid": encoded(kid), "k": encoded(key)} for kid, key in keys.items()]
    return json.dumps({"keys": entries, "type": "temporary"}).encode()


def encoded(data: bytes) -> str:
    """Return unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _kid(text: object) -> bytes:
    if isinstance(text, str) and len(text) <= 24:
        try:
            kid = base64.b64decode(text.rstrip("=") + "==", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            kid = b""
        if len(kid) == KID_BYTES:
            return kid
    raise InputError("a key identifier is 16 bytes in base64url", kind="licence")
