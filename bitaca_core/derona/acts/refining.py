"""The wish on the table: narrowed, turned, paged through, taken back."""

from __future__ import annotations

from dataclasses import replace

from bitaca_core.derona import facts, wishes
from bitaca_core.derona.acts.finding import search
from bitaca_core.derona.acts.playing import pick
from bitaca_core.derona.acts.showing import cards_of, show
from bitaca_core.derona.acts.spoken_of import subject
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf, passes
from bitaca_core.derona.state import Wish


def refine(turn: Turn, shelf: Shelf) -> Outcome:
    """Narrow, turn or page through the wish on the table."""
    aspect, state = turn.reading.aspect, turn.state
    if aspect == "pick" and not _contradicted(turn, shelf):
        return pick(turn, shelf)
    if aspect == "undo":
        return _undo(turn, shelf)
    wish = state.wish or Wish()
    like = shelf.catalogue.resolve(wish.like) if wish.like else None
    if aspect == "more" and not turn.slots.compare and not _changes(turn):
        found = shelf.find(wish, turn.ready, frozenset(state.shown))
        if found.titles:
            picks = (cards_of(found.titles) + cards_of(found.beside, near=True))[:CARDS_MAX]
            return Outcome("more", {}, picks, wish=wish, like=like, continues=True)
        if not found.near:
            return Outcome("more_end")
        said = {"dropped": facts.dropped_words(found.dropped, turn.lang)}
        return Outcome("more_near", said, cards_of(found.near, near=True), wish=wish, continues=True)
    pivot = subject(turn, shelf) if turn.slots.compare else None
    wish = wishes.refine(wish, turn.slots, pivot)
    seen = frozenset((pivot.title_id,)) if pivot else frozenset()
    keep = {"shorter": "duration", "longer": "duration", "older": "year", "newer": "year"}.get(
        turn.slots.compare or ""
    )
    found = shelf.find(wish, turn.ready, seen, keep=keep)
    outcome = show(turn, shelf, wish, found, "refined", "refined_near")
    return replace(outcome, like=like if like and found.titles else None)


def another(turn: Turn, shelf: Shelf) -> Outcome:
    """More, or other results: of the wish on the table, or of what the message adds to it."""
    if turn.state.wish is None and not turn.state.listed:
        return search(turn, shelf)
    return refine(replace(turn, reading=replace(turn.reading, aspect="more")), shelf)


def _contradicted(turn: Turn, shelf: Shelf) -> bool:
    """Return whether the place that was read names a title that the same message rules out ("on second thoughts, a Spanish one")."""
    title = subject(turn, shelf)
    said = replace(turn.slots.unspoken, kinds=(), exclude_kinds=())
    return title is not None and said.wishes and not passes(title, wishes.wish_of(said))


def _undo(turn: Turn, shelf: Shelf) -> Outcome:
    """Back to the list before, as it was."""
    if not turn.state.past:
        return Outcome("undo_none")
    before = turn.state.past[-1]
    titles = [title for title in map(shelf.catalogue.resolve, before.listed) if title is not None]
    return Outcome("undone", {}, cards_of(titles), wish=before.wish or Wish(), undoes=True)


def _changes(turn: Turn) -> bool:
    return turn.slots.wishes
