"""The store: each piece is made once, damage is found, and half a piece is none."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from bitaca_core.media.artefacts import RECEIPTS, Facts, Store, digests_of, kind_of

IDENTITY = {"source": "abc", "arguments": ["-i", "x"]}


def two_files(folder: Path) -> Facts:
    """Write what an encoder would."""
    (folder / "one").write_bytes(b"first")
    (folder / "two").write_bytes(b"second")
    return {"frames": 3}


def never(folder: Path) -> Facts:
    """Fail the test: the piece was there."""
    pytest.fail("made again")


def test_a_piece_is_made_once_and_known_by_all_that_decides_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.find("chunk", IDENTITY) is None
    made, fresh = store.get("chunk", IDENTITY, two_files)
    assert fresh and made.facts == {"frames": 3}
    assert {name: file.read_bytes() for name, file in made.files.items()} == {
        "one": b"first",
        "two": b"second",
    }
    again, fresh = Store(tmp_path).get("chunk", IDENTITY, never)
    assert not fresh and again == made
    for kind, identity in (("other", IDENTITY), ("chunk", {**IDENTITY, "source": "abd"})):
        assert store.find(kind, identity) is None
    assert (store.made, store.found) == (["chunk"], [])


def test_two_who_want_the_same_piece_make_it_once(tmp_path: Path) -> None:
    made: list[int] = []

    def slow(folder: Path) -> Facts:
        made.append(1)
        time.sleep(0.2)
        return two_files(folder)

    threads = [
        threading.Thread(target=lambda: Store(tmp_path).get("chunk", IDENTITY, slow)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


@pytest.mark.parametrize("damage", ["file gone", "file cut", "receipt cut", "receipt empty", "newer"])
def test_a_piece_that_is_not_whole_is_made_again(damage: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    made, _ = store.get("chunk", IDENTITY, two_files)
    (receipt,) = (tmp_path / RECEIPTS).glob("*.json")
    if damage == "file gone":
        made.files["one"].unlink()
    elif damage == "file cut":
        made.files["one"].write_bytes(b"fir")
    elif damage == "newer":
        receipt.write_text(json.dumps({**json.loads(receipt.read_text()), "schema": 2}))
    else:
        receipt.write_bytes(receipt.read_bytes()[:40] if damage == "receipt cut" else b"")
    assert store.find("chunk", IDENTITY) is None
    again, fresh = store.get("chunk", IDENTITY, two_files)
    assert fresh and store.whole(again)


def test_other_contents_of_the_same_size_are_found_by_reading(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made, _ = store.get("chunk", IDENTITY, two_files)
    assert store.whole(made)
    made.files["one"].write_bytes(b"fIrst")
    assert not store.whole(made)


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def fail(folder: Path) -> Facts:
        (folder / "one").write_bytes(b"half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.get("chunk", IDENTITY, fail)
    assert store.find("chunk", IDENTITY) is None
    assert [entry.name for entry in tmp_path.iterdir()] == [".locks"]


def test_dropping_frees_files_but_those_that_another_piece_shares(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made, _ = store.get("chunk", IDENTITY, two_files)

    def one_shared(folder: Path) -> Facts:
        (folder / "same").write_bytes(b"first")
        return {}

    other, _ = store.get("chunk", {"source": "other"}, one_shared)
    store.drop(made)
    assert store.find("chunk", IDENTITY) is None and not made.files["two"].exists()
    assert store.whole(other)
    (receipt,) = (tmp_path / RECEIPTS).glob("*.json")
    assert kind_of(receipt) == "chunk" and digests_of(receipt) == set(other.sha256.values())
    store.drop(other)
    assert not list(tmp_path.glob("??/*"))
