"""Subtitles for tests: made-up films whose every line is told from every other, and the house's own stories."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bitaca_core.derona.packages import Span
from bitaca_core.search.scenes import Line, Scene, SceneIndex, scenes_of

WHO = ("Lia", "Bento", "Zefa", "Caco", "Nina", "Ravi", "Iara", "Tonho")
PLACES = (
    "no trem",
    "na praia",
    "no farol",
    "na laje",
    "no mercado",
    "na ponte",
    "no sertão",
    "no telhado",
    "na estação",
    "no barco",
)
THINGS = (
    "a carta",
    "o bilhete",
    "a concha",
    "o guarda-chuva",
    "a pipa",
    "o rádio",
    "a chave",
    "o mapa",
    "a lanterna",
    "o retrato",
)
DEEDS = (
    "encontrou",
    "perdeu",
    "escondeu",
    "guardou",
    "trouxe",
    "procurou",
    "esqueceu",
    "mostrou",
    "vendeu",
    "consertou",
)


@dataclass
class Library:
    """Packages in memory: subtitles, marks, heights by unit."""

    said: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    marked: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    lengths: Mapping[str, float] = field(default_factory=dict)
    tall: Sequence[int] = (360, 540, 720)

    def __post_init__(self) -> None:
        self._index = SceneIndex(
            scene for unit, lines in self.said.items() for scene in scenes_of(unit, lines)
        )

    def lines(self, unit: str, lang: str) -> Sequence[Line]:
        return self.said.get(unit, ())

    def spans(self, unit: str) -> Sequence[Span]:
        return self.marked.get(unit, ())

    def heights(self, unit: str) -> Sequence[int]:
        return self.tall if unit in self.said else ()

    def duration_s(self, unit: str) -> float | None:
        return self.lengths.get(unit) or (self.said[unit][-1].end_s + 5.0 if self.said.get(unit) else None)

    def scenes(
        self, text: str, lang: str, limit: int, reached_s: Mapping[str, float], within: str | None = None
    ) -> Sequence[Scene]:
        return [scene for scene, _ in self._index.find(text, limit, reached_s, within)]


def made_up(dice: random.Random, count: int, seconds: float) -> list[Line]:
    """Return `count` lines in order over `seconds`; each has a number word of its own, so that none is another's part."""
    starts = sorted(dice.uniform(1.0, seconds - 4.0) for _ in range(count))
    lines = []
    for number, start in enumerate(starts):
        who, place, thing, deed = (dice.choice(words) for words in (WHO, PLACES, THINGS, DEEDS))
        length = dice.uniform(0.8, 3.9)
        lines.append(
            Line(start, start + length, f"{who} {deed} {thing} {place}, volta {number + 1} da roda.")
        )
    return lines


def stories() -> dict[str, list[Line]]:
    """Return the Portuguese lines of the house's own films."""
    from bitaca_core.media.sample import units

    told = [units.load(unit.title_id) for unit in units.UNITS]
    return {
        story.title_id: [Line(line.start_s, line.end_s, line.pt) for line in story.lines]
        for story in told
        if story.lines
    }


def later(lines: Iterable[Line], until_s: float) -> list[str]:
    """Return what is only said after a place."""
    lines = list(lines)
    past = {line.text for line in lines if line.end_s <= until_s}
    return [line.text for line in lines if line.end_s > until_s and line.text not in past]
