"""Questions on what was said and where, at any place of any film: nothing that is said later may be quoted.

Half of the questions ask for what is only said later, in its own words. Half are read by Derona herself, half are
handed to each act that quotes, so that none goes untried because a message was read as something else.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona import policy, recap
from bitaca_core.derona.assistant import Assistant, DialogueState, PlayerContext, Reply
from bitaca_core.derona.commands import Command
from bitaca_core.derona.context import Turn
from bitaca_core.derona.intents import Reading
from bitaca_core.search.scenes import Line
from tests.derona.spoken import WHO, Library, made_up, stories

QUESTIONS = 10_000
SEED = 11
RUN_WORDS = 4
"""So many words in a row of a line are a quotation of it."""
ASKED: tuple[tuple[str, Reading], ...] = (
    ("onde eu parei?", Reading("resume", aspect="where")),
    ("me lembra o que aconteceu até agora", Reading("resume", aspect="recap")),
    ("resumo até aqui", Reading("resume", aspect="recap")),
    ("what did I miss?", Reading("resume", aspect="recap")),
    ("quem é {who}?", Reading("scene_search", aspect="scene")),
    ("quem é {who} mesmo?", Reading("cast")),
    ("a cena em que {words}", Reading("scene_search", aspect="scene")),
    ("em que minuto falam de {words}?", Reading("scene_search", aspect="quote")),
    ("procura a fala “{words}”", Reading("scene_search", aspect="quote")),
    ("volta pra cena {words}", Reading("player_control", Command("seek_scene", "{words}"))),
    ("find the scene where {words}", Reading("scene_search", aspect="scene")),
    ("bota a cena {words}", Reading("play", aspect="scene")),
    ("o que vai acontecer depois?", Reading("resume", aspect="recap")),
    ("tudo que eu comecei", Reading("continue_watching")),
)


@dataclass(frozen=True)
class Question:
    """One question at one place; `playing` by the player, else by the history; `wanted` is the line whose words it has."""

    text: str
    reading: Reading | None
    unit: str
    position_s: float
    playing: bool
    wanted: Line | None = None


def library(derona: Assistant, seed: int = SEED) -> Library:
    """Return subtitles for every film and episode of a catalogue: made up, but for the house's own."""
    dice = random.Random(seed)
    units = [unit for title in derona.catalogue for unit in derona.catalogue.playable_ids(title)]
    said: dict[str, Sequence[Line]] = {
        unit: made_up(dice, dice.randint(8, 60), dice.uniform(60, 900)) for unit in units[:120]
    }
    return Library(said | {unit: lines for unit, lines in stories().items() if unit in units})


def questions(said: Library, count: int = QUESTIONS, seed: int = SEED) -> Iterable[Question]:
    """Yield questions and places, the same for a seed; every third place is a line's very begin or end."""
    dice = random.Random(seed)
    units = sorted(said.said)
    for number in range(count):
        unit = dice.choice(units)
        lines = said.said[unit]
        edge = dice.choice(lines)
        at = dice.choice(
            (
                edge.start_s,
                edge.end_s,
                (edge.start_s + edge.end_s) / 2,
                *(dice.uniform(0, lines[-1].end_s + 5) for _ in range(6)),
            )
        )
        form, reading = ASKED[number % len(ASKED)]
        wanted = (
            dice.choice([line for line in lines if line.end_s > at] or lines)
            if number % 2
            else dice.choice(lines)
        )
        text = form.format(who=dice.choice(WHO), words=recap.clean(wanted.text).rstrip("."))
        command = reading.command
        if command is not None:
            reading = replace(reading, command=replace(command, value=fold(wanted.text)))
        handed = (number // len(ASKED)) % 2 == 0
        named = wanted if "{words}" in form else None
        yield Question(text, reading if handed else None, unit, at, dice.random() < 0.7, named)


def answered(derona: Assistant, question: Question) -> Reply:
    """Return Derona's answer; a reading that is handed over stands in for her own."""
    player = PlayerContext(question.unit, question.position_s, False) if question.playing else None
    begun = (
        () if question.playing else (SimpleNamespace(title_id=question.unit, position_s=question.position_s),)
    )
    title = derona.catalogue.resolve(question.unit)
    assert title is not None
    state = DialogueState(focus=title.title_id, listed=(title.title_id,))
    if question.reading is None:
        return derona.reply(question.text, state=state, player=player, continuing=begun)
    message, slots, _ = derona.understand(question.text, state, player)
    turn = Turn(
        message,
        slots,
        question.reading,
        state,
        player,
        derona.shelf.playable_ids(),
        (),
        (),
        begun,
        derona.rng_seed,
    )
    return derona._speak(turn, policy.answer(turn, derona.shelf))


def leaks(reply: Reply, lines: Sequence[Line], unit: str, until_s: float, public: str = "") -> list[str]:
    """Return what an answer gives away: a citation that ends later, words in quotation marks that no earlier line
    has, or a run of words that only a later line has. `public` is what the catalogue tells everybody (the synopses)."""
    found = [
        f"cites {one.start_s:.1f}-{one.end_s:.1f} at {until_s:.1f}"
        for one in reply.citations
        if one.title_id != unit or one.end_s > until_s
    ]
    told = " ".join(
        (
            reply.text,
            *(card.reason for card in reply.cards),
            *reply.chips,
            *(one.text for one in reply.citations),
        )
    )
    past = [recap.quoted(recap.clean(line.text)) for line in lines if line.end_s <= until_s]
    quotes = [quote.removesuffix("…") for quote in re.findall(r"“([^”]*)”", reply.text)]
    found += [f"quotes {quote!r}" for quote in quotes if not any(quote in line for line in past)]
    known = {run for line in (*past, public) for run in runs(line)}
    told_runs = set(runs(told))
    for line in lines:
        if line.end_s > until_s and (set(runs(recap.clean(line.text))) - known) & told_runs:
            found.append(f"says {line.text!r}")
    return found


def runs(text: str) -> list[tuple[str, ...]]:
    """Return every run of `RUN_WORDS` folded words."""
    words = fold(text).split()
    return [tuple(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1)]


def measure(derona: Assistant, count: int = QUESTIONS) -> dict[str, Any]:
    """Ask `count` questions of an assistant whose packages are `library`; return totals and no answer."""
    said = derona.shelf.packages
    assert isinstance(said, Library)
    intents: Counter[str] = Counter()
    leaked = cited = quoting = seen = right = 0
    for question in questions(said, count):
        reply = answered(derona, question)
        title = derona.catalogue.resolve(question.unit)
        public = " ".join(filter(None, (title.synopsis_pt, title.synopsis_en))) if title is not None else ""
        found = leaks(reply, said.said[question.unit], question.unit, question.position_s, public)
        leaked += bool(found)
        quoting += bool(reply.citations)
        cited += len(reply.citations)
        intents[reply.intent] += 1
        if question.wanted is not None and question.wanted.end_s <= question.position_s:
            seen += 1
            right += any(one.start_s == question.wanted.start_s for one in reply.citations)
    return {
        "questions": count,
        "answers that quote something later": leaked,
        "answers with quotations": quoting,
        "lines quoted": cited,
        "seen scenes asked for": seen,
        "of them found at their line": right,
        "by intent": dict(intents.most_common()),
    }
