"""Models behind the Anthropic messages protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from bitaca_core.derona.backends import prompt
from bitaca_core.derona.backends.base import CONNECT_S, REPLY_TOKENS_MAX, TOTAL_S, BackendError, Briefing
from bitaca_core.derona.backends.told import Told
from bitaca_core.errors import InputError

if TYPE_CHECKING:
    import anthropic


class AnthropicBackend:
    """One model. Parameters and errors as `OpenAIBackend`."""

    def __init__(self, model: str, key: str, base_url: str | None = None) -> None:
        try:
            import anthropic
        except ImportError as error:
            raise InputError(
                "the chat backend `anthropic` is not installed", hint="pip install 'bitaca-play[anthropic]'"
            ) from error
        self._errors: Any = anthropic
        self._model = model
        self._client: anthropic.AsyncAnthropic = anthropic.AsyncAnthropic(
            api_key=key or "none",
            base_url=base_url,
            max_retries=0,
            timeout=anthropic.Timeout(TOTAL_S, connect=CONNECT_S),
        )

        self._api = self._client.messages  # the library loads it now, not within a viewer's deadline

    @property
    def name(self) -> str:
        """Backend and model."""
        return f"anthropic:{self._model}"

    async def phrase(self, briefing: Briefing) -> AsyncGenerator[str]:
        """Yield pieces of text; closing the iterator closes the connection."""
        with Told(self._errors) as told:
            stream = await self._api.create(
                model=self._model,
                system=prompt.rules(briefing.lang),
                messages=[{"role": "user", "content": prompt.table(briefing)}],
                max_tokens=REPLY_TOKENS_MAX,
                stream=True,
            )
            async with stream:
                ended = False
                async for event in stream:
                    if event.type == "content_block_delta" and event.delta.type == "text_delta":
                        told.started = True
                        yield event.delta.text
                    ended = ended or event.type == "message_stop"
            if not ended:
                raise BackendError("cut")

    async def understand(self, briefing: Briefing) -> str:
        """Return a query as JSON."""
        with Told(self._errors):
            answer = await self._api.create(
                model=self._model,
                system=prompt.reader_rules(briefing.lang),
                messages=[{"role": "user", "content": prompt.question(briefing)}],
                max_tokens=REPLY_TOKENS_MAX,
            )
        return "".join(block.text for block in answer.content if block.type == "text")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
