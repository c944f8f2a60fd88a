"""What went wrong with which title, remembered so that it can be told and not tried again in vain.

`state/failures.json` keeps one line a title. A failure that lies in the input (a broken file) stands until one
of the title's files changes; any other is tried again at the next run. Deleting the file only costs that memory.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bitaca_core.errors import BitacaError, InputError
from bitaca_core.settings import DataPaths
from bitaca_core.stamps import write_atomically

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a title could not be made. `files` are `[path, size, mtime_ns]` of its inputs when `of_input`."""

    title_id: str
    kind: str
    message: str
    of_input: bool
    files: tuple[tuple[str, int, int], ...] = ()

    def stands(self) -> bool:
        """Return whether trying again would meet the same input."""
        return self.of_input and self.files == _stamps(path for path, _, _ in self.files)


def record(paths: DataPaths, title_id: str, error: Exception, inputs: Iterable[str] = ()) -> None:
    """Remember why `title_id` failed; `inputs` are the absolute paths of its files."""
    failure = told(title_id, error, inputs)
    _change(paths, lambda known: known.update({title_id: failure}))


def told(title_id: str, error: Exception, inputs: Iterable[str] = ()) -> Failure:
    """Return a failure in words."""
    of_input = isinstance(error, InputError)
    return Failure(
        title_id,
        error.kind if isinstance(error, BitacaError) else "unexpected",
        str(error) if isinstance(error, BitacaError) else f"{type(error).__name__}: {error}",
        of_input,
        _stamps(inputs) if of_input else (),
    )


def clear(paths: DataPaths, title_id: str) -> None:
    """Forget a title's failure: it was made."""
    if title_id in load(paths):
        _change(paths, lambda known: known.pop(title_id, None))


def load(paths: DataPaths) -> dict[str, Failure]:
    """Return every remembered failure by title; none when the file is missing, damaged or of another release."""
    try:
        document = json.loads(_file(paths).read_bytes())
        if document["schema"] != SCHEMA:
            return {}
        rows = [Failure(**{**row, "files": tuple(map(tuple, row["files"]))}) for row in document["failures"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}
    return {row.title_id: row for row in rows}


def _change(paths: DataPaths, change: Callable[[dict[str, Failure]], object]) -> None:
    file = _file(paths)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = load(paths)
        change(known)
        document = {"schema": SCHEMA, "failures": [asdict(failure) for failure in known.values()]}
        write_atomically(file, json.dumps(document, ensure_ascii=False))


def _stamps(files: Iterable[str]) -> tuple[tuple[str, int, int], ...]:
    found = []
    for name in files:
        try:
            status = os.stat(name)  # noqa: PTH116 - many files, as in receipts
        except OSError:
            found.append((name, -1, -1))
        else:
            found.append((name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _file(paths: DataPaths) -> Path:
    return paths.state / "failures.json"
