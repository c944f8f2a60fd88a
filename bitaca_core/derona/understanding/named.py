"""Titles that a message may name, and whether it does: exact names, ordinary words that are names, parts of names.

Candidates are generous; a linear model (`training`) weighs each by what stands around it, how much of the name it is,
and whether it was written as a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona.lexicon import lexicon
from bitaca_core.derona.names import Names, Span, distinctive, names_of
from bitaca_core.derona.normalize import Message, in_use
from bitaca_core.derona.understanding.evidence import Features
from bitaca_core.derona.understanding.linear import committed

PART_WORDS_MAX = 5
STRANGE_MAX = 12
"""Words spelt as nobody spells them that are compared with every name; who types more of them names no title."""
OWNERS_MAX = 3
"""A part that more titles share names none of them."""
NEAR = 80.0
"""Similarity (0-100) from which misspelt words are a candidate."""
SURE, SURE_LETTERS = 0.85, 9
_BEFORE_NAMES = frozenset(
    ("com", "tipo", "como", "like", "ao", "toca", "poe", "bota", "play", "watch", "assistir", "estilo")
)
LABELS = ("named", "not")
_LIGHT = frozenset(
    (
        "o",
        "a",
        "os",
        "as",
        "um",
        "uma",
        "de",
        "do",
        "da",
        "dos",
        "das",
        "e",
        "no",
        "na",
        "em",
        "the",
        "of",
        "and",
        "an",
        "in",
        "to",
        "que",
        "com",
        "is",
        "for",
        "on",
    )
)
LATEST = 9999
_OLDER = frozenset(
    ("antigo", "antiga", "velho", "velha", "mudo", "muda", "silent", "old", "older", "original")
)
"""Words that tell the oldest of the titles of one name."""
_YEAR = re.compile(r"\b(?:de |da |do |from |of |, )?((?:18|19|20)\d\d)\b|\bde (\d\d)\b")
_SEQUEL = {
    "2": 2,
    "dois": 2,
    "ii": 2,
    "two": 2,
    "3": 3,
    "iii": 3,
    "tres": 3,
    "three": 3,
    "1": 1,
    "um": 1,
    "one": 1,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words `start` to `end` of a message that may name a title.

    `kind`: `exact`, `word` (an ordinary word that is a name), `part`, `near` (misspelt). `share` is how much of the name
    was said (0 to 1), `owners` how many titles these words fit.
    """

    title_id: str
    start: int
    end: int
    kind: str
    share: float
    owners: int = 1


class Parts:
    """Parts of the catalogue's names, and who owns them. Immutable once built."""

    def __init__(self, titles: Iterable[Title]) -> None:
        self._owners: dict[str, dict[str, float]] = {}
        self._years: dict[str, int | None] = {}
        self._makers: dict[str, frozenset[str]] = {}
        self._same: dict[str, list[str]] = {}
        self._sequels: dict[tuple[str, int], str] = {}
        for title in titles:
            self._years[title.title_id] = title.year
            self._makers[title.title_id] = frozenset(
                fold(one).split()[-1] for one in title.directors if fold(one)
            )
            for name in dict.fromkeys(names_of(title)):
                self._same.setdefault(name, []).append(title.title_id)
                words = name.split()
                for size in range(1, min(PART_WORDS_MAX, len(words) - 1) + 1):
                    for at in range(len(words) - size + 1):
                        part = words[at : at + size]
                        if (
                            all(word in _LIGHT or word.isdigit() for word in part)
                            or part[-1] in _LIGHT
                            or (part[0] in _LIGHT and size == 1)
                        ):
                            continue
                        owners = self._owners.setdefault(" ".join(part), {})
                        if len(owners) <= OWNERS_MAX:
                            owners[title.title_id] = max(owners.get(title.title_id, 0.0), size / len(words))
                for at, word in enumerate(words[1:], 1):
                    if (number := _SEQUEL.get(word)) and number > 1 and words[0] not in _LIGHT:
                        self._sequels.setdefault((words[0], number), title.title_id)
                        self._sequels.setdefault((words[at - 1], number), title.title_id)

    def owners(self, part: str) -> dict[str, float]:
        """Return the titles that these words are a part of, with the share of the name; none when too many."""
        found = self._owners.get(part, {})
        return found if len(found) <= OWNERS_MAX else {}

    def sequel(self, word: str, number: str) -> str | None:
        """Return the title of `tropa 2`."""
        return self._sequels.get((word, _SEQUEL.get(number, 0)))

    def of_name(self, title_id: str, name: str, text: str) -> str:
        """Return which of the titles of one name was meant: its year, its director or its age is said, else `title_id`."""
        same = self._same.get(name, ())
        if len(same) < 2:
            return title_id
        for match in _YEAR.finditer(text):
            year = match[1] or match[2]
            for other in same:
                made = self._years.get(other)
                if made is not None and (str(made) == year or str(made)[2:] == year):
                    return other
        said = set(fold(text).split())
        for other in same:
            if not said.isdisjoint(self._makers.get(other, ())):
                return other
        if said.isdisjoint(_OLDER):
            return title_id
        return min(same, key=lambda one: (self._years.get(one) or LATEST, one))


def candidates(message: Message, names: Names, parts: Parts) -> list[Candidate]:
    """Return what may be a title's name in `message.words`, none overlapping, in order of place."""
    words = message.words
    found: list[Candidate] = []
    taken = [False] * len(words)

    def take(candidate: Candidate) -> None:
        found.append(candidate)
        taken[candidate.start : candidate.end] = [True] * (candidate.end - candidate.start)

    for span in names.find(words):
        if span.end - span.start == 1 and _within_more(words, span.start, parts):
            continue
        name = " ".join(words[span.start : span.end])
        title_id = parts.of_name(span.title_id, name, message.plain)
        take(Candidate(title_id, span.start, span.end, "word" if span.weak else "exact", 1.0))
    for size in range(PART_WORDS_MAX, 0, -1):
        for start in range(len(words) - size + 1):
            if any(taken[start : start + size]):
                continue
            own = words[start : start + size]
            if size == 1 and (len(own[0]) < 4 or own[0] in _LIGHT):
                continue
            owners = parts.owners(" ".join(own))
            if owners:
                title_id = max(owners, key=lambda one: (owners[one], -int(names.order(one))))
                after = words[start + size] if start + size < len(words) else ""
                sequel = parts.sequel(own[-1], after)
                end = start + size + (1 if sequel else 0)
                take(
                    Candidate(
                        sequel or title_id,
                        start,
                        min(end, len(words)),
                        "part",
                        owners.get(title_id, 0.5),
                        len(owners),
                    )
                )
    if not found:
        near = _near(message, names)
        if near is not None:
            found.append(near)
    return sorted(found, key=lambda one: one.start)


def _within_more(words: Sequence[str], at: int, parts: Parts) -> bool:
    """Return whether a name of one word is here a piece of a longer one: the `psycho` of `mob psycho`."""
    pairs = (words[at - 1 : at + 1] if at else (), words[at : at + 2])
    return any(len(pair) == 2 and _LIGHT.isdisjoint(pair) and parts.owners(" ".join(pair)) for pair in pairs)


def _near(message: Message, names: Names) -> Candidate | None:
    """Return the run of words that is spelt most like a title's name."""
    words = message.spoken if len(message.spoken) == len(message.words) else message.words
    strange = [not in_use(word) and len(word) > 2 for word in words]
    odd = [at for at, is_strange in enumerate(strange) if is_strange]
    for at in odd[STRANGE_MAX:]:
        strange[at] = False
    if not any(strange):
        return None  # every word is spelt as people spell it: none is a slip
    best: tuple[float, Candidate] | None = None
    for size in range(min(PART_WORDS_MAX, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            text = " ".join(words[start : start + size])
            if (
                not any(strange[start : start + size])
                or len(text) < 5
                or (words[start] in _LIGHT and size == 1)
            ):
                continue
            match = process.extractOne(text, names.choices, scorer=fuzz.ratio, score_cutoff=NEAR)
            if match and (best is None or match[1] + size > best[0]):
                title_id = names.exact(str(match[0]))
                if title_id is not None:
                    best = (match[1] + size, Candidate(title_id, start, start + size, "near", match[1] / 100))
    return best[1] if best else None


def candidate_features(
    message: Message, candidate: Candidate, others: Sequence[Candidate], scene: str
) -> Features:
    """Return what tells whether a candidate is meant as a title."""
    words = message.words
    own = words[candidate.start : candidate.end]
    before = words[candidate.start - 1] if candidate.start else "^"
    further = words[candidate.start - 2] if candidate.start > 1 else "^"
    after = words[candidate.end] if candidate.end < len(words) else "$"
    kind = candidate.kind
    rare = sum(distinctive(word) for word in own)
    known = lexicon()
    ordinary = all(
        word in known.portuguese or word in known.english or word in known.filler or len(word) < 3
        for word in own
    )
    whole = len(own) == len(words)
    named = {
        kind, f"{kind}<{before}", f"{kind}>{after}", f"{kind}<<{further} {before}", f"{kind}size{min(len(own), 4)}", f"{kind}rare{min(rare, 3)}",
        f"{kind}share{round(candidate.share * 4)}", f"{kind}owners{candidate.owners}", f"{kind}ordinary{ordinary}", f"{kind}whole{whole}",
        f"{kind}capital{_capital(message.raw, own)}", f"{kind}rare{min(rare, 3)}share{round(candidate.share * 4)}", f"{kind}rare{min(rare, 3)}capital{_capital(message.raw, own)}",
        f"{kind}size{min(len(own), 4)}share{round(candidate.share * 4)}", f"<{before}", f">{after}", f"<<{further} {before}", f"scene{scene}{kind}",
        f"others{min(2, len(others) - 1)}{kind}", f"={' '.join(own)}", f"{kind}long{min(len(' '.join(own)), 20) // 4}", f"{kind}near{round(candidate.share * 20)}",
        f"{kind}letters{min(max((len(word) for word in own), default=0), 12) // 3}rare{min(rare, 3)}", f"asks{'?' in message.marks}{kind}",
        f"words{min(len(words), 12) // 3}{kind}",
    }  # fmt: skip
    named |= {f"~{word}" for word in words[max(0, candidate.start - 4) : candidate.start]}
    return {"s": dict.fromkeys(named, 1.0)}


def _capital(raw: str, own: Sequence[str]) -> str:
    """Return how a candidate was written: capital letters mid-sentence are a name's."""
    typed = raw.split()
    if raw.isupper() or not any(word[:1].isupper() for word in typed):
        return "none"
    for at, word in enumerate(typed):
        if fold(word) == own[0]:
            return ("up" if word[:1].isupper() else "low") + ("first" if at == 0 else "")
    return "unseen"


def meant(message: Message, found: Sequence[Candidate], scene: str) -> tuple[Span, ...]:
    """Return which of the `candidates` name a title, where `scene` stands on the page."""
    if not found:
        return ()
    weighed = committed("named").each([candidate_features(message, one, found, scene) for one in found])
    kept = []
    for one, scores in zip(found, weighed, strict=True):
        if scores[0] > scores[1] or _surely_near(message, one):
            kept.append(Span(one.title_id, one.start, one.end))
    return tuple(kept)


def _surely_near(message: Message, one: Candidate) -> bool:
    """Return whether misspelt words stand where a title must, or are spelt like a long name and nothing else."""
    before = message.words[one.start - 1] if one.start else ""
    after = message.words[one.end] if one.end < len(message.words) else ""
    letters = sum(map(len, message.words[one.start : one.end]))
    return (
        one.kind == "near"
        and not after
        and (before in _BEFORE_NAMES or (one.share >= SURE and letters >= SURE_LETTERS))
    )
