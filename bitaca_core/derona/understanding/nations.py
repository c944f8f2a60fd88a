"""Countries and languages that a message names: where a film is from, what is heard, what is read.

`data/nations.tsv` has the words. Which of these a word says where it stands ("japonês legendado", "legenda em japonês",
"em japonês") is weighed by a linear model like an intent (`training`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from bitaca_core.derona.understanding.evidence import Evidence, Features

READ = re.compile(
    r"(?:legendas?|legendad[oa]s?|legendinha|subtitles?|subtitled|subs?|subbed|captions?|cc|ler|lendo|reading)"
)
HEARD = re.compile(
    r"(?:audio|audios|dublad[oa]s?|dublagem|dubbed|dub|dubs|falad[oa]s?|voz|vozes|idioma|lingua|som|ouvir|ouvindo|escutar|spoken|speaking|voices?|voiced|fala|falem|falando|falado|language|faixa|track)"
)
DUBBED = re.compile(r"(?:dublad[oa]s?|dublagem|dubbed|dub)")
SUBTITLED = re.compile(r"(?:legendad[oa]s?|legendas?|subtitles?|subtitled|subs?|captions?|captioned)")
"""Without a language they may mean that of the viewer; the model says when they do."""
AROUND = 4
"""Words to each side of a mention that are looked at."""
SENSES = ("country", "not_country", "heard", "read", "none")


@dataclass(frozen=True, slots=True)
class Mention:
    """A country's or language's word in words `start` to `end`. `language` of `dublado` and `legendado` is Portuguese."""

    start: int
    end: int
    word: str
    country: str = ""
    language: str = ""
    track: str = ""


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    countries: dict[str, str] = {}
    languages: dict[str, str] = {}
    text = (resources.files("bitaca_core.derona") / "data" / "nations.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        country, language, of_country, of_language = line.split("\t")
        countries.update({word.replace("-", " "): country for word in of_country.split()})
        languages.update({word.replace("-", " "): language for word in of_language.split()})
    return countries, languages


def mentions(words: Sequence[str]) -> list[Mention]:
    """Return the countries and languages named in `words`, longest names first, in order of place."""
    countries, languages = _tables()
    found: list[Mention] = []
    at = 0
    while at < len(words):
        for size in (3, 2, 1):
            word = " ".join(words[at : at + size])
            if word in countries or word in languages:
                found.append(Mention(at, at + size, word, countries.get(word, ""), languages.get(word, "")))
                break
        else:
            size = 1
            if DUBBED.fullmatch(words[at]):
                found.append(Mention(at, at + 1, words[at], language="pt", track="dubbed"))
            elif SUBTITLED.fullmatch(words[at]):
                found.append(Mention(at, at + 1, words[at], language="pt", track="subtitled"))
        at += size
    return found


def mention_features(
    evidence: Evidence, mention: Mention, others: Sequence[Mention], intent: str
) -> Features:
    """Return what tells in which sense a mention is meant."""
    words = evidence.words
    kind = mention.track or (
        "both" if mention.country and mention.language else "country" if mention.country else "language"
    )
    named = {
        f"{kind}",
        f"{kind}@{evidence.scene}",
        f"{kind}:{evidence.lang}",
        f"{kind}={mention.word}",
        f"{kind}?{evidence.asks}",
        f"{kind}#{intent}",
    }
    for step in range(1, AROUND + 1):
        for side, at in (("<", mention.start - step), (">", mention.end + step - 1)):
            if 0 <= at < len(words):
                word = words[at]
                shape = (
                    "READ"
                    if READ.fullmatch(word)
                    else "HEARD"
                    if HEARD.fullmatch(word)
                    else "NOT"
                    if evidence.negates(at)
                    else word
                )
                named |= {f"{kind}{side}{shape}", f"{kind}{side}{step}{shape}"}
                parts = (
                    evidence.stops[at + 1 : mention.start + 1]
                    if side == "<"
                    else evidence.stops[mention.end : at + 1]
                )
                if any(parts):
                    named |= {f"{kind}{side}|{shape}"}
                elif step <= 2:
                    named |= {f"{kind}{side}{step}={shape}#{intent}"}
    before = " ".join(words[max(0, mention.start - 2) : mention.start])
    named |= {
        f"{kind}<<{before}",
        f"{kind}<1{words[mention.start - 1] if mention.start else ''}>1{words[mention.end] if mention.end < len(words) else ''}",
    }
    nearest = _nearest(words, mention)
    named |= {
        f"{kind}near{nearest}#{intent}",
        f"{kind}near{nearest}",
        f"{kind}others{min(2, len(others) - 1)}",
        f"{kind}near{nearest}others{min(2, len(others) - 1)}",
    }
    reads, hears = any(READ.fullmatch(word) for word in words), any(HEARD.fullmatch(word) for word in words)
    named |= {
        f"{kind}reads{reads}hears{hears}",
        f"{kind}named{sum(1 for one in others if not one.track) > 0}",
    }
    named |= {f"{kind}!{cue.label}" for cue in evidence.intents}
    named |= {
        f"{kind}&{other.track or 'named'}{'<' if other.start < mention.start else '>'}"
        for other in others
        if other is not mention
    }
    return {"s": dict.fromkeys(named, 1.0)}


def _nearest(words: Sequence[str], mention: Mention) -> str:
    """Return whether hearing or reading is spoken of nearest by, in front (`<`) or behind."""
    best, said = 99, ""
    for at, word in enumerate(words):
        if mention.start <= at < mention.end:
            continue
        shape = "READ" if READ.fullmatch(word) else "HEARD" if HEARD.fullmatch(word) else ""
        away = mention.start - at if at < mention.start else at - mention.end + 1
        if shape and away < best:
            best, said = away, f"{shape}{'<' if at < mention.start else '>'}{min(away, 4)}"
    return said
