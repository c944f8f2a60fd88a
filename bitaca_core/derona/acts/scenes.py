"""Where a scene or a line is. Nothing after the place reached is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts, recap
from bitaca_core.derona.acts.opening import open_title
from bitaca_core.derona.acts.places import (
    Place,
    bound_s,
    is_open,
    name_of,
    named_title,
    offer_of,
    place_of,
    reached,
)
from bitaca_core.derona.acts.quoting import cite
from bitaca_core.derona.acts.recapping import asked_back
from bitaca_core.derona.acts.who import asked_name, who
from bitaca_core.derona.context import Action, Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query
from bitaca_core.search.scenes import Line, asks_for_scene

LEAD_S = 1.0
"""A scene begins a moment before its first words."""
_ASKED = re.compile(
    r"\b(?:(?:a |o )?(?:cena|parte|momento|trecho|hora|fala|frase) (?:em que|que|onde|quando|do|da|dos|das|de)?|em que (?:minuto|momento|hora|parte)|(?:que|qual) (?:o )?(?:minuto|momento|hora)|onde (?:e|foi|fica|ta|esta)|acha|acho|procura|encontra|mostra|cade|volta|vai|pra|para|aquela|aquele|quero|ver|"
    r"the (?:scene|part|moment|line|bit)|(?:what|which) (?:minute|scene|part)|when (?:does|do|did)|where (?:is|was|does|do|did)|find|show me|go (?:back )?to|"
    r"(?:ele|ela|eles|alguem|he|she|they|someone|somebody) (?:fala|falam|disse|diz|dizem|falou|says?|said|talks?)|(?:fala|falam|falou|falaram|disse|disseram|diz|dizem)(?: (?:de|do|da|dos|das|sobre|que))?|says?|said|talks? about)\b"
)


def scene_words(turn: Turn) -> str:
    """Return what happens or is said in the scene that is asked for, folded."""
    quote = re.search(r"[\"“”'‘’«]([^\"“”«»]{3,})[\"“”'‘’»]", turn.message.raw)
    if quote:
        return fold(quote[1])
    spoken = re.sub(r"\btitulo\d\b", " ", turn.slots.masked or turn.message.text)
    rest = _ASKED.sub(" ", fold(asks_for_scene(spoken) or spoken))
    return " ".join(rest.split())


def find_line(shelf: Shelf, lang: str, words: str, unit: str, until_s: float) -> Line | None:
    """Return the line of a unit, up to a place, that says what was asked; by meaning where no line does by words."""
    past = recap.heard(shelf.packages.lines(unit, lang), until_s)
    line = recap.spoken_line(past, words)
    if line is not None:
        return line
    for scene in shelf.packages.scenes(words, lang, 3, {unit: until_s}, unit):
        if scene.title_id == unit and scene.end_s <= until_s:
            inside = (one for one in past if scene.start_s <= one.start_s and one.end_s <= scene.end_s)
            first = next((one for one in inside if recap.quotable(one.text)), None)
            if first is not None:
                return first
    return None


def scene_search(turn: Turn, shelf: Shelf) -> Outcome:
    """Find a scene or a line by its words, in what the viewer has seen; else a title by what happens in it."""
    back = asked_back(turn, shelf)
    if back is not None:
        return back
    name = asked_name(turn)
    if name is not None and (told := who(turn, shelf, name)) is not None:
        return told
    words = scene_words(turn)
    if not words:
        return Outcome("scene_ask")
    seen = reached(turn)
    place = place_of(turn, shelf)
    if place is not None and (place.playing or named_title(turn, shelf) is not None):
        return _scene_in(turn, shelf, place, words)
    if named_title(turn, shelf) is None:
        for scene in shelf.packages.scenes(words, turn.lang, 5, seen):
            title = shelf.catalogue.resolve(scene.title_id)
            if title is None or scene.end_s > seen.get(scene.title_id, 0.0):
                continue
            line = find_line(shelf, turn.lang, words, scene.title_id, scene.end_s)
            if line is not None:
                return _found(turn, shelf, Place(scene.title_id, title, seen[scene.title_id]), line)
        return _titles_like(turn, shelf, words)
    title = named_title(turn, shelf)
    assert title is not None
    said = {"title": title.name(turn.lang)}
    return Outcome(
        "scene_unseen", said, (Pick(title),), focus=title.title_id, offer=offer_of(turn, shelf, title)
    )


def _scene_in(turn: Turn, shelf: Shelf, place: Place, words: str) -> Outcome:
    name = name_of(place.unit, place.title, shelf, turn.lang)
    if not shelf.packages.lines(place.unit, turn.lang):
        return Outcome("scene_no_text", {"title": name}, focus=place.title.title_id)
    line = find_line(shelf, turn.lang, words, place.unit, bound_s(turn, place.position_s))
    if line is None:
        said = {"title": name}
        return Outcome("scene_none", said, focus=place.title.title_id)
    return _found(turn, shelf, place, line)


def _found(turn: Turn, shelf: Shelf, place: Place, line: Line) -> Outcome:
    at = max(0.0, line.start_s - LEAD_S)
    said = {
        "title": name_of(place.unit, place.title, shelf, turn.lang),
        "at": facts.clock(line.start_s),
        "quote": recap.quoted(line.text),
    }
    go = "Vai para" if turn.lang == "pt" else "Go to"
    return Outcome(
        "scene_found",
        said,
        ()
        if place.playing
        else (Pick(place.title, unit=place.unit, at_s=at, reason=_scene_reason(said["at"], turn.lang)),),
        focus=place.title.title_id,
        offer=f"at:{place.unit}:{at:.3f}",
        citations=cite(place.unit, [line]),
        chips=(f"{go} {said['at']}",) if place.playing else (),
        continues=True,
    )


def _scene_reason(at: str, lang: str) -> str:
    return f"A cena começa em {at}" if lang == "pt" else f"The scene begins at {at}"


def _titles_like(turn: Turn, shelf: Shelf, words: str) -> Outcome:
    """Look for a film by what happens in it: synopses tell, subtitles that were not reached do not."""
    if is_open(turn):
        return Outcome("scene_none_anywhere")
    wish = Wish(query=Query(text=words))
    found = shelf.find(wish, turn.ready)
    picks = tuple(Pick(title, near=True) for title in found.titles or found.near)[:CARDS_MAX]
    if not picks:
        return Outcome("scene_none_anywhere")
    return Outcome("scene_titles", {}, picks, wish=wish)


def go_to_scene(turn: Turn, shelf: Shelf, words: str) -> Outcome:
    """Move the playhead to a scene that was seen already, or say that there is none."""
    place = place_of(replace(turn, slots=replace(turn.slots, titles=(), ordinal=None)), shelf)
    if place is None or not place.playing:
        return Outcome("no_player")
    name = name_of(place.unit, place.title, shelf, turn.lang)
    if not shelf.packages.lines(place.unit, turn.lang):
        return Outcome("scene_no_text", {"title": name})
    line = find_line(shelf, turn.lang, words, place.unit, bound_s(turn, place.position_s))
    if line is None:
        return Outcome("scene_none", {"title": name})
    at = max(0.0, line.start_s - LEAD_S)
    return Outcome(
        "seek_scene",
        {"at": facts.clock(line.start_s), "quote": recap.quoted(line.text)},
        actions=(Action("seek", {"absolute": at}),),
        citations=cite(place.unit, [line]),
    )


def play_scene(turn: Turn, shelf: Shelf, title: Title) -> Outcome:
    """Open a title at a scene that the viewer has seen; one that was not reached is not looked for."""
    words, seen = scene_words(turn), reached(turn)
    for unit in shelf.catalogue.playable_ids(title):
        if unit not in seen or unit not in turn.ready or not words:
            continue
        line = find_line(shelf, turn.lang, words, unit, seen[unit])
        if line is None:
            continue
        at = max(0.0, line.start_s - LEAD_S)
        here = turn.player is not None and turn.player.title_id == unit
        action = (
            Action("seek", {"absolute": at})
            if here
            else Action("play_at", {"title_id": unit, "position_s": at})
        )
        return Outcome(
            "play_scene",
            {"title": name_of(unit, title, shelf, turn.lang), "at": facts.clock(line.start_s)},
            ()
            if here
            else (
                Pick(title, unit=unit, at_s=at, reason=_scene_reason(facts.clock(line.start_s), turn.lang)),
            ),
            (action,),
            focus=title.title_id,
            citations=cite(unit, [line]),
            continues=True,
        )
    if shelf.unit(title, turn.ready) is None:
        return open_title(turn, shelf, title)
    act = (
        "scene_none" if any(unit in seen for unit in shelf.catalogue.playable_ids(title)) else "scene_unseen"
    )
    return Outcome(act, {"title": title.name(turn.lang)}, (Pick(title),), focus=title.title_id, offer="play")


def accepted(turn: Turn, shelf: Shelf) -> Outcome | None:
    """Return what a plain yes does after a scene was found; None where no scene is offered."""
    kind, _, rest = turn.state.offer.partition(":")
    if kind != "at":
        return None
    unit, _, at = rest.rpartition(":")
    title = shelf.catalogue.resolve(unit)
    if title is None:
        return None
    position: Mapping[str, object] = {"title_id": unit, "position_s": float(at)}
    here = turn.player is not None and turn.player.title_id == unit
    action = Action("seek", {"absolute": float(at)}) if here else Action("play_at", dict(position))
    if not here and unit not in turn.ready:
        return open_title(turn, shelf, title)
    return Outcome("seek_to", {"time": facts.clock(float(at))}, actions=(action,), focus=title.title_id)
