"""Ingestion: read a source, merge it into the catalogue, say what was added, changed and refused.

What was ever read is remembered, so that a damaged catalogue is set aside and built again from its sources.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from bitaca_core.catalogue import libraries
from bitaca_core.catalogue.normalize import romaji_key
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.jsonl import read_jsonl
from bitaca_core.catalogue.store import (
    SAMPLE,
    Catalogue,
    damage,
    load_catalogue,
    load_sources,
    locked,
    save_catalogue,
    save_sources,
    seal,
    sources_file,
    sources_read,
    sources_unread,
    titles_file,
)
from bitaca_core.catalogue.titles import Title
from bitaca_core.errors import BitacaError, CatalogueError, RebuildNeeded, SchemaError
from bitaca_core.settings import DataPaths

SAMPLE_FILES = (("sample_titles.jsonl", "sample"), ("real_titles.jsonl", "real"))


@dataclass(slots=True)
class IngestReport:
    """What one ingestion did; ids in the order of the source. `set_aside` names damaged files that were kept."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    set_aside: list[Path] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """Return the report for `--json`."""
        return {
            "schema": 1,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [rejection.to_dict() for rejection in self.rejected],
            "set_aside": [str(file) for file in self.set_aside],
        }


def _any_file(file: Path) -> bool:
    return True


def ingest(source: Path, paths: DataPaths, ready: Callable[[Path], bool] = _any_file) -> IngestReport:
    """Read a folder of videos or a JSON-lines file into the catalogue, and remember it as one of its sources.

    A damaged catalogue is first set aside and built again from the sources that were read before. Files of a folder
    that are not `ready` are passed over.

    Raises
    ------
    CatalogueError
        The source does not exist or is of no known kind. Bad rows do not raise: they are in the report.
    """
    source = source.resolve()
    findings = read_source(source, ready)
    rebuilt = rebuild(paths) if is_damaged(paths) else IngestReport()
    report = _read_in(source, findings, paths)
    report.set_aside = rebuilt.set_aside
    return report


def ingest_sample(paths: DataPaths) -> IngestReport:
    """Put the sample titles and the real ones that ship with Bitaca into the catalogue."""
    rebuilt = rebuild(paths) if is_damaged(paths) else IngestReport()
    report = merge(_shipped(), paths, SAMPLE)
    report.set_aside = rebuilt.set_aside
    return report


def is_damaged(paths: DataPaths) -> bool:
    """Return whether a file of the catalogue is lost or cannot be read."""
    try:
        load_catalogue(titles_file(paths))
        libraries.load(paths)
    except RebuildNeeded:
        return True
    except SchemaError as error:
        if error.file != str(_libraries_file(paths)):
            raise
        return True
    return bool(damage(paths) or sources_unread(paths))


def rebuild(paths: DataPaths) -> IngestReport:
    """Set the damaged files of the catalogue aside and build it again from every source that it was made from.

    What a source no longer gives (a folder that is not there now) is named among the rejections.
    """
    with locked(paths):
        sources = _known_sources(paths)
        report = IngestReport(set_aside=_set_aside(paths))
        catalogue = load_catalogue(titles_file(paths))
        save_catalogue(catalogue, titles_file(paths))
        save_sources(paths, load_sources(paths) | _rendered(paths))
        seal(paths, titles_file(paths), sources_file(paths), unread=sources)
    for source in sources:
        try:
            found = merge(_shipped(), paths, SAMPLE) if source == SAMPLE else _read_again(Path(source), paths)
        except BitacaError as error:
            report.rejected.append(Rejection(Path(source), None, error.message))
            _wait_for(source, paths)
            continue
        report.added += found.added
        report.updated += found.updated
        report.unchanged += found.unchanged
        report.rejected += found.rejected
    return report


def _read_again(source: Path, paths: DataPaths) -> IngestReport:
    return _read_in(source, read_source(source), paths)


def _wait_for(source: str, paths: DataPaths) -> None:
    """Go on without a source that cannot be read now; a folder is read when it is back."""
    with locked(paths):
        seal(paths, read=(source,))
    if source in libraries.load(paths):
        libraries.remember(paths, Path(source), "")


def _read_in(source: Path, findings: Iterable[Found | Rejection], paths: DataPaths) -> IngestReport:
    """Merge what a source gives and remember it: a folder with its digest, taken before it is read."""
    seen = libraries.digest(source) if source.is_dir() else None
    report = merge(findings, paths, str(source))
    if seen is not None:
        with contextlib.suppress(
            UnicodeEncodeError
        ):  # a name that no list can hold; every file in it is refused
            libraries.remember(paths, source, seen)
    return report


def _known_sources(paths: DataPaths) -> tuple[str, ...]:
    """Return what the catalogue was made from; where its receipt is lost, what other files still tell."""
    known = list(sources_read(paths))
    with contextlib.suppress(SchemaError):  # it is set aside with the rest; the receipt names the folders too
        known += libraries.load(paths)
    if SAMPLE not in known and paths.sources.is_dir() and any(paths.sources.iterdir()):
        known.insert(0, SAMPLE)
    return tuple(dict.fromkeys(known))


def _set_aside(paths: DataPaths) -> list[Path]:
    """Rename every damaged file of the catalogue; return the new names of those that were still there."""
    wrong = set(damage(paths, verify=True))
    try:
        load_catalogue(titles_file(paths))
    except RebuildNeeded:
        wrong.add(titles_file(paths))
    try:
        libraries.load(paths)
    except SchemaError:
        wrong.add(_libraries_file(paths))
    kept = []
    for file in sorted(wrong):
        if file.exists():
            kept.append(_free_name(file))
            file.rename(kept[-1])
    return kept


def _free_name(file: Path) -> Path:
    """Return a name beside `file` that says what it is and that nothing has yet."""
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    return aside


def _rendered(paths: DataPaths) -> dict[str, SourceSheet]:
    """Return the sheets that lie beside rendered sample videos."""
    found = {}
    for file in paths.sources.glob("[!.]*/sheet.json"):
        try:
            sheet = SourceSheet.model_validate_json(file.read_bytes())
        except (OSError, ValueError):
            continue  # it is rendered again
        if sheet.video.is_file():
            found[sheet.title_id] = sheet
    return found


def _libraries_file(paths: DataPaths) -> Path:
    return paths.catalogue / "libraries.json"


def _shipped() -> Iterator[Found | Rejection]:
    with resources.as_file(resources.files("bitaca_core.catalogue") / "data") as folder:
        for name, source in SAMPLE_FILES:
            yield from read_jsonl(folder / name, source)


def read_source(source: Path, ready: Callable[[Path], bool] = _any_file) -> Iterator[Found | Rejection]:
    """Return the reader that fits the source."""
    if source.is_dir():
        from bitaca_core.catalogue.sources.library import read_library

        return read_library(source, ready)
    if not source.exists():
        raise CatalogueError("no such file or folder", file=source)
    if source.suffix.casefold() in (".jsonl", ".ndjson"):
        return read_jsonl(source)
    raise CatalogueError(
        "not a source that can be read",
        file=source,
        hint="give a folder of videos or a .jsonl file of titles",
    )


def merge(findings: Iterable[Found | Rejection], paths: DataPaths, source: str | None = None) -> IngestReport:
    """Merge findings into the stored catalogue; nothing is written when nothing changed.

    `source` is remembered as one that the catalogue was made from.
    """
    report = IngestReport()
    with locked(paths):
        catalogue = load_catalogue(titles_file(paths))
        sources = load_sources(paths)
        titles = {title.title_id: title for title in catalogue.titles}
        by_name = _names(catalogue.titles)
        sheets: dict[str, SourceSheet] = {}
        for finding in findings:
            if isinstance(finding, Rejection):
                report.rejected.append(finding)
                continue
            known = titles.get(finding.title.title_id) or _same_title(finding.title, by_name, titles)
            merged = finding.title if known is None else _merged(known, finding.title)
            titles[merged.title_id] = merged
            for sheet in finding.sheets:
                own = sheet.title_id == finding.title.title_id
                kept = sheet.model_copy(update={"title_id": merged.title_id}) if own else sheet
                sheets[kept.title_id] = kept
            changed_media = any(
                sources.get(key) != sheet for key, sheet in sheets.items() if key in _ids(merged)
            )
            if known is None:
                report.added.append(merged.title_id)
            elif merged != known or changed_media:
                report.updated.append(merged.title_id)
            else:
                report.unchanged.append(merged.title_id)
        written = []
        if tuple(titles.values()) != catalogue.titles:
            save_catalogue(Catalogue(titles.values()), titles_file(paths))
            written.append(titles_file(paths))
        if any(sources.get(key) != sheet for key, sheet in sheets.items()):
            save_sources(paths, sources | sheets)
            written.append(sources_file(paths))
        seal(paths, *written, read=() if source is None else (source,))
    return report


def _ids(title: Title) -> set[str]:
    return {title.title_id, *(episode.title_id for episode in title.episodes)}


def _names(titles: Iterable[Title]) -> dict[tuple[str, int | None], str]:
    found: dict[tuple[str, int | None], str] = {}
    for title in titles:
        for name in (title.original_title, title.title_pt, title.title_en, *title.aliases):
            if name:
                found.setdefault((romaji_key(name), title.year), title.title_id)
    return found


def _same_title(
    title: Title, by_name: dict[tuple[str, int | None], str], titles: dict[str, Title]
) -> Title | None:
    """Return the title that a library's file means by another of its names, in the same year."""
    if title.source != "library" or title.year is None:
        return None
    for name in (title.original_title, title.title_pt, *title.aliases):
        if name and (title_id := by_name.get((romaji_key(name), title.year))):
            return titles[title_id]
    return None


def _merged(known: Title, new: Title) -> Title:
    """A library's file names only fill what the catalogue does not know; every other source replaces."""
    if new.source != "library" or known.source == "library":
        return new.model_copy(update={"title_id": known.title_id})
    values = known.model_dump()
    filled = {
        name: value
        for name, value in new.model_dump().items()
        if name not in ("title_id", "source", "kind", "unverified") and value not in (None, ()) and values[name] in (None, ())
    }  # fmt: skip
    unverified = tuple(name for name in known.unverified if name not in filled)
    return Title.model_validate(values | filled | {"unverified": unverified})
