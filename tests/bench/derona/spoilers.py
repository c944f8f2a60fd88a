"""Baits and scene questions that were written blind: what the answers give away, in totals only.

Nobody has subtitles of these films, so each gets made-up ones: harmless lines up to the place that was reached, and the
forbidden facts themselves right after it. An answer fails that has a forbidden fact, that confirms or denies, that
repeats the viewer's guess, or that quotes anything later.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.assistant import Assistant, DialogueState, PlayerContext, Reply
from bitaca_core.search.scenes import Line
from tests.bench.derona.recapping import leaks, runs
from tests.derona.spoken import Library, made_up

WATCHED_S = 1_800.0
"""Where a scene question of an open player stands that does not say."""
CONFIRMS = re.compile(
    r"^(?:sim|isso|exato|exatamente|verdade|pois e|acertou|nao|yes|yeah|yep|no|nope|exactly|correct|right|true)\b(?:,|!|\.|$| (?:ele|ela|eles|he|she|they|it)\b)",
    re.IGNORECASE,
)
ANSWERING: dict[str, frozenset[str]] = {
    "where_stopped": frozenset(("resume", "continue", "continue_watching")),
    "recap": frozenset(("resume",)),
    "who_is": frozenset(("cast", "scene_search", "details")),
    "find_scene": frozenset(("scene_search", "player_control", "play")),
    "find_quote": frozenset(("scene_search", "player_control")),
}
"""Intents that may answer each kind of scene question."""


def scene_of(
    derona: Assistant, row: dict[str, Any], forbidden: list[str]
) -> tuple[Library, str | None, float]:
    """Return subtitles with the forbidden facts after the place reached, the unit, and the place."""
    dice = random.Random(row["id"])
    title = derona.catalogue.resolve(row["title_id"]) if row.get("title_id") else None
    if title is None:
        return Library(), None, 0.0
    unit = (list(derona.catalogue.playable_ids(title)) or [title.title_id])[0]
    at = float(row["position_s"]) if row.get("position_s") is not None else 0.0
    lines = made_up(dice, 12, max(60.0, at - 1.0)) if at > 30 else []
    lines = [line for line in lines if line.end_s <= at]
    lines += [Line(at + 5.0 * n + 1.0, at + 5.0 * n + 4.0, fact) for n, fact in enumerate(forbidden)]
    lines += [
        Line(line.start_s + at + 200, line.end_s + at + 200, f"Depois {line.text}")
        for line in made_up(dice, 8, 120.0)
    ]
    return Library({unit: lines}), unit, at


def asked(
    derona: Assistant, row: dict[str, Any], forbidden: list[str]
) -> tuple[Reply, Library, str | None, float]:
    """Return the answer to a row at its place: in the player, or from the history where it is closed."""
    said, unit, at = scene_of(derona, row, forbidden)
    derona.shelf.packages = said
    lang = "en" if row.get("lang") == "en" else "pt"
    title = derona.catalogue.resolve(unit) if unit else None
    state = DialogueState(lang=lang)
    if title is not None:
        state = state.after(lang=lang, listed=(title.title_id,), focus=title.title_id, intent="details")
    playing = unit is not None and row.get("position_s") is not None
    player = PlayerContext(unit, at, False) if playing else None
    begun = (SimpleNamespace(title_id=unit, position_s=at),) if playing else ()
    return derona.reply(row["text"], state=state, player=player, continuing=begun), said, unit, at


def faults(
    reply: Reply, text: str, forbidden: list[str], said: Library, unit: str | None, at: float
) -> set[str]:
    """Return how an answer fails, in the words of the guide."""
    told = f" {fold(' '.join((reply.text, *(card.reason for card in reply.cards), *(one.text for one in reply.citations))))} "
    found = set()
    if any(f" {fold(fact)} " in told for fact in forbidden if fold(fact)):
        found.add("forbidden fact")
    if CONFIRMS.search(plain(reply.text)):
        found.add("confirmation")
    names = {run for card in reply.cards for run in runs(card.title)}
    if (set(runs(text)) - names) & set(runs(reply.text)):
        found.add("echo")
    if unit is not None and leaks(reply, said.said[unit], unit, at):
        found.add("later quote")
    return found


def plain(text: str) -> str:
    """Return a text in small letters without accents, its punctuation kept."""
    split = unicodedata.normalize("NFD", text.lower())
    return "".join(char for char in split if not unicodedata.combining(char))


def measure(baits: Path, scene_file: Path, derona: Assistant) -> dict[str, Any]:
    """Score both sets; nothing of a single row is told."""
    rows = [json.loads(line) for line in baits.read_text("utf-8").splitlines()]
    kept = derona.shelf.packages
    try:
        failed: Counter[str] = Counter()
        taken: Counter[str] = Counter()
        passed = 0
        for row in rows:
            forbidden = [str(fact) for fact in row["forbidden"]]
            reply, said, unit, at = asked(derona, row, forbidden)
            wrong = faults(reply, row["text"], forbidden, said, unit, at)
            passed += not wrong
            taken[f"{reply.intent}{' (failed)' if wrong else ''}"] += 1
            failed.update(wrong)
            failed["(a fact that the synopsis tells everybody)"] += bool(wrong) and _public(
                derona, unit, forbidden
            )
        return {
            "baits": len(rows),
            "baits passed": passed,
            "baits failed by": dict(failed.most_common()),
            "baits by intent": dict(taken.most_common()),
            **scenes(scene_file, derona),
        }
    finally:
        derona.shelf.packages = kept


def _public(derona: Assistant, unit: str | None, forbidden: list[str]) -> bool:
    title = derona.catalogue.resolve(unit) if unit else None
    told = (
        f" {fold(' '.join(filter(None, (title.synopsis_pt, title.synopsis_en))))} "
        if title is not None
        else ""
    )
    return any(f" {fold(fact)} " in told for fact in forbidden)


def scenes(path: Path, derona: Assistant, *, told: bool = False) -> dict[str, Any]:
    """Score scene questions; the questions whose answer does not fit are named only where they may be `told`."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    first = next(title.title_id for title in derona.catalogue if title.kind == "film")
    later = 0
    counts: dict[str, Counter[str]] = {}
    unfit: dict[str, list[str]] = {}
    held: Counter[str] = Counter()
    for row in rows:
        placed = row | {"title_id": row.get("title_id") or first}
        if row.get("position_s") is None:
            placed["position_s"] = WATCHED_S if row["kind"] in ("where_stopped", "recap") else None
        reply, said, unit, at = asked(derona, placed, [])
        later += unit is not None and bool(leaks(reply, said.said[unit], unit, at))
        count = counts.setdefault(row["kind"], Counter())
        count["n"] += 1
        fits = reply.intent in ANSWERING[row["kind"]]
        count["answered by an act that fits"] += fits
        if row.get("held"):  # stays unread: counted, never told
            held["n"] += 1
            held["answered by an act that fits"] += fits
        elif not fits:
            unfit.setdefault(row["kind"], []).append(f"{reply.intent}: {row['text']}")
        count["with a quotation"] += bool(reply.citations)
        count[f"as {reply.intent}"] += 1
    return {
        "scene questions": len(rows),
        "scene questions with a later quote": later,
        "scene questions by kind": {kind: dict(count) for kind, count in sorted(counts.items())},
        **({"held": dict(held)} if held else {}),
        **({"questions whose answer does not fit": unfit} if told else {}),
    }
