"""`bitaca manifest` and the errors it reports."""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bitaca_core.cli import main as cli
from bitaca_core.errors import ManifestError
from bitaca_core.playback.core import PlayerCore
from bitaca_core.playback.manifest import describe

CORPUS = Path(__file__).resolve().parents[1] / "corpus"


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["bitaca", "manifest", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0), capsys.readouterr().out


def test_a_bad_file_is_exit_code_2_with_line_and_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.m3u8"
    bad.write_text("#EXTM3U\n#EXTINF:4,\n#EXT-X-BYTERANGE:quatro\na.ts\n")
    code, out = run(monkeypatch, capsys, str(bad), "--json")
    error = json.loads(out)["error"]
    assert code == 2
    assert (error["kind"], error["line"], error["column"], error["file"]) == ("number", 3, 18, str(bad))


def test_json_and_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(CORPUS / "hls" / "vod-cmaf-720p.m3u8")
    code, out = run(monkeypatch, capsys, path, "--json", "--base-url", "https://h/x/")
    assert code == 0
    assert json.loads(out)["segments"][1]["url"] == "https://h/x/seg-2.m4s"
    code, out = run(monkeypatch, capsys, path)
    assert code == 0
    assert out.splitlines()[0] == "hls-media: 9.343 s, complete, 3 segments"


def test_now_moves_a_dynamic_window() -> None:
    data = (CORPUS / "dash" / "dynamic-window.mpd").read_bytes()
    early = describe(data, "https://h/", now=datetime(2026, 1, 1, 0, 0, 10, tzinfo=UTC))
    assert early["representations"][0]["segments"]["last_url"] == "https://h/2.m4s"


def test_times_are_rounded_half_up_from_the_decimals() -> None:
    text = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n" + "#EXTINF:0.3333335,\na.ts\n" * 3 + "#EXT-X-ENDLIST\n"
    document = describe(text.encode(), "")
    assert [one["duration_us"] for one in document["segments"]] == [333_334] * 3
    assert [one["start_us"] for one in document["segments"]] == [0, 333_334, 666_667]
    assert document["duration_us"] == 1_000_001


def test_a_media_playlist_is_attached() -> None:
    master = (CORPUS / "hls" / "multivariant-audio-and-subtitle-groups.m3u8").read_bytes()
    media = (CORPUS / "hls" / "vod-cmaf-720p.m3u8").read_bytes()
    core = PlayerCore()
    assert core.snapshot(master, "https://h/m.m3u8", media=(media, "https://h/a/p.m3u8"))
    with pytest.raises(ManifestError, match="another kind"):
        core.snapshot(master, "https://h/m.m3u8", media=(master, "https://h/m.m3u8"))


def test_threads_share_the_compiled_module() -> None:
    found: list[str] = []

    def work() -> None:
        found.append(describe(b"#EXTM3U\n#EXTINF:1,\na", "u")["kind"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["hls-media"] * 8
