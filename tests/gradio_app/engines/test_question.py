"""A question is answered alike wherever it is asked; what goes over the line comes out as it went in."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.derona.state import DialogueState, Wish
from gradio_app.engines import wire
from gradio_app.engines.question import ANOTHER, Question, answer


@dataclass(frozen=True)
class Said:
    text: str
    cards: tuple[str, ...] = ()


class Assistant:
    """Says what it heard and in which turn; there is something else to show as long as `more`."""

    def __init__(self, more: bool = True) -> None:
        self.more = more

    def rest(self, text: str, *, state: Any) -> Said | None:
        return None if text == "quero morrer" else Said("calma")

    def reply(self, text: str, *, state: Any, **known: Any) -> Said:
        cards = () if text in ANOTHER.values() and not self.more else ("x",)
        return Said(f"{state.turn} {text} {len(known['watched'])}", cards)


def test_a_message_is_answered_in_its_state() -> None:
    question = Question("algo leve", DialogueState(turn=3), watched=("a", "b"))
    assert answer(question, Assistant()).reply.text == "3 algo leve 2"
    assert not answer(question, Assistant()).blocked


def test_an_insult_is_answered_and_told() -> None:
    insult = Question("vai se foder sua desgraçada", DialogueState())
    assert answer(insult, Assistant()).blocked


def test_whoever_rests_hears_one_line_unless_it_is_a_cry_for_help() -> None:
    resting = Question("algo leve", DialogueState(), rests=True)
    assert answer(resting, Assistant()).reply.text == "calma"
    assert answer(replace(resting, text="quero morrer"), Assistant()).reply.text == "0 quero morrer 0"


def test_another_answer_shows_more_or_says_it_differently() -> None:
    before = DialogueState(turn=1)
    after = DialogueState(turn=2, listed=("x",), wish=Wish())
    again = Question("algo leve", before, after=after)
    assert answer(again, Assistant()).reply.text == "2 outras opções 0"
    assert answer(again, Assistant(more=False)).reply.text == "2 algo leve 0"
    assert answer(replace(again, after=replace(after, listed=())), Assistant()).reply.text == "2 algo leve 0"


@given(st.lists(st.tuples(st.text(), st.integers(), st.text())), st.integers(1, 40))
def test_messages_arrive_whole_in_whatever_pieces(told: list[tuple[Any, ...]], piece: int) -> None:
    data = b"".join(wire.packed(*message) for message in told)
    unpacker = wire.Unpacker()
    found = [one for at in range(0, len(data), piece) for one in unpacker.feed(data[at : at + piece])]
    assert found == told
    stream = io.BytesIO(data)
    assert [wire.read(stream) for _ in told] == told
    assert wire.read(stream) is None


@pytest.mark.parametrize("kept", [2, 6])
def test_a_line_that_ends_in_a_message_is_at_its_end(kept: int) -> None:
    assert wire.read(io.BytesIO(wire.packed("ask", 1, "oi")[:kept])) is None
