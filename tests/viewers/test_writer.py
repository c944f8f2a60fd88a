"""The writer of conversations: batches, nothing lost at an orderly end, nothing after a deletion."""

import sqlite3
import threading

import pytest

from bitaca_core.viewers import writer as writing
from bitaca_core.viewers.conversations import Turn
from bitaca_core.viewers.writer import TurnWriter

NEVER_S = 600.0
"""Longer than any test: what is written before was asked for."""


def turn(number, viewer="v"):
    return Turn(viewer, "c", "pt", f"m{number}", "oi", "olá", "{}", 0.0)


@pytest.fixture
def kept():
    return []


def numbers(batches):
    return [turn.turn_id for batch in batches for turn in batch]


def test_no_thread_begins_before_there_is_anything_to_write(kept):
    before = threading.active_count()
    writer = TurnWriter(kept.append)
    assert writer.flush() and threading.active_count() == before
    writer.close()


def test_many_turns_are_one_batch_and_an_orderly_end_loses_none(kept):
    writer = TurnWriter(kept.append, batch_s=NEVER_S)
    for number in range(100):
        writer.put(turn(number))
    writer.close()
    assert numbers(kept) == [f"m{number}" for number in range(100)]
    assert len(kept) <= 2, "the first may go before the others come"


def test_a_full_batch_does_not_wait(kept):
    written = threading.Event()

    def keep(batch):
        kept.append(batch)
        if len(numbers(kept)) >= writing.BATCH_TURNS:
            written.set()

    writer = TurnWriter(keep, batch_s=NEVER_S)
    for number in range(writing.BATCH_TURNS):
        writer.put(turn(number))
    assert written.wait(30)
    writer.close()


def test_flush_waits_for_the_viewers_own_turns(kept):
    writer = TurnWriter(kept.append, batch_s=NEVER_S)
    writer.put(turn(1, "a"))
    writer.put(turn(2, "b"))
    assert writer.pending("a") and not writer.pending("c")
    assert writer.flush("c") and writer.flush("a")
    assert not writer.pending("a") and "m1" in numbers(kept)
    writer.close()


def test_what_is_dropped_is_never_written(kept):
    entered, go_on = threading.Event(), threading.Event()

    def keep(batch):
        entered.set()
        go_on.wait(30)
        kept.append(batch)

    writer = TurnWriter(keep, batch_s=0)
    writer.put(turn(1, "other"))
    assert entered.wait(30)
    writer.put(turn(2, "gone"))
    dropping = threading.Thread(target=writer.drop, args=("gone",))
    dropping.start()
    dropping.join()
    go_on.set()
    writer.put(turn(3, "other"))
    writer.close()
    assert numbers(kept) == ["m1", "m3"]


def test_a_disk_that_fails_is_tried_again_in_order(kept, caplog):
    fails = [sqlite3.OperationalError("disk I/O error")] * 2

    def keep(batch):
        if fails:
            raise fails.pop()
        kept.append(batch)

    writer = TurnWriter(keep, batch_s=0, retry_s=0.01)
    for number in range(3):
        writer.put(turn(number))
    assert writer.flush()
    assert numbers(kept) == ["m0", "m1", "m2"] and "disk I/O error" in caplog.text
    writer.close()


def test_what_cannot_be_written_at_the_end_is_said(caplog):
    def keep(batch):
        raise sqlite3.OperationalError("disk full")

    writer = TurnWriter(keep, batch_s=0, retry_s=NEVER_S)
    writer.put(turn(1))
    writer.close()
    assert "1 turns of conversations could not be written" in caplog.text
    assert writer.flush(timeout_s=0) is False


def test_what_waits_is_bounded(kept, monkeypatch, caplog):
    monkeypatch.setattr(writing, "WAITING_MAX", 2)
    go_on = threading.Event()

    def keep(batch):
        go_on.wait(30)
        kept.append(batch)

    writer = TurnWriter(keep, batch_s=NEVER_S)
    for number in range(5):
        writer.put(turn(number))
    go_on.set()
    writer.close()
    assert writer.lost >= 2 and len(numbers(kept)) + writer.lost == 5
    assert "is not kept" in caplog.text


def test_a_closed_writer_begins_again(kept):
    writer = TurnWriter(kept.append, batch_s=0)
    writer.put(turn(1))
    writer.close()
    writer.put(turn(2))
    writer.close()
    assert numbers(kept) == ["m1", "m2"]
