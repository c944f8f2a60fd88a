"""The plan over a large library: how much it reads and imports, and sources it cannot use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bitaca_core import stamps
from bitaca_core.catalogue.store import add_source
from bitaca_core.errors import RebuildNeeded, SchemaError
from bitaca_core.media import planning, receipts
from bitaca_core.media.planning import pending
from bitaca_core.media.publish import publish_title
from bitaca_core.media.wishes import asked
from bitaca_core.settings import DataPaths, Settings, load_settings
from tests.media.clips import HANG_GUARD_S, sheet_of

FILES_PER_TITLE = 12


def library_of(paths: DataPaths, count: int) -> None:
    """Write sources, packages and receipts of `count` titles, without any encoding."""
    sources = {}
    for number in range(count):
        title_id = f"title-{number}"
        video = paths.home / "in" / f"{title_id}.mp4"
        video.parent.mkdir(parents=True, exist_ok=True)
        video.write_bytes(b"video")
        folder = paths.media / title_id / "0123456789abcdef"
        folder.mkdir(parents=True)
        for part in range(FILES_PER_TITLE):
            (folder / f"seg-{part}.m4s").write_bytes(b"segment")
        (folder.parent / "current").write_text("0123456789abcdef\n")
        sheet = sheet_of(video, title_id)
        sources[title_id] = sheet.model_dump(mode="json")
        receipts.save(paths, receipts.TitleReceipt(
            title_id=title_id, package_id="0123456789abcdef", recipe={"version": planning.RECIPE_VERSION},
            sheet_sha256=planning.sheet_sha256(sources[title_id]), inputs=(stamps.stamp(video),),
            outputs=tuple(stamps.stamp(file, file.name) for file in folder.iterdir()), arguments=(),
        ))  # fmt: skip
    paths.catalogue.mkdir(parents=True, exist_ok=True)
    (paths.catalogue / "sources.json").write_text(json.dumps({"schema": 1, "sources": sources}))


def test_every_file_is_looked_at_once_and_none_is_read(
    paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    library_of(paths, 50)
    load_settings()  # read once a process
    looked: list[str] = []
    real = os.stat
    monkeypatch.setattr(stamps.os, "stat", lambda path: looked.append(str(path)) or real(path))
    monkeypatch.setattr(stamps, "sha256_file", lambda path: pytest.fail("contents were read"))
    assert pending(paths) == []
    assert len(looked) == 50 * (FILES_PER_TITLE + 1) == len(set(looked))
    os.truncate(paths.media / "title-7" / "0123456789abcdef" / "seg-3.m4s", 1)
    assert [item.title_id for item in pending(paths)] == ["title-7"]


def test_plan_and_status_load_nothing_heavy(paths: DataPaths) -> None:
    library_of(paths, 3)
    for command in ("plan", "status"):
        program = (
            f"import sys; sys.argv = ['bitaca', '{command}', '--json']\n"
            "from bitaca_core.cli.main import app\n"
            "app(standalone_mode=False)\n"
            "heavy = {'pandas', 'pyarrow', 'lancedb', 'prefect', 'gradio', 'fastapi', 'numpy', 'PIL', 'ffmpeg'}\n"
            "print(sorted(heavy & set(sys.modules)))"
        )
        environment = {**os.environ, "BITACA_HOME": str(paths.home)}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=HANG_GUARD_S,
                              env=environment)  # fmt: skip
        assert done.returncode == 0, done.stderr
        report, loaded = done.stdout.strip().splitlines()
        assert loaded == "[]"
        assert json.loads(report)["schema"] == 1


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"schema": 1}',
        b'{"schema": 1, "sources": []}',
        b'{"schema": 1, "sources": {"a": []}}',
        b'{"schema": 1, "sources": {"a": {"title_id": "a"}}}',
        b'{"schema": 1, "sources": {"a": {"title_id": "a", "video": "/v", "subtitles": [{}]}}}',
        b'{"schema": 1, "sources": {"a": {"title_id": "a", "video": "/v", "colour": "red"}}}',
    ],
)
def test_damaged_sources_are_named_with_what_to_do(content: bytes, paths: DataPaths) -> None:
    paths.catalogue.mkdir(parents=True)
    (paths.catalogue / "sources.json").write_bytes(content)
    with pytest.raises(RebuildNeeded, match="bitaca run --only ingest") as caught:
        pending(paths)
    assert caught.value.file == str(paths.catalogue / "sources.json")


def test_newer_schemas_are_refused(paths: DataPaths) -> None:
    library_of(paths, 1)
    file = receipts.receipt_file(paths, "title-0")
    file.write_text(file.read_text().replace('"schema": 1', '"schema": 9'))
    with pytest.raises(SchemaError, match="schema 9"):
        pending(paths)
    (paths.catalogue / "sources.json").write_text('{"schema": 2, "sources": {}}')
    with pytest.raises(SchemaError, match="newer"):
        pending(paths)


def test_inputs_that_come_and_go(paths: DataPaths, tmp_path: Path) -> None:
    library_of(paths, 1)
    sources = json.loads((paths.catalogue / "sources.json").read_text())
    srt = tmp_path / "a.srt"
    srt.write_text("x")
    sheet = sources["sources"]["title-0"]
    sheet["subtitles"] = [{"path": str(srt), "language": "pt", "label": None, "forced": False}]
    (paths.catalogue / "sources.json").write_text(json.dumps(sources))
    assert pending(paths)[0].reasons == (f"input is new: {srt}",)
    sheet["subtitles"], sheet["video"] = [], str(srt)
    (paths.catalogue / "sources.json").write_text(json.dumps(sources))
    assert "an input was taken away" in pending(paths)[0].reasons


def test_another_protection_makes_a_package_anew(
    plain: Path, paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings' word holds where the sheet says none; whole segments are receipted with what they lack."""

    def ask(**wish: Any) -> Settings:
        settings = Settings(home=paths.home, ladder="default", **wish)
        monkeypatch.setattr(planning, "load_settings", lambda: settings)
        return settings

    ask()
    add_source(paths, sheet_of(plain))
    publish_title(sheet_of(plain), paths)
    assert pending(paths) == []
    wanted = ask(protect="aes-128")
    assert [item.reasons for item in pending(paths)] == [("protection none, now aes-128",)]
    publish_title(sheet_of(plain), paths, wishes=asked(wanted, paths.keys))
    assert pending(paths) == []
    receipt = receipts.load(paths, "clip")
    assert receipt is not None and any("no stream.mpd" in note for note in receipt.protect["notes"])
    wanted = ask(protect="aes-128", rotate_segments=1)
    assert [item.reasons for item in pending(paths)] == [("protection aes-128 is set otherwise",)]
    add_source(paths, sheet_of(plain, protect="cbcs"))
    assert [item.reasons for item in pending(paths)] == [("protection aes-128, now cbcs",)]
    publish_title(sheet_of(plain, protect="cbcs"), paths, wishes=asked(wanted, paths.keys, "cbcs"))
    assert pending(paths) == []


def test_other_wishes_make_a_package_anew(
    plain: Path, paths: DataPaths, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "ladder.json"
    file.write_text('{"schema": 1, "rungs": [{"height": 144, "crf": 33}]}')

    def ask(**wish: Any) -> Settings:
        settings = Settings(home=paths.home, **wish)
        monkeypatch.setattr(planning, "load_settings", lambda: settings)
        return settings

    def reasons() -> list[tuple[str, tuple[str, ...]]]:
        return [(item.action, item.reasons) for item in pending(paths)]

    add_source(paths, sheet_of(plain))
    publish_title(sheet_of(plain), paths, wishes=asked(ask(ladder=str(file)), paths.keys))
    assert reasons() == []
    ask(ladder="fixed")
    assert reasons() == [("package", ("ladder of a file, now fixed",))]
    file.write_text('{"schema": 1, "rungs": [{"height": 144, "crf": 30}]}')
    ask(ladder=str(file))
    assert reasons() == [("package", ("another ladder file",))]
    file.unlink()
    assert "the ladder file cannot be read" in reasons()[0][1][0]
    ask(ladder="default", codecs="av1", preset="medium")
    assert reasons()[0][1][0] == "codecs h264, now h264,av1"
