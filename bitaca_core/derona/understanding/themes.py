"""What a wish is about in its own words, and the people it names: a chain of labels over the words (`chains`)."""

from __future__ import annotations

from collections.abc import Sequence

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


def word_features(evidence: Evidence, taken: Sequence[str], intent: str) -> list[Features]:
    """Return for each word what tells whether it belongs to a theme; `taken` says what else each was read as."""
    words = evidence.words
    total = len(words)
    groups, within = [_group(evidence, at) for at in range(total)], phrases(words)
    fields = [field_of(word).name for word in words]
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
            f"group{group}", f"group{group}#{intent}", f"#{intent}", f"group{group_before}{stop}{group}", f"group{group}{close}{group_after}", f"group{group}{stop}<{before}", f"group{group}{close}>{after}",
            f"field{field}", f"field{field}{stop}<{before}", f"field{field_before}{stop}{field}", f"field{field}{close}{field_after}", f"field{field}#{intent}", f"field{field}{kind}",
            f"within{within[at]}", f"within{within[at]}#{intent}",
            f"taken{kind}", f"taken<{stop}{kind_before}", f"taken>{close}{kind_after}", f"taken{kind}#{intent}", f"group{group}taken<{stop}{kind_before}", f"taken{kind}={own}",
            f"scene{evidence.scene}", f"long{min(total, 16) // 4}", f"size{min(len(own), 12) // 3}", f"place{min(at, 4)}", f"left{min(total - at, 4)}",
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


def read(model: Linear, evidence: Evidence, intent: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the themes of a message and the people that it names, folded."""
    taken = taken_by(evidence)
    scores = model.each(word_features(evidence, taken, intent))
    scores[:, -1] -= LEAN
    scores[[kind == "mark" for kind in taken], :-1] = chains.NEVER
    labels = [model.labels[one] for one in chains.best(scores, chains.transitions(model))]
    themes, people = (
        tuple(dict.fromkeys(" ".join(evidence.words[start:end]) for start, end in chains.spans(labels, kind)))
        for kind in ("theme", "person")
    )
    return themes, people
