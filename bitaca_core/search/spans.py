"""Years and lengths in typed words: "dos anos 80", "antes de 1960", "até 1 h e meia", "nada muito longo"."""

from __future__ import annotations

import re
from collections.abc import Callable

from bitaca_core.search.typed import Typed

_BETWEEN = re.compile(r"\b(?:entre|de|between|from) ((?:19|20)\d\d) (?:e|a|ate|and|to) ((?:19|20)\d\d)\b")
_AFTER = re.compile(r"\b(?:depois de|desde|a partir de|apos|after|since|from) ((?:19|20)\d\d)\b")
_BEFORE = re.compile(r"\b(?:antes de|before) ((?:19|20)\d\d)\b")
_UNTIL = re.compile(r"\b(?:ate|until|up to) ((?:19|20)\d\d)\b")
_DECADE = re.compile(
    r"\b(?:(?:dos |nos )?anos|(?:da )?decada de|the|from the|in the)? ?((?:19|20)?[0-9]0)s?\b"
)
_DECADE_NAMES = {"vinte": 1920, "trinta": 1930, "quarenta": 1940, "cinquenta": 1950, "sessenta": 1960,
                 "setenta": 1970, "oitenta": 1980, "noventa": 1990, "dois mil": 2000}  # fmt: skip
_DECADE_SPOKEN = re.compile(rf"\b(?:dos |nos )?anos ({'|'.join(_DECADE_NAMES)})\b")
_DECADE_CUE = re.compile(
    r"\b(?:(?:dos |nos )?anos|(?:da |na )?decada de) (?:(?:19|20)?[0-9]0)\b|\b(?:19|20)?[0-9]0s\b"
)
_YEAR = re.compile(r"\b(?:de |do ano |do ano de |in |from )?((?:19|20)\d\d)\b")
_AMOUNT = r"(\d+|uma|um|duas|dois|tres|meia|one|two|three|half an?)"
_UNIT = r"(h|hs|hora|horas|hour|hours|min|mins|minuto|minutos|minute|minutes)"
_CLOCK = r"(\d) ?h ?([0-5]\d)(?: ?min)?"
_SHORTER = re.compile(rf"\b(?:com |de )?(?:ate|menos de|no maximo|under|less than|up to|at most|shorter than) (?:{_CLOCK}|{_AMOUNT} ?{_UNIT}(?: e meia)?)\b")  # fmt: skip
_LONGER = re.compile(rf"\b(?:com |de )?(?:mais de|no minimo|pelo menos|over|more than|at least|longer than) (?:{_CLOCK}|{_AMOUNT} ?{_UNIT}(?: e meia)?)\b")  # fmt: skip
_SHORT_FEATURE = re.compile(
    r"\b(filmes?|animes?|series?|desenhos?|dramas?) (?:bem )?curt(?:os?|as?|inh[oa]s?)\b"
)
_QUICK = re.compile(r"\b(?:bem )?(?:curtos?|rapidinh[oa]s?|quick)\b")
QUICK_S = 30 * 60
SHORT_FEATURE_S = 95 * 60
"""A "filme curto" is a short feature, not a short film; of a series the word filters nothing."""
_NOT_LONG = re.compile(
    r"\b(?:nada|nao|que nao seja|sem ser|nem|not) (?:muito |tao |too |very |so )?(?:long[oa]s?|comprid[oa]s?|demorad[oa]s?|grandes?|long)\b"
)
NOT_LONG_S = 110 * 60
"""What "nada muito longo" means; chosen, not measured."""
_NOT_OLD = re.compile(
    r"\b(?:nada|nao|que nao seja|sem ser|nem|not) (?:muito |tao |too |very |so )?(?:antig[oa]s?|velh[oa]s?|old|das antigas|(?:em )?preto e branco)\b"
)
_NOT_RECENT = re.compile(
    r"\b(?:nada|nao|que nao seja|sem ser|nem|not) (?:muito |tao |too |very |so )?(?:recentes?|nov[oa]s?|modern[oa]s?|atua(?:l|is)|recent|new)\b"
)
_NOT_DECADE = re.compile(
    r"\b(?:sem ser|que nao sejam?|exceto|menos|fora|tirando|nao) (?:d[aeo]s? |os )?(?:anos|decada de) ((?:19|20)?[0-9]0)( pra ca| para ca| em diante)?\b"
)
_ABOUT = re.compile(
    rf"\b(?:de|com|uns|umas|cerca de|around|about) (?:{_CLOCK}|{_AMOUNT} ?{_UNIT}(?: e meia)?)(?: de duracao)?\b(?! atras)"
)
ABOUT_BELOW_S, ABOUT_ABOVE_S = 15 * 60, 10 * 60
"""What "de 1h30" means: a quarter of an hour less, or ten minutes more."""
_OLD = re.compile(r"\b(?:bem |mais )?(?:antig[oa]s?|classic[oa]s?|das antigas|old|older|classics?)\b")
_RECENT = re.compile(r"\b(?:mais |bem )?(?:recentes?|lancamentos?|atuais|recent|newer)\b")
OLD_UNTIL, RECENT_FROM = 1989, 2015
"""What "antigo" and "recente" mean in years: inclusive bounds, chosen, not measured."""
_NUMBERS = {"um": 1, "uma": 1, "one": 1, "dois": 2, "duas": 2, "two": 2, "tres": 3, "three": 3, "meia": 0.5,
            "half a": 0.5, "half an": 0.5}  # fmt: skip


def years(typed: Typed, plot: int) -> tuple[int | None, int | None]:
    def decade(match: re.Match[str]) -> tuple[int | None, int | None]:
        inner = _DECADE.search(match[0])
        start = decade_start(inner[1]) if inner else 0
        return start, start + 9

    def between(match: re.Match[str]) -> tuple[int | None, int | None]:
        low, high = sorted((int(match[1]), int(match[2])))
        return low, high

    readings: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int | None, int | None]]], ...] = (
        (_BETWEEN, between),
        (_DECADE_CUE, decade),
        (_DECADE_SPOKEN, lambda match: (_DECADE_NAMES[match[1]], _DECADE_NAMES[match[1]] + 9)),
        (_AFTER, lambda match: (int(match[1]), None)),
        (_BEFORE, lambda match: (None, int(match[1]) - 1)),
        (_UNTIL, lambda match: (None, int(match[1]))),
        (_OLD, lambda match: (None, OLD_UNTIL)),
        (_RECENT, lambda match: (RECENT_FROM, None)),
        (_YEAR, lambda match: (int(match[1]), int(match[1]))),
    )
    for pattern, bounds in readings:
        until = None if pattern is _DECADE_CUE else plot  # "... dos anos 80" ends many a plot
        if match := typed.take(pattern, "year", lambda match: _bounds(*bounds(match)), until):  # noqa: B023
            return bounds(match)
    return None, None


def years_left_out(typed: Typed) -> tuple[tuple[int, int], ...]:
    """Return the spans of years that are not wanted."""

    def decade(match: re.Match[str]) -> str:
        start = decade_start(match[1])
        return f"{start}-{'' if match[2] else start + 9}"

    readings: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
        (_NOT_DECADE, decade),
        (_NOT_OLD, lambda _: f"-{OLD_UNTIL}"),
        (_NOT_RECENT, lambda _: f"{RECENT_FROM}-"),
    )
    spans = []
    for pattern, bounds in readings:
        if match := typed.take(pattern, "year", bounds, negated=True):
            low, _, high = bounds(match).partition("-")
            spans.append((int(low or 0), int(high or 9999)))
    return tuple(spans)


def _bounds(low: int | None, high: int | None) -> str:
    return f"{'' if low is None else low}-{'' if high is None else high}"


def decade_start(digits: str) -> int:
    number = int(digits)
    if number >= 1000:
        return number
    return 1900 + number if number >= 30 else 2000 + number


def durations(typed: Typed, plot: int) -> tuple[int | None, int | None, bool]:
    """Return `(shortest, longest, whether only a vague word said so)`, in seconds."""
    shortest: int | None = None
    longest: int | None = None
    if match := _SHORT_FEATURE.search(typed.rest):
        longest = None if match[1].startswith("serie") else SHORT_FEATURE_S
        typed.take_span(match.end(1), match.end(), "duration", f"-{longest}" if longest else None)
    if longest is None and typed.take(_QUICK, "duration", lambda _: f"-{QUICK_S}", plot):
        longest = QUICK_S
    vague = longest is not None
    if match := typed.take(_SHORTER, "duration", lambda match: f"-{_seconds(match)}"):
        longest, vague = _seconds(match), False
    if longest is None and typed.take(_NOT_LONG, "duration", lambda _: f"-{NOT_LONG_S}"):
        longest, vague = NOT_LONG_S, False
    if match := typed.take(_LONGER, "duration", lambda match: f"{_seconds(match)}-"):
        shortest = _seconds(match)
    if (
        shortest is None
        and (longest is None or vague)
        and (match := typed.take(_ABOUT, "duration", _about, plot))
    ):
        return max(0, _seconds(match) - ABOUT_BELOW_S), _seconds(match) + ABOUT_ABOVE_S, False
    return shortest, longest, vague


def _about(match: re.Match[str]) -> str:
    return f"{max(0, _seconds(match) - ABOUT_BELOW_S)}-{_seconds(match) + ABOUT_ABOVE_S}"


def _seconds(match: re.Match[str]) -> int:
    if match[1] is not None:
        return 3600 * int(match[1]) + 60 * int(match[2])
    amount = _NUMBERS.get(match[3]) or float(match[3])
    hours = match[4].startswith("h")
    if match[0].endswith("e meia"):
        amount += 0.5
    return int(amount * (3600 if hours else 60))
