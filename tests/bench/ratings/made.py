"""Made-up ratings by the million, written in the shapes that the large public sets have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

PER_USER = 140
ITEMS = 20_000
BATCH_USERS = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """How a row is written, what stands above all rows, and a row that is wrong."""

    head: bytes
    row: bytes
    fault: bytes


SHAPES = {
    "csv": Form(b"userId,movieId,rating,timestamp\n", b"%d,%d,%d,%d\n", b"1,2,NaN,1000000000\n"),
    "dat": Form(b"", b"%d::%d::%d::%d\n", b"1::2::5\n"),
    "lists": Form(b"", b"", b"1 2 x\n"),
}


def write(path: Path, shape: str, rows: int, seed: int = 0) -> dict[str, int]:
    """Write about `rows` ratings; return how many rows, users and items there are, and the sum of the ratings."""
    random = np.random.default_rng(seed)
    form, met = SHAPES[shape], np.zeros(ITEMS, bool)
    count, total, users = 0, 0, max(1, rows // PER_USER)
    with path.open("wb") as stream:
        stream.write(form.head)
        for first in range(0, users, BATCH_USERS):
            for user in range(first, min(users, first + BATCH_USERS)):
                # Long-tailed, each item once a user.
                items = np.unique((random.pareto(1.0, PER_USER + 20) * 200).astype(np.int64) % ITEMS)[
                    :PER_USER
                ]
                values = 1 + (items * 7 + user) % 5
                met[items] = True
                count += len(items)
                if shape == "lists":
                    stream.write(b" ".join(b"%d" % one for one in (user, *items)) + b"\n")
                    continue
                total += int(values.sum())
                stream.write(
                    b"".join(
                        form.row % (user, item, value, 1_000_000_000 + item)
                        for item, value in zip(items.tolist(), values.tolist(), strict=True)
                    )
                )
    return {"rows": count, "users": users, "items": int(met.sum()), "sum": total}
