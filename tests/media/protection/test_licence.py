"""Requests and licences of Clear Key."""

from __future__ import annotations

import json

import pytest

from bitaca_core.errors import InputError
from bitaca_core.media.protection.licence import MAX_KIDS, encoded, licence, wanted

KID = bytes(range(16))


def request(*kids: object) -> bytes:
    return json.dumps({"kids": list(kids), "type": "temporary"}).encode()


def test_a_request_is_read() -> None:
    assert encoded(KID) == "AAECAwQFBgcICQoLDA0ODw"
    assert wanted(request(encoded(KID), encoded(bytes([255] * 16)), encoded(KID))) == [KID, bytes([255] * 16)]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"{", b"\xff", b"9" * 5000, b"[" * 20_000, request(), request(1), request("AAEC"),
     request("AAECAwQFBgcICQoLDA0OD*"), request(*["AAECAwQFBgcICQoLDA0ODw"] * (MAX_KIDS + 1)),
     json.dumps({"kids": {"a": 1}}).encode()],
)  # fmt: skip
def test_anything_else_is_refused_without_repeating_it(body: bytes) -> None:
    with pytest.raises(InputError) as refused:
        wanted(body)
    assert "AAEC" not in str(refused.value)


def test_a_licence() -> None:
    document = json.loads(licence({KID: bytes([1] * 16)}))
    assert document == {
        "keys": [{"kty": "oct", "kid": encoded(KID), "k": encoded(bytes([1] * 16))}], "type": "temporary",
    }  # fmt: skip
