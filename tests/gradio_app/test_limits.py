"""What is counted, by what, and that nothing is remembered for ever."""

import pytest

from bitaca_core.errors import RateLimited
from gradio_app.limits import (
    GUEST_SEATS,
    REQUESTS_PER_ADDRESS,
    SHELL_REQUESTS_PER_ADDRESS,
    SOCKETS_OPENED_PER_ADDRESS,
    SOCKETS_PER_ADDRESS,
    GuestSeats,
    Limits,
)


@pytest.fixture
def limits(settings, clock):
    return Limits(settings, clock)


def allowed(count, act):
    """Return how many of `count` calls pass before the first refusal."""
    for number in range(count):
        try:
            act()
        except RateLimited:
            return number
    return count


@pytest.mark.parametrize(
    "path, most",
    [
        ("/api/status", REQUESTS_PER_ADDRESS),
        ("/app/gradio_api/queue/join", SHELL_REQUESTS_PER_ADDRESS),
        ("/static/app.js", None),
        ("/app/assets/index.js", None),
    ],
)
def test_what_costs_something_is_counted(limits, path, most):
    assert allowed(4000, lambda: limits.request(path, "203.0.113.9")) == (most or 4000)


async def test_gradios_queue_is_limited_for_a_network(client_from):
    statuses = set()
    for number in range(SHELL_REQUESTS_PER_ADDRESS // 100):
        async with client_from(f"2001:db8:1:2::{number + 1:x}") as client:
            for _ in range(100):
                statuses.add((await client.get("/app/gradio_api/info")).status_code)
    assert statuses == {404}, "no shell is mounted here; the guard lets it through"
    async with client_from("2001:db8:1:2::ffff") as client:
        assert (await client.get("/app/gradio_api/info")).status_code == 429
        assert (await client.get("/api/status")).status_code == 200
    async with client_from("2001:db8:1:3::1") as client:
        assert (await client.get("/app/gradio_api/info")).status_code == 404


async def test_new_viewers_are_limited_by_network(client_from):
    codes = []
    for number in range(121):
        async with client_from(f"2001:db8:1:2::{number + 1:x}") as client:
            codes.append((await client.post("/api/session")).status_code)
    assert codes == [200] * 120 + [429]


def test_sockets_are_capped_and_forgotten(limits):
    assert allowed(100, lambda: limits.open_socket("a")) == SOCKETS_PER_ADDRESS
    for _ in range(SOCKETS_PER_ADDRESS):
        limits.close_socket("a")
    assert not limits.sockets

    def visit():
        limits.open_socket("b")
        limits.close_socket("b")

    assert allowed(1000, visit) == SOCKETS_OPENED_PER_ADDRESS
    assert not limits.sockets


def test_a_load_of_four_guests_an_address_passes(settings, clock):
    """As `tests/bench/chat` does: ten messages a minute each, evenly, for three minutes."""
    limits = Limits(settings, clock)
    for _ in range(4):
        limits.open_socket("127.0.1.1")
    seats = [limits.seats.take("127.0.1.1") for _ in range(4)]
    assert len(set(seats)) == 4
    for _ in range(30):
        for seat in seats:
            limits.message(f"guest {seat}", "127.0.1.1")
        clock.now += 6


def test_seats_are_taken_in_order_and_given_back():
    seats = GuestSeats()
    taken = [seats.take("a") for _ in range(GUEST_SEATS)]
    assert taken == list(range(GUEST_SEATS))
    assert seats.take("a") == 0, "when all are taken, they are shared"
    assert seats.take("b") == 0
    seats.leave("a", 2)
    assert seats.take("a") == 2
    seats.leave("a", 0)
    for seat in taken:
        seats.leave("a", seat)
    seats.leave("b", 0)
    assert len(seats) == 0
