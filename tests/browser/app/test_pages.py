"""Pages in real Chromium: no console messages, keyboard, search, titles appearing, both languages."""

import pytest
from playwright.sync_api import expect

from bitaca_core.media.progress import ProgressBoard

from .conftest import publish

REFUSED = "Executing inline script violates"
"""Gradio's inline configuration is refused by the policy and fetched again."""


@pytest.mark.parametrize(
    "path", ["/", "/title/curta-1-2026", "/watch/longe-1999", "/privacidade", "/reports", "/operator"]
)
def test_pages_are_silent(page, site, path):
    said = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(site + path)
    page.wait_for_selector("main h1")
    page.wait_for_load_state("networkidle")
    assert said == []


def test_the_shell_says_nothing_but_the_refused_inline_scripts(page, site):
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site + "/app")
    page.wait_for_selector("#chat-input")
    filled = page.locator("text=publicado >> visible=true").first  # the queue answered
    filled.wait_for(timeout=15_000)
    assert [text for text in said if REFUSED not in text] == []
    assert len(said) <= 5


def test_the_shell_speaks_english(browser, site):
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(site + "/app")
    expect(page.get_by_role("tab").first).to_have_text("Titles in the works", timeout=15_000)
    expect(page.locator("#bitaca-operator th", has_text="Stage").first).to_be_visible()
    assert page.locator("text=Título >> visible=true").count() == 0
    context.close()


@pytest.mark.parametrize("path", ["/", "/title/curta-1-2026", "/watch/longe-1999", "/privacidade"])
def test_the_focus_is_seen(page, site, path):
    page.goto(site + path)
    page.wait_for_selector("main h1")
    for _ in range(8):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            "() => { const style = getComputedStyle(document.activeElement);"
            " return [style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, document.activeElement.outerHTML] }"
        )
        assert ring[0], ring[1]


def test_search_shows_posters_while_typing(page, site):
    page.goto(site + "/")
    page.fill("#search", "numero 2")
    page.wait_for_selector("#search-results [role=option]")
    assert page.locator("#search-results img").count() >= 1
    page.keyboard.press("ArrowDown")
    assert page.locator("[role=option][aria-selected=true]").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/title/**")


def test_shelves_walk_by_arrow_keys(page, site):
    page.goto(site + "/")
    links = page.locator(".shelf").first.locator(".card > a")
    links.first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('href')") == links.nth(1).get_attribute("href")


def test_titles_appear_with_their_percentage_and_without_a_reload(page, site, home):
    board = ProgressBoard(home.paths)
    board.update("curta-9-2026", "encode", 40)
    page.goto(site + "/")
    note = page.locator("[data-preparing=curta-9-2026]").first
    note.wait_for()
    page.evaluate("window.sameDocument = true")
    board.update("curta-9-2026", "encode", 100)
    expect(note).to_contain_text("90%", timeout=10_000)
    publish(home, "curta-9-2026")
    board.clear("curta-9-2026")
    expect(page.locator("[data-preparing=curta-9-2026]")).to_have_count(0, timeout=15_000)
    assert page.evaluate("window.sameDocument") is True


def test_light_switch_and_language_stay(page, site):
    page.goto(site + "/")
    page.click("#theme-toggle")
    chosen = page.evaluate("document.documentElement.dataset.theme")
    page.goto(site + "/privacidade")
    assert page.evaluate("document.documentElement.dataset.theme") == chosen
    page.goto(site + "/?lang=en")
    page.goto(site + "/privacidade")
    assert page.locator("h1").inner_text() == "Your privacy, in few words"


def test_nothing_scrolls_sideways_on_a_phone(phone, site):
    for path in ("/", "/title/curta-1-2026", "/watch/longe-1999", "/privacidade"):
        phone.goto(site + path)
        phone.wait_for_selector("main h1")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_every_control_has_a_name_and_landmarks_stand(page, site):
    page.goto(site + "/")
    page.wait_for_selector("#chat-input")
    for landmark in ("main", "header", "footer", "aside[aria-label]", "[role=search]", "[role=log]"):
        assert page.locator(landmark).count() == 1, landmark
    nameless = page.evaluate(
        """[...document.querySelectorAll('a:not([aria-hidden]), button, input')].filter(
            (node) => !(node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.length)
        ).map((node) => node.outerHTML)"""
    )
    assert nameless == []
