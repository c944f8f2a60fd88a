"""A plain yes or no to what she asked or offered."""

from __future__ import annotations

from bitaca_core.derona.acts import own, scenes, trouble
from bitaca_core.derona.acts.opening import open_title
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import Shelf


def affirm(turn: Turn, shelf: Shelf) -> Outcome:
    """A plain yes: to the offer, else to the list."""
    if turn.state.offer == "play" and turn.state.focus:
        return open_title(turn, shelf, shelf.catalogue.resolve(turn.state.focus))
    offered = own.accepted(turn) or trouble.accepted(turn) or scenes.accepted(turn, shelf)
    if offered is not None:
        return offered
    return Outcome("affirm_ask" if turn.state.listed else "affirm_none")


def deny(turn: Turn, shelf: Shelf) -> Outcome:
    """A plain no: to a question, else to what was shown."""
    return own.declined(turn) or Outcome("deny")
