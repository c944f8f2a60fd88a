"""Words of the catalogue in memory: what search runs on while no index is built, and how hints are found."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import is_filler
from bitaca_core.search.documents import Document
from bitaca_core.search.stem import stem

K1, B = 1.2, 0.75
"""BM25's usual constants (Robertson and Zaragoza 2009)."""


class WordIndex:
    """BM25 over stemmed words of every title."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._postings: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._lengths: dict[str, int] = {}
        for doc in documents:
            counts = Counter(stem(word) for word in doc.words.split())
            self._lengths[doc.title_id] = counts.total()
            for word, count in counts.items():
                self._postings[word].append((doc.title_id, count))
        self._mean = max(1.0, sum(self._lengths.values()) / max(1, len(self._lengths)))

    def match(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Return `(title_id, score)`, best first."""
        scores: dict[str, float] = defaultdict(float)
        total = len(self._lengths)
        for word in dict.fromkeys(stem(word) for word in fold(text).split() if not is_filler(word)):
            postings = self._postings.get(word, ())
            weight = math.log(1 + (total - len(postings) + 0.5) / (len(postings) + 0.5))
            for title_id, count in postings:
                room = K1 * (1 - B + B * self._lengths[title_id] / self._mean)
                scores[title_id] += weight * count * (K1 + 1) / (count + room)
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
