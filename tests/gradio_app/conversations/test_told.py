"""What a page tells beside its messages: what it knows of its viewer, and what became of an action."""

from __future__ import annotations

import pytest

from .page import Page


@pytest.fixture
async def page(house, viewer):
    made = Page(viewer)
    await made.open(house.context)
    yield made
    await made.lose(code=1001)


async def test_the_pages_words_about_its_viewer_reach_derona(house, page, monkeypatch):
    told = []
    reply = house.services.assistant.reply

    def listen(text, **more):
        told.append((more["favorite_genres"], more["watched"]))
        return reply(text, **more)

    monkeypatch.setattr(house.services.assistant, "reply", listen)
    page.ask("m0", "um", context={"favoriteGenres": ["drama"], "watchedVideos": ["a-pipa-2026"]})
    page.ask("m1", "outro", "edit", of="m0", context={"favoriteGenres": ["terror"]})
    page.ask("m2", "e agora")
    await page.read_all()
    assert told == [(("drama",), ("a-pipa-2026",)), (("terror",), ()), ((), ())]


async def test_what_became_of_an_action_is_read_and_nonsense_is_not(page, caplog):
    caplog.set_level("INFO", "bitaca.chat")
    page.wire.say({"type": "acted", "seq": 3, "ok": True})
    page.wire.say({"type": "acted", "seq": 4, "ok": False, "reason": "out-of-range"})
    page.ask("m0", "um")
    frames = await page.read_all()
    assert [frame["type"] for frame in frames if frame["type"] == "error"] == []
    assert [record.getMessage() for record in caplog.records if "did not do" in record.getMessage()] == [
        "a page did not do what frame 4 asked: out-of-range"
    ]
    for bad in ({"seq": -1, "ok": True}, {"seq": 1}, {"seq": 1, "ok": False, "reason": "<script>"}):
        page.wire.say({"type": "acted", **bad})
        assert (await page.read())["kind"] == "bad-frame"
