"""Who made a title, who is in it, and what else they made: names are the catalogue's own."""

from __future__ import annotations

import re

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts, trusted
from bitaca_core.derona.acts.ahead import asks_ahead, told_ahead
from bitaca_core.derona.acts.missing import missing
from bitaca_core.derona.acts.recapping import asked_back
from bitaca_core.derona.acts.spoken_of import is_playing, names_nothing_known, subject
from bitaca_core.derona.acts.who import asked_name, who
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf

NAMES_MAX = 6
_CREW: tuple[tuple[str, str, str], ...] = (
    (r"\b(?:roteir\w+|escreveu|escrito|writer|wrote|written|screenplay)\b", "writer", "writers"),
    (r"\b(?:trilha|musica|compos\w+|composer|score|soundtrack)\b", "composer", "composers"),
    (r"\b(?:estudio|studio)\b", "studio", "studios"),
    (r"\b(?:criador\w*|criou|creator|created)\b", "creator", "creators"),
    (r"\b(?:produtor\w*|produziu|producer|produced)\b", "producer", "producers"),
    (r"\b(?:fotografia|cinematograph\w+)\b", "cinematography", "cinematographers"),
)
_ACTORS = re.compile(
    r"\b(?:elenco|ator|atriz|atores|atrizes|atua\w*|dubl\w+|cast|actors?|actress(?:es)?|stars?|starring|plays)\b"
)
"""Asks for actors and no others: "quem fez?" may be answered by who directed."""
_OTHERS = re.compile(r"\b(?:dele|dela|deles|his|her|their)\b")


def cast(turn: Turn, shelf: Shelf) -> Outcome:
    """Answer who directed, who is in it, who made a part of it, what somebody made, or who somebody is."""
    aspect = turn.reading.aspect
    back = asked_back(turn, shelf) if not turn.slots.titles else None
    if back is not None:
        return back
    if asks_ahead(turn):
        return told_ahead(turn, turn.state.focus)
    if aspect == "filmography" or (turn.slots.person and not turn.slots.titles):
        return filmography(turn, shelf)
    name = None if aspect == "director" else asked_name(turn)
    if name is not None and not turn.slots.titles and not _is_role(name):
        told = who(turn, shelf, name)
        if told is not None:
            return told
    title = subject(turn, shelf)
    if title is None or (names_nothing_known(turn) and not turn.state.focus and turn.player is None):
        return missing(turn, shelf)
    for pattern, role, act in _CREW:
        if re.search(pattern, turn.message.text):
            return _said(
                turn, shelf, title, act, trusted.names(one.name for one in title.credits if one.role == role)
            )
    directors, actors = trusted.names(title.directors), trusted.names(title.cast)
    if aspect == "director":
        return _said(turn, shelf, title, "director", directors)
    if aspect == "cast" and (actors or _ACTORS.search(turn.message.text)):
        return _said(turn, shelf, title, "cast", actors)
    if directors and actors:
        said = {"people": _joined(directors, turn.lang), "cast": _joined(actors, turn.lang)}
        return _about(turn, shelf, title, "director_and_cast", said)
    return _said(turn, shelf, title, "director" if directors else "cast", directors or actors)


def _is_role(name: str) -> bool:
    return (
        re.search(
            r"\b(?:diret\w+|director|ator|atriz|elenco|dublador\w*|actor|actress|cast|roteirista|writer)\b",
            name,
        )
        is not None
    )


def _joined(names: tuple[str, ...], lang: str) -> str:
    return facts.joined(names[:NAMES_MAX], lang)


def _said(turn: Turn, shelf: Shelf, title: Title, act: str, names: tuple[str, ...]) -> Outcome:
    if not names:
        return _about(turn, shelf, title, "unknown_fact", {})
    return _about(turn, shelf, title, act, {"people": _joined(names, turn.lang)})


def _about(turn: Turn, shelf: Shelf, title: Title, act: str, said: dict[str, str]) -> Outcome:
    watching_it = is_playing(turn, shelf, title)
    return Outcome(
        act,
        {"title": title.name(turn.lang), **said},
        () if watching_it else (Pick(title),),
        focus=title.title_id,
        offer="play" if shelf.unit(title, turn.ready) and not watching_it else "",
        continues=True,
    )


def filmography(turn: Turn, shelf: Shelf) -> Outcome:
    """Show what somebody made or is in, what can be watched first; "dele" is the director of what is spoken of."""
    person = turn.slots.person
    if person is None:
        title = subject(turn, shelf)
        directors = trusted.names(title.directors) if title is not None else ()
        if not directors:
            return Outcome("person_ask")
        if turn.slots.text and not _OTHERS.search(turn.message.text):
            return Outcome("person_unknown")
        person = directors[0]
    found = [
        title for key in shelf.names.titles_by(person) if (title := shelf.catalogue.get(key)) is not None
    ]
    if not found:
        return Outcome("person_unknown")
    found.sort(key=lambda title: (shelf.unit(title, turn.ready) is None, -(title.year or 0)))
    picks = tuple(Pick(title, reason=_part(title, person, turn.lang)) for title in found[:CARDS_MAX])
    return Outcome("filmography", {"person": person}, picks)


def _part(title: Title, person: str, lang: str) -> str:
    """Return what somebody did in a title: `Direção, 1998`."""
    wanted = fold(person)
    roles = [one.role for one in title.people() if fold(one.name) == wanted]
    names = [_ROLES[role][lang != "pt"] for role in dict.fromkeys(roles) if role in _ROLES]
    text = facts.joined(names, lang) or facts.genres(title, lang)
    text = f"{text}, {title.year}" if title.year else text
    return text[:1].upper() + text[1:]


_ROLES: dict[str, tuple[str, str]] = {
    "director": ("direção", "directed"),
    "cast": ("elenco", "cast"),
    "writer": ("roteiro", "written"),
    "composer": ("trilha", "music"),
    "creator": ("criação", "created"),
    "producer": ("produção", "produced"),
    "studio": ("estúdio", "studio"),
    "cinematography": ("fotografia", "cinematography"),
}
