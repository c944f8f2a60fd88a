"""What is typed on the support page leaves the browser sealed; another implementation of HPKE opens it."""

import json
import time

import pytest
from playwright.sync_api import expect

from bitaca_core.security import sealed
from bitaca_core.viewers.inbox import Inbox

KEYS = sealed.make("2026-11-27")
WORDS = "A legenda de “Curta número 1” some no meio 😕"
WITHOUT_X25519 = """
const make = crypto.subtle.generateKey.bind(crypto.subtle);
crypto.subtle.generateKey = (how, ...rest) =>
  how.name === 'X25519' ? Promise.reject(new DOMException('none', 'NotSupportedError')) : make(how, ...rest);
"""


@pytest.fixture(scope="module")
def box(home):
    made = Inbox(home.paths.inbox, time.time)
    made.add_key(KEYS.public)
    return made


@pytest.mark.parametrize(("suite", "width"), [("x25519", 1280), ("p256", 390)])
def test_only_the_key_opens_what_was_typed(browser, site, box, suite, width):
    context = browser.new_context(locale="pt-BR", viewport={"width": width, "height": 844})
    if suite == "p256":
        context.add_init_script(WITHOUT_X25519)
    page = context.new_page()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/api/inbox") else None)
    before = {one.message_id for one in box.letters()}
    page.goto(site + "/fale-com-a-gente?titulo=curta-1-2026")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Mensagem").fill(WORDS)
    page.get_by_label("Como a gente te responde").fill("ana@example.org")
    page.get_by_role("button", name="Lacrar e enviar").click()
    expect(page.locator("#support-told")).to_contain_text("Enviada")
    expect(page.get_by_label("Mensagem")).to_have_value("")
    [request] = sent
    body = json.loads(request.post_data)
    assert set(body) == {"v", "kid", "suite", "sealed"} and body["suite"] == suite
    assert "cookie" not in request.all_headers()
    [letter] = [one for one in box.letters() if one.message_id not in before]
    message = sealed.open_(letter.envelope, [KEYS])
    assert message["text"] == WORDS and message["contact"] == "ana@example.org"
    assert message["subject"] == "title" and message["title_id"] == "curta-1-2026"
    context.close()


def test_what_was_typed_stays_when_it_does_not_arrive(page, site, box):
    page.route("**/api/inbox", lambda route: route.abort())
    page.goto(site + "/fale-com-a-gente")
    page.get_by_label("Mensagem").fill(WORDS)
    page.get_by_role("button", name="Lacrar e enviar").click()
    expect(page.locator("#support-told")).to_contain_text("Não chegou")
    expect(page.get_by_label("Mensagem")).to_have_value(WORDS)
