"""What the notebook tells of Derona: the development sets by leave-one-writer-out, tables, first and last blind scores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bitaca_core.derona import moderation
from bitaca_core.derona.training import moderation as training
from bitaca_core.derona.understanding.training import Told, left_out, read, slot_counts
from tests.bench.derona.understanding import by_intent, macro_f1

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = {
    "utterances": ("intent macro-F1 pt", "intent macro-F1 en", "intent macro-F1 mixed", "slot F1"),
    "moderation": ("precision", "recall", "same tier", "false blocks"),
}
"""The totals of the blind sets that are told beside the development sets."""
WANTED = {
    "intent macro-F1 pt": 0.95, "intent macro-F1 en": 0.92, "slot F1": 0.93, "precision": 0.95, "recall": 0.9, "false blocks": 0.005,
}  # fmt: skip


@dataclass(frozen=True)
class Development:
    """How the development messages are read by models that never saw their writer."""

    told: tuple[Told, ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Intents as meant and as read."""
        return [(one.row.intent, one.intent) for one in self.told]

    def totals(self) -> dict[str, Any]:
        """Return macro-F1 by language, the slots' F1, and both by name."""
        counts = slot_counts(self.told)
        found: dict[str, Any] = {
            "n": len(self.told),
            "writers left out": len({one.row.writer for one in self.told}),
        }
        for lang in ("pt", "en", "mixed"):
            found[f"intent macro-F1 {lang}"] = macro_f1(
                (one.row.intent, one.intent) for one in self.told if one.row.lang == lang
            )
        found["slot F1"] = _f1(*np.sum(list(counts.values()), axis=0))
        found["by intent"] = by_intent(self.pairs)
        found["by slot"] = {
            name: {"n": int(one[0] + one[1]), "f1": _f1(*one)} for name, one in sorted(counts.items())
        }
        return found


def development(files: Iterable[Path], every: int = 1, writers: Sequence[str] | None = None) -> Development:
    """Read one in `every` message of the files, each writer's by what the others wrote; `writers` None is everybody."""
    rows = read(files, every)
    return Development(tuple(one for own in left_out(rows, writers) for one in own))


def _f1(hit: float, missed: float, extra: float) -> float:
    return round(float(2 * hit / max(1, 2 * hit + missed + extra)), 4)


@dataclass(frozen=True)
class Curve:
    """Moderation of the development phrases by models that saw neither them nor their near doubles.

    `precision`, `recall` and `threshold` have shape (n,), by ascending threshold; `chosen` is (precision, recall) at the
    threshold in use.
    """

    phrases: int
    precision: np.ndarray
    recall: np.ndarray
    threshold: np.ndarray

    @property
    def chosen(self) -> tuple[float, float]:
        """Precision and recall at the threshold in use."""
        at = min(int(np.searchsorted(self.threshold, moderation.THRESHOLD)), len(self.threshold) - 1)
        return round(float(self.precision[at]), 4), round(float(self.recall[at]), 4)

    def recall_at(self, precision: float) -> float:
        """Return the highest recall with at least this precision; 0 where there is none."""
        return round(float(self.recall[self.precision >= precision].max(initial=0.0)), 4)


def moderation_curve(every: int = 1, messages: bool = True) -> Curve:
    """Judge one in `every` development row; without `messages` the rows that are no phrases of moderation are few."""
    rows = [row for row in training.development(training.DEV) if messages or row.source != "utterances"][
        ::every
    ]
    chances = training.left_out(rows, training.beside(training.DEV)[::every])
    found = training.curve(rows, training.risk_of(chances))
    return Curve(sum(row.source == "phrases" for row in rows), *found)


def blind(path: Path) -> pd.DataFrame:
    """Return the first score ever measured on each blind set beside the last and what is wanted."""
    import pandas as pd

    kept = json.loads(path.read_text("utf-8"))
    rows = [
        {"set": name, "measure": key, "first": kept[name]["first"]["scores"].get(key), "last": kept[name]["last"]["scores"].get(key),
         "wanted": WANTED.get(key)}
        for name, keys in PUBLISHED.items() if name in kept for key in keys
    ]  # fmt: skip
    return pd.DataFrame(rows)


def kinds(found: Mapping[str, Any]) -> pd.DataFrame:
    """Return success and turns of each kind of persona, a row each, from the totals of a simulation."""
    import pandas as pd

    rows = [
        {"kind": kind, **{key: value for key, value in one.items() if key != "turns to accept"}}
        for kind, one in found["by kind"].items()
    ]
    return pd.DataFrame(rows).set_index("kind")


def intervals(found: Mapping[str, Any]) -> list[tuple[str, float, float, float]]:
    """Return success within the wanted turns of each kind with its 95 % Wilson interval, best first."""
    rows = [(kind, *wilson(_soon(one), one["n"])) for kind, one in found["by kind"].items()]
    return sorted(rows, key=lambda row: -row[1])


def wilson(share: float, n: int) -> tuple[float, float, float]:
    """Return a share with its 95 % interval (Wilson 1927)."""
    z, n = 1.96, max(1, n)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return share, round(float(centre - half), 4), round(float(centre + half), 4)


def _soon(one: Mapping[str, Any]) -> float:
    return float(next(value for key, value in one.items() if key.startswith("accepted within")))


def conclusion(simulated: Mapping[str, Any], read_: Mapping[str, Any], curve: Curve) -> str:
    """Return the answer in words, made from the numbers alone."""
    frozen, made = simulated["frozen personas"], simulated["generated dialogues"]
    exist = min(frozen["named titles that exist"], made["named titles that exist"])
    return (
        f"Of {frozen['n']} frozen personas {_soon(frozen):.1%} are shown a goal within three turns, of {made['n']} generated "
        f"ones {_soon(made):.1%} a title that meets their need; {made['left without a title']:.1%} leave. "
        f"{exist:.2%} of the named titles exist. {made['constraint violations']} cards break a condition that was "
        f"understood, {made['cards against what was forgotten with a new wish']} one of an earlier message that was dropped "
        f"with a new wish. Messages of a writer that the models never read: macro-F1 of the intents "
        f"{read_['intent macro-F1 pt']:.2f} in Portuguese, {read_['intent macro-F1 en']:.2f} in English, F1 of the slots "
        f"{read_['slot F1']:.2f}. Moderation reaches a recall of {curve.recall_at(0.95):.2f} at a precision of 0.95."
    )
