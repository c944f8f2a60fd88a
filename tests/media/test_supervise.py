"""Children that end, fail, hang, outlive us: none stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from bitaca_core.errors import MediaError
from bitaca_core.media import supervise, tools
from tests.media.clips import HANG_GUARD_S

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def alive(process_id: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, what: str) -> None:
    deadline = time.monotonic() + HANG_GUARD_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_run_returns_what_was_said_and_reports_progress() -> None:
    seen: list[float] = []
    command = [tools.ffmpeg(), "-hide_banner", "-f", "lavfi", "-i", "testsrc=d=2:s=64x64", "-f", "null", "-"]
    assert "frame=" in supervise.run(command, on_progress=seen.append) or seen
    assert seen[-1] == pytest.approx(2.0, abs=0.1)
    assert seen == sorted(seen)


def test_a_failure_carries_command_and_words() -> None:
    command = [tools.ffmpeg(), "-hide_banner", "-i", "/nonexistent.mp4", "-f", "null", "-"]
    with pytest.raises(MediaError, match="No such file") as caught:
        supervise.run(command)
    assert caught.value.command == command
    assert "No such file" in caught.value.stderr_tail


def test_a_missing_program_is_told() -> None:
    with pytest.raises(MediaError, match="cannot start"):
        supervise.run(["/nonexistent/tool"])
    with pytest.raises(MediaError, match="cannot start"):
        supervise.run(["/nonexistent/tool"], on_progress=print)


def test_raw_frames_through_stdin(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    command = [tools.ffmpeg(), "-hide_banner", "-f", "rawvideo", "-s", "64x64", "-pix_fmt", "rgb24", "-i", "pipe:0",
               "-y", str(out)]  # fmt: skip
    with supervise.popen(command) as child:
        for shade in range(48):
            child.stdin.write(bytes([shade * 5]) * (64 * 64 * 3))
    assert out.stat().st_size > 1000


def test_a_child_that_dies_under_its_writer_is_named() -> None:
    with pytest.raises(MediaError, match="status 3"), supervise.popen(["/bin/sh", "-c", "exit 3"]) as child:
        for _ in range(10_000):
            child.stdin.write(bytes(65536))


def test_time_limit_and_stall_kill_the_whole_group(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    grandchild = ["/bin/sh", "-c", f"sleep 600 & echo $! > {note}; wait"]
    with pytest.raises(MediaError, match="longer than"):
        supervise.run(grandchild, timeout_s=1.0)
    assert not alive(int(note.read_text()))
    hung = tmp_path / "hung"
    hung.write_text("#!/bin/sh\nexec sleep 600\n")
    hung.chmod(0o755)
    with pytest.raises(MediaError, match="no progress"):
        supervise.run([str(hung)], on_progress=print, stall_s=0.6)


def test_an_error_in_the_progress_callback_stops_the_child() -> None:
    def fail(seconds: float) -> None:
        raise ValueError("no more")

    command = [tools.ffmpeg(), "-re", "-f", "lavfi", "-i", "testsrc=s=64x64", "-f", "null", "-"]
    with pytest.raises(ValueError, match="no more"):
        supervise.run(command, on_progress=fail)


def test_leaving_the_block_by_an_exception_kills_the_child() -> None:
    with pytest.raises(RuntimeError), supervise.popen(SLEEPER) as child:
        raise RuntimeError("changed my mind")
    assert child.process.returncode == -signal.SIGKILL


PARENT = """
import sys
from bitaca_core.media import supervise
command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
child = supervise.Child(command)
print(child.process.pid, flush=True)
child.wait()
"""


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=["kill", "term", "int"]
)
def test_a_dead_parent_leaves_no_child(number: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True)  # fmt: skip
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    os.kill(parent.pid, number)
    parent.wait(HANG_GUARD_S)
    wait_until(lambda: not alive(child), "the child outlived its parent")


def test_term_becomes_an_interrupt_inside_the_block() -> None:
    program = textwrap.dedent("""
        import os, signal
        from bitaca_core.media import supervise
        try:
            with supervise.interruptible():
                os.kill(os.getpid(), signal.SIGTERM)
                signal.pause()
        except KeyboardInterrupt:
            print("clean")
    """)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=HANG_GUARD_S
    )
    assert done.stdout.strip() == "clean"


def test_a_stopped_encoder_is_noticed_within_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped, it takes no processor time; one that works on is waited for, however slow."""
    assert supervise.IDLE_S + 2 * supervise.POLL_S <= 10
    monkeypatch.setattr(supervise, "IDLE_S", 1.0)
    command = [tools.ffmpeg(), "-re", "-f", "lavfi", "-i", "testsrc=s=64x64", "-f", "null", "-"]
    began = time.monotonic()
    stopped: list[int] = []

    def stop(seconds: float) -> None:
        if not stopped:
            (child,) = [int(number) for number in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
                        if "ffmpeg" in str(Path(f"/proc/{number}/exe").readlink())]  # fmt: skip
            stopped.append(child)
            os.kill(child, signal.SIGSTOP)

    with pytest.raises(MediaError, match="did nothing at all") as raised:
        supervise.run(command, on_progress=stop)
    assert raised.value.kind == "stalled" and stopped and not alive(stopped[0])
    assert time.monotonic() - began < HANG_GUARD_S


def test_processor_time_is_told() -> None:
    spin = [sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"]
    assert 0.25 <= supervise.measured(spin).cpu_s < 30
