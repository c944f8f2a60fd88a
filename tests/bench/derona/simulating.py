"""Whole dialogues with viewers who know what they want and not what it is called, over the real catalogue.

The frozen personas (`tests/derona/blind/simulator.jsonl`) are played by the guide's rules: the opening, then the follow-ups
in turn until a goal is shown. Generated personas (`personas`) accept the first card that meets all of their need, say
next what the cards miss, then ask for others, and leave when their patience ends.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.derona.assistant import Assistant, DialogueState, Reply
from bitaca_core.search.service import MEANING_PER_S, open_search
from bitaca_core.settings import CHECKOUT, DataPaths
from tests.bench.derona import checking, terms
from tests.bench.derona.checking import Known, Pair
from tests.bench.derona.personas import Persona, Saying, Wording, persona, wording

DEV = CHECKOUT / "tests" / "derona" / "dev"
FROZEN = CHECKOUT / "tests" / "derona" / "blind" / "simulator.jsonl"
DIALOGUES = 10_000
SEED = 5
SOON = 3
"""Turns within which a title should be accepted."""
SEEKING = frozenset(("search", "similar", "surprise", "refine", "another"))
"""Readings whose cards answer a wish; those of others (details of a title, what was begun) are told apart."""
NEW_WISH = frozenset(("search", "similar", "surprise", "continue_watching"))
"""Readings that begin a list of their own, so that what was said before no longer holds."""
CHUNK = 50
PROGRESS_S = 5.0


@dataclass(frozen=True, slots=True)
class Played:
    """How one dialogue went.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of the persona.
    accepted : int or None
        The turn, from 1, in which a shown title was accepted.
    cpu_ms : tuple of float
        Processor time of each reply.
    named, unknown : int
        Titles named in texts and cards; those of them that the catalogue does not have.
    broken : tuple of (intent, slot)
        For each unmarked card that answers a wish, a condition that was understood in this message, or before and still
        stood.
    aside : tuple of (intent, slot)
        The same for cards of a message that was read as no wish at all ("details").
    forgotten : tuple of (intent, slot)
        The same for conditions of earlier messages where a follow-up was read as a new wish, or they as no wish.
    unread : tuple of (intent, slot)
        The same for conditions that were said and not understood.
    said, understood : int
        Conditions in the messages, and those among them that were understood.
    """

    kinds: tuple[str, ...]
    accepted: int | None
    cpu_ms: tuple[float, ...]
    named: int
    unknown: int
    broken: tuple[Pair, ...] = ()
    aside: tuple[Pair, ...] = ()
    forgotten: tuple[Pair, ...] = ()
    unread: tuple[Pair, ...] = ()
    said: int = 0
    understood: int = 0


class Ticking:
    """A clock that a question moves on by as much as search allows one: what is answered does not hang on the machine."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def __call__(self) -> float:
        """Return seconds."""
        self._now_s += 1.0 / MEANING_PER_S
        return self._now_s


@contextmanager
def folder(embedded: bool = False) -> Iterator[Path]:
    """Make a data folder with the shipped catalogue; with its index for search by meaning where `embedded`."""
    with tempfile.TemporaryDirectory(prefix="bitaca-simulation-") as made:
        paths = DataPaths(Path(made))
        ingest_sample(paths)
        if embedded:
            from bitaca_core.search.embed import open_embedder
            from bitaca_core.search.index import build_index

            build_index(load_catalogue(titles_file(paths)), paths, open_embedder())
        yield Path(made)


def opened_in(made: Path, embedded: bool = False) -> Assistant:
    """Return Derona over a folder that `folder` made."""
    paths = DataPaths(made)
    catalogue = load_catalogue(titles_file(paths))
    embedder = None
    if embedded:
        from bitaca_core.search.embed import open_embedder

        embedder = open_embedder()
    search = open_search(paths, catalogue, set, embedder, background=False, clock=Ticking())
    return Assistant(catalogue, search, playable=lambda: ())


@contextmanager
def opened(embedded: bool = False) -> Iterator[Assistant]:
    """Open Derona over the shipped catalogue in a folder of its own; search by words alone unless `embedded`."""
    with folder(embedded) as made:
        yield opened_in(made, embedded)


def play_frozen(row: Mapping[str, Any], derona: Assistant, known: Known) -> Played:
    """Play one frozen persona by the guide: it accepts the first goal shown and gives up when its patience ends."""
    goals = frozenset(row["goal_title_ids"])
    state = DialogueState(lang="en" if row["lang"] == "en" else "pt")
    costs: list[float] = []
    named = unknown = 0
    accepted = None
    for turn, text in enumerate((row["opening"], *row["follow_ups"])[: row["patience"]], 1):
        reply = _timed(derona, text, state, costs)
        state = reply.state
        count, strange = checking.named(reply, known)
        named, unknown = named + count, unknown + len(strange)
        if _shows(reply, derona, lambda title_id: title_id in goals):
            accepted = turn
            break
    goal_count = "1 goal" if len(goals) == 1 else "2 to 4 goals" if len(goals) < 5 else "5 goals or more"
    return Played(
        (row["lang"], goal_count, f"patience {row['patience']}"), accepted, tuple(costs), named, unknown
    )


def play(one: Persona, derona: Assistant, known: Known) -> Played:
    """Play one generated persona."""
    need, catalogue = one.need, derona.catalogue
    state = DialogueState(lang=one.lang)
    costs: list[float] = []
    standing: set[Pair] = set()
    before: set[Pair] = set()
    missed: set[Pair] = set()
    broken: list[Pair] = []
    aside: list[Pair] = []
    forgotten: list[Pair] = []
    unread: list[Pair] = []
    named = unknown = said = read = 0
    left, others = list(one.follow_ups), list(one.others)
    saying: Saying | None = one.opening
    text = one.opening.text
    accepted = None

    def suits(title_id: str) -> bool:
        title = catalogue.resolve(title_id)
        return title is not None and not any(checking.breaks(title, pair, catalogue) for pair in need)

    for turn in range(1, one.patience + 1):
        pairs = saying.pairs if saying is not None else frozenset()
        _, slots, reading = derona.understand(text, state)
        told = pairs & checking.alternatives(terms.pairs_of(terms.slots_of(slots, reading)), text)
        said, read = said + len(pairs), read + len(told)
        reply = _timed(derona, text, state, costs)
        if reply.intent in NEW_WISH:
            before, standing = before | standing, set()
        missed |= pairs - told
        if reply.intent in SEEKING:
            standing |= told
            broken += [(reply.intent, pair[0]) for _, pair in checking.broken(reply, standing, known)]
        else:
            before |= told
            aside += [(reply.intent, pair[0]) for _, pair in checking.broken(reply, standing | told, known)]
        if reply.intent in SEEKING:
            forgotten += [
                (reply.intent, pair[0]) for _, pair in checking.broken(reply, before - standing, known)
            ]
        unread += [(reply.intent, pair[0]) for _, pair in checking.broken(reply, missed, known)]
        count, strange = checking.named(reply, known)
        named, unknown = named + count, unknown + len(strange)
        if _shows(reply, derona, suits):
            accepted = turn
            break
        state = reply.state
        saying = _next(left, reply, derona)
        if saying is None and not others:
            break
        text = saying.text if saying is not None else others.pop(0)
    return Played(
        one.kinds, accepted, tuple(costs), named, unknown,
        tuple(broken), tuple(aside), tuple(forgotten), tuple(unread), said, read,
    )  # fmt: skip


def _next(left: list[Saying], reply: Reply, derona: Assistant) -> Saying | None:
    """Take the follow-up that most of the shown cards miss; the first where none is shown."""
    if not left:
        return None
    catalogue = derona.catalogue
    shown = [title for card in reply.cards if (title := catalogue.resolve(card.title_id)) is not None]

    def missing(one: Saying) -> int:
        return sum(any(checking.breaks(title, pair, catalogue) for pair in one.pairs) for title in shown)

    best = max(left, key=missing)
    left.remove(best)
    return best


def _timed(derona: Assistant, text: str, state: DialogueState, costs: list[float]) -> Reply:
    start = time.process_time()
    reply = derona.reply(text, state=state)
    costs.append(1000 * (time.process_time() - start))
    return reply


def _shows(reply: Reply, derona: Assistant, wanted: Callable[[str], bool]) -> bool:
    found = (derona.catalogue.resolve(card.title_id) for card in reply.cards)
    return any(title is not None and wanted(title.title_id) for title in found)


def frozen(path: Path, derona: Assistant, every: int = 1) -> list[Played]:
    """Play the frozen personas, or one in `every`; no row is told."""
    known = checking.known_names(derona.catalogue)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [play_frozen(row, derona, known) for row in rows[::every]]


def words_of(derona: Assistant, folder: Path = DEV) -> Wording:
    """Return the words of generated personas."""
    return wording(derona.catalogue, sorted(folder.glob("utterances*.jsonl")))


def generated(
    derona: Assistant,
    numbers: Iterable[int],
    seed: int = SEED,
    told: Callable[[int], None] | None = None,
) -> list[Played]:
    """Play the generated personas of these numbers; `told` hears after each how many were played."""
    known, words = checking.known_names(derona.catalogue), words_of(derona)
    found = []
    for number in numbers:
        found.append(play(persona(words, seed, number), derona, known))
        if told is not None:
            told(len(found))
    return found


def generated_beside(
    count: int,
    processes: int,
    seed: int = SEED,
    *,
    made: Path | None = None,
    embedded: bool = False,
    told: Callable[[int], None] | None = None,
) -> list[Played]:
    """Play `count` generated personas in processes of their own; the same as in one.

    `made` is a folder of `folder(embedded)`; None makes one. `told` hears how many were played.
    """
    if made is None:
        with folder(embedded) as own:
            return generated_beside(count, processes, seed, made=own, embedded=embedded, told=told)
    chunks = [range(at, min(count, at + CHUNK)) for at in range(0, count, CHUNK)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_open, initargs=(str(made), embedded)) as pool:
        found: list[Played] = []
        for part in pool.map(_part, chunks, [seed] * len(chunks)):
            found += part
            if told is not None:
                told(len(found))
    return found


_OWN: list[Assistant] = []
"""The one that a process of `generated_beside` plays with."""


def _open(made: str, embedded: bool) -> None:
    _OWN[:] = [opened_in(Path(made), embedded)]


def _part(numbers: Sequence[int], seed: int) -> list[Played]:
    return generated(_OWN[0], numbers, seed)


def progress(count: int, now: Callable[[], float] = time.monotonic) -> Callable[[int], None]:
    """Return what tells on standard error, every few seconds, how many of `count` dialogues were played."""
    start = last = now()

    def told(done: int) -> None:
        nonlocal last
        if now() - last < PROGRESS_S and done < count:
            return
        last = now()
        left_s = (last - start) / max(1, done) * (count - done)
        print(f"{done} of {count} dialogues, about {left_s:.0f} s left", file=sys.stderr, flush=True)

    return told


def measure(
    path: Path, dialogues: int = DIALOGUES, processes: int = 1, seed: int = SEED, *, embedded: bool = True
) -> dict[str, Any]:
    """Play the frozen and the generated personas; return totals and no message."""
    told = progress(dialogues)
    with folder(embedded) as made:
        derona = opened_in(made, embedded)
        known = frozen(path, derona)
        played = (
            generated(derona, range(dialogues), seed, told)
            if processes == 1
            else generated_beside(dialogues, processes, seed, made=made, embedded=embedded, told=told)
        )
    return {
        "search": "words and meaning" if embedded else "words",
        "frozen personas": totals(known),
        "generated dialogues": totals(played),
    }


def totals(played: Sequence[Played]) -> dict[str, Any]:
    """Return success, turns, what was named and what was broken."""
    costs = [cost for one in played for cost in one.cpu_ms] or [0.0]
    named, unknown = sum(one.named for one in played), sum(one.unknown for one in played)
    found: dict[str, Any] = success(played) | {
        "turns": sum(len(one.cpu_ms) for one in played),
        "titles named": named,
        "named titles that exist": round(1 - unknown / max(1, named), 6),
        "by kind": by_kind(played),
        "cpu ms": {"p50": round(float(np.percentile(costs, 50)), 2), "p99": round(float(np.percentile(costs, 99)), 2)},
    }  # fmt: skip
    if said := sum(one.said for one in played):
        found |= {
            "constraint violations": sum(len(one.broken) for one in played),
            "constraint violations by": _counted(pair for one in played for pair in one.broken),
            "cards of a message read as no wish": sum(len(one.aside) for one in played),
            "cards against what was forgotten with a new wish": sum(len(one.forgotten) for one in played),
            "forgotten by": _counted(pair for one in played for pair in one.forgotten),
            "conditions said": said,
            "conditions not understood": said - sum(one.understood for one in played),
            "cards against what was not understood": sum(len(one.unread) for one in played),
        }
    return found


def success(played: Sequence[Played]) -> dict[str, Any]:
    """Return how many accept a title, how soon, and how many leave."""
    turns = [one.accepted for one in played if one.accepted is not None]
    return {
        "n": len(played),
        f"accepted within {SOON} turns": round(sum(turn <= SOON for turn in turns) / max(1, len(played)), 4),
        "turns to accept": {str(turn): count for turn, count in sorted(Counter(turns).items())},
        "mean turns to accept": round(float(np.mean(turns)), 3) if turns else None,
        "left without a title": round(1 - len(turns) / max(1, len(played)), 4),
    }


def by_kind(played: Sequence[Played]) -> dict[str, dict[str, Any]]:
    """Return the success of each kind of persona; one counts in each of its kinds."""
    kinds = sorted({kind for one in played for kind in one.kinds})
    return {kind: success([one for one in played if kind in one.kinds]) for kind in kinds}


def _counted(pairs: Iterable[Pair]) -> dict[str, int]:
    return {f"{slot}, read as {intent}": count for (intent, slot), count in Counter(pairs).most_common(12)}
