"""How much of a question a title's words cover: a word counts as its rarity, a near word as its nearness.

A sentence vector says what a text is about as a whole and forgets the umbrella; full text knows the umbrella and
misses the parasol. Here each word of the (English, glossed) question looks for the nearest word of the title, and
the title's coverage is the mean of those cosines, weighted by how rare the question's words are in the catalogue.

References
----------
Zhang et al. 2020, BERTScore (greedy matching weighted by inverse document frequency); Mu, Bhat and Viswanath 2018
(the vectors' common mean taken off first).
"""

from __future__ import annotations

import math
import re
import threading
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.search.documents import document
from bitaca_core.search.gloss import gloss
from bitaca_core.settings import DataPaths

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bitaca_core.search.embed import Embedder

    Floats = NDArray[np.float32]

WORDS_MAX = 40_000
"""Words that have a vector: the commonest, half a minute of one core once; the others match only themselves."""
ASKED_MAX = 24
"""Words of a question that are looked at."""
WHOLE_BOOK = 2
"""Where the titles have this share of all words (one in so many), multiplying all is cheaper than picking theirs out."""
NEAREST_UP_TO = 2_000
"""Titles up to which the nearness of all of them to a word is found at once and remembered: words come again."""
NEAREST_KEPT = 2_000_000
"""Cosines that are remembered so, 8 MB; of `ASKED_KEPT` words at most."""
ASKED_KEPT = 4096
"""Vectors of questions' words that no title has: a crowd that types nonsense fills no memory."""
_WORD = re.compile(r"[a-z0-9]+")
EMPTY = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "in",
        "and",
        "or",
        "to",
        "is",
        "are",
        "was",
        "with",
        "who",
        "that",
        "it",
        "his",
        "her",
        "he",
        "she",
        "they",
        "him",
        "for",
        "on",
        "at",
        "by",
        "from",
        "film",
        "movie",
    ]
)


class WordBook:
    """Vectors of single words by one embedder, made when first asked for and kept. Safe to share between threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[str, Floats] = {}
        self._asked: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def vectors(self, words: Sequence[str]) -> Floats:
        """Return unit vectors, shape (len(words), dimension), float32."""
        import numpy as np

        missing = [word for word in dict.fromkeys(words) if word not in self._vectors]
        if missing:
            made = self._embedder.encode(missing)
            with self._lock:
                self._vectors.update(zip(missing, made, strict=True))
        if not words:
            return np.zeros((0, self._embedder.dimension), np.float32)
        return np.stack([self._vectors[word] for word in words])

    def question(self, words: Sequence[str]) -> Floats:
        """Return the same for the words of a question; of words that no title has only the last `ASKED_KEPT` are kept."""
        import numpy as np

        missing = [
            word for word in dict.fromkeys(words) if word not in self._vectors and word not in self._asked
        ]
        made = dict(zip(missing, self._embedder.ask(missing), strict=True)) if missing else {}
        with self._lock:
            self._asked.update(made)
            found = {word: self._vectors.get(word, self._asked.get(word, made.get(word))) for word in words}
            while len(self._asked) > ASKED_KEPT:
                self._asked.popitem(last=False)
        lost = [word for word, vector in found.items() if vector is None]  # another question pushed them out
        if lost:
            found.update(zip(lost, self._embedder.ask(lost), strict=True))
        return np.stack([vector for word in words if (vector := found[word]) is not None])

    def sentence(self, text: str, words: Sequence[str]) -> Floats:
        """Return the unit vector of a text, shape (dimension,), and make at once those of its words that are not at hand.

        A pass of the embedder costs most for reading its weights, so that some words more hardly count.
        """
        missing = [
            word for word in dict.fromkeys(words) if word not in self._vectors and word not in self._asked
        ]
        made = self._embedder.ask([text, *missing])
        with self._lock:
            self._asked.update(zip(missing, made[1:], strict=True))
        found: Floats = made[0]
        return found

    def knows(self, word: str) -> bool:
        """Return whether a word's vector is at hand."""
        return word in self._vectors

    def load(self, path: Path) -> None:
        """Take the vectors of a file that `save` wrote; one that cannot be read is as none."""
        import numpy as np

        if not path.is_file():
            return
        try:
            with np.load(path, allow_pickle=False) as kept:
                words, vectors = str(kept["words"]).split("\n"), kept["vectors"].astype(np.float32)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return
        if vectors.shape == (len(words), self._embedder.dimension):
            with self._lock:
                self._vectors.update(zip(words, vectors, strict=True))

    def save(self, path: Path, words: Sequence[str]) -> None:
        """Write the vectors of these words, half precision, as a whole or not at all."""
        import numpy as np

        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{threading.get_ident()}.tmp.npz")
        np.savez(temporary, words=np.array("\n".join(words)), vectors=self.vectors(words).astype(np.float16))
        temporary.replace(path)


def word_book(embedder: Embedder) -> WordBook:
    """Return the one book of an embedder."""
    return _book(cast("Hashable", embedder))


@lru_cache(maxsize=2)
def _book(embedder: Hashable) -> WordBook:
    return WordBook(cast("Embedder", embedder))


def title_words(catalogue: Catalogue, paths: DataPaths, embedder: Embedder) -> Coverage:
    """Return the coverage of a catalogue: English texts and glossed Portuguese ones, vectors kept below `search/`."""
    texts = {
        title.title_id: (document(title).meaning, gloss(title.synopsis_pt or ""))
        for title in catalogue.titles
    }
    slug = re.sub(r"[^a-z0-9]+", "-", embedder.name.casefold()).strip("-")[:40]
    return Coverage(texts, word_book(embedder), paths.search / "words" / f"{slug}-{embedder.dimension}.npz")


def words_of(text: str) -> list[str]:
    """Return the different words of an English text that carry meaning, folded, in their order."""
    return [word for word in dict.fromkeys(_WORD.findall(fold(text))) if word not in EMPTY]


class Coverage:
    """The words of every title, and their vectors.

    Parameters
    ----------
    texts : mapping of str to iterable of str
        By title id, its English texts (a glossed one is English, too).
    book : WordBook
    kept : Path or None
        File that the words' vectors are read from and written to; None embeds them anew.
    """

    def __init__(self, texts: Mapping[str, Iterable[str]], book: WordBook, kept: Path | None = None) -> None:
        import numpy as np

        told = {key: words_of(" ".join(parts)) for key, parts in texts.items()}
        counts = Counter(word for words in told.values() for word in words)
        self._titles = len(told)
        self._book = book
        known = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:WORDS_MAX]]
        self._row = {word: row for row, word in enumerate(known)}
        self._count = counts
        if kept is not None:
            book.load(kept)
            if not all(book.knows(word) for word in known):
                book.save(kept, known)
        vectors = book.vectors(known)
        self._mean = vectors.mean(axis=0) if known else np.zeros(vectors.shape[1], np.float32)
        self._vectors = _centred(vectors, self._mean)
        self._rows = {
            key: np.array([self._row[word] for word in words if word in self._row], np.int32)
            for key, words in told.items()
        }
        told_rows = {key: rows for key, rows in self._rows.items() if len(rows)}
        self._place = {key: place for place, key in enumerate(told_rows)}
        self._remembers = len(told_rows) <= NEAREST_UP_TO
        if self._remembers:
            self._all_rows = np.concatenate([*told_rows.values(), np.zeros(0, np.int32)]).astype(np.int64)
            self._starts = np.cumsum([0, *map(len, told_rows.values())])[:-1]
        self._nearest: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, words: Sequence[str], among: Collection[str]) -> dict[str, float]:
        """Return how much of the question's words each of these titles covers, 0 to 1.

        Parameters
        ----------
        words : sequence of str
            The question's, glossed, as `words_of` gives them.
        among : collection of str
            Title ids; one that is not known is left out.
        """
        import numpy as np

        asked = list(words)[:ASKED_MAX]
        keys = [key for key in among if key in self._place]
        if not asked or not keys:
            return {}
        rarity = np.array([self._rarity(word) for word in asked], np.float32)
        rarity /= rarity.sum()
        if self._remembers:
            covers = (rarity @ self._remembered(asked)).tolist()
            return {key: covers[self._place[key]] for key in keys}
        return dict(zip(keys, (self._best(asked, keys) @ rarity).tolist(), strict=True))

    def _remembered(self, asked: Sequence[str]) -> Floats:
        """Return how near each title's nearest word is to each of the asked ones, shape (len(asked), titles); 0 where below."""
        import numpy as np

        with self._lock:
            found = {word: self._nearest[word] for word in asked if word in self._nearest}
        if missing := [word for word in asked if word not in found]:
            for word, vector in zip(missing, _centred(self._book.question(missing), self._mean), strict=True):
                near = np.maximum(
                    self._vectors @ vector, 0.0
                )  # word by word: less than one product of matrices
                found[word] = np.maximum.reduceat(near.take(self._all_rows), self._starts)
        with self._lock:
            for word in asked:
                self._nearest[word] = found[word]
                self._nearest.move_to_end(word)
            while len(self._nearest) > min(ASKED_KEPT, NEAREST_KEPT // len(self._place)):
                self._nearest.popitem(last=False)
        return np.stack([found[word] for word in asked])

    def _best(self, asked: Sequence[str], keys: Sequence[str]) -> Floats:
        """Return the same of some titles, shape (len(keys), len(asked))."""
        import numpy as np

        all_rows = np.concatenate([self._rows[key] for key in keys])
        lengths = np.array([len(self._rows[key]) for key in keys])
        question = _centred(self._book.question(asked), self._mean).T
        if WHOLE_BOOK * len(all_rows) >= len(self._vectors):
            near = self._vectors @ question
        else:
            used = np.zeros(len(self._vectors), bool)
            used[all_rows] = True
            near = np.zeros((len(used), len(asked)), np.float32)
            near[used] = self._vectors[used] @ question
        np.maximum(near, 0.0, out=near)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        best: Floats = np.maximum.reduceat(near[all_rows], starts, axis=0)
        return best

    def vector(self, text: str) -> Floats:
        """Return the unit vector of an English question, shape (dimension,), its words' made ready for `of`."""
        return self._book.sentence(text, words_of(text)[:ASKED_MAX])

    def _rarity(self, word: str) -> float:
        count = self._count.get(word, 0)
        return math.log(1 + (self._titles - count + 0.5) / (count + 0.5))


def _centred(vectors: Floats, mean: Floats) -> Floats:
    import numpy as np

    moved = vectors - mean
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
    return moved
