"""The committed models are what the committed rows and code were trained to; what no longer fits is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bitaca_core.derona.training import origin
from bitaca_core.settings import CHECKOUT

KEPT = json.loads((CHECKOUT / origin.RECORD).read_text("utf-8"))


def recorded(root: Path) -> dict:
    """The record as it would be written of what lies in `root`."""
    return {training.name: origin.record_of(training, root) for training in origin.TRAININGS}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the checkout, as far as trainings read and write it."""
    for training in origin.TRAININGS:
        for pattern in (*training.code, *training.reads, *training.writes):
            for path in CHECKOUT.glob(pattern):
                to = tmp_path / path.relative_to(CHECKOUT)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, to)
    return tmp_path


@pytest.mark.parametrize("name", [training.name for training in origin.TRAININGS])
def test_the_committed_models_are_what_was_trained(name: str) -> None:
    assert [line for line in origin.differences(KEPT) if line.startswith(name)] == []


def test_a_changed_row_is_told(copy: Path) -> None:
    kept = recorded(copy)
    assert origin.differences(kept, copy) == []
    file = copy / origin.DEV / "moderation.jsonl"
    rows = file.read_text("utf-8")
    file.write_text(rows.replace('"label": "allow"', '"label": "block"', 1), "utf-8")
    assert origin.differences(kept, copy) == ["moderation: rows, tables or code changed since it was trained"]
    file.write_text(rows, "utf-8")
    (copy / origin.DEV / "moderation-z.jsonl").write_text(rows.splitlines()[0] + "\n", "utf-8")
    assert origin.differences(kept, copy) == ["moderation: rows, tables or code changed since it was trained"]


def test_weights_changed_by_hand_are_told(copy: Path) -> None:
    kept = recorded(copy)
    file = copy / "bitaca_core/derona/data/intents.npz"
    file.write_bytes(file.read_bytes() + b"0")
    assert origin.differences(kept, copy) == ["understanding: intents.npz is not what was trained"]
    file.unlink()
    assert origin.differences(kept, copy) == ["understanding: intents.npz is not what was trained"]


def test_other_libraries_and_no_record_are_told(copy: Path) -> None:
    kept = recorded(copy)
    kept["moderation"]["with"] = {"numpy": "1.0"}
    assert [line.split(",")[0] for line in origin.differences(kept, copy)] == [
        "moderation: trained with {'numpy': '1.0'}"
    ]
    assert len(origin.differences({})) > 4


def test_comments_are_no_change_and_code_is() -> None:
    told = origin.code_digest('"""What."""\n\ndef f(x):\n    """Why."""\n    return x + 1\n')
    assert told == origin.code_digest("def f(x):\n    # plain\n    return x+1")
    assert told != origin.code_digest("def f(x):\n    return x + 2")


def test_training_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    from bitaca_core.derona.training import moderation

    rows = moderation.development(moderation.DEV)[::40]
    for name in ("a.npz", "b.npz"):
        moderation.fit(rows).save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
