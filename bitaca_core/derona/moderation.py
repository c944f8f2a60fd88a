"""Three judgements before anything else: someone may be in danger, someone insults, or all is well.

A topic is not an offence ("filme sobre suicídio", "terror sangrento", "filme gay"), an idiom is no danger
("morrendo de rir"). The lists are `data/moderation.json`; patterns are matched against folded words.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import resources
from typing import Literal

from bitaca_core.derona.normalize import Message

Verdict = Literal["ok", "crisis", "abuse", "refuse"]


def judge(message: Message) -> Verdict:
    """Return `crisis`, `refuse` (content nobody should ask for), `abuse` or `ok`."""
    rules = _rules()
    texts = {message.text, " ".join(message.typed)}
    if any(rules["idiom"].search(text) for text in texts):
        return "abuse" if any(rules["abuse"].search(text) for text in texts) else "ok"
    topic = any(rules["topic"].search(text) for text in texts)
    if any(rules["crisis"].search(text) for text in texts) and not topic:
        return "crisis"
    if any(rules["refuse"].search(text) for text in texts):
        return "refuse"
    if any(rules["abuse"].search(text) for text in texts):
        return "abuse"
    return "ok"


@lru_cache(maxsize=1)
def _rules() -> dict[str, re.Pattern[str]]:
    text = (resources.files("bitaca_core.derona") / "data" / "moderation.json").read_text("utf-8")
    return {name: re.compile(r"\b(?:" + "|".join(lines) + r")\b") for name, lines in json.loads(text).items()}
