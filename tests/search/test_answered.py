"""What was answered lately: the same in the same world, dropped in another, words alone only to the hurried."""

from __future__ import annotations

import threading
from dataclasses import replace

from bitaca_core.search.answered import Answered
from bitaca_core.search.query import Hit, Query
from bitaca_core.search.service import LocalSearch, open_search

HITS = [Hit("a", 0.5, True, ("words",)), Hit("b", 0.25, False, ("meaning",))]
WORLD = (object(), object(), frozenset({"a"}))
QUERY = (Query(text="mar"), 10)


def test_an_answer_is_found_in_the_world_that_it_was_given_in_and_in_no_other():
    answered = Answered(4)
    answered.keep(WORLD, QUERY, HITS, whole=True)
    found = answered.find(WORLD, QUERY, hurried=False)
    assert found == HITS
    found.clear()
    assert answered.find(WORLD, QUERY, hurried=False) == HITS  # what was given out is nobody else's list
    assert answered.find(WORLD, (Query(text="rio"), 10), hurried=True) is None
    elsewhere = (object(), *WORLD[1:])
    assert answered.find(elsewhere, QUERY, hurried=True) is None
    answered.keep(elsewhere, QUERY, HITS[:1], whole=True)
    assert answered.find(WORLD, QUERY, hurried=True) is None
    assert answered.find(elsewhere, QUERY, hurried=True) == HITS[:1]


def test_words_alone_answer_the_hurried_only():
    answered = Answered(4)
    answered.keep(WORLD, QUERY, HITS, whole=False)
    assert answered.find(WORLD, QUERY, hurried=False) is None
    assert answered.find(WORLD, QUERY, hurried=True) == HITS


def test_what_was_used_longest_ago_goes_first():
    answered = Answered(2)
    for name in ("a", "b"):
        answered.keep(WORLD, name, HITS, whole=True)
    assert answered.find(WORLD, "a", hurried=False)
    answered.keep(WORLD, "c", HITS, whole=True)
    assert answered.find(WORLD, "b", hurried=False) is None
    assert answered.find(WORLD, "a", hurried=False) and answered.find(WORLD, "c", hurried=False)


def test_search_says_the_same_again_until_something_changes(indexed, minilm):
    now, ready = [0.0], {"akira-1988"}
    search: LocalSearch = open_search(*indexed, lambda: ready, minilm, background=False, clock=lambda: now[0])
    query = Query(text="viagem no tempo")
    first = search.search(query, 8)
    assert search.search(query, 8) == first and search.search(query, 3) == first[:3]
    like = search.alike("akira-1988", query, 8)
    assert search.alike("akira-1988", query, 8) == like
    ready.add(first[-1].title_id)
    now[0] += 5
    assert next(hit for hit in search.search(query, 8) if hit.title_id == first[-1].title_id).playable
    search.reload(type(indexed[1])([one for one in indexed[1].titles if one.title_id != first[0].title_id]))
    assert first[0].title_id not in [hit.title_id for hit in search.search(query, 8)]


def test_a_hurried_answer_is_made_anew_once_there_is_time(indexed, minilm):
    search = open_search(*indexed, lambda: set(), minilm, background=False)
    query = Query(text="alguém que perde a memória e procura quem foi")
    search.hurried = True
    by_words = search.search(query, 10)
    assert not any("meaning" in hit.why for hit in by_words)
    search.hurried = False
    whole = search.search(query, 10)
    assert any("meaning" in hit.why for hit in whole)
    search.hurried = True
    assert search.search(query, 10) == whole
    assert search.search(replace(query, text=f"{query.text} um dia"), 10) != whole


def test_many_threads_may_ask_and_keep():
    answered = Answered(8)

    def work(number: int) -> None:
        for at in range(2000):
            answered.keep(WORLD, (number, at % 6), HITS, whole=True)
            found = answered.find(WORLD, (number, at % 6), hurried=False)
            assert found in (None, HITS)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered._kept) == 8
