"""Encrypted titles in a real browser: whole segments (AES-128), ClearKey by EME, and what is shown when it fails."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import re
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
from PIL import Image

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("browser_player_sealing", HERE / "sealing.py")
assert SPEC and SPEC.loader
sealing = sys.modules.setdefault("browser_player_sealing", importlib.util.module_from_spec(SPEC))
SPEC.loader.exec_module(sealing)

END = "player.ended && Math.abs(player.currentTime - player.duration) < 0.2"


def colours(player) -> int:
    """Return how many colours the screen shows where the picture is: a black or grey one has next to none.

    A canvas would not do: what a key system has decrypted is not drawn there.
    """
    png = player.page.screenshot(clip={"x": 300, "y": 200, "width": 160, "height": 120})
    return len(Image.open(io.BytesIO(png)).convert("RGB").getcolors(160 * 120) or ())


@pytest.fixture(scope="module")
def sealed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealing.seal_segments(package, tmp_path_factory.mktemp("sealed") / "title")


@pytest.fixture
def sealed_player(player, server, sealed):
    server.roots["/m/"] = sealed
    return player


def test_whole_segments_play_to_the_last_picture(sealed_player, server, console_errors):
    sealed_player.open().start()
    sealed_player.until("player.currentTime > 2")
    assert colours(sealed_player) > 20
    # Over the change of key and into the clear end.
    sealed_player.get("player.seek(11)")
    sealed_player.get("player.playbackRate = 4")
    sealed_player.until(END, 60)
    assert colours(sealed_player) > 20
    assert not sealed_player.heard("error") and console_errors() == []
    asked = {name: server.requests[f"/m/good/{name}"] for name in sealing.KEYS}
    assert asked == {"first.key": 1, "second.key": 1}, "each key is fetched once for all tracks"


def test_a_wrong_key_is_told_in_both_languages_and_nothing_is_appended(sealed_player, server, sealed):
    server.damage = lambda path, body: bytes(16) if path.endswith(".key") else body
    for language, said in [("pt-BR", "não recebeu permissão"), ("en", "was not given permission")]:
        sealed_player.open(lang=language)
        sealed_player.until("player.error !== null")
        error = sealed_player.get("player.error")
        assert (error["code"], error["category"]) == (4003, "drm")
        failure = sealed_player.page.locator("#player [part~=failure]")
        assert said in failure.inner_text() and "4003" in failure.inner_text()
        assert sealed_player.get("video.buffered.length") == 0


def test_a_missing_key_is_told(sealed_player, server):
    server.refusals["/m/good/first.key"] = [(HTTPStatus.NOT_FOUND, {})] * 10
    sealed_player.open()
    sealed_player.until("player.error !== null")
    assert sealed_player.get("player.error.code") == 4002
    assert not any("seg-" in path for path in server.requests), "no media is fetched that cannot be opened"


@pytest.mark.parametrize("stated", [True, False])
def test_a_key_without_end_is_cut_off(sealed_player, server, stated):
    server.endless = ".key"
    server.states_length = stated
    sealed_player.open(lang="en")
    sealed_player.until("player.error !== null", 20)
    error = sealed_player.get("player.error")
    assert (error["code"], error["data"]) == (4002, "a key is larger than any may be")
    assert server.requests["/m/good/first.key"] == 1, "it is not asked for again"
    assert server.sent_endlessly < 8 << 20, "the connection was closed, not read to its end"


def test_no_key_is_in_anything_that_is_told(sealed_player):
    sealed_player.record().open().start()
    sealed_player.until("player.currentTime > 1")
    said = sealed_player.get("JSON.stringify([told, heard, player.stats, player.quality])")
    for key in sealing.KEYS.values():
        assert key.hex() not in said and str(list(key))[1:-1].replace(" ", "") not in said


@pytest.fixture(scope="module", params=["cenc", "cbcs"])
def licensed(request, package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("licensed") / request.param
    return sealing.seal_samples(package.parent / "video.mp4", folder, request.param)


@pytest.fixture
def licensed_player(player, server, licensed):
    server.roots["/m/"] = licensed
    server.posts["licence"] = sealing.answer_licence
    return player


@pytest.mark.parametrize("source", ["stream.mpd", "master.m3u8"])
def test_clear_keys_play_to_the_last_picture(licensed_player, server, console_errors, source):
    player = licensed_player.open(source).start()
    player.until("player.currentTime > 2")
    assert colours(player) > 20
    player.get("player.setQuality(player.qualities.at(-1).id)")
    player.get("player.seek(8)")
    player.get("player.playbackRate = 4")
    player.until(END, 60)
    assert colours(player) > 20
    assert player.get("video.mediaKeys !== null")
    assert not player.heard("error") and console_errors() == []
    if source == "stream.mpd":
        assert 2 <= server.requests["/m/good/licence"] <= 3, "a licence for each key that was played"
    else:
        assert server.requests["/m/good/HD.key"] == 1 and server.requests["/m/good/AUDIO.key"] == 1


def test_a_rung_without_a_key_is_done_without(licensed_player, server):
    server.posts["licence"] = lambda body, _headers: sealing.answer_licence(body, without=frozenset({"HD"}))
    player = licensed_player.open("stream.mpd").start()
    player.until("player.qualities.length === 1", 40)
    player.get("player.playbackRate = 4")
    player.until(END, 60)
    assert [error["code"] for error in player.heard("error")] == [1004]


def test_a_refused_licence_is_told(licensed_player, server):
    server.refusals["/m/good/licence"] = [(HTTPStatus.FORBIDDEN, {})] * 20
    player = licensed_player.open("stream.mpd", lang="en")
    player.until("player.error !== null")
    assert player.get("player.error.code") == 4005
    assert "was not given permission" in player.page.locator("#player [part~=failure]").inner_text()


def test_a_browser_without_key_systems_says_so(licensed_player):
    licensed_player.page.add_init_script("delete Navigator.prototype.requestMediaKeySystemAccess")
    player = licensed_player.open("stream.mpd")
    player.until("player.error !== null")
    assert player.get("player.error.code") == 4004
    assert "não recebeu permissão" in player.page.locator("#player [part~=failure]").inner_text()


KIDS = {"360p": 0x11, "540p": 0x22, "720p": 0x33, "audio": 0x44}
PSSH = base64.b64encode(b"\x00\x00\x00\x22pssh" + bytes(24) + b"\x00\x00\x00\x02hi").decode()
WIDEVINE = "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"
PLAYREADY = "9a04f079-9840-4286-ab92-e65be0885f95"


class KeySystem:
    """A stand-in in the page for a key system that this browser lacks, beside clear media that claim to need it."""

    def __init__(self, player, server, package: Path) -> None:
        self.player, self.server, self.package = player, server, package
        self.heard: list[tuple[bytes, dict[str, str]]] = []
        server.posts["licence"] = self.answer

    def answer(self, body: bytes, headers) -> bytes:
        self.heard.append((body, dict(headers)))
        return b"licence"

    def install(self, name: str, **more: str) -> None:
        written = {
            "name": json.dumps(name),
            "message": "() => new TextEncoder().encode('challenge').buffer",
            "statuses": f"() => {json.dumps([[[kid] * 16, 'usable'] for kid in KIDS.values()])}",
        } | more
        fields = ", ".join(f"{key}: {value}" for key, value in written.items())
        self.player.page.add_init_script(f"window.keySystem = {{ {fields} }}")
        self.player.page.add_init_script((HERE / "key_system.js").read_text())

    def mpd(self, elements: str) -> str:
        """Serve the title's MPD with these elements in each set; return its name."""

        def protect(one: re.Match[str]) -> str:
            kid = (bytes([KIDS.get(one[1], KIDS["audio"])]) * 16).hex()
            common = (
                '<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc" '
                f'xmlns:cenc="urn:mpeg:cenc:2013" cenc:default_KID="{kid}"/>'
            )
            return f'<Representation id="{one[1]}"{one[2]}>{common}{elements}</Representation>'

        def of_set(one: re.Match[str]) -> str:
            return re.sub(r'<Representation id="([^"]+)"([^>]*)/>', protect, one[0])

        def made() -> str:
            text = (self.package / "stream.mpd").read_text()
            return re.sub(
                r'<AdaptationSet [^>]*contentType="(?:video|audio)".*?</AdaptationSet>',
                of_set,
                text,
                flags=re.DOTALL,
            )

        self.server.live["drm.mpd"] = made
        return "drm.mpd"

    def calls(self) -> list[list]:
        return self.player.page.evaluate("() => window.keyCalls")

    def refused(self) -> list[list]:
        return [call for call in self.calls() if call[0] == "refused"]


@pytest.fixture
def key_system(player, server, package):
    return KeySystem(player, server, package)


def test_widevine_certificate_licence_and_renewal(key_system, player, server):
    key_system.install("com.widevine.alpha", certificate="'certificate'")
    server.live["certificate"] = lambda: "certificate"
    name = key_system.mpd(
        f'<ContentProtection schemeIdUri="urn:uuid:{WIDEVINE}"><cenc:pssh xmlns:cenc="urn:mpeg:cenc:2013">{PSSH}'
        "</cenc:pssh></ContentProtection>"
    )
    # Headers are the page's: they go to the licence server and never through the session.
    player.page.add_init_script("""
      addEventListener('DOMContentLoaded', () => {
        document.querySelector('bitaca-player').drm = {
          'com.widevine.alpha': { robustness: 'SW_SECURE_DECODE', headers: { 'X-Viewer': 'ana' } },
        }
      })
    """)
    player.open(name, licence_server="/m/good/licence", licence_certificate="/m/good/certificate").start()
    player.until("player.currentTime > 1")
    calls = key_system.calls()
    assert [call[0] for call in calls[:4]] == ["ask", "attach", "certificate", "request"], calls
    assert calls[0][1:] == ["com.widevine.alpha", "SW_SECURE_DECODE", "cenc"]
    assert calls[3][1:] == ["cenc", list(base64.b64decode(PSSH))]
    [(body, headers)] = key_system.heard
    assert body == b"challenge" and headers["X-Viewer"] == "ana"
    assert headers["Content-Type"] == "application/octet-stream"
    player.get("keySystem.sessions[0].ask('license-renewal')")
    player.until("keyCalls.filter((call) => call[0] === 'licence').length === 2")
    assert key_system.refused() == [] and not player.heard("error")


def test_playready_messages_are_unwrapped(key_system, player):
    xml = (
        '<PlayReadyKeyMessage type="LicenseAcquisition"><LicenseAcquisition Version="1"><Challenge encoding="base64encoded">'
        f"{base64.b64encode(b'<soap/>').decode()}</Challenge><HttpHeaders><HttpHeader><name>SOAPAction</name><value>acquire"
        "</value></HttpHeader></HttpHeaders></LicenseAcquisition></PlayReadyKeyMessage>"
    )
    message = list(xml.encode("utf-16-le"))
    key_system.install("com.microsoft.playready", message=f"() => new Uint8Array({message}).buffer")
    name = key_system.mpd(
        f'<ContentProtection schemeIdUri="urn:uuid:{PLAYREADY}"><mspr:pro xmlns:mspr="urn:microsoft:playready">AAEC</mspr:pro>'
        '<ms:laurl xmlns:ms="urn:microsoft" licenseUrl="licence"/></ContentProtection>'
    )
    player.open(name).start()
    player.until("player.currentTime > 1")
    [(body, headers)] = key_system.heard
    assert body == b"<soap/>" and headers["SOAPAction"] == "acquire"
    request = next(call for call in key_system.calls() if call[0] == "request")
    assert bytes(request[2])[4:8] == b"pssh" and bytes(request[2])[-3:] == b"\x00\x01\x02"
    assert key_system.refused() == []


def test_fairplay_by_the_keys_address(key_system, player, server, package):
    key_system.install("com.apple.fps")
    line = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://asset",KEYFORMAT="com.apple.streamingkeydelivery"\n#EXT-X-MAP'
    for playlist in [*package.glob("video/*/playlist.m3u8"), *package.glob("audio/*/playlist.m3u8")]:
        text = playlist.read_text().replace("#EXT-X-MAP", line, 1)
        server.live[str(playlist.relative_to(package))] = lambda text=text: text
    player.page.add_init_script("""
      addEventListener('DOMContentLoaded', () => {
        document.querySelector('bitaca-player').drm = { 'com.apple.fps': {
          server: '/m/good/licence',
          wrap: (message) => 'spc=' + btoa(String.fromCharCode(...message)),
          unwrap: async (answer) => answer,
        } }
      })
    """)
    player.open().start()
    player.until("player.currentTime > 1")
    [(body, _)] = key_system.heard
    assert body == b"spc=" + base64.b64encode(b"challenge")
    requests = [call for call in key_system.calls() if call[0] == "request"]
    assert [(kind, bytes(data)) for _, kind, data in requests] == [("skd", b"skd://asset")]
    assert key_system.refused() == []


def test_a_screen_without_protection_shows_a_lower_rung(key_system, player):
    key_system.install("com.widevine.alpha")
    name = key_system.mpd(
        f'<ContentProtection schemeIdUri="urn:uuid:{WIDEVINE}"><cenc:pssh xmlns:cenc="urn:mpeg:cenc:2013">{PSSH}'
        "</cenc:pssh></ContentProtection>"
    )
    player.open(name, licence_server="/m/good/licence").start()
    player.until("player.qualities.length === 3 && player.currentTime > 1")
    player.get("player.pause()")
    restricted = [
        [[value] * 16, "output-restricted" if value == 0x33 else "usable"] for value in KIDS.values()
    ]
    player.page.evaluate("(statuses) => keySystem.sessions[0].change(statuses)", restricted)
    player.until("player.qualities.length === 2")
    # Every key: there is nothing left to show, and it is said in words.
    player.page.evaluate(
        "(statuses) => keySystem.sessions[0].change(statuses)",
        [[[value] * 16, "output-restricted"] for value in KIDS.values()],
    )
    player.until("player.error !== null")
    assert player.get("player.error.code") == 4006
    assert "não recebeu permissão" in player.page.locator("#player [part~=failure]").inner_text()
    player.until("keyCalls.some((call) => call[0] === 'detach')")
    assert key_system.refused() == []
