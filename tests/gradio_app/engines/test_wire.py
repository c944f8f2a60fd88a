"""Messages of engines: whole again on the other side, in whatever pieces they come; short forms lose nothing."""

from __future__ import annotations

import io
import pickle
from dataclasses import fields, is_dataclass

import pytest

from bitaca_core.derona.assistant import Card, PlayerContext, Reply
from bitaca_core.derona.context import Action, Citation, Link, Own
from gradio_app.engines import wire
from gradio_app.engines.question import Answer, Question

CARD = Card("a", "Nome", 1999, "/p", "porque", True, "/w", "12", 60.0, "film", True, ("medo",), 3.0)
REPLY = Reply("oi", (CARD,), (Action("seek", {"relative": 10}),), ("outra",), None, "pt", "search",
              (Citation("a", 1.0, 2.0, "fala"),), (Link("Conversas", "/conversas"),), True)  # fmt: skip
QUESTION = Question("oi", "{}", "en", None, PlayerContext(title_id="a"), ("drama",), ("b",), (), Own(("a",), ("b",)), frozenset("c"), True)  # fmt: skip


@pytest.mark.parametrize("value", [QUESTION, Answer(REPLY, "{}", True)])
def test_what_is_written_is_read_again(value):
    data = wire.packed(wire.ASK, 7, value)
    assert wire.read(io.BytesIO(data)) == (wire.ASK, 7, value)
    unpacker, found = wire.Unpacker(), []
    for at in range(0, 3 * len(data), 11):
        found += unpacker.feed((3 * data)[at : at + 11])
    assert found == 3 * [(wire.ASK, 7, value)]


def test_every_value_of_an_answer_has_a_short_form():
    seen: set[type] = set()

    def walk(value: object) -> None:
        if is_dataclass(value):
            seen.add(type(value))
            for item in fields(value):
                walk(getattr(value, item.name))
        elif isinstance(value, tuple | list):
            for one in value:
                walk(one)

    walk(QUESTION)
    walk(Answer(REPLY, "{}"))
    assert seen == set(wire._short_forms())
    assert len(wire.packed(wire.ASK, 1, QUESTION)) < len(pickle.dumps((wire.ASK, 1, QUESTION), 5))


def test_a_line_that_ends_within_a_message_has_none():
    data = wire.packed(wire.READY, 0, None)
    assert wire.read(io.BytesIO(data[:-1])) is None and wire.read(io.BytesIO(data[:2])) is None
