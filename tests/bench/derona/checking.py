"""What is checked of every reply in a simulated dialogue: names that are nobody's, and cards that break a condition.

Names: a word with a capital letter must belong to a name of the catalogue (a title, a person, a country) or to Derona's own
phrases; whatever is left over is a name that was made up. Conditions are pairs in the guide's terms, as
`tests.bench.derona.terms.pairs_of` gives them.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import GENRES, MOODS, Title
from bitaca_core.catalogue.vocabulary import country_name, descriptor_name, genre_name, mood_name, theme_name
from bitaca_core.derona import facts, joining, phrasing
from bitaca_core.derona.assistant import Card, Reply
from bitaca_core.derona.shelf import akin
from bitaca_core.search.company import suits
from bitaca_core.search.documents import names_of

Pair = tuple[str, str]
HARD = frozenset(
    (
        "genres", "not_genres", "not_moods", "countries", "not_countries", "duration_max", "duration_min", "year_from",
        "year_to", "age_max", "people", "company",
    )
)  # fmt: skip
"""Conditions that a card must meet or be marked; moods and likeness only rank."""
MARKS = (
    "Perto do pedido: ", "Close to it: ", "Outra ideia: ", "Another idea: ", "Em comum com ", "Shared with ", "Não é ", "Not ",
)  # fmt: skip
"""How a card's reason begins that does not meet the whole wish (`facts.card_reason`)."""
SAME = {"historia": ("historico",), "infantil": ("familia",), "crime": ("crime", "policial")}
"""The guide's genres in the catalogue's, where they are called otherwise."""
OR = " or "
"""Between the people of one condition that any of them meets (`alternatives`)."""
SERIES_SITTING_S = 30 * 60
"""A series of unknown length passes an upper bound from here on, as in search (`Query`)."""
_WORD = re.compile(r"[^\W_][\w'’-]*")
_JOINS = frozenset(["de", "da", "do", "das", "dos", "e", "o", "a", "os", "as", "of", "the", "and", "d'"])
_OPENS = '.!?…:;“”"«»(\n'


@dataclass(frozen=True)
class Known:
    """Everything that may stand with a capital letter in a reply.

    `names` holds folded names by their first word, longest first, with whether they are titles; `words` may begin a
    sentence, `capitals` may stand anywhere.
    """

    catalogue: Catalogue
    names: dict[str, list[tuple[tuple[str, ...], bool]]]
    words: frozenset[str]
    capitals: frozenset[str]


def known_names(catalogue: Catalogue) -> Known:
    """Return what a catalogue and the phrases name."""
    titles = {_folded(name) for title in catalogue for name in names_of(title)}
    others = {_folded(who.name) for title in catalogue for who in title.people()}
    others |= {
        _folded(country_name(code, lang))
        for title in catalogue for code in title.countries for lang in phrasing.LANGUAGES
    }  # fmt: skip
    others |= {
        _folded(name)
        for title in catalogue
        for one in title.episodes
        for name in (one.title_pt, one.title_en or "")
    }
    names: dict[str, list[tuple[tuple[str, ...], bool]]] = defaultdict(list)
    for name in (titles | others) - {()}:
        names[name[0]].append((name, name in titles))
    for found in names.values():
        found.sort(key=lambda one: (-len(one[0]), not one[1]))
    words, capitals = _phrase_words()
    for lang in phrasing.LANGUAGES:
        told = [genre_name(genre, lang) for genre in GENRES] + [mood_name(mood, lang) for mood in MOODS]
        told += [theme_name(theme, lang) for title in catalogue for theme in title.themes]
        told += [descriptor_name(one, lang) for title in catalogue for one in title.descriptors]
        words |= {word for text in told for word in _folded(text)}
        capitals |= {
            word for text in told for one in text.split() if one[0].isupper() for word in _folded(one)
        }
    return Known(catalogue, dict(names), frozenset(words), frozenset(capitals))


def _phrase_words() -> tuple[set[str], set[str]]:
    words, capitals = {"em", "outra", "another", "perto", "close", "shared", "nao", "not"}, {"h", "min"}
    for lang in phrasing.LANGUAGES:
        for variants in phrasing.phrases(lang).values():
            for variant in variants:
                text = re.sub(r"\{\w+\}", " x ", variant)
                for found in _WORD.finditer(text):
                    words.update(_folded(found[0]))
                    if found[0][0].isupper() and not _begins(text, found.start()):
                        capitals.update(_folded(found[0]))
    return words, capitals


def names_in(text: str, known: Known, told: Iterable[str] = ()) -> tuple[int, list[str]]:
    """Return how many titles a text names, and every name in it that nobody has.

    `told` are texts of the catalogue (synopses) that may stand in it as they are.
    """
    for one in told:
        text = text.replace(one, " ")
    tokens = [
        (word, found[0][0].isupper() or found[0][0].isdigit(), found.start())
        for found in _WORD.finditer(text)
        for word in _folded(found[0])
    ]
    at = titles = 0
    strange: list[list[str]] = []
    last = -9
    while at < len(tokens):
        word, capital, start = tokens[at]
        span = _span(tokens, at, known) if capital else None
        if span is not None:
            titles += span[1]
            at += span[0]
            continue
        allowed = word.isdigit() or word in known.capitals or (_begins(text, start) and word in known.words)
        if capital and not allowed:
            if strange and last >= 0 and all(one[0] in _JOINS for one in tokens[last + 1 : at]):
                strange[-1] += [one[0] for one in tokens[last + 1 : at + 1]]
            else:
                strange.append([word])
            last = at
        at += 1
    return titles, [" ".join(one) for one in strange]


def _span(tokens: list[tuple[str, bool, int]], at: int, known: Known) -> tuple[int, bool] | None:
    """Return the length of the longest name that begins at a token, and whether it is a title's."""
    for name, is_title in known.names.get(tokens[at][0], ()):
        if tuple(token[0] for token in tokens[at : at + len(name)]) == name:
            return len(name), is_title
    return None


def _begins(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return not before or before[-1] in _OPENS or not (before[-1].isalnum() or before[-1] in ",)-–%'’")


def _folded(text: str) -> tuple[str, ...]:
    return tuple(fold(text).split())


def named(reply: Reply, known: Known) -> tuple[int, list[str]]:
    """Return how many titles a reply names, cards among them, and the names of those that are not in the catalogue."""
    catalogue = known.catalogue
    table = [catalogue.resolve(card.title_id) for card in reply.cards]
    table.append(catalogue.resolve(reply.state.focus) if reply.state.focus else None)
    told = [said for title in table if title is not None and (said := facts.synopsis(title, reply.lang))]
    count, strange = names_in(reply.text, known, told)
    for card, title in zip(reply.cards, table, strict=False):
        if title is None or card.title not in names_of(title):
            strange.append(card.title)
        else:
            count += 1
        more, odd = names_in(card.reason, known)
        count, strange = count + more, [*strange, *odd]
    return count + len(strange), strange


def marked(card: Card) -> bool:
    """Return whether a card says itself that it does not meet the whole wish."""
    return card.reason.startswith(MARKS)


def alternatives(pairs: Iterable[Pair], text: str) -> frozenset[Pair]:
    """Return conditions with people who are joined by an "or" in the message as one that any of them meets.

    The "or" must stand between two of their names as typed; otherwise each is a condition of its own.
    """
    pairs = frozenset(pairs)
    names = sorted(value for name, value in pairs if name == "people")
    words = f" {fold(text)} "
    places = sorted((words.find(f" {name.split()[-1]} "), name) for name in names)
    between = [words[at:to] for (at, _), (to, _) in itertools.pairwise(places) if at >= 0]
    if len(between) < len(names) - 1 or not any(re.search(r" (?:ou|or) ", one) for one in between):
        return pairs
    if any(re.search(r" (?:e|and) ", one) for one in between):
        return pairs
    return frozenset(pair for pair in pairs if pair[0] != "people") | {("people", OR.join(names))}


def breaks(title: Title, pair: Pair, catalogue: Catalogue) -> bool:
    """Return whether a title does not meet a condition, by the catalogue's own fields; what is unknown does not meet it."""
    name, value = pair
    if name in ("genres", "not_genres"):
        has = not set(SAME.get(value, (value,))).isdisjoint(title.genres)
        return has is (name == "not_genres")
    if name in ("moods", "not_moods"):
        return (value in title.moods) is (name == "not_moods")
    if name in ("countries", "not_countries"):
        return (value in title.countries) is (name == "not_countries")
    if name == "age_max":
        return title.effective_age > int(value)
    if name == "people":
        return {fold(who.name) for who in title.people()}.isdisjoint(value.split(OR))
    if name == "company":
        slug = joining.COMPANIES.get(value)
        return slug is not None and not suits(title, slug, None, free=False)
    if name == "titles":
        model = catalogue.resolve(value)
        return model is None or title.title_id == model.title_id or not akin(title, model)
    if name in ("year_from", "year_to"):
        return title.year is None or (
            title.year < int(value) if name == "year_from" else title.year > int(value)
        )
    return _sitting_breaks(title, name, 60 * int(value))


def _sitting_breaks(title: Title, name: str, bound_s: int) -> bool:
    spans = [one.duration_s for one in title.episodes if one.duration_s] or [title.duration_s or 0]
    if not any(spans):
        return not (title.kind == "series" and name == "duration_max" and bound_s >= SERIES_SITTING_S)
    return min(spans) > bound_s if name == "duration_max" else max(spans) < bound_s


def broken(reply: Reply, conditions: Iterable[Pair], known: Known) -> list[tuple[str, Pair]]:
    """Return the cards (by title id) that break hard conditions and are not marked as near or as something else."""
    conditions = [pair for pair in conditions if pair[0] in HARD]
    found = []
    for card in reply.cards:
        title = known.catalogue.resolve(card.title_id)
        if title is not None and not marked(card):
            found += [(card.title_id, pair) for pair in conditions if breaks(title, pair, known.catalogue)]
    return found
