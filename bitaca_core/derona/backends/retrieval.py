"""What a model is given besides the facts: of all that is known, what the question is about, and little of it.

Three sources: sentences of a synopsis, subtitles up to where the viewer is, and what the viewer did with titles. They
are chosen by their words, rare ones before common ones, within a number of tokens. Everything in them is data: what
speaks to an assistant is left out here (`trusted`, `recap`), and what remains of it is known to the guard (`lent`).

References
----------
Lewis et al. 2020, Retrieval-augmented generation for knowledge-intensive NLP tasks; Spärck Jones 1972, A statistical
interpretation of term specificity (rare words tell more).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts, recap, trusted
from bitaca_core.derona.backends.base import Opinion, Passage
from bitaca_core.derona.backends.budget import tokens
from bitaca_core.derona.context import Own
from bitaca_core.search.scenes import Line

HEARD_TOKENS = 260
"""Of all subtitles together: some eight lines."""
LATEST = 2
"""Lines that are given whatever was asked: what was said just now is what is talked of."""
SYNOPSIS_CHARS = 400
PEOPLE_MAX = 4
LIKED_MAX = 2
"""Liked titles, beside those on the table, that may be named."""
NEAR_COMMON = 2
"""Genres and themes in common from which a liked title is near to one on the table."""
SAID: Mapping[str, Mapping[str, str]] = {
    "pt": {"liked": "gostou", "listed": "está na lista", "watched": "já viu"},
    "en": {"liked": "liked it", "listed": "is on the list", "watched": "has seen it"},
}
"""All that can be said of what a viewer did: no words of anybody's own."""


def ranked(question: str, texts: Sequence[str]) -> list[int]:
    """Return the places of the texts that have words of the question, best first."""
    wanted = recap.telling(question)
    told = [recap.telling(text) for text in texts]
    often = Counter(word for words in told for word in words & wanted)
    weight = {word: math.log(1 + len(texts) / count) for word, count in often.items()}
    scored = [(sum(weight[word] for word in words & wanted), place) for place, words in enumerate(told)]
    return [place for score, place in sorted(scored, key=lambda one: (-one[0], one[1])) if score > 0]


def synopsis(question: str, text: str, chars: int = SYNOPSIS_CHARS) -> str:
    """Return of a synopsis the sentences that only tell: its first, then those that the question is about, in order."""
    told = [one for one in trusted.sentences(text) if trusted.tells(one)]
    chosen, left = set[int](), chars
    for place in dict.fromkeys((0, *ranked(question, told), *range(len(told)))):
        if place < len(told) and len(told[place]) <= left:
            chosen.add(place)
            left -= len(told[place]) + 1
    if told and not chosen:
        return told[0][:chars].rsplit(" ", 1)[0]
    return " ".join(told[place] for place in sorted(chosen))


def people(question: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return a few of these people, those that the question names first; what is no name is left out."""
    found = trusted.names(names)
    asked = ranked(question, found)
    return tuple(found[place] for place in dict.fromkeys((*asked, *range(len(found)))))[:PEOPLE_MAX]


def heard(question: str, title: str, lines: Iterable[Line], until_s: float, left: int = HEARD_TOKENS) -> tuple[Passage, ...]:  # fmt: skip
    """Return the subtitles of one film or episode that may be known and that the question is about, in order.

    Parameters
    ----------
    title : str
        Its name.
    until_s : float
        Where the viewer is, seconds: nothing that ends later is looked at.
    left : int
        Tokens that they may be.
    """
    past = recap.heard(lines, until_s)
    best = ranked(question, [line.text for line in past])
    latest = range(len(past) - 1, max(-1, len(past) - 1 - LATEST), -1)
    chosen: list[Line] = []
    for place in dict.fromkeys((*best[: recap.TRIED_MAX], *latest)):
        line = past[place]
        cost = tokens(line.text)
        if cost <= left and recap.quotable(line.text) and trusted.tells(line.text):
            chosen.append(line)
            left -= cost
    return tuple(
        Passage(title, facts.clock(line.start_s), recap.quoted(line.text))
        for line in sorted(chosen, key=lambda line: line.start_s)
    )


def cost(passages: Iterable[Passage]) -> int:
    """Return about how many tokens passages are."""
    return sum(tokens(one.text) for one in passages)


def opinions(table: Sequence[Title], own: Own | None, watched: Collection[str], catalogue: Catalogue, lang: str) -> tuple[Opinion, ...]:  # fmt: skip
    """Return what the viewer did with the titles on the table, and which near ones they liked; none of a guest."""
    if own is None:
        return ()
    words, on_table = SAID[lang], {title.title_id for title in table}
    found = []
    for title in table:
        units = {title.title_id, *catalogue.playable_ids(title)}
        did = (("liked", own.liked), ("listed", own.listed), ("watched", watched))
        said = tuple(words[deed] for deed, ids in did if units & set(ids))
        found += [Opinion(title.name(lang), said)] if said else []
    liked = (catalogue.get(title_id) for title_id in own.liked if title_id not in on_table)
    near = [title for title in liked if title is not None and any(_near(title, one) for one in table)]
    return (*found, *(Opinion(title.name(lang), (words["liked"],)) for title in near[:LIKED_MAX]))


def _near(one: Title, other: Title) -> bool:
    return len({*one.genres, *one.themes} & {*other.genres, *other.themes}) >= NEAR_COMMON
