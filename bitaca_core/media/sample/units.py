"""Which units exist, in publication order, and where their stories are written."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from bitaca_core.errors import InputError

if TYPE_CHECKING:
    from bitaca_core.media.sample.story import Story


@dataclass(frozen=True, slots=True)
class SampleUnit:
    """One playable unit. `seconds` is its exact length."""

    title_id: str
    order: int
    seconds: float


_PLACES: tuple[tuple[str, float, str, str], ...] = (
    ("pipa-avoada-2026", 20, "pipa_avoada", "story"),
    ("bitaca-na-chuva-2026", 26, "bitaca_na_chuva", "story"),
    ("gato-de-plantao-2026-e01", 66, "gato_de_plantao", "fish"),
    ("oferenda-2026", 26, "oferenda", "story"),
    ("trem-para-o-mar-2026", 248, "trem_para_o_mar", "story"),
    ("jardim-de-regras-2026", 25, "jardim_de_regras", "story"),
    ("gato-de-plantao-2026-e02", 66, "gato_de_plantao", "moon"),
    ("gato-de-plantao-2026-e03", 66, "gato_de_plantao", "blackout"),
)
UNITS = tuple(SampleUnit(title_id, order, seconds) for order, (title_id, seconds, _, _) in enumerate(_PLACES))
"""All units; the first is the one that a new installation shows within seconds."""


def load(title_id: str) -> Story:
    """Return the story of one unit."""
    for known, _, module, maker in _PLACES:
        if known == title_id:
            story: Story = getattr(import_module(f"bitaca_core.media.sample.stories.{module}"), maker)()
            return story
    names = ", ".join(unit.title_id for unit in UNITS)
    raise InputError(f"{title_id!r} is not a sample title", hint=f"Known: {names}")
