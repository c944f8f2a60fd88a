"""Disguised words are read as what they say; years, times and codecs stay what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.derona.moderation.folding import WORDS_MAX, words_of
from bitaca_core.derona.moderation.kinds import kinds_of, phrases_in, spell


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("vou m4t4r", ("vou", "matar")),
        ("p o r r a", ("porra",)),
        ("caraaaalho", ("caralho",)),
        ("v@di@", ("vadia",)),
        ("ｖａｄｉａ", ("vadia",)),
        ("vаdiа", ("vadia",)),  # two Cyrillic letters
        ("va\u200bdia", ("vadia",)),
        ("f.d.p.", ("fdp",)),
        ("don't", ("don", "t")),
        ("filme de 1080p dos 90s", ("filme", "de", "1080p", "dos", "90s")),
        ("1984", ("1984",)),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=400))
def test_any_text_has_few_words(text: str) -> None:
    assert len(words_of(text)) <= WORDS_MAX


def test_words_have_kinds() -> None:
    assert "swear" in kinds_of("p*rra") and "kill" in kinds_of("assassinato") and kinds_of("abacaxi") == ()
    found = phrases_in(spell(words_of("eu n quero mais viver")))
    assert any("notlive" in kinds for _, _, kinds in found)
