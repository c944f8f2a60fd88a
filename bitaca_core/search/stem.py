"""A light Portuguese stemmer: one suffix off, for matching words across number, gender and the commonest
endings. English words pass nearly unharmed (`dreams` and `dream` agree)."""

from __future__ import annotations

from functools import lru_cache

SUFFIXES = (
    "amentos", "imentos", "amento", "imento", "idades", "idade", "mente", "adores", "adoras", "ador", "adora",
    "acoes", "acao", "icoes", "icao", "oes", "aes", "istas", "ista", "osos", "osas", "oso", "osa", "zinhos", "zinhas",
    "zinho", "zinha", "inhos", "inhas", "inho", "inha", "ando", "endo", "indo", "aram", "eram", "iram", "ados", "adas",
    "idos", "idas", "ado", "ada", "ido", "ida", "ao", "ar", "er", "ir", "ou", "eis", "ais", "os", "as", "es", "is", "s", "o",
    "a", "e",
)  # fmt: skip
STEM_MIN = 3


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem of a folded word; at least three letters stay."""
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= STEM_MIN:
            return word[: -len(suffix)]
    return word
