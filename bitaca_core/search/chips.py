"""The filters of a question as chips: a name to read, and the question without it.

The question itself is the state: taking a chip away is asking without the words that it was read from, so that
a link, the back button and the search box always tell the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bitaca_core.catalogue.vocabulary import country_name, genre_name, kind_name, mood_name, theme_name
from bitaca_core.search.company import COMPANIES
from bitaca_core.search.leftout import LeftOut
from bitaca_core.search.spans import OLD_UNTIL, RECENT_FROM
from bitaca_core.search.typed import Taken
from bitaca_core.search.words import read, split_like_span

_LANGUAGES = {
    "pt": ("português", "Portuguese"), "en": ("inglês", "English"), "ja": ("japonês", "Japanese"),
    "es": ("espanhol", "Spanish"), "fr": ("francês", "French"), "it": ("italiano", "Italian"),
    "ko": ("coreano", "Korean"), "de": ("alemão", "German"),
}  # fmt: skip
_REGIONS = {
    "africa": ("África", "Africa"), "europa": ("Europa", "Europe"), "asia": ("Ásia", "Asia"),
    "america-latina": ("América Latina", "Latin America"), "nordicos": ("países nórdicos", "Nordic countries"),
}  # fmt: skip
_SPACES = re.compile(r"\s+")
_DANGLING = re.compile(
    r"(?:(?:^|\s)(?:mas|mais|menos|bem|e|ou|com|de|do|da|dos|das|but|and|or|with|of|more|less))+\s*$",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^\s*(?:mas|e|ou|but|and|or)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that can be taken away.

    `start` and `end` are the letters of the question that it was read from; `without` is the question that is
    left when it goes.
    """

    kind: str
    value: str
    label: str
    start: int
    end: int
    negated: bool
    without: str


def chips(
    text: str,
    language: str = "pt",
    named: Callable[[str], str | None] = lambda name: None,
    left_out: Sequence[LeftOut] = (),
) -> tuple[Chip, ...]:
    """Return the chips of a question, in the order of its words.

    Parameters
    ----------
    named : callable
        Returns the title that a name in "algo tipo NAME" means, None when it means none.
    left_out : sequence of LeftOut
        The names that the question leaves out ("sem ser do NAME"), as the search understands them.
    """
    found = list(read(text, language).found)
    if (like := split_like_span(text)) and (title := named(like[0])):
        start, end = like[1], like[2]
        found = [one for one in found if one.end <= start or one.start >= end]
        found.insert(0, Taken("like", title, start, end, False))
    for gone in left_out:
        found = [one for one in found if one.end <= gone.start or one.start >= gone.end]
        found.append(Taken("title", gone.label, gone.start, gone.end, True))
    found.sort(key=lambda one: (one.start, one.end))
    return tuple(
        Chip(
            one.kind, one.value, label(one, language), one.start, one.end, one.negated,
            without(text, one.start, one.end),
        )
        for one in found
    )  # fmt: skip


def label(one: Taken, language: str = "pt") -> str:
    """Return what a chip says: `Terror`, `sem violência`, `anos 80`, `até 1 h 30 min`."""
    portuguese = language.startswith("pt")
    value = one.value
    if one.kind == "year":
        years = _years(value, portuguese)
        return f"{'fora' if portuguese else 'not'}: {years}" if one.negated else years
    if one.kind == "duration":
        return _duration(value, portuguese)
    if one.kind == "age":
        if value == "0":
            return "Livre" if portuguese else "All ages"
        return f"até {value} anos" if portuguese else f"up to age {value}"
    if one.kind in ("audio", "subtitles"):
        tongue = _LANGUAGES[value][0 if portuguese else 1]
        if one.kind == "audio":
            return f"áudio em {tongue}" if portuguese else f"{tongue} audio"
        return f"legendas em {tongue}" if portuguese else f"{tongue} subtitles"
    if one.kind == "playable":
        return "dá pra ver agora" if portuguese else "watch now"
    if one.kind == "company":
        slug, _, age = value.partition(":")
        company = COMPANIES[slug]
        if age:
            return f"com crianças de {age} anos" if portuguese else f"with children of {age}"
        return company.pt if portuguese else company.en
    if one.kind in ("word", "title"):
        return f"{'sem' if portuguese else 'without'} {value}"
    if one.kind == "region":
        name = _REGIONS[value][0 if portuguese else 1]
        return (f"fora: {name}" if portuguese else f"not from {name}") if one.negated else name
    if one.kind == "like":
        return f"tipo {value}" if portuguese else f"like {value}"
    names: dict[str, Callable[[str, str], str]] = {
        "genre": genre_name, "theme": theme_name, "mood": mood_name, "country": country_name, "kind": kind_name,
    }  # fmt: skip
    name = names[one.kind](value, language)
    if one.negated and one.kind == "country":
        return f"fora: {name}" if portuguese else f"not from {name}"
    if one.negated:
        return f"{'sem' if portuguese else 'no'} {name.lower()}" if one.kind != "mood" else (
            f"nada {name.lower()}" if portuguese else f"not {name.lower()}"
        )  # fmt: skip
    return name[:1].upper() + name[1:]


def without(text: str, start: int, end: int) -> str:
    """Return a question without the letters from `start` to `end`, and without a joining word left hanging."""
    before, after = text[:start], text[end:]
    if not after.strip(" ,.;!?"):
        before = _DANGLING.sub("", before)
    if not before.strip():
        after = _LEADING.sub("", after.lstrip(" ,"))
    return _SPACES.sub(" ", f"{before} {after}").strip(" ,")


def _years(value: str, portuguese: bool) -> str:
    low, _, high = value.partition("-")
    if value == f"-{OLD_UNTIL}":
        return f"antigos (até {OLD_UNTIL})" if portuguese else f"old (to {OLD_UNTIL})"
    if value == f"{RECENT_FROM}-":
        return f"recentes (desde {RECENT_FROM})" if portuguese else f"recent (since {RECENT_FROM})"
    if low == high:
        return low
    if low and high and int(low) % 10 == 0 and int(high) == int(low) + 9:
        short = low[2:] if low.startswith("19") else low
        return f"anos {short}" if portuguese else f"{low}s"
    if low and high:
        return f"{low} a {high}" if portuguese else f"{low} to {high}"
    if low:
        return f"desde {low}" if portuguese else f"since {low}"
    return f"até {high}" if portuguese else f"up to {high}"


def _duration(value: str, portuguese: bool) -> str:
    low, _, high = value.partition("-")
    clock = _clock(int(high or low))
    if low and high:
        return f"de {_clock(int(low))} a {clock}" if portuguese else f"{_clock(int(low))} to {clock}"
    if high:
        return f"até {clock}" if portuguese else f"up to {clock}"
    return f"mais de {clock}" if portuguese else f"over {clock}"


def _clock(seconds: int) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part
    )
