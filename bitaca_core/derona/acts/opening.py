"""Opening a title or one of its episodes; where it cannot be watched here, saying so, with what comes near."""

from __future__ import annotations

import re
from dataclasses import replace

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona.acts.missing import missing
from bitaca_core.derona.acts.spoken_of import names_nothing_known, subject
from bitaca_core.derona.context import Action, Outcome, Pick, Turn
from bitaca_core.derona.shelf import Shelf, akin
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query

OFFERED = 3
"""Titles offered in place of one that cannot be watched here."""


def trailer(turn: Turn, shelf: Shelf, title: Title) -> Outcome:
    """Say that the catalogue has no trailers, and offer the title itself where it can be watched."""
    ready = shelf.unit(title, turn.ready) is not None
    act = "trailer_none" if ready else "trailer_none_unplayable"
    return Outcome(
        act,
        {"title": title.name(turn.lang)},
        (Pick(title),),
        focus=title.title_id,
        offer="play" if ready else "",
        continues=True,
    )


def open_title(turn: Turn, shelf: Shelf, title: Title | None) -> Outcome:
    """Return the act of opening `title`, honest when it cannot be watched here."""
    if title is None:
        return Outcome("which_title")
    asked = asked_episode(turn) if title.episodes else None
    if asked is not None:
        return _open_episode(turn, shelf, title, *asked)
    unit = _begun_unit(turn, shelf, title)
    if unit is None:
        return _not_here(turn, shelf, title, "play_unplayable")
    return _opened(turn, shelf, title, unit, "play")


def _opened(turn: Turn, shelf: Shelf, title: Title, unit: str, act: str, **said: str) -> Outcome:
    return Outcome(
        act,
        {"title": title.name(turn.lang), **said},
        picks=(Pick(title, unit=unit),),
        actions=(Action("play", unit),),
        focus=title.title_id,
        continues=True,
    )


_NUMBERED = re.compile(
    r"\b(?:ep|eps|episodio|episode|capitulo|cap)s? (?:n |numero |number )?(\d{1,4})\b|\b(\d{1,4})(?:o|a|st|nd|rd|th)? (?:ep|episodio|episode|capitulo)\b"
)
_SEASON = re.compile(
    r"\b(?:temporada|season|temp) (\d{1,2})\b|\b(\d{1,2})(?:o|a|st|nd|rd|th)? (?:temporada|season|temp)\b|\bs(\d{1,2})e\d"
)
_SHORTHAND = re.compile(r"\bs\d{1,2} ?e(\d{1,4})\b")
_PLACES = ("primeir", "segund", "terceir", "quart", "quint", "sext", "setim", "oitav", "non", "decim")
_PLACES_EN = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_EPISODE = re.compile(r"\b(?:ep|eps|episodio|episode|capitulo)\b")


def asked_episode(turn: Turn) -> tuple[int | None, int] | None:
    """Return the season (None: not said) and the number of the episode that is asked for; -1 is the last one."""
    text = turn.message.text
    season = _SEASON.search(text)
    of_season = int(next(group for group in season.groups() if group)) if season else None
    found = _NUMBERED.search(text) or _SHORTHAND.search(text)
    if found:
        return of_season, int(next(group for group in found.groups() if group))
    if not _EPISODE.search(text):
        return (of_season, 1) if of_season is not None else None
    for number, (pt, en) in enumerate(zip(_PLACES, _PLACES_EN, strict=True), 1):
        if re.search(rf"\b(?:{pt}[oa]|{en}) (?:ep|episodio|episode|capitulo)\b", text):
            return of_season, number
    if re.search(r"\b(?:ultimo|last|latest|mais recente) (?:ep|episodio|episode|capitulo)\b", text):
        return of_season, -1
    return None


def _open_episode(turn: Turn, shelf: Shelf, title: Title, season: int | None, number: int) -> Outcome:
    fits = [episode for episode in title.episodes if season is None or episode.season == season]
    wanted = fits[-1:] if number == -1 else [episode for episode in fits if episode.number == number]
    said = {"title": title.name(turn.lang)}
    if not wanted:
        return Outcome("episode_none", said | {"count": str(len(title.episodes))}, focus=title.title_id)
    episode = wanted[0]
    said["number"] = str(episode.number)
    if episode.title_id not in turn.ready:
        if shelf.unit(title, turn.ready) is None:
            return _not_here(turn, shelf, title, "play_unplayable")
        return Outcome("episode_not_ready", said, (Pick(title),), focus=title.title_id, offer="play")
    return _opened(turn, shelf, title, episode.title_id, "play_episode", number=said["number"])


def _begun_unit(turn: Turn, shelf: Shelf, title: Title) -> str | None:
    """Return the id to open: of a series what was begun, else its first episode that is ready."""
    units = [unit for unit in shelf.catalogue.playable_ids(title) if unit in turn.ready]
    begun = next((item.title_id for item in turn.continuing if item.title_id in units), None)
    return begun or shelf.unit(title, turn.ready)


def watchable(turn: Turn, shelf: Shelf) -> Outcome:
    """Say whether a title can be watched here."""
    title = None if names_nothing_known(turn) else subject(turn, shelf)
    if title is None:
        return missing(turn, shelf)
    if shelf.unit(title, turn.ready) is None:
        return _not_here(turn, shelf, title, "availability_no")
    return Outcome(
        "availability_yes",
        {"title": title.name(turn.lang)},
        picks=(Pick(title),),
        focus=title.title_id,
        offer="play",
        continues=True,
    )


def _not_here(turn: Turn, shelf: Shelf, title: Title, act: str) -> Outcome:
    """Say that a title cannot be watched, or not yet, after what can be watched instead."""
    kept = Wish(query=Query(max_age=turn.state.wish.query.max_age if turn.state.wish else None))
    plays = shelf.plays_like(title, kept, turn.ready)
    near = [item for item in plays if akin(item, title)][:OFFERED]
    others: list[Title] = []
    if not near:
        wish = replace(kept, query=replace(kept.query, playable_only=True))
        others = list(shelf.find(wish, turn.ready, limit=OFFERED).titles)
    if shelf.arrives(title, turn.ready, turn.coming):
        act = "arriving_meanwhile" if near or others else "arriving"
    else:
        act = f"{act}_near" if near else f"{act}_other" if others else act
    return Outcome(
        act,
        {"title": title.name(turn.lang)},
        picks=(*(Pick(item, near=True) for item in near or others), Pick(title)),
        focus=title.title_id,
        like=title if near else None,
        label="near" if near else "other",
    )
