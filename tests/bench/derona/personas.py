"""Viewers that are made up for a simulation: a need drawn from the catalogue's own fields, in words that people wrote.

A need is what one title of the catalogue meets, so that it can be met; the title is then forgotten. The words are rows of
the development sets (`tests/derona/dev`) whose annotated slots the need implies, and that name no title but, for
likeness, another one.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.search.documents import names_of
from tests.bench.derona import terms
from tests.bench.derona.checking import HARD, Pair, alternatives, breaks

KINDS = {
    "genres": "genre", "moods": "mood", "countries": "country", "year_from": "decade", "year_to": "decade",
    "duration_max": "length", "duration_min": "length", "age_max": "age", "company": "company", "people": "person",
    "titles": "likeness", "not_genres": "without", "not_moods": "without", "not_countries": "without",
}  # fmt: skip
"""Kinds of need by the guide's slots."""
USABLE = HARD | {"moods", "titles"}
FOLLOW_UPS_MAX = 3
PATIENCE = (3, 4, 5, 6)
NAME_CHARS_MIN = 4
"""Shorter names ("Up", "M") are words of any sentence."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A message that somebody wrote, with what it says."""

    text: str
    lang: str
    pairs: frozenset[Pair]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of need that it speaks of."""
        return frozenset(KINDS[name] for name, _ in self.pairs)


@dataclass(frozen=True, slots=True)
class Persona:
    """One viewer: the opening, what may follow, the words for "another one", and after how many turns they leave."""

    opening: Saying
    follow_ups: tuple[Saying, ...]
    others: tuple[str, ...]
    patience: int

    @property
    def need(self) -> frozenset[Pair]:
        """Everything that is wanted, said or not yet said."""
        return self.opening.pairs.union(*(one.pairs for one in self.follow_ups))

    @property
    def lang(self) -> str:
        """`pt` or `en`."""
        return self.opening.lang

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the need."""
        return tuple(sorted({KINDS[name] for name, _ in self.need}))


@dataclass
class Wording:
    """The messages that may be said, and which of them a title meets."""

    catalogue: Catalogue
    openings: Sequence[Saying]
    follow_ups: Sequence[Saying]
    others: dict[str, tuple[str, ...]]
    _met: dict[str, tuple[list[Saying], list[Saying]]] = field(default_factory=dict)

    @cached_property
    def titles(self) -> tuple[Title, ...]:
        """The titles that needs are drawn from."""
        return tuple(self.catalogue)

    def met(self, title: Title) -> tuple[list[Saying], list[Saying]]:
        """Return the openings and the follow-ups that a title meets and that do not name it."""
        found = self._met.get(title.title_id)
        if found is None:
            own = [f" {fold(name)} " for name in names_of(title) if len(fold(name)) >= NAME_CHARS_MIN]
            holds: dict[Pair, bool] = {}

            def fits(one: Saying) -> bool:
                for pair in one.pairs:
                    if pair not in holds:
                        holds[pair] = not breaks(title, pair, self.catalogue)
                text = f" {fold(one.text)} "
                return all(holds[pair] for pair in one.pairs) and not any(name in text for name in own)

            found = [one for one in self.openings if fits(one)], [one for one in self.follow_ups if fits(one)]
            self._met[title.title_id] = found
        return found


def wording(catalogue: Catalogue, files: Iterable[Path]) -> Wording:
    """Return the usable messages of annotated files."""
    openings, follow_ups = [], []
    others: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            slots, last = row.get("slots", {}), (row.get("context") or {}).get("last")
            lang = "en" if row["lang"] == "en" else "pt"
            if row["intent"] == "another" and not slots and last == "results":
                others[lang].append(row["text"])
            if not slots or slots.keys() - USABLE or row.get("extra") or not _is_single(row["intent"], slots):
                continue
            saying = Saying(row["text"], lang, alternatives(terms.pairs_of(slots), row["text"]))
            if row["intent"] in ("search", "similar") and last is None:
                openings.append(saying)
            elif row["intent"] == "refine" and last == "results":
                follow_ups.append(saying)
    return Wording(catalogue, openings, follow_ups, {lang: tuple(texts) for lang, texts in others.items()})


def _is_single(intent: str, slots: dict[str, list[str]]) -> bool:
    """Return whether a title is named only as a model, and countries are no alternatives."""
    titles = len(slots.get("titles", ()))
    return titles == (1 if intent == "similar" else 0) and len(slots.get("countries", ())) < 2


def persona(words: Wording, seed: int, number: int) -> Persona:
    """Return one viewer, the same for a seed and a number: kinds of need are drawn evenly, then words."""
    dice = random.Random(f"{seed}:{number}")
    while True:
        openings, follow_ups = words.met(dice.choice(words.titles))
        if openings:
            break
    opening = _drawn(dice, openings)
    chosen: list[Saying] = []
    for _ in range(dice.randint(0, FOLLOW_UPS_MAX)):
        said = opening.kinds.union(*(one.kinds for one in chosen))
        left = [one for one in follow_ups if one.lang == opening.lang and not one.kinds & said]
        if not left:
            break
        chosen.append(_drawn(dice, left))
    others = words.others.get(opening.lang, ())
    some = tuple(dice.sample(others, min(len(others), max(PATIENCE))))
    return Persona(opening, tuple(chosen), some, dice.choice(PATIENCE))


def _drawn(dice: random.Random, sayings: Sequence[Saying]) -> Saying:
    by_kind: dict[tuple[str, ...], list[Saying]] = defaultdict(list)
    for one in sayings:
        by_kind[tuple(sorted(one.kinds))].append(one)
    return dice.choice(by_kind[dice.choice(sorted(by_kind))])
