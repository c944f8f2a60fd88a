"""What a viewer presses counts at the very next page, in real Chromium: with our script, and without any."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

TITLE = "curta-2-2026"


@pytest.fixture
def plain_page(browser):
    """A page whose browser runs no script."""
    context = browser.new_context(java_script_enabled=False, locale="pt-BR")
    yield context.new_page()
    context.close()


def press(page, word: str) -> None:
    """Press an opinion on the title's own page, and wait until the server has kept it."""
    button = page.locator(f".opinion-button[data-word={word}]").first
    before = button.get_attribute("aria-pressed")
    button.click()
    expect(page.locator(f".opinion-button[data-word={word}]").first).to_have_attribute(
        "aria-pressed", "false" if before == "true" else "true"
    )


def listed(page) -> list[str]:
    """Return the titles on the wall of the viewer's list."""
    return [card.get_attribute("data-title") for card in page.locator(".wall .card").all()]


@pytest.mark.parametrize("scripted", [True, False])
def test_the_list_holds_what_was_put_there_and_gives_it_back(page, plain_page, site, scripted):
    page = page if scripted else plain_page
    page.goto(f"{site}/title/{TITLE}")
    press(page, "list")
    page.goto(f"{site}/minha-lista")
    assert listed(page) == [TITLE]
    page.goto(f"{site}/")
    assert page.locator(f"[aria-labelledby=row-list] li.card[data-title={TITLE}]").count() == 1
    page.goto(f"{site}/title/{TITLE}")
    press(page, "list")
    page.goto(f"{site}/minha-lista")
    assert listed(page) == []


@pytest.mark.parametrize("word", ["hide", "dislike", "drop"])
def test_what_is_refused_is_in_no_row_of_the_next_page(page, site, word):
    page.goto(f"{site}/")
    assert page.locator(f"main li.card[data-title={TITLE}]").count() >= 1
    page.goto(f"{site}/title/{TITLE}")
    press(page, word)
    page.goto(f"{site}/")
    assert page.locator(f"main li.card[data-title={TITLE}]").count() == 0
    page.goto(f"{site}/title/{TITLE}")
    press(page, word)
    page.goto(f"{site}/")
    assert page.locator(f"main li.card[data-title={TITLE}]").count() >= 1


def test_not_for_me_takes_the_card_away_at_once_and_can_be_taken_back(page, site):
    page.goto(f"{site}/")
    card = page.locator(f"main li.card[data-title={TITLE}]").first
    card.scroll_into_view_if_needed()
    card.locator(".card-menu summary").click()
    card.locator(".opinion-button[data-word=hide]").click()
    expect(card.locator(".card-title")).to_have_count(0)
    page.goto(f"{site}/minha-lista")
    refused = page.locator(f".page-part .opinion[data-title={TITLE}]")
    expect(refused).to_have_count(1)
    refused.locator("button").click()
    expect(refused.locator("button")).to_have_attribute("aria-pressed", "false")
    page.goto(f"{site}/")
    assert page.locator(f"main li.card[data-title={TITLE}]").count() >= 1


def test_a_thumb_up_and_watched_before_bring_more_of_it(page, site):
    page.goto(f"{site}/title/{TITLE}")
    press(page, "watched")
    press(page, "like")
    page.goto(f"{site}/")
    because = page.locator("section", has_text="Porque você").first
    expect(because).to_contain_text("Curta número 2")
    assert because.locator("li.card").count() >= 3
    assert because.locator(f"li.card[data-title={TITLE}]").count() == 0


def test_one_browser_says_nothing_for_another(page, plain_page, site):
    page.goto(f"{site}/title/{TITLE}")
    press(page, "hide")
    plain_page.goto(f"{site}/")
    assert plain_page.locator(f"main li.card[data-title={TITLE}]").count() >= 1
