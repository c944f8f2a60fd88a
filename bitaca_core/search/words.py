"""Reading filters out of typed words: "anime de ação dos anos 90" is two genres and ten years.

Small and literal: longest known phrase first, a negation in front excludes, vague words ("robôs", "triste")
stay in the text and only rank. What is no filter and no filler stays as the text to search for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import (
    COUNTRY_WORDS,
    GENRE_WORDS,
    KIND_WORDS,
    THEME_WORDS,
    is_filler,
    is_genre_hint,
)
from bitaca_core.search.query import Query

PHRASE_MAX_WORDS = 5
TEXT_MAX_CHARS = 400
"""Longer questions are cut: nobody types more, and work per query stays bounded."""

NEGATIONS = ("que nao seja", "que nao sejam", "que nao tenha", "nao quero", "nada de", "sem ser", "exceto", "menos",
             "sem", "nao", "fora", "without", "except", "not", "no", "but not")  # fmt: skip
ENGLISH_CUES = frozenset(
    ("the", "movie", "movies", "film", "films", "with", "but", "please", "something", "and", "show")
)
"""Words that tell an English "no" from the Portuguese "no" (in the)."""
_BETWEEN = re.compile(r"\b(?:entre|de|between|from) ((?:19|20)\d\d) (?:e|a|ate|and|to) ((?:19|20)\d\d)\b")
_AFTER = re.compile(r"\b(?:depois de|desde|a partir de|apos|after|since|from) ((?:19|20)\d\d)\b")
_BEFORE = re.compile(r"\b(?:antes de|before) ((?:19|20)\d\d)\b")
_UNTIL = re.compile(r"\b(?:ate|until|up to) ((?:19|20)\d\d)\b")
_DECADE = re.compile(
    r"\b(?:(?:dos |nos )?anos|(?:da )?decada de|the|from the|in the)? ?((?:19|20)?[0-9]0)s?\b"
)
_DECADE_CUE = re.compile(r"\b(?:anos|decada de) (?:(?:19|20)?[0-9]0)\b|\b(?:19|20)?[0-9]0s\b")
_YEAR = re.compile(r"\b(?:de |do ano |do ano de |in |from )?((?:19|20)\d\d)\b")
_AMOUNT = r"(\d+|uma|um|duas|dois|tres|meia|one|two|three|half an?)"
_UNIT = r"(h|hs|hora|horas|hour|hours|min|mins|minuto|minutos|minute|minutes)"
_SHORTER = re.compile(rf"\b(?:com |de )?(?:ate|menos de|no maximo|under|less than|up to|at most|shorter than) {_AMOUNT} ?{_UNIT}(?: e meia)?\b")  # fmt: skip
_LONGER = re.compile(rf"\b(?:com |de )?(?:mais de|no minimo|pelo menos|over|more than|at least|longer than) {_AMOUNT} ?{_UNIT}(?: e meia)?\b")  # fmt: skip
_AGE = re.compile(
    r"\b(?:(?:livre |classificacao |idade )?(?:ate|para|pra) (?:os )?|(?:filh|sobrinh|net|entead)[oa]s? (?:pequen[oa] )?de "
    r"|criancas? de )(\d|1[0-8]) anos\b|\b(?:classificacao |para )livre\b|\blivre para todos\b"
)
_SHORT_FEATURE = re.compile(
    r"\b(filmes?|animes?|series?|desenhos?|dramas?) (?:bem )?curt(?:os?|as?|inh[oa]s?)\b"
)
_QUICK = re.compile(r"\b(?:bem )?(?:curtos?|rapidinh[oa]s?|quick)\b")
QUICK_S = 30 * 60
SHORT_FEATURE_S = 95 * 60
"""A "filme curto" is a short feature, not a short film; of a series the word filters nothing."""
_PLAYABLE = re.compile(r"\b(?:que (?:da|de) (?:pra|para) (?:ver|assistir)|disponive(?:l|is)|da casa|watchable|available)(?: (?:agora|aqui|hoje|now|here))?\b")  # fmt: skip
_OLD = re.compile(r"\b(?:bem |mais )?(?:antig[oa]s?|classic[oa]s?|das antigas|old|older|classics?)\b")
_RECENT = re.compile(r"\b(?:mais |bem )?(?:recentes?|lancamentos?|atuais|recent|newer)\b")
OLD_UNTIL, RECENT_FROM = 1989, 2015
"""What "antigo" and "recente" mean in years: inclusive bounds, chosen, not measured."""
LIKE = re.compile(
    r"\b(?:(?:algo |alguma coisa |um filme |filmes? |series? |animes? |titulos? )?(?:parecid[oa]s? (?:com|a|ao)|similar(?:es)? (?:a|ao|to)|"
    r"semelhantes? (?:a|ao)|que nem|no estilo d[eo]|estilo|na linha d[eo]|tipo|same as|(?:something |movies? |films? |anime )like))\s+(.+)$"
)
"""A question for titles like another; the group is what should be that title's name."""
_NUMBERS = {"um": 1, "uma": 1, "one": 1, "dois": 2, "duas": 2, "two": 2, "tres": 3, "three": 3, "meia": 0.5,
            "half a": 0.5, "half an": 0.5}  # fmt: skip
_GENERIC_KINDS = frozenset(
    ("filme", "filmes", "filminho", "movie", "movies", "film", "films", "show", "shows")
)


@dataclass(slots=True)
class _Slots:
    genres: list[str] = field(default_factory=list)
    exclude_genres: list[str] = field(default_factory=list)
    exclude_themes: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def read_query(text: str, language: str = "pt") -> Query:
    """Return the filters that `text` names and, as `text`, the words that are left to search for.

    Parameters
    ----------
    text : str
        What was typed, in Portuguese or English.
    language : str
        BCP 47; both languages are understood whatever it says, it only breaks ties.
    """
    rest = fold(text[:TEXT_MAX_CHARS])
    rest, year_min, year_max = _years(rest)
    rest, shortest_s, longest_s = _durations(rest)
    rest, max_age = _age(rest)
    rest, playable_count = _PLAYABLE.subn(" ", rest)
    slots = _Slots()
    words = rest.split()
    left = _phrases(words, slots, language.startswith("en") or not ENGLISH_CUES.isdisjoint(words))
    return Query(
        text=" ".join(left),
        genres=_unique(slots.genres),
        exclude_genres=_unique(slots.exclude_genres),
        exclude_themes=_unique(slots.exclude_themes),
        year_min=year_min,
        year_max=year_max,
        duration_min_s=shortest_s,
        duration_max_s=longest_s,
        countries=_unique(slots.countries),
        kinds=_unique(slots.kinds),
        max_age=max_age,
        playable_only=playable_count > 0,
    )


def asks_for_like(text: str) -> str | None:
    """Return the words that should name a title when somebody asks for something like it, else None."""
    match = LIKE.search(fold(text[:TEXT_MAX_CHARS]))
    return match[1] if match else None


def _unique(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _years(text: str) -> tuple[str, int | None, int | None]:
    if match := _BETWEEN.search(text):
        low, high = sorted((int(match[1]), int(match[2])))
        return _without(text, match), low, high
    if match := _DECADE_CUE.search(text):
        inner = _DECADE.search(match[0])
        start = _decade_start(inner[1]) if inner else None
        if start is not None:
            return _without(text, match), start, start + 9
    if match := _AFTER.search(text):
        return _without(text, match), int(match[1]), None
    if match := _BEFORE.search(text):
        return _without(text, match), None, int(match[1]) - 1
    if match := _UNTIL.search(text):
        return _without(text, match), None, int(match[1])
    if match := _OLD.search(text):
        return _without(text, match), None, OLD_UNTIL
    if match := _RECENT.search(text):
        return _without(text, match), RECENT_FROM, None
    if match := _YEAR.search(text):
        return _without(text, match), int(match[1]), int(match[1])
    return text, None, None


def _decade_start(digits: str) -> int:
    number = int(digits)
    if number >= 1000:
        return number
    return 1900 + number if number >= 30 else 2000 + number


def _durations(text: str) -> tuple[str, int | None, int | None]:
    shortest: int | None = None
    longest: int | None = None
    if match := _SHORT_FEATURE.search(text):
        longest = None if match[1].startswith("serie") else SHORT_FEATURE_S
        text = f"{text[: match.end(1)]} {text[match.end() :]}"
    if longest is None and (match := _QUICK.search(text)):
        longest, text = QUICK_S, _without(text, match)
    if match := _SHORTER.search(text):
        longest, text = _seconds(match), _without(text, match)
    if match := _LONGER.search(text):
        shortest, text = _seconds(match), _without(text, match)
    return text, shortest, longest


def _seconds(match: re.Match[str]) -> int:
    amount = _NUMBERS.get(match[1]) or float(match[1])
    hours = match[2].startswith("h")
    if match[0].endswith("e meia"):
        amount += 0.5
    return int(amount * (3600 if hours else 60))


def _age(text: str) -> tuple[str, int | None]:
    match = _AGE.search(text)
    if not match:
        return text, None
    return _without(text, match), int(match[1]) if match[1] else 0


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _phrases(words: list[str], slots: _Slots, english: bool) -> list[str]:
    """Fill the slots; return the rest without the asking words at both of its ends."""
    left: list[str] = []
    negated = False
    position = 0
    while position < len(words):
        for length in range(min(PHRASE_MAX_WORDS, len(words) - position), 0, -1):
            phrase = " ".join(words[position : position + length])
            if phrase in NEGATIONS and (phrase != "no" or english) and _excludes(words[position + length :]):
                negated = True
                break
            if _take(phrase, negated, slots):
                negated = False
                break
        else:
            length = 1
            left.append(words[position])
            negated = negated and is_filler(words[position])
        position += length
    while left and is_filler(left[0]):
        del left[0]
    while left and is_filler(left[-1]):
        del left[-1]
    return left


def _excludes(following: list[str]) -> bool:
    """Return whether a genre or theme comes right after the negation, fillers aside."""
    start = next((place for place, word in enumerate(following) if not is_filler(word)), len(following))
    rest = following[start:]
    phrases = (" ".join(rest[:length]) for length in range(1, min(PHRASE_MAX_WORDS, len(rest)) + 1))
    return any(phrase in GENRE_WORDS or phrase in THEME_WORDS for phrase in phrases)


def _take(phrase: str, negated: bool, slots: _Slots) -> bool:
    """Put a known phrase into its slot; return whether it was one."""
    genre = GENRE_WORDS.get(phrase)
    if negated:
        if genre is not None:
            slots.exclude_genres.append(genre)
        if (theme := THEME_WORDS.get(phrase)) is not None:
            slots.exclude_themes.append(theme)
        return genre is not None or theme is not None
    if genre is not None and not is_genre_hint(phrase):
        slots.genres.append(genre)
        return True
    if (country := COUNTRY_WORDS.get(phrase)) is not None:
        slots.countries.append(country)
        return True
    if phrase in KIND_WORDS and phrase not in _GENERIC_KINDS:
        slots.kinds.append(KIND_WORDS[phrase])
        return True
    return False
