"""What there is to do, read from receipts and digests; loads neither Prefect nor LanceDB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bitaca_core.catalogue import libraries
from bitaca_core.catalogue.ingest import IngestReport, ingest, ingest_sample
from bitaca_core.catalogue.store import add_source, load_catalogue, load_sources, titles_file
from bitaca_core.errors import InputError
from bitaca_core.media import planning, sample
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.search import freshness
from bitaca_core.settings import DataPaths, Settings

Stage = Literal["ingest", "package", "index", "evaluate"]
STAGES: tuple[Stage, ...] = ("ingest", "package", "index", "evaluate")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a stage, the title or folder it concerns, and why."""

    stage: Stage
    subject: str
    reason: str


def outstanding(
    settings: Settings, *, only: Stage | None = None, title: str | None = None, force: bool = False
) -> list[Step]:
    """Return the steps that are not done, in order; with `force` also those that are.

    Raises
    ------
    InputError
        `title` names nothing that can be packaged here.
    """
    paths = settings.paths
    wanted = STAGES if only is None else (only,)
    steps: list[Step] = []
    if "ingest" in wanted and title is None:
        steps += [Step("ingest", str(folder), "the folder changed") for folder in libraries.changed(paths)]
    if "package" in wanted:
        steps += packaging(paths, title=title, force=force)
    if title is None:
        if "index" in wanted and (force or freshness.index_is_stale(paths, settings.embedder)):
            steps.append(Step("index", "catalogue", "the index does not match the catalogue"))
        if "evaluate" in wanted and (force or not _evaluated(paths)):
            steps.append(Step("evaluate", "03_abr", "no report for this player"))
    return steps


def packaging(paths: DataPaths, *, title: str | None = None, force: bool = False) -> list[Step]:
    """Return what must be rendered or packaged: sample titles first, in publication order."""
    known = load_sources(paths)
    unrendered = missing_units(paths)
    pending = {item.title_id: item.reason for item in planning.pending(paths) if item.action == "package"}
    reasons = dict.fromkeys(unrendered, "not rendered yet") | pending
    if force:
        reasons = dict.fromkeys(known, "forced") | reasons
    order = {unit.title_id: unit.order for unit in sample.UNITS}
    ids = sorted(reasons, key=lambda title_id: (order.get(title_id, len(order)), title_id))
    if title is not None:
        if title not in known and title not in unrendered:
            raise InputError(f"{title!r} has no source video here", hint="bitaca status lists what has one")
        ids = [title_id for title_id in ids if title_id == title]
    return [Step("package", title_id, reasons[title_id]) for title_id in ids]


def missing_units(paths: DataPaths) -> list[str]:
    """Return the sample units that the catalogue lists and that have no rendered video."""
    catalogue = load_catalogue(titles_file(paths))
    listed = {
        playable
        for title in catalogue
        if title.source == "sample"
        for playable in catalogue.playable_ids(title)
    }
    if not listed:
        return []
    known = load_sources(paths)
    return [
        unit.title_id
        for unit in sample.UNITS
        if unit.title_id in listed
        and (unit.title_id not in known or not Path(known[unit.title_id].video).is_file())
    ]


def render(paths: DataPaths, title_id: str) -> None:
    """Render one sample unit into `sources/` and enter it as a source."""
    board = ProgressBoard(paths)
    board.update(title_id, "render", 0)
    sheet = sample.render(
        title_id,
        paths.sources / title_id,
        lambda share: board.update(title_id, "render", 100 * share),
    )
    add_source(paths, sheet)


def begin_with_sample(paths: DataPaths, say: Callable[[str], None]) -> None:
    """Enter the sample catalogue and publish its first short straight away."""
    from bitaca_core.media import publish

    ingest_sample(paths)
    first = sample.UNITS[0].title_id
    if first in missing_units(paths):
        say(f"rendering {first}")
        render(paths, first)
    if any(item.title_id == first for item in planning.pending(paths)):
        board = ProgressBoard(paths)
        publish.publish(load_sources(paths)[first], paths, board)
        say(f"ready to watch: {first}")


def ingest_library(paths: DataPaths, folder: Path) -> IngestReport:
    """Read a folder of videos into the catalogue and remember it; bad files are reported, good ones go in."""
    seen = libraries.digest(folder)
    report = ingest(folder, paths)
    libraries.remember(paths, folder, seen)
    return report


def _evaluated(paths: DataPaths) -> bool:
    folder = paths.reports / "03_abr"
    return folder.is_dir() and any((run / "results.json").is_file() for run in folder.iterdir())
