"""A folder that publishes itself: what comes to rest in it is ingested and published, one title at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bitaca_core.catalogue.ingest import ingest
from bitaca_core.catalogue.store import read_sheets
from bitaca_core.errors import BitacaError, InputError
from bitaca_core.media import arrivals, planning
from bitaca_core.media.arrivals import Arrivals, Mark
from bitaca_core.settings import Settings
from flows import indexing, work

SETTLE_S = 10.0
EVERY_S = 2.0


@dataclass(slots=True)
class Watch:
    """One watched folder. Failures that lie in a file are remembered on disk (`media.failures`), others here: neither
    is tried again until one of the title's files changes.

    Parameters
    ----------
    clock : callable
        A steady clock, seconds.
    finish : callable
        Called after titles were published, when nothing else waits: brings the search index up to date.
    """

    settings: Settings
    folder: Path
    listener: work.Listener
    settle_s: float = SETTLE_S
    clock: Callable[[], float] = time.monotonic
    finish: Callable[[Settings], None] = lambda settings: index(settings)
    _given_up: dict[str, tuple[Mark | None, ...]] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _arrivals: Arrivals = field(init=False)
    _away: bool = False

    def __post_init__(self) -> None:
        self._arrivals = Arrivals(self.settle_s)

    def look(self) -> int:
        """Look once: publish what came to rest; return how many titles were published."""
        if not self._there():
            return 0
        fresh = self._arrivals.look(arrivals.marks(self.folder), self.clock())
        if not fresh:
            return 0
        self._ingest()
        published = 0
        waiting = self._waiting()
        for number, step in enumerate(waiting, 1):
            if self._moved(step.subject):
                continue
            self.listener.begin(step, number, len(waiting))
            reason = self._publish(step.subject)
            self.listener.end(step, reason)
            published += reason is None
        if published:
            try:
                self.finish(self.settings)
            except BitacaError as error:
                self.listener.say(f"the search index could not be brought up to date: {error}")
        return published

    def _there(self) -> bool:
        """Return whether the folder can be reached; a drive that comes and goes is told once each time."""
        away = not self.folder.is_dir()
        if away != self._away:
            self.listener.say(f"{self.folder} {'cannot be reached now' if away else 'is there again'}")
            self._away = away
        return not away

    def _ready(self, file: Path) -> bool:
        return self._arrivals.known(file)

    def _ingest(self) -> None:
        try:
            report = ingest(self.folder, self.settings.paths, self._ready)
        except BitacaError as error:
            self.listener.say(f"the folder could not be read: {error}")
            return
        for file in report.set_aside:
            self.listener.say(f"damaged, and kept as {file}")
        for rejection in report.rejected:
            self._say_once(f"not taken: {rejection}")

    def _waiting(self) -> list[work.Step]:
        """Return what to publish of this folder; a title waits until all of its files are at rest."""
        paths = self.settings.paths
        sheets = read_sheets(paths)
        steps = []
        for item in planning.pending(paths):
            files = [Path(name) for name in planning.input_paths(sheets[item.title_id])]
            if not any(file.is_relative_to(self.folder) for file in files):
                continue
            if item.action == "blocked":
                self._say_once(f"not taken: {item.title_id}: {item.reason}")
            elif all(self._at_rest(file) for file in files) and self._given_up.get(item.title_id) != _marks(
                files
            ):
                steps.append(work.Step("package", item.title_id, item.reason, item.reasons))
        return steps

    def _at_rest(self, file: Path) -> bool:
        return not file.is_relative_to(self.folder) or self._arrivals.at_rest(file, self.clock())

    def _moved(self, title_id: str) -> bool:
        """Return whether a file of the title changed since the look: others had their turn in between."""
        names = planning.input_paths(read_sheets(self.settings.paths)[title_id])
        files = [file for name in names if (file := Path(name)).is_relative_to(self.folder)]
        return _marks(files) != tuple(self._arrivals.mark(file) for file in files)

    def _publish(self, title_id: str) -> str | None:
        """Publish one title; return why it failed."""
        files = [Path(name) for name in planning.input_paths(read_sheets(self.settings.paths)[title_id])]
        try:
            work.publish(self.settings.paths, title_id)
        except Exception as error:  # the next title must have its turn, whatever became of this one
            self._given_up[title_id] = _marks(files)
            told = str(error) if isinstance(error, BitacaError) else f"{type(error).__name__}: {error}"
            if isinstance(error, InputError):
                self._told.add(f"not taken: {title_id}: {error}")
            return f"{told} (tried again when the file changes)"
        self._given_up.pop(title_id, None)
        return None

    def _say_once(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self.listener.say(line)


def index(settings: Settings) -> None:
    """Build the search index again if it is not that of the catalogue."""
    if work.why_index_is_stale(settings):
        indexing.build(settings.paths, settings.embedder)


def watch(
    settings: Settings,
    folder: Path,
    listener: work.Listener,
    *,
    settle_s: float = SETTLE_S,
    every_s: float = EVERY_S,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Watch `folder` until interrupted (`KeyboardInterrupt` ends it; a publication under way is called off).

    Raises
    ------
    InputError
        There is no such folder.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise InputError("expected a folder of videos", file=folder, hint="Give an existing folder")
    watched = Watch(settings, folder, listener, settle_s)
    listener.say(f"watching {folder}; Ctrl-C ends it")
    while True:
        watched.look()
        pause(every_s)


def _marks(files: list[Path]) -> tuple[Mark | None, ...]:
    found: list[Mark | None] = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            found.append(None)
        else:
            found.append((status.st_size, status.st_mtime_ns))
    return tuple(found)
