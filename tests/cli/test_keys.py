"""`bitaca keys` and `bitaca package --protect` as a person runs them; no key is ever printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bitaca_core.media.protection.keys import KeyStore
from tests.media.clips import AAC, HANG_GUARD_S, X264, ffmpeg, picture, tone
from tests.media.protection.test_cpix import certificate, pem

Bitaca = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def bitaca(home: Path) -> Bitaca:
    """Run the command; each answer is searched for every key of the data folder."""

    def run(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-c",
            "from bitaca_core.cli.main import main; main()",
            *map(str, arguments),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_GUARD_S,
                              env={**os.environ, "BITACA_HOME": str(home), **settings})  # fmt: skip
        store = KeyStore(home / "keys")
        if (home / "keys").is_dir():
            keys = [key for title in store.titles() for key in store.keys(title)]
            assert not any(key.key.hex() in done.stdout + done.stderr for key in keys)
        return done

    return run


def test_a_film_is_protected_and_its_keys_travel(bitaca: Bitaca, home: Path, tmp_path: Path) -> None:
    film = tmp_path / "pipa.mp4"
    ffmpeg(*picture(), *tone(), *X264, *AAC, film)
    done = bitaca("package", film, "--protect", "cbcs", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["protect"], answer["title_id"]) == ("cbcs", "pipa") and answer["dash"]
    assert bitaca("verify", tmp_path / "out").returncode == 0
    rows = json.loads(bitaca("keys", "list", "--json").stdout)["keys"]
    assert sorted((row["label"], row["scheme"]) for row in rows) == [("AUDIO", "cbcs"), ("SD", "cbcs")]
    assert rows[0]["kid"] in bitaca("keys", "list", "pipa").stdout

    vendor = rsa.generate_private_key(65537, 2048)
    (tmp_path / "vendor.pem").write_bytes(certificate(vendor))
    (tmp_path / "private.pem").write_bytes(pem(vendor))
    document = tmp_path / "pipa.cpix"
    done = bitaca("keys", "export", "pipa", "--certificate", tmp_path / "vendor.pem", "--out", document)
    assert done.returncode == 0 and "2 keys" in done.stdout
    assert document.stat().st_mode & 0o777 == 0o600
    assert bitaca("keys", "export", "pipa", "--clear", "--out", document).returncode == 1, (
        "nothing is overwritten"
    )

    other = ("keys", "import", document, "--private-key", tmp_path / "private.pem")
    elsewhere = {"BITACA_HOME": str(tmp_path / "vendors")}
    assert "2 new of 2" in bitaca(*other, **elsewhere).stdout
    assert "0 new of 2" in bitaca(*other, **elsewhere).stdout
    assert KeyStore(tmp_path / "vendors/keys").keys("pipa") == KeyStore(home / "keys").keys("pipa")


def test_whole_segments_say_why_there_is_no_mpd(bitaca: Bitaca, tmp_path: Path) -> None:
    film = tmp_path / "pipa.mp4"
    ffmpeg(*picture(), *X264, film)
    planned = bitaca("package", film, "--protect", "aes-128", "--plan")
    assert "protect  aes-128" in planned.stdout and "no stream.mpd" in planned.stdout
    done = bitaca("package", film, "--out", tmp_path / "out", "--rotate-segments", "1", "--json",
                  BITACA_PROTECT="aes-128")  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["dash"] is None and any("no stream.mpd" in one for one in answer["warnings"])
    assert not (tmp_path / "out/stream.mpd").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("keys", "export", "nobody", "--clear", "--out", "x.cpix"), "has no keys"),
        (("keys", "export", "nobody", "--out", "x.cpix"), "say who opens it"),
        (("keys", "import", "none.cpix"), "cannot be read"),
        (("keys", "list", "../etc"), "is no title id"),
        (("package", "none.mp4", "--protect", "rot13", "--out", "x"), "expected one of none, aes-128"),
    ],
)
def test_bad_words_are_status_2(bitaca: Bitaca, arguments: tuple[str, ...], words: str) -> None:
    done = bitaca(*arguments)
    assert done.returncode == 2 and words in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
