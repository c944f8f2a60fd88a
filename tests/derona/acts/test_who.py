"""Who somebody is, by what was heard of them."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant
from tests.derona.acts.spoken_film import assistant, at
from tests.derona.turns import say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


def test_who_is_known_only_once_the_name_was_heard(derona: Assistant) -> None:
    early = say(derona, "quem é bento?", "scene_search", player=at(120))
    assert not early.citations and "capitão" not in early.text
    late = say(derona, "quem é bento?", "cast", player=at(200))
    assert "capitão" in late.text and late.citations[0].start_s == 180
