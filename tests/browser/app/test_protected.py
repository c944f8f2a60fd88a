"""Protected titles on the real watch page: played to the end; a wrong key is told and nothing is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from bitaca_core.media.protection.content_key import ContentKey
from bitaca_core.media.protection.keys import KeyStore
from tests.bench.play_matrix.house import TITLES, House, fill, opened

GUARD_MS = 60_000
SCHEMES = ("aes-128", "cbcs", "cenc")
PLAYER = "document.querySelector('bitaca-player')"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The app over a title of each protection, with several keys in each."""
    with opened(fill(tmp_path_factory.mktemp("protected"), SCHEMES, seconds=6)) as running:
        yield running


def watch(page: Page, house: House, scheme: str, source: str = "") -> None:
    page.goto(f"{house.app}/watch/{TITLES[scheme]}{source}")  # type: ignore[index]
    page.wait_for_function(f"() => {PLAYER}?.play")
    page.evaluate(f"() => {{ const player = {PLAYER}; player.muted = true; void player.play() }}")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_played_to_the_end(page: Page, house: House, scheme: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.rsplit('/', 2)[1]}"))
    watch(page, house, scheme)
    page.wait_for_function(f"() => {PLAYER}.ended || {PLAYER}.error", timeout=GUARD_MS)
    assert page.evaluate(f"() => {PLAYER}.error") is None
    assert page.evaluate(f"() => {PLAYER}.currentTime") == pytest.approx(6, abs=0.3)
    assert "GET keys" in asked or any(one.startswith("POST") and len(one) == 21 for one in asked), asked


def spoil(house: House, scheme: str) -> None:
    """Put other keys in the place of a title's."""
    store = KeyStore(house.paths.keys)
    title = TITLES[scheme]  # type: ignore[index]
    held = store.keys(title)
    store.forget(title)
    store.add(title, [ContentKey(key.kid, bytes(16), key.scheme, key.label, key.content) for key in held])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_wrong_key_is_told(page: Page, house: House, scheme: str) -> None:
    spoil(house, scheme)
    watch(page, house, scheme)
    page.wait_for_function(f"() => {PLAYER}.error", timeout=GUARD_MS)
    error = page.evaluate(f"() => {PLAYER}.error")
    assert (error["category"], error["code"]) == ("drm", 4003 if scheme == "aes-128" else 4013)
    assert "its key" in error["data"]
    failure = page.locator("bitaca-player [part~=failure]").inner_text()
    assert "não recebeu permissão" in failure and str(error["code"]) in failure
