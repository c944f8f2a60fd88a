"""What there is to do, read from receipts and digests, and the steps themselves; loads neither Prefect nor LanceDB."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bitaca_core.catalogue import libraries, normalize, vocabulary
from bitaca_core.catalogue.ingest import IngestReport, ingest, ingest_sample
from bitaca_core.catalogue.store import Catalogue, add_source, load_catalogue, load_sources, titles_file
from bitaca_core.errors import BitacaError, InputError
from bitaca_core.media import failures, planning, sample
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.media.receipts import sha256_json, write_atomically
from bitaca_core.search import documents, freshness
from bitaca_core.settings import CHECKOUT, DataPaths, Settings

Stage = Literal["ingest", "package", "index", "evaluate"]
STAGES: tuple[Stage, ...] = ("ingest", "package", "index", "evaluate")
NOTEBOOKS = ("03_abr",)
"""What the run evaluates, as `flows.evaluate.PUBLISHED` (held by a test; that module loads Prefect)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a stage, the title or folder it concerns, and why."""

    stage: Stage
    subject: str
    reason: str


class Listener(Protocol):
    """Hears of each step; must not raise."""

    def begin(self, step: Step, number: int, total: int) -> None:
        """Step `number` (from 1) of `total` of its stage starts."""

    def end(self, step: Step, failure: str | None) -> None:
        """The step is over; `failure` says why it failed."""

    def say(self, text: str) -> None:
        """One line that belongs to no step."""


def outstanding(
    settings: Settings,
    *,
    only: Stage | None = None,
    title: str | None = None,
    force: bool = False,
    verify: bool = False,
) -> list[Step]:
    """Return the steps that are not done, in order; with `force` also those that are.

    Parameters
    ----------
    only, title
        Narrow it down to one stage, or to the packaging of one title.
    verify : bool
        Compare the contents of published files, not only their sizes and times.

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
        steps += packaging(settings, title=title, force=force, verify=verify)
    if title is None:
        if "index" in wanted and (force or index_is_stale(settings)):
            steps.append(Step("index", "catalogue", "the index does not match the catalogue"))
        if "evaluate" in wanted:
            steps += [
                Step("evaluate", name, "forced" if evaluated(paths, name) else "no report of this player yet")
                for name in NOTEBOOKS
                if notebook_file(name).is_file() and (force or not evaluated(paths, name))
            ]
    return steps


def packaging(
    settings: Settings, *, title: str | None = None, force: bool = False, verify: bool = False
) -> list[Step]:
    """Return what must be rendered or packaged: sample titles first, in publication order.

    What cannot be used as it is (a broken file) is left out unless it is named by `title`.
    """
    paths = settings.paths
    known = planning.read_sources(paths)
    unrendered = missing_units(settings)
    reasons = dict.fromkeys(unrendered, "not rendered yet") | {
        item.title_id: item.reason
        for item in planning.pending(paths, verify)
        if item.action == "package" or item.title_id == title
    }
    if force:
        reasons = dict.fromkeys(known, "forced") | reasons
    order = {unit.title_id: unit.order for unit in sample.UNITS}
    ids = sorted(reasons, key=lambda title_id: (order.get(title_id, len(order)), title_id))
    if title is not None:
        if title not in known and title not in unrendered:
            raise InputError(f"{title!r} has no source video here", hint="bitaca status lists what has one")
        ids = [title_id for title_id in ids if title_id == title]
    return [Step("package", title_id, reasons[title_id]) for title_id in ids]


def missing_units(settings: Settings) -> list[str]:
    """Return the sample units that the catalogue lists and that have no rendered video."""
    known = planning.read_sources(settings.paths)
    listed = set(_facts(settings).units)
    return [
        unit.title_id
        for unit in sample.UNITS
        if unit.title_id in listed
        and (unit.title_id not in known or not Path(known[unit.title_id]["video"]).is_file())
    ]


def index_is_stale(settings: Settings) -> bool:
    """Return whether the search index is not that of the catalogue."""
    return freshness.index_is_stale(settings.paths, _facts(settings).index_version)


def notebook_file(name: str) -> Path:
    """Return where a notebook lies."""
    return CHECKOUT / "notebooks" / f"{name}.ipynb"


def evaluated(paths: DataPaths, name: str) -> bool:
    """Return whether a finished report is newer than its notebook."""
    changed_ns = notebook_file(name).stat().st_mtime_ns
    return any(
        found.stat().st_mtime_ns >= changed_ns for found in (paths.reports / name).glob("[!.]*/results.json")
    )


def render(paths: DataPaths, title_id: str) -> None:
    """Render one sample unit into `sources/` and enter it as a source; a second renderer waits and finds it done."""
    board = ProgressBoard(paths)
    with _alone(paths, f"render-{title_id}"):
        known = load_sources(paths).get(title_id)
        if known is not None and known.video.is_file():
            return
        for leftover in paths.sources.glob(f".{title_id}-*"):  # of a render that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        board.update(title_id, "render", 0)
        try:
            sheet = sample.render(
                title_id,
                paths.sources / title_id,
                lambda share: board.update(title_id, "render", 100 * share),
            )
        except Exception as error:
            board.update(title_id, "failed", 100)
            failures.record(paths, title_id, error)
            raise
        except BaseException:
            board.clear(title_id)
            raise
        add_source(paths, sheet)


def publish(paths: DataPaths, title_id: str, force: bool = False) -> str:
    """Package, verify and publish one title and remember how it went; return its package_id."""
    from bitaca_core.media import publish as publication

    sheet = load_sources(paths).get(title_id)
    if sheet is None:
        raise InputError(f"{title_id!r} has no source video here", hint="bitaca status lists what has one")
    try:
        package_id = publication.publish(sheet, paths, ProgressBoard(paths), force=force)
    except Exception as error:
        inputs = planning.input_paths(planning.read_sources(paths)[title_id])
        failures.record(paths, title_id, error, inputs)
        raise
    failures.clear(paths, title_id)
    return package_id


def first_sample(settings: Settings, listener: Listener) -> None:
    """Enter the sample catalogue and publish its first short straight away."""
    paths = settings.paths
    ingest_sample(paths)
    first = sample.UNITS[0].title_id
    for step in packaging(settings, title=first):
        listener.begin(step, 1, 1)
        try:
            if first in missing_units(settings):
                render(paths, first)
            publish(paths, first)
        except BitacaError as error:
            listener.end(step, str(error))
        else:
            listener.end(step, None)


def ingest_library(paths: DataPaths, folder: Path) -> IngestReport:
    """Read a folder of videos into the catalogue and remember it; bad files are reported, good ones go in."""
    seen = libraries.digest(folder)
    report = ingest(folder, paths)
    libraries.remember(paths, folder, seen)
    return report


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the stages need of the catalogue: its sample units, and the index that it should have."""

    key: str
    units: tuple[str, ...]
    index_version: str | None


def _facts(settings: Settings) -> _Facts:
    """Return the facts of the catalogue as it is now; read from Parquet only when the file changed."""
    file = settings.paths.state / "catalogue-facts.json"
    key = _facts_key(settings)
    try:
        kept = json.loads(file.read_bytes())
        if kept["key"] == key:
            return _Facts(key, tuple(kept["units"]), kept["index_version"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass  # first time, or damaged: it is made again below
    catalogue = load_catalogue(titles_file(settings.paths))
    facts = _Facts(
        key, tuple(_sample_units(catalogue)), freshness.wanted_version(catalogue, settings.embedder)
    )
    write_atomically(
        file, json.dumps({"key": key, "units": facts.units, "index_version": facts.index_version})
    )
    return facts


def _facts_key(settings: Settings) -> str:
    """Digest what the facts depend on: the catalogue file, the code that makes index texts, the embedder."""
    stamps = []
    code = [
        *sorted(Path(documents.__file__).parent.glob("*.py")),
        Path(vocabulary.__file__),
        Path(normalize.__file__),
    ]
    for path in (titles_file(settings.paths), *code):
        try:
            status = path.stat()
            stamps.append([str(path), status.st_size, status.st_mtime_ns])
        except FileNotFoundError:
            stamps.append([str(path)])
    return sha256_json([settings.embedder, stamps])


def _sample_units(catalogue: Catalogue) -> Iterator[str]:
    for title in catalogue:
        if title.source == "sample":
            yield from catalogue.playable_ids(title)


@contextmanager
def _alone(paths: DataPaths, name: str) -> Iterator[None]:
    folder = paths.state / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
