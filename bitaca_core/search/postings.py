"""A full-text column held in memory: BM25 over the tokens that LanceDB makes of the same texts.

Tokens come from tantivy's analyzers, of which LanceDB's are a copy, so that scores agree to a float's last bits (held
equal by a test). A question costs microseconds here and two milliseconds of planning there.

References
----------
Robertson and Zaragoza 2009, BM25 with k1 = 1.2, b = .75 and `ln(1 + (N - n + .5) / (n + .5))`.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitaca_core.search.lexical import K1, B

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOKEN_MAX = 40
"""Bytes of UTF-8 from which a token is not indexed."""
NGRAM = 3

ENGLISH_STOPS = (
    "a about above after again against ain all am an and any are aren as at be because been before being below between "
    "both but by can couldn d did didn do does doesn doing don down during each few for from further had hadn has hasn "
    "have haven having he her here hers herself him himself his how i if in into is isn it its itself just ll m ma me "
    "mightn more most mustn my myself needn no nor not now o of off on once only or other our ours ourselves out over "
    "own re s same shan she should shouldn so some such t than that the their theirs them themselves then there these "
    "they this those through to too under until up ve very was wasn we were weren what when where which while who whom "
    "why will with won wouldn y you your yours yourself yourselves"
)
"""What LanceDB leaves out of English, with spaces between; tantivy's own list is shorter."""


@dataclass(frozen=True, slots=True)
class Analyzer:
    """How a text of a column becomes tokens."""

    tokens: Callable[[str], list[str]]
    once: bool = False
    """Whether a token that a question says twice counts once: of letter triples it does."""


def analyzers() -> dict[str, Analyzer]:
    """Return the analyzer of each full-text column, as `tables.py` tells them to LanceDB."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    def words(language: str, stops: Filter) -> Analyzer:
        # LanceDB stems before it leaves out: "willing" becomes a word that is left out.
        steps = (
            Filter.remove_long(TOKEN_MAX),
            Filter.lowercase(),
            Filter.stemmer(language),
            stops,
            Filter.ascii_fold(),
        )
        builder = TextAnalyzerBuilder(Tokenizer.simple())
        for step in steps:
            builder = builder.filter(step)
        return Analyzer(builder.build().analyze)

    triples = TextAnalyzerBuilder(Tokenizer.ngram(NGRAM, NGRAM, False)).filter(Filter.lowercase())
    triples = triples.filter(Filter.ascii_fold())
    return {
        "words": words("portuguese", Filter.stopword("portuguese")),
        "meaning": words("english", Filter.custom_stopword(ENGLISH_STOPS.split())),
        "names": Analyzer(triples.build().analyze, once=True),
    }


class Postings:
    """Which texts each token is in, and what it tells there. Safe to share between threads.

    Parameters
    ----------
    ids : sequence of str, shape (rows,)
    texts : sequence of str, shape (rows,)
    analyzer : Analyzer
    """

    def __init__(self, ids: Sequence[str], texts: Sequence[str], analyzer: Analyzer) -> None:
        import numpy as np

        self._ids, self._analyzer = ids, analyzer
        self._reading = threading.Lock()  # an analyzer of tantivy's refuses a second caller
        number: dict[str, int] = {}
        told, lengths = array("q"), array("q")
        for text in texts:  # text by text: all tokens of a column at once would be forty times its postings
            tokens = analyzer.tokens(text)
            told.extend([number.setdefault(token, len(number)) for token in tokens])
            lengths.append(len(tokens))
        room_for, size = max(1, len(texts)), np.array(lengths, np.int64)
        rows = np.repeat(np.arange(len(size)), size)
        pairs, counts = np.unique(np.array(told, np.int64) * room_for + rows, return_counts=True)
        of, self._rows = pairs // room_for, (pairs % room_for).astype(np.int32)
        found = np.bincount(of, minlength=len(number))
        spoken = max(1, int(np.count_nonzero(size)))  # a text without a token is none
        rarity = np.log(1 + (spoken - found + 0.5) / (found + 0.5))
        room = K1 * (1 - B + B * size * spoken / max(1, int(size.sum())))
        self._told = (rarity[of] * counts * (K1 + 1) / (counts + room[self._rows])).astype(np.float32)
        ends = np.cumsum(found).tolist()
        self._span = {
            token: (ends[place] - int(found[place]), ends[place]) for token, place in number.items()
        }

    def match(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Return `(title_id, BM25 score)`, best first; equal ones in the order of the rows."""
        import numpy as np

        with self._reading:
            tokens = self._analyzer.tokens(text)
        spans = [
            self._span[token]
            for token in (dict.fromkeys(tokens) if self._analyzer.once else tokens)
            if token in self._span
        ]
        if not spans:
            return []
        scores: NDArray[np.float32] = np.zeros(len(self._ids), np.float32)
        for start, end in spans:
            scores[self._rows[start:end]] += self._told[start:end]
        rows = np.flatnonzero(scores)
        told = scores[rows]
        if len(rows) > limit:  # ties at the edge stay until they are in order
            edge = -np.partition(-told, limit - 1)[limit - 1]
            rows = rows[told >= edge]
            told = scores[rows]
        order = np.argsort(-told, kind="stable")[:limit]
        return [
            (self._ids[row], score)
            for row, score in zip(rows[order].tolist(), told[order].tolist(), strict=True)
        ]


class TextsInMemory:
    """Every full-text column of a table.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        The texts of each column, row by row, and `title_id`.
    """

    def __init__(self, columns: Mapping[str, Sequence[str]]) -> None:
        ids = columns["title_id"]
        self._columns = {name: Postings(ids, columns[name], how) for name, how in analyzers().items()}

    def match(self, column: str, text: str, limit: int) -> list[tuple[str, float]]:
        """Return `(title_id, BM25 score)`, best first."""
        return self._columns[column].match(text, limit)

    def matches(self, asked: Sequence[tuple[str, str, int]]) -> list[list[tuple[str, float]]]:
        """Return the same for several `(column, text, limit)`."""
        return [self.match(column, text, limit) for column, text, limit in asked]
