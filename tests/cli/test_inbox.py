"""`bitaca inbox` as support uses it: make a key away from the data folder, list without it, read with it."""

from __future__ import annotations

import json
import stat

import pytest

from bitaca_core.security import sealed
from bitaca_core.viewers.inbox import Inbox
from tests.cli.commands import bitaca, error_of


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def key(tmp_path, home):
    file = tmp_path / "mine" / "support.pem"
    done = bitaca("inbox", "new-key", file, home=home)
    assert done.returncode == 0, done.stderr
    return file


def put(home, message):
    box = Inbox(home / "inbox", lambda: 1_795_000_000.0)
    return box.put(sealed.seal(message, box.public_keys()[0]))


def test_a_message_is_listed_without_the_key_and_read_with_it(home, key):
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    message_id = put(
        home, {"subject": "support", "text": "linha um\nlinha dois \x1b[31m", "contact": "ana@x.org"}
    )
    listed = bitaca("inbox", "list", home=home)
    assert message_id in listed.stdout and "linha" not in listed.stdout
    read = bitaca("inbox", "read", "--key", key, home=home)
    assert read.returncode == 0 and "linha dois" in read.stdout and "ana@x.org" in read.stdout
    assert "\x1b" not in read.stdout, "what a stranger wrote drives no terminal"
    told = json.loads(bitaca("inbox", "read", message_id, "--key", key, "--json", home=home).stdout)
    assert told["messages"][0]["message"]["text"].startswith("linha um\n") and told["failed"] == []
    assert bitaca("inbox", "delete", message_id, home=home).returncode == 0
    assert "no messages" in bitaca("inbox", "list", home=home).stdout


def test_a_private_key_may_not_lie_where_the_server_reads(home):
    done = bitaca("inbox", "new-key", home / "keys" / "support.pem", home=home)
    assert done.returncode == 2 and "the server reads" in done.stderr
    assert not (home / "keys" / "support.pem").exists() and not (home / "inbox").exists()


def test_after_a_rotation_each_message_needs_its_own_key(home, key, tmp_path):
    old = put(home, {"text": "antiga"})
    second = tmp_path / "second.pem"
    assert bitaca("inbox", "new-key", second, home=home).returncode == 0
    new = put(home, {"text": "nova"})
    one = bitaca("inbox", "read", "--key", second, "--json", home=home)
    told = json.loads(one.stdout)
    assert one.returncode == 1 and [m["id"] for m in told["messages"]] == [new]
    assert told["failed"][0]["id"] == old and told["failed"][0]["kind"] == "key"
    both = bitaca("inbox", "read", "--key", second, "--key", key, home=home)
    assert both.returncode == 0 and "antiga" in both.stdout and "nova" in both.stdout


def test_it_can_be_read_from_a_copy_on_another_machine(home, key, tmp_path):
    put(home, {"text": "longe daqui"})
    copy = tmp_path / "copy"
    (home / "inbox").rename(copy)
    done = bitaca("inbox", "read", "--key", key, "--folder", copy, home=tmp_path / "empty")
    assert done.returncode == 0 and "longe daqui" in done.stdout


def test_errors_name_what_to_do(home, key, tmp_path):
    done = bitaca("inbox", "read", "20260101-000000000000", "--key", key, "--json", home=home)
    assert done.returncode == 2 and "list" in error_of(done)["hint"]
    done = bitaca("inbox", "new-key", key, home=home)
    assert done.returncode == 1 and "exists" in done.stderr.lower()
    key.chmod(0o644)
    done = bitaca("inbox", "read", "--key", key, home=home)
    assert done.returncode == 2 and "chmod 600" in done.stderr


def test_a_locked_key_asks_for_its_passphrase(home, tmp_path):
    file = tmp_path / "locked.pem"
    made = bitaca("inbox", "new-key", file, "--locked", home=home, says="uma frase\numa frase\n")
    assert made.returncode == 0, made.stderr
    put(home, {"text": "trancada"})
    assert "passphrase is needed" in bitaca("inbox", "read", "--key", file, home=home).stderr
    assert bitaca("inbox", "read", "--key", file, "--locked", home=home, says="outra\n").returncode == 2
    done = bitaca("inbox", "read", "--key", file, "--locked", home=home, says="uma frase\n")
    assert done.returncode == 0 and "trancada" in done.stdout
