"""Pages in real Chromium: no console messages, keyboard, search, titles appearing, both languages."""

import pytest
from playwright.sync_api import expect

from bitaca_core.errors import InputError
from bitaca_core.media import failures
from bitaca_core.media.progress import ProgressBoard

from .conftest import LONG_NAME, NOTICES, publish

REFUSED = "Executing inline script violates"
"""Gradio's inline configuration is refused by the policy and fetched again."""


@pytest.mark.parametrize(
    "path",
    ["/", "/title/curta-1-2026", "/watch/longe-1999", "/privacidade", "/conversas", "/reports", "/operator"],
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
            "() => { let at = document.activeElement; while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
            " const style = getComputedStyle(at);"
            " return [style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, at.outerHTML] }"
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
    page.goto(site + "/")
    note = page.locator("[data-preparing=curta-9-2026]").first
    expect(note).to_contain_text("Na fila")
    page.evaluate("window.sameDocument = true")
    board.update("curta-9-2026", "encode", 40)
    expect(note).to_contain_text("66%", timeout=20_000)
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
    for path in ("/", "/title/curta-1-2026", "/title/comprido-2001", "/watch/comprido-2001", "/watch/longe-1999", "/privacidade"):  # fmt: skip
        phone.goto(site + path)
        phone.wait_for_selector("main h1")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path
        wide = phone.evaluate(
            "[...document.querySelectorAll('main h1, main dd, .card-title')]"
            ".filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.outerHTML)"
        )
        assert wide == [], path


@pytest.mark.parametrize("width", [390, 1280])
def test_an_endless_name_stays_in_its_place_in_search_and_chat(browser, site, width):
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="pt-BR")
    page = context.new_page()
    page.goto(site + "/")
    page.fill("#search", "compridocomprido")
    page.locator("#search-results [role=option]").first.wait_for()
    page.fill("#chat-input", f"do que se trata {LONG_NAME}?")
    page.click("#send-btn")
    page.locator(".bot-message").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        "[...document.querySelectorAll('.search-text, .ticket-text, .bot-text, .viewer-message')]"
        ".filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.outerHTML)"
    )
    assert wide == []
    context.close()


def test_search_results_carry_badge_notices_and_how_they_stand(page, site):
    page.goto(site + "/")
    for text, rating, notices, standing in (
        ("Curta número 3", "12", " · ".join(NOTICES), "Assistir"),
        ("Curta número 10", "L", None, "na fila"),
        ("Longe daqui", "?", None, "não disponível aqui"),
    ):
        page.fill("#search", text)
        option = page.locator("#search-results [role=option]", has_text=text).first
        expect(option.locator(".age")).to_have_text(rating)
        expect(option).to_contain_text(standing)
        if notices:
            expect(option.locator(".search-more")).to_have_text(notices)
        else:
            assert option.locator(".search-more").count() == 0


def test_the_operator_sees_why_and_what_next(page, site, home):
    failures.record(home.paths, "curta-12-2026", InputError("sem trilha de vídeo"))
    try:
        page.goto(site + "/app/")
        cell = page.locator("#bitaca-operator", has_text="sem trilha de vídeo")
        cell.first.wait_for(timeout=20_000)
        expect(page.locator("#bitaca-operator")).to_contain_text("bitaca run --title curta-12-2026")
        expect(page.locator("#bitaca-note")).to_contain_text("Não deu certo: 1")
        page.goto(site + "/watch/curta-12-2026")
        expect(page.locator(".curtain")).to_contain_text("sem trilha de vídeo")
    finally:
        failures.clear(home.paths, "curta-12-2026")


def test_a_page_that_waits_hears_of_a_failure(page, site, home):
    board = ProgressBoard(home.paths)
    board.update("curta-11-2026", "encode", 20)
    try:
        page.goto(site + "/watch/curta-11-2026")
        expect(page.locator(".curtain")).to_contain_text("58%")
        failures.record(home.paths, "curta-11-2026", InputError("sem trilha de áudio"))
        board.update("curta-11-2026", "failed", 100)
        expect(page.locator(".curtain")).to_contain_text("sem trilha de áudio", timeout=20_000)
        assert page.locator("[data-waiting]").count() == 0
    finally:
        failures.clear(home.paths, "curta-11-2026")
        board.clear("curta-11-2026")


def test_the_page_says_what_it_lacks_without_scripts(browser, site):
    context = browser.new_context(java_script_enabled=False, locale="pt-BR")
    page = context.new_page()
    page.goto(site + "/")
    told = page.locator("noscript p")
    expect(told).to_contain_text("ligue o JavaScript")
    assert told.bounding_box()["height"] > 10
    context.close()


def test_every_control_has_a_name_and_landmarks_stand(page, site):
    page.goto(site + "/")
    page.wait_for_selector("#chat-input")
    for landmark in ("main", "header", "footer", "aside[aria-label]", "[role=search]", "[role=log]"):
        assert page.locator(landmark).count() == 1, landmark
    nameless = page.evaluate(
        """[...document.querySelectorAll('a:not([aria-hidden]), button, input:not([type=hidden])')].filter(
            (node) => !(node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.length)
        ).map((node) => node.outerHTML)"""
    )
    assert nameless == []
