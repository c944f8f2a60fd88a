"""The command line's edges: every failure is told in a line, with the exit code that the design names."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from bitaca_core.cli import main
from bitaca_core.errors import WorkError
from tests.cli.commands import CALL, HANG_GUARD_S, bitaca, error_of, surroundings


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["doctor", "--json", "--nonsense"], "--nonsense"),
        (["run", "--only", "nope", "--json"], "nope"),
        (["package", "--json"], "INPUT"),
        (["verify", "--json"], "DIR"),
        (["resume", "--json", "extra"], "extra"),
        (["gc", "--json", "--older-than", "1"], "--older-than"),
        (["remove", "--json"], "ID"),
        (["backup", "--json"], "FILE"),
        (["nothing-of-ours", "--json"], "nothing-of-ours"),
        (["search", "--json", "--limit", "many", "x"], "--limit"),
    ],
)
def test_usage_errors_are_json_where_json_was_asked_for(tmp_path, arguments, says):
    done = bitaca(*arguments, home=tmp_path)
    error = error_of(done)
    assert (done.returncode, error["kind"], done.stderr) == (2, "usage", "")
    assert says in error["message"] and set(error) == {"kind", "file", "line", "column", "message", "hint"}


def test_usage_errors_are_text_otherwise(tmp_path):
    done = bitaca("run", "--only", "nope", home=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert "Usage: bitaca run" in done.stderr and "'nope'" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "abc"), ("PORT", "70000"), ("MEDIA_TOKEN_TTL_S", "1"), ("CHAT_MESSAGES_PER_MINUTE", "many")],
)
def test_a_setting_of_a_wrong_kind_is_bad_input(tmp_path, name, value):
    done = bitaca("plan", "--json", home=tmp_path, **{f"BITACA_{name}": value})
    error = error_of(done)
    assert (done.returncode, error["kind"]) == (2, "setting")
    assert f"BITACA_{name}='{value}'" in error["message"]


@pytest.mark.parametrize(
    "arguments", [["ingest"], ["chat", "oi"], ["recommend", "--viewer", "x"], ["run"], ["resume"]]
)
def test_a_home_that_cannot_be_written_is_told(tmp_path, arguments):
    (tmp_path / "file").write_text("in the way")
    if arguments == ["ingest"]:
        arguments = ["ingest", str(tmp_path)]
    done = bitaca(*arguments, "--json", home=tmp_path / "file" / "data")
    error = error_of(done)
    assert done.returncode in (1, 2) and error["message"]
    if arguments[0] in ("ingest", "run", "resume"):
        assert (done.returncode, error["kind"]) == (1, "files")
        assert str(tmp_path / "file") in error["file"] and "BITACA_HOME" in error["hint"]


def test_what_is_not_ours_is_explained_where_a_person_can_act():
    full = main.explained(OSError(28, "No space left on device", "/data/x"))
    assert isinstance(full, WorkError) and (full.kind, full.file) == ("disk-full", "/data/x")
    assert main.explained(WorkError("x")).message == "x"
    assert main.explained(sqlite3.OperationalError("disk I/O error")).kind == "database"
    assert main.explained(ZeroDivisionError()) is None, "a mistake of ours keeps its traceback"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_says_that_nothing_is_lost(tmp_path, number):
    """In the middle of a command that waits: it reads a pipe that nobody writes to."""
    command = [*CALL, "manifest", str(tmp_path / "pipe")]
    os.mkfifo(tmp_path / "pipe")
    child = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(tmp_path),
        # Whoever runs the tests under nohup or in the background of a script has told them to ignore it.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    with (tmp_path / "pipe").open("w"):  # opens when the command has opened it: it is at work now
        child.send_signal(number)
        said = child.communicate(timeout=HANG_GUARD_S)[1]
    assert (child.returncode, said) == (130, "interrupted; nothing that was finished is lost\n")


def test_whom_nohup_protects_is_not_ended_by_a_hangup(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    child = subprocess.Popen(
        ["nohup", *CALL, "manifest", str(tmp_path / "pipe")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=surroundings(tmp_path),
    )
    with (tmp_path / "pipe").open("w") as pipe:
        child.send_signal(signal.SIGHUP)
        pipe.write("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.m4s\n#EXT-X-ENDLIST\n")
    assert "hls-media" in child.communicate(timeout=HANG_GUARD_S)[0] and child.returncode == 0


def test_a_reader_that_has_seen_enough_gets_no_traceback(tmp_path):
    child = subprocess.Popen(
        [*CALL, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(tmp_path)
    )
    child.stdout.close()
    said = child.stderr.read().decode()
    assert child.wait(HANG_GUARD_S) in (0, 1) and said == ""


def test_every_command_of_the_design_is_there():
    wanted = {
        "demo", "up", "run", "plan", "status", "resume", "gc", "doctor", "remove", "backup", "restore", "flows",
        "ingest", "package", "verify", "manifest", "simulate", "search", "recommend", "evaluate", "chat", "notebooks", "lab",
        "bench", "watch", "keys", "inbox",
    }  # fmt: skip
    assert set(main.COMMANDS) == wanted


def test_resume_has_help_of_its_own(tmp_path: Path):
    said = bitaca("resume", "--help", home=tmp_path).stdout
    assert "interrupted run stopped" in said and "--force" not in said
    done = json.loads(bitaca("plan", "--json", home=tmp_path).stdout)
    assert done["command"] == "bitaca run"
