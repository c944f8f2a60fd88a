"""Messages that only the holder of a support key can read: sealed in the browser, opened far from the server.

HPKE in base mode (RFC 9180, section 5): DHKEM with X25519 (P-256 where a browser lacks it), HKDF-SHA256,
AES-256-GCM, a fresh ephemeral key a message. `info` binds the key's id and the format. The browser's half is
`gradio_app/web/seal.ts`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from bitaca_core.errors import InputError, SchemaError, WorkError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

SCHEMA = 1
Suite = Literal["x25519", "p256"]
SUITES: tuple[Suite, ...] = get_args(Suite)
ENC_BYTES: Mapping[Suite, int] = {"x25519": 32, "p256": 65}
"""Length of the ephemeral public key before the ciphertext (RFC 9180, section 7.1: Nenc)."""
TAG_BYTES = 16
STEP_BYTES = 512
"""A message is filled up with spaces to a multiple of this: its length says little of what it says."""
SEALED_MAX_BYTES = 24 * 1024
KID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The public half of one support key: a raw X25519 and an uncompressed P-256 point.

    Attributes
    ----------
    made : str
        Date of its making, ISO 8601.
    """

    x25519: bytes
    p256: bytes
    made: str

    @property
    def kid(self) -> str:
        """Sixteen hex digits of what is public: whoever publishes them elsewhere lets viewers compare."""
        return hashlib.sha256(self.x25519 + self.p256).hexdigest()[:KID_DIGITS]

    def to_dict(self) -> dict[str, str]:
        """Return what goes to the page and into `keys.json`."""
        return {"kid": self.kid, "made": self.made, "x25519": encode(self.x25519), "p256": encode(self.p256)}


@dataclass(frozen=True, slots=True)
class PrivateKeys:
    """A support key, as its file holds it."""

    x25519: X25519PrivateKey
    p256: EllipticCurvePrivateKey
    made: str

    @property
    def public(self) -> PublicKeys:
        """The half that everybody may have."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return PublicKeys(
            self.x25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
            self.p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
            self.made,
        )


@dataclass(frozen=True, slots=True)
class Envelope:
    """One sealed message: for which key, by which suite, and the bytes (ephemeral key, then ciphertext)."""

    kid: str
    suite: Suite
    sealed: bytes

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON, as the browser sends it."""
        return {"v": SCHEMA, "kid": self.kid, "suite": self.suite, "sealed": encode(self.sealed)}


def envelope_of(data: object) -> Envelope:
    """Read an envelope as the browser sends it.

    Raises
    ------
    InputError
        A field is missing, unknown, of the wrong kind or beyond its bound. Nothing of it is repeated.
    """
    if not isinstance(data, dict) or set(data) != {"v", "kid", "suite", "sealed"}:
        raise InputError("a sealed message is {v, kid, suite, sealed}")
    kid, suite, sealed = data["kid"], data["suite"], data["sealed"]
    if data["v"] != SCHEMA or isinstance(data["v"], bool):
        raise InputError(f"v is not {SCHEMA}", hint="load the page again")
    if not isinstance(kid, str) or len(kid) != KID_DIGITS or not set(kid) <= set("0123456789abcdef"):
        raise InputError(f"kid is not {KID_DIGITS} hex digits")
    if suite not in SUITES:
        raise InputError(f"suite is none of {', '.join(SUITES)}")
    if not isinstance(sealed, str) or len(sealed) > 2 * SEALED_MAX_BYTES:
        raise InputError(f"sealed is no base64url of at most {SEALED_MAX_BYTES} bytes")
    try:
        body = decode(sealed)
    except ValueError as error:
        raise InputError("sealed is no base64url") from error
    over = len(body) - ENC_BYTES[suite] - TAG_BYTES
    if len(body) > SEALED_MAX_BYTES or over < STEP_BYTES or over % STEP_BYTES:
        raise InputError(f"sealed holds no multiple of {STEP_BYTES} bytes, or more than {SEALED_MAX_BYTES}")
    return Envelope(kid, suite, body)


def seal(message: Mapping[str, object], keys: PublicKeys, suite: Suite = "x25519") -> Envelope:
    """Seal a message, as the page does."""
    from cryptography.hazmat.primitives.asymmetric import ec, x25519

    public: Any = (
        x25519.X25519PublicKey.from_public_bytes(keys.x25519)
        if suite == "x25519"
        else ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.p256)
    )
    return Envelope(keys.kid, suite, _suite(suite).encrypt(padded(message), public, info_of(keys.kid)))


def open_(envelope: Envelope, keys: Sequence[PrivateKeys]) -> dict[str, Any]:
    """Return what a message says.

    Raises
    ------
    InputError
        None of the keys is the message's (`kind="key"`), or it was changed on the way (`kind="sealed"`).
    """
    from cryptography.exceptions import InvalidTag

    own = next((key for key in keys if key.public.kid == envelope.kid), None)
    if own is None:
        raise InputError(
            f"sealed for the key {envelope.kid}, which is not here",
            kind="key",
            hint="give its file with --key",
        )
    private: Any = own.x25519 if envelope.suite == "x25519" else own.p256
    try:
        text = _suite(envelope.suite).decrypt(envelope.sealed, private, info_of(envelope.kid))
        message = json.loads(text)
    except (InvalidTag, ValueError) as error:
        raise InputError("it was changed on the way, or sealed by something else", kind="sealed") from error
    if not isinstance(message, dict):
        raise InputError("it holds no message of this form", kind="sealed")
    return message


def padded(message: Mapping[str, object]) -> bytes:
    """Return a message as JSON, filled up with spaces to a multiple of `STEP_BYTES`."""
    text = json.dumps(message, ensure_ascii=False).encode()
    return text.ljust(-(-len(text) // STEP_BYTES) * STEP_BYTES)


def info_of(kid: str) -> bytes:
    """Return what a sealed message is bound to beside the key."""
    return f"bitaca inbox {SCHEMA} {kid}".encode()


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url without padding; raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


# -- private keys, in a file of their own ---------------------------------------------------------------------


def make(made: str) -> PrivateKeys:
    """Return a new support key; `made` is its date, ISO 8601."""
    from cryptography.hazmat.primitives.asymmetric import ec, x25519

    return PrivateKeys(x25519.X25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1()), made)


def write_private(keys: PrivateKeys, file: Path, passphrase: str = "") -> None:
    """Write a support key as PEM, readable by its owner only; never over a file that is there.

    Raises
    ------
    WorkError
        The file is there, or cannot be written.
    """
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
    )

    how: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    parts = [
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode() for key in (keys.x25519, keys.p256)
    ]
    text = f"Bitaca Play support key {keys.public.kid}, made {keys.made}\n" + "".join(parts)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise WorkError(f"cannot write: {error.strerror}", kind="output", file=file) from error


def read_private(file: Path, passphrase: str = "") -> PrivateKeys:
    """Read a support key.

    Raises
    ------
    InputError
        It cannot be read, others may read it, it holds something else, or the passphrase is wrong.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        text = file.read_text("utf-8")
        if file.stat().st_mode & 0o077:
            raise InputError("other users may read this key", file=file, kind="key", hint=f"chmod 600 {file}")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the key cannot be read ({error})", file=file, kind="key") from error
    head, _, rest = text.partition("-----BEGIN")
    secret = passphrase.encode() or None
    try:
        blocks = [f"-----BEGIN{part}".encode() for part in rest.split("-----BEGIN")]
        first, second = (load_pem_private_key(block, secret) for block in blocks)
    except TypeError as error:
        wants = (
            "the key is locked: its passphrase is needed" if secret is None else "the key has no passphrase"
        )
        raise InputError(wants, file=file, kind="passphrase", hint="--locked asks for it") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError(
            "this is no support key, or the passphrase is another", file=file, kind="key"
        ) from error
    if not isinstance(first, X25519PrivateKey) or not isinstance(second, EllipticCurvePrivateKey):
        raise InputError("expected an X25519 and a P-256 key", file=file, kind="key")
    return PrivateKeys(first, second, head.strip().rpartition("made ")[2])


def read_public(file: Path) -> list[PublicKeys]:
    """Read `keys.json`: the public halves, the newest first; empty where there is no file.

    Raises
    ------
    SchemaError
        It cannot be read, or a later release wrote it.
    """
    try:
        data = json.loads(file.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise SchemaError(f"schema {data['schema']} is not {SCHEMA}", file=file)
        found = [
            PublicKeys(decode(one["x25519"]), decode(one["p256"]), str(one["made"])) for one in data["keys"]
        ]
        wrong = [one["kid"] for one, key in zip(data["keys"], found, strict=True) if one["kid"] != key.kid]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SchemaError(f"the public keys cannot be read ({error})", file=file) from error
    if wrong:
        raise SchemaError(f"the key {wrong[0]} is not what its id says", file=file)
    return found


def _suite(name: Suite) -> Any:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    kem = {"x25519": KEM.X25519, "p256": KEM.P256}[name]
    return Suite(kem, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
