"""What a message is about: the title that it names, counts, points at or watches."""

from __future__ import annotations

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona.context import Turn
from bitaca_core.derona.shelf import Shelf


def subject(turn: Turn, shelf: Shelf) -> Title | None:
    """Return the title that the message is about: named, counted in the list, pointed at, or playing."""
    slots, state = turn.slots, turn.state
    if slots.titles:
        return shelf.catalogue.resolve(slots.titles[0])
    if slots.ordinal is not None and state.listed:
        index = slots.ordinal - 1 if slots.ordinal > 0 else len(state.listed) + slots.ordinal
        return shelf.catalogue.resolve(state.listed[index]) if 0 <= index < len(state.listed) else None
    if state.focus:
        return shelf.catalogue.resolve(state.focus)
    if turn.player is not None and turn.player.title_id:
        return shelf.catalogue.resolve(turn.player.title_id)
    return shelf.catalogue.resolve(state.listed[0]) if state.listed else None


def names_nothing_known(turn: Turn) -> bool:
    """Return whether the message names something that is no title of the catalogue."""
    slots = turn.slots
    named = any(word not in _LIKENESS for word in slots.text.split())
    return not slots.titles and slots.ordinal is None and not slots.reference and named


_LIKENESS = frozenset(
    [
        "parecido",
        "parecida",
        "parecidos",
        "parecidas",
        "semelhante",
        "semelhantes",
        "similar",
        "similares",
        "igual",
        "iguais",
        "estilo",
        "vibe",
        "pegada",
        "linha",
    ]
)
"""Words of a wish for what is like something; none of them names it."""


def is_playing(turn: Turn, shelf: Shelf, title: Title) -> bool:
    """Return whether `title`, or an episode of it, is open in the player."""
    open_id = turn.player.title_id if turn.player else None
    return open_id is not None and shelf.catalogue.resolve(open_id) == title
