"""Receipts: what was made from what, so that work is done once and damage is found.

A recipe receipt names everything that decides a package's bytes; the first 16 hex digits of its hash are the
package_id. A title's receipt (`cas/receipts/package-<title_id>.json`) adds size, mtime and sha256 of every input
and output: `plan` compares size and mtime, `--verify` the hashes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bitaca_core.errors import SchemaError
from bitaca_core.settings import DataPaths
from bitaca_core.stamps import FileStamp, receipts_folder, write_atomically

SCHEMA = 1
PACKAGE_ID_HEX = 16


@dataclass(frozen=True, slots=True)
class TitleReceipt:
    """What was published for a title. Input paths are absolute; output paths are relative to the package.

    `partial`: only the rung that comes first; the rest is still to be encoded. `ladder`: how the rungs were chosen.
    """

    title_id: str
    package_id: str
    recipe: dict[str, Any]
    sheet_sha256: str
    inputs: tuple[FileStamp, ...]
    outputs: tuple[FileStamp, ...]
    arguments: tuple[str, ...]
    tools: dict[str, str] = field(default_factory=dict)
    partial: bool = False
    ladder: dict[str, Any] | None = None
    wishes: dict[str, Any] = field(default_factory=dict)
    """Codecs, ladder and preset as they were asked for."""
    protect: dict[str, Any] = field(default_factory=lambda: {"scheme": "none"})
    """How the package is protected; its `notes` say what it lacks for that. Never a key."""


def receipt_file(paths: DataPaths, title_id: str) -> Path:
    """Return where a title's receipt lies."""
    return receipts_folder(paths) / f"package-{title_id}.json"


def save(paths: DataPaths, receipt: TitleReceipt) -> None:
    """Write a title's receipt atomically."""
    document = {"schema": SCHEMA, **asdict(receipt)}
    for key in ("inputs", "outputs"):
        document[key] = [[item.path, item.size, item.mtime_ns, item.sha256] for item in getattr(receipt, key)]
    write_atomically(receipt_file(paths, receipt.title_id), json.dumps(document))


def load(paths: DataPaths, title_id: str) -> TitleReceipt | None:
    """Return a title's receipt; None when there is none or it is unreadable (the title is then rebuilt).

    Raises
    ------
    SchemaError
        It was written by a newer release.
    """
    file = receipt_file(paths, title_id)
    try:
        document = json.loads(file.read_bytes())
        version = document.pop("schema")
        if version > SCHEMA:
            raise SchemaError(f"receipt has schema {version}, this release reads {SCHEMA}", file=file)
        for key in ("inputs", "outputs"):
            document[key] = tuple(FileStamp(*item) for item in document[key])
        document["arguments"] = tuple(document["arguments"])
        return TitleReceipt(**document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
