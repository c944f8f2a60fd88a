"""What must be (re)built and why: compares sources.json, receipts and files. Starts no tool, imports nothing heavy.

By default existence, size and mtime are compared; `verify` also hashes contents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bitaca_core import stamps
from bitaca_core.catalogue.store import read_sheets
from bitaca_core.errors import InputError
from bitaca_core.media import failures, receipts
from bitaca_core.media.ladder import codecs_named
from bitaca_core.media.library import current_package_id
from bitaca_core.media.plan import RECIPE_VERSION
from bitaca_core.media.protection.choosing import policy_for
from bitaca_core.media.wishes import LADDERS, kept
from bitaca_core.settings import DataPaths, load_settings

Action = Literal["package", "blocked"]
SHOWN_REASONS = 3
UNNAMED = "`current` does not name the package"


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One title with work to do.

    `blocked`: an input is missing or unusable, so a person must act. `damaged`: viewers had it and it is no longer
    whole.
    """

    title_id: str
    action: Action
    reasons: tuple[str, ...]
    damaged: bool = False

    @property
    def reason(self) -> str:
        """All reasons in one short line."""
        return short(self.reasons)


def short(reasons: Sequence[str]) -> str:
    """Return the first reasons in one line, with the number of the others."""
    more = len(reasons) - SHOWN_REASONS
    return "; ".join(reasons[:SHOWN_REASONS]) + (f"; and {more} more" if more > 0 else "")


def pending(paths: DataPaths, verify: bool = False) -> list[PlanItem]:
    """Return the titles whose package is missing, stale or damaged, in the order of sources.json.

    Raises
    ------
    RebuildNeeded, SchemaError
        sources.json cannot be read.
    """
    items = []
    known_bad = failures.load(paths)
    for title_id, sheet in read_sheets(paths).items():
        item = _check_title(paths, title_id, sheet, verify)
        if item is None:
            continue
        failure = known_bad.get(title_id)
        if item.action == "package" and failure is not None and failure.stands():
            item = PlanItem(title_id, "blocked", (failure.message,), item.damaged)
        items.append(item)
    return items


def _check_title(paths: DataPaths, title_id: str, sheet: dict[str, Any], verify: bool) -> PlanItem | None:
    receipt = receipts.load(paths, title_id)
    wanted = input_paths(sheet)
    if receipt is None:
        missing = tuple(
            f"input missing: {name}" for name in wanted if stamps.changed(name, _ANY) == "missing"
        )
        published = current_package_id(paths, title_id) is not None
        reason = "the receipt is lost" if published else "new"
        return PlanItem(title_id, "blocked" if missing else "package", missing or (reason,), published)
    reasons: list[str] = []
    blocked = False
    known = {item.path: item for item in receipt.inputs}
    for name in wanted:
        stamp = known.get(name)
        change = stamps.changed(name, stamp or _ANY, verify)
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
    if (protection := _protection_changed(sheet, receipt)) is not None:
        reasons.append(protection)
    try:
        changed = _wishes_changed(receipt)
    except InputError as error:
        changed = error.message  # whoever packages says what to do
    if changed is not None:
        reasons.append(changed)
    if receipt.recipe.get("version") != RECIPE_VERSION:
        reasons.append(f"recipe version {receipt.recipe.get('version')}, now {RECIPE_VERSION}")
    if receipt.partial:
        reasons.append("only its first rung is there yet")
    unnamed = current_package_id(paths, title_id) != receipt.package_id
    damage = _damage(paths, receipt, verify, touched_counts=not blocked)
    if blocked and not damage:
        # the package is whole: its source may have been moved away on purpose
        return PlanItem(title_id, "package", (UNNAMED,), damaged=True) if unnamed else None
    reasons += [*([UNNAMED] if unnamed else []), *damage]
    if not reasons:
        return None
    return PlanItem(title_id, "blocked" if blocked else "package", tuple(reasons), bool(damage) or unnamed)


def _protection_changed(sheet: dict[str, Any], receipt: receipts.TitleReceipt) -> str | None:
    """Say how the protection is another one than sheet and settings ask for now."""
    wanted = policy_for(load_settings(), sheet.get("protect")).identity()
    had = {name: value for name, value in receipt.protect.items() if name != "notes"}
    if had == wanted:
        return None
    if had.get("scheme") == wanted["scheme"]:
        return f"protection {wanted['scheme']} is set otherwise"
    return f"protection {had.get('scheme')}, now {wanted['scheme']}"


def _wishes_changed(receipt: receipts.TitleReceipt) -> str | None:
    """Say how codecs, ladder or preset are other ones than the settings ask for now."""
    if not receipt.wishes:  # of an earlier release, whose recipe had another version
        return None
    settings = load_settings()
    wanted = kept(codecs_named(settings.codecs), settings.ladder, settings.preset, settings.hdr)
    for name, now in wanted.items():
        had = receipt.wishes.get(name)
        if had != now:
            if name == "ladder" and settings.ladder not in LADDERS:
                return "another ladder file"
            return f"{name} {_in_words(name, had)}, now {_in_words(name, now)}"
    return None


def _in_words(name: str, wish: object) -> str:
    if name == "ladder" and wish not in LADDERS:
        return "of a file"
    if isinstance(wish, bool):
        return "on" if wish else "off"
    return ",".join(wish) if isinstance(wish, list) else str(wish)


def _damage(
    paths: DataPaths, receipt: receipts.TitleReceipt, verify: bool, touched_counts: bool
) -> list[str]:
    """Say what is wrong with each output. A file that was only touched costs a publication that finds it whole,
    or one look at its contents where nothing can be published."""
    folder = f"{paths.media / receipt.title_id / receipt.package_id}/"
    compare = stamps.changed if touched_counts else stamps.differs
    found = []
    for stamp in receipt.outputs:
        change = compare(folder + stamp.path, stamp, verify)
        if change is not None:
            found.append(
                f"output {'missing' if change == 'missing' else f'changed ({change})'}: {stamp.path}"
            )
    return found


def input_paths(sheet: dict[str, Any]) -> list[str]:
    """Return the absolute paths of a sheet's files: video, subtitles, poster."""
    names = [sheet["video"], *(item["path"] for item in sheet.get("subtitles", [])), sheet.get("poster")]
    return [str(Path(name).absolute()) for name in names if name]


def sheet_sha256(sheet: dict[str, Any]) -> str:
    """Return the hash that a receipt holds of a sheet, from its JSON."""
    from bitaca_core.catalogue.sheet import SourceSheet
    from bitaca_core.media.package import sheet_without_places

    return stamps.sha256_json(sheet_without_places(SourceSheet.model_validate(sheet)))


_ANY = stamps.FileStamp("", -1, -1, "")
