"""What titles share, as numbers: weighted words of the catalogue, and their meaning where an index holds it.

A title's neighbours are found when they are first asked for and kept: a history of twenty titles costs twenty
looks-up afterwards. Likeness is between 0 and 1, and 0 where two titles share nothing.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Places = NDArray[np.int64]

NEIGHBOURS = 128
LIKENESS_MIN = 0.08
"""Two titles less alike than this have at most a decade or a country in common: that is no reason."""
MEANING_SHARE = 0.45
CACHE_MAX = 20_000
MAKERS = frozenset({"director", "creator", "studio", "writer"})
WEIGHTS = {
    "genre": 1.0, "mood": 0.8, "theme": 1.2, "maker": 1.4, "cast": 0.7, "crew": 0.4, "franchise": 2.0,
    "country": 0.25, "decade": 0.3, "kind": 0.3,
}  # fmt: skip
Vectors = tuple[Sequence[str], "Floats"]


def features(title: Title) -> Iterator[tuple[str, str]]:
    """Yield `(group, value)` of everything that a title may share with another."""
    for group, values in (("genre", title.genres), ("mood", title.moods), ("country", title.countries)):
        yield from ((group, value) for value in values)
    yield from (("theme", fold(theme)) for theme in title.themes)
    yield from (("maker", fold(name)) for name in title.directors)
    yield from (("cast", fold(name)) for name in title.cast)
    for credit in title.credits:
        yield "maker" if credit.role in MAKERS else "crew", fold(credit.name)
    if title.franchise is not None:
        yield "franchise", title.franchise.franchise_id
    if title.year:
        yield "decade", str(title.year // 10)
    yield "kind", title.kind


class Content:
    """Neighbours by content over one catalogue. Safe to share between threads.

    Parameters
    ----------
    titles : sequence of Title
    vectors : callable
        Returns `(title ids, unit vectors of shape (ids, dimension))` of the search index, or None while there is
        none; asked at each question, and a new answer makes all neighbours anew.
    """

    def __init__(self, titles: Sequence[Title], vectors: Callable[[], Vectors | None] = lambda: None) -> None:
        self._ids = [title.title_id for title in titles]
        self._ask_vectors = vectors
        self._lock = threading.Lock()
        self._words: Any = _matrix(titles)
        self._words_across: Any = self._words.T.tocsr()
        self._vectors_seen: object = None
        self._generation = 0
        self._meaning: Floats | None = None
        self._cache: OrderedDict[int, tuple[Places, Floats]] = OrderedDict()

    def neighbours(self, places: Sequence[int]) -> list[tuple[Places, Floats]]:
        """Return `(places, likeness)` of at most 128 titles like each of these, most alike first, itself left out."""
        with self._lock:
            self._notice_vectors()
            missing = [place for place in dict.fromkeys(places) if place not in self._cache]
            if missing:
                self._fill(missing)
            found = [self._cache[place] for place in places]
            while len(self._cache) > CACHE_MAX:
                self._cache.popitem(last=False)
        return found

    def generation(self) -> int:
        """Return a number that changes when all neighbours do: an index was opened, or another one."""
        with self._lock:
            self._notice_vectors()
            return self._generation

    def likeness(self, places: NDArray[np.int64]) -> Floats:
        """Return how alike these titles are to one another by what the catalogue says, shape (places, places)."""
        pointers, columns, data = self._words.indptr, self._words.indices, self._words.data
        parts = [slice(pointers[place], pointers[place + 1]) for place in places.tolist()]
        lengths = [part.stop - part.start for part in parts]
        if not sum(lengths):
            return np.zeros((len(places), len(places)), np.float32)
        met, at = np.unique(np.concatenate([columns[part] for part in parts]), return_inverse=True)
        # A few dozen titles share few words: a small dense product is ten times faster than a sparse one.
        dense = np.zeros((len(places), len(met)), np.float32)
        dense[np.repeat(np.arange(len(places)), lengths), at] = np.concatenate([data[part] for part in parts])
        found: Floats = dense @ dense.T
        return found

    def _notice_vectors(self) -> None:
        given = self._ask_vectors()
        matrix = given[1] if given is not None else None
        if matrix is self._vectors_seen:
            return
        self._vectors_seen = matrix
        self._generation += 1
        self._meaning = None
        self._cache.clear()
        if given is not None:
            row_of = {title_id: row for row, title_id in enumerate(given[0])}
            rows = np.array([row_of.get(title_id, -1) for title_id in self._ids], np.int64)
            meaning = np.zeros((len(rows), given[1].shape[1]), np.float32)
            meaning[rows >= 0] = given[1][rows[rows >= 0]]
            self._meaning = meaning

    def _fill(self, places: list[int]) -> None:
        shared = np.stack([self._shared(place) for place in places])
        if self._meaning is not None:
            cosine = np.maximum(self._meaning[places] @ self._meaning.T, 0.0)
            # Meaning alone never makes two titles alike: it ranks those that share something, and is sure only
            # far above what any two texts have in common.
            shared = (1.0 - MEANING_SHARE) * shared + MEANING_SHARE * np.maximum(0.0, (cosine - 0.2) / 0.8)
        for row, place in enumerate(places):
            likeness = shared[row]
            likeness[place] = 0.0
            best = np.flatnonzero(likeness >= LIKENESS_MIN)
            if len(best) > NEIGHBOURS:
                best = np.sort(best[np.argpartition(-likeness[best], NEIGHBOURS - 1)[:NEIGHBOURS]])
            best = best[np.argsort(-likeness[best], kind="stable")]
            self._cache[place] = (best, likeness[best])

    def _shared(self, place: int) -> Floats:
        """Return the cosine of one title's features with every title's. Its few features name nearly every title
        (a kind, a country, a decade): adding whole columns to an array beats a sparse product ten times."""
        across, words = self._words_across, self._words
        found = np.zeros(words.shape[0], np.float32)
        own = slice(words.indptr[place], words.indptr[place + 1])
        for feature, weight in zip(words.indices[own].tolist(), words.data[own], strict=True):
            part = slice(across.indptr[feature], across.indptr[feature + 1])
            found[across.indices[part]] += weight * across.data[part]
        return found


def _matrix(titles: Sequence[Title]) -> Any:
    """Return unit rows of weighted features, scipy CSR float32 of shape (titles, features).

    A feature counts by its group's weight and by how rare it is among the titles (inverse document frequency).
    """
    from scipy import sparse

    columns: dict[tuple[str, str], int] = {}
    rows, cols = [], []
    for row, title in enumerate(titles):
        for feature in dict.fromkeys(features(title)):
            rows.append(row)
            cols.append(columns.setdefault(feature, len(columns)))
    if not rows:
        return sparse.csr_matrix((len(titles), 1), dtype=np.float32)
    counts = np.bincount(np.array(cols), minlength=len(columns))
    rarity = np.array(
        [
            WEIGHTS[group] * math.log(1.0 + len(titles) / counts[column])
            for (group, _), column in columns.items()
        ],
        np.float32,
    )
    made = sparse.csr_matrix((rarity[cols], (rows, cols)), shape=(len(titles), len(columns)))
    length = np.sqrt(np.asarray(made.multiply(made).sum(1)).ravel())
    scaled = sparse.diags(1.0 / np.maximum(length, 1e-9)) @ made
    return scaled.tocsr().astype(np.float32)
