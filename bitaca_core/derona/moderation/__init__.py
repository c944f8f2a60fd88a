"""Before anything else: is all well, is somebody in danger, or is this no way to talk?

Five tiers (`tests/derona/blind/GUIDE.md`, section 3): `allow` and `soften` serve the wish (strong language without a
target keeps her calm, no more), `refuse` is a request that she does not serve, `block` ends in a pause, `crisis` is
answered with the numbers that help, whatever else is said. A topic is no offence ("filme sobre suicídio", "terror
sangrento", "filme gay"), an idiom no danger ("morrendo de rir").

Linear models over words, pieces of words, kinds of words and fired rules judge (`weights.py`); where they leave a doubt,
what the sentence means is looked at as well (`meaning.py`), if the encoder is installed and not asked too often.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from bitaca_core.derona.moderation import idioms, meaning
from bitaca_core.derona.moderation.folding import words_of
from bitaca_core.derona.moderation.kinds import kinds_of, phrases_in, spell
from bitaca_core.derona.moderation.meaning import unhurried
from bitaca_core.derona.moderation.weights import (
    GRAVE,
    TIERS,
    Tier,
    chance,
    chances_of,
    committed,
    risk_of,
    scores_of,
)
from bitaca_core.derona.normalize import Message

__all__ = [
    "TIERS",
    "Judgement",
    "Tier",
    "Verdict",
    "faint",
    "grave",
    "harmless",
    "judge",
    "judgement",
    "judgement_of",
    "prepare",
    "unhurried",
]

Verdict = Literal["ok", "crisis", "abuse", "refuse"]

THRESHOLD = 0.66
"""Chance of refuse, block and crisis together from which a message is not simply served; by cross-validation."""
TOPIC_THRESHOLD = 0.80
"""The same for words that speak of nobody here and ask for nothing: they name a film more often than a deed ("faca na
água", "hacker que expõe o governo")."""
MEANT, TOPIC_MEANT = -0.3, 3.0
"""The same for the sum of both scores, of the words and of the sentence, where the sentence was looked at."""
PERSONAL_KINDS = frozenset(("me", "you", "my", "her", "seu", "get", "give", "howto"))
"""Kinds of words that make a message more than a topic."""
NEARLY = 0.8
"""Of tiers that are nearly as likely the gravest applies, as in the guide."""
HOW_TO_MAX = 0.7
"""Chance of the words up to which a question how, without a word of what is refused, is one; measured on the development
sets: at any chance 242 grave messages passed with 3 harmless ones, below this 6 with 2."""
FAINT_MAX = 0.8
"""Chance of the words from which a refusal is no mere guess at the sense of a sentence."""
REMEMBERED = 2048
HARMLESS = 0.9
REFUSED_KINDS = frozenset(
    [
        "drug",
        "weapon",
        "crime",
        "hack",
        "data",
        "piracy",
        "sex",
        "flirt",
        "meds",
        "prejudice",
        "group",
        "child",
        "kill",
        "beat",
        "harm",
        "selfkill",
        "die",
        "means",
        "lesser",
        "threat",
    ]
)
_VERDICTS: dict[Tier, Verdict] = {
    "allow": "ok",
    "soften": "ok",
    "refuse": "refuse",
    "block": "abuse",
    "crisis": "crisis",
}
_SEVERITY = {tier: rank for rank, tier in enumerate(TIERS)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a message is judged to be.

    Attributes
    ----------
    tier : str
        `allow`, `soften`, `refuse`, `block` or `crisis`.
    reason : str
        For logs: `learned` (the words decided), `meaning` (a second look did), `how-to` (it asks how, or about her), `order` or `idiom`
        (a figure of speech or a trade was taken out first); never a word of the message.
    final : bool
        False where a second look was wanted and there was no time for it: another time may tell otherwise.
    """

    tier: Tier
    reason: str = ""
    final: bool = field(default=True, compare=False)

    @property
    def verdict(self) -> Verdict:
        """The tier as the rest of the engine knows it: both `allow` and `soften` are `ok`."""
        return _VERDICTS[self.tier]

    def raised(self, other: Judgement) -> Judgement:
        """Return the graver of two judgements, this one where they are alike."""
        return other if _SEVERITY[other.tier] > _SEVERITY[self.tier] else self


def judge(message: Message) -> Verdict:
    """Return `crisis`, `refuse` (a request she does not serve), `abuse` or `ok`."""
    return judgement(message).verdict


def judgement(message: Message) -> Judgement:
    """Return the tier of a message, and why."""
    return judgement_of(message.raw)


def harmless(message: Message) -> bool:
    """Return whether a message is plainly fine, more than merely not grave."""
    judged = judgement_of(message.raw)
    if judged.verdict == "ok" and (
        judged.reason == "order" or idioms.has(" ".join(spell(words_of(message.raw))))
    ):
        return True
    return chances_of(_scores(message.raw))["allow"] >= HARMLESS


def faint(message: Message) -> bool:
    """Return whether a message is refused by the sense of the sentence alone: no word of what is refused, and the words
    do not tell. Words of prejudice and of means stand in any film ("the fat one", "a rope") and are no such word. Beside an open film a question on a scene of it is taken so.
    """
    judged = judgement_of(message.raw)
    return (
        judged.tier == "refuse"
        and judged.reason == "meaning"
        and not _kinds_in(message.raw) & REFUSED_KINDS - {"prejudice", "means"}
        and chance(risk_of(_scores(message.raw))) < FAINT_MAX
    )


def _asks_of_nothing(text: str, plain: str, told: float) -> bool:
    """Return whether a message only asks how, or about her: no word of a kind that is refused, little in the others.

    `told` is the chance that the words alone give; what is said sideways ("como entro na conta dela") has much.
    """
    kinds = _kinds_in(text)
    if kinds & REFUSED_KINDS or told >= HOW_TO_MAX:
        return False
    if idioms.asks_of_her(plain):
        return True
    return "howto" in kinds and not any(word.isdigit() for word in words_of(text))


def _kinds_in(text: str) -> set[str]:
    words = spell(words_of(text))
    kinds = {kind for word in words for kind in kinds_of(word)}
    return kinds | {kind for *_, found in phrases_in(words) for kind in found}


@lru_cache(maxsize=2048)
def _scores(text: str) -> dict[str, float]:
    return scores_of(committed(), text)


_meant: OrderedDict[str, float] = OrderedDict()
_lock = threading.Lock()


def _second_look(text: str, scores: Mapping[str, float]) -> float | None:
    """Return what the second look says; kept, unless it was asked too often to say anything."""
    with _lock:
        if text in _meant:
            _meant.move_to_end(text)
            return _meant[text]
    found = meaning.committed().score(text, scores)
    if found is not None:
        with _lock:
            _meant[text] = found
            while len(_meant) > REMEMBERED:
                _meant.popitem(last=False)
    return found


def grave(text: str, scores: Mapping[str, float], meant: float | None) -> bool:
    """Return whether a text is not simply served, by the scores of its words and of its sentence (None: not asked)."""
    risk = risk_of(scores)
    told, personal, topical = (
        (chance(risk), THRESHOLD, TOPIC_THRESHOLD) if meant is None else (risk + meant, MEANT, TOPIC_MEANT)
    )
    if told < personal or told >= topical:
        return told >= topical
    return bool(_kinds_in(text) & PERSONAL_KINDS)


def judgement_of(text: str) -> Judgement:
    """Return the tier of a text."""
    scores = _scores(text)
    chances = chances_of(scores)
    doubtful = meaning.GREY[0] < risk_of(scores) < meaning.GREY[1]
    meant = _second_look(text, scores) if doubtful else None
    reason = "learned" if meant is None else "meaning"
    final = not doubtful or meant is not None or not meaning.committed().ready
    if grave(text, scores, meant):
        words = words_of(text)
        if idioms.is_order(words):
            return Judgement("allow", "order", final)
        plain = " ".join(spell(words))
        if (rest := idioms.without(plain)) != plain:
            told = judgement_of(rest)
            return replace(told, reason="idiom", final=told.final and final)
        likeliest = max(chances[tier] for tier in GRAVE)
        tier = [tier for tier in GRAVE if chances[tier] >= NEARLY * likeliest][-1]
        if tier == "refuse" and _asks_of_nothing(text, plain, chance(risk_of(scores))):
            return Judgement("allow", "how-to", final)
        return Judgement(tier, reason, final)
    return Judgement("soften" if chances["soften"] > chances["allow"] else "allow", reason, final)


def prepare(share: float = 1.0) -> bool:
    """Load what the second look needs, so that no message waits; return whether there is one.

    `share` is this process's part of the second looks a second, where several serve the same viewers.
    """
    look = meaning.committed()
    look.share = share
    if look.ready:
        look.load()
    return look.ready
