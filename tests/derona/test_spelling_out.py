"""Words that are typed letter by letter, and letters that are words."""

from __future__ import annotations

import pytest

from bitaca_core.derona import normalize


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("quero T O T O R O", "quero totoro"),
        ("tem A K I R A?", "tem akira"),
        ("qual a diferença entre o K e o G", "qual a diferenca entre o k e o g"),
        ("qual vem antes, o A e o B?", "qual vem antes o a e o b"),
        ("quero ver M*A*S*H", "quero ver m a s h"),
    ],
)
def test_letters_are_joined_where_most_are_no_words(text: str, read: str) -> None:
    assert normalize.read(text).text == read
