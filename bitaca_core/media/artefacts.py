"""Finished pieces of work, kept by content: each is done once, and a killed run goes on where it stood.

An artefact is named by its identity, the hash of all that decides its bytes (source, arguments, tool, recipe). Its
files lie in `cas/ab/<sha256>`; its receipt, written last, in `cas/receipts/artefacts/<identity>.json` says which they
are and what is known of them (frames, seconds of processor time, quality). A receipt without its files counts as
nothing. Nothing is half there: files and receipts are renamed into place when they are whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitaca_core.stamps import sha256_file, sha256_json, write_atomically

SCHEMA = 1
RECEIPTS = "receipts/artefacts"
WORKING = ".making-"
PIECES = ("picture-chunk", "sound")
"""Kinds that only serve the package they are made for; others (analyses) are small and stay."""

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Artefact:
    """One finished piece: its files by name, each in the store, and the facts of its receipt."""

    identity: str
    kind: str
    files: Mapping[str, Path]
    sha256: Mapping[str, str]
    facts: Mapping[str, Any]


class Store:
    """The store under one folder; any number of threads and processes may use it at once.

    `made` and `found` are the kinds of what was got through this object: done now, or done before.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: list[str] = []
        self.found: list[str] = []

    def find(self, kind: str, identity: Mapping[str, Any]) -> Artefact | None:
        """Return the artefact that all of `identity` decides; None while it, or one of its files, is not there."""
        return self._read(_name(kind, identity))

    def get(
        self, kind: str, identity: Mapping[str, Any], make: Callable[[Path], Facts]
    ) -> tuple[Artefact, bool]:
        """Return the artefact, made now if need be, and whether it was made now.

        Parameters
        ----------
        make : callable
            Writes the files into the empty folder that it is given and returns the facts (JSON types). A second
            caller with the same identity waits for the first.
        """
        name = _name(kind, identity)
        with self._alone(name):
            found = self._read(name)
            if found is not None:
                self.found.append(kind)
                return found, False
            self.root.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=f"{WORKING}{os.getpid()}-", dir=self.root))
            try:
                facts = make(folder)
                files = {
                    file.name: {"sha256": self._keep(file, folder), "size": size}
                    for file, size in [(f, f.stat().st_size) for f in sorted(folder.iterdir())]
                }
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            document = {
                "schema": SCHEMA, "kind": kind, "identity": dict(identity), "files": files, "facts": facts,
            }  # fmt: skip
            write_atomically(self._receipt(name), json.dumps(document, ensure_ascii=False))
        made = self._read(name)
        if made is None:
            raise OSError(f"an artefact is gone as soon as it was written: {self._receipt(name)}")
        self.made.append(kind)
        return made, True

    def whole(self, artefact: Artefact) -> bool:
        """Return whether every file still has the contents of the receipt; reads them all."""
        return all(sha256_file(file) == artefact.sha256[name] for name, file in artefact.files.items())

    def drop(self, artefact: Artefact) -> None:
        """Forget an artefact and free its files, but for those that another receipt may name (the same bytes)."""
        self._receipt(artefact.identity).unlink(missing_ok=True)
        for name, digest in artefact.sha256.items():
            if not self._named_elsewhere(digest):
                artefact.files[name].unlink(missing_ok=True)

    def _named_elsewhere(self, digest: str) -> bool:
        needle = digest.encode()
        folder = self.root / RECEIPTS
        return any(needle in receipt.read_bytes() for receipt in folder.glob("*.json"))

    def _keep(self, file: Path, folder: Path) -> str:
        """Move a finished file to its place by content; return its hash."""
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())
        digest = sha256_file(file)
        target = self._place(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
        return digest

    def _place(self, digest: str) -> Path:
        return self.root / digest[:2] / digest

    def _receipt(self, name: str) -> Path:
        return self.root / RECEIPTS / f"{name}.json"

    def _read(self, name: str) -> Artefact | None:
        try:
            document = json.loads(self._receipt(name).read_bytes())
            if document["schema"] != SCHEMA:
                return None
            files: dict[str, Path] = {}
            digests: dict[str, str] = {}
            for file, entry in document["files"].items():
                place = self._place(entry["sha256"])
                if place.stat().st_size != entry["size"]:
                    return None
                files[file], digests[file] = place, entry["sha256"]
            return Artefact(name, document["kind"], files, digests, document["facts"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        folder = self.root / ".locks"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        with file.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def kind_of(receipt: Path) -> str | None:
    """Return the kind that a receipt's file says, None when it cannot be read."""
    document = _document(receipt)
    return document.get("kind") if document else None


def digests_of(receipt: Path) -> set[str]:
    """Return the names in the store of a receipt's files; none when it cannot be read."""
    document = _document(receipt)
    try:
        return {entry["sha256"] for entry in document["files"].values()} if document else set()
    except (KeyError, TypeError, AttributeError):
        return set()


def _document(receipt: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(receipt.read_bytes())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _name(kind: str, identity: Mapping[str, Any]) -> str:
    return sha256_json({"kind": kind, **identity})
