"""Titles side by side, field by field; which of several is shorter, newer, lighter. Tastes are not ranked."""

from __future__ import annotations

import re

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import mood_name
from bitaca_core.derona import facts
from bitaca_core.derona.acts.spoken_of import subject
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf
from bitaca_core.recommend.reasons import facts_of, shared

_ORDINALS = (
    ("primeir", "first", "one"), ("segund", "second", "two"), ("terceir", "third", "three"), ("quart", "fourth", "four"),
    ("quint", "fifth", "five"), ("sext", "sixth", "six"),
)  # fmt: skip
_NUMBER = re.compile(r"\b(?:o|a|os|as|the|number|numero|n)? ?([1-6])\b(?! ?(?:min|h|horas|anos|s\b))")
_BY_YEAR = frozenset(("older", "newer"))


def compare(turn: Turn, shelf: Shelf) -> Outcome:
    """Answer a comparison: by one field where one was asked for, else two titles by all their fields."""
    titles = compared(turn, shelf)
    if turn.slots.compare in ("shorter", "longer", "older", "newer"):
        return by_field(turn, titles or _listed(turn, shelf), turn.slots.compare)
    if turn.slots.moods:
        return by_mood(turn, titles or _listed(turn, shelf), turn.slots.moods[0])
    if turn.slots.compare in ("lighter", "heavier"):
        return by_age(turn, titles or _listed(turn, shelf), turn.slots.compare)
    if len(titles) < 2:
        titles = _listed(turn, shelf)
    if len(titles) < 2:
        return Outcome("compare_ask")
    if len(titles) == 2:
        return side_by_side(turn, titles[0], titles[1])
    picks = tuple(Pick(title, reason=_line(title, turn.lang)) for title in titles[:CARDS_MAX])
    return Outcome("compare_list", {}, picks, continues=True)


def compared(turn: Turn, shelf: Shelf) -> list[Title]:
    """Return the titles that the message sets against each other: named, counted, or one of these and what is spoken of."""
    names = [title for key in turn.slots.titles if (title := shelf.catalogue.resolve(key)) is not None]
    if len(names) >= 2:
        return _unique(names)
    listed = _listed(turn, shelf)
    places = _places(turn.message.text)
    counted = [listed[place] for place in places if place < len(listed)]
    if names:
        other = subject(_without_titles(turn), shelf)
        return _unique([*names, *([other] if other else counted)])
    return _unique(counted) if len(counted) >= 2 else []


def _without_titles(turn: Turn) -> Turn:
    from dataclasses import replace

    return replace(turn, slots=replace(turn.slots, titles=()))


def _places(text: str) -> list[int]:
    """Return the places in the list that a text counts, from 0, in its order."""
    found: list[tuple[int, int]] = []
    for place, words in enumerate(_ORDINALS):
        found += [
            (match.start(), place)
            for match in re.finditer(rf"\b(?:{words[0]}[oa]|{words[1]}|number {words[2]})\b", text)
        ]
    found += [(match.start(), int(match[1]) - 1) for match in _NUMBER.finditer(text)]
    return list(dict.fromkeys(place for _, place in sorted(found)))


def _listed(turn: Turn, shelf: Shelf) -> list[Title]:
    return [title for key in turn.state.listed if (title := shelf.catalogue.resolve(key)) is not None]


def _unique(titles: list[Title]) -> list[Title]:
    return list({title.title_id: title for title in titles}.values())


def by_field(turn: Turn, titles: list[Title], compare: str) -> Outcome:
    """Return the title that is shortest, longest, oldest or newest, with its measure."""
    by_year = compare in _BY_YEAR
    known = [title for title in titles if (title.year if by_year else title.duration_s) is not None]
    if not known:
        return Outcome("compare_unknown")

    def measure(title: Title) -> int:
        return int((title.year if by_year else title.duration_s) or 0)

    best = (min if compare in ("shorter", "older") else max)(known, key=measure)
    value = str(best.year) if by_year else facts.duration(measure(best), turn.lang)
    return Outcome(
        "compare_best", {"title": best.name(turn.lang), "value": value}, focus=best.title_id, offer="play"
    )


def by_age(turn: Turn, titles: list[Title], compare: str) -> Outcome:
    """Return the title with the lowest (or highest) age rating: lighter is what fewer are kept from."""
    known = [title for title in titles if title.age_rating is not None]
    ages = {title.effective_age for title in known}
    if len(known) < 2 or len(ages) < 2:
        return Outcome("compare_unknown")
    best = (min if compare == "lighter" else max)(known, key=lambda title: title.effective_age)
    return Outcome(
        "compare_age",
        {"title": best.name(turn.lang), "age": facts.age(best, turn.lang) or ""},
        focus=best.title_id,
        offer="play",
    )


def by_mood(turn: Turn, titles: list[Title], mood: str) -> Outcome:
    """Return the one title that the catalogue calls so; where none or several are, nobody wins."""
    fit = [title for title in titles if mood in title.moods]
    if len(fit) != 1:
        return Outcome("compare_unknown")
    said = {"title": fit[0].name(turn.lang), "mood": mood_name(mood, turn.lang).lower()}
    return Outcome("compare_mood", said, focus=fit[0].title_id, offer="play")


def side_by_side(turn: Turn, first: Title, second: Title) -> Outcome:
    """Set two titles beside each other: what each is, what they share, how they differ in length and year."""
    lang = turn.lang
    said = {
        "title": first.name(lang),
        "facts": facts.summary(first, lang),
        "other": second.name(lang),
        "other_facts": facts.summary(second, lang),
    }
    picks = (Pick(first, reason=_line(first, lang)), Pick(second, reason=_line(second, lang)))
    common = common_words(first, second, lang)
    if common:
        said["common"] = common
        return Outcome("compare_two_alike", said, picks, continues=True)
    return Outcome("compare_two", said, picks, continues=True)


def common_words(first: Title, second: Title, lang: str) -> str:
    """Return what two titles share, in words: `o drama e a direção de Walter Salles`."""
    from bitaca_core.catalogue.vocabulary import genre_name, theme_name

    told = []
    for one in shared(facts_of(first), facts_of(second), 2):
        key, _, value = one.partition(":")
        if key == "genre":
            told.append(genre_name(value, lang).lower())
        elif key == "theme":
            told.append(theme_name(value, lang))
        elif key == "mood":
            told.append(mood_name(value, lang).lower())
        elif key == "director":
            told.append(f"direção de {value}" if lang == "pt" else f"director {value}")
        elif key == "cast":
            told.append(value)
    return facts.joined(told, lang)


def _line(title: Title, lang: str) -> str:
    text = facts.summary(title, lang)
    return text[:1].upper() + text[1:]
