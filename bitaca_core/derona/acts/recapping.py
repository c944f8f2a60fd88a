"""Where the viewer stopped and what was said so far. Nothing after the place reached is told."""

from __future__ import annotations

import re

from bitaca_core.derona import facts, recap
from bitaca_core.derona.acts.places import BEGUN_MIN_S, card_of, name_of, named_title, offer_of, place_of
from bitaca_core.derona.acts.quoting import cite, quotations
from bitaca_core.derona.acts.suggesting import nothing_begun
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.shelf import Shelf

_RECAP = re.compile(
    r"\b(?:resum\w+|recap\w*|relembr\w+|(?:me )?(?:lembra|atualiza|situa)(?: (?:ai|de novo))? (?:o que|da|do)|o que (?:e que )?(?:ja )?(?:aconteceu|rolou|teve|houve|passou)(?: ate)?|(?:ate|so ate) (?:aqui|agora|onde (?:eu )?(?:vi|parei|estou))|what (?:has |s )?happened|what did i miss|catch me up|remind me|so far|previously)\b"
)
_WHERE = re.compile(
    r"\b(?:onde (?:e que )?(?:eu |a gente |nos )?(?:parei|parou|paramos|tinha parado|fiquei|estava)|em que (?:parte|minuto|ponto|episodio) (?:eu )?(?:parei|estava|fiquei|estou)|where (?:did i|was i|had i|i)(?: left off| stop\w*| leave off)?|left off)\b"
)


def asked_back(turn: Turn, shelf: Shelf) -> Outcome | None:
    """Return the recap or the place that a message asks for in so many words, whatever it was read as; else None."""
    text = turn.message.text
    if _WHERE.search(text):
        return where(turn, shelf)
    if _RECAP.search(text) and place_of(turn, shelf) is not None:
        return recap_of(turn, shelf)
    return None


def where(turn: Turn, shelf: Shelf) -> Outcome:
    """Say where the viewer stopped, with the last line that was heard there."""
    place = place_of(turn, shelf)
    if place is None:
        title = named_title(turn, shelf)
        if title is not None:
            said = {"title": title.name(turn.lang)}
            return Outcome(
                "not_begun", said, (Pick(title),), focus=title.title_id, offer=offer_of(turn, shelf, title)
            )
        return nothing_begun(turn, shelf)
    said = {
        "title": name_of(place.unit, place.title, shelf, turn.lang),
        "time": facts.clock(place.position_s),
    }
    picks = () if place.playing else (card_of(place, turn.lang),)
    offer = "" if place.playing else offer_of(turn, shelf, place.title)
    if place.whole:
        return Outcome("seen_whole", said, picks, focus=place.title.title_id, offer=offer)
    last = recap.latest(recap.heard(shelf.packages.lines(place.unit, turn.lang), place.position_s))
    if place.position_s < BEGUN_MIN_S:
        return Outcome("continue_title", said, picks, focus=place.title.title_id, offer=offer)
    act = "where_playing" if place.playing else "continue"
    cited = cite(place.unit, [last] if last is not None else [])
    if last is not None:
        act = f"{act}_heard"
        said |= {"quote": recap.quoted(last.text), "at": facts.clock(last.start_s)}
    return Outcome(act, said, picks, focus=place.title.title_id, offer=offer, citations=cited)


def recap_of(turn: Turn, shelf: Shelf) -> Outcome:
    """Tell what was said up to the playhead: a few of its own lines, with their times."""
    place = place_of(turn, shelf)
    if place is None:
        return where(turn, shelf)
    name = name_of(place.unit, place.title, shelf, turn.lang)
    lines = shelf.packages.lines(place.unit, turn.lang)
    past = recap.heard(lines, place.position_s)
    picks = () if place.playing else (card_of(place, turn.lang),)
    offer = "" if place.playing else offer_of(turn, shelf, place.title)
    said = {
        "title": name,
        "time": facts.clock(
            past[-1].end_s if place.whole and past else min(place.position_s, recap.WHOLE_S - 1)
        ),
    }
    if not lines or (place.whole and not past):
        return Outcome("recap_no_text", {"title": name}, picks, focus=place.title.title_id, offer=offer)
    last = recap.latest(past)
    if last is None:
        return Outcome("recap_nothing_yet", said, picks, focus=place.title.title_id, offer=offer)
    chosen = [*recap.gist([line for line in past if line.end_s <= last.start_s], 2), last]
    act = "recap" if len(chosen) > 1 else "recap_one"
    told = quotations(chosen[:-1], turn.lang)
    said |= {"quote": recap.quoted(chosen[-1].text), "at": facts.clock(chosen[-1].start_s)}
    if told:
        said["quotes"] = told
    return Outcome(
        act, said, picks, focus=place.title.title_id, offer=offer, citations=cite(place.unit, chosen)
    )


def ending(turn: Turn, shelf: Shelf) -> Outcome | None:
    """Return how what is open ends, in its own last words, to somebody who allowed spoilers; None to everybody else."""
    if not turn.state.spoilers:
        return None
    place = place_of(turn, shelf)
    if place is None:
        return Outcome("ending_which")
    said = {"title": name_of(place.unit, place.title, shelf, turn.lang)}
    last = recap.latest(recap.heard(shelf.packages.lines(place.unit, turn.lang), recap.WHOLE_S))
    if last is None:
        return Outcome("ending_untold", said, focus=place.title.title_id)
    said |= {"quote": recap.quoted(last.text), "at": facts.clock(last.start_s)}
    return Outcome(
        "ending_heard", said, focus=place.title.title_id, citations=cite(place.unit, [last]), continues=True
    )
