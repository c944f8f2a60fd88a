"""What must be (re)built and why: compares sources.json, receipts and files. Starts no tool, imports nothing heavy.

By default existence, size and mtime are compared; `verify` also hashes contents.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from bitaca_core.errors import InputError, SchemaError
from bitaca_core.media import failures, receipts
from bitaca_core.media.library import current_package_id
from bitaca_core.media.plan import RECIPE_VERSION
from bitaca_core.settings import DataPaths

Action = Literal["package", "blocked"]
SOURCES_SCHEMA = 1
SHOWN_REASONS = 3


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One title with work to do. `blocked`: an input is missing or unusable, so a person must act."""

    title_id: str
    action: Action
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """All reasons in one short line."""
        more = len(self.reasons) - SHOWN_REASONS
        return "; ".join(self.reasons[:SHOWN_REASONS]) + (f"; and {more} more" if more > 0 else "")


def pending(paths: DataPaths, verify: bool = False) -> list[PlanItem]:
    """Return the titles whose package is missing, stale or damaged, in the order of sources.json.

    Raises
    ------
    InputError, SchemaError
        sources.json cannot be read.
    """
    items = []
    known_bad = failures.load(paths)
    for title_id, sheet in read_sources(paths).items():
        item = _check_title(paths, title_id, sheet, verify)
        if item is None:
            continue
        failure = known_bad.get(title_id)
        if item.action == "package" and failure is not None and failure.stands():
            item = PlanItem(title_id, "blocked", (failure.message,))
        items.append(item)
    return items


def read_sources(paths: DataPaths) -> dict[str, dict[str, Any]]:
    """Return the sheets of catalogue/sources.json as plain JSON; empty before the first ingestion."""
    file = paths.catalogue / "sources.json"
    try:
        document = json.loads(file.read_bytes())
        version, sources = document["schema"], document["sources"]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"cannot be read: {error}", kind="sources", file=file,
                         hint="Run `bitaca ingest` again") from error  # fmt: skip
    if version != SOURCES_SCHEMA:
        raise SchemaError(f"schema {version}, this release reads {SOURCES_SCHEMA}", file=file)
    if not isinstance(sources, dict):
        raise InputError("`sources` is not an object", kind="sources", file=file)
    return sources


def _check_title(paths: DataPaths, title_id: str, sheet: dict[str, Any], verify: bool) -> PlanItem | None:
    receipt = receipts.load(paths, title_id)
    wanted = input_paths(sheet)
    if receipt is None:
        missing = tuple(
            f"input missing: {name}" for name in wanted if receipts.changed(name, _ANY) == "missing"
        )
        action: Action = "blocked" if missing else "package"
        return PlanItem(title_id, action, missing or ("new",))
    reasons: list[str] = []
    blocked = False
    known = {item.path: item for item in receipt.inputs}
    for name in wanted:
        stamp = known.get(name)
        change = receipts.changed(name, stamp or _ANY, verify)
        if change == "missing":
            blocked = True
            reasons.append(f"input missing: {name}")
        elif stamp is None:
            reasons.append(f"input is new: {name}")
        elif change is not None:
            reasons.append(f"input changed ({change}): {name}")
    if set(known) - set(wanted):
        reasons.append("an input was taken away")
    if not reasons and sheet_sha256(sheet) != receipt.sheet_sha256:
        reasons.append("sheet changed")
    if receipt.recipe.get("version") != RECIPE_VERSION:
        reasons.append(f"recipe version {receipt.recipe.get('version')}, now {RECIPE_VERSION}")
    if current_package_id(paths, title_id) != receipt.package_id:
        reasons.append("`current` does not name the package")
    damage = _damage(paths, receipt, verify)
    if blocked and not damage:
        return None  # the package is whole; its source may have been moved away on purpose
    reasons += damage
    if not reasons:
        return None
    return PlanItem(title_id, "blocked" if blocked else "package", tuple(reasons))


def _damage(paths: DataPaths, receipt: receipts.TitleReceipt, verify: bool) -> list[str]:
    folder = f"{paths.media / receipt.title_id / receipt.package_id}/"
    found = []
    for stamp in receipt.outputs:
        change = receipts.changed(folder + stamp.path, stamp, verify)
        if change is not None:
            found.append(
                f"output {'missing' if change == 'missing' else f'changed ({change})'}: {stamp.path}"
            )
    return found


def input_paths(sheet: dict[str, Any]) -> list[str]:
    """Return the absolute paths of a sheet's files: video, subtitles, poster."""
    from pathlib import Path

    names = [sheet["video"], *(item["path"] for item in sheet.get("subtitles", [])), sheet.get("poster")]
    return [str(Path(name).absolute()) for name in names if name]


def sheet_sha256(sheet: dict[str, Any]) -> str:
    """Return the hash that a receipt holds of a sheet, from its JSON."""
    from bitaca_core.catalogue.sheet import SourceSheet
    from bitaca_core.media.package import sheet_without_places

    return receipts.sha256_json(sheet_without_places(SourceSheet.model_validate(sheet)))


_ANY = receipts.FileStamp("", -1, -1, "")
