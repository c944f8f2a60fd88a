"""The real app plays: to the end, on from where it stopped, the next episode, through failures of its server."""

import json
import shutil
import urllib.request

import pytest
from playwright.sync_api import expect

from bitaca_core.media.progress import ProgressBoard

from .playhouse import EPISODE_S, INTRO_END_S, copied

GUARD_MS = 40_000


@pytest.fixture(scope="module")
def house(tmp_path_factory, built):
    made = copied(built, tmp_path_factory.mktemp("house"))
    made.start(chat_messages_per_minute=1000)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def present(house):
    house.clock(0)


def until(page, condition):
    """Wait until `condition` (of `player`) holds; the limit is a guard against hanging."""
    page.wait_for_function(
        f"() => {{ const player = document.querySelector('bitaca-player'); return player && {condition} }}",
        timeout=GUARD_MS,
        polling=50,
    )


def start(page, house, unit):
    page.goto(f"{house.address}/watch/{unit}")
    page.wait_for_function("() => Boolean(customElements.get('bitaca-player'))")
    page.locator("bitaca-player").evaluate("player => { player.muted = true; return player.play() }")
    until(page, "player.currentTime > 0.5")


def get(page, expression):
    return page.locator("bitaca-player").evaluate(f"player => {expression}")


@pytest.mark.parametrize("source", ["", "?source=dash"])
def test_an_episode_plays_to_its_end_and_is_remembered_as_seen(page, house, source):
    reports = []
    page.on(
        "request", lambda request: reports.append(request) if "/api/playback/report" in request.url else None
    )
    page.goto(f"{house.address}/watch/laje-2026-e3{source}")
    page.locator("bitaca-player").evaluate(
        "player => { player.muted = true; player.playbackRate = 4; return player.play() }"
    )
    with page.expect_request(
        lambda request: request.url.endswith("/api/progress") and request.post_data_json.get("finished"),
        timeout=GUARD_MS,
    ) as told:
        until(page, "player.ended")
    assert told.value.post_data_json["position_s"] == pytest.approx(EPISODE_S, abs=0.5)
    assert told.value.response().status == 204
    assert reports[0].response().status == 204
    assert reports[0].post_data_json["report"]["errors"] == []


def test_it_continues_where_the_viewer_stopped(page, house):
    start(page, house, "corrida-2026")
    get(page, "player.seek(42)")
    until(page, "player.currentTime > 42.5")
    with page.expect_response(lambda answer: answer.url.endswith("/api/progress") and answer.status == 204):
        get(page, "player.pause()")
    stopped = get(page, "player.currentTime")
    page.goto(house.address + "/title/corrida-2026")
    page.get_by_role("link", name="Continuar de 0:4").click()
    until(page, f"player.currentTime >= {stopped - 6}")
    page.goto(house.address + "/")
    expect(page.locator("[data-row=continue] .card")).to_have_count(1)


def test_the_opening_is_skipped_and_the_next_episode_follows(page, house):
    start(page, house, "laje-2026-e1")
    page.get_by_role("button", name="Pular abertura").click()
    until(page, f"player.currentTime >= {INTRO_END_S}")
    get(page, "player.dispatchEvent(new CustomEvent('next'))")
    page.wait_for_url("**/watch/laje-2026-e2")
    expect(page.locator("main h1")).to_contain_text("A mangueira")


def test_an_expired_address_is_renewed_and_the_place_is_kept(page, house):
    start(page, house, "corrida-2026")
    page.evaluate(
        "() => { window.expired = 0; document.querySelector('bitaca-player').addEventListener('sourceexpired', () => window.expired++) }"
    )
    house.clock(12)
    get(page, "player.seek(80)")
    until(page, "player.currentTime > 80.5")
    assert page.evaluate("window.expired") >= 1
    assert get(page, "player.error") is None


def test_an_address_that_cannot_be_renewed_is_said_in_words(page, house):
    start(page, house, "corrida-2026")
    page.route("**/api/playback/*", lambda route: route.fulfill(status=500, body="{}"))
    house.clock(12)
    get(page, "player.seek(80)")
    expect(page.locator("bitaca-player .failure p")).to_contain_text(
        "A permissão para assistir venceu", timeout=GUARD_MS
    )
    page.unroute("**/api/playback/*")
    until(page, "player.currentTime > 80.5")


def test_a_server_that_comes_back_is_played_on(page, house):
    start(page, house, "corrida-2026")
    house.stop()
    get(page, "player.seek(75)")
    until(page, "player.paused || player.readyState < 3")
    house.start(chat_messages_per_minute=1000)
    until(page, "player.currentTime > 75.5")


def test_a_title_without_a_film_says_so(page, house):
    page.goto(house.address + "/watch/longe-1999")
    expect(page.locator(".curtain")).to_contain_text("o vídeo não está nesta bitaca")
    assert page.locator("bitaca-player").count() == 0
    with urllib.request.urlopen(house.address + "/api/titles/longe-1999") as answer:
        assert json.load(answer)["playable"] is False


def test_a_title_in_the_making_shows_its_percentage_and_starts(page, house):
    away = house.hide("laje-2026-e2")
    board = ProgressBoard(house.paths)
    board.update("laje-2026-e2", "encode", 20)
    said = []
    page.on("console", lambda message: said.append(message.text))
    house.until_status(lambda status: "laje-2026-e2" in status["units"])
    page.goto(house.address + "/watch/laje-2026-e2")
    expect(page.locator(".curtain")).to_contain_text("58%")
    board.update("laje-2026-e2", "encode", 100)
    expect(page.locator(".curtain")).to_contain_text("90%", timeout=GUARD_MS)
    shutil.move(away, house.paths.media / "laje-2026-e2")
    board.clear("laje-2026-e2")
    until(page, "player.duration > 0")
    assert said == []


def test_a_card_of_the_answer_plays(page, house):
    page.goto(house.address + "/")
    page.fill("#chat-input", "Mostre animes de ação")
    page.click("#send-btn")
    page.wait_for_selector(".bot-message", timeout=5000)
    assert page.locator(".recommendation-card").count() > 0
    page.locator(".recommendation-card").get_by_text("Assistir").first.click()
    page.wait_for_url("**/watch/corrida-2026")
    get(page, "player.play()")
    until(page, "player.currentTime > 0.5")


def test_search_to_playing_with_the_keyboard_alone(page, house):
    page.goto(house.address + "/")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "search":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.type("corrida")
    page.wait_for_selector("#search-results [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/title/corrida-2026")
    for _ in range(20):
        page.keyboard.press("Tab")
        if (page.evaluate("document.activeElement.getAttribute('href')") or "").startswith("/watch/"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/watch/corrida-2026")
    page.locator("bitaca-player").focus()
    page.wait_for_function("() => Boolean(customElements.get('bitaca-player'))")
    if get(page, "player.paused"):
        page.keyboard.press("k")
    until(page, "player.currentTime > 0.5")
    assert outline != "none"
