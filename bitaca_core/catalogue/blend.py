"""What a source's findings do to the titles that are known: each is added, merged, kept out or refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bitaca_core.catalogue.merging import (
    OWN,
    Contradiction,
    Names,
    index_of,
    is_same,
    merged,
    rank,
    separate_id,
)
from bitaca_core.catalogue.quarantine import Conflict
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.titles import Title


@dataclass(slots=True)
class IngestReport:
    """What one ingestion did; ids in the order of the source. `set_aside` names damaged files that were kept."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    quarantined: list[Conflict] = field(default_factory=list)
    set_aside: list[Path] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """Return the report for `--json`."""
        return {
            "schema": 1,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [rejection.to_dict() for rejection in self.rejected],
            "quarantined": [conflict.to_dict() for conflict in self.quarantined],
            "set_aside": [str(file) for file in self.set_aside],
        }


class Blend:
    """Titles by id while a source is read into them; `report` says what happened, `sheets` which videos came."""

    def __init__(self, titles: Iterable[Title]) -> None:
        self.titles: dict[str, Title] = {title.title_id: title for title in titles}
        self.sheets: dict[str, SourceSheet] = {}
        self.report = IngestReport()
        self._before = dict(self.titles)
        self._told: dict[tuple[str, str], None] = {}  # (title, source) that this reading has spoken about
        self._media: set[str] = set()
        self._names: Names = index_of(self.titles.values())

    def add(self, finding: Found | Rejection, sources: dict[str, SourceSheet]) -> None:
        """Take one finding in. `sources` are the sheets that were known before."""
        if isinstance(finding, Rejection):
            self.report.rejected.append(finding)
            return
        known = self._known(finding)
        if isinstance(known, Conflict):
            self.report.quarantined.append(known)
            return
        title = finding.title
        if known is None and title.title_id in self.titles:
            title = title.model_copy(update={"title_id": separate_id(title)})
            known = self.titles.get(title.title_id)
        against: tuple[Contradiction, ...] = ()
        if known is not None:
            title, against = merged(known, title, again=(known.title_id, title.source) in self._told)
        self._keep(finding, title, sources)
        self.report.quarantined += [_conflict(finding, title, one) for one in against]

    def _known(self, finding: Found) -> Title | Conflict | None:
        """Return the title that is meant, None for a new one, a conflict where it cannot be told."""
        new = finding.title
        same_id = self.titles.get(new.title_id)
        if same_id is not None and _is_own(new):
            return same_id
        doubtful: Title | None = None
        here = ((key, False) for key in (new.title_id, separate_id(new)) if key in self.titles)
        for title_id, certain in (*here, *self._names.candidates(new)):
            known = self.titles[title_id]
            same = is_same(known, new, certain)
            if same:
                return known
            if same is None and doubtful is None:
                doubtful = known
        if doubtful is not None and not _is_own(new):
            return Conflict(
                file=str(finding.file) if finding.file else None,
                line=finding.line,
                title=new.original_title,
                year=new.year,
                title_id=doubtful.title_id,
                field=None,
                known=_apart(doubtful, new),
                new=new.model_dump(mode="json", exclude_defaults=True),
                sources=(doubtful.source, new.source),
            )
        return None

    def _keep(self, finding: Found, title: Title, sources: dict[str, SourceSheet]) -> None:
        self.titles[title.title_id] = title
        self._told[title.title_id, finding.title.source] = None
        self._names.add(title)
        mine = {title.title_id, *(episode.title_id for episode in title.episodes)}
        for sheet in finding.sheets:
            own = sheet.title_id == finding.title.title_id
            kept = sheet.model_copy(update={"title_id": title.title_id}) if own else sheet
            self.sheets[kept.title_id] = kept
            if kept.title_id in mine and sources.get(kept.title_id) != kept:
                self._media.add(title.title_id)

    def finish(self) -> IngestReport:
        """Return the report: each title once, in the order in which the source first spoke of it."""
        for title_id in dict.fromkeys(title_id for title_id, _ in self._told):
            before = self._before.get(title_id)
            if before is None:
                self.report.added.append(title_id)
            elif before != self.titles[title_id] or title_id in self._media:
                self.report.updated.append(title_id)
            else:
                self.report.unchanged.append(title_id)
        return self.report


def _is_own(title: Title) -> bool:
    """Return whether a source is written for this catalogue: its id says whom it means."""
    return rank(title.source) == OWN or title.source == "library"


def _conflict(finding: Found, title: Title, one: Contradiction) -> Conflict:
    owner = dict(title.provenance).get(one.field, title.source)
    return Conflict(
        file=str(finding.file) if finding.file else None,
        line=finding.line,
        title=title.original_title,
        year=title.year,
        title_id=title.title_id,
        field=one.field,
        known=one.known,
        new=one.new,
        sources=(owner, finding.title.source),
    )


def _apart(known: Title, new: Title) -> str:
    """Say in what two titles of one name or id contradict each other."""
    if (known.kind == "series") != (new.kind == "series"):
        return f"that is a {known.kind} and this a {new.kind}"
    if known.year and new.year and abs(known.year - new.year) > 1:
        return f"that is of {known.year}"
    people = (*known.directors, *known.cast)[:4]
    return f"that has other people ({', '.join(people)})"
