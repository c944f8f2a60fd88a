"""What the remuxer makes of transport streams and packed audio is what ffprobe reads from the streams themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECK = ROOT / "tests" / "player" / "remux_check.py"
CORPUS = ROOT / "tests" / "corpus" / "mpegts"


def check(*files: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CHECK), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


def test_every_stream_of_the_corpus_is_as_ffprobe_says() -> None:
    done = check()
    told = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(told) >= 15 and all(line.endswith(": as ffprobe says") for line in told)


def test_a_stream_with_a_lost_packet_is_reported(tmp_path: Path) -> None:
    stream = min(CORPUS.glob("*.ts"), key=lambda path: path.stat().st_size).read_bytes()
    middle = len(stream) // 188 // 2 * 188
    damaged = tmp_path / "damaged.ts"
    damaged.write_bytes(stream[:middle] + stream[middle + 188 :])
    done = check(damaged)
    assert done.returncode == 1 and "damaged.ts:" in done.stdout and "as ffprobe says" not in done.stdout
