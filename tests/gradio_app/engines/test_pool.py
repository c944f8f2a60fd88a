"""Engines in their own processes: the same answers as here, a killed one is replaced, none is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psutil
import pytest

from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.derona.state import DialogueState
from bitaca_core.errors import RateLimited, SchemaError, WorkError
from bitaca_core.settings import Settings
from gradio_app.engines import pool as pool_
from gradio_app.engines.pool import Away, Engines, engines_for
from gradio_app.engines.question import Answer, Question, answer
from gradio_app.services import Services

from ..conftest import TITLES, FakeClock

WAIT_S = 120
TALK = ("oi", "tem comédia?", "me fala de A pipa e o vento", "outra", "por que essa?", "algo parecido com Longe",
        "quero ver a pipa e o vento", "something from 1999", "vai se foder", "quanto é 2+2?")  # fmt: skip


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not true():
            await asyncio.sleep(0.02)


@pytest.fixture
def settings(tmp_path) -> Settings:
    made = Settings(home=tmp_path)
    save_catalogue(Catalogue(TITLES), titles_file(made.paths))
    return made


@asynccontextmanager
async def begun(
    settings: Settings, count: int = 1, version: Callable[[], int] = lambda: 1
) -> AsyncIterator[Engines]:
    engines = Engines(settings, count, version)
    await engines.start()
    try:
        await until(lambda: engines.ready == count)
        yield engines
    finally:
        pids = engines.pids
        await engines.close()
        assert not any(psutil.pid_exists(pid) for pid in pids), "an engine outlives its server"


async def test_engines_answer_as_this_process_does(settings):
    services = Services(settings)
    services.refresh()
    try:
        async with begun(settings) as engines:
            state = None
            for text in TALK:
                question = Question(text, state, hidden=frozenset({"longe-1999"}))
                here = answer(question, services.assistant_without(question.hidden))
                there = await engines.ask(question)
                assert there == here
                state = here.state
            assert DialogueState.from_json(there.state).turn == len(TALK)
    finally:
        services.viewers.close()


async def test_a_killed_engine_is_replaced_and_its_question_answered(settings):
    async with begun(settings, 2) as engines:
        first = engines.pids
        for pid in first:
            os.kill(pid, signal.SIGSTOP)
        asked = [engines.ask(Question(f"comédia {number}")) for number in range(6)]
        os.kill(first[0], signal.SIGKILL)
        os.kill(first[1], signal.SIGCONT)
        answers = await asyncio.wait_for(asyncio.gather(*asked), WAIT_S)
        assert len(answers) == 6 and all(isinstance(one, Answer) for one in answers)
        engines._engines[0].again_s = 0.0  # it has not lived for long: do not wait
        await until(lambda: engines.ready == 2)
        assert engines.pids[0] != first[0] and engines.pids[1] == first[1]


async def test_where_all_are_lost_whoever_asks_hears_of_it(settings):
    async with begun(settings) as engines:
        (pid,) = engines.pids
        os.kill(pid, signal.SIGSTOP)
        asked = engines.ask(Question("comédia"))
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(Away):
            await asyncio.wait_for(asked, WAIT_S)
        with pytest.raises(Away):
            engines.ask(Question("comédia"))


async def test_a_question_that_ends_engines_is_given_up(settings):
    async with begun(settings) as engines:
        engine = engines._engines[0]
        asked = pool_._Asked(
            Question("oi"),
            asyncio.get_running_loop().create_future(),
            home=0,
            since_s=0.0,
            tries=pool_.TRIES_MAX,
        )
        engine.asked[7] = asked
        engines.lose(engine)
        with pytest.raises(WorkError):
            await asked.answer
        engine.ready = True


def waiting(engines, *homes: int, passed: int = 0) -> None:
    """Let questions wait whose words those engines have heard before; the text is their place in the queue."""
    loop = asyncio.get_running_loop()
    for place, home in enumerate(homes):
        engines._waiting.append(
            pool_._Asked(Question(str(place)), loop.create_future(), home, 0.0, passed=passed)
        )


async def test_the_same_words_go_where_they_were_heard_before(settings):
    engines = Engines(settings, 2, lambda: 1)
    one, two = engines._engines
    waiting(engines, 0, 1, 0, 1)
    one.asked[1] = two.asked[2] = object()  # both are busy, and each may be sent one more
    asked, engine = engines._next([two])
    assert (asked.question.text, engine) == ("1", two), "the first is at home with the other"
    assert engines._next([one])[0].question.text == "0" and len(engines._waiting) == 2
    one.asked.clear()
    asked, engine = engines._next([one, two])
    assert (asked.question.text, engine) == ("2", one)
    asked, engine = engines._next([one, two])
    assert (asked.question.text, engine) == ("3", one), "one that is idle is asked whoever heard the words"


async def test_who_comes_where_others_wait_for_long_is_told_to_come_again(settings):
    clock = FakeClock()
    engines = Engines(settings, 1, lambda: 1, clock)
    (one,) = engines._engines
    one.ready, one.asked[1], one.asked[2] = True, object(), object()  # as much as it may be sent
    first = engines.ask(Question("oi"))
    clock.now += pool_.WAITED_MAX_S
    engines.ask(Question("oi"))
    clock.now += 0.1
    with pytest.raises(RateLimited) as told:
        engines.ask(Question("oi"))
    least = pool_.AGAIN_MIN_S
    assert least <= told.value.retry_after_s <= least + pool_.AGAIN_SPREAD_S and len(engines._waiting) == 2
    first.cancel()  # and those behind have not waited for so long
    assert not engines.ask(Question("oi")).done() and len(engines._waiting) == 2


async def test_nobody_is_passed_over_for_long(settings):
    engines = Engines(settings, 2, lambda: 1)
    two = engines._engines[1]
    two.asked[2] = object()
    waiting(engines, 0, *[1] * 6)
    order = [engines._next([two])[0].question.text for _ in range(7)]
    assert order == ["1", "2", "3", "4", "0", "5", "6"]


async def test_what_waits_is_asked_in_order_and_not_when_nobody_waits(settings):
    async with begun(settings) as engines:
        (pid,) = engines.pids
        os.kill(pid, signal.SIGSTOP)
        asked = [engines.ask(Question("oi", DialogueState(turn=turn).to_json())) for turn in range(8)]
        asked[5].cancel()
        assert len(engines._engines[0].asked) == pool_.AT_ONCE
        os.kill(pid, signal.SIGCONT)
        done: list[int] = []
        for turn, one in enumerate(asked):
            one.add_done_callback(lambda _, turn=turn: done.append(turn))
        await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), WAIT_S)
        await asyncio.sleep(0)
        assert [turn for turn in done if turn != 5] == [0, 1, 2, 3, 4, 6, 7]


async def test_an_answer_that_fails_is_told_and_the_next_one_made(settings):
    async with begun(settings) as engines:
        with pytest.raises(WorkError):
            await engines.ask(Question("oi", favorites=7))
        with pytest.raises(SchemaError):
            await engines.ask(Question("oi", state="no state"))
        assert (await engines.ask(Question("oi"))).reply.text


async def test_an_engine_that_hangs_is_ended(settings, monkeypatch):
    async with begun(settings) as engines:
        (pid,) = engines.pids
        os.kill(pid, signal.SIGSTOP)
        asked = engines.ask(Question("oi"))
        monkeypatch.setattr(pool_, "ANSWER_S", 0.1)
        with pytest.raises(Away):
            await asyncio.wait_for(asked, WAIT_S)
        await until(
            lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        )


async def test_engines_hear_of_new_titles(settings):
    version = [1]
    async with begun(settings, 1, lambda: version[0]) as engines:
        question = Question("me fala de Cidade Nova em Folha")
        before = await engines.ask(question)
        title = new_title()
        save_catalogue(Catalogue((*TITLES, title)), titles_file(settings.paths))
        version[0] += 1
        await until(lambda: engines._engines[0].version == 2 and engines.ready == 1)
        after = await engines.ask(question)
        assert title.title_id not in {card.title_id for card in before.reply.cards}
        assert title.title_id in {card.title_id for card in after.reply.cards}


def new_title():
    return TITLES[2].model_copy(
        update={"title_id": "cidade-nova-2001", "original_title": "Cidade Nova em Folha", "year": 2001}
    )


async def test_engines_that_cannot_begin_are_tried_ever_more_rarely(tmp_path):
    clock = FakeClock()
    home = tmp_path / "no-folder"
    home.write_text("a file")
    engines = Engines(Settings(home=home), 1, lambda: 1, clock)
    await engines.start()
    try:
        waits = []
        for death in (1, 2, 3):
            await until(lambda death=death: engines._engines[0].deaths == death)
            waits.append(engines._engines[0].again_s - clock.now)
            clock.now = engines._engines[0].again_s
            await until(lambda: engines._engines[0].began_s == clock.now)
        assert waits == [5.0, 10.0, 20.0]
        with pytest.raises(Away):
            engines.ask(Question("oi"))
    finally:
        await engines.close()


def test_how_many_engines():
    gib = 2**30
    plain = Settings(redis_url="redis://127.0.0.1:1/0")
    assert engines_for(plain, 1, 8 * gib) == 0
    assert engines_for(plain, 2, 8 * gib) == 2
    assert engines_for(plain, 64, 8 * gib) == 4
    assert engines_for(plain, 2, gib) == 0
    assert engines_for(plain.model_copy(update={"web_workers": 2}), 2, 8 * gib) == 0
    assert engines_for(plain.model_copy(update={"engines": 3}), 1, gib) == 3
