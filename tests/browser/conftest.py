"""One Chromium for every browser test; each test gets a fresh context. Missing is a failure, never a skip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser import chromium

# Autoplay keeps its real policy: a viewer's click is part of what is tested.
ARGUMENTS = [one for one in chromium.ARGUMENTS if "autoplay" not in one]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where the system's (or Playwright's) Chromium is."""
    try:
        return chromium.require()
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """Playwright's synchronous driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright, chromium_path: str) -> Iterator[Browser]:
    """The shared headless browser."""
    running = playwright_driver.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
    yield running
    running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at desktop size in its own context."""
    context = browser.new_context(viewport=DESKTOP, locale="pt-BR")
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of 390 x 844 with touch."""
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True, locale="pt-BR"
    )
    yield context.new_page()
    context.close()
