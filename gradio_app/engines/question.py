"""What Derona is asked and what she answers, as values: the same in this process and in another.

States go as the JSON that is kept of them: a server has tens of thousands, reads none, and one text is a quarter of the
objects that it stands for.
"""

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
    state : str or None
        The dialogue's state before the message, as JSON; None where nothing was said yet.
    lang : str
        Language of a new dialogue.
    after : str or None
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
    state: str | None = None
    lang: str = "pt"
    after: str | None = None
    player: Any = None
    favorites: Sequence[str] = ()
    watched: Sequence[str] = ()
    continuing: Sequence[Any] = ()
    own: Any = None
    hidden: frozenset[str] = frozenset()
    rests: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply, its state as JSON (and not in the reply), and whether whoever wrote this is to rest from now on."""

    reply: Any
    state: str
    blocked: bool = False


def answer(question: Question, assistant: Any) -> Answer:
    """Return the answer of `assistant`, who knows none of the titles that are hidden.

    Raises
    ------
    SchemaError
        A state is none of this release.
    """
    from bitaca_core.derona.assistant import DialogueState

    def said(text: str, state: DialogueState) -> Answer:
        if question.rests and (resting := assistant.rest(text, state=state)) is not None:
            return _answered(resting)
        reply = assistant.reply(
            text,
            state=state,
            player=question.player,
            favorite_genres=question.favorites,
            watched=question.watched,
            continuing=question.continuing,
            own=question.own,
        )
        return _answered(reply)

    state = DialogueState(lang=question.lang)
    if question.state is not None:
        state = DialogueState.from_json(question.state)
    if question.after is None:
        return said(question.text, state)
    after = DialogueState.from_json(question.after)
    if after.listed and after.wish is not None:
        found = said(ANOTHER.get(after.lang, ANOTHER["pt"]), after)
        if found.reply.cards:
            return found
    # Nothing more to show: the same once more, in the words of another turn.
    return said(question.text, replace(state, turn=after.turn))


def _answered(reply: Any) -> Answer:
    return Answer(replace(reply, state=None), reply.state.to_json(), reply.blocked)
