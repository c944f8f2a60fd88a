"""Anything that can be typed, at any place of any conversation, gets an answer, and soon.

Inputs are drawn by a seed: noise over all of Unicode, messages of the development sets broken or run together, floods,
markup, numbers, hidden and reordered letters. Each meets a conversation, a player and a viewer drawn as well; one in
three goes on from the answer before. Only the page's bounds are kept (`gradio_app.conversations.frames`).
"""

from __future__ import annotations

import json
import multiprocessing
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bitaca_core.derona import moderation
from bitaca_core.derona.assistant import Action, Assistant, DialogueState, Own, PlayerContext
from bitaca_core.settings import CHECKOUT
from gradio_app.collecting import Collecting
from tests.bench.derona.recapping import library
from tests.bench.derona.simulating import opened

INPUTS = 100_000
SEED = 29
LIMIT_MS = 50.0
LONGEST = 20_000
"""Characters of the longest inputs: ten times what is read."""
TOLD = 12
"""Of so many of the slowest, and of the crashes, the report tells what they were."""
WARM = (
    "quero um filme parecido com Akira, mas leve",
    "a brazilian drama, please",
    "quem matou?",
    "filme de vapires",
)
DEV = CHECKOUT / "tests" / "derona" / "dev"

Make = Callable[[random.Random, Sequence[str]], str]


@dataclass(frozen=True)
class Fuzzed:
    """One input: how it was made, what is typed, and where; `goes_on` from the answer before."""

    kind: str
    text: str
    state: DialogueState
    player: PlayerContext | None
    viewer: dict[str, Any]
    goes_on: bool


@dataclass
class Tally:
    """What became of inputs: milliseconds of CPU of each, the slowest, each crash by where it was, and of each pause."""

    costs: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    over: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    crashed: list[dict[str, Any]] = field(default_factory=list)
    slowest: list[tuple[float, str, int, str]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in another's."""
        self.costs += other.costs
        self.pauses += other.pauses
        self.kinds += other.kinds
        self.over += other.over
        self.crashes += other.crashes
        self.crashed = [*self.crashed, *other.crashed][:TOLD]
        self.slowest = sorted([*self.slowest, *other.slowest], reverse=True)[:TOLD]


def dev_messages(folder: Path = DEV) -> list[str]:
    """Return what was typed in the development sets."""
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines()]


# -- what is typed


def _anywhere(dice: random.Random) -> str:
    code = dice.choice((
        dice.randrange(0x80), dice.randrange(0x250), dice.randrange(0x3000), dice.randrange(0x10000), dice.randrange(0x110000),
    ))  # fmt: skip
    return chr(code)


def noise(dice: random.Random, said: Sequence[str]) -> str:
    """Characters of any kind, surrogates and unassigned ones among them."""
    return "".join(_anywhere(dice) for _ in range(dice.randrange(160)))


def mutated(dice: random.Random, said: Sequence[str]) -> str:
    """A message with letters lost, doubled, swapped, strange, or shouted."""
    chars = list(dice.choice(said))
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(chars) + 1)
        way = dice.randrange(6)
        if way == 0:
            chars.insert(at, _anywhere(dice))
        elif way == 1 and chars:
            chars.pop(at % len(chars))
        elif way == 2 and chars:
            chars[at % len(chars)] *= dice.randint(2, 30)
        elif way == 3 and len(chars) > 1:
            one = at % (len(chars) - 1)
            chars[one], chars[one + 1] = chars[one + 1], chars[one]
        elif way == 4:
            chars.insert(at, " ")
        else:
            chars = list("".join(chars).swapcase())
    return "".join(chars)


def joined(dice: random.Random, said: Sequence[str]) -> str:
    """Several messages as one, languages mixed."""
    glue = dice.choice((" ", ", ", " mas ", " e ", "\n", " and ", " | ", "", " sem ", " ou "))
    return glue.join(dice.choice(said) for _ in range(dice.randint(2, 9)))


def shuffled(dice: random.Random, said: Sequence[str]) -> str:
    """Words of several messages in no order."""
    words = [word for _ in range(dice.randint(1, 6)) for word in dice.choice(said).split()]
    dice.shuffle(words)
    return " ".join(words[: dice.randint(1, 90)])


def long(dice: random.Random, said: Sequence[str]) -> str:
    """Up to ten times what is read: one word, one message, or many."""
    length = dice.randint(300, LONGEST)
    unit = dice.choice((dice.choice(said), dice.choice(said).split()[0], _anywhere(dice), "a", "ab ", "1", " ", "por que ", "o ", ".", "não "))  # fmt: skip
    return (unit * (length // max(1, len(unit)) + 1))[:length]


def near_bound(dice: random.Random, said: Sequence[str]) -> str:
    """As much as is read, and no more."""
    text = " ".join(dice.choice(said) for _ in range(60))
    return text[: dice.randint(1900, 2000)]


def controls(dice: random.Random, said: Sequence[str]) -> str:
    """Control characters, marks of direction and width between the letters."""
    hidden = "\x00\x01\x07\x08\x0b\x1b\x7f\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202d\u202e\u2060\u2066\u2067\u2069\ufeff\u00ad\u2028\u2029\t\r\n"
    return "".join(char + (dice.choice(hidden) if dice.random() < 0.4 else "") for char in dice.choice(said))


def emoji(dice: random.Random, said: Sequence[str]) -> str:
    """A flood of emoji, families and flags among them, with or without a word."""
    some = (
        "🍿",
        "😂",
        "👩‍👩‍👧‍👦",
        "🇧🇷",
        "🏴‍☠️",
        "❤️",
        "👍🏽",
        "🤖",
        "1️⃣",
        "🎬",
        chr(dice.randrange(0x1F300, 0x1FAFF)),
    )
    flood = "".join(dice.choice(some) for _ in range(dice.randint(1, 400)))
    return flood + (dice.choice(said) if dice.random() < 0.4 else "")


def numbers(dice: random.Random, said: Sequence[str]) -> str:
    """Numbers where numbers are read, of any size and shape."""

    def number() -> str:
        return dice.choice((
            str(dice.randrange(100)), str(dice.randrange(10**30)), f"-{dice.randrange(999)}", f"{dice.random():.9f}", "1e999", "٣", "½", "Ⅻ", "²",
            f"{dice.randrange(99)}:{dice.randrange(99)}:{dice.randrange(99)}", "0x7f", "NaN", "0" * 50, f"{dice.randrange(9)}h{dice.randrange(99)}",
        ))  # fmt: skip

    frames = (
        "até {} min", "anos {}", "de {} a {}", "o {}", "vai pra {}", "volta {} segundos", "volume {}%", "velocidade {}x", "filme de {} horas", "antes de {}",
        "maiores de {} anos", "nota {}", "{}", "episódio {}", "under {} minutes", "the {}th one", "{}{}{}", "{} + {}", "titulo{}", "mais de {} e menos de {}",
    )  # fmt: skip
    frame = dice.choice(frames)
    return frame.format(*(number() for _ in range(frame.count("{}"))))


def nested(dice: random.Random, said: Sequence[str]) -> str:
    """Quotation marks and brackets, opened and not closed."""
    marks = "\"'“”‘’«»()[]{}<>‹›「」`"
    deep = dice.randint(1, 200)
    return "".join(dice.choice(marks) for _ in range(deep)) + dice.choice(said) + "".join(dice.choice(marks) for _ in range(deep))  # fmt: skip


def markup(dice: random.Random, said: Sequence[str]) -> str:
    """HTML, templates, queries, paths and formats around a message."""
    shapes = (
        "<b>{}</b>", "<script>{}</script>", "<img src=x onerror={}>", "{{{{{}}}}}", "${{{}}}", "%s%n {}", "'; DROP TABLE x; -- {}", "../../{}", "[{}](javascript:x)",
        "![{}](http://x)", "&lt;{}&gt;", "<!--{}", "<![CDATA[{}]]>", "{}\\u0000\\x00", "data:text/html,{}", "<" * 400 + "{}", "&#x41;" * 60 + "{}", "```{}```", "</viewer>{}",
    )  # fmt: skip
    return dice.choice(shapes).format(dice.choice(said))


def surrogates(dice: random.Random, said: Sequence[str]) -> str:
    """Halves of characters, as broken clients send them."""
    return "".join(
        char + (chr(dice.randrange(0xD800, 0xE000)) if dice.random() < 0.2 else "")
        for char in dice.choice(said)
    )


def zalgo(dice: random.Random, said: Sequence[str]) -> str:
    """Marks upon marks over each letter."""
    return "".join(
        char + "".join(chr(dice.randrange(0x300, 0x370)) for _ in range(dice.randrange(12)))
        for char in dice.choice(said)
    )


def disguised(dice: random.Random, said: Sequence[str]) -> str:
    """Letters that look alike, full-width, in circles, or apart."""

    def other(char: str) -> str:
        if not char.isascii() or not char.isalpha():
            return char
        small = ord(char.lower()) - ord("a")
        return dice.choice((char, chr(0xFF41 + small), chr(0x1D41A + small), chr(0x24D0 + small), f"{char} ", f"{char}.", char.upper()))  # fmt: skip

    return "".join(other(char) for char in dice.choice(said))


def other_scripts(dice: random.Random, said: Sequence[str]) -> str:
    """Runs of letters of one script that is not ours."""
    start, end = dice.choice(((0x400, 0x4FF), (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)))  # fmt: skip
    words = ("".join(chr(dice.randint(start, end)) for _ in range(dice.randint(1, 9))) for _ in range(dice.randint(1, 60)))  # fmt: skip
    return " ".join(words)


def plain(dice: random.Random, said: Sequence[str]) -> str:
    """A message as it is."""
    return dice.choice(said)


KINDS: dict[str, tuple[Make, int]] = {
    "noise": (noise, 10), "mutated": (mutated, 22), "joined": (joined, 10), "shuffled": (shuffled, 10), "long": (long, 5), "near the bound": (near_bound, 4),
    "controls": (controls, 5), "emoji": (emoji, 4), "numbers": (numbers, 6), "nested": (nested, 4), "markup": (markup, 4), "surrogates": (surrogates, 3),
    "zalgo": (zalgo, 3), "disguised": (disguised, 4), "other scripts": (other_scripts, 3), "plain": (plain, 3),
}  # fmt: skip
"""How inputs are made, and how often."""


# -- where it is typed


def state_of(dice: random.Random, ids: Sequence[str]) -> DialogueState:
    """Return a conversation at any place, of titles that exist and of some that do not."""

    def some(most: int) -> tuple[str, ...]:
        found = (dice.choice(ids) if dice.random() < 0.9 else "nao-existe-1901" for _ in range(dice.randrange(most)))  # fmt: skip
        return tuple(dict.fromkeys(found))

    return DialogueState(
        lang=dice.choice(("pt", "en")), turn=dice.randrange(500), listed=some(9), shown=some(30),
        focus=dice.choice((None, dice.choice(ids), "nao-existe-1901")), intent=dice.choice(("", "search", "crisis", "refuse", "?")),
        offer=dice.choice(("", "play", "clear_history", "clear_list", "?")),
    )  # fmt: skip


def player_of(dice: random.Random, ids: Sequence[str]) -> PlayerContext | None:
    """Return a player within the page's bounds, or none."""
    if dice.random() < 0.4:
        return None

    def maybe(value: Any) -> Any:
        return value if dice.random() < 0.6 else None

    far = dice.choice((0.0, 1.5, 12.0, 3600.0, 1e6))
    return PlayerContext(
        title_id=dice.choice((None, dice.choice(ids), dice.choice(ids), "nao-existe-1901")), position_s=far, paused=dice.random() < 0.5,
        duration=maybe(dice.choice((0.001, 30.0, 1e6))), audio=maybe(dice.choice(((), ("pt-BR", "en"), ("xx",) * 60))),
        text=maybe(dice.choice(((), ("pt",), ("en", "pt-BR")))), audio_chosen=maybe("pt-BR"), text_chosen=maybe("en"),
        heights=maybe(dice.choice(((), (360, 720), (16, 16_384)))), quality=maybe(dice.choice(("auto", "720p", "99999p"))),
        buffer_s=maybe(dice.choice((0.0, 1e6))), rebuffer_s=maybe(3.0), stalls=maybe(dice.choice((0, 1_000_000))),
        bitrate_bps=maybe(dice.choice((0.0, 1e9))), throughput_bps=maybe(dice.choice((0.0, 1e9))), rate=maybe(dice.choice((0.001, 1.0, 16.0))),
        online=maybe(dice.random() < 0.5),
    )  # fmt: skip


def viewer_of(dice: random.Random, ids: Sequence[str]) -> dict[str, Any]:
    """Return what is known of a viewer, as `Assistant.reply` takes it."""
    if dice.random() < 0.4:
        return {}
    begun = [SimpleNamespace(title_id=dice.choice(ids), position_s=dice.choice((0.0, 20.0, 9e5))) for _ in range(dice.randrange(5))]  # fmt: skip
    own = Own(tuple(dice.sample(ids, 3)), tuple(dice.sample(ids, 2))) if dice.random() < 0.6 else None
    return {
        "favorite_genres": dice.choice(((), ("drama", "anime"), ("não existe", "\x00" * 64))),
        "watched": tuple(dice.choice(ids) for _ in range(dice.randrange(6))), "continuing": begun, "own": own,
    }  # fmt: skip


def inputs(numbers: Iterable[int], seed: int, said: Sequence[str], ids: Sequence[str]) -> Iterator[Fuzzed]:
    """Yield the inputs of these numbers, each the same for a seed."""
    names = [name for name, (_, often) in KINDS.items() for _ in range(often)]
    for number in numbers:
        dice = random.Random(f"{seed}/{number}")
        kind = dice.choice(names)
        text = KINDS[kind][0](dice, said)
        yield Fuzzed(kind, text, state_of(dice, ids), player_of(dice, ids), viewer_of(dice, ids), dice.random() < 0.33)  # fmt: skip


# -- what becomes of it


def run(derona: Assistant, drawn: Iterable[Fuzzed], pause: Callable[[], bool] = lambda: False) -> Tally:
    """Answer inputs one after the other.

    Parameters
    ----------
    pause : callable
        What an engine does between two answers; returns whether that was anything.
    """
    tally, before = Tally(), DialogueState()
    known = {title.title_id for title in derona.catalogue}
    for one in drawn:
        state = before if one.goes_on else one.state
        tally.kinds[one.kind] += 1
        start = time.thread_time()
        try:
            reply = derona.reply(one.text, state=state, player=one.player, **one.viewer)
        except Exception as error:  # of whatever kind: that is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            tally.crashes[f"{type(error).__name__} in {Path(place.filename).name}:{place.name}"] += 1
            tally.crashed = [*tally.crashed, _told(one, f"{type(error).__name__}: {error}")][:TOLD]
            continue
        spent = 1000 * (time.thread_time() - start)
        tally.costs.append(spent)
        tally.over[one.kind] += spent > LIMIT_MS
        if len(tally.slowest) < TOLD or spent > tally.slowest[-1][0]:
            row = (round(spent, 2), one.kind, len(one.text), ascii(one.text[:80]))
            tally.slowest = sorted([*tally.slowest, row], reverse=True)[:TOLD]
        for broken in wrong(reply, known):
            tally.crashes[broken] += 1
            tally.crashed = [*tally.crashed, _told(one, broken)][:TOLD]
        before = reply.state
        start = time.thread_time()
        if pause():
            tally.pauses.append(1000 * (time.thread_time() - start))
    return tally


def wrong(reply: Any, known: set[str]) -> list[str]:
    """Return what an answer breaks of what every answer holds, in words; empty where it is sound."""
    found = []
    if not reply.text or len(reply.text) > 900:
        found.append("no words, or too many")
    if any(card.title_id not in known for card in reply.cards):
        found.append("a card of no title")
    texts = (reply.text, *reply.chips, *(one.text for one in reply.citations))
    if any(char < " " or "\ud800" <= char <= "\udfff" for text in texts for char in text):
        found.append("control characters in an answer")
    if DialogueState.from_json(reply.state.to_json()) != reply.state:
        found.append("a state that does not come back")
    if not all(_sendable(action) for action in reply.actions):
        found.append("an action that cannot be sent")
    return found


def _sendable(action: Action) -> bool:
    try:
        json.dumps(action.value, allow_nan=False).encode()
    except (TypeError, ValueError):
        return False
    return True


def _told(one: Fuzzed, what: str) -> dict[str, Any]:
    return {
        "what": what[:200],
        "kind": one.kind,
        "text": ascii(one.text[:300]),
        "playing": one.player is not None,
    }


def measure(derona: Assistant, count: int = INPUTS, processes: int = 1, seed: int = SEED) -> dict[str, Any]:
    """Answer `count` inputs, in processes of their own where there are several; return totals and the slowest."""
    started = time.perf_counter()
    if processes == 1:
        tally = _as_an_engine(derona, range(count), seed)
    else:
        tally = Tally()
        shares = [range(at, count, processes) for at in range(processes)]
        with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
            for one in pool.map(_part, shares, [seed] * processes):
                tally.add(one)
    costs = sorted(tally.costs)
    return {
        "inputs": sum(tally.kinds.values()),
        "crashes": dict(tally.crashes),
        "crashed": tally.crashed,
        "over 50 ms": sum(tally.over.values()),
        "over 50 ms by kind": {kind: count for kind, count in tally.over.items() if count},
        "by kind": dict(sorted(tally.kinds.items())),
        "cpu ms": {
            **{f"p{part:g}": round(_at(costs, part), 2) for part in (50, 90, 99, 99.9, 99.99)},
            "most": round(costs[-1], 2) if costs else 0.0,
            "slowest": [{"ms": ms, "kind": kind, "characters": length, "text": text} for ms, kind, length, text in tally.slowest],
        },
        "between answers": {"pauses": len(tally.pauses), "most cpu ms": round(max(tally.pauses, default=0.0), 2)},
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip


def shown(derona: Assistant) -> Assistant:
    """Return an engine over the same catalogue in which much can be watched, with subtitles."""
    said = library(derona)
    return Assistant(derona.catalogue, derona.shelf.search, playable=lambda: said.said.keys(), packages=said)


def warm(derona: Assistant) -> Assistant:
    """Return an engine as it is in a server that runs: models and tables are loaded by the first answers."""
    moderation.prepare()
    for text in WARM:
        derona.reply(text)
    return derona


def _as_an_engine(derona: Assistant, numbers: Iterable[int], seed: int) -> Tally:
    """Answer the inputs of these numbers as an engine does, which looks for garbage between its answers."""
    drawn = inputs(numbers, seed, dev_messages(), ids_of(derona))
    derona, collecting = warm(shown(derona)), Collecting()
    collecting.begin()
    try:
        return run(derona, drawn, collecting.step)
    finally:
        collecting.end()


def ids_of(derona: Assistant) -> list[str]:
    """Return the ids of titles and of episodes."""
    titles = derona.catalogue.titles
    return [
        *(title.title_id for title in titles),
        *(one.title_id for title in titles for one in title.episodes),
    ]


def _at(costs: Sequence[float], part: float) -> float:
    return costs[min(len(costs) - 1, int(part / 100 * len(costs)))] if costs else 0.0


def _part(numbers: Iterable[int], seed: int) -> Tally:
    """Answer inputs in a process of its own."""
    with opened() as derona:
        return _as_an_engine(derona, numbers, seed)
