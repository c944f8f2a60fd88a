"""Content keys: drawn at random, kept in `keys/content-<title_id>.json`, wrapped by a key-encryption key.

A key belongs to a title, a scheme and a label (of AES-128: to one rendition's contents and one turn of the rotation).
A vector belongs to a key and to the very contents that it encrypts: packaging the same contents again finds it, other
contents never get it, so that no counter block is used twice.

Wrapping is AES-256-GCM with what the key is for as associated data: a wrapped key that is copied to another title or
label does not open.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bitaca_core.catalogue.titles import is_title_id
from bitaca_core.errors import InputError, SchemaError, WorkError
from bitaca_core.media.protection.content_key import ContentKey
from bitaca_core.media.protection.policy import LABELS, Label, Scheme
from bitaca_core.security.keys import KEY_BYTES, load_key

SCHEMA = 1
CONTENT_KEY_BYTES = 16
NONCE_BYTES = 12
KEK_NAME = "key-encryption"
MAX_FILE_BYTES = 16 * 2**20
"""Ten thousand keys; a day of film with a key a minute and eight renditions has as many."""
COUNTER_ROOM = 2**32
"""Vectors of cenc under one key are at least so far apart: a vector is counted up once a sample."""

Draw = Callable[[int], bytes]


class KeyStore:
    """The content keys of all titles.

    Parameters
    ----------
    folder : Path
        `keys/` of the data folder.
    kek_file : path or None
        The key-encryption key: 32 bytes, or 64 hexadecimal digits; made in `folder` at first use when None.
    draw : callable
        Gives so many random bytes.
    """

    def __init__(self, folder: Path, kek_file: Path | None = None, draw: Draw = secrets.token_bytes) -> None:
        self.folder = folder
        self.kek_file = kek_file
        self._draw = draw
        self._kek = b""

    def __getstate__(self) -> dict[str, Any]:
        """Leave the key-encryption key behind: another process reads it for itself."""
        return {"folder": self.folder, "kek_file": self.kek_file, "_draw": self._draw, "_kek": b""}

    def file(self, title_id: str) -> Path:
        """Return where a title's keys lie."""
        if not is_title_id(title_id):
            raise InputError(f"{title_id!r} is no title id", kind="title")
        return self.folder / f"content-{title_id}.json"

    def titles(self) -> list[str]:
        """Return the titles that have keys."""
        found = [file.stem.removeprefix("content-") for file in self.folder.glob("content-*.json")]
        return sorted(title for title in found if is_title_id(title))

    def keys(self, title_id: str) -> list[ContentKey]:
        """Return all keys of a title, unwrapped; empty where it has none.

        Raises
        ------
        WorkError, SchemaError
            The file is damaged, of a newer release, or wrapped by another key-encryption key.
        """
        document = self._load(title_id)
        return [self._open(title_id, row) for row in document["keys"]]

    def find(self, title_id: str, kid: bytes) -> ContentKey | None:
        """Return the key with this identifier."""
        for row in self._load(title_id)["keys"]:
            if row["kid"] == kid.hex():
                return self._open(title_id, row)
        return None

    def key_for(self, title_id: str, scheme: Scheme, label: Label, content: str = "") -> ContentKey:
        """Return the key for this use, drawn where there is none."""
        return self.keys_for(title_id, scheme, label, [content])[0]

    def keys_for(
        self, title_id: str, scheme: Scheme, label: Label, contents: Sequence[str]
    ) -> list[ContentKey]:
        """Return a key for each of these contents, drawn where there is none."""
        found: list[ContentKey] = []
        with self._locked(title_id) as document:
            known = {(row["scheme"], row["label"], row["content"]): row for row in document["keys"]}
            for content in contents:
                row = known.get((scheme, label, content))
                if row is not None:
                    found.append(self._open(title_id, row))
                    continue
                made = ContentKey(self._draw(16), self._draw(CONTENT_KEY_BYTES), scheme, label, content)
                document["keys"].append(self._wrap(title_id, made))
                found.append(made)
        return found

    def add(self, title_id: str, keys: list[ContentKey]) -> int:
        """Keep keys that came from elsewhere (CPIX); return how many were new.

        Raises
        ------
        InputError
            The title has another key under one of these identifiers, or for the same use.
        """
        new = 0
        with self._locked(title_id) as document:
            for one in keys:
                for row in document["keys"]:
                    same_use = (row["scheme"], row["label"], row["content"]) == (
                        one.scheme, one.label, one.content
                    )  # fmt: skip
                    if row["kid"] != one.kid.hex() and not same_use:
                        continue
                    if row["kid"] == one.kid.hex() and self._open(title_id, row) == one:
                        break
                    raise InputError(
                        f"{title_id} has another key for {one.scheme} {one.label}, or under {one.uuid}",
                        kind="keys",
                        hint="A key in use is never replaced: package the title under another id",
                    )
                else:
                    document["keys"].append(self._wrap(title_id, one))
                    new += 1
        return new

    def vector(self, title_id: str, key: ContentKey, content: str) -> bytes:
        """Return the vector of these contents under `key`: 8 bytes for cenc, 16 for cbcs; drawn where there is none.

        Parameters
        ----------
        content : str
            sha256 of what is encrypted.
        """
        size = 8 if key.scheme == "cenc" else 16
        with self._locked(title_id) as document:
            used = [row for row in document["vectors"] if row["kid"] == key.kid.hex()]
            for row in used:
                if row["content"] == content:
                    return bytes.fromhex(row["iv"])
            taken = [int(row["iv"], 16) for row in used]
            while True:
                iv = self._draw(size)
                number = int.from_bytes(iv, "big")
                room = COUNTER_ROOM if size == 8 else 1
                wraps = size == 8 and number + COUNTER_ROOM >= 2**64
                if not wraps and all(abs(number - other) >= room for other in taken):
                    break
            document["vectors"].append({"kid": key.kid.hex(), "content": content, "iv": iv.hex()})
            return iv

    def forget(self, title_id: str) -> None:
        """Delete all keys of a title."""
        self.file(title_id).unlink(missing_ok=True)

    # -- the key-encryption key

    @property
    def kek(self) -> bytes:
        """The key-encryption key.

        Raises
        ------
        InputError
            The file is missing, readable by others, or no key.
        """
        if not self._kek:
            self._kek = load_key(self.folder, KEK_NAME) if self.kek_file is None else _read_kek(self.kek_file)
        return self._kek

    def _kek_id(self) -> str:
        return hashlib.sha256(b"bitaca key-encryption key\0" + self.kek).hexdigest()[:16]

    def _wrap(self, title_id: str, one: ContentKey) -> dict[str, str]:
        row = {"kid": one.kid.hex(), "scheme": one.scheme, "label": one.label, "content": one.content}
        nonce = self._draw(NONCE_BYTES)
        sealed = AESGCM(self.kek).encrypt(nonce, one.key, _purpose(title_id, row))
        return row | {"wrapped": base64.b64encode(nonce + sealed).decode()}

    def _open(self, title_id: str, row: dict[str, Any]) -> ContentKey:
        try:
            sealed = base64.b64decode(row["wrapped"], validate=True)
            key = AESGCM(self.kek).decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _purpose(title_id, row)
            )
            kid = bytes.fromhex(row["kid"])
        except (InvalidTag, ValueError) as error:
            raise WorkError(
                f"a key of {title_id} does not open: it was changed", kind="keys", file=self.file(title_id)
            ) from error
        return ContentKey(kid, key, row["scheme"], row["label"], row["content"])

    # -- the file

    def _load(self, title_id: str) -> dict[str, Any]:
        file = self.file(title_id)
        try:
            status = file.stat()
        except FileNotFoundError:
            return {"schema": SCHEMA, "title_id": title_id, "kek": self._kek_id(), "keys": [], "vectors": []}
        if status.st_mode & 0o077:
            raise InputError(
                "other users may read these keys", file=file, kind="key", hint=f"chmod 600 {file}"
            )
        if status.st_size > MAX_FILE_BYTES:
            raise WorkError("larger than any file of keys", kind="keys", file=file)
        try:
            document = json.loads(file.read_bytes())
            if document["schema"] > SCHEMA:
                raise SchemaError(
                    f"keys have schema {document['schema']}, this release reads {SCHEMA}", file=file
                )
            _check(document, title_id)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WorkError("the file of keys is damaged", kind="keys", file=file,
                            hint="Bring it back from a backup, or delete it and package the title again") from error  # fmt: skip
        if document["kek"] != self._kek_id():
            raise WorkError(
                "these keys are wrapped by another key-encryption key",
                kind="keys",
                file=file,
                hint="Set BITACA_KEY_ENCRYPTION_KEY_FILE to the one they were made with",
            )
        found: dict[str, Any] = document
        return found

    @contextlib.contextmanager
    def _locked(self, title_id: str) -> Iterator[dict[str, Any]]:
        """Yield the document alone; write it back, whole or not at all, where it was changed."""
        file = self.file(title_id)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / ".content.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            document = self._load(title_id)
            before = json.dumps(document)
            yield document
            after = json.dumps(document, indent=1)
            if json.dumps(document) != before:
                _write(file, after + "\n")
        finally:
            os.close(descriptor)


def _check(document: dict[str, Any], title_id: str) -> None:
    """Raise ValueError where a document is not as it was written."""
    if document["title_id"] != title_id or not isinstance(document["kek"], str):
        raise ValueError("of another title")
    for row in document["keys"]:
        texts = [row[name] for name in ("kid", "scheme", "content", "wrapped")]
        if not all(isinstance(text, str) for text in texts) or row["label"] not in LABELS:
            raise ValueError("no key")
    for row in document["vectors"]:
        if not all(isinstance(row[name], str) for name in ("kid", "content")):
            raise ValueError("no vector")
        bytes.fromhex(row["iv"])


def _purpose(title_id: str, row: dict[str, Any]) -> bytes:
    words = (title_id, row["kid"], row["scheme"], row["label"], row["content"])
    return "\n".join(("bitaca content key", *words)).encode()


def _read_kek(file: Path) -> bytes:
    try:
        if file.stat().st_mode & 0o077:
            raise InputError(
                "other users may read the key-encryption key", file=file, kind="key", hint=f"chmod 600 {file}"
            )
        with file.open("rb") as stream:
            data = stream.read(4096)
    except OSError as error:
        raise InputError(
            f"the key-encryption key cannot be read: {error.strerror}", file=file, kind="key"
        ) from error
    if len(data) != KEY_BYTES:
        try:
            data = bytes.fromhex(data.decode("ascii").strip())
        except ValueError:
            data = b""
    if len(data) != KEY_BYTES:
        raise InputError(
            f"no key-encryption key: expected {KEY_BYTES} bytes, or {2 * KEY_BYTES} hexadecimal digits",
            file=file,
            kind="key",
        )
    return data


def _write(file: Path, text: str) -> None:
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
