"""What Derona may know of the packages: subtitles, marks, heights, length; damaged ones say nothing and are logged."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from bitaca_core.derona.packages import Span
from gradio_app.spoken import PublishedLines, SpokenScenes, read_spans

VTT = "WEBVTT\n\n00:00:05.000 --> 00:00:08.000\nO trem já passou.\n\n00:01:00.000 --> 00:01:04.000\nFicou só o mar.\n"


def package(
    folder: Path, sidecar: str = '{"markers": [{"kind": "intro", "start_s": 1.0, "end_s": 4.5}]}'
) -> SimpleNamespace:
    (folder / "text").mkdir(parents=True)
    (folder / "text" / "pt.vtt").write_text(VTT, "utf-8")
    text = [{"id": "pt", "language": "pt-BR", "label": "Português", "forced": False, "path": "text/pt.vtt"}]
    (folder / "package.json").write_text(json.dumps({"text": text}))
    (folder / "sidecar.json").write_text(sidecar)
    return SimpleNamespace(
        title_id="a-pipa-2026", package_id="p", dir=folder, heights=(360, 720, 720), duration_s=64.0
    )


def published(**packages: SimpleNamespace) -> PublishedLines:
    units = {name.replace("_", "-"): one for name, one in packages.items()}
    return PublishedLines(SimpleNamespace(packages=units, spoken=SpokenScenes()))


def test_what_a_package_says(tmp_path: Path) -> None:
    lines = published(pipa=package(tmp_path / "one"))
    assert [(line.start_s, line.text) for line in lines.lines("pipa", "pt")] == [
        (5.0, "O trem já passou."),
        (60.0, "Ficou só o mar."),
    ]
    assert lines.spans("pipa") == (Span("intro", 1.0, 4.5),)
    assert lines.heights("pipa") == (360, 720) and lines.duration_s("pipa") == 64.0
    assert [scene.start_s for scene in lines.scenes("trem", "pt", 3, {"a-pipa-2026": 30.0})] == [5.0]
    assert lines.scenes("mar", "pt", 3, {"a-pipa-2026": 30.0}) == []


def test_what_is_not_published_says_nothing() -> None:
    lines = published()
    assert not lines.lines("x", "pt") and not lines.spans("x") and not lines.heights("x")
    assert lines.duration_s("x") is None


@pytest.mark.parametrize("sidecar", ["", "[]", '{"markers": [{"kind": "intro"}]}', '{"markers": 3}'])
def test_damaged_marks_are_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, sidecar: str
) -> None:
    with caplog.at_level(logging.WARNING, "bitaca.app"):
        assert read_spans(package(tmp_path / "odd", sidecar).dir) == ()
    assert "marks of odd" in caplog.text
