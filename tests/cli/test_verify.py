"""`bitaca verify` on folders that are not ours: report, exit codes, JSON, a user's schema."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bitaca_core.cli import main as cli

BASE = Path(__file__).resolve().parents[1] / "corpus" / "strict" / "base"
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:mpeg:dash:schema:mpd:2011"
  elementFormDefault="qualified"><xs:element name="MPD"><xs:complexType><xs:sequence>
  <xs:element name="Period" maxOccurs="{most}"><xs:complexType/></xs:element></xs:sequence>
  <xs:attribute name="type"/></xs:complexType></xs:element></xs:schema>"""
MPD = '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic">\n<Period/>\n<Period/>\n</MPD>\n'


@pytest.fixture
def run(monkeypatch, capsys):
    """Return `run(*arguments)`: exit code and output of `bitaca verify`."""

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["bitaca", "verify", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return call


def test_playlists_without_their_media_name_each_file_with_its_line(run, tmp_path):
    shutil.copytree(BASE / "vod", tmp_path, dirs_exist_ok=True)
    code, out = run(tmp_path)
    assert code == 1
    first = out.splitlines()[:3]
    assert first[0].startswith("must   main.m3u8:") and first[0].endswith(" is not there")
    assert first[1] == "       expected: every URI leads to a file (reference-missing, RFC 3986 5)"
    assert first[2] == "       do: Add the file, or correct the URI"
    assert out.splitlines()[-1] == f"not valid  {tmp_path}"


def test_json_has_every_finding_with_place_rule_expectation_and_advice(run, tmp_path):
    (tmp_path / "a.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:9,\na.ts\n#EXT-X-ENDLIST\n")
    (tmp_path / "a.ts").write_bytes(b"\x47" * 188)
    code, out = run(tmp_path, "--json")
    document = json.loads(out)
    assert (code, document["ok"], document["manifests"]) == (1, False, ["a.m3u8"])
    assert document["counts"] == {"must": 1, "should": 0, "note": 1}
    must, note = document["findings"]
    assert (must["rule"], must["file"], must["line"], must["severity"]) == (
        "hls-targetduration-exceeded", "a.m3u8", 3, "must",
    )  # fmt: skip
    assert "target duration" in must["expected"] and "raise the target duration" in must["message"]
    assert (note["rule"], note["file"], note["byte"]) == ("media-unread", "a.ts", 0)


def test_shoulds_and_notes_leave_a_folder_valid(run, tmp_path):
    (tmp_path / "a.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n"
    )
    (tmp_path / "a.ts").write_bytes(b"\x47" * 188)
    code, out = run(tmp_path)
    assert code == 0
    assert "should a.m3u8:2:16" in out and out.endswith(f"0 must, 1 should, 1 note\nok  {tmp_path}\n")


def test_a_folder_without_manifests_is_told(run, tmp_path):
    code, out = run(tmp_path, "--json")
    assert code == 1 and "no playlist" in json.loads(out)["error"]["message"]


def test_a_schema_of_the_user_judges_every_mpd(run, tmp_path):
    pytest.importorskip("lxml.etree")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/live.mpd").write_text(MPD)
    (tmp_path / "in/broken.mpd").write_text("<MPD")
    rules = {}
    for most in (1, 2):
        schema = tmp_path / f"{most}.xsd"
        schema.write_text(SCHEMA.format(most=most))
        code, out = run(tmp_path / "in", "--xsd", schema, "--json")
        assert code == 1
        rules[most] = [
            (one["file"], one["line"]) for one in json.loads(out)["findings"] if one["rule"] == "xsd"
        ]
    assert rules == {1: [("broken.mpd", 1), ("live.mpd", 3)], 2: [("broken.mpd", 1)]}
    assert run(tmp_path / "in", "--xsd", tmp_path / "none.xsd")[0] == 2


def test_an_mpd_reads_no_file_of_this_machine(run, tmp_path):
    """External entities and document types: refused, and never opened."""
    pytest.importorskip("lxml.etree")
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("precious")
    (tmp_path / "in/a.mpd").write_text(
        f'<!DOCTYPE MPD [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>\n'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>&x;</Period></MPD>\n'
    )
    schema = tmp_path / "a.xsd"
    schema.write_text(SCHEMA.format(most=1))
    code, out = run(tmp_path / "in", "--xsd", schema)
    assert code == 1 and "precious" not in out
