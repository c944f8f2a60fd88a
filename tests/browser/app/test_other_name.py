"""Plain http under a name that is not loopback: an insecure context, and a caller who is not the operator."""

import pytest
from playwright.sync_api import expect

from tests.browser import chromium


@pytest.fixture(scope="module")
def elsewhere(playwright_driver, chromium_path):
    """A Chromium for which bitaca.test is this machine."""
    arguments = [*chromium.ARGUMENTS, "--host-resolver-rules=MAP bitaca.test 127.0.0.1"]
    running = playwright_driver.chromium.launch(executable_path=chromium_path, args=arguments)
    yield running
    running.close()


@pytest.fixture
def visitor(elsewhere):
    context = elsewhere.new_context(viewport={"width": 1280, "height": 800}, locale="pt-BR")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ["/", "/watch/curta-1-2026", "/app/"])
def test_pages_work_without_a_padlock_and_say_what_is_off(visitor, site, path):
    broken = []
    visitor.on("pageerror", lambda error: broken.append(str(error)))
    visitor.goto(site.replace("127.0.0.1", "bitaca.test") + path)
    assert visitor.evaluate("isSecureContext") is False
    visitor.fill("#chat-input", "Mostre animes de ação")
    visitor.click("#send-btn")
    visitor.wait_for_selector(".bot-message", timeout=5000)
    assert visitor.locator(".recommendation-card").count() > 0
    expect(visitor.locator("#insecure")).to_contain_text("Conexão sem cadeado")
    visitor.locator("#insecure button").click()
    assert visitor.locator("#insecure").count() == 0
    assert broken == []


def test_the_operators_tables_are_closed_to_it(visitor, site):
    address = site.replace("127.0.0.1", "bitaca.test")
    assert visitor.goto(address + "/reports").status == 403
    visitor.goto(address + "/app/")
    expect(visitor.locator("#bitaca-note")).to_contain_text("senha de operação", timeout=15_000)
    assert visitor.locator("text=curta-1-2026 >> visible=true").count() == 0
