"""Personal numbers out of what is kept of a conversation: out of its lines, and out of the state that quotes them."""

from __future__ import annotations

import json
from typing import Any

from bitaca_core.security.personal import redact_personal

IDS = frozenset(("listed", "shown", "focus", "like", "exclude_ids"))
"""Fields of a state that hold titles' ids: names of ours, which may look like numbers."""


def said_and_state(said: str, state: str, personal: bool) -> tuple[str, str, bool]:
    """Return the text and the state (both ways as JSON) to keep, and whether anything personal was said so far.

    A state quotes only what was said, so it is looked through only where that had something to hide.
    """
    text = redact_personal(said)
    personal = personal or text != said
    if personal:
        state = json.dumps(_without(json.loads(state)), ensure_ascii=False, separators=(",", ":"))
    return text, state, personal


def _without(value: Any) -> Any:
    if isinstance(value, str):
        return redact_personal(value)
    if isinstance(value, list):
        return [_without(item) for item in value]
    if isinstance(value, dict):
        return {key: item if key in IDS else _without(item) for key, item in value.items()}
    return value
