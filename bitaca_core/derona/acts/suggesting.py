"""Something to begin with, where no wish says what: what plays, what others watch, a surprise."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.derona import facts, wishes
from bitaca_core.derona.acts.showing import cards_of
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf
from bitaca_core.derona.state import Wish


def genres_here(turn: Turn, shelf: Shelf) -> Outcome:
    """Name the genres that most titles have."""
    counted = Counter(genre for title in shelf.catalogue for genre in title.genres)
    names = [genre_name(genre, turn.lang).lower() for genre, _count in counted.most_common(8)]
    return Outcome("genres", {"genres": facts.joined(names, turn.lang)}) if names else Outcome("nothing")


def most_watched(turn: Turn, shelf: Shelf, wish: Wish) -> Outcome:
    """What many watch; where nobody has counted yet, something to begin with."""
    found = shelf.popular(wish)[:CARDS_MAX]
    if found:
        return Outcome("suggest_popular", {}, cards_of(found), wish=wish)
    return instead(suggest(turn, shelf, replace(wish, popular=False)), "popular_unknown")


def suggest(turn: Turn, shelf: Shelf, wish: Wish = Wish()) -> Outcome:  # noqa: B008 - frozen
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
    return Outcome(act, {}, cards_of(found[:CARDS_MAX]), wish=wish)


def instead(suggestion: Outcome, act: str) -> Outcome:
    """Return the suggestion in the words of `act`, unless there is nothing to watch, which it then says itself."""
    return replace(suggestion, act=act) if suggestion.act == "suggest" else suggestion


def suggest_instead(turn: Turn, shelf: Shelf, act: str) -> Outcome:
    """Return something to begin with, in the words of `act`."""
    return instead(suggest(turn, shelf), act)


def surprise(turn: Turn, shelf: Shelf) -> Outcome:
    """One playable title, by the seed and the turn; favourites and unseen ones first."""
    wish = replace(_kept(turn), popular=False, order="")
    wish = replace(wish, query=replace(wish.query, playable_only=True))
    pool = list(shelf.find(wish, turn.ready, frozenset((*turn.watched, *turn.state.shown)), limit=40).titles)
    pool = pool or list(shelf.find(wish, turn.ready, limit=40).titles)
    if not pool:
        return suggest(turn, shelf)
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


def nothing_begun(turn: Turn, shelf: Shelf) -> Outcome:
    """Nothing was begun that could be gone on with: something to begin with."""
    return suggest_instead(turn, shelf, "continue_none")
