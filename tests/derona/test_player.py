"""Every command becomes an action that the player can do now, or says why it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from bitaca_core.derona.assistant import Action, Assistant, PlayerContext, Reply
from bitaca_core.derona.commands import Command
from bitaca_core.derona.packages import Span
from bitaca_core.search.scenes import Line
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library
from tests.derona.turns import act_of, say

FAROL, SECOND = "o-farol-de-papel-2026", "dona-mare-2026-e2"
SAID = [Line(5, 8, "O trem já passou.")]


@pytest.fixture(scope="module")
def derona() -> Assistant:
    search = ShelfSearch(catalogue())
    marked = {
        FAROL: [Span("intro", 30.0, 55.0)],
        SECOND: [Span("intro", 0.0, 9.0), Span("credits", 70.0, 80.0)],
        "dona-mare-2026-e3": [Span("credits", 80.0, 90.0)],
    }
    lengths = {FAROL: 250.0, SECOND: 80.0, "dona-mare-2026-e3": 90.0}
    packages = Library(dict.fromkeys(lengths, SAID), marked, lengths)
    return Assistant(search.catalogue, search, playable=lambda: PLAYABLE, packages=packages)


def told(
    derona: Assistant, name: str, value: Any = None, unit: str = FAROL, at: float = 100.0, **player: Any
) -> Reply:
    context = PlayerContext(unit, at, False, **player)
    return say(derona, "faz isso", "player_control", command=Command(name, value), player=context)


@pytest.mark.parametrize(
    ("name", "value", "action"),
    [
        ("pause", None, Action("pause")),
        ("stop", None, Action("pause")),
        ("resume", None, Action("resume")),
        ("restart", None, Action("seek", {"absolute": 0})),
        ("unmute", None, Action("mute", False)),
        ("mute", True, Action("mute", True)),
        ("seek", {"relative": -10}, Action("seek", {"relative": -10})),
        ("seek", {"relative": -900}, Action("seek", {"absolute": 0})),
        ("seek", {"absolute": 200}, Action("seek", {"absolute": 200})),
        ("quality", "540p", Action("quality", "540p")),
        ("quality", "lowest", Action("quality", "lowest")),
        ("text", None, Action("text", None)),
        ("text", "pt", Action("text", "pt")),
        ("audio", "ja", Action("audio", "ja")),
        ("volume", {"absolute": 0.5}, Action("volume", {"absolute": 0.5})),
        ("speed", 1.25, Action("speed", 1.25)),
        ("fullscreen", True, Action("fullscreen", True)),
        ("fullscreen", "off", Action("fullscreen", False)),
    ],
)
def test_what_the_player_can_do(derona: Assistant, name: str, value: Any, action: Action) -> None:
    reply = told(derona, name, value, audio=("pt-BR", "ja"), text=("pt-BR", "en"))
    assert reply.actions == (action,)


@pytest.mark.parametrize(
    ("name", "value", "act", "words"),
    [
        ("seek", {"absolute": 250}, "seek_past_end", ("4:10",)),
        ("seek", {"absolute": 99_999}, "seek_past_end", ("4:10", "27:46:39")),
        ("seek", {"relative": 151}, "seek_past_left", ("2 minutos e 30 segundos",)),
        ("seek", {}, "invalid", ()),
        ("quality", "1080p", "quality_absent", ("1080p", "360p, 540p e 720p")),
        ("quality", "muito boa", "invalid", ()),
        ("text", "fr", "text_absent", ("francês", "português e inglês")),
        ("audio", "ko", "audio_absent", ("coreano", "português e japonês")),
        ("speed", 9.0, "speed_range", ()),
        ("volume", {"absolute": 3}, "invalid", ()),
        ("cast", None, "cast_how", ()),
        ("picture", None, "picture_own", ()),
        ("next", None, "next_none", ()),
        ("previous", None, "previous_none", ()),
        ("fly", None, "invalid", ()),
    ],
)
def test_nonsense_is_refused_with_the_reason(derona: Assistant, name: str, value: Any, act: str, words: tuple[str, ...]) -> None:  # fmt: skip
    reply = told(derona, name, value, audio=("pt-BR", "ja"), text=("pt-BR", "en"))
    assert not reply.actions and act_of(reply) == act
    assert all(word in reply.text for word in words), reply.text


def test_without_subtitles_none_are_promised(derona: Assistant) -> None:
    assert act_of(told(derona, "text", "pt", text=())) == "text_none"
    assert act_of(told(derona, "audio", "pt", audio=("zxx",))) == "audio_none"


def test_where_the_page_tells_no_tracks_the_wish_is_passed_on_as_one(derona: Assistant) -> None:
    assert act_of(told(derona, "text", "pt")) == "text_on"
    assert told(derona, "text", "pt").actions == (Action("text", "pt"),)


@pytest.mark.parametrize(
    ("unit", "at", "name", "act", "action"),
    [
        (FAROL, 40.0, "skip_intro", "skip_intro_to", Action("seek", {"absolute": 55.0})),
        (FAROL, 10.0, "skip_intro", "skip_before_intro", None),
        (FAROL, 90.0, "skip_intro", "skip_past_intro", None),
        (FAROL, 90.0, "skip_credits", "skip_no_credits", None),
        ("dona-mare-2026-e3", 3.0, "skip_intro", "skip_no_intro", None),
        (SECOND, 72.0, "skip_credits", "next", Action("play", "dona-mare-2026-e3")),
        ("dona-mare-2026-e3", 85.0, "skip_credits", "skip_last_credits", None),
        (SECOND, 1.0, "next", "next", Action("play", "dona-mare-2026-e3")),
        (SECOND, 1.0, "previous", "previous", Action("play", "dona-mare-2026-e1")),
    ],
)
def test_marks_and_episodes(derona: Assistant, unit: str, at: float, name: str, act: str, action: Action | None) -> None:  # fmt: skip
    reply = told(derona, name, unit=unit, at=at)
    assert reply.actions == ((action,) if action else ()) and act_of(reply) == act


def test_of_a_package_that_is_not_known_the_page_knows_the_marks(derona: Assistant) -> None:
    assert told(derona, "skip_intro", unit="carta-para-o-mar-2026").actions == (Action("skip_intro"),)


def test_nothing_is_done_without_a_player(derona: Assistant) -> None:
    for name in ("pause", "seek", "quality", "next", "skip_intro", "seek_scene"):
        reply = say(derona, "pausa", "player_control", command=Command(name))
        assert not reply.actions and act_of(reply) == "no_player"


def test_what_only_the_screen_can_do_and_what_is_only_asked_change_nothing(derona: Assistant) -> None:
    player = PlayerContext("relampago-neon-2026", position_s=3.0, audio=("pt-BR",), text=("pt-BR",))
    for text, intent in (("aumenta o brilho", "player_control"), ("quais legendas tem?", "tracks")):
        reply = derona.reply(text, player=player)
        assert reply.intent == intent and not reply.actions, text
    assert "português" in reply.text  # what the player told
