"""Subtitles of a packaged film in the looks of its ASS script, which HLS and DASH cannot say; and without them where it fails."""

from __future__ import annotations

import subprocess
from http import HTTPStatus
from pathlib import Path

import pytest
from matplotlib import get_data_path

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.media.package import package_source
from bitaca_core.media.tools import ffmpeg
from bitaca_core.media.wishes import Wishes

ASS = """[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, Bold, BorderStyle, Outline, Alignment
Style: Default,cmr10,24,&H00FFFFFF,&H00000000,0,1,2,2
Style: Other,Not There,24,&H00FFFFFF,&H00000000,0,1,2,2

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.50,0:00:02.00,Default,,0,0,0,,{\\an7\\pos(160,90)\\c&H0000FF&}Placa
Dialogue: 0,0:00:02.50,0:00:03.50,Default,,0,0,0,,{\\an7\\pos(320,180)\\bord6}Duas
Dialogue: 1,0:00:02.50,0:00:03.50,Default,,0,0,0,,{\\an7\\pos(320,180)\\c&H00FF00&}Duas
Dialogue: 0,0:00:03.60,0:00:03.90,Other,,0,0,0,,Fim
"""
# What is drawn on the picture, and what stands above the controls.
PLACED = "[...player.shadowRoot.querySelectorAll('.placed p')].map((line) => line.innerText).join('|')"
PLAIN = "[...player.shadowRoot.querySelectorAll('.spoken p')].map((line) => line.innerText).join('|')"
PLACE = """(() => {
  const span = player.shadowRoot.querySelector('.placed p > *')
  const [box, picture] = [span.getBoundingClientRect(), video.getBoundingClientRect()]
  return [100 * (box.x - picture.x) / picture.width, 100 * (box.y - picture.y) / picture.height, getComputedStyle(span).color]
})()"""
FACES = "[...document.fonts].map((face) => `${face.family} ${face.weight} ${face.status}`)"
SCRIPT = "/m/good/text/pt.ass"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packaged film of four seconds with a script in Portuguese, and two fonts of which it uses one."""
    folder = tmp_path_factory.mktemp("film")
    (folder / "a.ass").write_text(ASS, encoding="utf-8")
    command = [ffmpeg(), "-v", "error", "-y", "-f", "lavfi", "-i", "color=c=0x203040:s=640x360:r=24:d=4"]
    command += [
        "-i",
        "a.ass",
        "-map",
        "0",
        "-map",
        "1",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
    ]
    command += ["-c:s", "copy", "-metadata:s:s:0", "language=por"]
    for number, name in enumerate(("cmr10", "cmb10")):
        command += ["-attach", str(Path(get_data_path()) / f"fonts/ttf/{name}.ttf")]
        command += [f"-metadata:s:t:{number}", "mimetype=font/ttf"]
    subprocess.run([*command, "film.mkv"], cwd=folder, check=True)
    package_source(
        SourceSheet(title_id="placas-2026", video=folder / "film.mkv"),
        folder / "package",
        Wishes(max_rungs=1),
    )
    return folder / "package"


@pytest.fixture
def film_player(player, server, film):
    server.roots["/m/"] = film
    return player


def at(player, moment: float, drawn: str, what: str) -> None:
    """Go to a moment and wait until this is what is drawn there."""
    player.get(f"player.seek({moment})")
    player.until(f"!player.seeking && {drawn} === {what!r}")


@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_a_line_stands_where_the_script_says_in_its_colour_and_font(film_player, console_errors, source):
    player = film_player.open(source).start()
    player.get("player.pause()")
    assert player.server.requests[SCRIPT] == 0
    player.choose(".button.captions", "Português")
    at(player, 1, PLACED, "Placa")
    assert player.get(PLACE) == [pytest.approx(25, abs=1), pytest.approx(25, abs=2.5), "rgb(255, 0, 0)"]
    player.until(f"{FACES}.join() === 'cmr10 400 loaded'")
    assert "cmr10" in player.get(
        "getComputedStyle(player.shadowRoot.querySelector('.placed p > *')).fontFamily"
    )
    assert player.get(PLAIN) == "", "plain subtitles beside the script's"
    # One line over another in the same words, which WebVTT says once.
    at(player, 3, PLACED, "Duas|Duas")
    assert player.get(PLAIN) == ""
    at(player, 3.7, PLACED, "Fim")
    assert player.get(PLAIN) == ""
    at(player, 2.25, PLACED, "")
    assert (player.server.requests[SCRIPT], player.server.requests["/m/good/text/fonts/font-2.ttf"]) == (1, 0)
    player.page.keyboard.press("i")
    assert "no estilo original" in player.part("[part=statistics]").inner_text()
    player.choose(".button.captions", "Desligadas")
    at(player, 1, PLACED, "")
    player.choose(".button.captions", "Português")
    player.until(f"{PLACED} === 'Placa'")
    assert player.server.requests[SCRIPT] == 1
    assert not player.heard("error") and console_errors() == []
    player.get("player.setAttribute('src', '/m/good/master.m3u8?again')")
    player.until(f"{FACES}.length === 0")


def damaged(body: bytes) -> bytes:
    return body.replace(b"[Events]", b"[Acts]")


@pytest.mark.parametrize("how", ["damaged", "another format", "gone", "endless", "no line"])
def test_plain_subtitles_are_shown_where_the_script_fails(film_player, console_errors, how):
    player, server = film_player, film_player.server
    if how == "gone":
        server.refusals[SCRIPT] = [(HTTPStatus.NOT_FOUND, {})]
    elif how == "endless":
        server.endless = "/pt.ass"
    else:
        change = {
            "damaged": damaged,
            "another format": lambda _: b"1\n00:00:00,500 --> 00:00:02,000\nOutra\n",
            "no line": lambda body: body.partition(b"Dialogue:")[0],
        }[how]
        server.damage = lambda path, body: change(body) if path == SCRIPT else body
    player.open().start()
    player.get("player.pause()")
    player.choose(".button.captions", "Português")
    at(player, 1, PLAIN, "Placa")
    player.until("heard.some(([name]) => name === 'error')")
    [error] = player.heard("error")
    assert (error["code"], error["category"], error["severity"]) == (3004, "media", "recoverable")
    assert error["data"].startswith("the script of Português is not shown, plain subtitles are: ")
    at(player, 3, PLAIN, "Duas")
    assert player.get(PLACED) == "" and player.get("player.error") is None
    player.page.keyboard.press("i")
    assert "simples: o estilo original" in player.part("[part=statistics]").inner_text()
    if how == "endless":
        assert 8 << 20 <= server.sent_endlessly < 64 << 20
    # Chosen again it is asked for again.
    server.damage, server.endless = None, None
    player.choose(".button.captions", "Desligadas")
    player.choose(".button.captions", "Português")
    at(player, 1, PLACED, "Placa")
    assert player.get(PLAIN) == "" and len(player.heard("error")) == 1
    assert console_errors() == []
