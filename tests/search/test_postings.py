"""BM25 in memory: what a token tells, which of equal titles comes first, and texts without a word."""

import math

import pytest

from bitaca_core.search.lexical import K1, B
from bitaca_core.search.postings import Analyzer, Postings, TextsInMemory, analyzers

TEXTS = {"a": "gato gato cao", "b": "gato", "c": "cao peixe peixe", "d": ""}


def told(once=False):
    return Postings(list(TEXTS), list(TEXTS.values()), Analyzer(str.split, once))


def bm25(times, length, holders, texts=3, mean=7 / 3):  # the fourth says nothing, so is none
    rarity = math.log(1 + (texts - holders + 0.5) / (holders + 0.5))
    return rarity * times * (K1 + 1) / (times + K1 * (1 - B + B * length / mean))


def test_a_token_tells_by_its_rarity_how_often_it_is_said_and_how_long_the_text_is():
    assert dict(told().match("gato", 9)) == pytest.approx({"a": bm25(2, 3, 2), "b": bm25(1, 1, 2)})
    both = dict(told().match("gato peixe", 9))
    assert both == pytest.approx({"a": bm25(2, 3, 2), "b": bm25(1, 1, 2), "c": bm25(2, 3, 1)})


def test_a_token_said_twice_counts_twice_or_once():
    once, twice = dict(told().match("gato", 9)), dict(told().match("gato gato", 9))
    assert twice == pytest.approx({key: 2 * score for key, score in once.items()})
    assert dict(told(once=True).match("gato gato", 9)) == pytest.approx(once)


def test_the_best_come_first_and_of_equal_ones_the_earlier():
    same = Postings(["z", "y", "x", "w"], ["um", "um", "um", "um um um um"], Analyzer(str.split))
    assert [key for key, _ in same.match("um", 9)] == ["w", "z", "y", "x"]
    assert [key for key, _ in same.match("um", 2)] == ["w", "z"]
    assert [key for key, _ in same.match("um", 1)] == ["w"]


def test_what_no_text_says_finds_nothing():
    for text in ("", "cavalo", "  "):
        assert told().match(text, 5) == []
    assert Postings([], [], Analyzer(str.split)).match("gato", 5) == []
    assert Postings(["a"], [""], Analyzer(str.split)).match("gato", 5) == []


def test_each_column_is_read_in_its_own_way():
    how = analyzers()
    assert how["words"].tokens("Os Cangaceiros e a História") == how["words"].tokens("cangaceiro historia")
    assert how["meaning"].tokens("Who is willing? The robots!") == ["robot"]
    assert how["names"].tokens("Ana") == ["ana"] and how["names"].tokens("Lu") == []
    texts = TextsInMemory(
        {"title_id": ["t"], "words": ["cangaceiros"], "meaning": ["robots"], "names": ["ana"]}
    )
    asked = [("words", "cangaceiro", 1), ("meaning", "robot", 1), ("names", "anas", 1), ("words", "robot", 1)]
    assert [[key for key, _ in found] for found in texts.matches(asked)] == [["t"], ["t"], ["t"], []]
