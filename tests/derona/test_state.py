"""The state survives JSON, refuses what it does not know, and stays small."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from bitaca_core.derona.assistant import Assistant
from bitaca_core.derona.state import SHOWN_MAX, STATE_VERSION, DialogueState, Past, Wish
from bitaca_core.errors import SchemaError
from bitaca_core.search.query import Query


def test_round_trip() -> None:
    wish = Wish(
        query=Query(text="robôs", genres=("anime",), exclude_ids=frozenset({"b", "a"}), max_age=10),
        person="X",
        order="newest",
    )
    state = DialogueState(
        lang="en",
        turn=4,
        wish=wish,
        listed=("a", "b"),
        shown=("a",),
        focus="a",
        intent="search",
        offer="play",
    )
    assert DialogueState.from_json(state.to_json()) == state
    assert DialogueState.from_json(DialogueState().to_json()) == DialogueState()


def test_what_has_its_default_is_left_out_and_an_empty_wish_is_not_none() -> None:
    assert json.loads(DialogueState().to_json()) == {"version": STATE_VERSION}
    wish = Wish(query=Query(genres=("drama",), exclude_ids=frozenset(("b", "a"))), popular=True)
    state = DialogueState(wish=Wish(), past=(Past(), Past.of(Wish(), ("a",)), Past.of(wish, ())))
    said = json.loads(state.to_json())
    assert said["wish"] == {} and said["past"][:2] == [{}, {"listed": ["a"], "wish": {}}]
    assert said["past"][2]["wish"] == {
        "popular": True, "query": {"exclude_ids": ["a", "b"], "genres": ["drama"]},
    }  # fmt: skip
    assert DialogueState.from_json(state.to_json()) == state


def test_a_state_of_before_that_names_every_field_is_the_same() -> None:
    query = asdict(Query(genres=("drama",))) | {"exclude_ids": []}
    wish = asdict(Wish()) | {"query": query}
    told = asdict(DialogueState(turn=3)) | {"wish": wish, "past": [{"wish": None, "listed": []}]}
    assert DialogueState.from_json(json.dumps(told)) == DialogueState(
        turn=3, wish=Wish(query=Query(genres=("drama",))), past=(Past(),)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"version": 99}',
        f'{{"version": {STATE_VERSION}, "wish": 3}}',
        f'{{"version": {STATE_VERSION}, "turn": "x"}}',
        f'{{"version": {STATE_VERSION}, "past": [3]}}',
        f'{{"version": {STATE_VERSION}, "past": [{{"wish": 3}}]}}',
        f'{{"version": {STATE_VERSION}, "past": [{{"listed": "a"}}]}}',
    ],
)
def test_bad_states_are_refused(text: str) -> None:
    with pytest.raises(SchemaError):
        DialogueState.from_json(text)


def test_a_past_list_is_read_when_it_is_gone_back_to() -> None:
    wish = Wish(query=Query(genres=("drama",), exclude_ids=frozenset(("b", "a"))), popular=True)
    held = DialogueState.from_json(DialogueState(past=(Past.of(wish, ("a", "b")),)).to_json()).past[0]
    assert held.wish == wish and held.listed == ("a", "b")
    assert Past().wish is None and Past().listed == ()
    with pytest.raises(SchemaError):
        _ = Past({"wish": {"query": 3}}).wish


def test_unknown_fields_are_left_out_and_missing_ones_have_defaults() -> None:
    state = DialogueState.from_json(json.dumps({"version": STATE_VERSION, "turn": 2, "later": True}))
    assert state == DialogueState(turn=2)


def test_it_is_frozen_and_stays_small(derona: Assistant) -> None:
    state = DialogueState()
    with pytest.raises(AttributeError):
        state.turn = 3  # type: ignore[misc]
    for turn in range(80):
        state = derona.reply("mais" if turn % 3 else "filmes brasileiros", state=state).state
    assert len(state.shown) <= SHOWN_MAX and len(state.to_json()) < 8_000
