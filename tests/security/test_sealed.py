"""What is sealed comes back from the private key alone; whatever was changed or is of another form is refused."""

import base64
import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.errors import InputError, SchemaError, WorkError
from bitaca_core.security import sealed
from bitaca_core.security.sealed import Envelope

KEYS = sealed.make("2026-11-27")
OTHER = sealed.make("2026-11-28")
MESSAGE = {"subject": "support", "text": "o filme não abre 😕", "contact": "ana@example.org"}


@pytest.mark.parametrize("suite", sealed.SUITES)
def test_only_the_private_key_opens_it(suite) -> None:
    envelope = sealed.seal(MESSAGE, KEYS.public, suite)
    assert sealed.open_(envelope, [OTHER, KEYS]) == MESSAGE
    assert b"filme" not in envelope.sealed and b"ana@" not in envelope.sealed
    assert sealed.seal(MESSAGE, KEYS.public, suite).sealed != envelope.sealed, "a fresh key each time"
    with pytest.raises(InputError, match="not here") as told:
        sealed.open_(envelope, [OTHER])
    assert told.value.kind == "key"


@given(at=st.integers(min_value=0, max_value=10_000), bit=st.integers(min_value=0, max_value=7))
def test_a_changed_bit_is_found(at, bit) -> None:
    envelope = sealed.seal(MESSAGE, KEYS.public)
    body = bytearray(envelope.sealed)
    body[at % len(body)] ^= 1 << bit
    changed = bytes(body)
    if at % len(body) == 31 and bit == 7:
        return  # the unused top bit of an X25519 key (RFC 7748, section 5): another spelling of the same key
    with pytest.raises(InputError, match="changed on the way"):
        sealed.open_(Envelope(envelope.kid, "x25519", changed), [KEYS])


@given(text=st.text(max_size=600), more=st.text(alphabet="abc", max_size=600))
def test_messages_of_like_length_look_alike(text, more) -> None:
    sizes = {len(sealed.seal({"text": one}, KEYS.public).sealed) for one in (text, text + more)}
    over = sealed.ENC_BYTES["x25519"] + sealed.TAG_BYTES
    assert all((size - over) % sealed.STEP_BYTES == 0 for size in sizes)
    assert sealed.open_(sealed.seal({"text": text}, KEYS.public), [KEYS]) == {"text": text}


def test_an_envelope_is_read_as_it_was_written_and_nothing_else_is() -> None:
    envelope = sealed.seal(MESSAGE, KEYS.public)
    good = envelope.to_dict()
    assert sealed.envelope_of(json.loads(json.dumps(good))) == envelope
    spoilt = [
        None, [], "x", {}, good | {"more": 1}, good | {"v": 2}, good | {"v": True}, good | {"kid": "x" * 16},
        good | {"kid": good["kid"][:15]}, good | {"suite": "rsa"}, good | {"suite": []}, good | {"sealed": 7},
        good | {"sealed": "!" * 800}, good | {"sealed": ""}, good | {"sealed": good["sealed"][:-4]},
        good | {"suite": "p256"}, good | {"sealed": "A" * (2 * sealed.SEALED_MAX_BYTES + 1)},
        good | {"sealed": base64.urlsafe_b64encode(bytes(sealed.SEALED_MAX_BYTES + 48)).decode().rstrip("=")},
    ]  # fmt: skip
    for data in spoilt:
        with pytest.raises(InputError):
            sealed.envelope_of(data)


@pytest.mark.parametrize("passphrase", ["", "uma frase longa"])
def test_a_private_key_comes_back_from_its_file(tmp_path, passphrase) -> None:
    file = tmp_path / "far" / "support.pem"
    sealed.write_private(KEYS, file, passphrase)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = sealed.read_private(file, passphrase)
    assert again.public == KEYS.public and again.made == "2026-11-27"
    with pytest.raises(WorkError, match="exists"):
        sealed.write_private(OTHER, file)
    with pytest.raises(InputError):
        sealed.read_private(file, passphrase + "x")
    file.chmod(0o644)
    with pytest.raises(InputError, match="other users"):
        sealed.read_private(file, passphrase)


@pytest.mark.parametrize(
    "text", ["", "nothing", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_told(tmp_path, text) -> None:
    file = tmp_path / "key.pem"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(InputError, match="no support key"):
        sealed.read_private(file)
    with pytest.raises(InputError, match="cannot be read"):
        sealed.read_private(tmp_path / "none.pem")


def test_public_keys_that_are_not_what_they_say_are_refused(tmp_path) -> None:
    file = tmp_path / "keys.json"
    assert sealed.read_public(file) == []
    row = KEYS.public.to_dict()
    file.write_text(json.dumps({"schema": 1, "keys": [row, OTHER.public.to_dict()]}))
    assert sealed.read_public(file) == [KEYS.public, OTHER.public]
    for spoilt in ({"schema": 2, "keys": []}, {"keys": []}, {"schema": 1, "keys": [row | {"kid": "0" * 16}]},
                   {"schema": 1, "keys": [row | {"p256": "*"}]}, []):  # fmt: skip
        file.write_text(json.dumps(spoilt))
        with pytest.raises(SchemaError):
            sealed.read_public(file)
