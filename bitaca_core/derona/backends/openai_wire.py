"""Models behind the OpenAI chat-completions protocol: OpenAI itself, or any compatible server by its base URL."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from bitaca_core.derona.backends import prompt
from bitaca_core.derona.backends.base import (
    CONNECT_S,
    REPLY_TOKENS_MAX,
    TOTAL_S,
    BackendError,
    Briefing,
)
from bitaca_core.derona.backends.told import Told
from bitaca_core.errors import InputError

if TYPE_CHECKING:
    import openai


class OpenAIBackend:
    """One model of one server.

    Parameters
    ----------
    model : str
    key : str
        Sent as a Bearer token; many local servers take any.
    base_url : str or None
        OpenAI's own where None.
    moderation_model : str
        What `flagged` asks.

    Raises
    ------
    InputError
        The extra is not installed.
    """

    def __init__(self, model: str, key: str, base_url: str | None = None, moderation_model: str = "") -> None:
        try:
            import openai
        except ImportError as error:
            raise InputError(
                "the chat backend `openai` is not installed", hint="pip install 'bitaca-play[openai]'"
            ) from error
        self._errors: Any = openai
        self._model = model
        self._moderation_model = moderation_model
        self._client: openai.AsyncOpenAI = openai.AsyncOpenAI(
            api_key=key or "none",
            base_url=base_url,
            max_retries=0,
            timeout=openai.Timeout(TOTAL_S, connect=CONNECT_S),
        )

        self._api = self._client.chat.completions  # the library loads it now, not within a viewer's deadline

    @property
    def name(self) -> str:
        """Backend and model."""
        return f"openai:{self._model}"

    async def phrase(self, briefing: Briefing) -> AsyncGenerator[str]:
        """Yield pieces of text; closing the iterator closes the connection."""
        with self._told() as told:
            stream = await self._api.create(
                model=self._model,
                messages=self._messages(prompt.rules(briefing.lang), prompt.table(briefing)),
                max_tokens=REPLY_TOKENS_MAX,
                temperature=0.4,
                stream=True,
            )
            async with stream:
                ended = False
                async for chunk in stream:
                    choice = chunk.choices[0] if chunk.choices else None
                    if choice is None:
                        continue
                    if choice.delta.content:
                        told.started = True
                        yield choice.delta.content
                    ended = ended or choice.finish_reason is not None
            if not ended:
                raise BackendError("cut")

    async def understand(self, briefing: Briefing) -> str:
        """Return a query as JSON."""
        with self._told():
            answer = await self._api.create(
                model=self._model,
                messages=self._messages(prompt.reader_rules(briefing.lang), prompt.question(briefing)),
                max_tokens=REPLY_TOKENS_MAX,
                temperature=0,
            )
        return (answer.choices[0].message.content or "") if answer.choices else ""

    async def flagged(self, text: str) -> dict[str, bool]:
        """Return the categories of the provider's moderation; raises BackendError."""
        with self._told():
            answer = await self._client.moderations.create(model=self._moderation_model, input=text)
        return answer.results[0].categories.model_dump(by_alias=True) if answer.results else {}

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _messages(self, system: str, user: str) -> Any:
        return [{"role": "system", "content": system}, {"role": "user", "content": user}]

    def _told(self) -> Told:
        return Told(self._errors)
