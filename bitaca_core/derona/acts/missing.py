"""No title was understood, or none of that name is here."""

from __future__ import annotations

from bitaca_core.derona.acts.spoken_of import names_nothing_known
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.names import guess_text
from bitaca_core.derona.shelf import Shelf
from bitaca_core.search.query import Query

NEAR_NAME = 60.0
"""Similarity (0-100) from which a title is offered for a name that the catalogue does not have."""


def missing(turn: Turn, shelf: Shelf) -> Outcome:
    """Say that no title was understood: which one, no such number, or none of that name."""
    if turn.slots.ordinal is not None and turn.state.listed:
        return Outcome("no_such_item")
    if names_nothing_known(turn):
        return unknown(turn, shelf)
    return Outcome("which_title")


def unknown(turn: Turn, shelf: Shelf) -> Outcome:
    """Say that a named title is not in the catalogue, with near ones labelled as such."""
    text = guess_text(turn.message)
    hits = shelf.search.search(Query(text=text), 3) if text else []
    found = [
        title
        for hit in hits
        if (title := shelf.catalogue.resolve(hit.title_id)) and shelf.names.nearness(title, text) >= NEAR_NAME
    ]
    if not found:
        return Outcome("unknown_title")
    return Outcome("unknown_title_near", picks=tuple(Pick(title, near=True) for title in found))
