"""The ABR notebook opens in a real JupyterLab, in a real Chromium, and runs on a trace file of one's own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, require

GUARD_MS = 240_000


@pytest.fixture
def lab(tmp_path):
    """Start `bitaca lab` on a free port over a data folder of its own; yield its address and that folder."""
    trace = tmp_path / "mine.json"
    trace.write_text(
        json.dumps(
            [
                {"duration_ms": 8000, "bandwidth_kbps": 400 + 900 * (i % 3), "latency_ms": 40}
                for i in range(60)
            ]
        )
    )
    home = tmp_path / "home"
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("bitaca")), "lab", "--no-browser", "--port", "0"],
        env=os.environ | {"BITACA_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    address: list[str] = []
    ready = threading.Event()

    def read() -> None:
        for line in process.stdout:
            found = re.search(r"http://(?:127\.0\.0\.1|localhost):\d+/lab\S*token=\w+", line)
            if found and not address:
                address.append(found[0])
                ready.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        assert ready.wait(120), "JupyterLab printed no address"
        yield address[0], trace
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def test_the_notebook_runs_on_ones_own_trace(lab):
    address, trace = lab
    url = address.replace("/lab?", "/lab/tree/03_abr.ipynb?")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(url)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=GUARD_MS)
        parameters = page.locator(".jp-CodeCell", has_text="traces").first
        parameters.locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.type(f'\ntraces = "{trace}"')
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        expect(page.locator(".jp-OutputArea-output", has_text="results.json").last).to_be_visible(
            timeout=GUARD_MS
        )
        assert (
            page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
        )
        assert page.locator(".jp-OutputArea-output", has_text="mine").count() > 0
        browser.close()
