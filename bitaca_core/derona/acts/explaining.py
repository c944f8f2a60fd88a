"""Why a title was shown: the fields that it was chosen by, and what it shares with what the viewer liked or saw."""

from __future__ import annotations

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts
from bitaca_core.derona.acts.ahead import asks_ahead, told_ahead
from bitaca_core.derona.acts.comparing import common_words
from bitaca_core.derona.acts.recapping import asked_back
from bitaca_core.derona.acts.spoken_of import subject
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import Shelf
from bitaca_core.recommend.reasons import facts_of, shared

EXPLAINED_MAX = 3
TELLING = frozenset(
    ("sequel", "prequel", "franchise", "director", "creator", "writer", "studio", "composer", "cast", "theme")
)
"""What two titles share that is worth naming; a genre or a mood alone is shared by half the shelf."""


def why(turn: Turn, shelf: Shelf) -> Outcome:
    """Explain a suggestion, or each of the first few where none was singled out."""
    if turn.player is not None and turn.player.title_id is not None:
        back = asked_back(turn, shelf)
        if back is not None:
            return back
        if asks_ahead(turn):
            return told_ahead(turn, turn.state.focus)
    many = not turn.slots.titles and turn.slots.ordinal is None and turn.state.focus is None
    if many and len(turn.state.listed) > 1 and not turn.slots.reference:
        return _each(turn, shelf)
    title = subject(turn, shelf) if turn.state.listed or turn.slots.titles else None
    if title is None:
        return Outcome("why_none")
    said = {"title": title.name(turn.lang), "reason": reason(turn, shelf, title)}
    kept = _kept(turn, shelf, title)
    if kept is not None:
        said |= {"other": kept.name(turn.lang), "common": common_words(kept, title, turn.lang)}
        return Outcome("why_kept", said, focus=title.title_id)
    return Outcome("why", said, focus=title.title_id)


def reason(turn: Turn, shelf: Shelf, title: Title) -> str:
    """Return what a title was chosen by, in words, without a capital."""
    wish = turn.state.wish
    like = shelf.catalogue.resolve(wish.like) if wish and wish.like else None
    text = facts.card_reason(title, wish, turn.lang, like=like if like != title else None)
    return text[:1].lower() + text[1:]


def _each(turn: Turn, shelf: Shelf) -> Outcome:
    titles = [title for key in turn.state.listed if (title := shelf.catalogue.resolve(key)) is not None]
    told = [f"{title.name(turn.lang)} ({reason(turn, shelf, title)})" for title in titles[:EXPLAINED_MAX]]
    return Outcome("why_each", {"reasons": facts.joined(told, turn.lang)})


def _kept(turn: Turn, shelf: Shelf, title: Title) -> Title | None:
    """Return a title that the viewer liked, listed or saw and that shares more than a genre with this one."""
    known = turn.own or None
    keys = (*(known.liked if known else ()), *(known.listed if known else ()), *turn.watched)
    for key in dict.fromkeys(keys):
        other = shelf.catalogue.resolve(key)
        if other is None or other == title:
            continue
        common = shared(facts_of(other), facts_of(title), 1)
        if common and common[0].partition(":")[0] in TELLING and common_words(other, title, turn.lang):
            return other
    return None
