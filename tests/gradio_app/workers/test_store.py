"""Without a Redis that answers, each worker counts alone, and nobody waits for it twice."""

from __future__ import annotations

import logging
import time

import pytest

from bitaca_core.errors import InputError, RateLimited, TokenError, WorkError
from bitaca_core.security.ratelimit import Gcra
from bitaca_core.settings import Settings
from gradio_app.limits import GUEST_SEATS, SOCKETS_PER_ADDRESS
from gradio_app.workers.limits import SharedGcra, SharedLimits
from gradio_app.workers.serving import check_workers
from gradio_app.workers.store import AWAY_S, Away, Store
from gradio_app.workers.tickets import SharedBudget, SharedTickets

from ..conftest import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def nowhere(tmp_path, clock):
    """A store whose Redis is not there."""
    store = Store(f"unix://{tmp_path}/none.sock", clock)
    yield store
    store.close()


@pytest.mark.parametrize("url", ["", "localhost:6379", "http://localhost", "redis://localhost:port/0"])
def test_an_address_that_is_none_is_told(url):
    with pytest.raises(InputError, match="BITACA_REDIS_URL") as told:
        Store(url)
    assert told.value.kind == "setting"


def test_a_redis_that_is_required_must_answer(nowhere):
    with pytest.raises(WorkError, match="does not answer"):
        nowhere.require()


def test_while_it_is_away_it_is_not_asked_again(nowhere, clock, caplog):
    with caplog.at_level(logging.WARNING, logger="bitaca.app"):
        for _ in range(5):
            with pytest.raises(Away):
                nowhere.ask("PING")
        assert len(caplog.records) == 1
        clock.now += AWAY_S + 1
        with pytest.raises(Away):
            nowhere.ask("PING")
        assert len(caplog.records) == 2


def test_limits_still_hold_alone(nowhere, clock):
    limiter = SharedGcra(nowhere, "messages", Gcra(10, 60.0, clock=clock))
    for _ in range(10):
        limiter.check("maria")
    with pytest.raises(RateLimited):
        limiter.check("maria")
    limits = SharedLimits(Settings(), nowhere, clock)
    assert sorted(limits.seats.take("a") for _ in range(GUEST_SEATS)) == list(range(GUEST_SEATS))
    limits.seats.leave("a", 3)
    assert limits.seats.take("a") == 3
    for _ in range(SOCKETS_PER_ADDRESS):
        limits.open_socket("b")
    with pytest.raises(RateLimited):
        limits.open_socket("b")
    limits.close_socket("b")
    limits.open_socket("b")


def test_every_limit_is_shared_but_that_of_one_socket(nowhere, clock):
    limits = SharedLimits(Settings(), nowhere, clock)
    alone = {name for name, found in vars(limits).items() if isinstance(found, Gcra)}
    shared = {name for name, found in vars(limits).items() if isinstance(found, SharedGcra)}
    assert alone == {"frames"} and shared >= {"messages", "address_messages", "address_machines", "pins"}


def test_tickets_and_tokens_still_count_alone(nowhere):
    tickets = SharedTickets(nowhere)
    ticket = tickets.issue("maria", time.time())
    assert tickets.redeem(ticket, time.time()) == "maria"
    with pytest.raises(TokenError):
        tickets.redeem(ticket, time.time())
    budget = SharedBudget(100, nowhere)
    budget.spend("maria", 40)
    assert budget.left("maria") == 60


def test_several_workers_without_a_redis_are_refused(tmp_path):
    with pytest.raises(InputError, match="2 workers need a Redis") as told:
        check_workers(Settings(home=tmp_path, web_workers=2))
    assert "BITACA_REDIS_URL" in (told.value.hint or "") and told.value.exit_code == 2
    check_workers(Settings(home=tmp_path, web_workers=1))
