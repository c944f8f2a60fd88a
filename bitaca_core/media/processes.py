"""Whether the process that left something behind is still there."""

from __future__ import annotations

import os
from pathlib import Path


def alive(process_id: int) -> bool:
    """Return whether a process of this id still works, whoever's it is; one that only waits to be reaped does not."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    fields = _status(process_id)
    return not fields or fields[0] not in "ZX"


def began(process_id: int) -> str:
    """Return when a process began, in the kernel's ticks: its id may be given to another one later.

    Empty where the system does not tell (only Linux has /proc); the id alone decides there.
    """
    fields = _status(process_id)
    return fields[19] if fields else ""


def _status(process_id: int) -> list[str]:
    """Return the fields of /proc/ID/stat from the state on (proc(5), field 3); empty where there is none."""
    try:
        text = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()  # the command's name before it may hold spaces
