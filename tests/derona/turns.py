"""Turns made by hand: a message with the reading that it is to have, so that each act is tried by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from bitaca_core.derona import phrasing, policy
from bitaca_core.derona.assistant import Assistant, DialogueState, Own, PlayerContext, Reply
from bitaca_core.derona.commands import Command
from bitaca_core.derona.context import Turn
from bitaca_core.derona.intents import Reading


def say(
    derona: Assistant,
    said: str,
    intent: str,
    aspect: str | None = None,
    *,
    command: Command | None = None,
    state: DialogueState | None = None,
    player: PlayerContext | None = None,
    begun: Sequence[tuple[str, float]] = (),
    watched: Sequence[str] = (),
    own: Own | None = Own(),  # noqa: B008 - frozen
    coming: Sequence[str] = (),
    **slots: Any,
) -> Reply:
    """Return the answer to `said` read as `intent` and `aspect`; `slots` stand in for those that were read."""
    state = state or DialogueState()
    message, found, _ = derona.understand(said, state, player)
    turn = Turn(
        message,
        replace(found, **slots),
        Reading(intent, command, aspect),
        state,
        player,
        derona.shelf.playable_ids(),
        (),
        tuple(watched),
        tuple(SimpleNamespace(title_id=unit, position_s=at) for unit, at in begun),
        derona.rng_seed,
        frozenset(coming),
        own,
    )
    return derona._speak(turn, policy.answer(turn, derona.shelf))


def act_of(reply: Reply) -> str:
    """Return the act that an answer speaks: of the phrases that it fits, the one with most words of its own."""
    found: list[tuple[int, str]] = []
    for act, variants in phrasing.phrases(reply.lang).items():
        for variant in variants:
            own = re.sub(r"\{\w+\}", "", variant)
            pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(variant))
            if re.fullmatch(pattern, reply.text, re.DOTALL):
                found.append((len(own), act))
    return max(found)[1] if found else ""
