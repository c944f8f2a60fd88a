"""A ladder that a person wrote: a JSON file of rungs, read with the place of every fault.

```json
{"schema": 1, "rungs": [
  {"height": 720, "crf": 22, "max_bps": 3000000},
  {"height": 360, "max_bps": 800000},
  {"height": 720, "codec": "av1", "crf": 38}]}
```

`height` is the shorter side of the picture; the nearest size of exactly the title's aspect is taken. A rung needs
`crf`, `max_bps` or both.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from bitaca_core.errors import InputError
from bitaca_core.media.ladder import Rung, exact_sizes

SCHEMA = 1
MAX_BYTES = 1_000_000
MAX_RUNGS = 24
BUFFER_S = 1.5
FIELDS = {"height", "codec", "crf", "max_bps", "preset"}
CRF = {"h264": (22.0, 51.0), "av1": (38.0, 63.0), "vp9": (34.0, 63.0)}
"""Setting where the file gives none, and the highest one, by codec."""
MAX_BPS = 100_000_000
UNCAPPED_BPS_PER_PIXEL = 12.0
"""Cap of a rung that has none, bits a second for each pixel of the picture: too high to matter."""


class LadderFileError(InputError):
    """A ladder file that cannot be used; the message names the rung and the field."""

    kind = "ladder"


def read(path: Path, width: int, height: int) -> list[Rung]:
    """Read the ladder in `path` for a picture of `width` x `height`.

    Raises
    ------
    LadderFileError
        It cannot be read, is no JSON (with line and column), or a rung is not one (with its place and field).
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LadderFileError(f"larger than {MAX_BYTES} bytes: no ladder", file=path)
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LadderFileError(f"cannot be read: {error.strerror}", file=path) from error
    except UnicodeDecodeError as error:
        raise LadderFileError("is not UTF-8 text", file=path) from error
    except json.JSONDecodeError as error:
        raise LadderFileError(
            f"no JSON: {error.msg}", file=path, line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise LadderFileError("nested too deeply", file=path) from error
    return parse(document, width, height, path)


def parse(document: Any, width: int, height: int, path: Path | None = None) -> list[Rung]:
    """Turn the document into rungs, in its order (pure)."""
    if not isinstance(document, dict) or not isinstance(document.get("rungs"), list):
        raise LadderFileError('expected {"schema": 1, "rungs": [...]}', file=path)
    if document.get("schema", SCHEMA) != SCHEMA:
        raise LadderFileError(f"schema {document['schema']!r}; this release reads {SCHEMA}", file=path)
    if unknown := sorted(set(document) - {"schema", "rungs"}):
        raise LadderFileError(f"unknown field {unknown[0]!r}", file=path)
    rows = document["rungs"]
    if not 1 <= len(rows) <= MAX_RUNGS:
        raise LadderFileError(f"{len(rows)} rungs; expected 1 to {MAX_RUNGS}", file=path)
    made: list[Rung] = []
    for number, row in enumerate(rows):
        made.append(_rung(row, number, width, height, made, path))
    return made


def _rung(row: Any, number: int, width: int, height: int, before: list[Rung], path: Path | None) -> Rung:
    where = f"rungs[{number}]"
    if not isinstance(row, dict):
        raise LadderFileError(f"{where}: expected an object", file=path)
    if unknown := sorted(set(row) - FIELDS):
        raise LadderFileError(
            f"{where}.{unknown[0]}: unknown field; known are {', '.join(sorted(FIELDS))}", file=path
        )
    codec = row.get("codec", "h264")
    if codec not in CRF:
        raise LadderFileError(f"{where}.codec: {codec!r}; expected h264, av1 or vp9", file=path)
    side = _number(row, "height", where, 16, 4320, path)
    if side is None:
        raise LadderFileError(f"{where}.height: missing", file=path)
    if side > min(width, height):
        raise LadderFileError(
            f"{where}.height: {side:g} is larger than the picture ({width}x{height})", file=path,
            hint="Rungs are never enlarged",
        )  # fmt: skip
    usual, highest = CRF[codec]
    crf = _number(row, "crf", where, 0, highest, path)
    cap = _number(row, "max_bps", where, 10_000, MAX_BPS, path)
    if crf is None and cap is None:
        raise LadderFileError(f"{where}: needs crf or max_bps", file=path)
    preset = row.get("preset")
    if preset is not None and (not isinstance(preset, str) or not preset.isalnum()):
        raise LadderFileError(f'{where}.preset: expected a word such as "medium" or "8"', file=path)
    sizes = exact_sizes(Fraction(width), Fraction(height))
    wide, high = min(sizes, key=lambda size: (abs(min(size) - side), -min(size)))
    max_bps = round(cap) if cap is not None else round(UNCAPPED_BPS_PER_PIXEL * wide * high)
    name = f"{min(wide, high)}p" + ("" if codec == "h264" else f"-{codec}")
    same = sum(rung.codec == codec and min(rung.width, rung.height) == min(wide, high) for rung in before)
    return Rung(
        id=name if not same else f"{name}-{same + 1}",
        width=wide,
        height=high,
        crf=usual if crf is None else crf,
        max_bps=max_bps,
        buffer_bits=round(max_bps * BUFFER_S),
        codec=codec,
        preset=preset,
    )


def _number(
    row: dict[str, Any], name: str, where: str, low: float, high: float, path: Path | None
) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise LadderFileError(
            f"{where}.{name}: {value!r}; expected a number from {low:g} to {high:g}", file=path
        )
    return float(value)
