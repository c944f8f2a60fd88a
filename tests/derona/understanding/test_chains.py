"""A chain of labels: the best path, what is read from it, and that it is learned."""

from __future__ import annotations

import numpy as np

from bitaca_core.derona.understanding import chains
from bitaca_core.derona.understanding.fitting import fit_chain


def test_the_best_path_weighs_words_and_what_follows_what() -> None:
    scores = np.array([[1.0, 0.0], [0.4, 0.5], [0.0, 1.0]], np.float32)
    loose, sticky = np.zeros((2, 2), np.float32), np.array([[1.0, -1.0], [-1.0, 1.0]], np.float32)
    assert chains.best(scores, loose) == [0, 1, 1]
    assert chains.best(np.array([[2.0, 0.0], [0.0, 0.5], [2.0, 0.0]], np.float32), sticky) == [0, 0, 0]


def test_runs_of_a_kind_are_read_apart() -> None:
    labels = ["theme", "theme+", "theme", "other", "theme+", "person", "person+"]
    assert chains.spans(labels, "theme") == [(0, 2), (2, 3), (4, 5)]
    assert chains.spans(labels, "person") == [(5, 7)]


def test_a_chain_learns_what_follows_what() -> None:
    def word(name: str) -> dict[str, dict[str, float]]:
        return {"s": {name: 1.0}}

    told = [[word("a"), word("?"), word("?")], [word("b"), word("?"), word("?")]] * 6
    truth = [[0, 0, 0], [1, 1, 1]] * 6
    model = fit_chain(told, ("first", "second"), truth, 1.0)
    again = fit_chain(told, ("first", "second"), truth, 1.0)
    assert (model.weights == again.weights).all() and (model.keys == again.keys).all()
    for names in (["a", "?", "?"], ["b", "?", "?"]):
        path = chains.best(model.each([word(name) for name in names]), chains.transitions(model))
        assert path == [0 if names[0] == "a" else 1] * 3
