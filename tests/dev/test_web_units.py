"""What the app's scripts decide by themselves, in Node: the line and its outbox, typed actions, sentences."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_apps_scripts_in_node() -> None:
    assert shutil.which("node"), "this test needs Node"
    files = sorted((ROOT / "tests/dev/web").glob("*.test.mjs"))
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert files and "# tests 0" not in done.stdout
