"""What a message means: one intent, and the values of its slots in the names of the annotation guide.

The models are linear and read once; a reading costs about a millisecond. Names and numbers are not learned: titles
come from the catalogue, minutes and years from `numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bitaca_core.derona.normalize import Message
from bitaca_core.derona.understanding import numbers, themes
from bitaca_core.derona.understanding.cues import TITLE
from bitaca_core.derona.understanding.evidence import (
    Evidence,
    evidence_of,
    intent_features,
    phrase_features,
)
from bitaca_core.derona.understanding.linear import committed, hashed
from bitaca_core.derona.understanding.nations import mention_features, mentions

WISHING = frozenset(("search", "refine", "similar", "surprise", "another"))
"""Intents that speak of what titles should be like."""
THEMED = WISHING | {"why", "cast", "availability", "compare", "feedback"}
"""Intents that may speak of people, and of what films are about."""
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
GRAVE, GRAVE_MARGIN = frozenset(("crisis", "abuse")), 0.35
"""Intents that must be told clearly, and how far ahead of the next they must be."""
ORDERED = frozenset(("player_control", "play"))
ONE_OF = ("company", "comparative")
"""Slots that have one value: the likeliest phrase gives it."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The intent, how far it is ahead of the next (a margin of scores), and the slots that the words say.

    A grave reading (`crisis`, `abuse`) that is not far ahead gives way to the next: moderation has judged by then.
    """

    intent: str
    margin: float
    slots: Mapping[str, Any] = field(default_factory=dict)


def understand(
    message: Message, masked: str, scene: str, people: Collection[str] = frozenset()
) -> Understood:
    """Return what `message` means.

    Parameters
    ----------
    message : Message
    masked : str
        Its words with each title as `titulo<N>`.
    scene : str
        What the page shows: `results`, `details`, `playing`, or empty.
    people : collection of str
        Folded words of known people's names.
    """
    evidence = evidence_of(message, masked, scene, people)
    features = hashed(intent_features(evidence))
    scores = committed("intents").scores(features)
    best, next_ = np.argsort(scores)[-1:-3:-1]
    labels = committed("intents").labels
    margin = float(scores[best] - scores[next_])
    if labels[int(best)] in GRAVE and margin < GRAVE_MARGIN:
        best = next_
    intent = labels[int(best)]
    if intent in SILENT:
        return Understood(intent, margin)
    slots: dict[str, Any] = {}
    _phrases(evidence, intent, slots)
    _nations(evidence, intent, message.language, slots)
    _numbers(message, intent, scene, slots)
    if intent == "player_control" or (
        intent == "play"
        and re.search(r"\b(?:tv|cheia|full ?screen|cena|scene|minuto|minute|min|chromecast)\b", message.text)
    ):
        action = committed("actions").scores(features)
        slots["action"] = committed("actions").labels[int(action.argmax())]
    if intent in THEMED:
        _words(evidence, intent, slots)
    if intent in WISHING:
        slots["not_title_places"] = tuple(_left_out_titles(evidence, intent))
    return Understood(intent, margin, slots)


def _phrases(evidence: Evidence, intent: str, slots: dict[str, Any]) -> None:
    model = committed("phrases")
    found: dict[str, list[str]] = {}
    best: dict[str, tuple[float, str]] = {}
    if not evidence.slots:
        return
    weighed = model.each([phrase_features(evidence, cue, intent) for cue in evidence.slots])
    for cue, scores in zip(evidence.slots, weighed, strict=True):
        sign = model.labels[int(scores.argmax())]
        if sign == "0":
            continue
        slot, value = cue.label.split(".", 1)
        if slot == "reference":
            slots["reference"] = True
        elif slot in ONE_OF:
            if sign == "+":
                score = float(scores[model.labels.index("+")])
                best[slot] = max(best.get(slot, (-9.0, "")), (score, value))
        else:
            found.setdefault(f"not_{slot}" if sign == "-" else slot, []).append(value)
    for name, values in found.items():
        slots[name] = tuple(dict.fromkeys(values))
    for name in ("genres", "moods"):
        if name in slots and f"not_{name}" in slots:
            slots[name] = tuple(value for value in slots[name] if value not in slots[f"not_{name}"])
    slots |= {slot: value for slot, (_, value) in best.items()}


def _nations(evidence: Evidence, intent: str, lang: str, slots: dict[str, Any]) -> None:
    model = committed("senses")
    found = mentions(evidence.words)
    told: dict[str, list[str]] = {}
    senses = model.choices([mention_features(evidence, one, found, lang, intent) for one in found])
    for one, sense in zip(found, senses, strict=True):
        if sense in ("country", "not_country") and one.country:
            told.setdefault("countries" if sense == "country" else "not_countries", []).append(one.country)
        elif sense == "heard" and one.language and one.track != "subtitled":
            told.setdefault("audio_languages", []).append(one.language)
        elif sense == "read" and one.language and one.track != "dubbed":
            told.setdefault("subtitle_languages", []).append(one.language)
    slots |= {name: tuple(dict.fromkeys(values)) for name, values in told.items()}


def _numbers(message: Message, intent: str, scene: str, slots: dict[str, Any]) -> None:
    text = numbers.spelled(" ".join(message.spoken))
    if intent in WISHING:
        length, made = numbers.minutes(text, message.plain), numbers.years(text)
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
    if (
        intent not in ("player_control", "scene_search")
        and (place := numbers.ordinal(text, scene)) is not None
    ):
        slots["ordinal"] = place


def _words(evidence: Evidence, intent: str, slots: dict[str, Any]) -> None:
    """Read themes and people, word by word."""
    found, people = themes.read(committed("themes"), evidence, intent)
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
