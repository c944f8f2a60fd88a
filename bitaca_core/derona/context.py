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
    """The player on the viewer's page. `title_id` is a title's or an episode's id."""

    title_id: str | None
    position_s: float = 0.0
    paused: bool = True


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
    of its age rating, in the answer's language.
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


@dataclass(frozen=True, slots=True)
class Action:
    """One thing for the viewer's page to do with its player.

    `play` value: the id to open. `resume`, `pause`, `next`, `skip_intro`: None. `seek`: `{"relative": seconds}` or
    `{"absolute": seconds}`. `quality`: `"auto"`, `"highest"`, `"lowest"` or a height such as `"720p"`. `audio`: a
    language. `text`: a language, None for off. `fullscreen`, `mute`: bool. `volume`: `{"absolute": 0-1}` or
    `{"relative": ±0.1}`. `speed`: 0.5-2.
    """

    action: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything that answering one message may look at.

    `ready` are the ids that can be watched now, `coming` those that are being made or wait for their turn.
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

    @property
    def lang(self) -> str:
        """Language of the answer."""
        return self.message.language


@dataclass(frozen=True, slots=True)
class Pick:
    """A title chosen for a card; `near` when it does not meet the whole wish."""

    title: Title
    near: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision for one turn: the act to phrase with its facts, the titles, the actions.

    `wish` replaces the state's when given; `continues` keeps what was shown before; `focus` is what `esse`
    means from now on; `offer` is what a plain "sim" accepts; `like` is what the titles are compared with. Near
    titles are labelled as near, unless `label` says that they are something else (`other`) or lack a genre that
    was asked for (`lacks`).
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
