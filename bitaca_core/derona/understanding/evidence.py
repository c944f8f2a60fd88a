"""A message as named features: n-grams of words and letters, glossed words, cues, the scene on the page.

Pure and quick: everything that the linear models of `linear` weigh is made here, in training as in use.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.normalize import Message
from bitaca_core.derona.understanding.cues import FIRST, LAST, TITLE, Cue, cues
from bitaca_core.search.gloss import gloss

Features = dict[str, dict[str, float]]
"""Values of named features by block; a block is weighed as one (see `linear.BLOCKS`)."""

WORD_GRAMS, LETTER_GRAMS, GLOSS_GRAMS = (1, 2, 3), (2, 3, 4, 5), (1, 2)
NEGATED_WITHIN = 4
"""Words back from a phrase that a negation may stand."""
NEGATIONS = frozenset(
    ("sem", "nada", "nao", "nem", "menos", "exceto", "tirando", "fora", "odeio", "detesto", "chega", "cansei", "enjoei", "tira", "tirar", "evita", "nunca",
     "dispenso", "without", "no", "not", "nothing", "don", "dont", "never", "except", "hate", "less", "isn", "isnt", "avoid", "skip", "minus", "aren", "exclude",
     "esquece", "troca", "swap", "instead", "remove", "drop", "tires", "poupa", "proibido", "corta", "nenhum", "nenhuma", "zero", "nope", "anti", "pouco", "pouca", "too", "demais")
)  # fmt: skip
TURNS = frozenset(("mas", "but", "quero", "want"))
"""Words behind which a negation no longer holds."""
_TITLE_WORD = re.compile(r"\btitulo\d+\b")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A message's words between `^` and `$` with titles as `{t}`, what stood on the page, and the cues found.

    `people` marks the words that are part of a known person's name, `capitals` those written with a capital letter
    though they do not begin the message.
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
    )


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


def intent_features(evidence: Evidence) -> Features:
    """Return what the intent is told by."""
    return {
        "w": _grams(evidence.words, WORD_GRAMS),
        "c": _letters(evidence.words[1:-1]),
        "g": _grams(evidence.glossed.split(), GLOSS_GRAMS),
        "q": _cue_features(evidence),
    }


def phrase_features(evidence: Evidence, cue: Cue, intent: str) -> Features:
    """Return what tells whether a phrase says a slot's value (`+`), leaves it out (`-`), or neither (`0`)."""
    words, slot = evidence.words, cue.label.split(".")[0]
    sign = _polarity(evidence, cue.start)
    before, after = words[cue.start - 1] if cue.start else "", words[cue.end] if cue.end < len(words) else ""
    further = words[cue.start - 2] if cue.start > 1 else ""
    named = [
        slot, sign, f"{slot}{sign}", f"{cue.label}{sign}", f"={cue.phrase}", f"={cue.phrase}{sign}", f"<{before}", f"{slot}<{before}",
        f"<<{further} {before}", f"{slot}<<{further} {before}", f">{after}", f"{slot}>{after}", f"={cue.phrase}<{before}", f"={cue.phrase}>{after}",
        f"{slot}@{evidence.scene}", f"{slot}?{evidence.asks}", f"{slot}first" if cue.start <= 1 else "", f"{slot}alone" if len(words) - 2 == cue.end - cue.start else "",
        f"{slot}:{min(cue.end - cue.start, 3)}", f"title{TITLE in words}{slot}", f"{slot}#{intent}", f"{slot}{sign}#{intent}", f"={cue.phrase}#{intent}",
    ]  # fmt: skip
    near = {f"{slot}~{word}" for word in words[max(0, cue.start - 4) : cue.end + 4]}
    said = {f"{slot}!{one.label}" for one in evidence.intents}
    others = {f"{slot}&{one.label.split('.')[0]}" for one in evidence.slots if one is not cue}
    return {"s": {name: 1.0 for name in (*named, *near, *said, *others) if name}}


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


def _cue_features(evidence: Evidence) -> dict[str, float]:
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
    return found


def _grams(words: Sequence[str], sizes: tuple[int, ...]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for size in sizes:
        counts.update(" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
    return dict(counts)


def _letters(words: Sequence[str]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for word in words:
        padded = f" {word} "
        for size in LETTER_GRAMS:
            counts.update(padded[at : at + size] for at in range(max(1, len(padded) - size + 1)))
    return dict(counts)
