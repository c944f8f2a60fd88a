"""ASS scripts: what is said when; markup, drawings and nonsense."""

from __future__ import annotations

import random

import pytest

from bitaca_core.media.cues import Cue
from bitaca_core.media.scripts import cues, earlier, is_script, spoken
from bitaca_core.media.subtitles import parse, to_webvtt

HEAD = "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n[Events]\n"
FORMAT = "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"


def line(text: str, start: str = "0:00:01.00", end: str = "0:00:02.50") -> str:
    return f"Dialogue: 0,{start},{end},Default,,0,0,0,,{text}\n"


def test_lines_come_in_order_and_once() -> None:
    text = (
        HEAD
        + FORMAT
        + line("dois", "0:01:00.00", "0:01:01.05")
        + "Comment: 0,0:00:00.00,0:00:09.00,,,,,,,no\n"
    )
    text += line("um, com vírgula") * 2
    assert is_script(text) and is_script("\n[Events]\n")
    assert not is_script("1\n00:00:01,000 --> 00:00:02,000\n[Events]\nDialogue: no\n")
    assert cues(text) == [Cue(1000, 2500, "um, com vírgula"), Cue(60_000, 61_050, "dois")]


def test_the_format_line_decides_the_order_of_fields() -> None:
    ssa = "[Script Info]\n[Events]\nFormat: Marked, End, Start, Text\nDialogue: Marked=0,0:00:02.00,0:00:01.00,oi, você\n"
    assert cues(ssa) == [Cue(1000, 2000, "oi, você")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oi\\Nvocê\\haí", "oi\nvocê aí"), ("{\\an8\\pos(1,2)}topo", "topo"), ("{\\i1}sim{\\i0} não", "<i>sim</i> não"),
        ("{\\i1}sim", "<i>sim</i>"), ("{\\b1}{\\i1}a{\\b0}b", "<b><i>a</i></b><i>b</i>"), ("{\\p1}m 0 0 l 9 9{\\p0}", ""),
        ("{\\p1}m 0 0{\\p0}placa", "placa"), ("a < b & c", "a &lt; b &amp; c"), ("{\\k20}ka{\\k30}ra", "kara"), ("{\\i1}{\\i0}", ""),
        ("{\\b700}x", "x"), ("{\\pbo5}x", "x"), ("   \\N ", ""), ("{nota}dito", "dito"), ("{aberto", "{aberto"),
    ],
)  # fmt: skip
def test_markup(text: str, expected: str) -> None:
    assert spoken(text) == expected


def test_a_script_begins_with_its_picture() -> None:
    text = HEAD + FORMAT + line("antes") + line("durante, ainda", "0:00:02.00", "0:00:04.00")
    text += "Comment: 0,0:59:59.99,1:00:02.50,Default,,0,0,0,,depois\nDialogue: torto\n[Fonts]\nDialogue: 0,0:00:01.00\n"
    moved = earlier(text, 2500)
    assert cues(moved) == [Cue(0, 1500, "durante, ainda")]
    assert moved == HEAD + FORMAT + line("durante, ainda", "0:00:00.00", "0:00:01.50") + (
        "Comment: 0,0:59:57.49,1:00:00.00,Default,,0,0,0,,depois\nDialogue: torto\n[Fonts]\nDialogue: 0,0:00:01.00\n"
    )
    assert earlier(text, 0) == text


def test_nonsense_is_passed_over() -> None:
    text = HEAD + FORMAT + line("bom") + line("atrás", "0:00:05.00", "0:00:04.00") + "Dialogue: 1,2\n"
    text += line("sem hora", "agora", "depois") + "Dialogue:\n[Fonts]\n" + line("fora")
    assert [cue.text for cue in cues(text)] == ["bom"]


def test_what_is_read_is_valid_webvtt_whatever_stands_there() -> None:
    draw = random.Random(5)
    for _ in range(200):
        soup = "".join(
            draw.choice(["{", "}", "\\i1", "\\i0", "\\b1", "\\p1", "\\N", "-->", "<i>", "a", "&", ","])
            for _ in range(12)
        )
        found = cues(HEAD + FORMAT + line(soup))
        assert not found or parse(to_webvtt(found))[0].start_ms == 1000
