"""`bitaca manifest --strict`: findings with places, exit codes, files that belong together, versions of a playlist."""

from __future__ import annotations

import json
import os
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from bitaca_core.cli import main as cli
from bitaca_core.media import manifests
from bitaca_core.media.ladder import Rung
from bitaca_core.media.plan import AudioPlan
from bitaca_core.playback import strict

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
BASE = CORPUS / "strict" / "base"
SCHEMA_RULES = (
    "dash-element",
    "dash-attribute",
    "dash-text",
    "dash-namespace",
    "dash-xlink",
    "dash-root",
    "xml-",
)


@pytest.fixture
def run(monkeypatch, capsys):
    """Return `run(*arguments)`: exit code and output of `bitaca manifest`."""

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["bitaca", "manifest", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return call


def rules_of(report, severity=None):
    return {one.rule for one in report.findings if severity in (None, one.severity)}


def test_a_valid_file_is_exit_code_0(run):
    code, out = run(BASE / "vod" / "main.m3u8", "--strict")
    assert (code, out) == (0, "main.m3u8: valid (0 must, 0 should, 0 note)\n")


def test_a_broken_must_is_exit_code_1_with_place_section_and_advice(run, tmp_path):
    bad = tmp_path / "bad.m3u8"
    bad.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:9,\na.ts\n#EXT-X-ENDLIST\n")
    code, out = run(bad, "--strict")
    assert code == 1
    assert out.splitlines() == [
        "bad.m3u8:3:1 must hls-targetduration-exceeded [RFC 8216bis 4.4.3.1] 9 s rounds to 9 s, the target duration"
        " is 4 s; raise the target duration or cut shorter segments",
        "bad.m3u8: not valid (1 must, 0 should, 0 note)",
    ]


def test_shoulds_and_notes_leave_a_file_valid(run, tmp_path):
    file = tmp_path / "live.m3u8"
    file.write_text("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n")
    code, out = run(file, "--strict", "--json")
    document = json.loads(out)
    assert (code, document["valid"], document["counts"]["must"]) == (0, True, 0)
    assert document["counts"]["should"] == 1
    assert set(document) == {"schema", "file", "valid", "counts", "unchecked", "findings"}
    assert document["findings"][1] == {
        "file": "live.m3u8",
        "line": 2,
        "column": 16,
        "severity": "should",
        "rule": "hls-version-high",
        "section": "RFC 8216bis 6.2.1",
        "message": "nothing here needs more than version 1; 3 keeps older clients away",
    }


def test_playlists_beside_it_are_checked_together(run, tmp_path):
    shutil.copytree(BASE / "presentation", tmp_path, dirs_exist_ok=True)
    low = tmp_path / "low.m3u8"
    low.write_text(low.read_text().replace("TARGETDURATION:4", "TARGETDURATION:5"))
    (tmp_path / "audio.m3u8").unlink()
    code, out = run(tmp_path / "main.m3u8", "--strict", "--json")
    document = json.loads(out)
    assert code == 1
    found = [(one["file"], one["line"], one["rule"]) for one in document["findings"]]
    assert found == [("low.m3u8", 3, "hls-variants-targetduration")]
    assert document["unchecked"] == ["audio.m3u8"]


def test_a_manifest_opens_no_other_files(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("#EXTM3U\n")
    os.mkfifo(tmp_path / "in" / "pipe.m3u8")
    references = [
        "../secret",
        "/etc/passwd",
        "https://h/a.m3u8",
        "file:///etc/passwd",
        "pipe.m3u8",
        "folder/",
    ]
    lines = [line for one in references for line in ("#EXT-X-STREAM-INF:BANDWIDTH=1", one)]
    file = tmp_path / "in" / "main.m3u8"
    file.write_text("\n".join(["#EXTM3U", *lines, ""]))
    assert strict.check_file(file).missing == tuple(references)


def test_two_versions_of_a_playlist(run):
    live = BASE / "live"
    assert run(live / "main.m3u8", "--strict", "--previous", live / "previous.m3u8")[0] == 0
    code, out = run(live / "previous.m3u8", "--strict", "--previous", live / "main.m3u8")
    assert code == 1
    assert "hls-update-media-sequence-decreased" in out


def test_a_previous_version_alone_says_nothing(run):
    live = BASE / "live"
    code, out = run(live / "main.m3u8", "--previous", live / "previous.m3u8", "--json")
    assert (code, json.loads(out)["error"]["kind"]) == (2, "usage")


def test_the_address_counts_where_a_variable_is_taken_from_it(run, tmp_path):
    file = tmp_path / "a.m3u8"
    text = (
        '#EXTM3U\n#EXT-X-VERSION:11\n#EXT-X-DEFINE:QUERYPARAM="t"\n#EXT-X-TARGETDURATION:4\n#EXT-X-ENDLIST\n'
    )
    file.write_text(text)
    assert run(file, "--strict", "--base-url", "https://h/a.m3u8?t=1")[0] == 0
    code, out = run(file, "--strict", "--base-url", "https://h/a.m3u8")
    assert code == 1 and "hls-define-queryparam-unknown" in out


def test_files_that_cannot_be_read_are_bad_input(run, tmp_path):
    code, out = run(tmp_path / "none.m3u8", "--strict", "--json")
    assert (code, json.loads(out)["error"]["file"]) == (2, str(tmp_path / "none.m3u8"))


def test_any_bytes_are_answered(tmp_path):
    for data in (b"", b"\0", b"<", b"<MPD", b"\xff\xfe#EXTM3U", b"#EXTM3U\n" + b"#EXTINF:1,\n" * 50_000):
        assert isinstance(strict.check([("x", data)]), list)


def programme():
    """Two rungs, two languages, subtitles, as the packager describes them."""
    high = manifests.Track(
        "video/720p", "avc1.64001f", 24000, 0, (96096, 96096, 48048), (500_500, 250_250, 100_100)
    )
    low = manifests.Track(
        "video/360p", "avc1.64001e", 24000, 0, (96096, 96096, 48048), (200_000, 100_000, 50_000)
    )
    sound = manifests.Track(
        "audio/pt-1", "mp4a.40.2", 48000, 0, (192512, 191488, 96480), (64_000, 64_000, 32_000)
    )
    english = manifests.Track(
        "audio/en-1", "mp4a.40.2", 48000, 0, (192512, 191488, 96480), (64_000, 64_000, 32_000)
    )
    return manifests.Programme(
        duration_s=Fraction(240240, 24000),
        segment_s=Fraction(96096, 24000),
        frame_rate=Fraction(24000, 1001),
        video=((Rung("720p", 1280, 720, 22, 1, 1), high), (Rung("360p", 640, 360, 23, 1, 1), low)),
        audio=(
            (AudioPlan("pt-1", 0, "pt-BR", "Português"), sound),
            (AudioPlan("en-1", 1, "en", "English"), english),
        ),
        text=(manifests.Text("pt-BR", "pt-BR", "Português", False, "text/pt-BR.vtt", 1000),),
    )


def test_what_our_packager_writes_is_valid(tmp_path):
    made = programme()
    tracks = [track for _, track in (*made.video, *made.audio)]
    for track in tracks:
        (tmp_path / track.folder).mkdir(parents=True)
        (tmp_path / track.folder / "playlist.m3u8").write_text(manifests.media_playlist(track))
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "pt-BR.m3u8").write_text(manifests.text_playlist(made.text[0], made.duration_s))
    (tmp_path / "master.m3u8").write_text(manifests.master_playlist(made))
    (tmp_path / "stream.mpd").write_text(manifests.mpd(made))
    hls = strict.check_file(tmp_path / "master.m3u8")
    assert (hls.missing, rules_of(hls, "must")) == ((), set())
    assert rules_of(strict.check_file(tmp_path / "stream.mpd"), "must") == set()


@pytest.mark.parametrize(
    "name",
    [
        "hls/vod-cmaf-720p.m3u8",
        "hls/byterange-map-key-after-discontinuity.m3u8",
        "hls/multivariant-audio-and-subtitle-groups.m3u8",
    ],
)
def test_valid_files_of_the_corpus_break_no_must(name):
    assert rules_of(strict.check_file(CORPUS / name), "must") == set()


def test_the_table_of_rules_comes_with_sections():
    table = strict.rules()
    assert len({rule.id for rule in table}) == len(table) > 250
    assert {rule.severity for rule in table} == set(strict.SEVERITIES)
    cited = [rule for rule in table if rule.section.startswith("RFC 8216bis ")]
    assert len(cited) > 130
    assert all(rule.section and rule.says for rule in table)


def shared_mpds():
    roots = (os.environ.get("BITACA_SHARED"), Path(__file__).resolve().parents[3] / "shared")
    for root in roots:
        if root and (Path(root) / "data/schemas/dash/DASH-MPD.xsd").is_file():
            return Path(root) / "data"
    return None


def test_the_schema_in_our_tables_judges_as_the_published_one(monkeypatch):
    etree = pytest.importorskip("lxml.etree")
    data = shared_mpds()
    if data is None:
        pytest.skip("neither $BITACA_SHARED nor ../shared has DASH-MPD.xsd")
    monkeypatch.chdir(data / "schemas/dash")
    schema = etree.XMLSchema(etree.parse("DASH-MPD.xsd", etree.XMLParser(no_network=True)))
    files = sorted((data / "manifests/dash").rglob("*.[mx][pm][dl]")) + sorted(
        (CORPUS / "dash").glob("*.mpd")
    )
    assert len(files) > 50
    differ = {}
    for file in files:
        broken = {rule for rule in rules_of(strict.check_file(file)) if rule.startswith(SCHEMA_RULES)}
        try:
            valid = schema.validate(etree.parse(str(file), etree.XMLParser(no_network=True)))
        except etree.XMLSyntaxError:
            valid = False
        if valid != (not broken):
            differ[file.name] = (valid, broken)
    assert differ == {}
