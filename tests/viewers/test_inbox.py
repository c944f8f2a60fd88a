"""The letter box takes what is sealed for a key in use, keeps it for a while, and is never over-filled."""

import json

import pytest

from bitaca_core.errors import InputError, SchemaError
from bitaca_core.security import sealed
from bitaca_core.viewers import inbox
from bitaca_core.viewers.inbox import Inbox, InboxFull

DAY = 86_400.0
FIRST, SECOND, THIRD = (sealed.make(f"2026-11-0{day}") for day in (1, 2, 3))


class Clock:
    now_s = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def box(tmp_path) -> Inbox:
    made = Inbox(tmp_path / "inbox", Clock())
    made.add_key(FIRST.public)
    return made


def letter(keys=FIRST):
    return sealed.seal({"text": "uma palavra"}, keys.public)


def test_a_message_lies_there_sealed_and_is_deleted_by_hand(box) -> None:
    message_id = box.put(letter())
    [found] = box.letters()
    assert found.message_id == message_id and sealed.open_(found.envelope, [FIRST]) == {"text": "uma palavra"}
    assert "palavra" not in (box.folder / f"{message_id}.json").read_text()
    assert set(json.loads((box.folder / f"{message_id}.json").read_text())) == {"schema", "day", "v", "kid", "suite", "sealed"}  # fmt: skip
    box.delete(message_id)
    assert box.letters() == []
    for one in (message_id, "../keys", "keys"):
        with pytest.raises(InputError):
            box.delete(one)
    assert box.public_keys() == [FIRST.public]


def test_after_a_rotation_the_last_key_is_still_heard_and_older_ones_are_not(box) -> None:
    box.add_key(SECOND.public)
    assert [key.kid for key in box.public_keys()] == [SECOND.public.kid, FIRST.public.kid]
    box.put(letter(FIRST))
    box.add_key(THIRD.public)
    box.put(letter(SECOND))
    with pytest.raises(InputError, match="not in use"):
        box.put(letter(FIRST))
    assert len(box.letters()) == 2, "what was sealed for an older key stays readable with it"


def test_old_messages_go_and_the_box_is_bounded(box, monkeypatch) -> None:
    box.put(letter())
    box._clock.now_s += 10 * DAY
    box.put(letter())
    assert box.expire(11) == 0 and box.expire(9) == 1 and len(box.letters()) == 1
    monkeypatch.setattr(inbox, "MESSAGES_MAX", 1)
    with pytest.raises(InboxFull):
        box.put(letter())


def test_a_damaged_message_is_named(box) -> None:
    message_id = box.put(letter())
    file = box.folder / f"{message_id}.json"
    file.write_text(file.read_text()[:-20])
    with pytest.raises(SchemaError) as told:
        box.letters()
    assert str(file) in str(told.value)
