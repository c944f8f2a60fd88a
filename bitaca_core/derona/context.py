"""What one turn knows, and the two things that it may put on the page: cards and player actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona.intents import Reading
from bitaca_core.derona.normalize import Message
from bitaca_core.derona.slots import Slots
from bitaca_core.derona.state import DialogueState, Wish


@dataclass(frozen=True, slots=True)
class PlayerContext:
    """The player on the viewer's page, as the page tells it. What is None was not told, and is not judged by.

    Attributes
    ----------
    title_id : str or None
        A title's or an episode's id; None where no video is open.
    position_s, duration : float
        Seconds.
    audio, text : tuple of str or None
        Languages (BCP 47) that can be heard and read.
    audio_chosen, text_chosen : str or None
        The languages that are on; no subtitles are None, too.
    heights : tuple of int or None
        Picture heights that can be chosen, in lines.
    quality : str or None
        What was chosen: `auto`, or a height such as `720p`.
    buffer_s, rebuffer_s : float or None
        Seconds that lie ready; seconds of waiting in this session.
    stalls : int or None
        How often the picture stood still in this session.
    bitrate_bps, throughput_bps : float or None
        What the picture needs now, and what the network brought lately.
    rate : float or None
        Speed of playback.
    online : bool or None
        Whether the browser says that there is a network.
    """

    title_id: str | None
    position_s: float = 0.0
    paused: bool = True
    duration: float | None = None
    audio: tuple[str, ...] | None = None
    text: tuple[str, ...] | None = None
    audio_chosen: str | None = None
    text_chosen: str | None = None
    heights: tuple[int, ...] | None = None
    quality: str | None = None
    buffer_s: float | None = None
    rebuffer_s: float | None = None
    stalls: int | None = None
    bitrate_bps: float | None = None
    throughput_bps: float | None = None
    rate: float | None = None
    online: bool | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """What the viewer keeps here, by title id, latest first. Somebody without a profile has no `Own` at all."""

    listed: tuple[str, ...] = ()
    liked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A subtitle that was quoted. Times in seconds from the start of the film or episode."""

    title_id: str
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page of this site that an answer speaks of: its name, and its path."""

    label: str
    path: str


class Begun(Protocol):
    """Something the viewer began and did not finish (`viewers.store.Watched` is one)."""

    @property
    def title_id(self) -> str: ...

    @property
    def position_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Card:
    """One title on the page. `watch_url` leads to the unit that can be watched (a series: an episode).

    `arriving` marks one that cannot be watched yet and is being made; `descriptors` are the content descriptors
    of its age rating, in the answer's language. `position_s` is where `watch_url` begins, or where the viewer stopped.
    """

    title_id: str
    title: str
    year: int | None
    poster: str
    reason: str
    playable: bool
    watch_url: str
    age_rating: str | None
    duration_s: int | None
    kind: str
    arriving: bool = False
    descriptors: tuple[str, ...] = ()
    position_s: float | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: by the viewer's page with its player, or by the server with this viewer's own store.

    The page: `play` value: the id to open. `play_at`: `{"title_id", "position_s"}`. `resume`, `pause`, `skip_intro`:
    None. `seek`: `{"relative": seconds}` or `{"absolute": seconds}`. `quality`: `"auto"`, `"highest"`, `"lowest"` or a
    height such as `"720p"`. `audio`: a language. `text`: a language, None for off. `fullscreen`, `mute`: bool.
    `volume`: `{"absolute": 0-1}` or `{"relative": ±0.1}`. `speed`: 0.5-2.
    The server (`OWN_ACTIONS`): `opinion`: `{"title_id", "say"}`, a word of the opinions that buttons send.
    `clear_history`, `clear_list`: None, only after the viewer confirmed.
    """

    action: str
    value: Any = None


OWN_ACTIONS = frozenset(("opinion", "clear_history", "clear_list"))
"""Actions that the server carries out in the viewer's own store; all others are the page's."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything that answering one message may look at.

    `ready` are the ids that can be watched now, `coming` those that are being made or wait for their turn; `own` is None
    for somebody without a profile.
    """

    message: Message
    slots: Slots
    reading: Reading
    state: DialogueState
    player: PlayerContext | None
    ready: frozenset[str]
    favorites: tuple[str, ...]
    watched: tuple[str, ...]
    continuing: tuple[Begun, ...]
    seed: int
    coming: frozenset[str] = frozenset()
    own: Own | None = None

    @property
    def lang(self) -> str:
        """Language of the answer."""
        return self.message.language


@dataclass(frozen=True, slots=True)
class Pick:
    """A title chosen for a card; `near` when it does not meet the whole wish.

    `unit` is the id to watch where it is another than the first that can be; `at_s` the second to begin at;
    `position_s` where the viewer stopped; `reason` the card's reason where it is not the wish.
    """

    title: Title
    near: bool = False
    unit: str | None = None
    at_s: float | None = None
    position_s: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision for one turn: the act to phrase with its facts, the titles, the actions.

    `wish` replaces the state's when given; `continues` keeps what was shown before; `focus` is what `esse`
    means from now on; `offer` is what a plain "sim" accepts; `like` is what the titles are compared with. Near
    titles are labelled as near, unless `label` says that they are something else (`other`) or lack a genre that
    was asked for (`lacks`). `citations` are what was quoted; `links` pages that are spoken of; `chips` go before those
    of the moment; `spoilers` allows or forbids them from now on.
    """

    act: str
    facts: Mapping[str, str] = field(default_factory=dict)
    picks: tuple[Pick, ...] = ()
    actions: tuple[Action, ...] = ()
    wish: Wish | None = None
    focus: str | None = None
    offer: str = ""
    like: Title | None = None
    label: Literal["near", "other", "lacks"] = "near"
    continues: bool = False
    undoes: bool = False
    spoilers: bool | None = None
    citations: tuple[Citation, ...] = ()
    links: tuple[Link, ...] = ()
    chips: tuple[str, ...] = ()
