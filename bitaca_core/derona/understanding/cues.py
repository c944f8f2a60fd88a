"""Cue phrases: what people say for an intent or for a value of a slot, found in a message in one pass.

The lists are `data/cues/*.txt`. A cue only speaks for a label; how much it says is learned (`training`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.lexicon import lexicon
from bitaca_core.errors import InputError

TITLE, FIRST, LAST = "{t}", "^", "$"
"""A title in a message's words, its beginning, its end."""
STEM_MIN = 3
SLOTS_FILE = "spoken.txt"
"""The list of slots; the others are of intents."""
OLD_YEAR = 1979
"""`antigo` without a year."""
GAP_WORDS = 3
"""The most words that `~` stands for."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue found in words `start` to `end` (exclusive)."""

    label: str
    phrase: str
    start: int
    end: int


@dataclass(slots=True)
class _Node:
    next: dict[str, _Node] = field(default_factory=dict)
    ends: list[tuple[str, str]] = field(default_factory=list)


class Cues:
    """A trie over the words of all phrases. Immutable once built.

    Parameters
    ----------
    phrases : iterable of (label, phrase)

    Raises
    ------
    InputError
        A phrase has no words.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._root = _Node()
        for label, phrase in phrases:
            words = words_of(phrase)
            if not any(word not in (FIRST, LAST) for word in words):
                raise InputError(f"a cue of {label} has no words: {phrase!r}", hint="see data/cues")
            node = self._root
            for word in words:
                node = node.next.setdefault(word, _Node())
            node.ends.append((label, phrase))

    def find(self, words: Sequence[str]) -> list[Cue]:
        """Return every cue in `words` (with `FIRST` and `LAST` around them), in order of place."""
        found: list[Cue] = []
        for start in range(len(words)):
            open_: list[tuple[_Node, int]] = [(self._root, start)]
            while open_:
                node, at = open_.pop()
                found.extend(Cue(label, phrase, start, at) for label, phrase in node.ends)
                if at < len(words):
                    open_.extend(_steps(node, words[at], at, len(words)))
        return found


def _steps(node: _Node, word: str, at: int, total: int) -> Iterable[tuple[_Node, int]]:
    if exact := node.next.get(word):
        yield exact, at + 1
    if word in (FIRST, LAST):
        return
    for size in range(STEM_MIN, len(word) + 1):
        if stem := node.next.get(word[:size] + "*"):
            yield stem, at + 1
    if any_ := node.next.get("*"):
        yield any_, at + 1
    if gap := node.next.get("~"):
        for skipped in range(GAP_WORDS + 1):
            yield gap, min(at + skipped, total)


def words_of(phrase: str) -> tuple[str, ...]:
    """Return a phrase's words as a message's are: folded, slang written out, with its marks as words."""
    out: list[str] = []
    for token in phrase.split():
        if token in (TITLE, "~", "*"):
            out.append(token)
            continue
        if token.startswith(FIRST):
            out.append(FIRST)
            token = token[1:]
        last = token.endswith(LAST)
        token = token.rstrip(LAST)
        if token == TITLE:
            out.append(token)
        elif token:
            stem = token.endswith("*")
            words = fold(token.rstrip("*")).split()
            if stem and words:
                words[-1] += "*"
            else:
                words = [part for word in words for part in (lexicon().slang.get(word) or word).split()]
            out.extend(words)
        if last:
            out.append(LAST)
    return tuple(out)


def read_lists(text: str) -> Iterable[tuple[str, str]]:
    """Return the `(label, phrase)` pairs of a list in the form of `data/cues/*.txt`."""
    label = ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            label = line[1:-1]
        elif line and not line.startswith("#"):
            yield from ((label, phrase.strip()) for phrase in line.split(",") if phrase.strip())


def cue_words() -> set[str]:
    """Return the whole words that the cues of slots are made of."""
    folder = resources.files("bitaca_core.derona") / "data" / "cues"
    pairs = read_lists((folder / SLOTS_FILE).read_text("utf-8"))
    return {word for _, phrase in pairs for word in words_of(phrase) if not word.endswith("*")}


@lru_cache(maxsize=2)
def cues(kind: str) -> Cues:
    """Return the cues of `intents` or of `slots`, read once."""
    folder = resources.files("bitaca_core.derona") / "data" / "cues"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".txt")), key=lambda one: one.name
    )
    pairs = [
        pair
        for file in files
        if (file.name == SLOTS_FILE) == (kind == "slots")
        for pair in read_lists(file.read_text("utf-8"))
    ]
    if kind == "slots":
        pairs.extend(_vocabulary())
    return Cues(dict.fromkeys(pairs))


def _vocabulary() -> Iterable[tuple[str, str]]:
    """Return what the catalogue's vocabulary calls genres and moods, under the names of Derona's slots.

    Without those words that name a subject or a feeling (`data/not_slots.txt`): a robot is no science fiction yet.
    """
    from bitaca_core.catalogue.vocabulary import vocabulary

    known = vocabulary()
    text = (resources.files("bitaca_core.derona") / "data" / "not_slots.txt").read_text("utf-8")
    left_out = {(slot, fold(word)) for slot, word in read_lists(text)}
    for word, slug in known.genre_words.items():
        if (genre := GENRE_SLOTS.get(slug)) and ("genres", fold(word)) not in left_out:
            yield f"genres.{genre}", word
    for word, slug in known.mood_words.items():
        if slug not in _ELSEWHERE or ("moods", fold(word)) not in left_out:
            yield f"moods.{slug}", word


_ELSEWHERE = frozenset(("sombrio", "sonhador", "leve", "esperancoso", "engracado"))
"""Moods whose words stand under another one in `data/cues/spoken.txt`, too."""


GENRE_SLOTS = {
    "acao": "acao", "animacao": "animacao", "anime": "anime", "aventura": "aventura", "comedia": "comedia", "crime": "crime",
    "policial": "crime", "documentario": "documentario", "drama": "drama", "fantasia": "fantasia", "faroeste": "faroeste",
    "ficcao-cientifica": "ficcao-cientifica", "guerra": "guerra", "historico": "historia", "familia": "infantil",
    "misterio": "misterio", "musical": "musical", "romance": "romance", "suspense": "suspense", "terror": "terror",
}  # fmt: skip
"""The catalogue's genres by the names that Derona's slots have for them."""
