"""Titles side by side: each word is a field of the catalogue."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant
from tests.derona.acts.known_titles import LISTED, assistant
from tests.derona.turns import act_of, say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


def test_two_titles_side_by_side(derona: Assistant) -> None:
    reply = say(
        derona, "central do brasil ou bacurau?", "compare", titles=("central-do-brasil-1998", "bacurau-2019")
    )
    assert "1 h 50 min" in reply.text and "2 h 11 min" in reply.text and len(reply.cards) == 2
    counted = say(derona, "o 1 ou o 3?", "compare", state=LISTED)
    assert [card.title_id for card in counted.cards] == ["central-do-brasil-1998", "bacurau-2019"]


@pytest.mark.parametrize(
    ("text", "slots", "title", "value"),
    [
        ("qual é o mais curto?", {"compare": "shorter"}, "Central do Brasil", "1 h 50 min"),
        ("qual é o mais novo?", {"compare": "newer"}, "Bacurau", "2019"),
        ("qual é o mais sombrio?", {"moods": ("sombrio",)}, "Bacurau", "sombrio"),
    ],
)
def test_by_one_field(derona: Assistant, text: str, slots: dict[str, object], title: str, value: str) -> None:
    reply = say(derona, text, "compare", state=LISTED, **slots)
    assert title in reply.text and value in reply.text


def test_taste_is_not_ranked_and_missing_facts_are_admitted(derona: Assistant) -> None:
    assert act_of(say(derona, "qual é o melhor?", "compare", state=LISTED)) == "compare_list"
    assert (
        act_of(say(derona, "qual é mais leve?", "compare", state=LISTED, compare="lighter"))
        == "compare_unknown"
    )
    assert act_of(say(derona, "qual é melhor", "compare")) == "compare_ask"
