"""Every chip that is offered is understood, and does what it says: each is typed back in the state that offered it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bitaca_core.derona import chips
from bitaca_core.derona.assistant import Assistant, DialogueState, Own, PlayerContext, Reply
from bitaca_core.search.scenes import Line
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library
from tests.derona.turns import act_of

FAROL = "o-farol-de-papel-2026"
SAID = {
    FAROL: [Line(5, 8, "O trem já passou pela cidade."), Line(40, 44, "Agora só falta o barco do vô.")],
    "dona-mare-2026-e1": [Line(5, 8, "Bom dia, freguesa, o que vai ser?")],
}


@pytest.fixture(scope="module")
def derona() -> Assistant:
    search = ShelfSearch(catalogue())
    return Assistant(
        search.catalogue, search, playable=lambda: PLAYABLE, packages=Library(SAID, lengths={FAROL: 250.0})
    )


PLAYING = PlayerContext(
    FAROL, 100.0, False, 250.0, ("pt-BR",), ("pt-BR", "en"), heights=(360, 720), quality="720p"
)
SLOW = replace(PLAYING, bitrate_bps=2.3e6, throughput_bps=1e6, stalls=3, online=True)
DOES: dict[str, tuple[str, Any]] = {
    # what is pressed, in Portuguese and English: the action that it leads to, None where it leads to words or cards
    "Pausa": ("pause", None), "Continua": ("resume", None), "Próximo episódio": ("play", "dona-mare-2026-e2"),
    "Volta 10 segundos": ("seek", {"relative": -10}), "Legenda em português": ("text", "pt"),
    "Qualidade automática": ("quality", "auto"), "Tela cheia": ("fullscreen", True), "Qualidade baixa": ("quality", "lowest"),
    "Volta o som": ("mute", False), "Muda pra 360p": ("quality", "360p"), "Vai para 0:05": ("seek", {"absolute": 5}),
    "Guarda na minha lista": ("opinion", ...), "Assistir esse": ("play", ...),
    "Pause": ("pause", None), "Resume": ("resume", None), "Next episode": ("play", "dona-mare-2026-e2"),
    "Go back 10 seconds": ("seek", {"relative": -10}), "Subtitles in English": ("text", "en"),
    "Auto quality": ("quality", "auto"), "Full screen": ("fullscreen", True), "Low quality": ("quality", "lowest"),
    "Unmute": ("mute", False), "Set 360p": ("quality", "360p"), "Save it to my list": ("opinion", ...),
    "Play this one": ("play", ...),
}  # fmt: skip
PRESSED_MAX = 3
"""So often a chip is tried, each time where another answer offered it."""
LOST = frozenset(
    (
        "not_understood",
        "out_of_scope",
        "no_player",
        "invalid",
        "which_title",
        "no_such_item",
        "nothing",
        "refuse",
    )
)
"""Acts that say that she did not know what to do."""


def moments(derona: Assistant, lang: str) -> Iterator[tuple[Reply, PlayerContext | None, dict[str, Any]]]:
    """Yield answers with the player and the viewer of their turn: what offers chips, in as many situations as there are."""
    pt = lang == "pt"
    said: list[tuple[tuple[str, ...], PlayerContext | None]] = [
        (("oi" if pt else "hi",), None),
        (("filmes de terror" if pt else "horror movies",), None),
        (
            ("mostra os filmes que tem" if pt else "show me movies", "o primeiro" if pt else "the first one"),
            None,
        ),
        (("me surpreende" if pt else "surprise me",), None),
        (("do que se trata Akira?" if pt else "what is Akira about?",), None),
        (("quem dirigiu Bacurau?" if pt else "who directed Bacurau?",), None),
        (("me surpreende" if pt else "surprise me", chips.SAVE[not pt]), None),
        ((chips.LIST[not pt],), None),
        (("pausa" if pt else "pause",), PLAYING),
        (("continua" if pt else "resume",), replace(PLAYING, paused=True)),
        (("tela cheia" if pt else "full screen",), replace(PLAYING, text=())),
        (
            ("volta 10 segundos" if pt else "go back 10 seconds",),
            PlayerContext("dona-mare-2026-e1", 30.0, False),
        ),
        (("legenda em inglês" if pt else "subtitles in English",), replace(PLAYING, position_s=246.0)),
        (("tá travando" if pt else "it keeps buffering",), SLOW),
        (("não tem som" if pt else "there is no sound",), PLAYING),
    ]
    begun = (SimpleNamespace(title_id=FAROL, position_s=70.0),)
    viewers: list[dict[str, Any]] = [{"own": Own()}, {"own": Own(listed=(FAROL,)), "continuing": begun}, {}]
    for texts, player in said:
        for viewer in viewers:
            state = DialogueState(lang=lang)
            for text in texts:
                reply = derona.reply(text, state=state, player=player, **viewer)
                state = reply.state
            yield reply, player, viewer


@pytest.mark.parametrize("lang", ["pt", "en"])
def test_each_chip_does_what_it_says(derona: Assistant, lang: str) -> None:
    pressed: Counter[str] = Counter()
    for offered, player, viewer in moments(derona, lang):
        assert len(offered.chips) <= chips.CHIPS_MAX and len(set(offered.chips)) == len(offered.chips)
        for chip in offered.chips:
            if pressed[chip] == PRESSED_MAX:
                continue
            pressed[chip] += 1
            done = [action.action for action in offered.actions]
            now = (
                replace(player, paused=done == ["pause"] or (player.paused and done != ["resume"]))
                if player
                else None
            )
            reply = derona.reply(chip, state=offered.state, player=now, **viewer)
            assert act_of(reply) not in LOST, (chip, reply.text)
            assert reply.lang == lang, (chip, reply.text)
            name, value = DOES.get(chip, ("", None))
            if name:
                assert [action.action for action in reply.actions] == [name], (chip, reply.text)
                assert value is ... or reply.actions[0].value == value, (chip, reply.actions)
            else:
                assert reply.cards or reply.text, chip
    tables = [value for name, value in vars(chips).items() if name.isupper() and isinstance(value, tuple)]
    pairs = [pair for table in tables for pair in ([table] if isinstance(table[0], str) else table)]
    assert {pair[lang != "pt"] for pair in pairs} <= set(pressed)


def test_a_chip_that_does_nothing_of_use_is_not_offered(derona: Assistant) -> None:
    silent = derona.reply("tela cheia", player=replace(PLAYING, text=(), quality="auto"))
    assert "Legenda em português" not in silent.chips and "Qualidade automática" not in silent.chips
    assert "Guarda na minha lista" not in derona.reply("me surpreende").chips
    assert "Onde eu parei?" not in derona.reply("oi").chips


def test_after_saving_the_list_is_offered_and_opens(derona: Assistant) -> None:
    shown = derona.reply("me surpreende", own=Own())
    saved = derona.reply("Guarda na minha lista", state=shown.state, own=Own())
    assert saved.chips[0] == "Mostra minha lista"
    listed = derona.reply(saved.chips[0], state=saved.state, own=Own(listed=(saved.state.focus or "",)))
    assert [card.title_id for card in listed.cards] == [shown.cards[0].title_id]


def test_nothing_is_offered_in_a_crisis(derona: Assistant) -> None:
    assert derona.reply("quero morrer").chips == ()
