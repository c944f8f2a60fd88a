"""Where the viewer is in what was begun, and up to where its lines may be told."""

from __future__ import annotations

from dataclasses import dataclass

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts, recap
from bitaca_core.derona.acts.spoken_of import subject
from bitaca_core.derona.context import Pick, Turn
from bitaca_core.derona.shelf import Shelf

BEGUN_MIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the viewer is in a film or episode; `whole` when it was seen to the end."""

    unit: str
    title: Title
    position_s: float
    playing: bool = False
    whole: bool = False


def bound_s(turn: Turn, position_s: float) -> float:
    """Return up to where lines may be quoted: the place reached, or all of it where the viewer allowed spoilers."""
    return recap.WHOLE_S if turn.state.spoilers else position_s


def reached(turn: Turn) -> dict[str, float]:
    """Return how far the viewer has come, seconds by unit: the playhead where it plays, else the history."""
    player = turn.player
    playing = (
        (player.title_id, player.position_s) if player is not None and player.title_id is not None else None
    )
    return recap.reached(turn.watched, ((one.title_id, one.position_s) for one in turn.continuing), playing)


def place_of(turn: Turn, shelf: Shelf) -> Place | None:
    """Return where the viewer is: in the title that was named, else what plays, else what was begun last."""
    title = named_title(turn, shelf)
    player = turn.player
    if player is not None and player.title_id is not None:
        playing = shelf.catalogue.resolve(player.title_id)
        if playing is not None and title in (None, playing):
            return Place(player.title_id, playing, player.position_s, playing=True)
    begun = [(item, shelf.catalogue.resolve(item.title_id)) for item in turn.continuing]
    fits = [(item, own) for item, own in begun if own is not None and title in (None, own)]
    if fits:
        item, own = fits[0]
        return Place(item.title_id, own, item.position_s)
    for unit in turn.watched if title is not None else ():
        if title is not None and shelf.catalogue.resolve(unit) == title:
            return Place(unit, title, recap.WHOLE_S, whole=True)
    return None


def named_title(turn: Turn, shelf: Shelf) -> Title | None:
    """Return the title that the message itself points out; while something plays, only one that it names."""
    slots, state = turn.slots, turn.state
    if slots.titles:
        return shelf.catalogue.resolve(slots.titles[0])
    if slots.ordinal is not None and state.listed and not is_open(turn):
        return subject(turn, shelf)
    if slots.reference and state.focus and not is_open(turn):
        return shelf.catalogue.resolve(state.focus)
    return None


def is_open(turn: Turn) -> bool:
    """Return whether something is open in the player."""
    return turn.player is not None and turn.player.title_id is not None


def name_of(unit: str, title: Title, shelf: Shelf, lang: str) -> str:
    """Return the title's name, of a series with the episode's number."""
    episode = shelf.catalogue.episode(unit)
    if episode is None:
        return title.name(lang)
    return f"{title.name(lang)}, {'episódio' if lang == 'pt' else 'episode'} {episode.number}"


def position_of(place: Place) -> float | None:
    """Return where to go on, seconds; None from the beginning, as of what was seen to the end."""
    return None if place.whole else place.position_s


def offer_of(turn: Turn, shelf: Shelf, title: Title) -> str:
    """Return what a plain yes will do: play the title where it can be watched here."""
    return "play" if shelf.unit(title, turn.ready) else ""


def card_of(place: Place, lang: str) -> Pick:
    """Return the card of what was begun, with where the viewer stopped."""
    at = facts.clock(place.position_s)
    reason = "" if place.whole else f"Você parou em {at}" if lang == "pt" else f"You stopped at {at}"
    return Pick(place.title, unit=place.unit, position_s=position_of(place), reason=reason)
