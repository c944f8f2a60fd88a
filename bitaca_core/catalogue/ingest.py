"""Ingestion: read a source, merge it into the catalogue, say what was added, changed and refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from bitaca_core.catalogue.normalize import romaji_key
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.jsonl import read_jsonl
from bitaca_core.catalogue.store import (
    Catalogue,
    load_catalogue,
    load_sources,
    locked,
    save_catalogue,
    save_sources,
    titles_file,
)
from bitaca_core.catalogue.titles import Title
from bitaca_core.errors import CatalogueError
from bitaca_core.settings import DataPaths

SAMPLE_FILES = (("sample_titles.jsonl", "sample"), ("real_titles.jsonl", "real"))


@dataclass(slots=True)
class IngestReport:
    """What one ingestion did; ids in the order of the source."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """Return the report for `--json`."""
        return {
            "schema": 1,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [rejection.to_dict() for rejection in self.rejected],
        }


def ingest(source: Path, paths: DataPaths) -> IngestReport:
    """Read a folder of videos or a JSON-lines file into the catalogue.

    Raises
    ------
    CatalogueError
        The source does not exist or is of no known kind. Bad rows do not raise: they are in the report.
    """
    return merge(read_source(source), paths)


def ingest_sample(paths: DataPaths) -> IngestReport:
    """Put the sample titles and the real ones that ship with Bitaca into the catalogue."""
    return merge(_shipped(), paths)


def _shipped() -> Iterator[Found | Rejection]:
    with resources.as_file(resources.files("bitaca_core.catalogue") / "data") as folder:
        for name, source in SAMPLE_FILES:
            yield from read_jsonl(folder / name, source)


def read_source(source: Path) -> Iterator[Found | Rejection]:
    """Return the reader that fits the source."""
    if source.is_dir():
        from bitaca_core.catalogue.sources.library import read_library

        return read_library(source)
    if not source.exists():
        raise CatalogueError("no such file or folder", file=source)
    if source.suffix.casefold() in (".jsonl", ".ndjson"):
        return read_jsonl(source)
    raise CatalogueError(
        "not a source that can be read",
        file=source,
        hint="give a folder of videos or a .jsonl file of titles",
    )


def merge(findings: Iterable[Found | Rejection], paths: DataPaths) -> IngestReport:
    """Merge findings into the stored catalogue; nothing is written when nothing changed."""
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
        if tuple(titles.values()) != catalogue.titles:
            save_catalogue(Catalogue(titles.values()), titles_file(paths))
        if any(sources.get(key) != sheet for key, sheet in sheets.items()):
            save_sources(paths, sources | sheets)
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
