"""Two real processes over one data folder and one real Redis: limits are counted together, a ticket is used once, a
conversation goes on at the other worker. Needs `redis-server` (6.2 or newer) on the PATH."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.errors import RateLimited, TokenError, WorkError
from bitaca_core.security.ratelimit import Gcra
from bitaca_core.settings import Settings
from gradio_app.limits import GUEST_SEATS, MACHINE_REQUESTS_PER_ADDRESS, SOCKETS_PER_ADDRESS
from gradio_app.workers.limits import SharedGcra, SharedLimits
from gradio_app.workers.serving import check_workers
from gradio_app.workers.store import Store
from gradio_app.workers.tickets import SharedBudget, SharedTickets
from tests.bench.chat.running import App
from tests.gradio_app.conftest import TITLES

START_S = 120.0


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of our own on a socket file, which writes nothing to disk."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.fail("redis-server is missing. Run: apt-get install -y redis-server")
    socket_file = tmp_path_factory.mktemp("redis") / "redis.sock"
    process = subprocess.Popen(
        [server, "--port", "0", "--unixsocket", str(socket_file), "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + START_S
    while not socket_file.exists():
        assert time.monotonic() < deadline and process.poll() is None, "redis-server did not start"
        time.sleep(0.05)
    yield f"unix://{socket_file}"
    process.terminate()
    process.wait()


@pytest.fixture
def stores(redis_url: str) -> Iterator[tuple[Store, Store]]:
    one, other = Store(redis_url), Store(redis_url)
    one.require()
    one.ask("FLUSHALL")
    yield one, other
    one.close()
    other.close()


# -- what is shared, asked of a real Redis


def test_an_allowance_is_counted_together(stores):
    def limiter(store: Store, name: str = "messages") -> SharedGcra:
        return SharedGcra(store, name, Gcra(10, 60.0, clock=time.monotonic))

    one, other, another = limiter(stores[0]), limiter(stores[1]), limiter(stores[1], "writes")
    waits = [(one, other)[turn % 2].retry_after_s("maria") for turn in range(12)]
    assert waits[:10] == [0.0] * 10 and 0 < waits[10] <= 6.0 and 0 < waits[11] <= 6.0
    assert other.retry_after_s("ana") == 0.0 and another.retry_after_s("maria") == 0.0
    with pytest.raises(RateLimited) as told:
        other.check("maria")
    assert told.value.retry_after_s == pytest.approx(waits[11], abs=2.0)


def test_what_it_counts_is_what_one_process_counts(stores):
    """The same events in the same order, against the limiter of one process on the same clock."""
    shared = SharedGcra(stores[0], "both", Gcra(600, 60.0, burst=3, clock=time.monotonic))
    alone = Gcra(600, 60.0, burst=3, clock=time.monotonic)
    for pause_s in (0, 0, 0, 0.15, 0.15, 0.35, 0, 0, 0.5):
        time.sleep(pause_s)
        assert shared.retry_after_s("k") == alone.retry_after_s("k") == 0.0
    assert (shared.retry_after_s("k") > 0) == (alone.retry_after_s("k") > 0)


def test_a_ticket_is_used_once_whoever_takes_it(stores):
    one, other = (SharedTickets(store) for store in stores)
    ticket = one.issue("maria", time.time())
    assert other.redeem(ticket, time.time()) == "maria"
    for tickets in (one, other):
        with pytest.raises(TokenError, match="unknown"):
            tickets.redeem(ticket, time.time())
    short = SharedTickets(stores[0], ttl_s=1)
    ticket = short.issue("maria", time.time())
    time.sleep(1.2)
    with pytest.raises(TokenError, match="unknown"):
        other.redeem(ticket, time.time())


def test_nothing_personal_is_a_key(stores):
    SharedTickets(stores[0]).issue("maria", time.time())
    SharedGcra(stores[0], "m", Gcra(10, 60.0, clock=time.monotonic)).check("203.0.113.9")
    limits = SharedLimits(Settings(), stores[0], time.monotonic)
    limits.open_socket("203.0.113.9")
    names = [*stores[0].ask("KEYS", "*"), *stores[0].ask("HKEYS", f"bitaca:held:{stores[0].worker}")]
    assert len(names) > 4 and not any("203.0" in name or "maria" in name for name in names)


def test_sockets_and_seats_are_counted_together_until_a_worker_dies(stores):
    one, other = (SharedLimits(Settings(), store, time.monotonic) for store in stores)
    seats = [limits.seats.take("a") for limits in (one, other) * (GUEST_SEATS // 2)]
    assert sorted(seats) == list(range(GUEST_SEATS)), "two guests of one address are told apart"
    other.seats.leave("a", seats[1])
    assert one.seats.take("a") == seats[1]
    for turn in range(SOCKETS_PER_ADDRESS):
        (one, other)[turn % 2].open_socket("b")
    for limits in (one, other):
        with pytest.raises(RateLimited):
            limits.open_socket("b")
    other.close_socket("b")
    one.open_socket("b")
    stores[0].ask("FLUSHALL")  # Redis forgot; the next beat of each tells it
    one.held.beat()
    other.held.beat()
    with pytest.raises(RateLimited):
        other.open_socket("b")
    stores[0].ask("ZADD", "bitaca:workers", 1, stores[1].worker)  # not heard of since 1970
    one.open_socket("b")


def test_tokens_of_a_model_are_counted_together(stores):
    one, other = (SharedBudget(100, store) for store in stores)
    one.spend("maria", 30)
    other.spend("maria", 50)
    assert one.left("maria") == other.left("maria") == 20 and one.left("ana") == 100


# -- two processes


def lowered(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@dataclass
class Pair:
    """Two workers, and how to ask them."""

    apps: tuple[App, App]

    def ask(
        self, worker: int, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.apps[worker].port}{path}",
            data,
            {"content-type": "application/json"} | headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read() or b"null"), lowered(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read()), lowered(error.headers)

    def socket(self, worker: int, query: str = "", headers: dict[str, str] | None = None) -> Any:
        address = f"ws://127.0.0.1:{self.apps[worker].port}/ws/chat{query}"
        return connect(address, compression=None, additional_headers=headers or {})


@pytest.fixture(scope="module")
def pair(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    home = tmp_path_factory.mktemp("house")
    save_catalogue(Catalogue(TITLES), titles_file(Settings(home=home).paths))
    apps = [App(home, redis_url=redis_url) for _ in range(2)]
    for app in apps:
        app.wait_ready(settled=False)
    yield Pair((apps[0], apps[1]))
    for app in apps:
        app.stop()


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    if "pair" in request.fixturenames:
        store = Store(request.getfixturevalue("redis_url"))
        store.ask("FLUSHALL")
        store.close()


def session(pair: Pair) -> dict[str, str]:
    status, body, _ = pair.ask(0, "/api/session", {})
    assert status == 200
    return {"authorization": f"Bearer {body['token']}"}


def test_they_are_two(pair):
    names = {pair.ask(worker, "/api/status")[1]["worker"] for worker in (0, 1)}
    assert len(names) == 2 and None not in names


def test_messages_of_a_viewer_are_counted_by_both(pair):
    known = session(pair)
    said = [pair.ask(turn % 2, "/api/chat/message", {"message": "oi"}, **known)[0] for turn in range(12)]
    assert said == [200] * 10 + [429] * 2
    status, body, headers = pair.ask(1, "/api/chat/message", {"message": "oi"}, **known)
    assert status == 429 and int(headers["retry-after"]) >= 1 and body["error"]["retry_ms"] > 0


def test_machines_are_counted_by_both(pair):
    note = {"jsonrpc": "2.0", "method": "notifications/x"}
    began, said = time.monotonic(), []
    while not said or said[-1] == 202:
        assert len(said) < 2 * MACHINE_REQUESTS_PER_ADDRESS, "each counts for itself"
        said.append(pair.ask(len(said) % 2, "/mcp", note, accept="application/json, text/event-stream")[0])
    refilled = (time.monotonic() - began) * MACHINE_REQUESTS_PER_ADDRESS / 60
    assert said[-1] == 429 and len(said) - 1 <= MACHINE_REQUESTS_PER_ADDRESS + refilled + 1


async def test_a_ticket_opens_one_line_at_one_worker(pair):
    _, body, _ = await asyncio.to_thread(pair.ask, 0, "/api/session", {})
    query = f"?ticket={body['ticket']}"
    async with pair.socket(1, query) as line:
        assert (await hello(line))["type"] == "hello"
    for worker in (0, 1):
        with pytest.raises((ConnectionClosed, InvalidStatus)) as refused:
            async with pair.socket(worker, query) as line:
                await hello(line)
        assert "1008" in str(refused.value) or "403" in str(refused.value)


async def hello(line: ClientConnection, **more: Any) -> dict[str, Any]:
    await line.send(json.dumps({"v": 1, "type": "hello", "lang": "pt"} | more))
    return json.loads(await asyncio.wait_for(line.recv(), 20))


async def say(line: ClientConnection, message_id: str, text: str) -> list[dict[str, Any]]:
    """Send a message and return the frames up to its end."""
    await line.send(json.dumps({"v": 1, "type": "message", "id": message_id, "text": text}))
    frames: list[dict[str, Any]] = []
    while (
        not frames
        or frames[-1]["type"] not in ("done", "error", "rate_limited")
        or frames[-1]["id"] != message_id
    ):
        frames.append(json.loads(await asyncio.wait_for(line.recv(), 20)))
    return frames


async def rest(line: ClientConnection, upto: int) -> list[dict[str, Any]]:
    """Return frames up to a number."""
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["seq"] < upto:
        frames.append(json.loads(await asyncio.wait_for(line.recv(), 20)))
    return frames


async def cookie_of(pair: Pair) -> dict[str, str]:
    _, _, headers = await asyncio.to_thread(pair.ask, 0, "/api/session", {})
    return {"Cookie": headers["set-cookie"].split(";")[0]}


@pytest.mark.parametrize("guest", [False, True])
async def test_a_dropped_line_goes_on_at_the_other_worker(pair, guest):
    """Back and forth, each time cut off in the middle of an answer: every frame once, in order, in one conversation."""
    known = {} if guest else await cookie_of(pair)
    held: list[dict[str, Any]] = []
    session, seq = None, 0
    for turn in range(6):
        worker = turn % 2
        async with pair.socket(worker, headers=known) as line:
            welcome = await hello(line, session=session, seq=seq)
            assert welcome["resumed"] is (turn > 0), turn
            session = welcome["session"]
            if welcome["seq"] > seq:
                held += await rest(line, welcome["seq"])
            said = await say(line, f"m{turn}", "algo leve" if turn == 0 else "e mais antigo?")
            # The page reads one frame of the answer and is gone, without a word.
            held.append(said[0])
            seq = said[0]["seq"]
            line.transport.abort()
    async with pair.socket(0, headers=known) as line:
        welcome = await hello(line, session=session, seq=seq)
        assert welcome["resumed"]
        held += await rest(line, welcome["seq"])
    assert [frame["seq"] for frame in held] == list(range(1, len(held) + 1))
    ends = [frame["id"] for frame in held if frame["type"] == "done"]
    assert ends == [f"m{turn}" for turn in range(6)]


async def test_a_message_sent_again_to_the_other_worker_is_answered_once(pair):
    known = await cookie_of(pair)
    async with pair.socket(0, headers=known) as line:
        session = (await hello(line))["session"]
        first = await say(line, "m1", "algo leve")
        line.transport.abort()
    async with pair.socket(1, headers=known) as line:
        welcome = await hello(line, session=session, seq=0)
        assert welcome["resumed"] and await rest(line, welcome["seq"]) == first
        await line.send(json.dumps({"v": 1, "type": "message", "id": "m1", "text": "algo leve"}))
        second = await say(line, "m2", "oi")
        assert {frame["id"] for frame in second} == {"m2"} and second[0]["seq"] == first[-1]["seq"] + 1


async def test_what_was_said_counts_at_the_other_worker(pair):
    """The state moves along: "volta" at B undoes what was said at A."""
    known = await cookie_of(pair)
    async with pair.socket(0, headers=known) as line:
        session = (await hello(line))["session"]
        listed = (await say(line, "m1", "quero um filme curto"))[0]["cards"]
    async with pair.socket(1, headers=known) as line:
        await hello(line, session=session, seq=0)
        chosen = await say(line, "m2", "me fala do primeiro")
    assert listed and listed[0]["title"] in json.dumps(chosen, ensure_ascii=False)


async def test_nobody_takes_anothers_conversation(pair):
    one, other = await cookie_of(pair), await cookie_of(pair)
    async with pair.socket(0, headers=one) as line:
        session = (await hello(line))["session"]
        await say(line, "m1", "algo leve")
        async with pair.socket(1, headers=other) as thief:
            welcome = await hello(thief, session=session, seq=0)
            assert not welcome["resumed"] and welcome["session"] != session
        assert (await say(line, "m2", "oi"))[-1]["type"] == "done", "its owner still has it"


async def test_forgotten_is_forgotten_everywhere(pair):
    known = await cookie_of(pair)
    async with pair.socket(0, headers=known) as line:
        session = (await hello(line))["session"]
        await say(line, "m1", "algo leve")
    cookie = {"cookie": known["Cookie"]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{pair.apps[1].port}/api/chat/history", headers=cookie, method="DELETE"
    )
    with await asyncio.to_thread(urllib.request.urlopen, request) as answer:
        assert answer.status == 204
    for worker in (0, 1):
        _, body, _ = await asyncio.to_thread(pair.ask, worker, "/api/chat/history", None, **cookie)
        assert body["lines"] == []
        async with pair.socket(worker, headers=known) as line:
            assert not (await hello(line, session=session, seq=0))["resumed"]


async def test_a_stopped_worker_leaves_its_conversations_behind(redis_url, tmp_path):
    save_catalogue(Catalogue(TITLES), titles_file(Settings(home=tmp_path).paths))
    first, second = (App(tmp_path, redis_url=redis_url) for _ in range(2))
    pair = Pair((first, second))
    try:
        for app in (first, second):
            await asyncio.to_thread(app.wait_ready, False)
        async with pair.socket(0) as line:
            session = (await hello(line))["session"]
            said = await say(line, "m1", "algo leve")
        await asyncio.to_thread(first.stop)
        async with pair.socket(1) as line:
            welcome = await hello(line, session=session, seq=0)
            assert welcome["resumed"] and await rest(line, welcome["seq"]) == said
    finally:
        for app in (first, second):
            app.stop()


# -- `bitaca up --workers 2`


def test_several_workers_share_one_address(redis_url, tmp_path):
    save_catalogue(Catalogue(TITLES), titles_file(Settings(home=tmp_path).paths))
    app = App(tmp_path, redis_url=redis_url, web_workers=2)
    try:
        app.wait_ready(settled=False)
        names: set[str] = set()
        deadline = time.monotonic() + START_S
        while len(names) < 2 and time.monotonic() < deadline:
            names.add(Pair((app, app)).ask(0, "/api/status")[1]["worker"])
        assert len(names) == 2
        children = app.meter.children()
        assert len(children) == 2
    finally:
        app.stop()
    assert not any(child.is_running() for child in children)
    assert {file.name for file in (tmp_path / "state").glob("app*.log")} == {"app.log", "app-2.log"}


def test_a_redis_that_does_not_answer_stops_the_start(tmp_path):
    with pytest.raises(WorkError, match="Redis does not answer") as told:
        check_workers(Settings(home=tmp_path, redis_url=f"unix://{tmp_path}/none.sock", web_workers=2))
    assert "BITACA_REDIS_URL" in str(told.value)
