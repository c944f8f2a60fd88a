"""Trouble is read off the player's own statistics, and what is offered helps with what they show."""

from __future__ import annotations

from typing import Any

import pytest

from bitaca_core.derona.assistant import Action, Assistant, PlayerContext
from tests.derona.turns import act_of, say

GOOD: dict[str, Any] = {
    "duration": 250.0, "heights": (360, 540, 720), "quality": "auto", "buffer_s": 20.0, "stalls": 0,
    "bitrate_bps": 2.3e6, "throughput_bps": 9e6, "online": True,
}  # fmt: skip


def player(**changes: Any) -> PlayerContext:
    return PlayerContext("o-farol-de-papel-2026", 60.0, False, **GOOD | changes) if "paused" not in changes else PlayerContext("o-farol-de-papel-2026", 60.0, **GOOD | changes)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "act", "offer"),
    [
        ({"online": False}, "trouble_offline", ""),
        ({"throughput_bps": 1.9e6, "stalls": 4}, "trouble_slow", "quality:540p"),
        ({"throughput_bps": 1.9e6, "quality": "540p"}, "trouble_slow", "quality:360p"),
        ({"throughput_bps": 0.3e6, "quality": "360p", "bitrate_bps": 0.6e6}, "trouble_slow_lowest", ""),
        ({"paused": True}, "trouble_paused", "resume"),
        ({"buffer_s": 0.5}, "trouble_filling", ""),
        ({"quality": "720p"}, "trouble_fixed", "quality:auto"),
        ({"stalls": 3}, "trouble_was", "quality:lowest"),
        ({}, "trouble_fine", ""),
    ],
)
def test_a_picture_that_stands_still(
    derona: Assistant, changes: dict[str, Any], act: str, offer: str
) -> None:
    reply = say(derona, "tá travando", "trouble", player=player(**changes))
    assert (act_of(reply), reply.state.offer) == (act, offer)
    assert not reply.actions  # she proposes; the viewer decides


def test_figures_are_the_players_own(derona: Assistant) -> None:
    reply = say(derona, "tá travando", "trouble", player=player(throughput_bps=1.94e6))
    assert "1,9" in reply.text and "2,3" in reply.text and "540p" in reply.text


def test_yes_does_what_was_offered(derona: Assistant) -> None:
    slow = player(throughput_bps=1.9e6)
    reply = say(derona, "tá travando", "trouble", player=slow)
    assert derona.reply("sim", state=reply.state, player=slow).actions == (Action("quality", "540p"),)
    assert derona.reply(reply.chips[0], state=reply.state, player=slow).actions == (
        Action("quality", "540p"),
    )
    assert not derona.reply("sim", state=reply.state).actions  # the player was closed meanwhile


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("tô sem som", "trouble_sound"),
        ("a legenda sumiu", "trouble_text"),
        ("tela preta", "trouble_dark"),
        ("o botão de tela cheia não funciona", "trouble_site"),
        ("tá travando", "trouble"),
    ],
)
def test_without_statistics_the_kind_of_trouble_decides(derona: Assistant, text: str, act: str) -> None:
    assert act_of(say(derona, text, "trouble")) == act


def test_a_blurred_picture(derona: Assistant) -> None:
    room = say(derona, "imagem borrada", "trouble", player=player())
    assert act_of(room) == "trouble_picture_room" and room.state.offer == "quality:highest"
    assert (
        act_of(say(derona, "imagem borrada", "trouble", player=player(throughput_bps=3e6)))
        == "trouble_picture_slow"
    )
