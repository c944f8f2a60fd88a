"""The ABR notebook in a real JupyterLab, in a real Chromium: it runs on a trace file of one's own, and the player
in it plays what is published."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from flows.evaluate import notebooks_folder
from tests.browser.chromium import ARGUMENTS, require
from tests.once import made_once

GUARD_MS = 240_000
NOTEBOOKS = notebooks_folder()
MATERIAL = Path(__file__).parents[1] / "browser" / "player" / "material.py"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Package the title of the player's own browser tests; return its folder."""
    spec = importlib.util.spec_from_file_location("jupyterlab_material", MATERIAL)
    material = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(material)
    return made_once(tmp_path_factory, "title", material.make_package) / "package"


def publish(package, home):
    """Put a package where the data folder has what is published."""
    described = json.loads((package / "package.json").read_text())
    folder = home / "media" / described["title_id"]
    shutil.copytree(package, folder / described["package_id"])
    (folder / "current").write_text(described["package_id"])


@pytest.fixture
def lab(tmp_path, package):
    """Start `bitaca lab` on a free port over a data folder with one published title; yield its address and the
    file of a trace."""
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
    publish(package, home)
    before = set(NOTEBOOKS.iterdir())
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
        # What a notebook run by hand leaves beside it would go into the next wheel.
        for left in set(NOTEBOOKS.iterdir()) - before:
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def run_all(page, address, more=""):
    """Open the notebook, add to its parameters, and run it to its end."""
    page.goto(address.replace("/lab?", "/lab/tree/03_abr.ipynb?"))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=GUARD_MS)
    if more:
        parameters = page.locator(".jp-CodeCell", has_text="traces").first
        parameters.locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.type(f"\n{more}")
    # JupyterLab drops what it is told to run while its kernel is still being reached: on a full
    # machine the page is there long before that.
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=GUARD_MS)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    expect(page.locator(".jp-OutputArea-output", has_text="results.json").last).to_be_visible(
        timeout=GUARD_MS
    )
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=require(), args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def page(browser):
    opened = browser.new_page(viewport={"width": 1400, "height": 1000})
    yield opened
    opened.close()


def test_the_notebook_runs_on_ones_own_trace_and_its_player_plays(lab, page):
    address, trace = lab
    run_all(page, address, f'traces = "{trace}"')
    assert page.locator(".jp-OutputArea-output", has_text="mine").count() > 0

    player = page.locator("bitaca-player")
    expect(player).to_have_count(1)
    player.scroll_into_view_if_needed()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]+/master\.m3u8", player.get_attribute("src"))
    player.hover()
    player.locator(".big").click()
    page.wait_for_function(
        "() => { const player = document.querySelector('bitaca-player'); "
        "return player.currentTime > 0.5 && player.qualities.length > 1 && !player.error }",
        timeout=GUARD_MS,
    )
    assert player.evaluate("player => player.shadowRoot.querySelector('video').videoWidth") > 0
    # Its keys are the player's, not JupyterLab's: K pauses, and does not move to the cell above.
    player.press("k")
    page.wait_for_function("() => document.querySelector('bitaca-player').paused", timeout=GUARD_MS)
