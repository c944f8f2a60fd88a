"""What she cannot do, and what she did not understand."""

from __future__ import annotations

from bitaca_core.derona.acts.finding import story
from bitaca_core.derona.acts.recapping import ending
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.intents import is_foreign
from bitaca_core.derona.shelf import Shelf


def out_of_scope(turn: Turn, shelf: Shelf) -> Outcome:
    """Honest about what she cannot do; something unreadable is asked again, not refused."""
    if turn.reading.aspect == "spoiler":
        return ending(turn, shelf) or Outcome("spoiler")
    if is_foreign(turn.slots.masked):
        return Outcome("out_of_scope")
    return story(turn, shelf) or Outcome("not_understood")
