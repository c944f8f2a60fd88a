"""Answers about one title: details, whether it can be watched here, playing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import country_name, descriptor_name
from bitaca_core.derona import facts, trusted
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
    named = any(word not in _LIKENESS for word in slots.text.split())
    return not slots.titles and slots.ordinal is None and not slots.reference and named


_LIKENESS = frozenset(
    [
        "parecido",
        "parecida",
        "parecidos",
        "parecidas",
        "semelhante",
        "semelhantes",
        "similar",
        "similares",
        "igual",
        "iguais",
        "estilo",
        "vibe",
        "pegada",
        "linha",
    ]
)
"""Words of a wish for what is like something; none of them names it."""


_AHEAD = re.compile(
    r"\b(?:e verdade que|verdade que|no (?:final|fim|ultimo)|(?:o|do|ao) final|final feliz|desfecho|spoilers?|morr(?:e|em|eu|er|endo)|mat(?:a|ou|aram)|assassin[oa]s?|culpad[oa]s?"
    r"|vila[o]|traidor\w*|trai|como (?:termina|acaba)|(?:acaba|termina|fica)(?:m)? (?:bem|mal|com|junto|juntos|sozinh\w+)|sobreviv\w+|reviravolta|quem (?:foi|era|e) (?:que )?(?:o |a )?(?:mat\w+|fez|assassin\w+)"
    r"|is it true|at the end|in the end|the ending|how does it end|how (?:it|does \w+) end\w*|happy ending|d(?:ie|ies|ied)|kill(?:s|ed|er)?|murder\w*|surviv\w+|villain|traitor|betray\w*|twist|end up|ends up)\b"
)
"""Asks for what happens, or whether a guess is right: neither yes nor no is an answer that spoils nothing."""


_GUESS = re.compile(
    r"\b(?:verdade que|sera que|acho que|aposto que|ne|certo|is it true|i bet|i think|right)\b"
)


def told_ahead(turn: Turn, focus: str | None) -> Outcome:
    """Return what is said to somebody who fishes for the plot: a guess gets neither yes nor no."""
    guess = _GUESS.search(turn.slots.masked or turn.message.text) is not None
    return Outcome("spoiler_guess" if guess else "spoiler", focus=focus)


def asks_ahead(turn: Turn) -> bool:
    """Return whether a message fishes for the plot rather than for a fact of the catalogue."""
    return (
        turn.reading.aspect in (None, "synopsis", "spoiler")
        and _AHEAD.search(turn.slots.masked or turn.message.text) is not None
    )


def details(turn: Turn, shelf: Shelf) -> Outcome:
    """Answer a question about a title, from its own fields only."""
    if turn.reading.aspect == "compare" or turn.slots.compare:
        from bitaca_core.derona.acts.comparing import compare

        return compare(turn, shelf)
    if turn.reading.aspect in (None, "synopsis"):
        from bitaca_core.derona.acts.watching import asked_back

        back = asked_back(turn, shelf)
        if back is not None:
            return back
    title = subject(turn, shelf)
    if title is None:
        return missing(turn, shelf)
    if asks_ahead(turn):
        from bitaca_core.derona.acts.watching import ending

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


def is_playing(turn: Turn, shelf: Shelf, title: Title) -> bool:
    """Return whether `title`, or an episode of it, is open in the player."""
    open_id = turn.player.title_id if turn.player else None
    return open_id is not None and shelf.catalogue.resolve(open_id) == title


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


def missing(turn: Turn, shelf: Shelf) -> Outcome:
    """Say that no title was understood: which one, no such number, or none of that name."""
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


def play(turn: Turn, shelf: Shelf) -> Outcome:
    """Open a title, or say honestly that it cannot be watched here, with what comes near."""
    title = subject(turn, shelf)
    if title is None:
        return missing(turn, shelf)
    if names_nothing_known(turn) and turn.reading.aspect is None:
        return unknown(turn, shelf)
    if turn.reading.aspect == "trailer":
        return trailer(turn, shelf, title)
    if turn.reading.aspect == "scene":
        from bitaca_core.derona.acts.watching import play_scene

        return play_scene(turn, shelf, title)
    return open_title(turn, shelf, title)


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


def availability(turn: Turn, shelf: Shelf) -> Outcome:
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
