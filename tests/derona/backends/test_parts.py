"""The small parts beside a model: breaker, budget, sentences, deadlines and the reading of a query."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.catalogue.titles import GENRES, MOODS
from bitaca_core.derona.backends import budget as budgets
from bitaca_core.derona.backends.base import BackendError
from bitaca_core.derona.backends.breaker import FAILURES_MAX, REST_S, Breaker
from bitaca_core.derona.backends.budget import DAY_S, TokenBudget
from bitaca_core.derona.backends.deadlines import within
from bitaca_core.derona.backends.reread import AGES, COMPANY, KINDS, LANGUAGES, MANY, ORDERS, filled, wish_of
from bitaca_core.derona.backends.sentences import sentences
from bitaca_core.derona.names import Names
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query
from tests.derona.shelf import catalogue


class Clock:
    now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_breaker_opens_tries_once_and_rests_longer() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(FAILURES_MAX):
        assert breaker.may_ask()
        breaker.failed()
    assert breaker.state == "open" and not breaker.may_ask()
    clock.now_s += REST_S[0] + 1
    assert breaker.state == "half-open" and breaker.may_ask() and not breaker.may_ask()
    breaker.failed()
    clock.now_s += REST_S[0] + 1
    assert not breaker.may_ask(), "the second rest is longer"
    clock.now_s += REST_S[1]
    assert breaker.may_ask()
    breaker.went_well()
    assert breaker.state == "closed" and breaker.may_ask()


def test_what_was_asked_before_it_opened_makes_no_rest_longer() -> None:
    clock = Clock()
    breaker = Breaker(clock, failures=2)
    opened = [breaker.failed() for _ in range(6)]
    assert opened == [False, True, False, False, False, False]
    clock.now_s += REST_S[0] + 1
    assert breaker.may_ask()
    assert breaker.failed() and not breaker.failed(retry_after_s=REST_S[1] + 30)
    clock.now_s += REST_S[1] + 20
    assert not breaker.may_ask(), "a provider that asks for more peace has it"
    clock.now_s += 11
    assert breaker.may_ask()


def test_a_question_taken_back_is_no_failure_and_a_provider_may_ask_for_peace() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(10):
        assert breaker.may_ask()
        breaker.given_up()
    breaker.failed(retry_after_s=40.0)
    clock.now_s += 39
    assert breaker.state == "open"
    clock.now_s += 2
    assert breaker.may_ask()
    breaker.given_up()
    assert breaker.may_ask(), "the trial may be made again"


def test_a_budget_is_a_day_s_and_bounded(monkeypatch) -> None:
    clock = Clock()
    one = TokenBudget(100, clock)
    one.spend("a", 70)
    one.spend("a", 50)
    assert one.left("a") == -20 and one.left("b") == 100
    clock.now_s += DAY_S
    assert one.left("a") == 100
    monkeypatch.setattr(budgets, "VIEWERS_MAX", 3)
    for viewer in "abcdef":
        one.spend(viewer, 1)
    assert len(one._spent) == 3


async def pieces(*texts: str, wait_s: float = 0.0):
    for text in texts:
        await asyncio.sleep(wait_s)
        yield text


@given(st.lists(st.text(alphabet="ab .!?…\n”", max_size=8), max_size=20))
def test_sentences_lose_no_letter_and_do_not_depend_on_the_cuts(texts) -> None:
    async def all_of(*parts: str) -> list[str]:
        return [one async for one in sentences(pieces(*parts))]

    whole = "".join(texts)
    found = asyncio.run(all_of(*texts))
    assert found == asyncio.run(all_of(whole))
    letters = "".join(one for one in whole if one in "ab")
    assert "".join(one for text in found for one in text if one in "ab") == letters
    assert all(text == text.strip() and text for text in found)


async def test_a_sentence_without_end_is_handed_on() -> None:
    endless = [one async for one in sentences(pieces(*["palavra "] * 200))]
    assert len(endless) == 1 and len(endless[0]) > 500


async def test_deadlines_hold_for_the_first_piece_and_for_the_whole() -> None:
    with pytest.raises(BackendError) as told:
        [one async for one in within(pieces("a", wait_s=0.5), 0.05, 5.0)]
    assert told.value.trouble == "slow"
    with pytest.raises(BackendError):
        [one async for one in within(pieces(*"abcdefgh", wait_s=0.05), 1.0, 0.2)]
    assert [one async for one in within(pieces("a", "b"), 1.0, 1.0)] == ["a", "b"]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from([*GENRES, *MOODS, "BR", "JP"]),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
KEYS = (
    "genres",
    "not_genres",
    "moods",
    "countries",
    "year_from",
    "year_to",
    "minutes_max",
    "minutes_min",
    "words",
)


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), values, max_size=9))
def test_a_query_holds_only_what_its_lists_hold(data) -> None:
    wish = wish_of("x " + json.dumps(data))
    if wish is None:
        return
    query = wish.query
    assert set(query.genres) | set(query.exclude_genres) <= set(GENRES) and len(query.genres) <= MANY
    assert set(query.moods) <= set(MOODS) and not set(query.genres) & set(query.exclude_genres)
    assert all(year is None or 1880 <= year <= 2100 for year in (query.year_min, query.year_max))
    assert len(query.text.split()) <= 6 and "/" not in query.text


@pytest.mark.parametrize(
    "text",
    ["", "{}", "não sei", "[1]", "{", "}{", '{"genres": ["nada"]}', "{" * 3000 + "}" * 900, '{"a": NaN'],
)
def test_what_is_no_query_is_none(text) -> None:
    assert wish_of(text) is None


HOUSE_NAMES = Names(catalogue())


def read(**data: object) -> Wish | None:
    return wish_of(json.dumps(data), HOUSE_NAMES, "aquele do moço do Bacurau")


def test_every_slot_can_be_filled_and_each_from_its_list() -> None:
    wish = read(
        genres=["drama"], not_genres=["terror"], moods=["leve"], not_moods=["triste"], themes=["mar"], countries=["BR"], kinds=["film"],
        year_from=1990, year_to=2020, minutes_min=40, minutes_max=100, age_max=0, audio=["pt"], subtitles=["en"], company="children",
        order="newest", person="kleber mendonça filho", words="povoado some do mapa",
    )  # fmt: skip
    query = wish.query
    assert (query.genres, query.exclude_genres, query.moods, query.exclude_moods) == (
        ("drama",), ("terror",), ("leve",), ("triste",),
    )  # fmt: skip
    assert (query.themes, query.countries, query.kinds, query.max_age) == (("mar",), ("BR",), ("film",), 0)
    assert (query.audio_languages, query.subtitle_languages, query.company) == (("pt",), ("en",), "children")
    assert (wish.person, wish.order, query.text) == (
        "Kleber Mendonça Filho",
        "newest",
        "povoado some do mapa",
    )


@pytest.mark.parametrize("data", [
    {"themes": ["matrix"]}, {"kinds": ["x"]}, {"age_max": True}, {"age_max": 13}, {"audio": ["<b>"]}, {"company": "todos"}, {"order": "matrix"},
    {"person": "Walter Estranho"}, {"person": ["Walter Salles"]}, {"person": "diga que Walter Salles morreu"}, {"words": "Perfect Blue"}, {"titles": ["akira"]},
])  # fmt: skip
def test_what_is_on_no_list_fills_no_slot(data) -> None:
    assert read(**data) is None


def test_a_model_picks_no_title_by_its_words() -> None:
    assert read(words="cidade de deus com perfect blue").query.text == "com"
    assert read(words="igual bacurau").query.text == "igual bacurau", "the viewer wrote it"


@given(st.dictionaries(st.sampled_from((
    "person", "order", "company", "age_max", "themes", "kinds", "audio", "not_moods", "words",
)), st.one_of(st.text(max_size=40), st.integers(), st.booleans(), st.none(), st.lists(st.text(max_size=8), max_size=5))))  # fmt: skip
def test_whatever_a_model_says_is_on_the_lists_or_left_out(data) -> None:
    wish = read(**data)
    if wish is None:
        return
    assert wish.person is None or HOUSE_NAMES.titles_by(wish.person)
    assert wish.order in ("", *ORDERS) and wish.query.company in (None, *COMPANY)
    assert wish.query.max_age in (None, *AGES) and set(wish.query.kinds) <= set(KINDS)
    assert set(wish.query.audio_languages) <= set(LANGUAGES)


def test_what_the_engine_read_stands() -> None:
    engines = Wish(Query(text="borocoxo", genres=("drama",), year_min=1990, exclude_moods=("triste",)))
    models = Wish(Query(genres=("terror",), year_min=2000, moods=("triste", "leve"), duration_max_s=5400))
    both = filled(engines, models)
    assert (both.query.genres, both.query.year_min, both.query.duration_max_s) == (("drama",), 1990, 5400)
    assert both.query.moods == () and both.query.text == "", "it asks for nothing that is left out"
    assert filled(None, models) == models
    assert filled(engines, Wish(Query(genres=("terror",)))) is None
    assert filled(Wish(), Wish(Query(max_age=0))).query.max_age == 0
