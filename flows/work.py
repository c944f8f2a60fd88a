"""What there is to do, read from receipts and digests, and the steps themselves; loads neither Prefect nor LanceDB."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from bitaca_core import stamps
from bitaca_core.catalogue import libraries, normalize, vocabulary
from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import (
    SAMPLE,
    Catalogue,
    add_source,
    damage,
    load_catalogue,
    load_sources,
    read_sheets,
    sources_read,
    sources_unread,
    titles_file,
)
from bitaca_core.errors import BitacaError, InputError, RebuildNeeded, SchemaError
from bitaca_core.media import description, failures, planning, sample, webhook
from bitaca_core.media.library import current_package_id
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.media.storage import Storage
from bitaca_core.media.storage_s3 import open_storage
from bitaca_core.media.webhook import Notice
from bitaca_core.search import documents, freshness
from bitaca_core.settings import CHECKOUT, DataPaths, Settings, load_settings
from bitaca_core.stamps import sha256_json, write_atomically

if TYPE_CHECKING:
    from bitaca_core.catalogue.sheet import SourceSheet
    from bitaca_core.media.job import Job

Stage = Literal["ingest", "package", "index", "evaluate"]
NOT_RENDERED = "not rendered yet"
STAGES: tuple[Stage, ...] = ("ingest", "package", "index", "evaluate")
NOTEBOOKS = ("02_bitrate_ladder", "03_abr", "04_recommendation", "05_search", "07_derona")
"""What the run evaluates, as `flows.evaluate.PUBLISHED` (held by a test; that module loads Prefect)."""
EPISODE = re.compile(r"(.+-(?:s\d+)?)e\d+")
"""Ids of episodes end in `-s01e02` or, without seasons, in `-e02`."""
CATALOGUE = "catalogue"
"""Subject of the steps that concern the whole catalogue: building it again, and its index."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a stage, the title or folder it concerns, and why; `reasons` where there are several."""

    stage: Stage
    subject: str
    reason: str
    reasons: tuple[str, ...] = ()


class Listener(Protocol):
    """Hears of each step; must not raise."""

    def begin(self, step: Step, number: int, total: int) -> None:
        """Step `number` (from 1) of `total` of its stage starts."""

    def end(self, step: Step, failure: str | None) -> None:
        """The step is over; `failure` says why it failed."""

    def say(self, text: str) -> None:
        """One line that belongs to no step."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What there is to do, in order, and what a person must see to first."""

    steps: tuple[Step, ...]
    blocked: tuple[planning.PlanItem, ...]

    @property
    def lost(self) -> list[str]:
        """The titles that viewers had and that cannot be made whole from here, each with the reason."""
        return [f"{item.title_id}: {item.reason}" for item in self.blocked if item.damaged]


def outstanding(
    settings: Settings,
    *,
    only: Stage | None = None,
    title: str | None = None,
    force: bool = False,
    verify: bool = False,
) -> list[Step]:
    """Return the steps of `outlook`."""
    return list(outlook(settings, only=only, title=title, force=force, verify=verify).steps)


def outlook(
    settings: Settings,
    *,
    only: Stage | None = None,
    title: str | None = None,
    force: bool = False,
    verify: bool = False,
) -> Outlook:
    """Return what is not done, in order; with `force` also what is.

    A damaged catalogue is the one step then: what the other stages have to do is known when it is built again.

    Parameters
    ----------
    only, title
        Narrow it down to one stage, or to the packaging of one title.
    verify : bool
        Compare the contents of published files, not only their sizes and times.

    Raises
    ------
    InputError
        `title` names nothing that can be packaged here, or is given for another stage than packaging.
    RebuildNeeded
        The catalogue is damaged, and `only` or `title` leave no room to build it again.
    """
    if title is not None and only not in (None, "package"):
        raise InputError(
            f"--title goes with packaging, not with --only {only}", kind="usage", hint="Leave one of them out"
        )
    paths = settings.paths
    wanted = STAGES if only is None else (only,)
    wrong = catalogue_damage(settings, verify) if only != "evaluate" else None
    if wrong is not None and "ingest" in wanted and title is None:
        return Outlook((Step("ingest", CATALOGUE, wrong),), ())
    if wrong is not None:
        raise RebuildNeeded(
            f"the catalogue is damaged: {wrong}",
            file=paths.catalogue,
            hint="`bitaca run --only ingest` builds it again from its sources",
        )
    steps: list[Step] = []
    blocked: list[planning.PlanItem] = []
    if "ingest" in wanted and title is None:
        steps += [
            Step("ingest", str(source), "forced" if force else "the folder changed")
            for source in (_sources(paths) if force else libraries.changed(paths))
        ]
    if "package" in wanted:
        to_package, blocked = _packaging(settings, title=title, force=force, verify=verify)
        steps += to_package
    if title is None and "index" in wanted:
        stale = "forced" if force else why_index_is_stale(settings, verify)
        if stale is not None:
            steps.append(Step("index", CATALOGUE, stale))
    if title is None and "evaluate" in wanted:
        for name in NOTEBOOKS:
            reason = "forced" if force else why_not_evaluated(paths, name, verify)
            if reason is not None and notebook_file(name).is_file():
                steps.append(Step("evaluate", name, reason))
    return Outlook(tuple(steps), tuple(blocked))


def catalogue_damage(settings: Settings, verify: bool = False) -> str | None:
    """Say which files of the catalogue are lost or unreadable; None when all are well.

    Raises
    ------
    SchemaError
        One was written by a newer release.
    """
    paths = settings.paths
    reasons = list(damage(paths, verify=verify).values())
    try:
        _facts(settings)
    except RebuildNeeded as error:
        reasons.append(f"{titles_file(paths).name}: {error.message}")
    try:
        libraries.load(paths)
    except SchemaError as error:
        reasons.append(error.message)
    if sources_unread(paths):
        reasons.append("its rebuilding was interrupted")
    return "; ".join(dict.fromkeys(reasons)) or None


def _sources(paths: DataPaths) -> list[Path]:
    """Return every folder and file that the catalogue was made from and that is there."""
    known = dict.fromkeys((*sources_read(paths), *libraries.load(paths)))
    return [Path(source) for source in known if source != SAMPLE and Path(source).exists()]


def packaging(
    settings: Settings, *, title: str | None = None, force: bool = False, verify: bool = False
) -> list[Step]:
    """Return what must be rendered or packaged: sample titles first, in publication order.

    What cannot be used as it is (a broken file) is left out unless it is named by `title`.
    """
    return _packaging(settings, title=title, force=force, verify=verify)[0]


def _packaging(
    settings: Settings, *, title: str | None, force: bool, verify: bool
) -> tuple[list[Step], list[planning.PlanItem]]:
    paths = settings.paths
    known = read_sheets(paths)
    unrendered = _missing_units(settings, known)
    pending = planning.pending(paths, verify)
    reasons: dict[str, tuple[str, ...]] = dict.fromkeys(known, ("forced",)) if force else {}
    reasons |= {
        item.title_id: item.reasons for item in pending if item.action == "package" or item.title_id == title
    }
    reasons |= dict.fromkeys(unrendered, (NOT_RENDERED,))
    order = {unit.title_id: unit.order for unit in sample.UNITS}
    ids = sorted(reasons, key=lambda title_id: (order.get(title_id, len(order)), title_id))
    if title is not None:
        if title not in known and title not in unrendered:
            raise InputError(f"{title!r} has no source video here", hint="bitaca status lists what has one")
        ids = [title_id for title_id in ids if title_id == title]
    blocked = [
        item
        for item in pending
        if item.action == "blocked" and item.title_id not in unrendered and title in (None, item.title_id)
    ]
    steps = [
        Step("package", title_id, planning.short(reasons[title_id]), reasons[title_id]) for title_id in ids
    ]
    return steps, blocked


def missing_units(settings: Settings) -> list[str]:
    """Return the sample units that the catalogue lists and that have no rendered video."""
    return _missing_units(settings, read_sheets(settings.paths))


def _missing_units(settings: Settings, known: dict[str, dict[str, Any]]) -> list[str]:
    listed = set(_facts(settings).units)
    return [
        unit.title_id
        for unit in sample.UNITS
        if unit.title_id in listed
        and (unit.title_id not in known or not Path(known[unit.title_id]["video"]).is_file())
    ]


def why_index_is_stale(settings: Settings, verify: bool = False) -> str | None:
    """Say why the search index is not that of the catalogue, or not whole; None when it is well."""
    from flows.indexing import why_scenes_are_stale

    wanted = _facts(settings).index_version
    stale = freshness.why_stale(settings.paths, wanted, verify)
    return stale or (why_scenes_are_stale(settings.paths) if wanted is not None else None)


def notebook_file(name: str) -> Path:
    """Return where a notebook lies."""
    return CHECKOUT / "notebooks" / f"{name}.ipynb"


def report_stage(name: str) -> str:
    """Return the name of the receipt of a notebook's last report."""
    return f"report-{name}"


def why_not_evaluated(paths: DataPaths, name: str, verify: bool = False) -> str | None:
    """Say why a notebook must be run: no whole report of it, or one that came from other inputs."""
    receipt = stamps.load(paths, report_stage(name))
    if receipt is None:
        return "there is no report yet"
    for changed in stamps.inputs_changed(receipt):
        return f"{Path(changed).name} changed"
    for file, change in stamps.damage(paths, receipt, verify).items():
        return f"{file} is missing" if change == "missing" else f"{file} was changed ({change})"
    return None


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


def prepare(paths: DataPaths, title_id: str) -> Job | None:
    """Return what is decided of a title; None where its source is gone, so that only what stands can be published.

    Raises
    ------
    InputError
        The title has no source here, or it cannot be used; that is remembered.
    """
    from bitaca_core.media.package import prepare as decide
    from bitaca_core.media.wishes import asked

    sheet = _sheet(paths, title_id)
    if not all(Path(file).is_file() for file in planning.input_paths(read_sheets(paths)[title_id])):
        return None
    try:
        return decide(sheet, asked(load_settings(), paths.keys, sheet.protect))
    except Exception as error:
        _remember(paths, title_id, error)
        raise


def publish(
    paths: DataPaths,
    title_id: str,
    force: bool = False,
    *,
    job: Job | None = None,
    stop_after_first: bool = False,
) -> str:
    """Package, verify and publish one title and remember how it went; return its package_id."""
    from bitaca_core.media import publish as publication
    from bitaca_core.media.wishes import asked

    settings = load_settings()
    before = current_package_id(paths, title_id)
    try:
        sheet = _sheet(paths, title_id)
        package_id = publication.publish(
            sheet, paths, ProgressBoard(paths), wishes=asked(settings, paths.keys, sheet.protect), force=force,
            workers=settings.workers, job=job, stop_after_first=stop_after_first,
            storage=(storage := _storage(settings, paths)),
        )  # fmt: skip
    except Exception as error:
        _remember(paths, title_id, error)
        raise
    failures.clear(paths, title_id)
    if not stop_after_first:
        _hear_the_series(paths, title_id, storage)
    if package_id != before:
        _tell(settings, Notice("published", title_id, package_id, "published", f"published as {package_id}"))
    return package_id


def season_of(title_id: str, known: Iterable[str]) -> list[str]:
    """Return the ids among `known` that are episodes of the same season, in order; none for what is no episode."""
    own = EPISODE.fullmatch(title_id)
    if own is None:
        return []
    others = (found for name in known if (found := EPISODE.fullmatch(name)))
    return sorted(found[0] for found in others if found[1] == own[1])


def _hear_the_series(paths: DataPaths, title_id: str, storage: Storage) -> None:
    """Mark openings and credits of the season that a published episode belongs to."""
    episodes = season_of(title_id, read_sheets(paths))
    if len(episodes) > 1:
        from bitaca_core.media.fingerprint import season

        with _alone(paths, f"season-{episodes[0]}"):
            season.update(paths, episodes)
            for episode in episodes:
                if (package_id := current_package_id(paths, episode)) is not None:
                    key = f"{episode}/{package_id}"
                    storage.renew(paths.media / key, key, (season.SIDECAR, description.FILE_NAME))


def _sheet(paths: DataPaths, title_id: str) -> SourceSheet:
    sheet = load_sources(paths).get(title_id)
    if sheet is None:
        raise InputError(f"{title_id!r} has no source video here", hint="bitaca status lists what has one")
    return sheet


def _remember(paths: DataPaths, title_id: str, error: Exception) -> None:
    sheet = read_sheets(paths).get(title_id)
    if sheet is not None:
        failures.record(paths, title_id, error, planning.input_paths(sheet))
    told = failures.told(title_id, error)
    _tell(load_settings(), Notice("failed", title_id, None, told.kind, told.message))


def _storage(settings: Settings, paths: DataPaths) -> Storage:
    return open_storage(settings.model_copy(update={"home": paths.home}))


def _tell(settings: Settings, notice: Notice) -> None:
    webhook.tell(settings.webhook_url, settings.webhook_secret, settings.webhook_private, notice)


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
    except (OSError, ValueError, KeyError, TypeError):
        pass  # first time, or damaged: it is made again below
    catalogue = load_catalogue(titles_file(settings.paths))
    facts = _Facts(
        key, tuple(_sample_units(catalogue)), freshness.wanted_version(catalogue, settings.embedder)
    )
    kept = {"key": key, "units": facts.units, "index_version": facts.index_version}
    with suppress(OSError):  # only a memory: `plan` and `status` also serve who may not write here
        write_atomically(file, json.dumps(kept))
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
