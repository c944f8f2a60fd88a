"""How long a new user waits: from `git clone` to the first video playing in a real Chromium.

    python -m tests.bench.first_play [--runs 3] [--out results.json]

Each run clones this checkout's HEAD into an empty folder with an empty package cache, runs `make demo` there,
opens the printed address and waits until a title's clock has passed half a second. Then it stops the demo and
starts it again ("second start"). The browser belongs to this environment, so its installation is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from tests.browser.chromium import ARGUMENTS, require

ROOT = Path(__file__).resolve().parents[2]
GUARD_S = 300


def measure(folder: Path, environment: dict[str, str]) -> dict[str, float]:
    """Run `make demo` in `folder`; return seconds from its start to the address, to a published title, to playing."""
    start = time.monotonic()
    process = subprocess.Popen(
        ["make", "--no-print-directory", "demo", "ARGS=--port 0"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    address = threading.Event()

    def read() -> None:
        for line in process.stdout:
            lines.append(line)
            if re.search(r"https?://127\.0\.0\.1:\d+", line):
                address.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        if not address.wait(GUARD_S):
            raise RuntimeError("no address was printed:\n" + "".join(lines[-20:]))
        found = next(re.search(r"https?://127\.0\.0\.1:\d+", line) for line in lines if "127.0.0.1" in line)
        url = found[0]
        marks = {"address_s": time.monotonic() - start}
        title = _first_playable(url, start + GUARD_S)
        marks["published_s"] = time.monotonic() - start
        _play(f"{url}/watch/{title}")
        marks["playing_s"] = time.monotonic() - start
        return marks
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _first_playable(url: str, deadline: float) -> str:
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/api/home", timeout=5) as answer:
                home = json.load(answer)
        except OSError:
            time.sleep(0.1)
            continue
        for row in home["rows"]:
            for item in row["items"]:
                if item["playable"]:
                    return item["title_id"]
        time.sleep(0.1)
    raise RuntimeError("nothing became playable")


def _play(url: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require(), args=list(ARGUMENTS))
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("bitaca-player")
        page.evaluate("document.querySelector('bitaca-player').play()")
        # Polled from here: the page's policy forbids the evaluation that wait_for_function relies on.
        deadline = time.monotonic() + GUARD_S
        while page.evaluate("document.querySelector('bitaca-player').currentTime") <= 0.5:
            if time.monotonic() > deadline:
                raise RuntimeError("the picture does not move")
            time.sleep(0.05)
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    runs = []
    for number in range(options.runs):
        with tempfile.TemporaryDirectory(prefix="bitaca-first-play-") as temporary:
            folder = Path(temporary) / "bitaca"
            environment = {
                name: value for name, value in os.environ.items() if not name.startswith("BITACA_")
            } | {"UV_CACHE_DIR": f"{temporary}/uv-cache"}
            start = time.monotonic()
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
            clone_s = time.monotonic() - start
            first = measure(folder, environment)
            second = measure(folder, environment)
            run = {
                "clone_s": clone_s,
                "first": first,
                "clone_to_playing_s": clone_s + first["playing_s"],
                "second_start_to_playing_s": second["playing_s"],
                "environment_bytes": sum(
                    path.lstat().st_size for path in (folder / ".venv").rglob("*") if path.is_file()
                ),
            }
            runs.append(run)
            print(json.dumps({"run": number + 1, **run}), flush=True)
            shutil.rmtree(folder, ignore_errors=True)
    results = {
        "bench": "first-play",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "runs": runs,
        "median_clone_to_playing_s": statistics.median(run["clone_to_playing_s"] for run in runs),
        "median_second_start_to_playing_s": statistics.median(
            run["second_start_to_playing_s"] for run in runs
        ),
    }
    text = json.dumps(results, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
