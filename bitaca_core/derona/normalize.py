"""From what a viewer typed to a `Message`: bounded, one spelling, its language, its numbers readable.

Steps: bound and clean (control characters, markup, invisible letters), join letters that stand alone, shorten elongations (`muuuito`),
decide the language, write slang out in Portuguese (`vc`, `tb`, `pra`), mend small typos against the known
words. Nothing here knows what the words mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.lexicon import RULE_WORDS, lexicon
from bitaca_core.search.gloss import is_known

MAX_CHARS = 2_000
"""Longer messages are refused politely: nobody wishes for a film in two thousand characters."""
MAX_WORDS = 60
"""Words that are read; bounds every later step whatever the catalogue's size."""
MAX_WORD_CHARS = 40
UNMARKED_MAX = 4_096
"""Characters whose mark is remembered; whoever types all of Unicode fills no memory."""

_TAG = re.compile(r"<[^<>]{0,200}>")
_BRACKETS = re.compile(r"[<>]")
_ELONGATED = re.compile(r"([^\W\d_])\1{2,}")
_SPELLED_OUT = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_]){3,}(?!\w)")
"""A word letter by letter (`T O T O R O`); two spaces part such words."""
_ALONE = frozenset("aeoéà")
"""Letters that are words by themselves: where they are most, nothing is spelled out ("o K e o G")."""
_LAUGH = re.compile(
    r"^(?:(?:k{2,})|(?:rs){1,}|(?:ha){2,}h?|(?:he){2,}h?|(?:hue){1,}(?:br)?|lol|lmao|(?:ua){2,})$"
)
_PLAIN_DROP = re.compile(r"[^\w\s:.,%+'?!/-]")
_SPACES = re.compile(r"\s+")
_OPENS, _CLOSES, _INNER = frozenset('([{"“—–-/|+&'), frozenset(',;:.!?)]}"”…—–-/|&'), frozenset(",;/|&")
"""What parts words when a typed word begins with it, ends with it, or has it inside."""


@dataclass(frozen=True, slots=True)
class Message:
    """One utterance, read.

    Attributes
    ----------
    raw : str
        As typed, cleaned of control characters and bounded; for quoting nothing, only for tests and logs.
    plain : str
        Lower case without accents, punctuation kept (`3:20`, `1.5x`, `720p`).
    words : tuple of str
        Folded, slang written out, typos mended.
    language : str
        `pt` or `en`.
    too_long : bool
        More than `MAX_CHARS` characters were typed.
    laugh : bool
        Nothing but laughter.
    marks : frozenset of str
        `?` and `!` where typed, and `emoji` when there was nothing else.
    spoken : tuple of str
        Folded, slang written out, no typo mended: numbers and names are read from these.
    stops : frozenset of int
        Places in `words` in front of which something was typed that parts (a comma, a full stop, a bracket).
    """

    raw: str
    plain: str
    words: tuple[str, ...]
    typed: tuple[str, ...]
    language: str
    too_long: bool = False
    laugh: bool = False
    marks: frozenset[str] = frozenset()
    spoken: tuple[str, ...] = ()
    stops: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(self.words)


def read(text: str, language: str = "pt", names: Collection[str] = frozenset()) -> Message:
    """Return what `text` says; `language` is the one assumed when the words do not tell.

    `names` are folded words of catalogue titles and people, which are never mended into something else.
    """
    too_long = len(text) > MAX_CHARS
    bounded = text[:MAX_CHARS]
    raw = clean(bounded)
    joined = _SPELLED_OUT.sub(_together, bounded)
    shown = _ELONGATED.sub(r"\1", raw if joined == bounded else clean(joined))
    folded = (word for word in fold(shown.replace("%", " por cento ")).split() if _says(word))
    typed = tuple(word[:MAX_WORD_CHARS] for word in islice(folded, MAX_WORDS))
    tongue = language_of(typed, language)
    spoken, stops = _write_out(typed, tongue, _stops(shown))
    words = tuple(mend(word, names) for word in spoken)
    plain = _SPACES.sub(" ", _PLAIN_DROP.sub(" ", _unaccented(shown))).strip()[: MAX_WORDS * 12]
    marks = {mark for mark in "?!" if mark in raw}
    if raw and not typed:
        marks.add("emoji")
    original = fold(raw).split()
    laugh = bool(original) and all(_LAUGH.match(word[:MAX_WORD_CHARS]) for word in original[:MAX_WORDS])
    return Message(raw, plain, words, typed, tongue, too_long, laugh, frozenset(marks), spoken, stops)


def _together(letters: re.Match[str]) -> str:
    said = letters[0].split(" ")
    words = sum(letter.lower() in _ALONE for letter in said)
    return letters[0] if 2 * words > len(said) else "".join(said)


def _says(word: str) -> bool:
    """Return whether there is a letter or digit in what stood between spaces: an emoji may leave a mark of its own."""
    return word.isascii() or any(char.isalnum() for char in word)


def clean(text: str) -> str:
    """Return `text` without markup, control, format or unpaired surrogate characters."""
    composed = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode("utf-8"))
    kept = (
        composed
        if composed.isprintable()
        else "".join(
            " " if char in "\t\r\n\u2028\u2029" else char
            for char in composed
            if char in "\t\r\n\u2028\u2029\u200d" or not unicodedata.category(char).startswith("C")
        )
    )
    outside = _TAG.sub(" ", kept)
    if not outside.strip():  # nothing but what looks like a tag: somebody's way to write a word
        outside = _BRACKETS.sub(" ", kept)
    return _SPACES.sub(" ", outside).strip()


class _Unmarked(dict[int, "str | None"]):
    """What becomes of a character when marks go, found out once each."""

    def __missing__(self, code: int) -> str | None:
        kept = None if unicodedata.combining(chr(code)) else chr(code)
        if len(self) < UNMARKED_MAX:
            self[code] = kept
        return kept


_UNMARKED = _Unmarked()


def _unaccented(text: str) -> str:
    return unicodedata.normalize("NFD", text.casefold()).translate(_UNMARKED)


def language_of(words: tuple[str, ...], default: str) -> str:
    """Return `pt` or `en` by counting words that only one of the two uses."""
    known = lexicon()
    english = sum(word in known.english and word not in known.portuguese for word in words)
    portuguese = sum(
        (word in known.portuguese or word in known.slang) and word not in known.english for word in words
    )
    if english == portuguese:
        return default if default in ("pt", "en") else "pt"
    return "en" if english > portuguese else "pt"


def _stops(shown: str) -> set[int]:
    """Return the places in the folded words in front of which something parts: `terror, mas leve` parts at 1."""
    found: set[int] = set()
    at = 0
    for token in shown.replace("%", " por cento ").split():
        if token.isalnum():
            at += 1
            continue
        size = len(fold(token).split())
        if token[0] in _OPENS:
            found.add(at)
        if size > 1 and not _INNER.isdisjoint(token):
            found.update(range(at + 1, at + size))
        at += size
        if token[-1] in _CLOSES:
            found.add(at)
    return found


def _write_out(
    typed: tuple[str, ...], language: str, stops: Collection[int]
) -> tuple[tuple[str, ...], frozenset[int]]:
    """Return the words with slang written out, and where among them something parts."""
    known = lexicon()
    spoken: list[str] = []
    kept: list[int] = []
    for at, word in enumerate(typed):
        if at in stops:
            kept.append(len(spoken))
        if word in known.slang and (language == "pt" or word in known.safe_slang):
            spoken.extend(known.slang[word].split())
        elif language == "en" and word in known.contractions:
            spoken.extend(known.contractions[word].split())
        else:
            spoken.append(word)
    return tuple(spoken[:MAX_WORDS]), frozenset(kept)


def mend(word: str, names: Collection[str]) -> str:
    """Return the known word that `word` most likely is, or `word` itself.

    Only words of four letters or more with the same first letter: one edit, two from eight letters on.
    """
    if len(word) < 4 or len(word) > 20 or not word.isalpha() or not word.isascii() or word in names:
        return word
    return _mended(word)


@lru_cache(maxsize=8192)
def _mended(word: str) -> str:
    known = lexicon()
    table = _by_initial().get(word[0], ())
    if word in known.typo_safe or word in table or word in _in_use() or (len(word) > 5 and is_known(word)):
        return word
    limit = 2 if len(word) >= 8 else 1
    found = process.extractOne(word, table, scorer=OSA.distance, score_cutoff=limit)
    if found is None or _inflected(word, str(found[0])):
        return word
    return str(found[0])


@lru_cache(maxsize=1)
def _in_use() -> frozenset[str]:
    """Words that people use in talk with Derona (written by `understanding.training`): none of them is a slip."""
    text = (resources.files("bitaca_core.derona") / "data" / "words.txt").read_text("utf-8")
    return frozenset(text.split())


def in_use(word: str) -> bool:
    """Return whether people use this folded word: in talk with Derona, or at all."""
    known = lexicon()
    return (
        word in _in_use()
        or is_known(word)
        or word in known.portuguese
        or word in known.english
        or word.isdigit()
    )


def _inflected(word: str, known: str) -> bool:
    """Return whether two words differ only in their ending: another form of a word, not a slip."""
    stem = min(len(word), len(known)) - 1
    return len(word) >= len(known) and word[:stem] == known[:stem]


@lru_cache(maxsize=1)
def _by_initial() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for word in sorted({*lexicon().spelling, *RULE_WORDS}):
        table.setdefault(word[0], []).append(word)
    return {initial: tuple(words) for initial, words in table.items()}
