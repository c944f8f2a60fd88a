"""`bitaca doctor` reports what is amiss with what to do, and its exit code says whether the product can run."""

from __future__ import annotations

import json
import socket

from typer.testing import CliRunner

from bitaca_core.cli import doctor as module
from bitaca_core.cli.main import app
from bitaca_core.settings import Settings


def findings(settings, which=lambda name: None):
    return {finding.name: finding for finding in module.examine(settings, which)}


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
