"""What the app is made of, loaded behind the answering server and refreshed when files change.

`Services` meets the pipeline only through files: the catalogue, the published packages, the progress board,
the search index. Each component says whether it is loading, ready or failed, and why.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitaca_core.catalogue.store import Catalogue, load_catalogue, load_sources, sources_file, titles_file
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.errors import BitacaError
from bitaca_core.settings import Settings
from bitaca_core.viewers.inbox import Inbox
from bitaca_core.viewers.store import ViewerStore
from gradio_app.calm import Calm
from gradio_app.errors import NotFound, NotReady
from gradio_app.languages import as_published
from gradio_app.spoken import PublishedLines, SpokenScenes

if TYPE_CHECKING:
    from bitaca_core.media.failures import Failure

REFRESH_EVERY_S = 1.0
PURGE_EVERY_S = 3600.0
WAIT_FOR_PARTS_S = 20.0
LANGUAGES_EVERY_S = 60.0
LIMITED_MAX = 16
"""Derona is kept for so many different sets of limits."""
LIMITED_READINGS = 512
"""Messages whose reading is remembered of a Derona who knows not all titles: few viewers speak to each."""
PARTS = ("catalogue", "library", "viewers", "search", "recommend", "derona")

log = logging.getLogger("bitaca.app")


@dataclass
class Services:
    """The composed parts. `version` counts what a page may want to show anew.

    Parameters
    ----------
    settings : Settings
    clock : callable
        Unix seconds.
    calm : Calm or None
        Says when search may load its index and its embedder; at once where None.
    meaning_share : float
        Part of the machine's allowance of questions by meaning (`search.service`) that is this process's.
    """

    settings: Settings
    clock: Callable[[], float] = time.time
    calm: Calm | None = None
    meaning_share: float = 1.0
    catalogue: Catalogue = field(default_factory=Catalogue)
    search: Any = None
    recommender: Any = None
    assistant: Any = None
    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PARTS, "loading"))
    version: int = 1

    def __post_init__(self) -> None:
        self.viewers = ViewerStore(self.settings.paths.app_db, self.clock)
        self.inbox = Inbox(self.settings.paths.inbox, self.clock)
        self.packages: dict[str, Any] = {}
        self.spoken = SpokenScenes(self.settings.paths, self.settings.embedder)
        self.failures: dict[str, Failure] = {}
        self.queue: frozenset[str] = frozenset()
        self._seen: dict[str, Any] = {}
        self._ready = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._purged_at = 0.0
        self._matcher: tuple[Catalogue, Any] | None = None
        self._within: dict[frozenset[str], tuple[Any, Any]] = {}
        self._as_read = self.catalogue
        self._told_s = float("-inf")
        self._arriving: tuple[tuple[object, ...], set[str]] | None = None

    # -- life

    def start(self) -> None:
        """Begin loading in a thread and keep watching the files."""
        self._thread = threading.Thread(target=self._watch, name="services", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self.viewers.close()

    def load(self) -> None:
        """Load everything now, in the caller's thread."""
        self._part("viewers", self._open_viewers)
        self.refresh()

    def _watch(self) -> None:
        self.load()
        while not self._stopped.wait(REFRESH_EVERY_S):
            self.refresh()
            if self.clock() - self._purged_at > PURGE_EVERY_S:
                self._part("viewers", self._open_viewers)

    def refresh(self, at_once: bool = False) -> None:
        """Reload what changed on disk since the last time; `at_once` also what is looked at only now and then."""
        paths = self.settings.paths
        if at_once:
            self._told_s = float("-inf")
        changed = self._part("library", self._read_library)
        titles = _stamp(titles_file(paths))
        index = _stamp(paths.search / "index.json")
        if self._seen.get("titles", False) != titles:
            self._seen["titles"] = titles
            changed |= self._part("catalogue", self._read_catalogue)
            self._seen.pop("index", None)
        changed |= self._read_languages()
        if self._seen.get("index", False) != index:
            self._seen["index"] = index
            changed |= self._part("search", self._open_search)
            changed |= self._part("recommend", self._open_recommender)
            changed |= self._part("derona", self._open_assistant)
        model = _stamp(paths.models / "recommend" / "current")
        if self._seen.get("model", False) != model:
            self._seen["model"] = model
            if self.recommender is not None:
                changed |= self._part("recommend", self._open_recommender)
        changed |= self._read_queue()
        if changed:
            self.version += 1
        self._ready.set()

    def _part(self, name: str, work: Callable[[], bool]) -> bool:
        try:
            changed = work()
        except BitacaError as error:
            log.error("%s is not available: %s", name, error)
            self.states[name] = f"failed: {error.message}"
            return True
        except Exception as error:
            # One broken part must not take the others down; it is named on /readyz and retried on change.
            log.error("%s is not available", name, exc_info=error)
            self.states[name] = f"failed: {type(error).__name__}"
            return True
        self.states[name] = "ready"
        return changed

    def _open_viewers(self) -> bool:
        self._purged_at = self.clock()
        self.viewers.purge(
            messages_days=self.settings.conversation_retention_days,
            telemetry_days=self.settings.telemetry_retention_days,
        )
        self.inbox.expire(self.settings.inbox_retention_days)
        return False

    def _read_catalogue(self) -> bool:
        self.catalogue = self._as_read = load_catalogue(titles_file(self.settings.paths))
        self._told_s = float("-inf")
        return True

    def _read_languages(self) -> bool:
        """Let the titles say what can be heard and read of them here; search and rows are made anew where that is
        news, so at most once in `LANGUAGES_EVERY_S`."""
        stamp = (self._as_read, self._seen.get("library"))
        if self._seen.get("languages") == stamp or self.clock() - self._told_s < LANGUAGES_EVERY_S:
            return False
        self._seen["languages"] = stamp
        told = as_published(self._as_read, self.packages)
        if all(mine == theirs for mine, theirs in zip(told.titles, self.catalogue.titles, strict=False)):
            return False
        self.catalogue = told
        self._told_s = self.clock()
        self._seen.pop("index", None)
        return True

    def _read_library(self) -> bool:
        from bitaca_core.media.library import published

        media = self.settings.paths.media
        stamps: dict[str, Any] = {}
        packages: dict[str, Any] = {}
        if media.is_dir():
            seen = self._seen.get("library", {})
            for name in (entry.name for entry in os.scandir(media)):
                stamp = _stamp(f"{media}/{name}/current")
                if stamp is None:
                    continue
                stamps[name] = stamp
                found = (
                    self.packages.get(name)
                    if seen.get(name) == stamp
                    else published(self.settings.paths, name)
                )
                if found is not None:
                    packages[name] = found
        changed = packages.keys() != self.packages.keys() or stamps != self._seen.get("library", {})
        self._seen["library"] = stamps
        self.packages = packages
        return changed

    def _read_queue(self) -> bool:
        """Read what failed and what waits for its turn: the board names work only once it began."""
        from bitaca_core.media import failures

        paths = self.settings.paths
        seen = (
            _stamp(sources_file(paths)), _stamp(paths.state / "failures.json"), self.catalogue, set(self.packages)
        )  # fmt: skip
        if self._seen.get("queue") == seen:
            return False
        self._seen["queue"] = seen
        failed = failures.load(paths)
        queue = frozenset(
            unit
            for unit in self._sources()
            if unit not in self.packages and unit not in failed and self.catalogue.resolve(unit) is not None
        )
        changed = (queue, failed) != (self.queue, self.failures)
        self.queue, self.failures = queue, failed
        return changed

    def _sources(self) -> Iterator[str]:
        """Yield the ids that the pipeline makes: the house's own, and those with a video that is there."""
        for title in self.catalogue.titles:
            if title.source == "sample":
                yield from self.catalogue.playable_ids(title)
        try:
            sheets = load_sources(self.settings.paths)
        except BitacaError as error:
            log.warning("what is queued is not known: %s", error)
            return
        for unit, sheet in sheets.items():
            if sheet.video.is_file():
                yield unit

    def _open_search(self) -> bool:
        from bitaca_core.search.service import open_search

        self.search = open_search(
            self.settings.paths, self.catalogue, self.playable_units, self.settings.embedder,
            patience=self.calm.wait if self.calm is not None else None, meaning_share=self.meaning_share,
        )  # fmt: skip
        return True

    def _open_recommender(self) -> bool:
        from bitaca_core.recommend.service import Recommender

        self._seen["model"] = _stamp(self.settings.paths.models / "recommend" / "current")
        self.recommender = Recommender(
            self.search,
            self.catalogue,
            self.viewers,
            model=self._published_model(),
            playable=self.playable_units,
            clock=self.clock,
        )
        return True

    def _published_model(self) -> Any:
        """Return the recommendation model that was published; without one, or with a damaged one, content serves."""
        from bitaca_core.recommend.service import published_model

        try:
            return published_model(self.settings.paths.models / "recommend")
        except BitacaError as error:
            log.error("recommendations come from content alone: %s", error)
            return None

    def matcher(self) -> Any:
        """Return what finds our titles for lines of other services' exports; made once a catalogue."""
        from bitaca_core.recommend.imports.matching import Matcher

        kept = self._matcher
        if kept is None or kept[0] is not self.catalogue:
            kept = self._matcher = (self.catalogue, Matcher(self.catalogue.titles))
        return kept[1]

    def may_see(self, viewer: str | None, any_id: str) -> bool:
        """Return whether the viewer's own limits let this title be shown."""
        if viewer is None or self.recommender is None:
            return True
        return bool(self.recommender.may_see(viewer, any_id))

    def hidden(self, viewer: str | None) -> frozenset[str]:
        """Return the titles that the viewer's own limits keep from them."""
        return self.recommender.hidden(viewer) if viewer and self.recommender is not None else frozenset()

    def search_for(self, viewer: str | None) -> Any:
        """Return search as this viewer may have it."""
        from bitaca_core.search.within import SearchWithin

        hidden = self.hidden(viewer)
        return SearchWithin(self.search, hidden) if hidden else self.search

    def assistant_for(self, viewer: str | None) -> Any:
        """Return Derona as this viewer may have her: of titles that are hidden from them she knows nothing."""
        return self.assistant_without(self.hidden(viewer))

    def assistant_without(self, hidden: frozenset[str]) -> Any:
        """Return Derona with these titles out of her sight."""
        if not hidden:
            return self.assistant
        whole = self.assistant
        kept = self._within.get(hidden)
        if kept is None or kept[0] is not whole:
            kept = (
                whole,
                self._assistant([one for one in self.catalogue if one.title_id not in hidden], hidden),
            )
            self._within[hidden] = kept
            if len(self._within) > LIMITED_MAX:
                self._within.pop(next(iter(self._within)))
        return kept[1]

    def _open_assistant(self) -> bool:
        self.assistant = self._assistant(self.catalogue, frozenset())
        threading.Thread(target=self._prepare_moderation, name="bitaca-moderation-warm", daemon=True).start()
        return True

    def _prepare_moderation(self) -> None:
        """Load what moderation looks twice with, so that no viewer waits for it."""
        from bitaca_core.derona import moderation

        if self.calm is None or self.calm.wait():
            moderation.prepare(self.meaning_share)

    def _assistant(self, titles: Iterable[Any], hidden: frozenset[str]) -> Any:
        from bitaca_core.catalogue.store import Catalogue
        from bitaca_core.derona.assistant import Assistant
        from bitaca_core.derona.heard import SIZE
        from bitaca_core.search.within import SearchWithin

        return Assistant(
            titles if isinstance(titles, Catalogue) else Catalogue(titles),
            SearchWithin(self.search, hidden) if hidden else self.search,
            self.recommender,
            playable=self.playable_units,
            arriving=self.arriving_units,
            packages=PublishedLines(self),
            readings=LIMITED_READINGS if hidden else SIZE,
        )

    # -- readiness

    @property
    def loading(self) -> list[str]:
        return [name for name, state in self.states.items() if state == "loading"]

    @property
    def failed(self) -> dict[str, str]:
        return {name: state for name, state in self.states.items() if state.startswith("failed")}

    async def wait(self, part: str) -> None:
        """Wait until `part` answers; raises NotReady when it failed or takes too long."""
        deadline = time.monotonic() + WAIT_FOR_PARTS_S
        while self.states[part] == "loading":
            if time.monotonic() > deadline:
                raise NotReady(f"{part} is still loading")
            await asyncio.sleep(0.03)
        if self.states[part] != "ready":
            raise NotReady(f"{part} is not available")

    # -- questions that pages and the API ask

    def playable_units(self) -> set[str]:
        """Return the ids (films, shorts, episodes) that have a published package."""
        return set(self.packages)

    def arriving_units(self) -> set[str]:
        """Return the ids that are being made or wait for their turn; asked at every message, read when the board changes."""
        from bitaca_core.media.progress import PROGRESS_FILE

        stamp = _stamp(self.settings.paths.state / PROGRESS_FILE)
        # Once a second anyhow: work whose process is gone is none any more.
        key = (stamp, self.version, self.queue, int(self.clock()))
        if self._arriving is None or self._arriving[0] != key:
            board = self.progress()
            working = {unit for unit, entry in board.items() if entry["stage"] != "failed"}
            self._arriving = key, working | (self.queue - board.keys())
        return set(self._arriving[1])

    def title(self, any_id: str) -> tuple[Title, Episode | None]:
        """Return the title of this id, with the episode when it is an episode's id; raises NotFound."""
        title = self.catalogue.get(any_id)
        if title is not None:
            return title, None
        title = self.catalogue.parent_of(any_id)
        if title is None:
            raise NotFound("there is no such title")
        return title, self.catalogue.episode(any_id)

    def units(self, title: Title) -> list[str]:
        """Return the published ids of a title, in order."""
        return [unit for unit in self.catalogue.playable_ids(title) if unit in self.packages]

    def playable(self, title: Title) -> bool:
        return any(unit in self.packages for unit in self.catalogue.playable_ids(title))

    def unit_to_play(self, any_id: str, viewer: str | None) -> str:
        """Return the id to play: itself, or of a series the episode that the viewer was watching.

        That is the one last watched when it is unfinished, the one after it otherwise, the first at first.
        """
        title, episode = self.title(any_id)
        if episode is not None or not title.episodes:
            return any_id
        units = list(self.catalogue.playable_ids(title))
        if viewer is not None:
            for watched in self.viewers.history(viewer):
                if watched.title_id in units:
                    at = units.index(watched.title_id) + (1 if watched.finished else 0)
                    return units[at] if at < len(units) else units[0]
        for unit in units:
            if unit in self.packages:
                return unit
        return units[0]

    def next_unit(self, unit: str) -> str | None:
        """Return the episode after this one, when it can be watched."""
        title = self.catalogue.parent_of(unit)
        if title is None:
            return None
        units = list(self.catalogue.playable_ids(title))
        following = units[units.index(unit) + 1 :]
        return following[0] if following and following[0] in self.packages else None

    def progress(self) -> dict[str, dict[str, Any]]:
        """Return the progress board: work under way or failed, by id, with one overall percentage."""
        from bitaca_core.media.progress import ProgressBoard

        board = ProgressBoard(self.settings.paths).read()
        return {
            unit: {"stage": entry["stage"], "percent": overall_percent(entry["stage"], entry["percent"])}
            for unit, entry in board.items()
            if entry["stage"] != "done" and unit not in self.packages
        }


STAGE_SHARE = {
    "render": (0, 45),
    "analyse": (45, 50),
    "encode": (50, 90),
    "package": (90, 95),
    "verify": (95, 98),
    "publish": (98, 100),
}


def overall_percent(stage: str, percent: float) -> int:
    """Return how far the whole work is, 0-100, from a stage and its own percentage."""
    low, high = STAGE_SHARE.get(stage, (0, 0))
    return int(low + (high - low) * percent / 100)


def _stamp(path: Path | str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked of every title once a second; a `Path` costs ten times as much
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_mtime_ns, found.st_size
