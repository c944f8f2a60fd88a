"""Content keys: kept wrapped, bound to their use, never drawn twice, never readable by others or in words."""

from __future__ import annotations

import base64
import json
import multiprocessing
import pickle
from pathlib import Path

import pytest

from bitaca_core.errors import InputError, SchemaError, WorkError
from bitaca_core.media.protection.content_key import ContentKey
from bitaca_core.media.protection.keys import COUNTER_ROOM, KeyStore


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys")


def test_a_key_is_drawn_once_and_found_again(store: KeyStore) -> None:
    first = store.key_for("pipa", "cbcs", "SD")
    assert len(first.key) == len(first.kid) == 16
    again = KeyStore(store.folder)
    assert again.key_for("pipa", "cbcs", "SD") == first
    assert again.find("pipa", first.kid) == first
    assert again.find("pipa", bytes(16)) is None
    others = {store.key_for(*use).key for use in (
        ("pipa", "cbcs", "HD"), ("pipa", "cenc", "SD"), ("laje", "cbcs", "SD"), ("pipa", "aes-128", "SD", "x/0"),
    )}  # fmt: skip
    assert len(others | {first.key}) == 5
    assert store.titles() == ["laje", "pipa"]
    assert len(store.keys("pipa")) == 4


def test_files_are_private_and_hold_no_key_in_the_clear(store: KeyStore) -> None:
    key = store.key_for("pipa", "cenc", "AUDIO")
    file = store.file("pipa")
    assert file.stat().st_mode & 0o777 == 0o600
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert (store.folder / "key-encryption.key").stat().st_mode & 0o777 == 0o600
    kept = file.read_bytes()
    for form in (
        key.key,
        key.key.hex().encode(),
        base64.b64encode(key.key),
        base64.urlsafe_b64encode(key.key),
    ):
        assert form not in kept
    for said in (repr(key), str(key), f"{key}"):
        assert key.key.hex() not in said and repr(key.key) not in said
    file.chmod(0o640)
    with pytest.raises(InputError, match="other users"):
        store.keys("pipa")


def test_a_wrapped_key_opens_only_for_its_own_use(store: KeyStore) -> None:
    store.key_for("pipa", "cbcs", "SD")
    file = store.file("pipa")
    document = json.loads(file.read_text())
    for change in ({"label": "UHD"}, {"scheme": "cenc"}, {"content": "other"}, {"kid": "00" * 16}):
        file.write_text(json.dumps(document | {"keys": [document["keys"][0] | change]}))
        with pytest.raises(WorkError, match="does not open"):
            store.keys("pipa")
    store.key_for("laje", "cbcs", "SD")
    other = json.loads(store.file("laje").read_text())
    store.file("laje").write_text(json.dumps(other | {"keys": document["keys"]}))
    with pytest.raises(WorkError, match="does not open"):
        store.keys("laje")


def test_a_key_encryption_key_of_ones_own(tmp_path: Path) -> None:
    raw, written = tmp_path / "raw", tmp_path / "hex"
    raw.write_bytes(bytes(range(32)))
    written.write_text(bytes(range(32)).hex() + "\n")
    raw.chmod(0o600)
    written.chmod(0o600)
    key = KeyStore(tmp_path / "keys", raw).key_for("pipa", "cenc", "HD")
    assert not (tmp_path / "keys/key-encryption.key").exists()
    assert KeyStore(tmp_path / "keys", written).keys("pipa") == [key]
    with pytest.raises(WorkError, match="another key-encryption key"):
        KeyStore(tmp_path / "keys").keys("pipa")
    written.write_text("no key")
    for file, words in ((written, "no key-encryption key"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(InputError, match=words):
            KeyStore(tmp_path / "keys", file).keys("pipa")
    raw.chmod(0o644)
    with pytest.raises(InputError, match="other users"):
        KeyStore(tmp_path / "keys", raw).keys("pipa")


def test_a_store_that_travels_brings_no_key(store: KeyStore) -> None:
    key = store.key_for("pipa", "cenc", "HD")
    sent = pickle.dumps(store)
    assert store.kek not in sent and key.key not in sent
    assert pickle.loads(sent).keys("pipa") == [key]


def test_damage_is_told(store: KeyStore) -> None:
    store.key_for("pipa", "cenc", "HD")
    file = store.file("pipa")
    document = json.loads(file.read_text())
    for broken in ("", "[]", "{", json.dumps(document | {"keys": [{}]}), json.dumps(document | {"title_id": "laje"}),
                   json.dumps(document | {"vectors": [{"kid": "x", "content": "y", "iv": "z"}]})):  # fmt: skip
        file.write_text(broken)
        with pytest.raises(WorkError, match="damaged"):
            store.keys("pipa")
    file.write_text(json.dumps(document | {"schema": 99}))
    with pytest.raises(SchemaError):
        store.keys("pipa")
    with pytest.raises(InputError):
        store.keys("../pipa")


def test_a_vector_belongs_to_its_contents(store: KeyStore) -> None:
    key = store.key_for("pipa", "cenc", "SD")
    first = store.vector("pipa", key, "a" * 64)
    assert len(first) == 8
    assert store.vector("pipa", key, "a" * 64) == first
    assert store.vector("pipa", key, "b" * 64) != first
    pattern = store.key_for("pipa", "cbcs", "SD")
    assert len(store.vector("pipa", pattern, "a" * 64)) == 16


def test_counters_never_meet(tmp_path: Path) -> None:
    """Vectors that are too near to a used one, or to the end of the numbers, are drawn again."""
    used = 5 * COUNTER_ROOM
    draws = [used, 2**64 - 1, used + 1, used - 1, used + COUNTER_ROOM]

    def draw(size: int) -> bytes:
        return draws.pop(0).to_bytes(8, "big") if size == 8 else bytes(range(size))

    store = KeyStore(tmp_path / "keys", draw=draw)
    key = store.key_for("pipa", "cenc", "SD")
    store.vector("pipa", key, "a")
    assert int.from_bytes(store.vector("pipa", key, "b"), "big") == used + COUNTER_ROOM
    assert draws == []


def test_keys_from_elsewhere_never_replace_one_in_use(store: KeyStore) -> None:
    mine = store.key_for("pipa", "cbcs", "SD")
    given = ContentKey(bytes([7] * 16), bytes([8] * 16), "cbcs", "HD")
    assert store.add("pipa", [given, mine]) == 1
    assert store.add("pipa", [given]) == 0
    assert store.key_for("pipa", "cbcs", "HD") == given
    for clash in (ContentKey(mine.kid, bytes(16), "cbcs", "SD"), ContentKey(bytes(16), bytes(16), "cbcs", "SD"),
                  ContentKey(given.kid, given.key, "cenc", "HD")):  # fmt: skip
        with pytest.raises(InputError, match="another key"):
            store.add("pipa", [clash])
    assert len(store.keys("pipa")) == 2
    store.forget("pipa")
    assert store.keys("pipa") == [] and store.titles() == []


def _draw(folder: Path, results: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    store = KeyStore(folder)
    results.put([store.key_for("pipa", "cenc", label).key for label in ("SD", "HD", "UHD", "AUDIO")])


def test_two_processes_draw_the_same_keys(store: KeyStore) -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    workers = [context.Process(target=_draw, args=(store.folder, results)) for _ in range(4)]
    for worker in workers:
        worker.start()
    found = [tuple(results.get(timeout=30)) for _ in workers]
    for worker in workers:
        worker.join(30)
    assert len(set(found)) == 1 and len(set(found[0])) == 4
