"""Which model serves and what the last refit came to, read from JSON alone: `bitaca status` loads no arrays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DECISION = "decision.json"


def standing(folder: Path) -> dict[str, Any]:
    """Return `{"serves", "facts", "last_refit"}` of a folder of models; `serves` is `content` without a model.

    A model whose description is missing or damaged serves nobody, and says so in `problem`.
    """
    last = _read(folder / DECISION)
    found: dict[str, Any] = {"serves": "content", "facts": {}, "last_refit": last, "problem": None}
    try:
        version = (folder / "current").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return found
    head = _read(folder / version / "model.json") if version and "/" not in version else None
    if head is None:
        return found | {"problem": f"model {version} cannot be read"}
    return found | {"serves": version, "facts": head.get("facts", {})}


def told(state: dict[str, Any]) -> str:
    """Return the same in one or two lines."""
    if state["serves"] == "content":
        line = "recommendations: by content, no model is published"
    else:
        facts = state["facts"]
        of = f" (of {facts['viewers']} viewers, {facts['interactions']} titles watched)" if facts else ""
        line = f"recommendations: model {state['serves']}{of}"
    if state["problem"]:
        line += f"; {state['problem']}"
    last = state["last_refit"]
    if last is not None:
        word = "published" if last.get("published") else "nothing published"
        line += f"\nlast refit: {word}, {last.get('reason')}"
        if last.get("difference") is not None:
            line += f" (nDCG@10 {last['difference']:+.4f}, {last['low']:+.4f} to {last['high']:+.4f})"
    return line


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
