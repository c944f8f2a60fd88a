"""Which model the settings name; none where they name none. Libraries are imported only for the one that is chosen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bitaca_core.errors import InputError
from bitaca_core.settings import Settings

if TYPE_CHECKING:
    from bitaca_core.derona.backends.base import ChatBackend
    from bitaca_core.derona.backends.companion import Companion


def companion_of(settings: Settings) -> Companion | None:
    """Return the model beside Derona.

    Raises
    ------
    InputError
        A backend is named without a model, or its extra is not installed.
    """
    if settings.chat_backend == "embedded":
        return None
    if not settings.chat_model:
        raise InputError(
            f"the chat backend {settings.chat_backend!r} needs a model", hint="set BITACA_CHAT_MODEL"
        )
    from bitaca_core.derona.backends.budget import TokenBudget
    from bitaca_core.derona.backends.companion import Companion

    return Companion(_backend(settings), TokenBudget(settings.chat_tokens_per_day, time.time), time.monotonic)


def _backend(settings: Settings) -> ChatBackend:
    key, base_url = settings.chat_api_key or "", settings.chat_base_url
    if settings.chat_backend == "openai":
        from bitaca_core.derona.backends.openai_wire import OpenAIBackend

        return OpenAIBackend(settings.chat_model, key, base_url)
    from bitaca_core.derona.backends.anthropic_wire import AnthropicBackend

    return AnthropicBackend(settings.chat_model, key, base_url)
