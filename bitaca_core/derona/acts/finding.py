"""A new wish, found."""

from __future__ import annotations

import re
from dataclasses import replace

from bitaca_core.derona import trusted, turning, wishes
from bitaca_core.derona.acts.showing import show
from bitaca_core.derona.acts.spoken_of import subject
from bitaca_core.derona.acts.suggesting import genres_here, instead, most_watched, suggest
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import Shelf, says_nothing
from bitaca_core.derona.state import Wish


def search(turn: Turn, shelf: Shelf) -> Outcome:
    """A new wish."""
    if turn.slots.any_genre and not turn.slots.genres:
        return genres_here(turn, shelf)
    wish = wishes.wish_of(turn.slots)
    if turn.reading.aspect == "same_director":
        wish = _same_director(turn, shelf, wish)
    if turn.reading.aspect == "topic" and turn.state.wish is not None:
        wish = wishes.beside(wish, turning.audience(turn.state.wish))
    wish = wishes.ordered(wish, turn.slots.compare)
    if wish.popular:
        return most_watched(turn, shelf, wish)
    if wish.empty and re.search(r"\b(?:dublad|legendad|dubbed|subtitle)", turn.message.text):
        return instead(suggest(turn, shelf), "tracks")
    if says_nothing(wish) and not wish.query.playable_only:
        return suggest(turn, shelf, wish)
    return show(turn, shelf, wish, shelf.find(wish, turn.ready), "found", "found_near")


def find(turn: Turn, shelf: Shelf, wish: Wish) -> Outcome:
    """A wish that was read elsewhere."""
    return show(turn, shelf, wish, shelf.find(wish, turn.ready), "found", "found_near")


def _same_director(turn: Turn, shelf: Shelf, wish: Wish) -> Wish:
    title = subject(turn, shelf)
    directors = trusted.names(title.directors) if title is not None else ()
    if title is None or not directors:
        return wish
    query = replace(wish.query, text="", exclude_ids=frozenset((title.title_id,)))
    return replace(wish, person=directors[0], others=(), either=False, query=query)


def story(turn: Turn, shelf: Shelf) -> Outcome | None:
    """Return what is found for words that nobody could place, where a title tells of them; None where none does."""
    wish = wishes.wish_of(turn.slots)
    if not turn.slots.plot or turn.state.listed:
        return None
    found = shelf.find(wish, turn.ready)
    return show(turn, shelf, wish, found, "found", "found_near") if found.titles and not found.vague else None
