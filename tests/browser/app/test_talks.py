"""One's conversations on a phone: found, searched, deleted, in both languages."""

from playwright.sync_api import expect


def say(phone, site, text):
    phone.goto(site + "/")
    phone.fill("#chat-input", text)
    phone.click("#send-btn")
    phone.wait_for_selector(".bot-message", timeout=15_000)


def test_what_was_said_is_found_searched_and_deleted_on_a_phone(phone, site):
    say(phone, site, "Mostre animes de ação")
    say(phone, site, "uma comédia " + "muito" * 30)
    phone.goto(site + "/privacidade")
    phone.click("main a[href='/conversas']")
    expect(phone.locator("h1")).to_have_text("Minhas conversas com a Derona")
    expect(phone.locator(".talks-viewer")).to_have_count(2)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    for target in phone.locator("main .button, main input[type=search]").all():
        assert target.bounding_box()["height"] >= 44
    phone.fill("#talks-q", "acao")
    phone.keyboard.press("Enter")
    expect(phone.locator(".talks-viewer")).to_have_count(1)
    expect(phone.locator(".talks-viewer")).to_contain_text("Mostre animes de ação")
    phone.goto(site + "/conversas")
    phone.click(".button-danger")
    expect(phone.locator("main [role=status]")).to_have_text("Pronto, apagado.")
    expect(phone.locator(".talks-viewer")).to_have_count(0)
    phone.goto(site + "/conversas?lang=en")
    expect(phone.locator("h1")).to_have_text("My conversations with Derona")
