"""Going back: edit, retry, stop; several tabs of one viewer; what is sent twice; slow readers; what is remembered."""

from __future__ import annotations

import asyncio
import threading

import pytest
from starlette.websockets import WebSocketDisconnect

from bitaca_core.derona.state import DialogueState
from gradio_app.conversations import delivery, line, registry
from gradio_app.conversations.answering import MESSAGES_WAITING_MAX
from gradio_app.conversations.conversation import FRAMES_KEPT_BYTES
from gradio_app.conversations.known import ALONE_LIFE_S

from .page import Page


@pytest.fixture
async def page(house, viewer):
    made = Page(viewer)
    await made.open(house.context)
    yield made
    await made.lose(code=1001)


def conversation(house, page):
    return house.context.conversations.find(page.session, page.viewer)


async def talk(page, *texts):
    """Say one after the other, as m0, m1, …; return the last answer."""
    for number, text in enumerate(texts):
        page.ask(f"m{number}", text)
        await page.read_all()
    return page.answers[f"m{len(texts) - 1}"]


def kept(house, page):
    house.context.conversations.writer.flush(page.viewer)
    return [line.text for line in house.services.viewers.messages(page.viewer, 100) if line.role == "viewer"]


async def test_an_edit_goes_back_and_drops_what_came_after(house, page):
    await talk(page, "um", "dois", "três")
    page.ask("e", "outro", "edit", of="m1")
    await page.read_all()
    assert page.answers["e"].startswith("1: outro (depois de um)")
    page.ask("m9", "e agora")
    await page.read_all()
    assert page.answers["m9"].startswith("2: e agora (depois de outro)")
    assert kept(house, page) == ["um", "outro", "e agora"]
    page.ask("late", "x", "edit", of="m2")
    assert (await page.read())["kind"] == "unknown-message", "dropped by the edit"


async def test_an_edit_of_what_is_gone_may_be_said_as_a_message_of_the_same_id(house, page):
    page.ask("m0", "oi", "edit", of="nunca")
    assert (await page.read())["kind"] == "unknown-message"
    page.ask("m0", "oi")
    await page.read_all()
    assert page.answers["m0"].startswith("0: oi")


async def test_an_edit_can_be_edited_and_the_first_message_too(house, page):
    await talk(page, "um")
    page.ask("e1", "uma", "edit", of="m0")
    page.ask("e2", "umas", "edit", of="e1")
    await page.read_all()
    assert page.answers["e2"].startswith("0: umas (depois de nada)")
    assert (
        kept(house, page) == ["umas"] and DialogueState.from_json(conversation(house, page).state).turn == 1
    )


async def test_a_retry_brings_the_next_results_then_other_words(house, page):
    await talk(page, "mostra")
    seen = []
    for number in range(2):
        page.ask(f"r{number}", None, "retry", of="m0" if number == 0 else "r0")
        frames = await page.read_all()
        seen.append((frames[0]["cards"][0]["title_id"], page.answers[f"r{number}"][:10]))
    assert seen == [("longe-1999", "1: outras "), ("a-pipa-2026", "2: mostra ")]
    assert kept(house, page) == ["mostra"], "one message, whatever its answer"


async def test_a_retry_of_an_earlier_message_drops_what_came_after(house, page):
    await talk(page, "um", "dois")
    page.ask("r", None, "retry", of="m0")
    await page.read_all()
    assert "um (depois de nada)" in page.answers["r"] and len(conversation(house, page).turns) == 1


async def test_a_retry_without_an_id_bears_the_messages(house, page):
    await talk(page, "um")
    page.wire.say({"type": "retry", "of": "m0"})
    page.unanswered["m0"] = {}
    assert {frame["id"] for frame in await page.read_all()} == {"m0"}


async def test_going_back_survives_a_restart(house, page):
    await talk(page, "um", "dois", "três")
    await page.lose()
    await page.open(house.start())
    assert page.resumed == [False, False]
    page.ask("e", "outro", "edit", of="m1")
    await page.read_all()
    assert page.answers["e"].startswith("1: outro (depois de um)")
    assert kept(house, page) == ["um", "outro"]


async def test_a_state_of_another_release_begins_anew(house, page):
    await talk(page, "um")
    assert kept(house, page) == ["um"]
    with house.services.viewers._write() as db:
        db.execute("UPDATE messages SET state_after = '{\"version\":99}' WHERE role = 'viewer'")
    await page.lose()
    await page.open(house.start())
    page.ask("m1", "dois")
    await page.read_all()
    assert page.answers["m1"].startswith("0: dois (depois de nada)")


async def test_the_same_message_is_answered_once(house, page):
    page.ask("m0", "um")
    page.wire.say(page.unanswered["m0"])
    await page.read_all()
    page.wire.say({"type": "message", "id": "m0", "text": "um"})
    page.ask("m1", "dois")
    assert {frame["id"] for frame in await page.read_all()} == {"m1"}
    assert house.services.assistant.heard == ["um", "dois"]


async def test_a_message_that_an_edit_undid_is_not_answered_again(house, page):
    await talk(page, "um", "dois")
    page.ask("e", "outro", "edit", of="m0")
    await page.read_all()
    conversation(house, page).release()
    await page.lose()
    page.seq -= 1
    page.unanswered["m1"] = {"type": "message", "id": "m1", "text": "dois"}
    await page.open(house.context)
    (done,) = await page.read_all()
    assert done["stopped"] is True and len(conversation(house, page).turns) == 1


@pytest.fixture
def held(house):
    """An assistant that answers only when it is let."""
    gate = threading.Event()
    reply = house.services.assistant.reply

    def wait(text, **more):
        gate.wait(30)
        return reply(text, **more)

    house.services.assistant.reply = wait
    yield gate
    gate.set()


async def test_stop_ends_the_answer_and_not_what_waits(house, page, held):
    page.ask("m0", "um")
    page.ask("m1", "dois")
    while conversation(house, page).thinking is None:
        await asyncio.sleep(0)
    page.wire.say({"type": "stop"})
    first = await page.read()
    assert (first["type"], first["id"], first["stopped"]) == ("done", "m0", True)
    held.set()
    await page.read_all()
    assert page.answers["m1"].startswith("0: dois"), "a stopped message leaves no trace in the state"
    assert kept(house, page) == ["dois"]


async def test_stop_before_the_answer_begins(house, page, held):
    page.ask("m0", "um")
    page.wire.say({"type": "stop"})
    assert (await page.read())["stopped"] is True
    held.set()
    page.ask("m1", "dois")
    await page.read_all()
    assert page.answers["m1"].startswith("0: dois")


async def test_what_waits_is_bounded(house, page, held):
    for number in range(MESSAGES_WAITING_MAX + 3):
        page.ask(f"m{number}", "oi")
    limited = await page.read()
    assert limited["type"] == "rate_limited" and limited["retry_ms"] > 0
    held.set()
    await page.read_all()
    assert (
        len(page.answers) + sum(frame["type"] == "rate_limited" for frame in page.held)
        == MESSAGES_WAITING_MAX + 3
    )


async def test_who_was_told_to_come_again_is_answered_then_and_in_order(house, page, held):
    """Where all of the house is busy it shows only once a message's turn has come."""
    house.services.assistant.full = 1
    for number, text in enumerate(("um", "dois")):
        page.ask(f"m{number}", text)
    while not conversation(house, page).waiting or conversation(house, page).thinking is None:
        await asyncio.sleep(0)
    held.set()
    limited = await page.read_all()
    assert [(one["type"], one["id"], one["retry_ms"]) for one in limited] == [
        ("rate_limited", "m0", 2001),
        ("rate_limited", "m1", 2001),
    ]
    assert not conversation(house, page).turns, "nothing was said"
    for number, text in enumerate(("um", "dois")):
        page.ask(f"m{number}", text)
    await page.read_all()
    assert page.answers["m0"].startswith("0: um") and page.answers["m1"].startswith("1: dois")


async def test_what_is_asked_for_once_more_and_refused_is_no_new_message(house, page):
    page.ask("m0", "oi")
    await page.read()
    await page.lose()
    found = conversation(house, page)
    while found.worker is not None:
        await asyncio.sleep(0.01)
    found.release()
    house.services.assistant.full = 1
    await page.open(house.context)
    (limited,) = await page.read_all()
    assert limited["type"] == "rate_limited"
    page.ask("m0", "oi")
    await page.read_all()
    assert page.answers["m0"].startswith("0: oi") and len(found.turns) == 1


async def test_each_tab_has_its_conversation_and_the_other_sees_it_after_a_reload(house, page):
    other = Page(page.viewer)
    await other.open(house.context)
    assert other.session != page.session
    await talk(page, "um")
    other.ask("m0", "dois")
    await other.read_all()
    assert other.answers["m0"].startswith("0: dois (depois de nada)"), "its own state"
    await other.lose(code=1001)
    await other.open(house.context)
    assert [line["text"] for line in other.said if line["role"] == "viewer"] == ["um", "dois"]
    await other.lose()


async def test_tabs_of_a_viewer_share_the_limit(house, page):
    house.settings = house.settings.model_copy(update={"chat_messages_per_minute": 3})
    context = house.start()
    tabs = [Page(page.viewer), Page(page.viewer)]
    for tab in tabs:
        await tab.open(context)
    for number in range(4):
        tabs[number % 2].ask(f"m{number}", "oi")
        await tabs[number % 2].read_all()
    assert tabs[1].held[-1]["type"] == "rate_limited" and tabs[1].held[-1]["retry_ms"] > 15_000
    assert len(tabs[0].answers) == 2 and len(tabs[1].answers) == 1
    house.clock.now += 21
    tabs[1].ask("m3", "oi")
    await tabs[1].read_all()
    assert "m3" in tabs[1].answers, "the same id, later"
    for tab in tabs:
        await tab.lose()


async def test_a_duplicated_tab_hears_the_same(house, page):
    twin = Page(page.viewer)
    twin.session, twin.seq = page.session, page.seq
    await twin.open(house.context)
    page.ask("m0", "um")
    await page.read_all()
    twin.unanswered["m0"] = {}
    await twin.read_all()
    assert twin.held == page.held
    await twin.lose()


async def test_a_page_that_does_not_read_is_closed_and_finds_everything_when_it_is_back(house, page):
    wire = page.wire
    (reader,) = conversation(house, page).readers
    reader._behind_max_bytes = 1500
    reader._send = lambda text: asyncio.sleep(600)
    for number in range(8):
        page.ask(f"m{number}", "oi")
    with pytest.raises(WebSocketDisconnect) as closed:
        await wire.hear()
    assert closed.value.code == 1013
    await page.lose()
    await page.open(house.context)
    assert page.resumed[-1] is True
    await page.read_all()
    assert list(page.answers) == [f"m{number}" for number in range(8)]


def test_whoever_is_closed_for_not_reading_may_resume():
    assert delivery.BEHIND_MAX_BYTES < FRAMES_KEPT_BYTES


async def test_a_page_that_leaves_silences_the_model_at_once_a_lost_line_after_a_while(
    house, page, monkeypatch
):
    monkeypatch.setattr(registry, "AWAY_S", 0.05)
    for code in (1001, 1006):
        if page.wire is None:
            await page.open(house.context)
        adding = conversation(house, page).adding = asyncio.create_task(asyncio.sleep(600))
        await page.lose(code=code)
        await asyncio.sleep(0)
        assert (adding.cancelling() > 0) is (code == 1001)
        await asyncio.wait([adding], timeout=30)
        assert adding.cancelled()


async def test_a_page_that_is_back_in_time_still_hears_the_model(house, page):
    await talk(page, "um")
    one = conversation(house, page)
    adding = one.adding = asyncio.create_task(asyncio.sleep(600))
    await page.lose()
    one.emit("more", "m0", text="E é curto.")
    await page.open(house.context)
    assert (await page.read())["text"] == "E é curto." and one.left is None and not adding.done()


async def test_frames_are_let_go_once_every_page_was_sent_them(house, page):
    for number in range(30):
        page.ask(f"m{number}", "oi")
        await page.read_all()
    one = conversation(house, page)
    assert one.frames_bytes <= 8 * 1024 and one.frames[-1][0] == one.seq
    assert len(one.turns) <= 32 and len(one.asked) <= 64


async def test_personal_numbers_stay_out_of_what_is_kept(house, page):
    await talk(page, "cpf 123.456.789-09", "mais um")
    house.context.conversations.writer.flush()
    db = house.services.viewers._connection()
    rows = [str(tuple(row)) for row in db.execute("SELECT * FROM messages WHERE role = 'viewer'")]
    assert "[cpf]" in rows[0] and "123.456" not in "".join(rows), "nor in the state that quotes them"


async def test_what_is_known_of_a_viewer_is_read_once_until_it_changes(house, page, services):
    known = house.context.conversations.known
    assert known.reads == 1, "as the page said hello"
    await talk(page, "um", "dois", "três")
    assert known.reads == 1
    known.chance = lambda: 0.0
    services.viewers.record_progress(page.viewer, "a-pipa-2026", 28, 28)
    page.ask("m9", "quatro")
    await page.read_all()
    assert known.reads == 2 and known.of(page.viewer).watched == ("a-pipa-2026",)
    house.clock.now += ALONE_LIFE_S - 1
    known.of(page.viewer)
    assert known.reads == 2, "nobody else serves"
    house.clock.now += 2
    known.of(page.viewer)
    assert known.reads == 3, "another process may have written"
    known.chance = lambda: 1.0
    services.viewers.record_progress(page.viewer, "a-pipa-2026", 27, 28)
    known.of(page.viewer)
    house.clock.now += ALONE_LIFE_S / 2
    known.of(page.viewer)
    assert known.reads == 5, "half as long, where chance has it so"
    services.version += 1
    known.of(page.viewer)
    assert known.reads == 6


async def test_a_line_ends_when_nothing_was_said_for_long(house, viewer, monkeypatch):
    monkeypatch.setattr(line, "IDLE_TIMEOUT_S", 1.0)
    monkeypatch.setattr(line, "PUT_OFF_S", 0.1)
    talks, rests = Page(viewer), Page(viewer)
    await talks.open(house.context)
    await rests.open(house.context)
    while not rests.wire.task.done():
        talks.wire.say({"v": 1, "type": "ping"})
        await asyncio.sleep(0.05)
    with pytest.raises(TimeoutError):
        await rests.wire.task
    assert not talks.wire.task.done()
    await talks.lose()
