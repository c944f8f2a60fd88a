"""Which act answers each intent: the table, and nothing else. What the acts do is in `acts/`, one concept a module."""

from __future__ import annotations

from collections.abc import Callable

from bitaca_core.derona import player
from bitaca_core.derona.acts import (
    agreeing,
    availability,
    comparing,
    details,
    explaining,
    finding,
    helping,
    own,
    people,
    playing,
    refining,
    resuming,
    scenes,
    scope,
    similar,
    suggesting,
    trouble,
)
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import Shelf

Answer = Callable[[Turn, Shelf], Outcome]


def answer(turn: Turn, shelf: Shelf) -> Outcome:
    """Return the decision for this turn."""
    return _ANSWERS[turn.reading.intent](turn, shelf)


def _plain(act: str) -> Answer:
    return lambda turn, shelf: Outcome(act)


_ANSWERS: dict[str, Answer] = {
    "empty": _plain("empty"),
    "too_long": _plain("too_long"),
    "crisis": _plain("crisis"),
    "refuse": _plain("refuse"),
    "abuse": lambda turn, shelf: Outcome("refuse" if turn.reading.aspect == "refuse" else "abuse"),
    "greet": _plain("greet"),
    "bye": _plain("bye"),
    "thanks": _plain("thanks"),
    "help": helping.help_,
    "search": finding.search,
    "similar": similar.similar,
    "refine": refining.refine,
    "another": refining.another,
    "surprise": suggesting.surprise,
    "details": details.details,
    "cast": people.cast,
    "why": explaining.why,
    "compare": comparing.compare,
    "play": playing.play,
    "resume": resuming.resume,
    "continue_watching": resuming.continue_watching,
    "player_control": player.drive,
    "tracks": player.drive,
    "trouble": trouble.trouble,
    "availability": availability.availability,
    "watchlist": own.watchlist,
    "feedback": own.feedback,
    "history_privacy": own.privacy,
    "scene_search": scenes.scene_search,
    "small_talk": helping.small_talk,
    "out_of_scope": scope.out_of_scope,
    "affirm": agreeing.affirm,
    "deny": agreeing.deny,
    # the same under the names of the reader before
    "identity": _plain("identity"),
    "smalltalk": helping.small_talk,
    "continue": resuming.continue_watching,
    "control": player.drive,
}
"""Every intent that a message may be read as."""
