"""The app over a small real data folder: a catalogue, one published package, real viewers; Derona is a fake."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.search.query import Hit
from bitaca_core.settings import Settings
from gradio_app.access import Access
from gradio_app.app import create_app
from gradio_app.limits import Limits
from gradio_app.server import listen, uvicorn_options
from gradio_app.services import Services

OPERATOR_TOKEN = "s3nha-longa-de-operacao"
PACKAGE = "0123456789abcdef"
SEGMENT = bytes(range(256)) * 5000  # 1,280,000 bytes: more than one block
NOW = 1_800_000_000.0

TITLES = (
    Title(
        title_id="a-pipa-2026",
        kind="short",
        original_title="A pipa <e> o vento",
        title_en="The kite & the wind",
        year=2026,
        genres=("anime", "acao"),
        duration_s=28,
        age_rating="10",
        descriptors=("Violência leve",),
        synopsis_pt="Uma pipa foge.",
        synopsis_en="A kite runs away.",
        directors=("Ninguém Certo",),
        unverified=("directors",),
        source="sample",
    ),
    Title(
        title_id="serie-2026",
        kind="series",
        original_title="Três na laje",
        year=2026,
        genres=("comedia",),
        age_rating="L",
        episodes=(
            Episode(title_id="serie-2026-e1", number=1, title_pt="A antena", duration_s=60),
            Episode(title_id="serie-2026-e2", number=2, title_pt="A chuva", duration_s=60),
        ),
        source="sample",
    ),
    Title(
        title_id="longe-1999",
        kind="film",
        original_title="Longe",
        year=1999,
        genres=("drama",),
        source="real",
    ),
)


@dataclass
class FakeClock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


class FakeSearch:
    """Answers by substring; the real one has tests of its own."""

    def __init__(self, titles: tuple[Title, ...], playable: Any) -> None:
        self.titles, self.playable = titles, playable

    def _hits(self, text: str) -> list[Hit]:
        return [
            Hit(title.title_id, 1.0, title.title_id in self.playable(), ("title",))
            for title in self.titles
            if text.lower() in title.original_title.lower()
        ]

    def suggest(self, text: str, limit: int = 8) -> list[Hit]:
        return self._hits(text)[:limit]

    def search(self, query: Any, limit: int = 10) -> list[Hit]:
        return self._hits(query.text)[:limit]

    def similar(self, title_id: str, limit: int = 10, exclude: frozenset[str] = frozenset()) -> list[Hit]:
        return [hit for hit in self._hits("") if hit.title_id != title_id][:limit]


class FakeServices(Services):
    """Real files and stores; search and Derona stand-ins."""

    def _open_search(self) -> bool:
        self.search = FakeSearch(self.catalogue.titles, self.playable_units)
        return True

    def _open_recommender(self) -> bool:
        return True

    def _open_assistant(self) -> bool:
        self.assistant = FakeAssistant()
        return True


@dataclass(frozen=True)
class FakeCard:
    title_id: str = "a-pipa-2026"
    title: str = "A pipa"
    year: int = 2026
    poster: str = "/posters/a-pipa-2026"
    reason: str = "é anime de ação"
    playable: bool = True
    watch_url: str = "/watch/a-pipa-2026"
    age_rating: str = "10"
    duration_s: int = 28
    kind: str = "short"
    arriving: bool = False
    descriptors: tuple[str, ...] = ("Violência leve",)
    position_s: float | None = None


@dataclass(frozen=True)
class FakeAction:
    action: str = "pause"
    value: Any = None


@dataclass
class FakeReply:
    text: str
    cards: tuple[FakeCard, ...]
    actions: tuple[FakeAction, ...]
    chips: tuple[str, ...]
    state: Any
    lang: str = "pt"
    intent: str = "search"
    citations: tuple[Any, ...] = ()
    links: tuple[Any, ...] = ()
    blocked: bool = False


def rude(text: str) -> bool:
    """Return whether the real moderation asks whoever writes this to calm down."""
    from bitaca_core.derona.moderation import judgement_of

    return judgement_of(text).tier == "block"


class FakeAssistant:
    """Says what it heard, with a card; "pausa" acts; "quebra" fails."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def greet(self, lang: str) -> str:
        return "oi" if lang == "pt" else "hi"

    def reply(self, text: str, **more: Any) -> FakeReply:
        self.heard.append({"text": text, **more})
        if text == "quebra":
            raise RuntimeError("broken on purpose")
        acts = (FakeAction(),) if text == "pausa" else ()
        cards = () if acts else (FakeCard(),)
        answer = f"Você disse {text}. " + "Uma frase bem comprida para chegar em pedaços. " * 3
        return FakeReply(answer, cards, acts, ("mais",), more["state"], blocked=rude(text))


def publish(settings: Settings, title_id: str) -> None:
    folder = settings.paths.media / title_id / PACKAGE
    (folder / "video" / "360p").mkdir(parents=True)
    (folder / "images").mkdir()
    (folder / "master.m3u8").write_text("#EXTM3U\n")
    (folder / "stream.mpd").write_text("<MPD/>")
    (folder / "video" / "360p" / "seg-1.m4s").write_bytes(SEGMENT)
    (folder / "images" / "poster.jpg").write_bytes(b"\xff\xd8poster")
    (folder / "secret.key").write_text("not for viewers")
    document = {
        "schema": 1, "title_id": title_id, "package_id": PACKAGE, "duration_s": 28.0,
        "poster": "images/poster.jpg", "storyboard": None, "rungs": [{"height": 360}],
    }  # fmt: skip
    (folder / "package.json").write_text(json.dumps(document))
    (settings.paths.media / title_id / "current").write_text(PACKAGE)


@pytest.fixture
def settings(tmp_path):
    made = Settings(home=tmp_path, operator_token=OPERATOR_TOKEN, allowed_origins="https://parceiro.example")
    save_catalogue(Catalogue(TITLES), titles_file(made.paths))
    publish(made, "a-pipa-2026")
    publish(made, "serie-2026-e1")
    return made


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def services(settings, clock):
    made = FakeServices(settings, clock)
    made.load()
    assert made.states == dict.fromkeys(made.states, "ready")
    yield made
    made.viewers.close()


@pytest.fixture
def app(settings, services, clock):
    access = Access(settings, clock)
    made = create_app(settings, services, limits=Limits(settings, clock), access=access, shell=False)
    yield made
    made.state.context.conversations.close()


@pytest.fixture
def client_from(app):
    """Return a maker of HTTP clients that call from an address, for a host name."""

    def make(address: str = "127.0.0.1", base_url: str = "http://127.0.0.1:8000", **more: Any):
        transport = httpx.ASGITransport(app=app, client=(address, 5000), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=base_url, **more)

    return make


@pytest.fixture
async def client(client_from):
    async with client_from() as made:
        yield made


@pytest.fixture
async def stranger(client_from):
    """A caller from another machine."""
    async with client_from("203.0.113.9", "http://bitaca.example:8000") as made:
        yield made


def compose(settings: Settings, services: Services, clock: FakeClock, **changes: Any):
    """Return the app over the same services with other settings."""
    changed = settings.model_copy(update=changes)
    limits, access = Limits(changed, clock), Access(changed, clock)
    return create_app(changed, services, limits=limits, access=access, shell=False)


@asynccontextmanager
async def serving(app: Any, settings: Settings) -> AsyncIterator[int]:
    """Serve `app` on a free port by the server that viewers meet, and say which."""
    listener = listen("127.0.0.1", 0)
    options = uvicorn_options(settings) | {"lifespan": "off"}
    running = uvicorn.Server(uvicorn.Config(app, **options))
    task = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        running.should_exit = True
        await task


@dataclass(frozen=True)
class Answer:
    """What came back over a socket."""

    status: int
    head: bytes
    body: bytes


async def say_http(port: int, request: bytes) -> Answer:
    """Send bytes as they are and read one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].split(b":")[1]) if lengths else 0
        body = await asyncio.wait_for(reader.readexactly(length), 20)
        return Answer(int(head.split()[1]), head, body)
    finally:
        writer.close()
