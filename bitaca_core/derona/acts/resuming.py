"""Going on with what was begun."""

from __future__ import annotations

from dataclasses import replace

from bitaca_core.derona import facts
from bitaca_core.derona.acts.opening import open_title
from bitaca_core.derona.acts.places import BEGUN_MIN_S, Place, card_of, name_of, place_of, position_of
from bitaca_core.derona.acts.playing import play_named
from bitaca_core.derona.acts.recapping import recap_of, where
from bitaca_core.derona.acts.suggesting import nothing_begun
from bitaca_core.derona.context import Action, Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf


def resume(turn: Turn, shelf: Shelf) -> Outcome:
    """Go on with something, say where that was, or tell what was said up to there."""
    aspect = turn.reading.aspect
    if aspect == "recap":
        return recap_of(turn, shelf)
    if aspect == "where":
        return where(turn, shelf)
    place = place_of(turn, shelf)
    if place is None:
        if turn.slots.titles or turn.slots.ordinal is not None:
            return play_named(turn, shelf)
        return nothing_begun(turn, shelf)
    if place.playing:
        return Outcome("resume", actions=(Action("resume"),), focus=place.title.title_id)
    if place.unit not in turn.ready:
        return open_title(turn, shelf, place.title)
    said = {
        "title": name_of(place.unit, place.title, shelf, turn.lang),
        "time": facts.clock(place.position_s),
    }
    return Outcome(
        "resume_open" if place.position_s >= BEGUN_MIN_S and not place.whole else "play",
        said,
        (Pick(place.title, unit=place.unit, position_s=position_of(place)),),
        (Action("play", place.unit),),
        focus=place.title.title_id,
        continues=True,
    )


def continue_watching(turn: Turn, shelf: Shelf) -> Outcome:
    """Return what was begun and not finished, latest first, each with the place where the viewer stopped."""
    seen: dict[str, Place] = {}
    for begun in turn.continuing:
        title = shelf.catalogue.resolve(begun.title_id)
        if title is not None and title.title_id not in seen:
            seen[title.title_id] = Place(begun.title_id, title, begun.position_s)
    places = list(seen.values())[:CARDS_MAX]
    if not places:
        return nothing_begun(turn, shelf)
    if len(places) == 1:
        return where(replace(turn, player=None), shelf)
    picks = tuple(card_of(place, turn.lang) for place in places)
    first = places[0]
    said = {
        "title": name_of(first.unit, first.title, shelf, turn.lang),
        "time": facts.clock(first.position_s),
    }
    return Outcome("continue_many", said, picks, focus=None)
