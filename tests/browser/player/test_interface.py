"""What a viewer sees and touches: keys, focus, names for screen readers, offers, phone size."""

from __future__ import annotations

import json

import pytest


def test_keys_drive_the_player(player):
    player.open().start()
    press = player.page.keyboard.press
    press("k")
    player.until("player.paused")
    player.get("player.seek(10)")
    player.until("!player.seeking")
    press("l")
    player.until("Math.abs(player.currentTime - 20) < 0.1")
    press("j")
    player.until("Math.abs(player.currentTime - 10) < 0.1")
    press("ArrowRight")
    player.until("Math.abs(player.currentTime - 15) < 0.1")
    press("5")
    player.until("Math.abs(player.currentTime - 12) < 0.1")
    press(".")
    player.until("player.currentTime > 12 && player.currentTime < 12.2")
    press("Home")
    player.until("player.currentTime < 0.1")
    press("m")
    player.until("player.muted")
    press("m")
    press("ArrowDown")
    player.until("Math.abs(player.volume - 0.95) < 0.001 && !player.muted")
    press(">")
    player.until("player.playbackRate === 1.25")
    press("c")
    player.until("player.textTracks.some((one) => one.selected)")
    press("i")
    player.part(".panel dl").wait_for()
    assert "Quadros perdidos" in player.part(".panel").inner_text()
    press("Escape")
    player.until("player.shadowRoot.querySelector('.panel').hidden")
    press("f")
    player.until("document.fullscreenElement === player")
    press("f")
    player.until("!document.fullscreenElement")
    press(" ")
    player.until("!player.paused")


def test_a_focused_volume_keeps_its_keys(player):
    player.open().start()
    player.get("player.pause()")
    player.get("player.seek(10)")
    player.until("!player.seeking")
    player.part(".volume input").focus()
    press = player.page.keyboard.press
    for key, volume in [
        ("ArrowLeft", 0.95),
        ("ArrowDown", 0.9),
        ("ArrowRight", 0.95),
        ("Home", 0),
        ("ArrowUp", 0.05),
        ("End", 1),
    ]:
        press(key)
        player.until(f"Math.abs(player.volume - {volume}) < 0.001")
        assert player.get("player.currentTime") == pytest.approx(10, abs=0.01), key
    press("PageDown")
    player.until("player.volume < 0.95")
    press("PageUp")
    player.until("player.volume > 0.95")
    assert player.get("player.currentTime") == pytest.approx(10, abs=0.01)
    press("k")
    player.until("!player.paused")


def test_keys_typed_elsewhere_are_not_ours(player):
    player.open().start()
    player.page.evaluate(
        "const box = document.createElement('input'); document.body.append(box); box.focus()"
    )
    player.page.keyboard.type("km 5")
    assert player.get("[player.paused, player.muted]") == [False, False]
    assert player.page.evaluate("document.querySelector('input').value") == "km 5"


def test_menus_work_by_keyboard_and_give_focus_back(player):
    player.open().start()
    player.part(".quality").focus()
    player.page.keyboard.press("Enter")
    player.part(".menu [role=menuitemradio]").wait_for()
    assert player.get("player.shadowRoot.activeElement.innerText").startswith("Automática")
    player.page.keyboard.press("ArrowDown")
    assert player.get("player.shadowRoot.activeElement.innerText").startswith("720p")
    player.page.keyboard.press("Escape")
    assert player.get("player.shadowRoot.querySelector('.menu').hidden")
    assert "quality" in player.get("player.shadowRoot.activeElement.className")


def test_focus_follows_the_order_on_screen(player):
    player.open(next_src="/watch/2").start()
    player.get("player.focus()")
    names = []
    for _ in range(9):
        player.page.keyboard.press("Tab")
        names.append(player.get("player.shadowRoot.activeElement?.className ?? ''"))
    order = [name.replace("button ", "") for name in names if name]
    assert order[:4] == ["seek", "play", "next", "mute"] or order[1:5] == ["seek", "play", "next", "mute"]


def test_every_control_has_a_name(player):
    player.open(next_src="/watch/2").start()
    nameless = player.get(
        "[...player.shadowRoot.querySelectorAll('button, input, [role=slider]')]"
        ".filter((one) => !one.getAttribute('aria-label') && !one.textContent.trim()).map((one) => one.className)"
    )
    assert nameless == []
    slider = player.part("[role=slider]")
    assert slider.get_attribute("aria-valuemax") == "24"
    assert "/ 24 s" in slider.get_attribute("aria-valuetext")


@pytest.mark.parametrize(("lang", "said"), [("pt-BR", "Pular abertura"), ("en", "Skip intro")])
def test_opening_can_be_skipped(player, lang, said):
    player.open(lang=lang).start()
    player.until("player.currentTime > 1.1")
    offer = player.part(".offers button")
    assert offer.inner_text() == said
    offer.click()
    player.until("player.currentTime >= 6 && player.currentTime < 9")
    player.until("!player.shadowRoot.querySelector('.offers button')")


def test_credits_offer_the_next_episode(player):
    player.open(next_src="/watch/2", next_title="Episódio 2").start()
    player.get("player.seek(21)")
    player.part(".offers button").click()
    player.until("window.heard.some(([name]) => name === 'next')")
    assert player.heard("next") == [{"src": "/watch/2", "title": "Episódio 2"}]


def test_age_rating_is_shown_at_the_start_and_goes(player):
    player.open().start()
    notice = player.part(".age.shown")
    notice.wait_for()
    assert notice.inner_text().split("\n") == [
        "12",
        "Não recomendado para menores de 12 anos",
        "Violência fantasiosa, Medo",
    ]
    assert (
        player.get("getComputedStyle(player.shadowRoot.querySelector('.age .badge')).backgroundColor")
        == "rgb(255, 203, 5)"
    )
    player.until("!player.shadowRoot.querySelector('.age.shown')")


def test_controls_fade_and_come_back(player):
    player.open().start()
    player.until("!player.shadowRoot.querySelector('.stage.active')")
    player.part(".button.play")
    player.until("player.shadowRoot.querySelector('.stage.active')")
    player.get("player.pause()")
    player.page.wait_for_timeout(3000)
    assert player.get("player.shadowRoot.querySelector('.stage.active') !== null")


def test_preview_shows_the_storyboard_and_the_chapter(player):
    player.open().start()
    box = player.part(".seek").bounding_box()
    player.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    player.until("getComputedStyle(player.shadowRoot.querySelector('.peek')).opacity === '1'")
    assert player.part(".peek .chapter").inner_text() == "De volta"
    assert "storyboard-1.jpg" in player.get(
        "player.shadowRoot.querySelector('.peek .picture').style.backgroundImage"
    )


def test_preview_goes_on_with_the_next_sheet(player, server, package):
    """A long title has several sheets; here one row of ten pictures each."""
    sidecar = json.loads((package / "sidecar.json").read_text("utf-8"))
    board = sidecar["storyboard"]
    assert (board["columns"], board["count"], board["interval_s"]) == (10, 24, 1.0)
    names = ["images/storyboard-1.jpg", "images/second.jpg", "images/third.jpg"]
    sidecar["storyboard"] = {**board, "rows": 1, "urls": names}
    server.live["sidecar.json"] = lambda: json.dumps(sidecar)
    player.open().start()
    box = player.part(".seek").bounding_box()
    for part, sheet, column in (
        (0.1, "storyboard-1.jpg", 2),
        (0.77, "second.jpg", 8),
        (0.97, "third.jpg", 3),
    ):
        player.page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
        picture = "player.shadowRoot.querySelector('.peek .picture').style"
        player.until(f"{picture}.backgroundImage.includes('{sheet}')")
        width = float(player.get(f"{picture}.width").removesuffix("px"))
        assert player.get(f"{picture}.backgroundPosition") == f"{-column * width:g}px 0px"


def test_on_a_phone_everything_fits_and_is_large_enough(phone_player):
    phone_player.open(next_src="/watch/2")
    phone_player.part(".big").tap()
    phone_player.until("player.currentTime > 0.3")
    small = phone_player.get(
        "[...player.shadowRoot.querySelectorAll('.bar button')].filter((one) => one.offsetParent)"
        ".map((one) => [one.className, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.width < 44 || box.height < 44 || box.right > innerWidth || box.left < 0).map(([name]) => name)"
    )
    assert small == []
    assert phone_player.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_two_taps_at_the_side_jump(phone_player):
    phone_player.open()
    phone_player.part(".big").tap()
    phone_player.until("player.currentTime > 0.3")
    box = phone_player.page.locator("#player").bounding_box()
    for _ in range(2):
        phone_player.page.touchscreen.tap(box["x"] + box["width"] * 0.85, box["y"] + 100)
    phone_player.until("player.currentTime > 10")


def test_reduced_motion_is_respected(player):
    player.page.emulate_media(reduced_motion="reduce")
    player.open().start()
    assert (
        float(
            player.get("getComputedStyle(player.shadowRoot.querySelector('.bar')).transitionDuration")
            .rstrip("s")
            .split(",")[0]
            .rstrip("s")
        )
        < 0.001
    )
