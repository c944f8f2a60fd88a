"""`bitaca package`, `verify`, `plan`, `status` as a person runs them."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.catalogue.store import add_source
from bitaca_core.errors import WorkError
from bitaca_core.settings import DataPaths
from tests.media.clips import HANG_GUARD_S, picture, sheet_of


def bitaca(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from bitaca_core.cli.main import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=HANG_GUARD_S,
                          env={**os.environ, "BITACA_HOME": str(home)})  # fmt: skip


def test_package_then_verify_then_damage(plain: Path, tmp_path: Path) -> None:
    srt = tmp_path / "film.srt"
    srt.write_text("1\n00:00:00,100 --> 00:00:00,900\nOi\n")
    out = tmp_path / "out"
    done = bitaca(
        "package", plain, "--out", out, "--subtitle", f"pt-BR={srt}", "--language", "ja", home=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "packaged" in done.stdout and "plain.mp4: encode" in done.stderr
    assert 'LANGUAGE="ja"' in (out / "master.m3u8").read_text()
    again = bitaca("package", plain, "--out", out, "--subtitle", f"pt-BR={srt}", "--language", "ja", "--json",
                   home=tmp_path)  # fmt: skip
    assert json.loads(again.stdout)["built"] is False
    assert bitaca("verify", out, home=tmp_path).returncode == 0
    os.truncate(out / "video/180p/seg-1.m4s", 9)
    broken = bitaca("verify", out, "--json", home=tmp_path)
    assert broken.returncode == 1
    report = json.loads(broken.stdout)
    assert (report["ok"], report["findings"][0]["rule"]) == (False, "file-size")
    assert bitaca("verify", out, home=tmp_path).returncode == 1
    assert bitaca("verify", tmp_path / "nothing", home=tmp_path).returncode == 1


def test_plan_only_writes_nothing(plain: Path, tmp_path: Path) -> None:
    said = bitaca("package", plain, "--plan", home=tmp_path)
    assert "320x180" in said.stdout and said.returncode == 0
    document = json.loads(bitaca("package", plain, "--plan", "--json", home=tmp_path).stdout)
    assert document["recipe"]["rungs"][0]["id"] == "180p"
    assert list(tmp_path.iterdir()) == []


def test_bad_input_is_status_2_with_a_json_error_and_no_traceback(tmp_path: Path, plain: Path) -> None:
    text = tmp_path / "film.mp4"
    text.write_text("no film")
    srt = tmp_path / "bad.srt"
    srt.write_text("1\n00:00:05,000 --> 00:00:01,000\nOi\n")
    out = tmp_path / "out"
    for arguments, kind in (
        (("package", text, "--out", out), "not-media"),
        (("package", tmp_path / "none.mp4", "--out", out), "missing"),
        (("package", plain), "usage"),
        (("package", plain, "--out", out, "--subtitle", "film.srt"), "usage"),
        (("package", plain, "--out", out, "--language", "!"), "usage"),
        (("package", plain, "--out", out, "--subtitle", f"pt={srt}"), "subtitle"),
    ):
        done = bitaca(*arguments, "--json", home=tmp_path)
        error = json.loads(done.stdout)["error"]
        assert (done.returncode, error["kind"]) == (2, kind)
        assert "Traceback" not in done.stderr
    assert error["line"] == 2
    assert not out.exists()


def test_a_terminal_gets_a_bar(plain: Path, tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-c", "from bitaca_core.cli.main import main; main()", "package", str(plain), "--out",
               str(tmp_path / "out")]  # fmt: skip
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=follower, env={**os.environ, "TERM": "xterm"}
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # the other end closed
            break
        if not chunk:
            break
        seen += chunk
    assert child.wait(HANG_GUARD_S) == 0
    assert b"encode" in seen and b"%" in seen
    os.close(leader)


def test_plan_and_status(plain: Path, paths: DataPaths) -> None:
    assert "no sources yet" in bitaca("plan", home=paths.home).stdout
    assert "nothing in" in bitaca("status", home=paths.home).stdout
    add_source(paths, sheet_of(plain))
    assert "package  clip: new" in bitaca("plan", home=paths.home).stdout
    assert json.loads(bitaca("plan", "--json", home=paths.home).stdout)["items"][0]["reasons"] == ["new"]
    from bitaca_core.media.publish import publish
    from bitaca_core.media.wishes import asked
    from bitaca_core.settings import load_settings

    publish(sheet_of(plain), paths, wishes=asked(load_settings(), paths.keys))
    left = json.loads(bitaca("plan", "--verify", "--json", home=paths.home).stdout)
    assert (left["titles"], [item["stage"] for item in left["items"]]) == (1, ["evaluate"] * 5)
    assert "clip" in bitaca("status", home=paths.home).stdout
    row = json.loads(bitaca("status", "--json", home=paths.home).stdout)["titles"][0]
    assert (row["duration_s"], row["pending"], row["stage"]) == (1.0, [], None)


def test_work_that_was_killed_is_not_shown_as_running(paths: DataPaths, plain: Path) -> None:
    """A row with a living process shows; when that process is gone, so does the row."""
    from bitaca_core.media.progress import ProgressBoard

    add_source(paths, sheet_of(plain))
    ProgressBoard(paths).update("clip", "package", 50)
    assert "package 50 %" in bitaca("status", home=paths.home).stdout
    file = paths.state / "progress.json"
    file.write_text(file.read_text().replace(f'"process": {os.getpid()}', '"process": 4194304'))
    assert "package 50 %" not in bitaca("status", home=paths.home).stdout


def test_a_project_of_ones_own_is_never_replaced(plain: Path, tmp_path: Path) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    (project / "package.json").write_text('{"name": "shop"}')
    (project / "index.js").write_text("precious")
    done = bitaca("package", plain, "--out", project, home=tmp_path)
    assert done.returncode == 1 and "holds other files than a package's: index.js" in done.stderr
    assert (project / "index.js").read_text() == "precious"


def test_xsd_without_lxml_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bitaca_core.cli import package

    monkeypatch.setitem(sys.modules, "lxml", None)
    with pytest.raises(WorkError, match=r"Run \./setup\.sh dev"):
        package._xsd_faults(tmp_path / "stream.mpd", tmp_path / "DASH-MPD.xsd")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_ends_with_130_and_leaves_nothing(
    clip: Callable[..., Path], tmp_path: Path, number: int
) -> None:
    long = clip("long-plain.mp4", *picture("1280x720", "60", 30), "-c:v", "libx264", "-preset", "ultrafast")
    command = [sys.executable, "-c", "from bitaca_core.cli.main import main; main()", "package", str(long), "--out",
               str(tmp_path / "out")]  # fmt: skip
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    while "encode" not in (line := child.stderr.readline()):
        assert line, "it ended before it encoded"
    child.send_signal(number)
    said = child.communicate(timeout=HANG_GUARD_S)[1]
    assert child.returncode == 130 and said == "interrupted; nothing that was finished is lost\n"
    assert list(tmp_path.iterdir()) == []
