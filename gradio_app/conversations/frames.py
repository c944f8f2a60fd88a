"""Protocol v1 of Derona's line: every frame of both directions, and their JSON schemas.

`docs/chat-protocol.md` says what they mean. The server reads with the models of the client's frames; its own frames
it makes as plain dictionaries, which tests hold against these models.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from gradio_app.playing import TitleId

PROTOCOL = 1
MAX_MESSAGE_CHARS = 1000
MAX_FRAME_BYTES = 16 * 1024
SCHEMA_ID = "bitaca-chat-v1"

Text = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARS)]
MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Session = Annotated[str, Field(max_length=64)]
Lang = Annotated[str, Field(pattern="^(pt|en)$")]
Seq = Annotated[int, Field(ge=0)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,35}$")]
Measure = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Client(BaseModel):
    """What all frames of a page share. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    v: Literal[1] = 1


class PlayerState(BaseModel):
    """What the page's player is doing; `PlayerContext` says what each field means. What is left out is not known."""

    model_config = ConfigDict(extra="ignore")

    title_id: TitleId | None = None
    position_s: float = Field(0.0, ge=0, le=1e6, allow_inf_nan=False)
    paused: bool = True
    duration: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    audio: Annotated[tuple[Language, ...], Field(max_length=64)] | None = None
    text: Annotated[tuple[Language, ...], Field(max_length=64)] | None = None
    audio_chosen: Language | None = None
    text_chosen: Language | None = None
    heights: Annotated[tuple[Annotated[int, Field(ge=16, le=16_384)], ...], Field(max_length=64)] | None = (
        None
    )
    quality: Annotated[str, Field(pattern=r"^(auto|[0-9]{2,5}p)$")] | None = None
    buffer_s: Measure | None = None
    rebuffer_s: Measure | None = None
    stalls: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    bitrate_bps: Measure | None = None
    throughput_bps: Measure | None = None
    rate: Annotated[float, Field(gt=0, le=16, allow_inf_nan=False)] | None = None
    online: bool | None = None


class PageContext(BaseModel):
    """What the page says of its viewer; without `watchedVideos` the viewer's own history counts."""

    model_config = ConfigDict(extra="ignore")

    favoriteGenres: list[Annotated[str, Field(max_length=64)]] = Field(default_factory=list, max_length=32)
    watchedVideos: list[TitleId] | None = Field(None, max_length=200)


class Hello(Client):
    """First frame of a page: who it was before, if it was; `seq` is the last frame that it holds."""

    type: Literal["hello", "resume"] = "hello"
    session: Session | None = None
    seq: Seq = 0
    lang: Lang | None = None


class Message(Client):
    """A message of the viewer."""

    type: Literal["message"] = "message"
    id: MessageId
    text: Text
    player: PlayerState | None = None
    context: PageContext | None = None


class Edit(Client):
    """A message said differently: back to before message `of`, later turns are dropped, `text` is answered."""

    type: Literal["edit"]
    id: MessageId
    of: MessageId
    text: Text
    player: PlayerState | None = None
    context: PageContext | None = None


class Retry(Client):
    """Message `of` once more: the next results, or other words; turns after it are dropped."""

    type: Literal["retry"]
    id: MessageId | None = None
    of: MessageId
    player: PlayerState | None = None
    context: PageContext | None = None


class Stop(Client):
    """End the answer that is being made."""

    type: Literal["stop"]


class Acted(Client):
    """What became of the action of frame `seq`; `reason`, a word as `out-of-range`, where it was not done."""

    type: Literal["acted"]
    seq: Seq
    ok: bool
    reason: Annotated[str, Field(pattern=r"^[a-z-]{1,32}$")] | None = None


class Ping(Client):
    """Nothing; keeps a line that says nothing for an hour from being closed."""

    type: Literal["ping"]


ASKING: dict[str, type[Message | Edit | Retry]] = {"message": Message, "edit": Edit, "retry": Retry}
"""Frames that are answered. A frame without a type is a message."""


AnswerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,66}$")]
"""A message's id; of an answer's second part, with `-2` behind it."""


class Server(BaseModel):
    """What all frames of the server share: `seq` counts a conversation's frames from 1, `id` is what they answer."""

    model_config = ConfigDict(extra="forbid")

    v: Literal[1]
    seq: Seq
    id: AnswerId | None


class Said(BaseModel):
    """A line that was said a moment ago, on this page or another."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["viewer", "derona"]
    text: str


class HelloBack(Server):
    """First frame of the server. Not counted: its `seq` is the last one of the conversation."""

    type: Literal["hello"]
    id: None
    session: Session
    resumed: bool
    text: str
    said: list[Said]


class Card(BaseModel):
    """A recommendation."""

    model_config = ConfigDict(extra="forbid")

    title_id: str
    title: str
    year: int | None
    poster: str
    reason: str
    playable: bool
    watch_url: str
    age_rating: str | None
    descriptors: list[str]
    arriving: bool
    duration_s: float | None
    duration: str
    kind: str
    position_s: float | None = None


class Cards(Server):
    """What the answer is about; comes first, empty where there is nothing to show."""

    type: Literal["cards"]
    id: AnswerId
    cards: list[Card]
    lang: Lang


class ActionFrame(Server):
    """What the page's player should do."""

    type: Literal["action"]
    id: AnswerId
    action: str
    value: Any


class Delta(Server):
    """A piece of the answer's words; joined they are the `text` of `done`."""

    type: Literal["delta"]
    id: AnswerId
    text: str


class Citation(BaseModel):
    """A line of a title's subtitles that the answer quotes, where it plays."""

    model_config = ConfigDict(extra="forbid")

    title_id: str
    start_s: float
    end_s: float
    text: str


class Link(BaseModel):
    """A page of ours that the answer names."""

    model_config = ConfigDict(extra="forbid")

    label: str
    path: str


class Done(Server):
    """The answer is whole; or, `stopped`, will not be."""

    type: Literal["done"]
    id: AnswerId
    chips: list[str]
    text: str | None = None
    intent: str | None = None
    stopped: bool | None = None
    citations: list[Citation] | None = None
    links: list[Link] | None = None


class More(Server):
    """A sentence of a language model, after `done`."""

    type: Literal["more"]
    id: AnswerId
    text: str


class Limited(Server):
    """The frame was not taken; it may be sent again in `retry_ms` milliseconds."""

    type: Literal["rate_limited"]
    retry_ms: int = Field(ge=1)


class Error(Server):
    """The frame `id` (or one without a readable id) was not understood, or could not be answered."""

    type: Literal["error"]
    kind: str
    message: str


CLIENT_FRAMES: tuple[type[BaseModel], ...] = (Hello, Message, Edit, Retry, Stop, Acted, Ping)
SERVER_FRAMES: tuple[type[BaseModel], ...] = (
    HelloBack, Cards, ActionFrame, Delta, Done, More, Limited, Error
)  # fmt: skip


@lru_cache(maxsize=1)
def schemas() -> dict[str, Any]:
    """Return one JSON Schema document (draft 2020-12): each frame in `$defs`, and `client` and `server` of them."""
    modes = [(frame, "validation") for frame in (*CLIENT_FRAMES, *SERVER_FRAMES)]
    _, made = models_json_schema(modes, ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    defs = made["$defs"]
    for frame in CLIENT_FRAMES:
        # `type` tells the frames apart; only the server's own reading lets a message go without one.
        defs[frame.__name__]["required"] = sorted({*defs[frame.__name__].get("required", ()), "type"})
    for name, frames in (("client", CLIENT_FRAMES), ("server", SERVER_FRAMES)):
        defs[name] = {"oneOf": [{"$ref": f"#/$defs/{frame.__name__}"} for frame in frames]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Frames of Derona's line, version 1",
        "$defs": dict(sorted(defs.items())),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schemas(), indent=2, ensure_ascii=False) + "\n")
