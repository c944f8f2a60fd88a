"""The chat's acceptance test, many times: a fresh viewer asks for action anime and counts the cards at once.

    python -m tests.bench.chat_page [--times 50] [--address URL] [--out results.json]

Each time, on each of `/`, `/watch/<title>` and `/app`, a new browser context (so a new viewer) fills
`#chat-input` with "Mostre animes de ação", clicks `#send-btn`, waits for `.bot-message` at most 5 s and counts
`.recommendation-card` the moment it is there. Without an address, a server is started over `$BITACA_HOME`
(a folder with something published in it).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, require

WISH = "Mostre animes de ação"
REPLY_MS = 5000
START_S = 60


def ask(page: Page, address: str) -> int:
    """Ask as the proposal's test does; return the cards that stand there when the reply appears."""
    page.goto(address)
    page.fill("#chat-input", WISH)
    page.click("#send-btn")
    page.wait_for_selector(".bot-message", timeout=REPLY_MS)
    return page.locator(".recommendation-card").count()


def play_a_card(page: Page) -> float:
    """Press "Assistir" on a card that can be watched; return the player's clock once it has moved, in s."""
    page.locator(".recommendation-card a[href^='/watch/']").first.click()
    page.wait_for_url("**/watch/**")
    page.wait_for_selector("bitaca-player")
    # The click was on the page before; a browser may ask for one on this page too.
    page.evaluate("document.querySelector('bitaca-player').play()")
    page.wait_for_function(
        "() => document.querySelector('bitaca-player').currentTime > 0.5", timeout=START_S * 1000
    )
    return float(page.evaluate("document.querySelector('bitaca-player').currentTime"))


def measure(browser: Browser, url: str, times: int) -> dict[str, Any]:
    """Ask `times` times with fresh viewers; return how many passed, the cards and the seconds."""
    cards: list[int] = []
    seconds: list[float] = []
    failures: list[str] = []
    for number in range(times):
        with contextlib.closing(browser.new_context(viewport={"width": 1280, "height": 800})) as context:
            page = context.new_page()
            started = time.monotonic()
            try:
                found = ask(page, url)
            except Error as error:
                failures.append(f"{number + 1}: {error.message.splitlines()[0]}")
                continue
            seconds.append(time.monotonic() - started)
            cards.append(found)
            if not found:
                failures.append(f"{number + 1}: no card")
    return {
        "times": times,
        "passed": times - len(failures),
        "failures": failures,
        "fewest_cards": min(cards, default=0),
        "open_to_cards_median_s": round(statistics.median(seconds), 3) if seconds else None,
        "open_to_cards_worst_s": round(max(seconds), 3) if seconds else None,
    }


@contextlib.contextmanager
def server(address: str | None) -> Iterator[str]:
    """Yield the address of a ready server: the given one, or one of our own for as long as needed."""
    if address:
        yield address.rstrip("/")
        return
    code = (
        "from bitaca_core.settings import Settings; from gradio_app.server import serve; "
        "serve(Settings(port=0, log_level='warning'))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        if found is None:
            raise RuntimeError("the server did not start")
        deadline = time.monotonic() + START_S
        for path in ("/readyz", "/app/"):
            while not _opens(found[0] + path):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{path} did not open in {START_S} s")
                time.sleep(0.2)
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _opens(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def first_playable(address: str) -> str:
    """Return the id of a title that can be watched."""
    with urllib.request.urlopen(f"{address}/api/home", timeout=10) as answer:
        rows = json.load(answer)["rows"]
    for row in rows:
        for item in row["items"]:
            if item["playable"]:
                return str(item["title_id"])
    raise RuntimeError("nothing is published here: run `bitaca demo` first")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--address")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with server(options.address) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require(), args=list(ARGUMENTS))
        pages = {}
        for path in ("/", f"/watch/{first_playable(address)}", "/app"):
            pages[path] = measure(browser, address + path, options.times)
            print(json.dumps({path: pages[path]}, ensure_ascii=False), flush=True)
        with contextlib.closing(browser.new_context(viewport={"width": 1280, "height": 800})) as context:
            page = context.new_page()
            ask(page, address + "/")
            played_s = play_a_card(page)
        browser.close()
    results = {
        "bench": "chat-page",
        "wish": WISH,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "pages": pages,
        "card_played_to_s": round(played_s, 2),
    }
    text = json.dumps(results, indent=1, ensure_ascii=False)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, "utf-8")
    return 0 if all(found["passed"] == found["times"] for found in pages.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
