"""A list that was found, in words that say how well it fits: all, some, near, on its way, nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.derona import facts
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Found, Shelf, akin
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query

LISTED_NAMES = 3


def show(turn: Turn, shelf: Shelf, wish: Wish, found: Found, act: str, near_act: str) -> Outcome:
    """Return what was found, in the words of `act`, or of `near_act` where all of it misses a condition."""
    outcome = _shown(turn, shelf, wish, found, act, near_act)
    if len(found.titles) == 1 and outcome.focus is None:
        return replace(
            outcome, focus=found.titles[0].title_id
        )  # the only one that meets all is what "esse" means
    return outcome


def _shown(turn: Turn, shelf: Shelf, wish: Wish, found: Found, act: str, near_act: str) -> Outcome:
    lang = turn.lang
    what = facts.wish_words(wish, lang)
    if not found.titles:
        if not found.near:
            return _nothing(turn, shelf, wish)
        dropped = facts.dropped_words(found.dropped, lang)
        return Outcome(near_act, {"dropped": dropped}, cards_of(found.near, near=True), wish=wish)
    plays = [title for title in found.titles if shelf.unit(title, turn.ready)]
    picks = (cards_of(found.titles) + cards_of((*found.near, *found.beside), near=True))[:CARDS_MAX]
    if found.vague and not _only_words(wish):
        return Outcome("found_partly", {"what": facts.wish_words(wish, lang)}, picks[:CARDS_MAX], wish=wish)
    if found.vague:
        return Outcome("found_vague", {}, cards_of(found.titles, near=True), wish=wish)
    if not plays:
        return _not_now(turn, shelf, wish, found)
    if len(found.titles) == 1 and act == "found":
        title = found.titles[0]
        said = {"title": title.name(lang), "facts": facts.summary(title, lang, wish.query.genres)}
        return Outcome("found_one", said, picks, wish=wish, focus=title.title_id, offer="play")
    mood = [
        genre
        for genre in wish.prefer
        if genre not in wish.query.genres and any(genre in title.genres for title in found.titles[:2])
    ]
    if act == "found" and mood and mood[0] in found.titles[0].genres:
        first = facts.joined((genre_name(genre, lang).lower() for genre in mood[:2]), lang)
        return Outcome("found_mood", {"what": what, "mood": first}, picks, wish=wish)
    if act == "found" and not facts.spoken_parts(wish, lang):
        # Free words are answered by all that they fit; a mood alone, by what suits it now.
        free = wish.query.text or wish.query.countries
        act, picks = ("found_these", picks) if free else ("suggest", cards_of(plays))
    return Outcome(act, {"what": what}, picks, wish=wish)


def _not_now(turn: Turn, shelf: Shelf, wish: Wish, found: Found) -> Outcome:
    """None of what fits can be watched: say which of it is on its way, after what can be watched instead."""
    lang = turn.lang
    coming = [title for title in found.titles if shelf.arrives(title, turn.ready, turn.coming)]
    missing = tuple(g for g in wish.query.genres if not any(g in title.genres for title in found.near))
    nearness = _nearness(found, wish, missing)
    said = {
        "what": facts.wish_words(wish, lang),
        "titles": _names(coming or found.titles, lang),
        "near": _names(found.near, lang),
        "genre": facts.joined(
            (genre_name(genre, lang).lower() for genre in missing), lang, "nem" if lang == "pt" else "or"
        ),
    }
    if coming:
        act = "found_arriving_meanwhile" if found.near else "found_arriving"
    else:
        act = {"": "found_unplayable", "lacks": "found_unplayable_not", "other": "found_unplayable_other",
               "near": "found_unplayable_near"}[nearness]  # fmt: skip
    near = cards_of(found.near, near=True)
    rest = (*coming, *(title for title in found.titles if title not in coming))
    picks = (*near, *cards_of(rest[: CARDS_MAX - len(near)]))
    return Outcome(act, said, picks, wish=wish, label=nearness or "near")


def _nearness(found: Found, wish: Wish, missing: tuple[str, ...]) -> Literal["", "near", "other", "lacks"]:
    """Return what may be said of the near titles: nearness is claimed only where it is a fact."""
    if not found.near:
        return ""
    if missing:
        return "lacks"
    first, query = found.titles[0], wish.query
    true = all(query.genres or set(query.themes) & set(t.themes) or akin(t, first) for t in found.near)
    return "near" if true else "other"


def _nothing(turn: Turn, shelf: Shelf, wish: Wish) -> Outcome:
    """Nothing fits: say so, and show what can be watched within the conditions that are never given up."""
    kept = Wish(
        query=Query(max_age=wish.query.max_age, exclude_genres=wish.query.exclude_genres, playable_only=True)
    )
    ready = shelf.find(kept, turn.ready, limit=3).titles
    return (
        Outcome("nothing_but", {}, cards_of(ready, near=True), wish=wish, label="other")
        if ready
        else Outcome("nothing", wish=wish)
    )


def _only_words(wish: Wish) -> bool:
    return replace(wish, query=replace(wish.query, text="", kinds=())).empty


def cards_of(titles: tuple[Title, ...] | list[Title], near: bool = False) -> tuple[Pick, ...]:
    """Return a card for each title, marked as only near where `near`."""
    return tuple(Pick(title, near) for title in titles)


def _names(titles: tuple[Title, ...] | list[Title], lang: str) -> str:
    return facts.joined((title.name(lang) for title in titles[:LISTED_NAMES]), lang)
