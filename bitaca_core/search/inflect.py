"""Portuguese word forms, written out: what a lexicon's infinitive, noun or adjective looks like in a sentence.

Works on folded words (no accents). Only the forms that people type are made: the rare ones (vós, the
pluperfect) would collide with other words more often than they would help.
"""

from __future__ import annotations

from collections.abc import Iterator

_PARTICIPLES = ("do", "da", "dos", "das")
_ENDINGS = {
    "ar": ("o", "a", "as", "am", "amos", "ei", "ou", "aram", "ava", "avam", "ando", "ara", "arao", "aria",
           "ariam", "asse", "assem", "arem", *(f"a{end}" for end in _PARTICIPLES)),
    "er": ("o", "e", "es", "em", "emos", "i", "eu", "eram", "ia", "iam", "endo", "era", "erao", "eria", "eriam",
           "esse", "essem", "erem", *(f"i{end}" for end in _PARTICIPLES)),
    "ir": ("o", "e", "es", "em", "imos", "i", "iu", "iram", "ia", "iam", "indo", "ira", "irao", "iria", "iriam",
           "isse", "issem", "irem", *(f"i{end}" for end in _PARTICIPLES)),
}  # fmt: skip
_SOFT = {"c": "qu", "g": "gu"}
"""`buscar` is `busquei`, `jogar` is `joguei`: the sound stays, the letter changes."""
VERB_MIN = 4


def verb_forms(infinitive: str) -> Iterator[str]:
    """Yield the forms of a regular folded infinitive (`correr`: corre, correu, correndo, ...), itself not."""
    root, ending = infinitive[:-2], infinitive[-2:]
    if len(infinitive) < VERB_MIN or ending not in _ENDINGS:
        return
    for end in _ENDINGS[ending]:
        if ending == "ar" and end[0] == "e" and root[-1] in _SOFT and end != "erem":
            yield root[:-1] + _SOFT[root[-1]] + end
        else:
            yield root + end
    if ending == "ar" and root.endswith("e"):  # passear: passeia
        yield from (root + "ia", root + "iam", root + "io")
    if ending == "ir" and root[-1] in "au":  # cair: cai; possuir: possui
        yield from (root + "i", root + "em")
    if ending == "ir" and root.endswith("z"):  # seduzir: seduz
        yield root
    if ending in ("er", "ir") and root.endswith("g"):  # proteger: proteja
        yield from (f"{root[:-1]}ja", f"{root[:-1]}jo")


def noun_forms(word: str, gendered: bool) -> Iterator[str]:
    """Yield plurals, the feminine where `gendered`, and diminutives of a folded noun or adjective."""
    ones = [word]
    if gendered:
        if word.endswith("o"):
            ones.append(word[:-1] + "a")
        elif word.endswith(("or", "es")):
            ones.append(word + "a")
    for one in ones:
        if one != word:
            yield one
        yield from _plurals(one)
    if len(word) > 3:
        for one in ones:
            yield from _small(one)


def _plurals(word: str) -> Iterator[str]:
    if word.endswith("ao"):
        yield from (word[:-2] + "oes", word[:-2] + "aes", word + "s")
    elif word.endswith(("r", "z")) or word.endswith("es"):
        yield word + "es"
    elif word.endswith("m"):
        yield word[:-1] + "ns"
    elif word.endswith("il"):
        yield from (word[:-2] + "is", word[:-2] + "eis")
    elif word.endswith("l"):
        yield word[:-1] + "is"
    elif not word.endswith("s"):
        yield word + "s"


def _small(word: str) -> Iterator[str]:
    if word[-1] in "oae" and not word.endswith("ao"):
        end = "a" if word.endswith("a") else "o"
        root = word[:-1]
        root = root[:-1] + _SOFT[root[-1]] if root and root[-1] in _SOFT else root
        made = (f"{root}inh{end}", f"{root}inh{end}s")
    else:
        made = (f"{word}zinho", f"{word}zinha")
    yield from made
