"""A question is answered alike wherever it is asked; what goes over the line comes out as it went in."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.derona.state import DialogueState, Wish
from bitaca_core.errors import SchemaError
from gradio_app.engines import wire
from gradio_app.engines.question import ANOTHER, Question, answer


@dataclass(frozen=True)
class Said:
    text: str
    state: DialogueState | None
    cards: tuple[str, ...] = ()
    blocked: bool = False


class Assistant:
    """Says what it heard and in which turn; there is something else to show as long as `more`."""

    def __init__(self, more: bool = True) -> None:
        self.more = more

    def rest(self, text: str, *, state: Any) -> Said | None:
        return None if text == "quero morrer" else Said("calma", state)

    def reply(self, text: str, *, state: Any, **known: Any) -> Said:
        cards = () if text in ANOTHER.values() and not self.more else ("x",)
        return Said(f"{state.turn} {text} {len(known['watched'])}", state, cards, text.startswith("vai se"))


def test_a_message_is_answered_in_its_state() -> None:
    question = Question("algo leve", DialogueState(turn=3).to_json(), watched=("a", "b"))
    found = answer(question, Assistant())
    assert found.reply.text == "3 algo leve 2" and not found.blocked
    assert found.state == question.state and found.reply.state is None


def test_a_new_dialogue_begins_in_its_language() -> None:
    assert DialogueState.from_json(answer(Question("hi", lang="en"), Assistant()).state).lang == "en"


def test_a_state_of_another_release_is_refused() -> None:
    with pytest.raises(SchemaError):
        answer(Question("oi", '{"version": 99}'), Assistant())


def test_an_insult_is_answered_and_told() -> None:
    insult = Question("vai se foder sua desgraçada")
    assert answer(insult, Assistant()).blocked
    assert not answer(replace(insult, rests=True), Assistant()).blocked


def test_whoever_rests_hears_one_line_unless_it_is_a_cry_for_help() -> None:
    resting = Question("algo leve", rests=True)
    assert answer(resting, Assistant()).reply.text == "calma"
    assert answer(replace(resting, text="quero morrer"), Assistant()).reply.text == "0 quero morrer 0"


def test_another_answer_shows_more_or_says_it_differently() -> None:
    before = DialogueState(turn=1)
    after = DialogueState(turn=2, listed=("x",), wish=Wish())
    again = Question("algo leve", before.to_json(), after=after.to_json())
    assert answer(again, Assistant()).reply.text == "2 outras opções 0"
    assert answer(again, Assistant(more=False)).reply.text == "2 algo leve 0"
    nothing = replace(after, listed=()).to_json()
    assert answer(replace(again, after=nothing), Assistant()).reply.text == "2 algo leve 0"


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
