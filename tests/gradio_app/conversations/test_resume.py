"""A line that is cut after any frame: what the page holds in the end is what an uninterrupted line brings."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bitaca_core.derona.state import DialogueState

from .page import Page

TEXTS = ("oi", "animes de ação", "pausa", "mostra", "quebra")

PLANS = st.fixed_dictionaries(
    {
        "texts": st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6),
        "ask_after": st.lists(st.integers(0, 40), min_size=6, max_size=6),
        "cuts": st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.booleans()), max_size=6),
    }
)


def plan_of(plan):
    """Return `(number of frames after which it is said, id, text)` in order, and cuts by number of frames."""
    times = sorted(plan["ask_after"][: len(plan["texts"])])
    asks = [
        (at, f"m{number}", text) for number, (at, text) in enumerate(zip(times, plan["texts"], strict=True))
    ]
    return asks, sorted(plan["cuts"])


async def converse(house, asks, cuts=(), restart=False):
    """Hold one conversation; return the page. A cut falls after so many frames, before what is said then."""
    context = house.start()
    page = Page(house.services.viewers.create_viewer())
    await page.open(context)
    asks, cuts = list(asks), list(cuts)
    while asks or cuts or page.unanswered:
        heard = len(page.held)
        idle = not page.unanswered
        while asks and (asks[0][0] <= heard or idle):
            _, id_, text = asks.pop(0)
            page.ask(id_, text)
            idle = False
        if cuts and (cuts[0][0] <= heard or (not page.unanswered and not asks)):
            _, lose, twice = cuts.pop(0)
            await asyncio.sleep(0)
            await page.lose(lose=lose)
            if restart:
                context = house.start()
            await page.open(context)
            if twice:
                await page.lose()
                await page.open(context)
            continue
        if page.unanswered:
            await page.read()
    await page.lose(code=1000)
    return page


def without_numbers(frames):
    """Errors carry the number of their request, which differs between connections."""
    return [frame | {"message": ""} if frame["type"] == "error" else frame for frame in frames]


@examples(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=PLANS)
def test_nothing_is_lost_or_doubled_wherever_the_line_is_cut(house, plan):
    asks, cuts = plan_of(plan)

    async def both():
        whole = await converse(house, asks)
        return whole, await converse(house, asks, cuts)

    whole, cut = asyncio.run(both())
    assert without_numbers(cut.held) == without_numbers(whole.held)
    assert cut.resumed[0] is False and all(cut.resumed[1:])


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=PLANS)
def test_a_restarted_server_answers_each_message_once(house, plan):
    asks, cuts = plan_of(plan)
    asks = [(at, id_, text) for at, id_, text in asks if text != "quebra"]

    async def both():
        whole = await converse(house, asks)
        return whole, await converse(house, asks, cuts, restart=True)

    whole, cut = asyncio.run(both())
    assert cut.answers == whole.answers, "the state went on, and no turn was counted twice"
    house.context.conversations.writer.flush()
    kept = house.services.viewers.messages(cut.viewer, 100)
    assert [line.text for line in kept if line.role == "viewer"] == [text for _, _, text in asks]


@pytest.mark.parametrize("at", range(7))
async def test_each_frame_of_one_answer(house, at):
    """The property's smallest case, for every frame of one answer."""
    asks = [(0, "m0", "animes de ação")]
    whole = await converse(house, asks)
    assert len(whole.held) == 5, "cards, three pieces and the end"
    cut = await converse(house, asks, [(at, False, True)])
    assert cut.held == whole.held


async def test_a_page_that_held_less_than_is_kept_is_told_and_answered_again(house, viewer):
    page = Page(viewer)
    await page.open(house.context)
    page.ask("m0", "oi")
    await page.read()
    await page.lose()
    conversation = house.context.conversations.find(page.session, viewer)
    conversation.release()
    await page.open(house.context)
    assert page.resumed == [False, False]
    frames = await page.read_all()
    assert next(frame["type"] for frame in frames) == "cards" and frames[-1]["text"].startswith("0: oi")
    assert len(conversation.turns) == 1 and DialogueState.from_json(conversation.state).turn == 1
    await page.lose()


async def test_a_seeded_loss_is_noticed(house, viewer):
    """The page's own check: a line that skips a frame does not pass."""
    page = Page(viewer)
    await page.open(house.context)
    page.ask("m0", "oi")
    await page.wire.hear()
    with pytest.raises(AssertionError, match="a frame was lost"):
        await page.read()
    await page.lose()
