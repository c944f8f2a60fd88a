"""Who somebody is, by what was heard of them. Nothing after the place reached is told."""

from __future__ import annotations

import re

from bitaca_core.derona import facts, recap
from bitaca_core.derona.acts.places import name_of, place_of
from bitaca_core.derona.acts.quoting import cite, quotations
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import Shelf

_WHO = re.compile(
    r"\b(?:quem (?:e|era|sao|eh)|who (?:is|s|was|are))\b (?:(?:mesmo|esse|essa|esta|este|aquele|aquela|o|a|os|as|tal|tal de|that|this|the|de) )*(?P<name>[\w ]+)"
)


def asked_name(turn: Turn) -> str | None:
    """Return whom "quem é ...?" asks for, folded; None where nobody is."""
    found = _WHO.search(turn.message.text)
    if found is None:
        return None
    name = re.sub(
        r"\b(?:titulo\d|mesmo|nesse|desse|nisso|filme|serie|anime|in this|do filme|da serie)\b",
        " ",
        found["name"],
    )
    return " ".join(name.split()) or None


def who(turn: Turn, shelf: Shelf, name: str) -> Outcome | None:
    """Tell what was heard of somebody up to the playhead; None where nothing is known and others may answer."""
    place = place_of(turn, shelf)
    if place is None:
        return None
    title = name_of(place.unit, place.title, shelf, turn.lang)
    lines = shelf.packages.lines(place.unit, turn.lang)
    if not lines:
        return None
    found = recap.mentions(recap.heard(lines, place.position_s), name)
    said = {"title": title, "time": facts.clock(min(place.position_s, lines[-1].end_s))}
    if not found:
        return Outcome("who_unheard", said, focus=place.title.title_id, continues=True)
    chosen = [found[0], *found[-1:]] if len(found) > 1 else found
    said["quotes"] = quotations(chosen, turn.lang)
    return Outcome(
        "who_heard", said, focus=place.title.title_id, continues=True, citations=cite(place.unit, chosen)
    )
