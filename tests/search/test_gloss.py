import json
from importlib import resources

import pytest

from bitaca_core.search.gloss import gloss
from bitaca_core.search.stem import STEM_MIN, stem


@pytest.mark.parametrize(
    ("portuguese", "english"),
    [
        ("filme sobre luto e natureza", "film grief nature"),
        ("caçadores de recompensa no espaço", "bounty hunters in space"),
        ("robôs gigantes", "giant robots"),
        ("sonhando", "dream"),
        ("Miyazaki", "miyazaki"),
        ("time travel", "time travel"),
        ("", ""),
    ],
)
def test_words_become_english(portuguese, english):
    assert gloss(portuguese) == english


def test_the_lexicon_is_large_enough_and_clean():
    entries = json.loads((resources.files("bitaca_core.search") / "data" / "gloss.json").read_text("utf-8"))
    assert len(entries) >= 500
    assert all(
        key == key.lower().strip() and value == value.lower().strip() and value
        for key, value in entries.items()
    )


def test_stems_agree_and_stay_long_enough():
    for words in (
        ("menino", "meninos", "menina"),
        ("cangaceiro", "cangaceiros"),
        ("sonhar", "sonhando", "sonhos"),
        ("dream", "dreams"),
    ):
        assert len({stem(word) for word in words}) == 1
    assert all(len(stem(word)) >= min(len(word), STEM_MIN) for word in ("as", "mar", "luas", "casas"))
