"""The search page in real Chromium: chips by keyboard and on a phone, silent, no wider than the screen."""

import pytest
from playwright.sync_api import expect

QUESTION = "/search?q=anime+de+a%C3%A7%C3%A3o+de+2026"


@pytest.mark.parametrize("width", [390, 1280])
def test_chips_fit_the_screen_and_are_large_enough_to_touch(browser, site, width):
    context = browser.new_context(locale="pt-BR", viewport={"width": width, "height": 844})
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(site + QUESTION)
    chips = page.locator("main .chip")
    expect(chips).to_have_count(3)
    assert all(chips.nth(place).bounding_box()["height"] >= 44 for place in range(3))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    context.close()


def test_a_chip_is_taken_away_by_keyboard_and_comes_back_with_the_back_button(page, site):
    page.goto(site + QUESTION)
    years = page.locator("main .chip", has_text="2026")
    years.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main .chip")).to_have_count(2)
    expect(page.locator("#search")).to_have_value("anime de ação")
    page.go_back()
    expect(page.locator("main .chip")).to_have_count(3)


def test_enter_in_the_box_opens_the_page(page, site):
    page.goto(site + "/")
    page.fill("#search", "anime")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=anime")
    assert page.locator("main .card").count() >= 1
