"""Titles like one."""

from __future__ import annotations

from dataclasses import replace

from bitaca_core.derona import wishes
from bitaca_core.derona.acts.finding import search
from bitaca_core.derona.acts.showing import cards_of
from bitaca_core.derona.acts.spoken_of import names_nothing_known, subject
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf, passes


def similar(turn: Turn, shelf: Shelf) -> Outcome:
    """Titles like the one named, counted or pointed at."""
    title = subject(turn, shelf)
    if title is None or names_nothing_known(turn):
        if turn.slots.genres:
            return search(turn, shelf)
        return Outcome("similar_unknown" if turn.slots.text else "similar_ask")
    wish = wishes.refine(
        wishes.wish_of(replace(turn.slots.unspoken, person=None, others=())),
        replace(turn.slots.unspoken, person=None, others=()),
        title,
    )
    wish = replace(wish, like=title.title_id)
    found = shelf.like(title, wish, turn.ready)
    if turn.slots.person:  # "outro Kleber que lembre O Som ao Redor": somebody's titles, the likest first
        own = [shelf.catalogue.get(title_id) for title_id in shelf.names.titles_by(turn.slots.person)]
        others = [one for one in own if one is not None and one not in found and passes(one, wish)]
        found = [one for one in (*(one for one in found if one in own), *others) if one != title]
        wish = replace(wish, person=turn.slots.person)
    found = found[:CARDS_MAX]
    if not found:
        return Outcome("similar_none", {"title": title.name(turn.lang)}, wish=wish)
    return Outcome("similar", {"title": title.name(turn.lang)}, cards_of(found), wish=wish, like=title)
