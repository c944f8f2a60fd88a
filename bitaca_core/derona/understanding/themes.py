"""What a wish is about in its own words, and the people it names: a chain of labels over the words (`chains`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bitaca_core.derona.lexicon import lexicon
from bitaca_core.derona.understanding import chains, nations
from bitaca_core.derona.understanding.cues import FIRST, LAST, TITLE
from bitaca_core.derona.understanding.evidence import NEGATIONS, Evidence, Features
from bitaca_core.derona.understanding.fields import field_of, phrases
from bitaca_core.derona.understanding.linear import Linear
from bitaca_core.search.gloss import is_known

WISHING = frozenset(("search", "refine", "similar", "surprise", "another"))
"""Intents that speak of what titles should be like."""
THEMED = WISHING | {"why", "cast", "availability", "compare", "feedback"}
"""Intents that may speak of people, and of what films are about."""
NAMING = frozenset(("details", "play", "scene_search", "resume", "continue_watching", "watchlist", "tracks"))
"""Intents that may name people beside a title, but speak of no theme."""
JOINING = frozenset(("de", "do", "da", "dos", "das", "e", "of", "the", "no", "na", "em", "and", "a", "in"))
"""Words that may stand within a theme but neither begin nor end one."""
LABELS = ("theme", "theme+", "person", "person+", "other")
ENDING = 4
LEAN = 0.4
"""What a word must be likelier than to be nothing: a theme that is missed is as wrong as one too many."""
NEAR = 4
"""Words in front in which a negation is looked for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of each word by itself: its group, its field, where it stands in a phrase, what else it was read as."""

    groups: Sequence[str]
    fields: Sequence[str]
    within: Sequence[str]
    taken: Sequence[str]


def seen_in(evidence: Evidence, taken: Sequence[str]) -> Seen:
    """Return what is known of each word of a message; `taken` says what else each was read as (`taken_by`)."""
    words = evidence.words
    groups = [_group(evidence, at) for at in range(len(words))]
    return Seen(groups, [field_of(word).name for word in words], phrases(words), taken)


def word_features(evidence: Evidence, taken: Sequence[str], intent: str) -> list[Features]:
    """Return for each word what tells whether it belongs to a theme; `taken` says what else each was read as."""
    seen = seen_in(evidence, taken)
    wording, placing = wording_features(evidence, seen), placing_features(seen, evidence.scene, intent)
    return [{"s": one["s"] | other["s"]} for one, other in zip(wording, placing, strict=True)]


def placing_features(seen: Seen, scene: str, intent: str) -> list[Features]:
    """Return for each word what the message's meaning tells of it, and what stands on the page."""
    return [
        {"s": {}}
        if kind == "mark"
        else {"s": dict.fromkeys((f"group{group}#{intent}", f"#{intent}", f"field{field}#{intent}", f"within{within}#{intent}",
                                  f"taken{kind}#{intent}", f"scene{scene}"), 1.0)}
        for group, field, within, kind in zip(seen.groups, seen.fields, seen.within, seen.taken, strict=True)
    ]  # fmt: skip


def wording_features(evidence: Evidence, seen: Seen) -> list[Features]:
    """Return for each word what the words tell of it, whatever the message means and wherever it is said."""
    words, groups, fields, taken = evidence.words, seen.groups, seen.fields, seen.taken
    total = len(words)
    found = []
    for at, own in enumerate(words):
        if taken[at] == "mark":
            found.append({"s": {"mark": 1.0}})
            continue
        before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < total else ""
        further, beyond = words[at - 2] if at > 1 else "", words[at + 2] if at + 2 < total else ""
        stop, close = (
            ("|" if evidence.stops[at] else ""),
            ("|" if at + 1 < total and evidence.stops[at + 1] else ""),
        )
        group, kind, field = groups[at], taken[at], fields[at]
        kind_before, kind_after = taken[at - 1] if at else "", taken[at + 1] if at + 1 < total else ""
        field_before, field_after = fields[at - 1] if at else "", fields[at + 1] if at + 1 < total else ""
        group_before, group_after = groups[at - 1] if at else "", groups[at + 1] if at + 1 < total else ""
        denied = next((step for step in range(1, min(NEAR, at) + 1) if evidence.negates(at - step)), 0)
        named = [
            f"={own}", f"..{own[-ENDING:]}", f"..{own[-3:]}", f"{own[:5]}..", f"<{stop}{before}", f"<<{further} {stop}{before}", f">{close}{after}", f">>{close}{after} {beyond}", f"<={stop}{before} {own}", f"=>{own} {close}{after}",
            f"--{further}", f"++{beyond}", f"~{field_of(own).english}",
            f"group{group}", f"group{group_before}{stop}{group}", f"group{group}{close}{group_after}", f"group{group}{stop}<{before}", f"group{group}{close}>{after}",
            f"field{field}", f"field{field}{stop}<{before}", f"field{field_before}{stop}{field}", f"field{field}{close}{field_after}", f"field{field}{kind}",
            f"within{seen.within[at]}",
            f"taken{kind}", f"taken<{stop}{kind_before}", f"taken>{close}{kind_after}", f"group{group}taken<{stop}{kind_before}", f"taken{kind}={own}",
            f"long{min(total, 16) // 4}", f"size{min(len(own), 12) // 3}", f"place{min(at, 4)}", f"left{min(total - at, 4)}",
            f"stop{stop}{close}", f"stop{stop}{close}group{group}", f"denied{denied}", f"denied{denied}group{group}", f"known{is_known(own)}<{stop}{before}",
            f"person{evidence.people[at]}{at > 0 and evidence.people[at - 1]}{at + 1 < total and evidence.people[at + 1]}", f"person{evidence.people[at]}<{before}",
            f"capital{evidence.capitals[at]}", f"capital{evidence.capitals[at]}{at > 0 and evidence.capitals[at - 1]}{at + 1 < total and evidence.capitals[at + 1]}<{before}",
        ]  # fmt: skip
        found.append({"s": dict.fromkeys(named, 1.0)})
    return found


def _group(evidence: Evidence, at: int) -> str:
    own, known = evidence.words[at], lexicon()
    return (
        "person" if evidence.people[at] else "joining" if own in JOINING else "filler" if own in known.filler or own in known.function_words
        else "theme" if own in known.themes else "negation" if own in NEGATIONS else "glossed" if is_known(own) else "open"
    )  # fmt: skip


def taken_by(evidence: Evidence) -> list[str]:
    """Return what each word was read as (`moods`, `nations`), empty of a free word."""
    taken = [""] * len(evidence.words)
    for cue in evidence.slots:
        taken[cue.start : cue.end] = [cue.label.split(".")[0]] * (cue.end - cue.start)
    for one in nations.mentions(evidence.words):
        taken[one.start : one.end] = ["nations"] * (one.end - one.start)
    for at, word in enumerate(evidence.words):
        if word in (FIRST, LAST, TITLE):
            taken[at] = "mark"
    return taken


class Weighed:
    """The words of a message as a model of themes weighs them: once, whatever it means and wherever it is said.

    Parameters
    ----------
    model : Linear
        Trained on `word_features`.
    evidence : Evidence
    """

    __slots__ = ("_model", "_seen", "_steps", "_words")

    def __init__(self, model: Linear, evidence: Evidence) -> None:
        self._model, self._words = model, evidence.words
        self._seen = seen_in(evidence, taken_by(evidence))
        self._steps = model.steps(wording_features(evidence, self._seen))

    def read(self, intent: str, scene: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the themes of the message and the people that it names, folded, where it means `intent`."""
        model = self._model
        scores = model.scores_of(self._steps + model.steps(placing_features(self._seen, scene, intent)))
        scores[:, -1] -= LEAN
        scores[[kind == "mark" for kind in self._seen.taken], :-1] = chains.NEVER
        labels = [model.labels[one] for one in chains.best(scores, chains.transitions(model))]
        themes, people = (
            tuple(
                dict.fromkeys(" ".join(self._words[start:end]) for start, end in chains.spans(labels, kind))
            )
            for kind in ("theme", "person")
        )
        return themes, people
