"""The conversation in real Chromium: kept while the server is away, said again, heard by screen readers, walked by keys."""

import json

import pytest
from playwright.sync_api import expect

from .playhouse import copied

GUARD_MS = 40_000
WISH = "Mostre animes de ação"


@pytest.fixture(scope="module")
def house(tmp_path_factory, built):
    made = copied(built, tmp_path_factory.mktemp("talking"))
    made.start(chat_messages_per_minute=1000)
    yield made
    made.stop()


def say(page, text):
    page.fill("#chat-input", text)
    page.click("#send-btn")


def ask(page, text):
    """Say something and wait for the whole answer."""
    before = page.locator(".bot-message").count()
    say(page, text)
    expect(page.locator(".bot-message:not([aria-busy])")).to_have_count(before + 1, timeout=GUARD_MS)


class Tap:
    """Listens on the socket between page and server: what the page sent, and frames that the test adds."""

    def __init__(self, page):
        self.sent = []
        self.held = None
        self.seq = 0
        self.sockets = []
        page.route_web_socket("**/ws/chat*", self._connect)

    def _connect(self, socket):
        server = socket.connect_to_server()
        self.sockets.append(socket)

        def out(text):
            self.sent.append(json.loads(text))
            server.send(text)

        def back(text):
            self.seq = max(self.seq, json.loads(text)["seq"])
            if self.held is None:
                socket.send(text)
            else:
                self.held.append(text)

        socket.on_message(out)
        server.on_message(back)

    def add(self, page, **frame):
        """Give the page a frame as if the server had sent it."""
        self.seq += 1
        self.sockets[-1].send(json.dumps({"v": 1, "seq": self.seq, "id": "test", **frame}))
        page.wait_for_timeout(20)
        return self.seq

    def told(self, page, kind):
        """Return the last frame of a kind that the page sent, once there is one."""
        for _ in range(200):
            found = [frame for frame in self.sent if frame["type"] == kind]
            if found:
                self.sent = [frame for frame in self.sent if frame["type"] != kind]
                return found[-1]
            page.wait_for_timeout(50)
        raise AssertionError(f"the page sent no {kind}")


def test_what_is_said_while_the_server_is_away_waits_and_is_answered_in_order(page, house):
    page.goto(house.address)
    ask(page, WISH)
    house.stop()
    expect(page.locator(".derona-note")).to_contain_text("Perdi a ligação", timeout=GUARD_MS)
    for text in ("oi", "Mostre animes de acao"):
        say(page, text)
    waits = page.locator(".message-state:visible")
    expect(waits).to_have_count(2)
    expect(waits.first).to_have_text("esperando a conexão")
    # A letter that still waits can be changed; what was not asked cannot be asked again.
    expect(page.locator(".message-retry")).to_be_hidden()
    page.click(".message-edit")
    expect(page.locator("#chat-input")).to_have_value("Mostre animes de acao")
    say(page, WISH)
    expect(page.locator(".viewer-message")).to_have_count(3)
    house.start(chat_messages_per_minute=1000)
    expect(page.locator(".bot-message:not([aria-busy])")).to_have_count(3, timeout=GUARD_MS)
    expect(waits).to_have_count(0)
    expect(page.locator(".viewer-text")).to_have_text([WISH, "oi", WISH])
    expect(page.locator(".bot-message").nth(1).locator(".recommendation-card")).to_have_count(0)
    assert page.locator(".bot-message").nth(2).locator(".recommendation-card").count() > 0
    expect(page.locator(".derona-note")).to_be_hidden()


def test_the_last_message_is_changed_and_asked_again_in_place(page, site):
    tap = Tap(page)
    page.goto(site)
    ask(page, "oi")
    first = tap.told(page, "message")
    page.click(".message-edit")
    expect(page.locator("#chat-input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#chat-input")).to_have_value("")
    expect(page.locator(".derona-editing")).to_be_hidden()
    page.click(".message-edit")
    say(page, WISH)
    cards = page.locator(".bot-message:not([aria-busy]) .recommendation-card")
    expect(cards.first).to_be_visible(timeout=GUARD_MS)
    edit = tap.told(page, "edit")
    assert edit["of"] == first["id"] and edit["text"] == WISH and edit["id"] != first["id"]
    shown = cards.locator("strong").all_inner_texts()
    page.click(".message-retry")
    retry = tap.told(page, "retry")
    assert retry["of"] == edit["id"] and "text" not in retry
    expect(page.locator(".bot-message:not([aria-busy])")).to_have_count(1, timeout=GUARD_MS)
    expect(page.locator(".viewer-text")).to_have_text([WISH])
    assert cards.locator("strong").all_inner_texts() != shown, "asked again, there are others"


def test_an_answer_that_takes_long_can_be_stopped(page, house):
    tap = Tap(page)
    page.goto(house.address)
    page.wait_for_function("() => document.querySelector('derona-chat').init().then(() => true)")
    tap.held = []
    say(page, WISH)
    page.click(".derona-stop", timeout=GUARD_MS)
    tap.told(page, "stop")
    expect(page.locator("#chat-input")).to_be_focused()
    identity = tap.told(page, "message")["id"]
    tap.held = None
    tap.add(page, type="done", id=identity, chips=[], stopped=True)
    assert page.locator(".derona-typing:visible").count() == 0


def test_tickets_are_walked_hidden_brought_back_and_asked_for_more(page, site):
    page.goto(site)
    ask(page, WISH)
    cards = page.locator(".recommendation-card")
    assert cards.count() > 2
    box = page.locator(".carousel").bounding_box()
    cards.nth(0).locator("a").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(cards.nth(2).locator("a")).to_be_focused()
    expect(cards.nth(2)).to_be_in_viewport()
    expect(page.locator(".carousel-back")).to_be_visible()
    page.keyboard.press("Home")
    expect(cards.nth(0).locator("a")).to_be_focused()
    # Everything of a ticket is reached in order, and then the next ticket.
    for part in (".ticket-alike", ".ticket-hide"):
        page.keyboard.press("Tab")
        expect(cards.nth(0).locator(part)).to_be_focused()
    with page.expect_response("**/api/opinion") as kept:
        page.keyboard.press("Enter")
    assert kept.value.request.post_data_json["say"] == "hide" and kept.value.ok
    undo = cards.nth(0).locator(".ticket-undo")
    expect(undo).to_be_focused()
    with page.expect_response("**/api/opinion") as kept:
        page.keyboard.press("Enter")
    assert kept.value.json()["says"] == []
    expect(cards.nth(0).locator(".ticket-hide")).to_be_focused()
    assert page.locator(".carousel").bounding_box()["height"] == pytest.approx(box["height"], abs=0.5), (
        "nothing moved"
    )
    title = cards.nth(0).locator("strong").inner_text()
    cards.nth(0).locator(".ticket-alike").click()
    expect(page.locator(".viewer-text").last).to_have_text(f"algo como {title}")
    expect(page.locator(".bot-message:not([aria-busy])")).to_have_count(2, timeout=GUARD_MS)
    found = page.locator(".bot-message").last.locator(".recommendation-card")
    assert found.count() > 0 and title not in found.locator("strong").all_inner_texts()


def test_a_phone_swipes_through_tickets_that_snap(phone, site):
    phone.goto(site)
    ask(phone, WISH)
    row = phone.locator(".recommendations")
    assert row.evaluate("row => getComputedStyle(row).scrollSnapType").startswith("x mandatory")
    assert phone.locator(".carousel-arrow:visible").count() == 0, "fingers need no arrows"
    row.evaluate("row => row.scrollBy({ left: 200 })")
    second = phone.locator(".recommendation-card").nth(1)
    phone.wait_for_function(
        "() => { const row = document.querySelector('derona-chat').shadowRoot.querySelector('.recommendations');"
        " return Math.abs(row.children[1].getBoundingClientRect().left - 16) < 2 }"
    )
    for tool in (".ticket-alike", ".ticket-hide"):
        assert second.locator(tool).bounding_box()["height"] >= 40


def test_a_screen_reader_hears_sentences_once_and_cards_by_name(page, house):
    tap = Tap(page)
    page.emulate_media(reduced_motion="reduce")
    page.goto(house.address)
    page.wait_for_function("() => document.querySelector('derona-chat').init().then(() => true)")
    page.evaluate(
        "() => { const live = document.querySelector('derona-chat').shadowRoot.querySelector('.derona-live');"
        " window.heard = []; new MutationObserver(all => all.forEach(one => one.addedNodes.forEach("
        "node => heard.push(node.textContent)))).observe(live, { childList: true, subtree: true }) }"
    )
    assert page.locator(".derona-live").get_attribute("aria-live") == "polite"
    assert page.locator(".derona-log").get_attribute("aria-live") == "off"
    card = {
        "title_id": "corrida-2026", "title": "Corrida na ladeira", "year": 2026, "poster": "/posters/corrida-2026",
        "reason": "curta", "playable": True, "watch_url": "/watch/corrida-2026?t=12", "age_rating": "L",
        "descriptors": [], "arriving": False, "duration_s": 90, "duration": "2 min", "kind": "short", "position_s": 12,
    }  # fmt: skip
    tap.add(page, type="cards", cards=[card], lang="pt")
    for piece in ("Achei ", "uma. Ela du", "ra 1.5 min, diz o Dr. Relógio! Qu", "er ver"):
        tap.add(page, type="delta", text=piece)
    tap.add(page, type="done", chips=["Pausa"], text="", citations=[
        {"title_id": "laje-2026-e1", "start_s": 64.5, "text": "Corre!"}
    ], links=[{"label": "Privacidade", "path": "/privacidade"}, {"label": "Fora", "path": "//fora.example"}])  # fmt: skip
    tap.add(page, type="more", text="É bem curtinha.")
    assert page.evaluate("heard") == [
        "Uma sugestão: Corrida na ladeira", "Achei uma.", "Ela dura 1.5 min, diz o Dr. Relógio!", "Quer ver",
        "É bem curtinha.",
    ]  # fmt: skip
    text = page.locator(".bot-text").inner_text()
    assert text == "Achei uma. Ela dura 1.5 min, diz o Dr. Relógio! Quer ver É bem curtinha."
    expect(page.locator(".ticket-link")).to_have_text("Continuar de 0:12")
    assert page.locator(".bot-links a").evaluate_all("all => all.map(one => one.getAttribute('href'))") == [
        "/privacidade", "#",
    ]  # fmt: skip
    page.get_by_role("button", name="Ir para 1:04: Corre!").click()
    page.wait_for_url("**/watch/laje-2026-e1?t=64")


CONTRAST = """() => {
  const root = document.querySelector('derona-chat').shadowRoot
  const parse = text => (text.match(/[\\d.]+/g) ?? []).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(one => one / 255).map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0)
  const under = node => {
    for (let at = node; at; at = at.parentElement ?? at.getRootNode().host) {
      const found = parse(getComputedStyle(at).backgroundColor)
      if (found.length === 3 || found[3] === 1) return found
    }
    return [255, 255, 255]
  }
  const weak = []
  for (const node of root.querySelectorAll('*')) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())
    if (!own || !node.checkVisibility() || node.closest('.unseen, .age')) continue
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(under(node))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5) weak.push(`${node.className} ${ratio.toFixed(2)}`)
  }
  return weak
}"""


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_everything_can_be_read(browser, site, scheme):
    context = browser.new_context(
        color_scheme=scheme, locale="pt-BR", viewport={"width": 1280, "height": 800}
    )
    page = context.new_page()
    page.goto(site)
    ask(page, WISH)
    page.locator(".ticket-hide").first.click()
    page.locator(".ticket-undo").wait_for()
    page.click(".message-edit")
    assert page.evaluate(CONTRAST) == []
    page.locator(".ticket-undo").click()
    # The measure itself: text that can hardly be read is found.
    page.evaluate(
        "() => document.querySelector('derona-chat').style.setProperty('--text-dim', 'var(--bg-raised)')"
    )
    assert page.evaluate(CONTRAST) != []
    context.close()


def test_tabs_have_their_own_conversations_even_when_one_was_copied(browser, house):
    context = browser.new_context(locale="pt-BR", viewport={"width": 1280, "height": 800})
    first = context.new_page()
    first.goto(house.address)
    ask(first, WISH)
    second = context.new_page()
    copied = first.evaluate("() => sessionStorage.getItem('bitaca.chat')")
    second.add_init_script(f"sessionStorage.setItem('bitaca.chat', {json.dumps(copied)})")
    second.goto(house.address)
    ask(second, "oi")
    ask(first, "algo curto")
    assert second.locator(".bot-message").count() == 1 and first.locator(".bot-message").count() == 2
    keys = [
        tab.evaluate("() => sessionStorage.getItem('bitaca.chat').split(' ')[0]") for tab in (first, second)
    ]
    assert len(set(keys)) == 2
    # A conversation goes with its tab from page to page, and back.
    first.goto(house.address + "/title/longe-1999")
    expect(first.locator(".past-message").first).to_be_visible(timeout=GUARD_MS)
    ask(first, "outro")
    first.go_back()
    first.wait_for_function("() => document.querySelector('derona-chat').init().then(() => true)")
    ask(first, "oi")
    assert first.evaluate("() => sessionStorage.getItem('bitaca.chat').split(' ')[0]") == keys[0]
    context.close()


def test_actions_are_done_confirmed_or_refused_in_words(page, house):
    tap = Tap(page)
    page.goto(house.address + "/watch/corrida-2026")
    page.wait_for_function("() => Boolean(customElements.get('bitaca-player'))")
    page.locator("bitaca-player").evaluate("player => { player.muted = true; return player.play() }")
    page.wait_for_function(
        "() => document.querySelector('bitaca-player').currentTime > 0.5", timeout=GUARD_MS
    )
    ask(page, "oi")
    state = tap.told(page, "message")["player"]
    assert state["title_id"] == "corrida-2026" and state["paused"] is False and state["position_s"] > 0.5
    assert state["duration"] == pytest.approx(90, abs=1) and state["rate"] == 1 and state["muted"] is True
    assert state["heights"] and state["height"] in state["heights"] and state["quality"] == "auto"
    assert state["bitrate_bps"] > 0 and state["buffer_s"] > 0 and state["online"] is True
    assert (
        state["stalls"] >= 0
        and state["rebuffer_s"] >= 0
        and state["text"] == []
        and state["text_chosen"] is None
    )
    tap.add(page, type="cards", cards=[], lang="pt")

    def act(action, value=None):
        seq = tap.add(page, type="action", action=action, value=value)
        told = tap.told(page, "acted")
        assert told["seq"] == seq and told["v"] == 1
        return told["ok"], told.get("reason")

    def player(expression):
        return page.locator("bitaca-player").evaluate(f"player => {expression}")

    assert act("pause") == (True, None) and player("player.paused")
    assert act("seek", {"absolute": 42}) == (True, None) and player("player.currentTime") == pytest.approx(
        42, abs=1
    )
    assert act("play_at", {"title_id": "corrida-2026", "position_s": 60}) == (True, None)
    assert player("!player.paused && player.currentTime >= 60")
    assert act("speed", 1.5) == (True, None) and player("player.playbackRate") == 1.5
    assert act("volume", {"absolute": 0.25}) == (True, None) and player("player.volume") == 0.25
    assert act("quality", "lowest") == (True, None) and player("player.chosenQuality !== 'auto'")
    assert act("mute", True) == (True, None)
    refused = [
        (("seek", {"absolute": 9000}), "out-of-range", "passa do limite"),
        (("speed", 9), "out-of-range", "passa do limite"),
        (("explode", None), "unknown-action", "ainda não sabe fazer"),
        (("text", "tlh"), "no-track", "não tem essa língua"),
        (("next", None), "no-next", "Não tem próximo"),
        (("skip_intro", None), "nothing-to-skip", "Não tem abertura"),
    ]
    for asked, reason, words in refused:
        before = player("[player.currentTime, player.playbackRate, player.volume]")
        assert act(*asked) == (False, reason)
        expect(page.locator(".bot-aside").last).to_contain_text(words)
        after = player("[player.currentTime, player.playbackRate, player.volume]")
        assert after[1:] == before[1:] and after[0] == pytest.approx(before[0], abs=5)
    # A press is asked for where the browser wants one, and does what was asked. Whatever the driver sends counts as a
    # press for five seconds, so the page gives itself the frame later than that.
    page.evaluate(
        "() => void setTimeout(() => document.querySelector('derona-chat').take("
        "{ type: 'action', action: 'fullscreen', value: true, seq: 1e6, id: 'test' }), 5500)"
    )
    told = tap.told(page, "acted")
    assert (told["ok"], told["reason"]) == (False, "gesture")
    press = page.locator(".bot-press")
    expect(press).to_have_text("Tela cheia")
    press.click()
    page.wait_for_function("() => document.fullscreenElement?.localName === 'bitaca-player'")
    expect(press).to_have_count(0)
    assert act("fullscreen", False) == (True, None)
    page.wait_for_function("() => document.fullscreenElement === null")


def test_in_the_shell_she_puts_another_title_on(page, house):
    until_open(page, house.address + "/app/")
    page.wait_for_selector("bitaca-player[data-title=corrida-2026]", timeout=GUARD_MS)
    say(page, "toca Três na laje")
    page.wait_for_selector("bitaca-player[data-title=laje-2026-e1]", timeout=GUARD_MS)
    page.wait_for_function(
        "() => document.querySelector('bitaca-player').currentTime > 0.2", timeout=GUARD_MS
    )
    assert page.locator(".shell-picker").input_value() == "laje-2026"
    assert page.url == house.address + "/app/"


def until_open(page, address):
    """Open the shell once it is mounted: until then the address says that it is being opened."""
    for _ in range(GUARD_MS // 500):
        if page.goto(address).status == 200:
            return
        page.wait_for_timeout(500)
    raise AssertionError("the shell was not mounted")
