"""What Derona is asked and what she answers, as values: the same in this process and in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

ANOTHER = {"pt": "outras opções", "en": "other options"}
"""What a retry says in the viewer's place where there are titles on the table."""


@dataclass(frozen=True, slots=True)
class Question:
    """A message with all that its answer depends on.

    Attributes
    ----------
    text : str
    state : DialogueState
        Before the message.
    after : DialogueState or None
        Given where another answer is wanted than the one that led to this state.
    player : PlayerContext or None
    favorites, watched : sequence of str
    continuing : sequence of Begun
    own : Own or None
    hidden : frozenset of str
        Ids of titles that the viewer's own limits keep from them.
    rests : bool
        Whether the viewer was asked to calm down.
    """

    text: str
    state: Any
    after: Any = None
    player: Any = None
    favorites: Sequence[str] = ()
    watched: Sequence[str] = ()
    continuing: Sequence[Any] = ()
    own: Any = None
    hidden: frozenset[str] = frozenset()
    rests: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply, and whether whoever wrote this is to rest from now on."""

    reply: Any
    blocked: bool = False


def answer(question: Question, assistant: Any) -> Answer:
    """Return the answer of `assistant`, who knows none of the titles that are hidden."""
    after = question.after
    if after is None:
        return _said(question, assistant)
    if after.listed and after.wish is not None:
        more = replace(question, text=ANOTHER.get(after.lang, ANOTHER["pt"]), state=after)
        found = _said(more, assistant)
        if found.reply.cards:
            return found
    # Nothing more to show: the same once more, in the words of another turn.
    return _said(replace(question, state=replace(question.state, turn=after.turn)), assistant)


def _said(question: Question, assistant: Any) -> Answer:
    from bitaca_core.derona.moderation import blocks

    text, state = question.text, question.state
    if question.rests and (resting := assistant.rest(text, state=state)) is not None:
        return Answer(resting)
    reply = assistant.reply(
        text,
        state=state,
        player=question.player,
        favorite_genres=question.favorites,
        watched=question.watched,
        continuing=question.continuing,
        own=question.own,
    )
    return Answer(reply, blocks(text))
