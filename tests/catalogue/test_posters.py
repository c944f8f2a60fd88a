import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitaca_core.catalogue.posters import (
    COMPOSITIONS,
    HEIGHT,
    TEXT_WIDTH,
    WIDTH,
    fit,
    letter_widths,
    poster_svg,
)
from bitaca_core.catalogue.titles import Title

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=120
)


def title(name: str, title_id: str = "a-2020") -> Title:
    return Title(
        title_id=title_id,
        kind="film",
        original_title=name,
        year=2020,
        genres=("terror",),
        directors=("D & E <x>",),
    )


def test_the_same_title_has_the_same_poster():
    assert poster_svg(title("Akira")) == poster_svg(title("Akira"))
    assert poster_svg(title("Akira")) != poster_svg(title("Akira", "b-2020"))


def test_it_is_two_by_three_and_names_the_title():
    root = ElementTree.fromstring(poster_svg(title("Cidade de Deus")))
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}" and WIDTH * 3 == HEIGHT * 2
    assert root.get("aria-label") == "Cidade de Deus"


@given(NAMES)
@settings(max_examples=60, deadline=None)
def test_any_name_is_escaped_and_fits(name):
    root = ElementTree.fromstring(poster_svg(title(name)))
    assert root.get("role") == "img"
    size, lines = fit(name, 92)
    assert len(lines) <= 6 and all(letter_widths(line.rstrip("…")) * size <= TEXT_WIDTH + 1 for line in lines)


def test_markup_in_a_name_stays_text():
    svg = poster_svg(title('<script>alert("x")</script>'))
    assert "<script" not in svg.lower()
    assert not re.search(r"\son\w+=", svg)


def test_every_composition_is_used():
    drawn = {re.sub(r"<text.*", "", poster_svg(title("x", f"t-{n}")))[400:700] for n in range(60)}
    assert len(drawn) > 2 * len(COMPOSITIONS)


@pytest.mark.parametrize("language", ["pt", "en"])
def test_the_words_follow_the_language(language):
    assert {"pt": "TERROR", "en": "HORROR"}[language] in poster_svg(title("x"), language)
