"""Runs a media tool so that it never outlives us and never hangs unseen.

Each child has its own process group (a terminal's Ctrl-C reaches us, not it), asks the kernel for SIGKILL
when the thread that started it dies (Linux, PR_SET_PDEATHSIG: so a killed parent leaves no encoder behind),
reports progress on a pipe of its own (`ffmpeg -progress`), and is killed when that pipe stays silent.

Departures: on systems without PR_SET_PDEATHSIG a parent killed with SIGKILL leaves the child to finish.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bitaca_core.errors import MediaError

STALL_S = 120.0
"""A tool whose progress stands still for this long is taken for hung, whatever it does meanwhile."""
IDLE_S = 8.0
"""One that also takes no processor time is stopped or waits for itself, and is not waited for so long."""
STDERR_TAIL_BYTES = 8192
"""How much of what a tool said is kept for its error."""
PR_SET_PDEATHSIG = 1
POLL_S = 0.5

OnProgress = Callable[[float], None]
"""Called with the seconds of media written so far."""
cancelling: ContextVar[threading.Event | None] = ContextVar("cancelling", default=None)
"""Set by whoever runs several tools at once: when the event is set, the tools that wait under it are ended."""


class Cancelled(Exception):
    """The work was called off by the one who ordered it; its tool is gone."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a tool left: the end of its standard error, and its processor time (user and system), seconds."""

    said: str
    cpu_s: float


class Child:
    """One running tool: write its `stdin`, then `wait()`; or use it as a context manager.

    Leaving the `with` block closes stdin and waits; leaving it by an exception kills the whole group.

    Parameters
    ----------
    command : list of str
        Program and arguments.
    on_progress : callable or None
        Gets seconds of media written; the command must be ffmpeg, `-progress` is added.
    stdin : bool
        Whether to open a pipe to the child's standard input (else it reads nothing).
    stdout : path or None
        File that receives standard output (else it is thrown away).
    cwd : path or None
        Working directory of the child.
    """

    def __init__(
        self,
        command: list[str],
        *,
        on_progress: OnProgress | None = None,
        stdin: bool = False,
        stdout: Path | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.command = list(command)
        self.last_sign = time.monotonic()
        self.cpu_s = 0.0
        self._on_progress = on_progress
        self._tail = bytearray()
        self._callback_error: BaseException | None = None
        passed: tuple[int, ...] = ()
        reading = writing = -1
        if on_progress is not None:
            reading, writing = os.pipe()
            passed = (writing,)
            command = [command[0], "-nostats", "-progress", f"pipe:{writing}", *command[1:]]
        sink = stdout.open("wb") if stdout is not None else None
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=sink if sink is not None else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=passed,
                process_group=0,
                preexec_fn=die_with_parent(),
                cwd=cwd,
            )
        except OSError as error:
            if reading >= 0:
                os.close(reading)
            raise MediaError(f"cannot start {command[0]}: {error}", command=self.command) from error
        finally:
            if writing >= 0:
                os.close(writing)
            if sink is not None:
                sink.close()
        self._readers = [threading.Thread(target=self._drain_stderr, daemon=True)]
        if reading >= 0:
            self._readers.append(threading.Thread(target=self._read_progress, args=(reading,), daemon=True))
        for reader in self._readers:
            reader.start()

    @property
    def stdin(self) -> IO[bytes]:
        """The pipe to the child; only with `stdin=True`."""
        if self.process.stdin is None:
            raise ValueError("started without stdin=True")
        return self.process.stdin

    @property
    def stderr_tail(self) -> str:
        """The end of what the child wrote to standard error."""
        return bytes(self._tail).decode(errors="replace").strip()

    def wait(self, *, timeout_s: float | None = None, stall_s: float | None = None) -> None:
        """Wait for the end; raise MediaError on failure, time limit or stall, with the child killed."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        called_off = cancelling.get()
        worked_s, worked_at = 0.0, time.monotonic()
        with _exit_waiter(self.process) as ended:
            while not ended(POLL_S):
                now = time.monotonic()
                if called_off is not None and called_off.is_set():
                    self.kill()
                    raise Cancelled
                if self._callback_error is not None:
                    self.kill()
                    raise self._callback_error
                if deadline is not None and now > deadline:
                    self.kill()
                    raise self._error(f"took longer than {timeout_s:g} s")
                if stall_s is None:
                    continue
                if now - self.last_sign > stall_s:
                    self.kill()
                    raise self._error(f"made no progress for {stall_s:g} s")
                if (busy_s := _cpu_s(self.process.pid)) != worked_s:
                    worked_s, worked_at = busy_s, now
                if now - max(worked_at, self.last_sign) > IDLE_S:
                    self.kill()
                    raise self._error(f"did nothing at all for {IDLE_S:g} s", kind="stalled")
        self._finish()
        if self._callback_error is not None:
            raise self._callback_error
        if self.process.returncode != 0:
            raise self._error(_how_it_ended(self.process.returncode))

    def kill(self) -> None:
        """End the child and all of its group now."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self._finish()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            try:
                self._close_stdin()
                self.wait()
            except BaseException:
                self.kill()
                raise
            return
        self.kill()
        if isinstance(error, BrokenPipeError):  # the child died first: what it said matters, not our write
            raise self._error(_how_it_ended(self.process.returncode)) from error

    def _close_stdin(self) -> None:
        if self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()

    def _finish(self) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(
                ChildProcessError
            ):  # wait without reaping: its times are still there to be read
                os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)
            self.cpu_s = _cpu_s(self.process.pid)
        self.process.wait()
        self._close_stdin()
        for reader in self._readers:
            reader.join()
        if self.process.stderr is not None:
            self.process.stderr.close()

    def _error(self, what: str, kind: str | None = None) -> MediaError:
        tail = self.stderr_tail
        hint = None
        if kind is None and self.process.returncode == -signal.SIGKILL:
            kind = "killed"
        if "No space left on device" in tail:
            what, hint = "ran out of disk space", "Free some space and run the same command again"
        last = tail.splitlines()[-1] if tail else "it said nothing"
        name = Path(self.command[0]).name
        return MediaError(
            f"{name} {what}: {last}", command=self.command, stderr_tail=tail, hint=hint,
            kind="disk-full" if hint else kind,
        )  # fmt: skip

    def _drain_stderr(self) -> None:
        stream = self.process.stderr
        if stream is None:
            return
        while chunk := os.read(stream.fileno(), 65536):
            self._tail += chunk
            del self._tail[:-STDERR_TAIL_BYTES]

    def _read_progress(self, descriptor: int) -> None:
        latest = -1
        with os.fdopen(descriptor, "rb") as stream:
            for line in stream:
                key, _, value = line.partition(b"=")
                if key != b"out_time_us" or not value.strip().isdigit() or int(value) == latest:
                    continue
                latest = int(value)
                self.last_sign = time.monotonic()
                if self._on_progress is None or self._callback_error is not None:
                    continue
                try:
                    self._on_progress(latest / 1e6)
                except Exception as error:  # raised again by wait(), in the caller's thread
                    self._callback_error = error


def popen(
    command: list[str],
    *,
    on_progress: OnProgress | None = None,
    stdin: bool = True,
    cwd: Path | None = None,
) -> Child:
    """Start `command` under supervision, with a pipe to its standard input.

    Examples
    --------
    >>> with popen([ffmpeg(), "-f", "rawvideo", ..., "-i", "pipe:0", "out.mp4"]) as child:  # doctest: +SKIP
    ...     for frame in frames:
    ...         child.stdin.write(frame)
    """
    return Child(command, on_progress=on_progress, stdin=stdin, cwd=cwd)


def run(
    command: list[str],
    *,
    on_progress: OnProgress | None = None,
    stdin: bytes | None = None,
    stdout: Path | None = None,
    timeout_s: float | None = None,
    stall_s: float = STALL_S,
    cwd: Path | None = None,
) -> str:
    """Run `command` to its end under supervision and return the end of its standard error.

    Parameters
    ----------
    on_progress : callable or None
        Gets seconds of media written (ffmpeg only).
    stdin : bytes or None
        Written to the child's standard input at once; must be small.
    timeout_s : float or None
        Limit on the whole run, seconds.
    stall_s : float
        Limit on the time between two signs of progress, seconds; only with `on_progress`.

    Raises
    ------
    MediaError
        The tool failed, took too long or stalled; it and its group are gone.
    Cancelled
        It was called off (`cancelling`).
    """
    return measured(
        command,
        on_progress=on_progress,
        stdin=stdin,
        stdout=stdout,
        timeout_s=timeout_s,
        stall_s=stall_s,
        cwd=cwd,
    ).said


def measured(
    command: list[str],
    *,
    on_progress: OnProgress | None = None,
    stdin: bytes | None = None,
    stdout: Path | None = None,
    timeout_s: float | None = None,
    stall_s: float = STALL_S,
    cwd: Path | None = None,
) -> Finished:
    """Do what `run` does, and say what processor time it took."""
    child = Child(command, on_progress=on_progress, stdin=stdin is not None, stdout=stdout, cwd=cwd)
    try:
        if stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(stdin)
            child._close_stdin()
        child.wait(timeout_s=timeout_s, stall_s=stall_s if on_progress is not None else None)
    except BaseException:
        child.kill()
        raise
    return Finished(child.stderr_tail, child.cpu_s)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let TERM and HUP end the block as Ctrl-C does, so that temporary files are removed; main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    heard = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) != signal.SIG_IGN]  # nohup
    kept = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def die_with_parent() -> Callable[[], None] | None:
    """Return what the child does before exec: ask for SIGKILL when we die, and notice if we already did."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(127)

    return before_exec


@contextlib.contextmanager
def _exit_waiter(process: subprocess.Popen[bytes]) -> Iterator[Callable[[float], bool]]:
    """Yield `ended(timeout_s)`; a pidfd wakes at once where the system has one."""
    if not hasattr(os, "pidfd_open"):

        def waited(timeout_s: float) -> bool:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout_s)
            return process.poll() is not None

        yield waited
        return
    if process.poll() is not None:
        yield lambda timeout_s: True
        return
    descriptor = os.pidfd_open(process.pid)
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        yield lambda timeout_s: bool(poller.poll(timeout_s * 1000))
    finally:
        os.close(descriptor)


def _cpu_s(process_id: int) -> float:
    """Return the processor time that a process has taken, 0 where the system does not say (no /proc)."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_bytes()
    except OSError:
        return 0.0
    fields = stat.rpartition(b")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _how_it_ended(returncode: int) -> str:
    if returncode < 0:
        return f"was ended by signal {signal.Signals(-returncode).name}"
    return f"failed with status {returncode}"
