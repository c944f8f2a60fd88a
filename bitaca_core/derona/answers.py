"""Answers about one title: details, whether it can be watched here, playing it, why it was suggested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import country_name, descriptor_name
from bitaca_core.derona import facts
from bitaca_core.derona.context import Action, Outcome, Pick, Turn
from bitaca_core.derona.names import guess_text
from bitaca_core.derona.shelf import Shelf, akin
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query

NEAR_NAME = 60.0
"""Similarity (0-100) from which a title is offered for a name that the catalogue does not have."""

OFFERED = 3
"""Titles offered in place of one that cannot be watched here."""


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
    return not slots.titles and slots.ordinal is None and not slots.reference and bool(slots.text)


def details(turn: Turn, shelf: Shelf) -> Outcome:
    """Answer a question about a title, from its own fields only."""
    if turn.reading.aspect == "compare" or turn.slots.compare:
        return _compare(turn, shelf)
    title = subject(turn, shelf)
    if title is None:
        return _missing(turn, shelf)
    if turn.reading.aspect == "remaining":
        return _remaining(turn, shelf, title)
    answer = _ASPECTS.get(turn.reading.aspect or "", _whole)
    act, said = answer(title, turn.lang)
    watching = _is_playing(turn, shelf, title)
    return Outcome(
        act,
        {"title": title.name(turn.lang), **said},
        picks=() if watching else (Pick(title),),
        focus=title.title_id,
        offer="play" if shelf.unit(title, turn.ready) and not watching else "",
        continues=True,
    )


def _is_playing(turn: Turn, shelf: Shelf, title: Title) -> bool:
    """Return whether `title`, or an episode of it, is open in the player."""
    open_id = turn.player.title_id if turn.player else None
    return open_id is not None and shelf.catalogue.resolve(open_id) == title


def _remaining(turn: Turn, shelf: Shelf, title: Title) -> Outcome:
    """Say how much of what is playing is left, by the catalogue's duration and the player's position."""
    name = title.name(turn.lang)
    playing = turn.player.title_id if turn.player else None
    if turn.player is None or playing is None or not _is_playing(turn, shelf, title):
        return Outcome("unknown_fact", {"title": name}, focus=title.title_id)
    episode = shelf.catalogue.episode(playing)
    total = episode.duration_s if episode else title.duration_s
    if not total:
        return Outcome("unknown_fact", {"title": name}, focus=title.title_id)
    left = max(0.0, total - turn.player.position_s)
    return Outcome(
        "remaining", {"title": name, "duration": facts.duration(int(left), turn.lang)}, focus=title.title_id
    )


def _whole(title: Title, lang: str) -> tuple[str, dict[str, str]]:
    summary, told = _full_facts(title, lang), facts.synopsis(title, lang)
    return ("details", {"facts": summary, "synopsis": told}) if told else ("details_bare", {"facts": summary})


def _full_facts(title: Title, lang: str) -> str:
    summary = facts.summary(title, lang)
    if title.directors:
        by = facts.joined(title.directors, lang)
        summary += f", direção de {by}" if lang == "pt" else f", directed by {by}"
    return summary


def _fact(act: str, key: str, value: str | None) -> tuple[str, dict[str, str]]:
    return (act, {key: value}) if value else ("unknown_fact", {})


def _age(title: Title, lang: str) -> tuple[str, dict[str, str]]:
    rating = facts.age(title, lang)
    return ("age", {"age": rating}) if rating else ("age_unknown", {})


def _episodes(title: Title, lang: str) -> tuple[str, dict[str, str]]:
    if title.episodes:
        return "episodes", {"count": str(len(title.episodes))}
    return ("unknown_fact" if title.kind == "series" else "no_episodes"), {}


def _content(title: Title, lang: str) -> tuple[str, dict[str, str]]:
    if not title.descriptors and title.age_rating == "L":
        return "content_none", {}
    names = (descriptor_name(name, lang).lower() for name in title.descriptors)
    return _fact("content", "descriptors", facts.joined(names, lang))


_ASPECTS: dict[str, Callable[[Title, str], tuple[str, dict[str, str]]]] = {
    "director": lambda title, lang: _fact("director", "people", facts.joined(title.directors, lang)),
    "cast": lambda title, lang: _fact("cast", "people", facts.joined(title.cast, lang)),
    "duration": lambda title, lang: _fact("duration", "duration", facts.length(title, lang)),
    "age": _age,
    "year": lambda title, lang: _fact("year", "year", str(title.year) if title.year else None),
    "country": lambda title, lang: _fact(
        "country", "countries", facts.joined((country_name(code, lang) for code in title.countries), lang)
    ),
    "genre": lambda title, lang: _fact("genre", "genres", facts.genres(title, lang, limit=6)),
    "episodes": _episodes,
    "content": _content,
}


def _missing(turn: Turn, shelf: Shelf) -> Outcome:
    if turn.slots.ordinal is not None and turn.state.listed:
        return Outcome("no_such_item")
    if names_nothing_known(turn):
        return unknown(turn, shelf)
    return Outcome("which_title")


def unknown(turn: Turn, shelf: Shelf) -> Outcome:
    """Say that a named title is not in the catalogue, with near ones labelled as such."""
    text = guess_text(turn.message)
    hits = shelf.search.search(Query(text=text), 3) if text else []
    found = [
        title
        for hit in hits
        if (title := shelf.catalogue.resolve(hit.title_id)) and shelf.names.nearness(title, text) >= NEAR_NAME
    ]
    if not found:
        return Outcome("unknown_title")
    return Outcome("unknown_title_near", picks=tuple(Pick(title, near=True) for title in found))


def _compare(turn: Turn, shelf: Shelf) -> Outcome:
    listed = [title for name in turn.state.listed if (title := shelf.catalogue.resolve(name))]
    by_year = turn.slots.compare in ("older", "newer")
    known = [title for title in listed if (title.year if by_year else title.duration_s) is not None]
    if not known or turn.slots.compare not in ("shorter", "longer", "older", "newer"):
        return Outcome("compare_unknown")

    def measure(title: Title) -> int:
        return int((title.year if by_year else title.duration_s) or 0)

    best = (min if turn.slots.compare in ("shorter", "older") else max)(known, key=measure)
    value = str(best.year) if by_year else facts.duration(measure(best), turn.lang)
    return Outcome(
        "compare_best", {"title": best.name(turn.lang), "value": value}, focus=best.title_id, offer="play"
    )


def play(turn: Turn, shelf: Shelf) -> Outcome:
    """Open a title, or say honestly that it cannot be watched here, with what comes near."""
    title = subject(turn, shelf)
    if title is None:
        return _missing(turn, shelf)
    if names_nothing_known(turn):
        return unknown(turn, shelf)
    return open_title(turn, shelf, title)


def open_title(turn: Turn, shelf: Shelf, title: Title | None) -> Outcome:
    """Return the act of opening `title`, honest when it cannot be watched here."""
    if title is None:
        return Outcome("which_title")
    unit = _wanted_unit(turn, shelf, title)
    if unit is None:
        return _not_here(turn, shelf, title, "play_unplayable")
    return Outcome(
        "play",
        {"title": title.name(turn.lang)},
        picks=(Pick(title),),
        actions=(Action("play", unit),),
        focus=title.title_id,
        continues=True,
    )


def _wanted_unit(turn: Turn, shelf: Shelf, title: Title) -> str | None:
    """Return the id to open: of a series the episode asked for, else what was begun, else the first."""
    units = [unit for unit in shelf.catalogue.playable_ids(title) if unit in turn.ready]
    if title.episodes and turn.slots.titles and turn.slots.ordinal and "episodio" in turn.message.text:
        wanted = [episode.title_id for episode in title.episodes if episode.number == turn.slots.ordinal]
        return next((unit for unit in wanted if unit in turn.ready), None)
    begun = next((item.title_id for item in turn.continuing if item.title_id in units), None)
    return begun or shelf.unit(title, turn.ready)


def availability(turn: Turn, shelf: Shelf) -> Outcome:
    """Say whether a title can be watched here."""
    title = None if names_nothing_known(turn) else subject(turn, shelf)
    if title is None:
        return _missing(turn, shelf)
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


def why(turn: Turn, shelf: Shelf) -> Outcome:
    """Explain a suggestion with the fields that it was chosen by."""
    title = subject(turn, shelf) if turn.state.listed or turn.slots.titles else None
    if title is None:
        return Outcome("why_none")
    like = shelf.catalogue.resolve(turn.state.wish.like) if turn.state.wish and turn.state.wish.like else None
    reason = facts.card_reason(title, turn.state.wish, turn.lang, like=like)
    reason = reason[:1].lower() + reason[1:]
    return Outcome("why", {"title": title.name(turn.lang), "reason": reason}, focus=title.title_id)
