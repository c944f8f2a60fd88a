"""A message as named features: n-grams of words and letters, glossed words, cues, the scene on the page.

Pure and quick: everything that the linear models of `linear` weigh is made here, in training as in use.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.normalize import Message
from bitaca_core.derona.understanding.cues import FIRST, LAST, TITLE, Cue, cues
from bitaca_core.search.gloss import gloss

Features = dict[str, dict[str, float]]
"""Values of named features by block; a block is weighed as one (see `linear.BLOCKS`)."""

WORD_GRAMS, LETTER_GRAMS, GLOSS_GRAMS = (1, 2, 3), (2, 3, 4, 5), (1, 2)
LETTERS_MAX = 16
"""Letters of a word whose runs are remembered."""
NEGATED_WITHIN = 4
"""Words back from a phrase that a negation may stand."""
NEGATIONS = frozenset(
    ("sem", "nada", "nao", "nem", "menos", "exceto", "tirando", "fora", "odeio", "detesto", "chega", "cansei", "enjoei", "tira", "tirar", "evita", "nunca",
     "dispenso", "without", "no", "not", "nothing", "don", "dont", "never", "except", "hate", "less", "isn", "isnt", "avoid", "skip", "minus", "aren", "exclude",
     "esquece", "troca", "swap", "instead", "remove", "drop", "tires", "poupa", "proibido", "corta", "nenhum", "nenhuma", "zero", "nope", "anti", "pouco", "pouca", "too", "demais",
     "elimina", "eliminar", "exclui", "excluir", "exclua", "ditch", "cut", "tire", "retira", "retire", "retirar", "farto", "farta", "cansado", "cansada", "cancela", "dispensa",
     "lose", "scrap", "enjoado", "enjoada", "corte", "cortar", "evitar", "evite", "remover", "remova", "replace", "esconde", "tirem", "bloqueia")
)  # fmt: skip
SIDE = 6
"""Words to each side of a phrase that are looked at."""
TURNS = frozenset(("mas", "but", "quero", "want"))
"""Words behind which a negation no longer holds."""
SKIPPED = frozenset(
    ("o", "a", "os", "as", "um", "uma", "uns", "umas", "meu", "minha", "meus", "minhas", "nosso", "nossa", "seu", "sua", "my", "our", "the", "an", "his", "her", "your",
     "bem", "mais", "muito", "muita", "bastante", "really", "very", "more", "so", "dois", "duas", "tres", "two", "three", "2", "3", "todo", "toda", "whole")
)  # fmt: skip
"""Words between a phrase and the word that governs it ("com meus filhos")."""
SWAPPED = frozenset(
    ("vez de", "inves de", "lugar de", "do que", "instead of", "rather than", "troca de", "muda de")
)
DENIED_BEHIND = frozenset(("nao", "no", "fora", "nope", "out", "never", "nunca", "cansa", "enjoa"))
"""Words right behind a phrase that leave it out ("terror não"), where the clause ends with them."""
_TITLE_WORD = re.compile(r"\btitulo\d+\b")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A message's words between `^` and `$` with titles as `{t}`, what stood on the page, and the cues found.

    `people` marks the words that are part of a known person's name, `capitals` those written with a capital letter
    though they do not begin the message, `stops` those in front of which something parts (a comma, a full stop).
    """

    words: tuple[str, ...]
    scene: str
    intents: tuple[Cue, ...]
    slots: tuple[Cue, ...]
    glossed: str
    asks: bool
    lang: str = "pt"
    people: tuple[bool, ...] = ()
    capitals: tuple[bool, ...] = ()
    stops: tuple[bool, ...] = ()

    def negates(self, at: int) -> bool:
        """Return whether word `at` negates; the Portuguese `no` is "in the", `que nem` is "like"."""
        word = self.words[at]
        if word == "no" and self.lang == "pt":
            return False
        return word in NEGATIONS and not (word == "nem" and at > 0 and self.words[at - 1] == "que")


def evidence_of(message: Message, masked: str, scene: str, people: Collection[str] = frozenset()) -> Evidence:
    """Return what speaks in a message.

    Parameters
    ----------
    message : Message
    masked : str
        Its folded words with each title as `titulo<N>` (`slots.mask`).
    scene : str
        What the page shows: `results`, `details`, `playing`, or empty.
    people : collection of str
        Folded words of known people's names.
    """
    typed = message.raw.split()
    loud = message.raw.isupper()
    capital = {fold(word) for at, word in enumerate(typed) if at and word[:1].isupper() and not loud}
    plain = _TITLE_WORD.sub(TITLE, masked).split()
    words = (FIRST, *plain, LAST)
    return Evidence(
        words,
        scene,
        tuple(cues("intents").find(words)),
        tuple(_longest(cues("slots").find(words))),
        gloss(" ".join(word for word in plain if word != TITLE)),
        "?" in message.marks,
        message.language,
        tuple(word in people for word in words),
        tuple(word in capital for word in words),
        (False, *_stops(message, masked.split()), False),
    )


def _stops(message: Message, masked: Sequence[str]) -> list[bool]:
    """Return before which of the masked words something parts: a title stands for one word or more of the message."""
    if not message.stops:
        return [False] * len(masked)
    words, found, at = message.words, [], 0
    for number, word in enumerate(masked):
        found.append(at in message.stops)
        if not _TITLE_WORD.fullmatch(word):
            at += 1
            continue
        tail = list(masked[number + 1 :])
        until = next((place for place, one in enumerate(tail) if _TITLE_WORD.fullmatch(one)), len(tail))
        last = until == len(tail)
        size = len(words) - at - until if last else 1
        while (
            not last and at + size < len(words) and list(words[at + size : at + size + until]) != tail[:until]
        ):
            size += 1
        at += max(1, size)
    return found


def _longest(found: Sequence[Cue]) -> Iterable[Cue]:
    """Leave out a cue that lies within a longer one of the same slot: "comédia romântica" holds no mood."""
    for one in found:
        kind = one.label.split(".")[0]
        within = any(
            other.start <= one.start
            and one.end <= other.end
            and other.end - other.start > one.end - one.start
            and other.label.split(".")[0] == kind
            for other in found
        )
        if not within:
            yield one


def wording_features(evidence: Evidence) -> Features:
    """Return what the words tell wherever they are said."""
    return {
        "w": grams(evidence.words, WORD_GRAMS),
        "c": _letters(evidence.words[1:-1]),
        "g": grams(evidence.glossed.split(), GLOSS_GRAMS),
    }


def phrase_features(evidence: Evidence, cue: Cue, intent: str) -> Features:
    """Return what tells whether a phrase says a slot's value (`+`), leaves it out (`-`), or neither (`0`)."""
    words, slot, total = evidence.words, cue.label.split(".")[0], len(evidence.words)
    sign = _polarity(evidence, cue.start)
    before, after = words[cue.start - 1] if cue.start else "", words[cue.end] if cue.end < total else ""
    further = words[cue.start - 2] if cue.start > 1 else ""
    stop = "|" if evidence.stops[cue.start] else ""
    close = "|" if cue.end < total and evidence.stops[cue.end] else ""
    named = [
        slot, sign, f"{slot}{sign}", f"{cue.label}{sign}", f"={cue.phrase}", f"={cue.phrase}{sign}", f"<{before}", f"{slot}<{before}",
        f"<<{further} {before}", f"{slot}<<{further} {before}", f">{after}", f"{slot}>{after}", f"={cue.phrase}<{before}", f"={cue.phrase}>{after}",
        f"{slot}@{evidence.scene}", f"{slot}?{evidence.asks}", f"{slot}first" if cue.start <= 1 else "", f"{slot}alone" if total - 2 == cue.end - cue.start else "",
        f"{slot}:{min(cue.end - cue.start, 3)}", f"title{TITLE in words}{slot}", f"{slot}#{intent}", f"{slot}{sign}#{intent}", f"={cue.phrase}#{intent}",
        f"{slot}{stop}{close}", f"{slot}<{before}>{close}{after}", f"{cue.label}<{before}", f"{cue.label}>{close}{after}", f"{cue.label}#{intent}", f"{cue.label}{stop}{close}",
    ]  # fmt: skip
    governor, denial = _governor(evidence, cue), _denial(evidence, cue)
    named += [
        f"{slot}^{governor}",
        f"{slot}^{governor}#{intent}",
        f"{slot}^{governor}>{close}{after}",
        f"{slot}deny{denial}",
        f"{cue.label}deny{denial}",
        f"{slot}deny{denial}{sign}",
    ]
    near = {f"{slot}~{word}" for word in words[max(0, cue.start - 4) : cue.end + 4]}
    said = {f"{slot}!{one.label}" for one in evidence.intents}
    others = {f"{slot}&{one.label.split('.')[0]}" for one in evidence.slots if one is not cue}
    around = {*_around(evidence, cue, slot), *_beside(evidence, cue, slot)}
    return {"s": {name: 1.0 for name in (*named, *near, *said, *others, *around) if name}}


def _governor(evidence: Evidence, cue: Cue) -> str:
    """Return the word in front of a phrase, its articles and possessives left out; `|` where a clause begins there."""
    at = cue.start
    while at > 1 and not evidence.stops[at] and evidence.words[at - 1] in SKIPPED:
        at -= 1
    return "|" if evidence.stops[at] else evidence.words[at - 1] if at else ""


def _denial(evidence: Evidence, cue: Cue) -> str:
    """Return how a phrase's own clause leaves it out: `swap`, `behind`, `front`, or not at all."""
    words, start, end = evidence.words, cue.start, cue.end
    if start > 1 and f"{words[start - 2]} {words[start - 1]}" in SWAPPED:
        return "swap"
    if (
        end + 1 < len(words)
        and words[end] in DENIED_BEHIND
        and not evidence.stops[end]
        and (evidence.stops[end + 1] or end + 2 == len(words))
    ):
        return "behind"
    for at in range(start - 1, max(0, start - 1 - SIDE), -1):
        if evidence.stops[at + 1] or words[at] in TURNS:
            return ""
        if evidence.negates(at):
            return "front"
    return ""


def _around(evidence: Evidence, cue: Cue, slot: str) -> Iterable[str]:
    """Yield the words to each side of a phrase, and whether something parts them from it."""
    words, parted = evidence.words, ""
    for at in range(cue.start - 1, max(-1, cue.start - 1 - SIDE), -1):
        if evidence.stops[at + 1]:
            parted = "|"
        yield f"L{parted}{words[at]}"
        yield f"{slot}L{parted}{words[at]}"
        if evidence.negates(at):
            yield f"{slot}not{parted}"
            yield f"{slot}not{parted}{cue.start - at}{words[at]}"
    parted = ""
    for at in range(cue.end, min(len(words), cue.end + SIDE)):
        if evidence.stops[at]:
            parted = "|"
        yield f"R{parted}{words[at]}"
        yield f"{slot}R{parted}{words[at]}"


def _beside(evidence: Evidence, cue: Cue, slot: str) -> Iterable[str]:
    """Yield what other values of the same slot are spoken of, in front and behind, and what stands between."""
    for one in evidence.slots:
        if one.label.split(".")[0] != slot or one is cue:
            continue
        if one.start == cue.start and one.end == cue.end:
            yield f"{slot}same{one.label}"
        elif one.end <= cue.start:
            yield f"{slot}behind"
            yield f"{slot}behind {' '.join(evidence.words[one.end : cue.start][-3:])}"
        elif one.start >= cue.end:
            yield f"{slot}front"
            yield f"{slot}front {' '.join(evidence.words[cue.end : one.start][:3])}"
        else:
            yield f"{slot}over{one.label}{one.end - one.start > cue.end - cue.start}"


def _polarity(evidence: Evidence, start: int) -> str:
    """Return `-` right behind a negation, `~` where one stands further in front without a turn, else `+`."""
    for back in range(1, NEGATED_WITHIN + 1):
        at = start - back
        if at <= 0:
            return "+"
        if evidence.negates(at):
            return "-" if back <= 2 else "~"
        if evidence.words[at] in TURNS:
            return "+"
    return "+"


def cue_features(evidence: Evidence) -> dict[str, float]:
    """Return what the cues tell, each for itself and beside what stands on the page."""
    total = len(evidence.words)
    longest: dict[str, int] = defaultdict(int)
    covered: dict[str, set[int]] = defaultdict(set)
    for cue in evidence.intents:
        longest[cue.label] = max(longest[cue.label], cue.end - cue.start)
        covered[cue.label].update(range(cue.start, cue.end))
    found: dict[str, float] = {"scene=" + evidence.scene: 1.0, "asks": float(evidence.asks)}
    found["length"] = min(total - 2, 20) / 20
    found["short"] = float(total <= 4)
    most = max(longest.values(), default=0)
    for label, size in longest.items():
        found["cue=" + label] = 1.0
        found["cover=" + label] = len(covered[label]) / total
        found["size=" + label] = min(size, 5) / 5
        if size == most:
            found["most=" + label] = 1.0
        if len(covered[label]) >= total - 2:
            found["whole=" + label] = 1.0
    found |= _slot_features(evidence, total)
    return found


def _slot_features(evidence: Evidence, total: int) -> dict[str, float]:
    """Return which slots a message may speak of, and how much of it."""
    found: dict[str, float] = {}
    covered: dict[str, set[int]] = defaultdict(set)
    for cue in evidence.slots:
        covered[cue.label.split(".")[0]].update(range(cue.start, cue.end))
    for slot, places in covered.items():
        found["slot=" + slot] = 1.0
        found["slot cover=" + slot] = len(places) / total
        found[f"slot={slot}@{evidence.scene}"] = 1.0
    told = set().union(*covered.values()) if covered else set()
    found["slots"] = len(told) / total
    found[f"slots all@{evidence.scene}"] = float(len(told) >= total - 2)
    found["slot kinds"] = len(covered) / 4
    titles = sum(word == TITLE for word in evidence.words)
    found[f"titles={min(titles, 2)}@{evidence.scene}"] = 1.0
    return found


def grams(words: Sequence[str], sizes: tuple[int, ...]) -> dict[str, float]:
    """Return how often each run of words of these sizes stands there."""
    runs: list[str] = []
    for size in sizes:
        runs += [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
    return dict(Counter(runs))


def _letters(words: Sequence[str]) -> dict[str, float]:
    return dict(Counter(chain.from_iterable(map(_letters_of, words))))


def _letters_of(word: str) -> tuple[str, ...]:
    """Return the runs of letters of a word. Numbers may be somebody's, and long words are hardly anybody's: neither is remembered."""
    return _remembered(word) if len(word) <= LETTERS_MAX and word.isalpha() else _runs_of(word)


def _runs_of(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        padded[at : at + size] for size in LETTER_GRAMS for at in range(max(1, len(padded) - size + 1))
    )


_remembered = lru_cache(maxsize=8192)(_runs_of)
