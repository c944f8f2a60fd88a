"""What was understood stays a condition: lengths, years beside a comparison, moods and company that are left out."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant, DialogueState
from bitaca_core.derona.shelf import passes
from bitaca_core.derona.slots import Slots
from bitaca_core.derona.state import Wish
from bitaca_core.derona.wishes import refine
from bitaca_core.search.query import Query
from tests.bench.derona.simulating import opened
from tests.derona.test_real_service import shipped


@pytest.mark.parametrize(
    ("text", "bounds_s"),
    [
        ("só os que cabem antes da novela: são 19h50 e ela começa 21h20", (None, 5400)),
        ("coisa de 80 min pra mais", (4800, None)),
        ("um filme até 90 minutos", (None, 5400)),
        ("um anime", (None, None)),
    ],
)
def test_a_length_that_any_part_reads_is_a_condition(
    derona: Assistant, text: str, bounds_s: tuple[int | None, int | None]
) -> None:
    _, slots, _ = derona.understand(text, DialogueState())
    assert (slots.duration_min_s, slots.duration_max_s) == bounds_s


def test_a_comparison_does_not_loosen_what_was_said() -> None:
    title = next(title for title in shipped() if title.year == 2019 and title.duration_s)
    assert title.duration_s is not None
    wish = Wish()
    older = refine(wish, Slots(compare="older", year_max=1979), title).query
    assert older.year_max == 1979
    assert refine(wish, Slots(compare="older"), title).query.year_max == 2018
    assert refine(wish, Slots(compare="newer", year_min=2022), title).query.year_min == 2022
    assert refine(wish, Slots(compare="newer"), title).query.year_min == 2020
    assert refine(wish, Slots(compare="shorter", duration_max_s=600), title).query.duration_max_s == 600
    assert refine(wish, Slots(compare="shorter"), title).query.duration_max_s == title.duration_s - 1
    long_s = title.duration_s + 3600
    assert refine(wish, Slots(compare="longer", duration_min_s=long_s), title).query.duration_min_s == long_s


def test_a_comparison_keeps_both_ends_of_a_span_that_is_said_beside_it() -> None:
    title = next(title for title in shipped() if title.year == 2019 and title.duration_s)
    sixties = refine(Wish(), Slots(compare="older", year_min=1960, year_max=1969), title).query
    assert (sixties.year_min, sixties.year_max) == (1960, 1969)
    later = refine(Wish(), Slots(compare="newer", year_min=1960, year_max=1969), title).query
    assert (later.year_min, later.year_max) == (1960, 1969)  # none is newer: what was said stands
    assert (
        refine(Wish(), Slots(compare="longer", duration_max_s=90_000), title).query.duration_max_s == 90_000
    )


def test_moods_and_company_that_were_ruled_out_pass_by_no_way() -> None:
    horror = next(title for title in shipped() if title.title_id == "the-exorcist-1973")
    assert passes(horror, Wish())
    assert not passes(horror, Wish(query=Query(exclude_moods=horror.moods[:1])))
    assert not passes(horror, Wish(query=Query(company="family")))
    assert passes(horror, Wish(query=Query(company="friends")))


def test_a_place_whose_title_the_message_rules_out_is_no_choice() -> None:
    with opened() as real:
        listed = real.reply("a sad movie to ugly cry with my bestie", state=DialogueState(lang="en"))
        italian = next(at for at, card in enumerate(listed.cards) if card.title_id == "la-vita-e-bella-1997")
        assert italian == 1
        second = real.reply("on second thoughts not italian, make it spanish", state=listed.state)
        assert second.state.wish is not None and second.state.wish.query.countries == ("ES",)
        assert real.reply("the second one", state=listed.state).state.focus == "la-vita-e-bella-1997"


def test_crime_is_one_word_of_a_viewer_and_two_of_the_catalogue(derona: Assistant) -> None:
    _, slots, _ = derona.understand("nada policial", DialogueState())
    assert {"crime", "policial"} <= set(slots.exclude_genres)


def test_a_mood_that_is_left_out_leaves_the_genre_that_was_asked_for() -> None:
    comedies = Wish(query=Query(genres=("comedia",)))
    less = Slots(exclude_genres=("comedia",), exclude_moods=("engracado",), masked="menos engracado")
    assert refine(comedies, less, None).query.genres == ("comedia",)
    none = Slots(exclude_genres=("comedia",), masked="sem comedia", said={"not_genres": ("comedia",)})
    assert refine(comedies, none, None).query.exclude_genres == ("comedia",)


def test_people_joined_by_an_or_are_alternatives_and_others_all_asked_for() -> None:
    with opened() as real:

        def made_by(text: str) -> list[set[str]]:
            shown = [
                card
                for card in real.reply(text, state=DialogueState(lang="en")).cards
                if ":" not in card.reason[:14]
            ]
            titles = [real.catalogue.get(card.title_id) for card in shown]
            assert None not in titles
            return [set(one.directors + one.cast) for one in titles if one is not None]

        two = {"Kleber Mendonça Filho", "Juliano Dornelles"}
        either = made_by("films by Kleber Mendonça Filho or Juliano Dornelles")
        both = made_by("films by Kleber Mendonça Filho and Juliano Dornelles")
        assert len(either) > len(both) == 1
        assert all(two & people for people in either)
        assert all(two <= people for people in both)


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [("made in the last century", None), ("do último século", None), ("the last one", -1)],
)
def test_the_last_century_is_no_place_in_the_list(derona: Assistant, text: str, ordinal: int | None) -> None:
    _, slots, _ = derona.understand(text, DialogueState())
    assert slots.ordinal == ordinal
