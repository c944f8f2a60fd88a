"""What a message means: one intent, and the values of its slots in the names of the annotation guide.

The models are linear and read once; a reading costs about a millisecond. Names and numbers are not learned: titles
come from the catalogue, minutes and years from `numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bitaca_core.derona.normalize import Message
from bitaca_core.derona.understanding import numbers, orders, themes
from bitaca_core.derona.understanding.cues import OLD_YEAR, TITLE, Cue
from bitaca_core.derona.understanding.evidence import (
    Evidence,
    evidence_of,
    phrase_features,
)
from bitaca_core.derona.understanding.linear import committed
from bitaca_core.derona.understanding.nations import mention_features, mentions
from bitaca_core.derona.understanding.shapes import intent_features, placed_features, wording_features
from bitaca_core.derona.understanding.themes import NAMING, THEMED, WISHING

SILENT = frozenset(
    (
        "crisis",
        "abuse",
        "greet",
        "bye",
        "thanks",
        "out_of_scope",
        "small_talk",
        "help",
        "history_privacy",
        "trouble",
    )
)
"""Intents whose words are no slots."""
POINTING = frozenset(("help", "history_privacy", "trouble"))
"""Those among them that may still speak of "this one"."""
GRAVE, GRAVE_MARGIN = frozenset(("crisis", "abuse")), 0.35
"""Intents that must be told clearly, and how far ahead of the next they must be."""
SHORT = frozenset((40, 90))
"""Minutes that a phrase sets as the most, not the least."""
_BEHIND_TITLE = re.compile(
    rf"{re.escape(TITLE)} (?:(?:de|do|da|from|of|the|version|a|o) )*(?:(?:18|19|20)\d\d|\d\d)\b"
)
"""A year that tells two titles apart."""
SEEKS = frozenset(("seek_to", "seek_back", "seek_forward"))
ORDERED = frozenset(("player_control", "play"))
ONE_OF = ("company", "comparative", "ordinal", "made", "length")
"""Slots that have one value: the likeliest phrase gives it."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The intent, how far it is ahead of the next (a margin of scores), and the slots that the words say.

    A grave reading (`crisis`, `abuse`) that is not far ahead gives way to the next: moderation has judged by then.
    """

    intent: str
    margin: float
    slots: Mapping[str, Any] = field(default_factory=dict)


class Spoken:
    """The words of a message: read once, understood wherever they are said.

    Parameters
    ----------
    message : Message
    masked : str
        Its words with each title as `titulo<N>`.
    people : collection of str
        Folded words of known people's names.
    """

    __slots__ = ("_evidence", "_message", "_sums", "_told", "_weighed")

    def __init__(self, message: Message, masked: str, people: Collection[str] = frozenset()) -> None:
        self._message = message
        self._evidence = evidence_of(message, masked, "", people)
        self._sums = committed("intents").sums(wording_features(self._evidence))
        self._told: dict[tuple[str, str], dict[str, Any]] = {}
        self._weighed: themes.Weighed | None = None

    def understood(self, scene: str) -> Understood:
        """Return what the words mean where `scene` stands on the page: `results`, `details`, `playing`, or empty."""
        evidence = replace(self._evidence, scene=scene) if scene else self._evidence
        model = committed("intents")
        scores = model.scores_of(self._sums + model.sums(placed_features(evidence)))
        best, next_ = np.argsort(scores)[-1:-3:-1].tolist()
        margin = float(scores[best] - scores[next_])
        if model.labels[best] in GRAVE and margin < GRAVE_MARGIN:
            best = next_
        intent = model.labels[best]
        if (told := self._told.get((intent, scene))) is None:
            told = self._told[intent, scene] = _slots(self._message, evidence, intent, self._themes)
        return Understood(intent, margin, told)

    def _themes(self) -> themes.Weighed:
        """Return the words as they are weighed for themes; few intents ask for it."""
        if self._weighed is None:
            self._weighed = themes.Weighed(committed("themes"), self._evidence)
        return self._weighed


def _slots(
    message: Message, evidence: Evidence, intent: str, weighed: Callable[[], themes.Weighed]
) -> dict[str, Any]:
    slots: dict[str, Any] = {}
    if intent in POINTING:
        _phrases(evidence, intent, slots)
        return {"reference": True} if slots.get("reference") else {}
    if intent in SILENT:
        return slots
    _phrases(evidence, intent, slots)
    _nations(evidence, intent, slots)
    _numbers(message, evidence, intent, slots)
    if intent == "player_control":
        action = orders.plain_action(message)
        if action is None:
            scores = committed("actions").scores(intent_features(evidence))
            action = committed("actions").labels[int(scores.argmax())]
        slots["action"] = action
    elif intent == "play" and (action := orders.play_action(message, slots.get("seconds"))) is not None:
        slots["action"] = action
    if slots.get("action") not in SEEKS:
        slots.pop("seconds", None)  # "pause for a minute" goes nowhere
    if intent in THEMED or (intent in NAMING and any(evidence.people)):
        _words(evidence, intent, slots, weighed())
    if intent in WISHING:
        slots["not_title_places"] = tuple(_left_out_titles(evidence, intent))
    return slots


def _phrases(evidence: Evidence, intent: str, slots: dict[str, Any]) -> None:
    model = committed("phrases")
    found: dict[str, list[str]] = {}
    best: dict[str, tuple[float, str]] = {}
    if not evidence.slots:
        return
    weighed = model.each([phrase_features(evidence, cue, intent) for cue in evidence.slots])
    yes, no = model.labels.index("+"), model.labels.index("-")
    signs = [model.labels[place] for place in weighed.argmax(axis=1).tolist()]
    told = [
        (float(scores[no if sign == "-" else yes]), sign, cue)
        for scores, sign, cue in zip(weighed, signs, evidence.slots, strict=True)
        if sign != "0"
    ]
    for score, sign, cue in told:
        slot, value = cue.label.split(".", 1)
        if slot == "reference":
            slots["reference"] = True
        elif slot in ONE_OF:
            if sign == "+":
                best[slot] = max(best.get(slot, (-9.0, "")), (score, value))
        elif slot != "moods" or not _surer(score, cue, told):
            found.setdefault(f"not_{slot}" if sign == "-" else slot, []).append(value)
    for name, values in found.items():
        slots[name] = tuple(dict.fromkeys(values))
    for name in ("genres", "moods"):
        if name in slots and f"not_{name}" in slots:
            slots[name] = tuple(value for value in slots[name] if value not in slots[f"not_{name}"])
    slots |= {slot: value for slot, (_, value) in best.items()}
    if "ordinal" in slots:
        places = {cue.label for _, sign, cue in told if sign == "+" and cue.label.startswith("ordinal.")}
        if len(places) > 1:
            del slots["ordinal"]  # of two places neither is meant alone
        else:
            slots["ordinal"] = int(slots["ordinal"])


def _surer(score: float, cue: Cue, told: Sequence[tuple[float, str, Cue]]) -> bool:
    """Return whether the same words speak for another mood more surely: they say one."""
    return any(
        other > score and one.label != cue.label and one.label.startswith("moods.")
        and one.start < cue.end and cue.start < one.end
        for other, _, one in told
    )  # fmt: skip


def _nations(evidence: Evidence, intent: str, slots: dict[str, Any]) -> None:
    model = committed("senses")
    found = mentions(evidence.words)
    told: dict[str, list[str]] = {}
    senses = model.choices([mention_features(evidence, one, found, intent) for one in found])
    for one, sense in zip(found, senses, strict=True):
        if sense in ("country", "not_country") and one.country:
            told.setdefault("countries" if sense == "country" else "not_countries", []).append(one.country)
        elif sense == "heard" and one.language and one.track != "subtitled":
            told.setdefault("audio_languages", []).append(one.language)
        elif sense == "read" and one.language and one.track != "dubbed":
            told.setdefault("subtitle_languages", []).append(one.language)
    slots |= {name: tuple(dict.fromkeys(values)) for name, values in told.items()}


def _numbers(message: Message, evidence: Evidence, intent: str, slots: dict[str, Any]) -> None:
    """Read what is counted; what is old or short without a number stands where no number is said."""
    text = numbers.spelled(" ".join(message.spoken))
    old, length_ = slots.pop("made", None), slots.pop("length", None)
    if intent in WISHING:
        unnamed = _BEHIND_TITLE.sub(f"{TITLE} ", numbers.spelled(" ".join(evidence.words[1:-1])))
        length, made = numbers.minutes(text, message.plain), numbers.years(unnamed)
        if old and made == numbers.Span():
            made = numbers.Span(None, OLD_YEAR)
        if length_ and length == numbers.Span():
            minutes = int(length_)
            length = numbers.Span(None, minutes) if minutes in SHORT else numbers.Span(minutes, None)
        found = {
            "duration_min": length.low,
            "duration_max": length.high,
            "year_from": made.low,
            "year_to": made.high,
        }
        slots |= {name: value for name, value in found.items() if value is not None}
    aged = intent in WISHING or intent in ("details", "compare", "availability")
    if aged and (age := numbers.age_class(text, message.plain)) is not None:
        slots["age_max"] = age
    if intent in ORDERED and (amount := numbers.seconds(text, message.plain)) is not None:
        slots["seconds"] = amount


def _words(evidence: Evidence, intent: str, slots: dict[str, Any], weighed: themes.Weighed) -> None:
    """Read themes and people, word by word."""
    found, people = weighed.read(intent, evidence.scene)
    if intent in WISHING and found:
        slots["themes"] = found
    if people:
        slots["people"] = people


_LEAVES_OUT = frozenset(("sem", "menos", "exceto", "tirando", "fora", "tira", "tirar", "remove", "remover", "exclui", "excluir", "elimina", "corta", "nao", "esquece", "dispensa", "without", "except", "not", "minus", "remove", "drop", "exclude", "skip", "lose", "no", "hide", "some"))  # fmt: skip
_TURNS_BACK = frozenset(
    ("mas", "but", "tipo", "como", "like", "parecido", "quero", "want", "similar", "igual", "estilo")
)


def _left_out_titles(evidence: Evidence, intent: str) -> list[int]:
    """Return which of the named titles (by order) are named to be left out."""
    out, number = [], -1
    for at, word in enumerate(evidence.words):
        if word != TITLE:
            continue
        number += 1
        start = max(0, at - 5)
        before = evidence.words[start:at]
        turn = max(
            (place for place, one in enumerate(before) if one in _TURNS_BACK or one == TITLE), default=-1
        )
        left_out = any(
            one in _LEAVES_OUT and (one != "no" or evidence.lang == "en") for one in before[turn + 1 :]
        )
        if left_out or (intent == "refine" and TITLE in before and number - 1 in out):
            out.append(number)
    return out
