"""Portuguese to English, word by word, so that an English embedding model understands a Portuguese question.

Not a translation: phrases first, then words, then stems, from the hand-written `data/gloss.json`; a word that
is not there stays as it is (names, English). Little words that carry no meaning are left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import vocabulary
from bitaca_core.search.stem import stem

PHRASE_MAX_WORDS = 4
_EMPTY = frozenset(
    ("a", "o", "os", "as", "no", "do", "quer", "nao", "um", "uma", "uns", "umas", "de", "da", "das", "dos", "em", "na", "nos", "nas", "e", "ou", "com", "por",
     "para", "pra", "pro", "que", "se", "sua", "seu", "suas", "seus", "ao", "aos", "foi", "ele", "ela", "eles", "elas", "lhe",
     "ja", "mais", "como", "mas", "quando", "num", "numa", "ate", "entre", "esta", "isso", "sao", "ser", "tem", "ha", "pelo",
     "pela", "sobre", "essa", "esse", "cada", "sem que", "onde", "muito", "tudo", "todos")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Lexicon:
    exact: dict[str, str]
    stems: dict[str, str]


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    text = (resources.files("bitaca_core.search") / "data" / "gloss.json").read_text("utf-8")
    exact = {fold(pt): en for pt, en in json.loads(text).items()}
    words = vocabulary()
    for names in (*words.genre_names.values(), *words.country_names.values()):
        exact.setdefault(fold(names[0]), names[1].lower())
    for theme, english in words.theme_names.items():
        exact.setdefault(fold(theme), english)
    stems: dict[str, str] = {}
    for portuguese, english in exact.items():
        if " " not in portuguese and len(portuguese) > 3:
            stems.setdefault(stem(portuguese), english)
    return _Lexicon(exact, stems)


def gloss(text: str) -> str:
    """Return `text` with every known Portuguese phrase and word replaced by English, lower-case."""
    lexicon = _lexicon()
    words = fold(text).split()
    out: list[str] = []
    position = 0
    while position < len(words):
        for length in range(min(PHRASE_MAX_WORDS, len(words) - position), 1, -1):
            phrase = " ".join(words[position : position + length])
            if phrase in lexicon.exact:
                out.append(lexicon.exact[phrase])
                position += length
                break
        else:
            word = words[position]
            position += 1
            if word not in _EMPTY:
                out.append(
                    lexicon.exact.get(word)
                    or (lexicon.stems.get(stem(word)) if len(word) > 3 else None)
                    or word
                )
    return " ".join(out)
