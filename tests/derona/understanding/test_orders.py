"""Orders that say their action in so many words, and what stands beside an order to play."""

from __future__ import annotations

import pytest

from bitaca_core.derona import normalize
from bitaca_core.derona.understanding.orders import plain_action, play_action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("pula a abertura", "next"),
        ("tira do mudo", "unmute"),
        ("desliga o som", "mute"),
        ("bota no silencioso", "mute"),
        ("stop casting", "cast"),
        ("quero em ecrã completo", "fullscreen"),
        ("recua um capítulo", "previous"),
        ("avança um capítulo", "next"),
        ("avance dez minutos por gentileza", "seek_forward"),
        ("reverse 20 seconds bro", "seek_back"),
        ("+10", "seek_forward"),
        ("-30", "seek_back"),
        ("⏸️", "pause"),
        ("retorna pros 3 minutos", None),
        ("volta pra cena do trem", None),
        ("deixa o som mais alto", None),
    ],
)
def test_an_order_says_its_action(text: str, action: str | None) -> None:
    assert plain_action(normalize.read(text)) == action


@pytest.mark.parametrize(
    ("text", "seconds", "action"),
    [
        ("bota o primeiro na televisão da sala", None, "cast"),
        ("roda na tela toda", None, "fullscreen"),
        ("põe a partir dos 15 minutos", 900, "seek_to"),
        ("põe aí", None, None),
    ],
)
def test_where_and_from_where_it_is_played(text: str, seconds: int | None, action: str | None) -> None:
    assert play_action(normalize.read(text), seconds) == action
