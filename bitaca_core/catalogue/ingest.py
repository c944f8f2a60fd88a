"""Ingestion: read a source, merge it into the catalogue, say what was added, changed and refused.

What was ever read is remembered, so that a damaged catalogue is set aside and built again from its sources.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path

from bitaca_core.catalogue import libraries, quarantine
from bitaca_core.catalogue.blend import Blend, IngestReport
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.sources.choose import read_source
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
from bitaca_core.errors import BitacaError, RebuildNeeded, SchemaError
from bitaca_core.settings import DataPaths

SAMPLE_FILES = (("sample_titles.jsonl", "sample"), ("real_titles.jsonl", "real"))


def _any_file(file: Path) -> bool:
    return True


def ingest(source: Path, paths: DataPaths, ready: Callable[[Path], bool] = _any_file) -> IngestReport:
    """Read a source of any kind (`sources/choose.py`) into the catalogue, and remember it.

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
        report.quarantined += found.quarantined
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


def merge(findings: Iterable[Found | Rejection], paths: DataPaths, source: str | None = None) -> IngestReport:
    """Merge findings into the stored catalogue; nothing is written when nothing changed.

    What contradicts the catalogue is kept out and written to the quarantine, in place of what the source contradicted
    before. `source` is remembered as one that the catalogue was made from.
    """
    with locked(paths):
        before = load_catalogue(titles_file(paths))
        sources = load_sources(paths)
        blend = Blend(before.titles)
        for finding in findings:
            blend.add(finding, sources)
        report = blend.finish()
        written = []
        if tuple(blend.titles.values()) != before.titles:
            save_catalogue(Catalogue(blend.titles.values()), titles_file(paths))
            written.append(titles_file(paths))
        if any(sources.get(key) != sheet for key, sheet in blend.sheets.items()):
            save_sources(paths, sources | blend.sheets)
            written.append(sources_file(paths))
        quarantine.replace(paths, source or "", report.quarantined)
        seal(paths, *written, read=() if source is None else (source,))
    return report
