"""What a title is: each answer is a field of the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import country_name, descriptor_name
from bitaca_core.derona import facts, trusted
from bitaca_core.derona.acts.ahead import asks_ahead, told_ahead
from bitaca_core.derona.acts.comparing import compare
from bitaca_core.derona.acts.missing import missing
from bitaca_core.derona.acts.recapping import asked_back, ending
from bitaca_core.derona.acts.spoken_of import is_playing, subject
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.shelf import Shelf


def details(turn: Turn, shelf: Shelf) -> Outcome:
    """Answer a question about a title, from its own fields only."""
    if turn.reading.aspect == "compare" or turn.slots.compare:
        return compare(turn, shelf)
    if turn.reading.aspect in (None, "synopsis"):
        back = asked_back(turn, shelf)
        if back is not None:
            return back
    title = subject(turn, shelf)
    if title is None:
        return missing(turn, shelf)
    if asks_ahead(turn):
        return ending(turn, shelf) or told_ahead(turn, title.title_id)
    if turn.reading.aspect == "remaining":
        return _remaining(turn, shelf, title)
    answer = _ASPECTS.get(turn.reading.aspect or "", _whole)
    act, said = answer(title, turn.lang)
    watching = is_playing(turn, shelf, title)
    return Outcome(
        act,
        {"title": title.name(turn.lang), **said},
        picks=() if watching else (Pick(title),),
        focus=title.title_id,
        offer="play" if shelf.unit(title, turn.ready) and not watching else "",
        continues=True,
    )


def _remaining(turn: Turn, shelf: Shelf, title: Title) -> Outcome:
    """Say how much of what is playing is left, by the catalogue's duration and the player's position."""
    name = title.name(turn.lang)
    playing = turn.player.title_id if turn.player else None
    if turn.player is None or playing is None or not is_playing(turn, shelf, title):
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
    if named := trusted.names(title.directors):
        by = facts.joined(named, lang)
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
    "director": lambda title, lang: _fact(
        "director", "people", facts.joined(trusted.names(title.directors), lang)
    ),
    "cast": lambda title, lang: _fact("cast", "people", facts.joined(trusted.names(title.cast), lang)),
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
