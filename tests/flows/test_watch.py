"""A watched folder: what comes to rest is published once, what fails is told once, nothing half-written is touched."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.errors import InputError, MediaError
from bitaca_core.media.library import published_ids
from bitaca_core.settings import Settings
from flows import watch as watching
from flows import work
from flows.watch import Watch
from flows.work import Step
from tests.flows.processes import Started, bitaca


class Lines:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, step: Step, number: int, total: int) -> None:
        self.said.append(f"begin {step.subject}")

    def end(self, step: Step, failure: str | None) -> None:
        self.said.append(f"failed {step.subject}: {failure}" if failure else f"published {step.subject}")

    def say(self, text: str) -> None:
        self.said.append(text)

    def take(self) -> list[str]:
        said, self.said = self.said, []
        return said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "videos"
    made.mkdir()
    return made


def test_what_comes_to_rest_is_published_and_failures_wait_for_another_file(
    settings: Settings, folder: Path, film: Path
) -> None:
    now, lines, indexed = [0.0], Lines(), []
    watched = Watch(settings, folder, lines, 10, lambda: now[0], indexed.append)

    def look(later_s: float) -> list[str]:
        now[0] += later_s
        watched.look()
        return lines.take()

    data = film.read_bytes()
    film_here = folder / "A Pipa (2026).mp4"
    film_here.write_bytes(data[:1000])
    (folder / "Outro (2026).mp4.part").write_bytes(data)
    (folder / "Outro (2026).tmp.mp4").write_bytes(data)
    assert look(0) == [] and look(9) == []
    film_here.write_bytes(data)
    (folder / "Texto (2025).mp4").write_text("no film at all\n" * 50)
    assert look(2) == [] and look(9) == []
    first = look(1)
    assert first[0].startswith("begin a-pipa-2026") and "published a-pipa-2026" in first
    (failed,) = [line for line in first if line.startswith("failed")]
    assert "texto-2025" in failed and "not a video file" in failed and "when the file changes" in failed
    assert published_ids(settings.paths) == {"a-pipa-2026"} and len(indexed) == 1
    assert look(100) == [], "nothing changed, so nothing is done or said"

    (folder / "Outro (2026).mp4.part").rename(folder / "Outro (2026).mp4")
    assert look(0) == []
    later = look(11)
    assert later == ["begin outro-2026", "published outro-2026"], "what failed is not tried again"
    shutil.copy(film, folder / "Texto (2025).mp4")
    look(0)
    assert look(11) == ["begin texto-2025", "published texto-2025"]


def test_a_failure_of_the_machine_waits_for_another_file_too(
    settings: Settings, folder: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, tried = Lines(), []

    def fail(paths: object, title_id: str) -> str:
        tried.append(title_id)
        raise MediaError("the encoder died")

    monkeypatch.setattr(work, "publish", fail)
    now = [0.0]
    watched = Watch(settings, folder, lines, 1, lambda: now[0], lambda settings: None)
    for name in ("Um (2001).mp4", "Dois (2002).mp4"):
        shutil.copy(film, folder / name)
    for _ in range(4):
        watched.look()
        now[0] += 2
    assert sorted(tried) == ["dois-2002", "um-2001"], "each once, and one failure does not stop the other"
    shutil.copy(film, folder / "Tres (2003).mp4")
    for _ in range(3):
        watched.look()
        now[0] += 2
    assert sorted(tried) == ["dois-2002", "tres-2003", "um-2001"]


def test_a_drive_that_goes_away_is_told_once(settings: Settings, folder: Path) -> None:
    lines = Lines()
    watched = Watch(settings, folder, lines)
    folder.rmdir()
    assert watched.look() == 0 and watched.look() == 0
    folder.mkdir()
    watched.look()
    assert lines.take() == [f"{folder} cannot be reached now", f"{folder} is there again"]


def test_it_is_about_a_folder(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a folder"):
        watching.watch(settings, tmp_path / "none", Lines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(
    number: int, folder: Path, tmp_path: Path, start: Callable[..., Started]
) -> None:
    child = start(bitaca("watch", folder, "--every", "0.1"), BITACA_HOME=tmp_path / "data")
    child.wait_for("^watching ")
    assert child.end(number) == 0
    assert "stopped watching" in child.text and child.left_behind() == []
