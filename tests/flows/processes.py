"""Real processes under test: their lines as they come, and whatever they left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

HANG_GUARD_S = 240
CLI = "from bitaca_core.cli.main import main; main()"
MARK = "BITACA_TEST_MARK"


class Started:
    """One started program. Its descendants carry a mark in their environment, however far they detach."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.mark = uuid.uuid4().hex
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("BITACA_", "PREFECT_"))
        }
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=kept | {"PREFECT_PROFILES_PATH": os.devnull} | environment | {MARK: self.mark},
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """Everything that was said so far."""
        return "\n".join(self.lines)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Return the first match of `pattern` in a line; fail when the program ends or hangs without it."""
        deadline = time.monotonic() + HANG_GUARD_S
        with self._news:
            while True:
                for line in self.lines:
                    if found := re.search(pattern, line):
                        return found
                assert self._reader.is_alive(), f"it ended without {pattern!r}:\n{self.text}"
                assert self._news.wait(deadline - time.monotonic()), f"no {pattern!r} in:\n{self.text}"

    def end(self, number: int | None = None) -> int:
        """Send a signal, if any, and return the exit status."""
        if number is not None:
            self.process.send_signal(number)
        status = self.process.wait(HANG_GUARD_S)
        self._reader.join(5)
        return status

    def left_behind(self) -> list[str]:
        """Return the commands of marked processes that are still there after a moment to go."""
        until(lambda: not self._marked(), give_up_s=5)
        return self._marked()

    def programs(self) -> set[str]:
        """Return which of ours run now: modules started with -m, and ffmpeg."""
        return {
            found[1]
            for command in self._marked()
            if (found := re.search(r"(?:-m |/)(flows\.\w+|ffmpeg)", command))
        }

    def remove(self) -> None:
        """End everything that carries the mark; for a test that failed half way."""
        for number in self._marked_ids():
            os.kill(number, signal.SIGKILL)
        self.process.wait()

    def _marked_ids(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if self.mark.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue  # it ended meanwhile
        return found

    def _marked(self) -> list[str]:
        commands = []
        for number in self._marked_ids():
            try:
                words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            commands.append(b" ".join(words)[:200].decode(errors="replace"))
        return commands

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


def bitaca(*arguments: str | Path) -> list[str]:
    """Return the command line of `bitaca` in this environment."""
    return [sys.executable, "-c", CLI, *map(str, arguments)]


def until(holds: Callable[[], object], give_up_s: float | None = None) -> None:
    """Wait for something that another process does; with `give_up_s` the caller looks at what became of it."""
    deadline = time.monotonic() + (give_up_s or HANG_GUARD_S)
    while not holds():
        if time.monotonic() > deadline:
            assert give_up_s, "it never happened"
            return
        time.sleep(0.05)
