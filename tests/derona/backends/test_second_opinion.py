"""A provider's moderation can stop a model's words; it cannot make them, nor hold up anything when it is in trouble."""

from __future__ import annotations

import time

import pytest

from bitaca_core.derona.backends.budget import TokenBudget
from bitaca_core.derona.backends.choose import companion_of
from bitaca_core.derona.backends.companion import Companion
from bitaca_core.derona.backends.openai_wire import OpenAIBackend
from bitaca_core.derona.backends.second_opinion import SecondOpinion
from bitaca_core.derona.moderation import Judgement
from bitaca_core.errors import InputError
from bitaca_core.settings import Settings

from .model_server import KEY, MODEL, MODERATION_MODEL, serving
from .test_companion import heard


def backend_of(address: str) -> OpenAIBackend:
    return OpenAIBackend(MODEL, KEY, f"{address}/v1", MODERATION_MODEL)


def companion(address: str) -> Companion:
    backend = backend_of(address)
    second = SecondOpinion(backend, 20.0)
    return Companion(
        backend, TokenBudget(10**6, time.time), time.monotonic, first_s=20.0, total_s=60.0, second=second
    )


async def test_the_graver_judgement_counts_and_the_milder_does_not() -> None:
    async with serving() as model:
        model.flags = {"soco": "violence", "corto": "self-harm/intent"}
        backend = backend_of(model.address)
        second = SecondOpinion(backend, 20.0)
        assert await second.of("um filme leve", Judgement("block", "learned")) == Judgement(
            "block", "learned"
        )
        assert (await second.of("um soco", Judgement("allow"))).tier == "refuse"
        assert await second.of("eu me corto", Judgement("allow")) == Judgement(
            "crisis", "provider:self-harm/intent"
        )
        await backend.close()


@pytest.mark.parametrize("mood", ["down", "slow", "limited"])
async def test_a_provider_in_trouble_has_no_opinion(mood: str) -> None:
    async with serving(mood) as model:
        backend = backend_of(model.address)
        assert await SecondOpinion(backend, 0.2).of("um soco", Judgement("allow")) == Judgement("allow")
        await backend.close()


async def test_what_is_flagged_is_not_added_to() -> None:
    async with serving() as model:
        one = companion(model.address)
        first = await heard(one)
        assert first and model.moderated == ["quero um drama", *first]
        model.flags = {"noite": "harassment"}
        assert await heard(one, text="outro drama") == first[:1] and one.outcomes["provider:harassment"] == 1
        model.flags = {"drama": "illicit"}
        asked = len(model.asked)
        assert await heard(one, text="mais um drama") == [] and len(model.asked) == asked, (
            "the model was not asked"
        )
        await one.close()


def test_only_who_has_a_moderation_can_be_asked() -> None:
    made = Settings(chat_backend="anthropic", chat_model="m", chat_api_key="k", chat_moderation_model="x")
    with pytest.raises(InputError, match="no moderation"):
        companion_of(made)
    chosen = Settings(chat_backend="openai", chat_model="m", chat_api_key="k", chat_moderation_model="x")
    found, plain = companion_of(chosen), companion_of(chosen.model_copy(update={"chat_moderation_model": ""}))
    assert found is not None and found.second is not None and plain is not None and plain.second is None
