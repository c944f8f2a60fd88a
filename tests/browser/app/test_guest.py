"""Player and Derona by two script tags on pages of other origins: one that is listed, one that is not."""

import http.server
import threading

import pytest
from playwright.sync_api import expect

from .playhouse import copied

GUARD_MS = 40_000
PAGE = """<!doctype html>
<html lang="pt-BR">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A vitrine da vizinha</title>
<link rel="stylesheet" href="/look.css">
<h1>A vitrine da vizinha</h1>
<bitaca-player></bitaca-player>
<derona-chat></derona-chat>
<script type="module" src="{house}/static/player/bitaca-player.js"></script>
<script type="module" src="{house}/static/chat-derona.js"></script>
"""
LOOK = """
body { font-family: serif; max-width: 60rem; margin: 1rem auto; }
bitaca-player { display: block; aspect-ratio: 16 / 9; max-width: 30rem; }
p, button, li { color: hotpink !important; text-transform: uppercase; }
"""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src {house} 'wasm-unsafe-eval'; "
    "connect-src {house} {socket}; img-src {house} blob: data:; media-src blob:"
)
"""What `gradio_app/web/README.md` asks of a host page, and nothing more."""


class Host(http.server.ThreadingHTTPServer):
    """A page of somebody else's, under a policy of its own, at localhost: another site than 127.0.0.1."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.origin = f"http://localhost:{self.server_port}"
        self.house = self.policy = ""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def of(self, house: str, policy: str = POLICY) -> None:
        """Name the server that the page's scripts come from."""
        self.house = house
        self.policy = policy.format(house=house, socket=house.replace("http", "ws"))


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        sheet = self.path == "/look.css"
        body = (LOOK if sheet else PAGE.format(house=self.server.house)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if sheet else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.server.policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def listed():
    host = Host()
    yield host
    host.shutdown()


@pytest.fixture(scope="module")
def unlisted():
    host = Host()
    yield host
    host.shutdown()


@pytest.fixture(scope="module")
def house(tmp_path_factory, built, listed, unlisted):
    made = copied(built, tmp_path_factory.mktemp("guest"))
    made.start(chat_messages_per_minute=1000, allowed_origins=listed.origin)
    for host in (listed, unlisted):
        host.of(made.address)
    yield made
    made.stop()


def complaints(page):
    """Collect what the browser's console says against the page."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_a_listed_page_asks_sees_cards_and_plays_beside_them(page, house, listed):
    said = complaints(page)
    cookies = []
    page.on("request", lambda request: cookies.append(request.headers.get("cookie")))
    page.goto(listed.origin)
    page.fill("#chat-input", "Mostre animes de ação")
    page.click("#send-btn")
    card = page.locator(".recommendation-card[data-title=corrida-2026]")
    expect(card).to_be_visible(timeout=GUARD_MS)
    assert card.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    link = card.locator(".ticket-link")
    assert link.get_attribute("href") == f"{house.address}/watch/corrida-2026"
    # The host's sheet does not reach into her window, and hers does not reach out.
    assert card.locator(".ticket-alike").evaluate("one => getComputedStyle(one).textTransform") == "none"
    assert page.locator("h1").evaluate("one => getComputedStyle(one).fontFamily") == "serif"
    link.click()
    page.wait_for_function(
        "() => document.querySelector('bitaca-player').currentTime > 0.5", timeout=GUARD_MS, polling=50
    )
    player = page.locator("bitaca-player")
    assert page.url == listed.origin + "/" and player.get_attribute("data-title") == "corrida-2026"
    assert player.get_attribute("heading") == "Corrida na ladeira"
    page.fill("#chat-input", "pausa")
    page.click("#send-btn")
    page.wait_for_function("() => document.querySelector('bitaca-player').paused", timeout=GUARD_MS)
    # The class, as a page's own script would use it.
    reply = page.evaluate(
        "async () => { const chat = document.querySelector('derona-chat'); await chat.init();"
        " return { reply: await chat.sendMessage('Mostre animes de ação'), context: chat.getUserContext() } }"
    )
    assert reply["reply"]["recommendations"][0]["title_id"] == "corrida-2026" and reply["reply"]["text"]
    assert reply["context"]["currentVideo"]["title_id"] == "corrida-2026"
    assert reply["context"]["currentVideo"]["paused"] is True
    assert cookies and not any(cookies), "a viewer of another origin is known by its token"
    assert said == []


def test_an_unlisted_page_is_refused_and_says_why(page, house, unlisted):
    page.goto(unlisted.origin)
    note = page.locator(".derona-note")
    expect(note).to_contain_text("não está na lista da bitaca", timeout=GUARD_MS)
    expect(note).to_contain_text(unlisted.origin)
    expect(note).to_contain_text("BITACA_ALLOWED_ORIGINS")
    expect(page.locator("#chat-input")).to_be_disabled()
    told = page.evaluate("() => document.querySelector('derona-chat').init().catch(error => error.message)")
    assert told.startswith("refused")
    said = page.evaluate(
        "() => document.querySelector('derona-chat').sendMessage('oi').catch(error => error.message)"
    )
    assert said.startswith("refused")
    assert page.locator(".chip:visible").count() == 0
    # The socket and every request are refused by the server itself, not only by the element.
    opened = page.evaluate(
        "address => new Promise(done => { const socket = new WebSocket(address);"
        " socket.onopen = () => done('open'); socket.onclose = () => done('closed') })",
        house.address.replace("http", "ws") + "/ws/chat",
    )
    assert opened == "closed"
    for path in ("/api/home", "/api/chat/message", "/api/playback/corrida-2026"):
        read = page.evaluate("path => fetch(path).then(() => 'read', () => 'refused')", house.address + path)
        assert read == "refused"


def test_a_policy_that_lacks_the_server_is_named(page, house, listed):
    listed.of(house.address, POLICY.replace("connect-src {house} {socket}", "connect-src 'self'"))
    try:
        page.goto(listed.origin)
        expect(page.locator(".derona-note")).to_contain_text("connect-src", timeout=GUARD_MS)
        expect(page.locator(".derona-note")).to_contain_text(house.address)
    finally:
        listed.of(house.address)


def test_without_a_player_a_card_leads_to_the_bitaca(page, house, listed):
    page.goto(listed.origin)
    page.evaluate("() => document.querySelector('bitaca-player').remove()")
    page.fill("#chat-input", "toca Corrida na ladeira")
    page.click("#send-btn")
    press = page.locator(".bot-press")
    expect(press).to_have_text("Abrir na bitaca", timeout=GUARD_MS)
    assert page.url == listed.origin + "/", "nobody is taken away by what was said"
    press.click()
    page.wait_for_url(f"{house.address}/watch/corrida-2026*")
