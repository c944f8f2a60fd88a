"""What a crowd says: thousands of different messages, by a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from bitaca_core.catalogue.titles import Title

UTTERANCES = Path(__file__).resolve().parents[2] / "derona" / "dev" / "utterances.jsonl"
LEFT_OUT = frozenset(("abuse", "crisis"))
"""Whoever is cooled down costs nothing: these would make the load lighter."""
HAND_WRITTEN_SHARE = 0.5

OPENINGS = ("Mostre", "Quero", "Me indica", "Tem", "Procuro", "Queria ver", "Bora de", "Sugere", "Acha pra mim",
            "to afim de", "manda", "Show me", "I want", "Got any")  # fmt: skip
GENRES = ("animes de ação", "comédia", "documentário brasileiro", "ficção científica", "terror", "drama", "animação",
          "aventura", "romance", "fantasia", "um curta", "um suspense", "uma série", "musical", "sci-fi", "comedy")  # fmt: skip
DETAILS = ("com gatos", "para ver com criança", "sobre o mar", "bem curtinho", "sem violência", "de antes de 1990",
           "dos anos 2000", "com menos de 90 minutos", "sobre amizade", "que se passa no sertão", "japonês",
           "com robôs", "sobre família", "para uma noite de chuva", "que não seja triste", "about friendship")  # fmt: skip
ENDINGS = ("", "por favor", "hoje", "agora", "rapidinho", "pra rir", "pra pensar", "com a minha mãe", "de madrugada", "pls")  # fmt: skip
NAMED = ("algo parecido com {title}", "me fala de {title}", "quem fez {title}?", "tem {title} aí?", "quero ver {title}",
         "{title} é bom?", "something like {title}", "por que {title}?", "tipo {title} mas mais leve",
         "filmes de {person}", "o que tem de {person}?", "{person} fez o que mais?")  # fmt: skip


class Texts:
    """Draws messages.

    Parameters
    ----------
    titles : sequence of Title
        Whose names and people are spoken of.
    utterances : sequence of str
        Hand-written ones.
    seed : int
    """

    def __init__(self, titles: Sequence[Title], utterances: Sequence[str], seed: int) -> None:
        self._draw = random.Random(seed)
        self._utterances = list(utterances)
        self._names = [name for one in titles for name in (one.name("pt"), one.name("en"))]
        self._people = sorted({name for one in titles for name in (*one.directors, *one.cast)})

    def one(self) -> str:
        """Return the next message."""
        draw = self._draw
        if draw.random() < HAND_WRITTEN_SHARE and self._utterances:
            return draw.choice(self._utterances)
        if draw.random() < 0.3 and self._names and self._people:
            return draw.choice(NAMED).format(title=draw.choice(self._names), person=draw.choice(self._people))
        return " ".join(filter(None, (draw.choice(part) for part in (OPENINGS, GENRES, DETAILS, ENDINGS))))


def utterances() -> list[str]:
    """Return the hand-written messages for development, without those that are answered by a cool-down."""
    rows = [json.loads(line) for line in UTTERANCES.read_text("utf-8").splitlines()]
    return [row["text"] for row in rows if row["intent"] not in LEFT_OUT]
