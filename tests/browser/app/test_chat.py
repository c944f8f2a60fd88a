"""Derona in real Chromium: on every page, found at once, answering with cards."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import NOTICES

PATHS = ["/", "/watch/curta-1-2026", "/app"]


def ask_for_action_anime(page, address):
    """The acceptance test of the chat, word for word: cards are counted the moment the reply appears."""
    page.goto(address)
    page.fill("#chat-input", "Mostre animes de ação")
    page.click("#send-btn")
    page.wait_for_selector(".bot-message", timeout=5000)
    return page.locator(".recommendation-card").count()


@pytest.mark.parametrize("path", PATHS)
def test_a_wish_becomes_cards(page, site, path):
    assert ask_for_action_anime(page, site + path) > 0
    first = page.locator(".recommendation-card a").first
    assert first.get_attribute("href").startswith(("/watch/", "/title/"))
    expect(page.locator(".bot-text")).to_contain_text(re.compile(".{10}"))


@pytest.mark.parametrize("path", PATHS)
def test_fresh_viewers_in_a_row(browser, site, path):
    # Fifty on each page: python -m tests.bench.chat_page
    for _ in range(3):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        assert ask_for_action_anime(context.new_page(), site + path) > 0
        context.close()


@pytest.mark.parametrize("path", PATHS)
def test_every_page_makes_its_caller_a_viewer(browser, site, path):
    """Guests of one address share their allowance of messages; viewers have their own."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site + path)
    first = {cookie["name"]: cookie["value"] for cookie in context.cookies()}.get("bitaca_viewer")
    assert first
    page.reload()
    again = {cookie["name"]: cookie["value"] for cookie in context.cookies()}["bitaca_viewer"]
    assert again == first, "whoever is a viewer stays the same one"
    context.close()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_input_stands_once_and_in_sight(browser, site, path, size):
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="pt-BR")
    page = context.new_page()
    page.goto(site + path)
    for selector in ("#chat-input", "#send-btn"):
        page.wait_for_selector(selector, state="visible", timeout=15_000)
        assert page.locator(selector).count() == 1
        box = page.locator(selector).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
        assert box["height"] >= 44
    assert page.locator(".bot-message").count() == 0, "a greeting is not a reply"
    context.close()


def test_a_ticket_has_its_badge_and_what_it_warns_of(page, site):
    page.goto(site + "/")
    page.fill("#chat-input", "do que se trata Curta número 3?")
    page.click("#send-btn")
    ticket = page.locator(".recommendation-card")
    expect(ticket).to_have_count(1)
    badge = ticket.locator(".age")
    assert badge.inner_text() == "12"
    assert badge.get_attribute("aria-label") == (
        f"Não recomendado para menores de 12 anos. {'. '.join(NOTICES)}"
    )
    expect(ticket.locator(".ticket-more")).to_have_text(" · ".join(NOTICES))


def test_a_ticket_for_everyone_warns_of_nothing(page, site):
    page.goto(site + "/")
    page.fill("#chat-input", "do que se trata Curta número 1?")
    page.click("#send-btn")
    badge = page.locator(".recommendation-card .age")
    assert badge.get_attribute("aria-label") == "Livre para todos os públicos"
    assert page.locator(".ticket-more").count() == 0


def test_what_is_on_its_way_is_called_arriving_behind_what_plays(page, site):
    page.goto(site + "/")
    page.fill("#chat-input", "quero assistir Curta número 10")
    page.click("#send-btn")
    tickets = page.locator(".recommendation-card")
    expect(tickets.last.locator(".ticket-absent")).to_have_text("chegando")
    assert tickets.count() > 1 and tickets.first.locator(".ticket-absent").count() == 0
    expect(page.locator(".bot-text")).to_contain_text("Curta número 10")
    expect(page.locator(".bot-text")).not_to_contain_text("não dá pra assistir aqui")


def test_a_limit_is_told_kindly_with_a_countdown(page, site):
    page.goto(site + "/")
    for number in range(11):
        page.fill("#chat-input", f"oi {number}")
        page.click("#send-btn")
    page.wait_for_selector(".derona-note:not([hidden])")
    assert "Volto a ouvir em" in page.locator(".derona-note").inner_text()
    assert page.locator("#send-btn").is_disabled()


def test_without_sockets_the_answer_comes_by_post(page, site):
    page.route_web_socket("**/ws/chat", lambda socket: socket.close())
    assert ask_for_action_anime(page, site + "/") > 0


def test_data_is_never_markup(page, site):
    page.goto(site + "/")
    page.fill("#chat-input", "<img src=x onerror=alert(1)> <b>oi</b>")
    page.click("#send-btn")
    page.wait_for_selector(".bot-message")
    assert page.locator(".derona-log img[src='x'], .derona-log b").count() == 0
    assert "<b>oi</b>" in page.locator(".viewer-message").inner_text()
