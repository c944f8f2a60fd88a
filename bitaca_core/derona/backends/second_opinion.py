"""A provider's own moderation, as a second layer over a language model's words: it can stop them, and nothing else.

The engine has answered by then and waits for nothing here. What the provider thinks worse of than our own judgement is
not added to; what it thinks better of stays as judged. A provider that does not answer has no opinion.

References
----------
OpenAI API reference, "Moderations" (`POST /v1/moderations`): `results[].flagged`, `results[].categories`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from bitaca_core.derona.backends.base import BackendError
from bitaca_core.derona.moderation import Judgement, Tier

WAIT_S = 1.5
TIERS: dict[str, Tier] = {
    "self-harm": "crisis",
    "self-harm/intent": "crisis",
    "self-harm/instructions": "crisis",
    "hate": "block",
    "hate/threatening": "block",
    "harassment": "block",
    "harassment/threatening": "block",
    "sexual/minors": "block",
    "violence": "refuse",
    "violence/graphic": "refuse",
    "sexual": "refuse",
    "illicit": "refuse",
    "illicit/violent": "refuse",
}
"""Our tier of each category; one that is not known here is refused."""


class Moderator(Protocol):
    """Who judges a text elsewhere."""

    async def flagged(self, text: str) -> Mapping[str, bool]:
        """Return the provider's categories of a text; raises BackendError."""
        ...


class SecondOpinion:
    """Asks a provider within a time limit.

    Parameters
    ----------
    moderator : Moderator
    wait_s : float
    """

    def __init__(self, moderator: Moderator, wait_s: float = WAIT_S) -> None:
        self._moderator = moderator
        self._wait_s = wait_s

    async def of(self, text: str, ours: Judgement) -> Judgement:
        """Return the graver of our judgement and the provider's."""
        try:
            async with asyncio.timeout(self._wait_s):
                categories = await self._moderator.flagged(text)
        except (BackendError, TimeoutError):
            return ours
        for category, found in categories.items():
            if found:
                ours = ours.raised(Judgement(TIERS.get(category, "refuse"), f"provider:{category}"))
        return ours
