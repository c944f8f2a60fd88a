"""What playlists and the MPD say about keys: read back by the player's core, judged by its strict mode."""

from __future__ import annotations

import base64
import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bitaca_core.media import manifests
from bitaca_core.media.conformance.protection import read_pssh
from bitaca_core.media.ladder import Rung
from bitaca_core.media.manifests import Programme, Track
from bitaca_core.media.protection import signalling, systems
from bitaca_core.media.protection.content_key import ContentKey
from bitaca_core.media.protection.policy import Policy
from bitaca_core.playback import strict
from bitaca_core.playback.manifest import describe

SD = ContentKey(bytes(range(16)), bytes(16), "cbcs", "SD")
HD = ContentKey(bytes(range(16, 32)), bytes(16), "cbcs", "HD")
KIDS = [SD.kid, HD.kid]
SPACE = "{urn:mpeg:dash:schema:mpd:2011}"


def lines_of(policy: Policy, key: ContentKey) -> dict[str, str]:
    """Return the address of each key format."""
    ((number, lines),) = signalling.samples(policy, key, KIDS, "pipa").tags
    assert number == 1
    found = [re.fullmatch(r'#EXT-X-KEY:METHOD=([A-Z-]+),URI="([^"]*)",KEYFORMAT="([^"]+)",KEYFORMATVERSIONS="1"', one)
             for one in lines]  # fmt: skip
    assert all(found)
    methods = {one[1] for one in found if one}
    assert methods == {"SAMPLE-AES" if policy.scheme == "cbcs" else "SAMPLE-AES-CTR"}
    return {one[3]: one[2] for one in found if one}


def test_lines_of_each_system() -> None:
    lines = lines_of(Policy("cbcs"), SD)
    assert lines["com.apple.streamingkeydelivery"] == f"skd://{SD.kid.hex()}"
    assert lines["identity"] == f"../../keys/{SD.kid.hex()}"
    assert lines["org.w3.clearkey"] == "../../licence"
    widevine = base64.b64decode(lines["urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"].split(",")[1])
    assert read_pssh(widevine) == (systems.WIDEVINE.hex(), {kid.hex() for kid in KIDS})
    playready = base64.b64decode(lines["com.microsoft.playready"].split(",")[1])
    assert playready == systems.playready_object(KIDS, "cbcs")


def test_fairplay_has_no_counter_mode_and_others_are_as_asked() -> None:
    assert "com.apple.streamingkeydelivery" not in lines_of(Policy("cenc"), SD)
    assert set(lines_of(Policy("cbcs", systems=("fairplay",)), SD)) == {"com.apple.streamingkeydelivery"}
    assert set(lines_of(Policy("cenc", systems=("clearkey",)), SD)) == {"org.w3.clearkey", "identity"}


def test_a_licence_server_elsewhere() -> None:
    policy = Policy("cbcs", licence_url="https://licences.example/v1")
    lines = lines_of(policy, SD)
    assert lines["org.w3.clearkey"] == "https://licences.example/v1/licence"
    assert lines["identity"] == f"https://licences.example/v1/keys/{SD.kid.hex()}"
    said = signalling.session_keys(policy, [SD], "pipa")
    assert any('URI="https://licences.example/v1/licence"' in line for line in said)
    whole = signalling.whole_segments(Policy("aes-128", 2, licence_url="https://l.example"), [SD, HD])
    assert whole.tags == (
        (1, (f'#EXT-X-KEY:METHOD=AES-128,URI="https://l.example/keys/{SD.kid.hex()}"',)),
        (3, (f'#EXT-X-KEY:METHOD=AES-128,URI="https://l.example/keys/{HD.kid.hex()}"',)),
    )  # fmt: skip


def test_session_keys_are_those_of_the_playlists_each_once() -> None:
    said = signalling.session_keys(Policy("cbcs"), [SD, HD], "pipa")
    assert len(said) == len(set(said))
    of_lists = {
        line.replace("#EXT-X-KEY", "#EXT-X-SESSION-KEY").replace("../../", "")
        for key in (SD, HD)
        for _, lines in signalling.samples(Policy("cbcs"), key, KIDS, "pipa").tags
        for line in lines
    }
    assert set(said) == of_lists
    first = ContentKey(bytes([1] * 16), bytes(16), "aes-128", "SD", "abc/60/0")
    later = ContentKey(bytes([2] * 16), bytes(16), "aes-128", "SD", "abc/60/1")
    (only,) = signalling.session_keys(Policy("aes-128"), [first, later], "pipa")
    assert first.kid.hex() in only


def programme(policy: Policy) -> Programme:
    def track(name: str, key: ContentKey) -> Track:
        said = signalling.samples(policy, key, KIDS, "pipa")
        return Track(f"video/{name}", "avc1.64001f", 24000, 0, (96000, 96000), (50000, 40000), (9000, 8000),
                     said.tags, said.elements)  # fmt: skip

    return Programme(
        duration_s=Fraction(8), segment_s=Fraction(4), frame_rate=Fraction(24),
        video=(
            (Rung("540p", 960, 540, 20, 900_000, 1_800_000), track("540p", HD)),
            (Rung("360p", 640, 360, 20, 500_000, 1_000_000), track("360p", SD)),
            (Rung("234p", 416, 234, 20, 300_000, 600_000), track("234p", SD)),
        ),
        audio=(), text=(), session_keys=tuple(signalling.session_keys(policy, [SD, HD], "pipa")),
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["cbcs", "cenc"])
def test_an_mpd_has_a_set_a_key_and_the_sets_name_each_other(scheme: str, tmp_path: Path) -> None:
    text = manifests.mpd(programme(Policy(scheme)))  # type: ignore[arg-type]
    sets = ElementTree.fromstring(text).findall(f"{SPACE}Period/{SPACE}AdaptationSet")
    found = []
    for one in sets:
        kids = {
            element.get("{urn:mpeg:cenc:2013}default_KID")
            for element in one.findall(f"{SPACE}ContentProtection")
            if element.get("schemeIdUri") == signalling.MP4_PROTECTION
        }
        other = one.find(f"{SPACE}SupplementalProperty")
        assert other is not None
        found.append((one.get("id"), kids, other.get("value"), len(one.findall(f"{SPACE}Representation"))))
    assert found == [("0", {HD.uuid}, "1", 1), ("1", {SD.uuid}, "0", 2)]
    laurl = sets[0].find(f"{SPACE}ContentProtection/{{https://dashif.org/CPS}}Laurl")
    assert laurl is not None and laurl.text == "licence"
    document = describe(text.encode(), "https://h.example/m/t/stream.mpd")
    assert len(document["representations"]) == 3
    file = tmp_path / "stream.mpd"
    file.write_text(text)
    assert [one for one in strict.check_file(file).findings if one.severity == "must"] == []


def test_a_clear_mpd_says_nothing_of_protection() -> None:
    clear = programme(Policy("cbcs"))
    tracks = tuple((rung, Track(track.folder, track.codecs, 24000, 0, track.durations, track.sizes)) for rung, track in clear.video)  # fmt: skip
    text = manifests.mpd(Programme(Fraction(8), Fraction(4), Fraction(24), tracks, (), ()))
    assert "ContentProtection" not in text and "cenc" not in text and "switching" not in text
