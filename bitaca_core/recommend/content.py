"""What titles are about, as unit vectors; and item-item columns made for titles that nobody met yet.

Words are weighed by how few items have them (TF-IDF); embeddings of texts, where somebody gives them, stand beside.

References
----------
Salton and Buckley 1988 (TF-IDF). Jeunen, Van Balen, Goethals 2020, Closed-Form Models for Collaborative Filtering
with Side-Information (features as further rows of the input).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend.interactions import Floats

FIELD = re.compile(r"[=:]")
CROSSED = 64
"""Words of which pairs are made."""
PAIRS = 0.5
"""What an item's pairs count beside its words."""
NEIGHBOURS = 30
"""Titles that a new title's column is made of."""


def vectors(items: Sequence[str], words: Mapping[str, Sequence[str]], texts: Floats | None = None) -> Any:
    """Return unit rows, scipy CSR float32 of shape (items, words); a row without words is empty.

    A word's field is what stands before its first `=` or `:`. Every field counts alike, however many words it has:
    else a synopsis would drown the genres.

    Parameters
    ----------
    texts : float32 array of shape (items, dimension), or None
        Unit vectors of the items' texts, one more field.
    """
    from scipy import sparse

    fields: dict[str, list[list[str]]] = {}
    for row, item in enumerate(items):
        for word in dict.fromkeys(words.get(item, ())):
            name = FIELD.split(word, maxsplit=1)[0] if FIELD.search(word) else ""
            fields.setdefault(name, [[] for _ in items])[row].append(word)
    parts = [_field(rows) for rows in fields.values()]
    if texts is not None:
        parts.append(sparse.csr_matrix(texts))
    if not parts:
        return sparse.csr_matrix((len(items), 1), dtype=np.float32)
    return unit(sparse.hstack(parts).tocsr())


def _field(words: Sequence[Sequence[str]]) -> Any:
    """Return unit rows of one field, each word weighed by how few items have it."""
    from scipy import sparse

    place: dict[str, int] = {}
    rows, columns = [], []
    for row, own in enumerate(words):
        for word in own:
            rows.append(row)
            columns.append(place.setdefault(word, len(place)))
    made = sparse.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, columns)), shape=(len(words), max(1, len(place)))
    )
    return rare(made)


def rare(made: Any) -> Any:
    """Return unit rows of a 0-1 CSR matrix, each column weighed by how few rows have it; one of a single row by 0."""
    from scipy import sparse

    have = np.asarray((made > 0).sum(0)).ravel()
    # What a single item has joins it to nothing.
    weight = np.where(have > 1, np.log((made.shape[0] + 1) / np.maximum(have, 1)) + 0.1, 0.0)
    return unit(made @ sparse.diags(weight.astype(np.float32)))


def crossed(content: Any, common: int = CROSSED) -> Any:
    """Return unit rows of the words and of pairs of the commonest of them, CSR of shape (items, words + pairs).

    A comedy that is a horror film is a kind of its own, which a linear map over single words cannot say. Likeness by
    content does without pairs: it gets worse with them.
    """
    from scipy import sparse

    have = np.asarray((content > 0).sum(0)).ravel()
    # A text's vector has numbers below zero; it is no word.
    have[np.asarray((content < 0).sum(0)).ravel() > 0] = 0
    often = np.argsort(-have, kind="stable")[:common]
    often = often[(have[often] > 1) & (have[often] < content.shape[0])]
    met = (content[:, np.sort(often)] > 0).tocsr()
    met.sort_indices()
    place: dict[tuple[int, int], int] = {}
    rows, columns = [], []
    for row in range(met.shape[0]):
        for pair in combinations(met.indices[met.indptr[row] : met.indptr[row + 1]].tolist(), 2):
            rows.append(row)
            columns.append(place.setdefault(pair, len(place)))
    pairs = sparse.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, columns)), shape=(content.shape[0], max(1, len(place)))
    )
    return unit(sparse.hstack([content, rare(pairs) * np.float32(PAIRS)]).tocsr())


def embedded(
    items: Sequence[str], texts: Mapping[str, str], encode: Callable[[Sequence[str]], Floats]
) -> Floats:
    """Return unit vectors of the items' texts, float32 of shape (items, dimension); zeros where there is no text.

    The texts' mean is taken away first: all sentences of one kind lean the same way.
    """
    rows = [row for row, item in enumerate(items) if texts.get(item)]
    made = encode([texts[items[row]] for row in rows])
    found = np.zeros((len(items), made.shape[1]), np.float32)
    made = made - made.mean(0)
    found[rows] = made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-12)
    return found


def unit(matrix: Any) -> Any:
    """Return the rows at length 1; empty ones stay empty."""
    from scipy import sparse

    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
    made = (sparse.diags((1.0 / np.maximum(length, 1e-12)).astype(np.float32)) @ matrix).tocsr()
    made.eliminate_zeros()
    return made.astype(np.float32)


def neighbours(of: Any, among: Any, keep: int = NEIGHBOURS, power: float = 2.0) -> Any:
    """Return for each row of `of` its `keep` most alike rows of `among`, weights that sum to 1; CSR.

    Weights grow with the cosine to the `power`, so that a near match outweighs many far ones.
    """
    from scipy import sparse

    rows, columns, values = [], [], []
    if among.shape[0] == 0:
        return sparse.csr_matrix((of.shape[0], 0), dtype=np.float32)
    across = among.T.tocsr()
    for start in range(0, of.shape[0], 512):
        near = (of[start : start + 512] @ across).toarray()
        for row, line in enumerate(near, start):
            near_most: NDArray[np.int64] = np.argpartition(-line, min(keep, len(line)) - 1)[:keep]
            best = [one for one in near_most if line[one] > 1e-6]
            if best:
                weight = line[best].astype(np.float64) ** power
                rows += [row] * len(best)
                columns += [int(one) for one in best]
                values += list(weight / weight.sum())
    return sparse.csr_matrix(
        (np.array(values, np.float32), (rows, columns)), shape=(of.shape[0], among.shape[0])
    )
