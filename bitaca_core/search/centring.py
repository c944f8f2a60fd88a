"""Mean centring by language: what all titles share, and what all questions of a language share, tells nothing.

A sentence model puts texts of one kind and language into a narrow cone; the glossed Portuguese question lies in
another cone than the English synopses. Taking each one's own mean away before comparing removes that offset.

References
----------
Mu, Bhat and Viswanath 2018, "All-but-the-Top" (removing the common mean vector).
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from bitaca_core.search.gloss import gloss

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitaca_core.search.embed import Embedder

CENTRE_FROM = 500
"""With fewer titles their mean is not a common part but a theme of the house."""


def question_mean(embedder: Embedder) -> NDArray[np.float32]:
    """Return the mean vector of typical Portuguese questions, glossed, shape (dimension,)."""
    text = (resources.files("bitaca_core.search") / "data" / "typical_questions.txt").read_text("utf-8")
    questions = [gloss(line) for line in text.splitlines() if line.strip()]
    mean: NDArray[np.float32] = embedder.ask(questions).mean(axis=0)
    return mean


class Centred:
    """Exact search over unit vectors, ranked by centred cosine, reported with the plain one.

    Parameters
    ----------
    ids : sequence of str
    vectors : array, shape (n, d), float32
        Unit vectors; not copied.
    asked : array, shape (d,)
        The questions' own mean.
    centring : bool
        False ranks by the plain cosine, as a small catalogue does anyway.
    """

    def __init__(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        asked: NDArray[np.float32],
        centring: bool = True,
    ) -> None:
        self.ids = ids
        self.row_of = {title_id: row for row, title_id in enumerate(ids)}
        self.vectors = vectors
        self.centring = centring and len(ids) >= CENTRE_FROM
        self._asked = asked
        if self.centring:
            self._mean: NDArray[np.float32] = vectors.mean(axis=0)
            spread = 1.0 - 2.0 * (vectors @ self._mean) + float(self._mean @ self._mean)
            self._lengths: NDArray[np.float32] = np.sqrt(np.maximum(spread, 1e-6)).astype(np.float32)
            self._to_asked: NDArray[np.float32] = vectors @ asked

    def scores(self, vector: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return `(centred, plain)` cosines to every title, shape (n,) each."""
        if not self.centring:
            plain: NDArray[np.float32] = self.vectors @ vector
            return plain, plain
        plain = self.vectors @ vector
        question = vector - self._asked
        length = max(1e-6, float(np.linalg.norm(question)))
        # The product with the question follows from two that are there; the vectors are read from memory once.
        centred: NDArray[np.float32] = plain - self._to_asked
        centred -= np.float32(self._mean @ question)
        centred /= self._lengths
        centred /= np.float32(length)
        return centred, plain

    def nearest(
        self, vector: NDArray[np.float32], limit: int, among: Container[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return `(title_id, plain cosine)` in centred order, best first, only titles `among` (None: all)."""
        order, plain = self.scores(vector)
        return self.best(order, plain, limit, among)

    def best(
        self,
        order: NDArray[np.float32],
        plain: NDArray[np.float32],
        limit: int,
        among: Container[str] | None = None,
    ) -> list[tuple[str, float]]:
        """Return the same as `nearest` from what `scores` gave."""
        if among is None:
            count = min(limit, len(self.ids))
            rows = np.argpartition(-order, count - 1)[:count] if count else np.zeros(0, np.int64)
        else:
            rows = self._rows(order, limit, among)
        best = rows[np.argsort(-order[rows], kind="stable")][:limit]
        return [(self.ids[row], float(plain[row])) for row in best]

    def _rows(self, order: NDArray[np.float32], limit: int, among: Container[str]) -> NDArray[np.int64]:
        """Return rows of titles `among`, the best `limit` of them included: from the top as far as is needed."""
        for depth in (8 * limit, 64 * limit):
            if depth < len(order):
                top = np.sort(np.argpartition(-order, depth - 1)[:depth])
                rows = [row for row in top.tolist() if self.ids[row] in among]
                if len(rows) >= limit:
                    return np.array(rows, np.int64)
        return np.array([row for row, title_id in enumerate(self.ids) if title_id in among], np.int64)
