"""What a person sees of the pipeline: bars on a terminal, plain lines elsewhere. One writer, standard error."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.media.progress import ProgressBoard, told
from bitaca_core.settings import DataPaths
from flows.work import Step

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

REFRESH_S = 0.25
VERBS = {"ingest": "reading", "package": "preparing", "index": "indexing", "evaluate": "evaluating"}


class Terminal:
    """Tells steps as they begin and end; between them shows the progress board where bars can be drawn.

    Parameters
    ----------
    paths : DataPaths
        Whose progress board and catalogue.
    address : str or None
        Of the running app, without a trailing slash: finished titles are told with their page.
    stream : text file
        Where to write; bars are drawn when it is a terminal.
    """

    def __init__(self, paths: DataPaths, address: str | None = None, stream: IO[str] | None = None) -> None:
        self._paths = paths
        self._address = address
        self._stream = stream or sys.stderr
        self._board = ProgressBoard(paths)
        self._names: dict[str, str] = {}
        self._running: set[str] = set()
        self._bars: dict[str, TaskID] = {}
        self._progress: Progress | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._progress = _bars(self._stream)
            self._progress.start()
            self._refresher = threading.Thread(target=self._refresh, daemon=True)
            self._refresher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._progress is not None:
            self._refresher.join()
            self._progress.stop()

    def say(self, text: str) -> None:
        """Write one line."""
        if self._progress is not None:
            self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    def begin(self, step: Step, number: int, total: int) -> None:
        """Show that a step starts."""
        with self._lock:
            self._running.add(step.subject)
        if self._progress is None:
            place = f" ({number} of {total})" if total > 1 else ""
            self.say(f"{VERBS[step.stage]} {self.name(step)}{place}")

    def end(self, step: Step, failure: str | None) -> None:
        """Say how a step ended, and where a finished title can be watched."""
        with self._lock:
            self._running.discard(step.subject)
        if failure is not None:
            self.say(f"failed: {self.name(step)}: {failure}")
        elif step.stage != "package":
            self.say(f"done: {VERBS[step.stage]} {self.name(step)}")
        elif self._address:
            self.say(f"ready to watch: {self.name(step)} → {self._address}/watch/{step.subject}")
        else:
            self.say(f"published: {self.name(step)} ({step.subject})")

    def name(self, step: Step) -> str:
        """Return what people call the step's subject: a title's name, else the subject itself."""
        if step.stage != "package":
            return step.subject
        if step.subject not in self._names:
            self._names = title_names(self._paths)
        return self._names.setdefault(step.subject, step.subject)

    def _refresh(self) -> None:
        while not self._ended.wait(REFRESH_S):
            self._draw()

    def _draw(self) -> None:
        """Make the bars what the board says of the titles that are being worked on."""
        if self._progress is None:
            return
        board = self._board.read()
        with self._lock:
            running = set(self._running)
        for subject in running:
            entry = board.get(subject)
            percent, stage = (entry["percent"], told(entry)) if entry else (None, "")
            if subject not in self._bars:
                name = self._names.get(subject, subject)
                self._bars[subject] = self._progress.add_task(name, total=100, stage=stage)
            self._progress.update(
                self._bars[subject], completed=percent or 0, total=100 if entry else None, stage=stage
            )
        for subject in set(self._bars) - running:
            self._progress.remove_task(self._bars.pop(subject))


def title_names(paths: DataPaths) -> dict[str, str]:
    """Return the Portuguese name of everything that can be played; an episode's with its series'."""
    names: dict[str, str] = {}
    for title in load_catalogue(titles_file(paths)):
        name = title.title_pt or title.original_title
        names[title.title_id] = name
        names |= {
            episode.title_id: f"{name} {episode.season}x{episode.number:02} {episode.title_pt}"
            for episode in title.episodes
        }
    return names


def _bars(stream: IO[str]) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[stage]}", style="dim"),
        console=Console(file=stream),
        transient=True,
    )
