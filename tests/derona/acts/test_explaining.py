"""Why a title was shown."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant, Own
from tests.derona.acts.known_titles import LISTED, assistant
from tests.derona.turns import act_of, say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


def test_why_each_and_why_one(derona: Assistant) -> None:
    each = say(derona, "por que esses?", "why", state=LISTED, reference=False)
    assert act_of(each) == "why_each" and "Central do Brasil" in each.text and "Bacurau" in each.text
    one = say(derona, "por que o segundo?", "why", state=LISTED, ordinal=2)
    assert "Cidade de Deus" in one.text and "crime" in one.text
    assert act_of(say(derona, "por quê?", "why")) == "why_none"


def test_why_names_what_the_viewer_liked_and_what_both_share(derona: Assistant) -> None:
    own = Own(liked=("deus-e-o-diabo-na-terra-do-sol-1964",))
    reply = say(derona, "por que bacurau?", "why", state=LISTED, titles=("bacurau-2019",), own=own)
    assert act_of(reply) == "why_kept" and "Deus e o Diabo" in reply.text and "sertão" in reply.text
