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
        A backend is named without a model, with a moderation that it does not have, or its extra is not installed.
    """
    if settings.chat_backend == "embedded":
        return None
    if not settings.chat_model:
        raise InputError(
            f"the chat backend {settings.chat_backend!r} needs a model", hint="set BITACA_CHAT_MODEL"
        )
    from bitaca_core.derona.backends.budget import TokenBudget
    from bitaca_core.derona.backends.companion import Companion

    backend = _backend(settings)
    second = None
    if settings.chat_moderation_model:
        from bitaca_core.derona.backends.openai_wire import OpenAIBackend
        from bitaca_core.derona.backends.second_opinion import SecondOpinion

        if not isinstance(backend, OpenAIBackend):
            raise InputError(
                f"the chat backend {settings.chat_backend!r} has no moderation",
                hint="unset BITACA_CHAT_MODERATION_MODEL",
            )
        second = SecondOpinion(backend)
    budget = TokenBudget(settings.chat_tokens_per_day, time.time)
    return Companion(backend, budget, time.monotonic, second=second)


def _backend(settings: Settings) -> ChatBackend:
    key, base_url = settings.chat_api_key or "", settings.chat_base_url
    if settings.chat_backend == "openai":
        from bitaca_core.derona.backends.openai_wire import OpenAIBackend

        return OpenAIBackend(settings.chat_model, key, base_url, settings.chat_moderation_model)
    from bitaca_core.derona.backends.anthropic_wire import AnthropicBackend

    return AnthropicBackend(settings.chat_model, key, base_url)
