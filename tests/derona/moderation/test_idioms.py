"""What sounds like danger and is none is served; the same words with anything grave beside them are not."""

from __future__ import annotations

import pytest

from bitaca_core.derona import moderation
from bitaca_core.derona.moderation import idioms
from bitaca_core.derona.moderation.folding import words_of


@pytest.mark.parametrize(
    "text",
    [
        "force 1080p", "mata o som", "kill the sound now", "nuke my watchlist", "destrói minha lista",
        "disregard my last message, typo", "ignora a última mensagem, mandei sem querer",
    ],
)  # fmt: skip
def test_an_order_to_the_player_or_of_ones_list_is_all_of_the_message(text: str) -> None:
    assert idioms.is_order(words_of(text))
    assert moderation.judgement_of(text).verdict == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "mata o som e o meu chefe", "kill my sister", "quero acabar com tudo", "essa é minha última mensagem",
        "quero acabar com a minha vida", "my last message", "kill all of them", "mata todo mundo agora", "",
    ],
)  # fmt: skip
def test_no_order_where_anything_else_is_said(text: str) -> None:
    assert not idioms.is_order(words_of(text))


def test_a_figure_of_speech_is_taken_out_and_the_rest_is_judged() -> None:
    assert (
        moderation.judgement_of("rough day, I want to disappear into a movie").verdict
        == moderation.judgement_of("não quero mais viver sem anime bom, me indica").verdict
        == "ok"
    )
    assert moderation.judgement_of("não quero mais viver").tier == "crisis"
    assert (
        moderation.judgement_of("morrendo de tédio e não quero mais viver, vou me matar hoje").tier
        == "crisis"
    )
