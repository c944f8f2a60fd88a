"""What others wrote is known when it is said back: whole, in a frame, or with other words around it; talk of films is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.lent import film, lent

LINES = (
    "O carteiro guarda a garrafa azul na gaveta.",
    "A lanterna verde ilumina o porto distante.",
    "Corre!",
)
TEXTS = lent(LINES)


def says(sentence: str, known=frozenset()) -> bool:
    return TEXTS.says(tuple(fold(sentence).split()), known)


@pytest.mark.parametrize("sentence", [
    "O carteiro guarda a garrafa azul na gaveta", "guarda a garrafa azul na gaveta", "Olha, o carteiro guarda a garrafa azul mesmo",
    "A garrafa azul fica na gaveta do carteiro", "lanterna verde ilumina", "No porto distante, ilumina a lanterna",
])  # fmt: skip
def test_what_a_line_says_is_known(sentence) -> None:
    assert says(sentence)


@pytest.mark.parametrize("sentence", [
    "É uma boa pedida para uma noite tranquila", "O carteiro é o coração dessa história", "Um drama sobre cartas e o mar", "Corre para ver",
])  # fmt: skip
def test_talk_of_a_film_is_not_a_line(sentence) -> None:
    assert not says(sentence)


def test_words_of_the_facts_are_nobodys() -> None:
    known = frozenset(("carteiro", "guarda", "garrafa", "azul", "gaveta"))
    assert says("A garrafa azul fica na gaveta do carteiro")
    assert not says("A garrafa azul fica na gaveta do carteiro", known)


def test_a_film_is_read_once() -> None:
    assert film(LINES) is film(LINES) and film(LINES) == TEXTS


@given(st.lists(st.text(max_size=60), max_size=5), st.text(max_size=60))
def test_any_texts_are_compared(texts, sentence) -> None:
    words = tuple(fold(sentence).split())
    found = lent(texts)
    assert found.says(words, frozenset()) in (True, False)
    for text in texts:
        own = tuple(fold(text).split())
        assert len(own) < 3 or found.says(own, frozenset())
