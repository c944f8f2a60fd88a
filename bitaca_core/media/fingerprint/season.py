"""Keeps the markers of a series right: when an episode is published, all published ones hear what they have in common.

A package carries its fingerprint (`fingerprint.bin`). Found markers are written into the sidecars of published packages
with `"found": true`; those of the sheet stand before them. Sidecar, description and receipt are each replaced in one
step, the sidecar first; a crash between them is found as a damaged package, which the next publication mends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bitaca_core import stamps
from bitaca_core.catalogue.sheet import Marker
from bitaca_core.errors import WorkError
from bitaca_core.media import description, receipts
from bitaca_core.media.alone import alone
from bitaca_core.media.fingerprint.series import find_markers
from bitaca_core.media.fingerprint.taking import Fingerprint, load, of_file
from bitaca_core.media.library import published
from bitaca_core.settings import DataPaths

FILE = "fingerprint.bin"
SIDECAR = "sidecar.json"


def write(sound: Path, package: Path) -> None:
    """Take the fingerprint of a rendition of sound and put it into a package."""
    of_file(sound).write(package / FILE)


def update(paths: DataPaths, episodes: Sequence[str]) -> dict[str, list[Marker]]:
    """Find the openings and credits of a series anew and write them into its published packages.

    Parameters
    ----------
    episodes : sequence of str
        Ids of one series in order; those that are not published or have no fingerprint are passed over.

    Returns
    -------
    dict
        What was found for every episode that could be compared, whether or not its sidecar had it already.
    """
    folders: dict[str, Path] = {}
    prints: dict[str, Fingerprint] = {}
    for title_id in episodes:
        package = published(paths, title_id)
        if package is None:
            continue
        try:
            prints[title_id] = load(package.dir / FILE)
        except WorkError:  # of an earlier release
            continue
        folders[title_id] = package.dir
    found = find_markers(prints)
    for title_id, markers in found.items():
        with alone(paths, title_id):
            package = published(paths, title_id)
            if (
                package is not None and package.dir == folders[title_id]
            ):  # else it was published anew meanwhile
                amend(paths, title_id, package.dir, markers)
    return found


def merged(known: Sequence[Mapping[str, Any]], found: Sequence[Marker]) -> list[dict[str, Any]]:
    """Return a sidecar's markers with what was found; what its sheet says of a kind stands (pure)."""
    stated = [dict(one) for one in known if not one.get("found")]
    kinds = {one.get("kind") for one in stated}
    more = [
        {"kind": one.kind, "start_s": one.start_s, "end_s": one.end_s, "found": True}
        for one in found
        if one.kind not in kinds
    ]
    return sorted([*stated, *more], key=lambda one: float(one.get("start_s", 0)))


def amend(paths: DataPaths, title_id: str, folder: Path, markers: Sequence[Marker]) -> bool:
    """Write markers into the sidecar of a published package; return whether anything changed."""
    sidecar = json.loads((folder / SIDECAR).read_bytes())
    wanted = merged(sidecar.get("markers", []), markers)
    if wanted == sidecar.get("markers", []):
        return False
    sidecar["markers"] = wanted
    text = json.dumps(sidecar, indent=1, ensure_ascii=False) + "\n"
    package = description.read(folder)
    stamps.write_atomically(folder / SIDECAR, text)
    entry = description.FileEntry(size=len(text.encode()), sha256=stamps.sha256_file(folder / SIDECAR))
    package.model_copy(update={"files": {**package.files, SIDECAR: entry}}).write(folder)
    receipt = receipts.load(paths, title_id)
    if receipt is not None and receipt.package_id == package.package_id:
        changed = {name: stamps.stamp(folder / name, name) for name in (SIDECAR, description.FILE_NAME)}
        outputs = tuple(changed.get(one.path, one) for one in receipt.outputs)
        receipts.save(paths, replace(receipt, outputs=outputs))
    return True
