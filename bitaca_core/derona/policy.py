"""What to do about each intent: one small function each, from the turn and the shelf to an outcome."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.derona import answers, facts, player, trusted, turning, wishes
from bitaca_core.derona.acts import (
    availability,
    comparing,
    explaining,
    helping,
    own,
    people,
    trouble,
    watching,
)
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Found, Shelf, akin, passes, says_nothing
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query

Answer = Callable[[Turn, Shelf], Outcome]
LISTED_NAMES = 3


def answer(turn: Turn, shelf: Shelf) -> Outcome:
    """Return the decision for this turn."""
    return _ANSWERS[turn.reading.intent](turn, shelf)


def _plain(act: str) -> Answer:
    return lambda turn, shelf: Outcome(act)


def search(turn: Turn, shelf: Shelf) -> Outcome:
    """A new wish."""
    if turn.slots.any_genre and not turn.slots.genres:
        return _genres(turn, shelf)
    wish = wishes.wish_of(turn.slots)
    if turn.reading.aspect == "same_director":
        wish = _same_director(turn, shelf, wish)
    if turn.reading.aspect == "topic" and turn.state.wish is not None:
        wish = wishes.beside(wish, turning.audience(turn.state.wish))
    wish = wishes.ordered(wish, turn.slots.compare)
    if wish.popular:
        return _popular(turn, shelf, wish)
    if wish.empty and re.search(r"\b(?:dublad|legendad|dubbed|subtitle)", turn.message.text):
        return _instead(_suggest(turn, shelf), "tracks")
    if says_nothing(wish) and not wish.query.playable_only:
        return _suggest(turn, shelf, wish)
    return _show(turn, shelf, wish, shelf.find(wish, turn.ready), "found", "found_near")


def found(turn: Turn, shelf: Shelf, wish: Wish) -> Outcome:
    """A wish that was read elsewhere."""
    return _show(turn, shelf, wish, shelf.find(wish, turn.ready), "found", "found_near")


def _show(turn: Turn, shelf: Shelf, wish: Wish, found: Found, act: str, near_act: str) -> Outcome:
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
        return Outcome(near_act, {"dropped": dropped}, _picks(found.near, near=True), wish=wish)
    plays = [title for title in found.titles if shelf.unit(title, turn.ready)]
    picks = (_picks(found.titles) + _picks((*found.near, *found.beside), near=True))[:CARDS_MAX]
    if found.vague and not _only_words(wish):
        return Outcome("found_partly", {"what": facts.wish_words(wish, lang)}, picks[:CARDS_MAX], wish=wish)
    if found.vague:
        return Outcome("found_vague", {}, _picks(found.titles, near=True), wish=wish)
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
        act, picks = ("found_these", picks) if free else ("suggest", _picks(plays))
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
    near = _picks(found.near, near=True)
    rest = (*coming, *(title for title in found.titles if title not in coming))
    picks = (*near, *_picks(rest[: CARDS_MAX - len(near)]))
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
        Outcome("nothing_but", {}, _picks(ready, near=True), wish=wish, label="other")
        if ready
        else Outcome("nothing", wish=wish)
    )


def _only_words(wish: Wish) -> bool:
    return replace(wish, query=replace(wish.query, text="", kinds=())).empty


def _same_director(turn: Turn, shelf: Shelf, wish: Wish) -> Wish:
    title = answers.subject(turn, shelf)
    directors = trusted.names(title.directors) if title is not None else ()
    if title is None or not directors:
        return wish
    query = replace(wish.query, text="", exclude_ids=frozenset((title.title_id,)))
    return replace(wish, person=directors[0], others=(), either=False, query=query)


def _picks(titles: tuple[Title, ...] | list[Title], near: bool = False) -> tuple[Pick, ...]:
    return tuple(Pick(title, near) for title in titles)


def _names(titles: tuple[Title, ...] | list[Title], lang: str) -> str:
    return facts.joined((title.name(lang) for title in titles[:LISTED_NAMES]), lang)


def _genres(turn: Turn, shelf: Shelf) -> Outcome:
    counted = Counter(genre for title in shelf.catalogue for genre in title.genres)
    names = [genre_name(genre, turn.lang).lower() for genre, _count in counted.most_common(8)]
    return Outcome("genres", {"genres": facts.joined(names, turn.lang)}) if names else Outcome("nothing")


def _popular(turn: Turn, shelf: Shelf, wish: Wish) -> Outcome:
    found = shelf.popular(wish)[:CARDS_MAX]
    if found:
        return Outcome("suggest_popular", {}, _picks(found), wish=wish)
    return _instead(_suggest(turn, shelf, replace(wish, popular=False)), "popular_unknown")


def _suggest(turn: Turn, shelf: Shelf, wish: Wish = Wish()) -> Outcome:  # noqa: B008 - frozen
    """Something to begin with: what plays, of the viewer's favourite genres first, not yet watched.

    Where nothing plays yet it says so, and shows what is on its way, else what the catalogue knows.
    """
    fresh = frozenset(turn.watched)
    plays = replace(wish, query=replace(wish.query, playable_only=True))
    for tried, seen in ((plays, fresh), (plays, frozenset()), (wish, fresh), (wish, frozenset())):
        found = list(shelf.find(tried, turn.ready, seen, limit=20).titles)
        if found:
            break
    else:
        return Outcome("nothing")
    coming = [title for title in found if shelf.arrives(title, turn.ready, turn.coming)]
    if shelf.unit(found[0], turn.ready) is not None:
        act = "suggest"
        found = [title for title in found if shelf.unit(title, turn.ready) is not None]
    else:
        act = "suggest_arriving" if coming else "suggest_absent"
        found = coming or found
    found.sort(key=lambda title: not set(title.genres) & set(turn.favorites))
    return Outcome(act, {}, _picks(found[:CARDS_MAX]), wish=wish)


def _instead(suggestion: Outcome, act: str) -> Outcome:
    """Return the suggestion in the words of `act`, unless there is nothing to watch, which it then says itself."""
    return replace(suggestion, act=act) if suggestion.act == "suggest" else suggestion


def suggest_instead(turn: Turn, shelf: Shelf, act: str) -> Outcome:
    """Return something to begin with, in the words of `act`."""
    return _instead(_suggest(turn, shelf), act)


def similar(turn: Turn, shelf: Shelf) -> Outcome:
    """Titles like the one named, counted or pointed at."""
    title = answers.subject(turn, shelf)
    if title is None or answers.names_nothing_known(turn):
        if turn.slots.genres:
            return search(turn, shelf)
        return Outcome("similar_unknown" if turn.slots.text else "similar_ask")
    wish = wishes.refine(
        wishes.wish_of(replace(turn.slots.unspoken, person=None, others=())),
        replace(turn.slots.unspoken, person=None, others=()),
        title,
    )
    wish = replace(wish, like=title.title_id)
    found = shelf.like(title, wish, turn.ready)
    if turn.slots.person:  # "outro Kleber que lembre O Som ao Redor": somebody's titles, the likest first
        own = [shelf.catalogue.get(title_id) for title_id in shelf.names.titles_by(turn.slots.person)]
        others = [one for one in own if one is not None and one not in found and passes(one, wish)]
        found = [one for one in (*(one for one in found if one in own), *others) if one != title]
        wish = replace(wish, person=turn.slots.person)
    found = found[:CARDS_MAX]
    if not found:
        return Outcome("similar_none", {"title": title.name(turn.lang)}, wish=wish)
    return Outcome("similar", {"title": title.name(turn.lang)}, _picks(found), wish=wish, like=title)


def refine(turn: Turn, shelf: Shelf) -> Outcome:
    """Narrow, turn or page through the wish on the table."""
    aspect, state = turn.reading.aspect, turn.state
    if aspect == "pick" and not _contradicted(turn, shelf):
        return _pick(turn, shelf)
    if aspect == "undo":
        return _undo(turn, shelf)
    wish = state.wish or Wish()
    like = shelf.catalogue.resolve(wish.like) if wish.like else None
    if aspect == "more" and not turn.slots.compare and not _changes(turn):
        found = shelf.find(wish, turn.ready, frozenset(state.shown))
        if found.titles:
            picks = (_picks(found.titles) + _picks(found.beside, near=True))[:CARDS_MAX]
            return Outcome("more", {}, picks, wish=wish, like=like, continues=True)
        if not found.near:
            return Outcome("more_end")
        said = {"dropped": facts.dropped_words(found.dropped, turn.lang)}
        return Outcome("more_near", said, _picks(found.near, near=True), wish=wish, continues=True)
    pivot = answers.subject(turn, shelf) if turn.slots.compare else None
    wish = wishes.refine(wish, turn.slots, pivot)
    seen = frozenset((pivot.title_id,)) if pivot else frozenset()
    keep = {"shorter": "duration", "longer": "duration", "older": "year", "newer": "year"}.get(
        turn.slots.compare or ""
    )
    found = shelf.find(wish, turn.ready, seen, keep=keep)
    outcome = _show(turn, shelf, wish, found, "refined", "refined_near")
    return replace(outcome, like=like if like and found.titles else None)


def _contradicted(turn: Turn, shelf: Shelf) -> bool:
    """Return whether the place that was read names a title that the same message rules out ("on second thoughts, a Spanish one")."""
    title = answers.subject(turn, shelf)
    said = replace(turn.slots.unspoken, kinds=(), exclude_kinds=())
    return title is not None and said.wishes and not passes(title, wishes.wish_of(said))


def _undo(turn: Turn, shelf: Shelf) -> Outcome:
    """Back to the list before, as it was."""
    if not turn.state.past:
        return Outcome("undo_none")
    before = turn.state.past[-1]
    titles = [title for title in map(shelf.catalogue.resolve, before.listed) if title is not None]
    return Outcome("undone", {}, _picks(titles), wish=before.wish or Wish(), undoes=True)


def play(turn: Turn, shelf: Shelf) -> Outcome:
    """Start something; a bare place in the list picks it first."""
    return _pick(turn, shelf) if turn.reading.aspect == "pick" else answers.play(turn, shelf)


def _changes(turn: Turn) -> bool:
    return turn.slots.wishes


def _pick(turn: Turn, shelf: Shelf) -> Outcome:
    title = answers.subject(turn, shelf)
    if title is None:
        return Outcome("no_such_item")
    ready = shelf.unit(title, turn.ready) is not None
    said = {"title": title.name(turn.lang), "facts": facts.summary(title, turn.lang)}
    arrives = shelf.arrives(title, turn.ready, turn.coming)
    act = "pick" if ready else "pick_arriving" if arrives else "pick_unplayable"
    return Outcome(act, said, focus=title.title_id, offer="play" if ready else "")


def surprise(turn: Turn, shelf: Shelf) -> Outcome:
    """One playable title, by the seed and the turn; favourites and unseen ones first."""
    wish = replace(_kept(turn), popular=False, order="")
    wish = replace(wish, query=replace(wish.query, playable_only=True))
    pool = list(shelf.find(wish, turn.ready, frozenset((*turn.watched, *turn.state.shown)), limit=40).titles)
    pool = pool or list(shelf.find(wish, turn.ready, limit=40).titles)
    if not pool:
        return _suggest(turn, shelf)
    liked = [title for title in pool if set(title.genres) & set(turn.favorites)] or pool
    chosen = random.Random(f"{turn.seed}:{turn.state.turn}").choice(liked)  # noqa: S311 - a film, not a secret
    said = {"title": chosen.name(turn.lang), "facts": facts.summary(chosen, turn.lang)}
    return Outcome(
        "surprise", said, (Pick(chosen),), wish=wish, focus=chosen.title_id, offer="play", continues=True
    )


def _kept(turn: Turn) -> Wish:
    """Return the wish of a message that leaves the choice to her: what stands still holds."""
    standing = turn.state.wish
    if standing is None or turn.reading.aspect == "fresh":
        return wishes.wish_of(turn.slots.unspoken)
    return replace(wishes.refine(standing, turn.slots.unspoken, None), like=None, person=None, others=())


def affirm(turn: Turn, shelf: Shelf) -> Outcome:
    """A plain yes: to the offer, else to the list."""
    if turn.state.offer == "play" and turn.state.focus:
        return answers.open_title(turn, shelf, shelf.catalogue.resolve(turn.state.focus))
    offered = own.accepted(turn) or trouble.accepted(turn) or watching.accepted(turn, shelf)
    if offered is not None:
        return offered
    return Outcome("affirm_ask" if turn.state.listed else "affirm_none")


def deny(turn: Turn, shelf: Shelf) -> Outcome:
    """A plain no: to a question, else to what was shown."""
    return own.declined(turn) or Outcome("deny")


def out_of_scope(turn: Turn, shelf: Shelf) -> Outcome:
    """Honest about what she cannot do; something unreadable is asked again, not refused."""
    if turn.reading.aspect == "spoiler":
        return watching.ending(turn, shelf) or Outcome("spoiler")
    from bitaca_core.derona.intents import is_foreign

    if is_foreign(turn.slots.masked):
        return Outcome("out_of_scope")
    return _story(turn, shelf) or Outcome("not_understood")


def _story(turn: Turn, shelf: Shelf) -> Outcome | None:
    """Return what is found for words that nobody could place, where a title tells of them; None where none does."""
    wish = wishes.wish_of(turn.slots)
    if not turn.slots.plot or turn.state.listed:
        return None
    found = shelf.find(wish, turn.ready)
    return (
        _show(turn, shelf, wish, found, "found", "found_near") if found.titles and not found.vague else None
    )


def another(turn: Turn, shelf: Shelf) -> Outcome:
    """More, or other results: of the wish on the table, or of what the message adds to it."""
    if turn.state.wish is None and not turn.state.listed:
        return search(turn, shelf)
    return refine(replace(turn, reading=replace(turn.reading, aspect="more")), shelf)


def help_(turn: Turn, shelf: Shelf) -> Outcome:
    """How the site works; what may be given away is settled here, for this conversation."""
    if turn.reading.aspect in ("spoilers_on", "spoilers_off"):
        return Outcome(turn.reading.aspect, spoilers=turn.reading.aspect == "spoilers_on", continues=True)
    return helping.help_(turn, shelf)


_ANSWERS: dict[str, Answer] = {
    "empty": _plain("empty"),
    "too_long": _plain("too_long"),
    "crisis": _plain("crisis"),
    "refuse": _plain("refuse"),
    "abuse": lambda turn, shelf: Outcome("refuse" if turn.reading.aspect == "refuse" else "abuse"),
    "greet": _plain("greet"),
    "bye": _plain("bye"),
    "thanks": _plain("thanks"),
    "help": help_,
    "search": search,
    "similar": similar,
    "refine": refine,
    "another": another,
    "surprise": surprise,
    "details": answers.details,
    "cast": people.cast,
    "why": explaining.why,
    "compare": comparing.compare,
    "play": play,
    "resume": watching.resume,
    "continue_watching": watching.continue_watching,
    "player_control": player.drive,
    "tracks": player.drive,
    "trouble": trouble.trouble,
    "availability": availability.availability,
    "watchlist": own.watchlist,
    "feedback": own.feedback,
    "history_privacy": own.privacy,
    "scene_search": watching.scene_search,
    "small_talk": helping.small_talk,
    "out_of_scope": out_of_scope,
    "affirm": affirm,
    "deny": deny,
    # the same under the names of the reader before
    "identity": _plain("identity"),
    "smalltalk": helping.small_talk,
    "continue": watching.continue_watching,
    "control": player.drive,
}
"""Every intent that a message may be read as."""
