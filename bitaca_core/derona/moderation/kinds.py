"""Kinds of words (`data/moderation_words.txt`): what a judgement turns on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from bitaca_core.derona.moderation.folding import squeezed, unaccented

Kinds = tuple[str, ...]
PHRASE_WORDS_MAX = 7
_SLANG = {
    "vc": "voce", "vcs": "voces", "ce": "voce", "oce": "voce", "n": "nao", "naum": "nao", "nn": "nao", "q": "que", "pq": "porque", "tb": "tambem", "tbm": "tambem",
    "to": "estou", "tou": "estou", "ta": "esta", "tao": "estao", "tava": "estava", "pra": "para", "pro": "para", "pros": "para", "pras": "para",
    "mt": "muito", "mto": "muito", "hj": "hoje", "cmg": "comigo", "msm": "mesmo", "oq": "que", "kero": "quero", "qro": "quero", "qer": "quer", "qria": "queria",
    "t": "te", "m": "me", "d": "de", "c": "com", "p": "para", "eh": "e", "nois": "nos", "ngm": "ninguem", "td": "tudo", "blz": "beleza", "pfv": "por_favor",
    "dps": "depois", "agr": "agora", "vdd": "verdade", "pls": "please", "u": "you", "ur": "your", "r": "are", "rn": "now", "wanna": "want", "gonna": "going_to",
    "im": "i_m", "ill": "i_ll", "dont": "don_t", "cant": "can_t", "wont": "won_t", "morre": "morre",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Book:
    """Which words and phrases are of which kind."""

    words: dict[str, Kinds]
    stems: dict[str, Kinds]
    phrases: dict[str, tuple[tuple[tuple[str, ...], Kinds], ...]]  # by first word, longest first


def spell(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words with slang written out; what is written out in two words is two."""
    found: list[str] = []
    for word in words:
        plain = _SLANG.get(word)
        if plain is None:
            found.append(word)
        else:
            found.extend(plain.split("_"))
    return tuple(found)


def kinds_of(word: str) -> Kinds:
    """Return the kinds of one word."""
    return _kinds_of(word)


@lru_cache(maxsize=16384)
def _kinds_of(word: str) -> Kinds:
    known = book()
    found = known.words.get(word)
    if found is None and len(word) > 3:
        found = known.words.get(squeezed(word))
    if found is None and "*" in word and len(word) > 2:
        return _starred(word)
    kinds = list(found or ())
    for end in range(4, len(word) + 1):
        kinds.extend(known.stems.get(word[:end], ()))
    return tuple(dict.fromkeys(kinds))


def _starred(word: str) -> Kinds:
    """Return the kinds of the first bad word that a starred one may be (`p*rra`)."""
    pattern = re.compile(re.escape(word).replace(r"\*", "[a-z]{0,3}") + r"\Z")
    for known, kinds in book().words.items():
        if kinds[0] in _HIDDEN and len(known) >= 3 and pattern.match(known):
            return kinds
    return ("swear",)


_HIDDEN = frozenset(("swear", "vile", "selfkill", "drug", "sex", "kill", "rude"))


def phrases_in(words: tuple[str, ...]) -> list[tuple[int, int, Kinds]]:
    """Return every phrase that the words hold: where it begins, where it ends, its kinds; the longest at each place."""
    known = book().phrases
    found = []
    for at, word in enumerate(words):
        for phrase, kinds in known.get(word, ()):
            if words[at : at + len(phrase)] == phrase:
                found.append((at, at + len(phrase), kinds))
                break
    return found


@lru_cache(maxsize=1)
def book() -> Book:
    """Return all words and phrases; read once."""
    words: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    phrases: dict[tuple[str, ...], list[str]] = {}
    data = resources.files("bitaca_core.derona") / "data"

    def add(entry: str, kind: str) -> None:
        parts = spell(tuple(unaccented(entry).replace("'", "_").replace("-", "_").split("_")))
        if entry.endswith("*"):
            stems.setdefault(entry[:-1], []).append(kind)
        elif len(parts) > 1:
            phrases.setdefault(parts, []).append(kind)
        else:
            words.setdefault(parts[0], []).append(kind)

    for line in (data / "moderation_words.txt").read_text("utf-8").splitlines():
        kind, _, entries = line.partition(":")
        if not line.startswith("#"):
            for entry in entries.split():
                add(entry, kind)
    table: dict[str, list[tuple[tuple[str, ...], Kinds]]] = {}
    for phrase, kinds in phrases.items():
        table.setdefault(phrase[0], []).append((phrase, tuple(dict.fromkeys(kinds))))
    for known in table.values():
        known.sort(key=lambda entry: -len(entry[0]))
    return Book(
        {word: tuple(dict.fromkeys(kinds)) for word, kinds in words.items()},
        {stem: tuple(dict.fromkeys(kinds)) for stem, kinds in stems.items()},
        {first: tuple(known) for first, known in table.items()},
    )
