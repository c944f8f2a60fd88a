"""Starting something: a place in the list is picked, a title opened, a scene gone to."""

from __future__ import annotations

from bitaca_core.derona import facts
from bitaca_core.derona.acts.missing import missing, unknown
from bitaca_core.derona.acts.opening import open_title, trailer
from bitaca_core.derona.acts.scenes import play_scene
from bitaca_core.derona.acts.spoken_of import names_nothing_known, subject
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import Shelf


def play(turn: Turn, shelf: Shelf) -> Outcome:
    """Start something; a bare place in the list picks it first."""
    return pick(turn, shelf) if turn.reading.aspect == "pick" else play_named(turn, shelf)


def pick(turn: Turn, shelf: Shelf) -> Outcome:
    """Tell of the title at a place of the list, and offer to play it."""
    title = subject(turn, shelf)
    if title is None:
        return Outcome("no_such_item")
    ready = shelf.unit(title, turn.ready) is not None
    said = {"title": title.name(turn.lang), "facts": facts.summary(title, turn.lang)}
    arrives = shelf.arrives(title, turn.ready, turn.coming)
    act = "pick" if ready else "pick_arriving" if arrives else "pick_unplayable"
    return Outcome(act, said, focus=title.title_id, offer="play" if ready else "")


def play_named(turn: Turn, shelf: Shelf) -> Outcome:
    """Open a title, or say honestly that it cannot be watched here, with what comes near."""
    title = subject(turn, shelf)
    if title is None:
        return missing(turn, shelf)
    if names_nothing_known(turn) and turn.reading.aspect is None:
        return unknown(turn, shelf)
    if turn.reading.aspect == "trailer":
        return trailer(turn, shelf, title)
    if turn.reading.aspect == "scene":
        return play_scene(turn, shelf, title)
    return open_title(turn, shelf, title)
