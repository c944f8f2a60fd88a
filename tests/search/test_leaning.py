"""Moods lift and lower; what is left out takes its neighbours down with it."""

import pytest

from bitaca_core.catalogue.vocabulary import vocabulary
from bitaca_core.search.leaning import (
    MOOD_BONUS,
    MOOD_GAIN,
    NEAR_GENRES,
    NEAR_LOSS,
    NEAR_MOODS,
    OPPOSITE_LOSS,
    OPPOSITE_MALUS,
    OPPOSITES,
    Lean,
)
from bitaca_core.search.query import Query

LIGHTER = Lean(Query(moods=("leve",)))


@pytest.mark.parametrize(
    ("moods", "bonus", "factor"),
    [
        ((), 0.0, 1.0),
        (("romantico",), 0.0, 1.0),
        (("leve",), MOOD_GAIN, MOOD_BONUS),
        (("violento", "tenso"), -OPPOSITE_LOSS, OPPOSITE_MALUS),
        (("leve", "triste"), MOOD_GAIN - OPPOSITE_LOSS, MOOD_BONUS * OPPOSITE_MALUS),
    ],
)
def test_a_wanted_mood_lifts_and_an_opposed_one_lowers_once(moods, bonus, factor):
    assert LIGHTER and (LIGHTER.bonus(moods), LIGHTER.factor(moods)) == (bonus, factor)


def test_neighbours_of_what_is_left_out_come_later_but_not_what_is_wanted():
    calm = Lean(Query(exclude_genres=("terror",), exclude_moods=("triste",)))
    assert calm.unwanted(("assustador", "melancolico", "leve")) == 2
    assert calm.bonus(("assustador", "melancolico", "sombrio", "intenso")) == -2 * NEAR_LOSS
    assert Lean(Query(exclude_moods=("triste",), moods=("melancolico",))).unwanted(("melancolico",)) == 0


def test_a_question_without_moods_leans_nowhere():
    plain = Lean(Query(text="robôs", genres=("drama",)))
    assert not plain and plain.bonus(("triste",)) == 0.0 and plain.factor(("triste",)) == 1.0


def test_the_tables_speak_the_catalogues_words():
    known = vocabulary()
    moods = {*OPPOSITES, *NEAR_MOODS}.union(*OPPOSITES.values(), *NEAR_MOODS.values(), *NEAR_GENRES.values())
    assert moods <= set(known.mood_names) and set(NEAR_GENRES) <= set(known.genre_names)
