"""The shape of a message: its words with what fills a slot under the slot's name, numbers as one, and where it parts.

`um {genres} {nations} | ate # min` says what is asked for whatever the genre and the country are.
"""

from __future__ import annotations

from bitaca_core.derona.understanding import evidence as evidence_
from bitaca_core.derona.understanding.evidence import Evidence, Features
from bitaca_core.derona.understanding.themes import taken_by

PART, NUMBER, PERSON = "|", "#", "{person}"
GRAMS = (2, 3, 4)


def shape_of(evidence: Evidence) -> tuple[str, ...]:
    """Return the words of a shape."""
    taken, found = taken_by(evidence), []
    for at, word in enumerate(evidence.words):
        if evidence.stops[at]:
            found.append(PART)
        kind = taken[at]
        token = (
            f"{{{kind}}}" if kind and kind != "mark"
            else PERSON if evidence.people[at] and evidence.capitals[at]
            else NUMBER if word[0].isdigit()
            else word
        )  # fmt: skip
        if not (found and token == found[-1] and token[0] in "{#"):
            found.append(token)
    return tuple(found)


def wording_features(evidence: Evidence) -> Features:
    """Return what the words tell of the intent, whatever stands on the page."""
    return {
        **evidence_.wording_features(evidence),
        "d": evidence_.grams(shape_of(evidence), GRAMS),
    }


def placed_features(evidence: Evidence) -> Features:
    """Return what else tells it: the cues, and what stands on the page."""
    return {"q": evidence_.cue_features(evidence)}


def intent_features(evidence: Evidence) -> Features:
    """Return all that the intent is told by."""
    return wording_features(evidence) | placed_features(evidence)
