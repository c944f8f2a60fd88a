"""What a conversation remembers: frozen, versioned, as JSON between turns and across restarts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from bitaca_core.errors import SchemaError
from bitaca_core.search.query import Query

STATE_VERSION = 1
PAST_MAX = 6
"""Lists that "volta" can go back to."""
SHOWN_MAX = 60
"""Titles remembered as already shown; older ones may come again."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is being looked for: a query, and what a query cannot say.

    `soft_exclude` are genres that would spoil a mood and are given up first, `prefer` those that a mood puts in
    front; `others` are people beside `person`: all together, or any of them where `either`; `about` are themes that a story speaks of: they rank, and a card tells them.
    """

    query: Query = field(default_factory=Query)
    person: str | None = None
    others: tuple[str, ...] = ()
    either: bool = False
    like: str | None = None
    exclude_countries: tuple[str, ...] = ()
    exclude_kinds: tuple[str, ...] = ()
    soft_exclude: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    order: str = ""  # newest, oldest, shortest, longest
    popular: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing narrows this wish."""
        return self == Wish()


@dataclass(frozen=True, slots=True)
class Past:
    """A list as it lay on the table before the next one came, with the wish that it answered.

    Attributes
    ----------
    told : dict
        Both as JSON has them: a state holds several, each turn brings them along, and few go back.
    """

    told: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, wish: Wish | None, listed: tuple[str, ...]) -> Past:
        """Return a list and its wish."""
        return cls(_listed(_without_nothing({"wish": _told(wish), "listed": listed})))

    @property
    def wish(self) -> Wish | None:
        """The wish that the list answered.

        Raises
        ------
        SchemaError
            The state that was read has no wish there.
        """
        with _of_this_version():
            return _wish(self.told.get("wish"))

    @property
    def listed(self) -> tuple[str, ...]:
        """Titles in the order of the cards."""
        return tuple(self.told.get("listed", ()))


@dataclass(frozen=True, slots=True)
class DialogueState:
    """The conversation so far.

    Attributes
    ----------
    lang : str
        Language of the last message, `pt` or `en`.
    turn : int
        Messages answered.
    wish : Wish or None
        The search that `outro` and `mais curto` refine.
    listed : tuple of str
        Titles on the table, in the order of the cards; `o segundo` counts here.
    shown : tuple of str
        Titles shown since the wish began, oldest first.
    focus : str or None
        The title that `esse` means.
    intent : str
        Intent of the last message.
    offer : str
        What a plain "sim" would accept: `play` (the focus) or empty.
    spoilers : bool
        Whether the viewer allowed what lies beyond their place, in this conversation.
    past : tuple of Past
        The lists before this one, oldest first: "volta" goes back.
    """

    lang: str = "pt"
    turn: int = 0
    wish: Wish | None = None
    listed: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    focus: str | None = None
    intent: str = ""
    offer: str = ""
    spoilers: bool = False
    past: tuple[Past, ...] = ()
    version: int = STATE_VERSION

    def to_json(self) -> str:
        """Return the state as one line of JSON. What has its default is left out: a wish says a few things of thirty."""
        data = _said(self) | {
            "version": self.version,
            "wish": _told(self.wish),
            "past": [held.told for held in self.past],
        }
        return json.dumps(_without_nothing(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> DialogueState:
        """Read a state; a missing field has its default, an unknown version or shape is refused.

        Raises
        ------
        SchemaError
            The text is no state of this version.
        """
        try:
            data = json.loads(text)
            version = data.get("version")
        except (ValueError, AttributeError) as error:
            raise SchemaError(
                "a dialogue state must be a JSON object", hint="start a new conversation"
            ) from error
        if version != STATE_VERSION:
            raise SchemaError(
                f"dialogue state version {version} is not {STATE_VERSION}", hint="start a new conversation"
            )
        with _of_this_version():
            return _state(cls, data)

    def after(self, **changes: Any) -> DialogueState:
        """Return the state of the next turn."""
        return replace(self, turn=self.turn + 1, **changes)


@contextmanager
def _of_this_version() -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError, AttributeError) as error:
        raise SchemaError(
            f"a dialogue state is not valid ({error})", hint="start a new conversation"
        ) from error


@lru_cache(maxsize=8)
def _defaults(kind: Callable[[], Any]) -> tuple[dict[str, Any], Callable[[Any], tuple[Any, ...]]]:
    """Return what each field of a dataclass is by default, and what takes the values of all out of one."""
    made = kind()
    known = {item.name: getattr(made, item.name) for item in fields(made)}
    return known, attrgetter(*known)


def _said(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that are not what they are by default."""
    kind: Callable[[], Any] = type(value)
    known, values = _defaults(kind)
    return {
        name: held
        for (name, default), held in zip(known.items(), values(value), strict=True)
        if held is not default and held != default
    }


def _told(wish: Wish | None) -> dict[str, Any] | None:
    if wish is None:
        return None
    told = _said(wish)
    if "query" in told:
        told["query"] = query = _said(wish.query)
        if "exclude_ids" in query:
            query["exclude_ids"] = sorted(query["exclude_ids"])
    return told


def _without_nothing(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is `None` or holds nothing; an empty wish (`{}`) is one."""
    return {name: value for name, value in data.items() if value is not None and value != () and value != []}


def _state(cls: type[DialogueState], data: dict[str, Any]) -> DialogueState:
    told = _known(cls, data) | {
        "wish": _wish(data.get("wish")),
        "past": tuple(map(_past, data.get("past", ())[-PAST_MAX:])),
    }
    if told.get("lang") not in ("pt", "en"):
        told["lang"] = "pt"
    told |= {
        "turn": max(0, int(told.get("turn", 0))),
        "shown": told.get("shown", ())[-SHOWN_MAX:],
        "spoilers": told.get("spoilers") is True,
    }
    return cls(**told)


def _wish(data: dict[str, Any] | None) -> Wish | None:
    if data is None:
        return None
    query = _known(Query, data.get("query", {}))
    query["exclude_ids"] = frozenset(query.get("exclude_ids", ()))
    return Wish(**(_known(Wish, data) | {"query": Query(**query)}))


def _past(told: Any) -> Past:
    wish, listed = told.get("wish"), told.get("listed")
    if not isinstance(wish, dict | None) or not isinstance(listed, list | None):
        raise TypeError("a past list is of another shape")
    return Past(_without_nothing({"wish": wish, "listed": listed}))


def _known(kind: Callable[[], Any], data: dict[str, Any]) -> dict[str, Any]:
    names = _defaults(kind)[0]
    return {name: _frozen(value) for name, value in data.items() if name in names}


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    """Return a value as it comes out of JSON: tuples as lists."""
    if isinstance(value, dict):
        return {name: _listed(held) for name, held in value.items()}
    return list(map(_listed, value)) if isinstance(value, list | tuple) else value
