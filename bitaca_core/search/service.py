"""Search over one catalogue: names first, then words, n-grams and meaning fused by reciprocal rank.

Everything that filters or compares names is in memory; LanceDB and the embedder are opened in the background,
and until they are there (or while no index is built) the words are searched in memory: `mode` says which.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import GENRE_WORDS, THEME_WORDS, is_filler
from bitaca_core.errors import BitacaError
from bitaca_core.search.documents import Document, document
from bitaca_core.search.embed import Embedder, open_embedder
from bitaca_core.search.filters import genres_of, passes
from bitaca_core.search.gloss import gloss
from bitaca_core.search.index import OpenIndex, index_file, read_info
from bitaca_core.search.lexical import WordIndex
from bitaca_core.search.names import STRONG, NameIndex, NameMatch
from bitaca_core.search.query import Hit, Query
from bitaca_core.search.words import asks_for_like
from bitaca_core.settings import DataPaths

LOG = logging.getLogger("bitaca.search")
RRF_K = 10.0
"""Reciprocal rank fusion's constant (Cormack, Clarke and Buettcher 2009 use 60 over lists of a thousand; ours
have fifty, and the first places must tell)."""
LEG_WEIGHTS = {"names": 2.0, "person": 2.0, "words": 1.0, "meaning": 1.4, "hints": 0.8, "ngrams": 0.5}
LEG_DEPTH = 50
MEANING_MIN_COSINE = 0.25
MEANING_MIN_COSINE_LONG = 0.17
"""From four words on: a longer question is further from every title, and seldom nonsense."""
MEANING_MIN_SHARE = 0.60
"""A title may speak for itself by meaning alone only this near to the question, and to the best title."""
NEAR_WORD = 78.0
FILL_SCORE = 0.05
"""Titles that meet the filters and nothing else of the question come last, not never."""
PLAYABLE_BONUS = 1.25
CACHE_SIZE = 2048
CONCURRENT = max(1, (os.cpu_count() or 2) // 2)
"""Questions by meaning at one time: half of the cores stay free for whoever serves the answers."""
MEANING_PER_S = 30.0
MEANING_BURST = 60
"""New questions by meaning (12 ms of CPU each) past this rate are answered by words alone, so that a crowd
slows nobody down; what was asked before comes from the cache and is not counted."""
BUSY_WAIT_S = 0.04
"""A question that finds both slots taken for so long is answered by words alone."""
INDEX_CHECK_S = 2.0
SIMILAR_MIN = 0.15
_SOURCE_ORDER = {"sample": 0, "library": 1}


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Ranked title ids by leg for one text, independent of filters and of what is playable."""

    legs: dict[str, list[tuple[str, int]]] = field(
        default_factory=dict
    )  # (title id, rank from 1; ties share one)
    why: dict[str, list[str]] = field(default_factory=dict)
    strong: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _State:
    """What belongs to one catalogue; replaced as a whole."""

    catalogue: Catalogue
    order: dict[str, int]
    documents: dict[str, Document]
    names: NameIndex
    words: WordIndex
    known: frozenset[str]  # every folded word of every title; only other words can be misspelt names


def open_search(
    paths: DataPaths,
    catalogue: Catalogue,
    playable: Callable[[], set[str]],
    embedder: Embedder | str | None = None,
    *,
    background: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> LocalSearch:
    """Open search over a catalogue.

    Parameters
    ----------
    playable : callable
        Returns the ids (films, shorts, episodes) that can be watched now; asked at most once a second.
    embedder : Embedder, str or None
        The embedder, or the setting that names it; None searches by words only.
    background : bool
        Open index and embedder in a thread; False opens them now.
    """
    if isinstance(embedder, str):
        embedder = open_embedder(embedder)
    search = LocalSearch(paths, catalogue, playable, embedder, clock)
    search.warm(wait=not background)
    return search


class LocalSearch:
    """The `SearchService` of one process. Safe to share between threads."""

    def __init__(
        self,
        paths: DataPaths,
        catalogue: Catalogue,
        playable: Callable[[], set[str]],
        embedder: Embedder | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._paths = paths
        self._ask_playable = playable
        self._embedder = embedder
        self._clock = clock
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._slots = threading.BoundedSemaphore(CONCURRENT)
        self._cache: OrderedDict[str, _Evidence] = OrderedDict()
        self._index: OpenIndex | None = None
        self._index_stamp: int | None = None
        self._checked_s = float("-inf")
        self._meaning_free_s = float("-inf")  # when the allowance would be full again (GCRA)
        self._playable: tuple[float, frozenset[str]] = (float("-inf"), frozenset())
        self._state = _state(catalogue)
        self.problem: str | None = None
        """Why the index could not be opened, where it could not."""

    # --- life cycle

    @property
    def mode(self) -> str:
        """`hybrid` with an open index, else `lexical`."""
        return "hybrid" if self._index is not None else "lexical"

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue that is being searched."""
        return self._state.catalogue

    def reload(self, catalogue: Catalogue) -> None:
        """Search another catalogue from now on (after an ingestion)."""
        state = _state(catalogue)
        with self._lock:
            self._state = state
            self._cache.clear()
            self._playable = (float("-inf"), frozenset())

    def warm(self, wait: bool = False) -> None:
        """Open the newest index and load the embedder, in a thread unless `wait`."""
        if wait:
            self._open()
        else:
            threading.Thread(target=self._open, name="bitaca-search-warm", daemon=True).start()

    def _open(self) -> None:
        with self._opening:
            stamp = _stamp(self._paths)
            if self._embedder is None or stamp is None or stamp == self._index_stamp:
                return
            try:
                info = read_info(self._paths)
                if info is None:
                    return
                if info.embedder != self._embedder.name:
                    self.problem = f"the index was built with {info.embedder}, the setting asks for {self._embedder.name}"
                    LOG.warning("search: %s; build it again", self.problem)
                    self._index_stamp = stamp
                    return
                index = OpenIndex(self._paths, info)
                self._gather("cinema brasileiro", self._state, index)
            except BitacaError as error:
                self.problem, self._index_stamp = str(error), stamp
                LOG.warning("search stays lexical: %s", error)
                return
            with self._lock:
                self._index, self._index_stamp, self.problem = index, stamp, None
                self._cache.clear()

    def _notice_new_index(self) -> None:
        now = self._clock()
        if now - self._checked_s < INDEX_CHECK_S:
            return
        self._checked_s = now
        if (
            self._embedder is not None
            and _stamp(self._paths) != self._index_stamp
            and not self._opening.locked()
        ):
            self.warm()

    def playable_titles(self) -> frozenset[str]:
        """Return the titles of which something can be watched now (a series with one ready episode counts)."""
        now = self._clock()
        stamp, titles = self._playable
        if now - stamp >= 1.0:
            ready = self._ask_playable()
            catalogue = self._state.catalogue
            titles = frozenset(
                title.title_id
                for title in catalogue.titles
                if any(key in ready for key in catalogue.playable_ids(title))
            )
            self._playable = (now, titles)
        return titles

    # --- asking

    def ask(self, text: str, language: str = "pt", limit: int = 10) -> list[Hit]:
        """Answer what somebody typed: a title named by it and its like, otherwise filters and words."""
        if (
            (other := asks_for_like(text))
            and (like := self._state.names.find(other, 1))
            and like[0].score >= STRONG
        ):
            return self.similar(like[0].title_id, limit)
        query = Query.from_text(text, language)
        named = [
            match
            for match in self._state.names.find(text, limit)
            if match.score >= (STRONG if query.text else 99.9)
        ]
        if not named:
            return self.search(query, limit)
        ready = self.playable_titles()
        hits = [
            Hit(match.title_id, match.score / 100, match.title_id in ready, ("title",))
            for match in named[:limit]
        ]
        room = limit - len(hits)
        if room > 0:
            seen = frozenset(hit.title_id for hit in hits)
            hits += self.similar(hits[0].title_id, room, exclude=seen)
        return hits

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """Return at most `limit` titles that pass every filter, best first."""
        self._notice_new_index()
        ready = self.playable_titles()
        allowed = {
            title.title_id: title
            for title in self._state.catalogue.titles
            if passes(title, query, title.title_id in ready)
        }
        reasons = [f"genre:{slug}" for slug in query.genres] + [f"theme:{theme}" for theme in query.themes]
        if not query.text.strip():
            return self._filtered(query, allowed, ready, reasons)[:limit]
        evidence = self._evidence(query.text)
        fused = _fuse(evidence, allowed)
        hits = []
        for title_id, score in fused.items():
            why = (*evidence.why.get(title_id, ()), *reasons)
            bonus = PLAYABLE_BONUS if title_id in ready else 1.0
            strong = evidence.strong.get(title_id)
            hits.append(
                Hit(
                    title_id,
                    strong if strong else min(0.85, score * bonus),
                    title_id in ready,
                    tuple(dict.fromkeys(why)),
                )
            )
        hits.sort(key=lambda hit: (-hit.score, not hit.playable, self._state.order[hit.title_id]))
        if len(hits) < limit and _narrows(query):
            found = {hit.title_id for hit in hits}
            rest = (
                hit for hit in self._filtered(query, allowed, ready, reasons) if hit.title_id not in found
            )
            hits += [
                Hit(hit.title_id, round(FILL_SCORE * hit.score, 4), hit.playable, hit.why) for hit in rest
            ]
        return hits[:limit]

    def _filtered(
        self, query: Query, allowed: dict[str, Title], ready: frozenset[str], reasons: list[str]
    ) -> list[Hit]:
        def place(title: Title) -> float:
            positions = [title.genres.index(genre) for genre in query.genres if genre in title.genres]
            return sum(positions) / len(positions) if positions else 0.0

        ranked = sorted(
            allowed.values(),
            key=lambda title: (
                title.title_id not in ready,
                _SOURCE_ORDER.get(title.source, 2),
                place(title),
                self._state.order[title.title_id],
            ),
        )
        why = tuple(reasons) or ("filter",)
        return [
            Hit(
                title.title_id, round(1.0 - 0.5 * rank / max(1, len(ranked)), 4), title.title_id in ready, why
            )
            for rank, title in enumerate(ranked)
        ]

    def suggest(self, text: str, limit: int = 8) -> list[Hit]:
        """Return titles while somebody types: names that begin so, then near misses. Names only."""
        state = self._state
        ready = self.playable_titles()
        found = state.names.starting(text, limit)
        if len(found) < limit:
            near = [match.title_id for match in state.names.find(text, limit) if match.title_id not in found]
            found = (found + near)[:limit]
        found.sort(key=lambda title_id: title_id not in ready)
        return [
            Hit(key, 1.0 - rank / (limit + 1), key in ready, ("title",)) for rank, key in enumerate(found)
        ]

    def similar(self, title_id: str, limit: int = 10, exclude: frozenset[str] = frozenset()) -> list[Hit]:
        """Return titles like this one (or like an episode's series), by meaning, genres and themes."""
        self._notice_new_index()
        state = self._state
        source = state.catalogue.resolve(title_id)
        if source is None:
            return []
        ready = self.playable_titles()
        cosines = self._cosines(source.title_id)
        hits = []
        for title in state.catalogue.titles:
            if title.title_id == source.title_id or title.title_id in exclude:
                continue
            genres, themes = (
                _jaccard(genres_of(source), genres_of(title)),
                _jaccard(source.themes, title.themes),
            )
            shared = 0.5 * genres + 0.5 * themes
            score = (
                shared if cosines is None else 0.6 * max(0.0, cosines.get(title.title_id, 0.0)) + 0.4 * shared
            )
            if score < SIMILAR_MIN:
                continue
            playable = title.title_id in ready
            why = [f"similar:{source.title_id}"]
            why += [f"genre:{slug}" for slug in title.genres if slug in source.genres][:2]
            why += [f"theme:{theme}" for theme in title.themes if theme in source.themes][:2]
            hits.append(
                Hit(title.title_id, round(score * (1.15 if playable else 1.0), 4), playable, tuple(why))
            )
        hits.sort(key=lambda hit: (-hit.score, state.order[hit.title_id]))
        return hits[:limit]

    def _cosines(self, title_id: str) -> dict[str, float] | None:
        index = self._index
        row = index.row_of.get(title_id) if index else None
        if index is None or row is None:
            return None
        return dict(zip(index.ids, (index.vectors @ index.vectors[row]).tolist(), strict=True))

    # --- evidence

    def _evidence(self, text: str) -> _Evidence:
        key = fold(text)
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
            state, index = self._state, self._index
        if index is not None and not (self._within_allowance() and self._slots.acquire(timeout=BUSY_WAIT_S)):
            return self._gather(key, state, None)  # busy: words only, and not kept
        try:
            evidence = self._gather(key, state, index)
        finally:
            if index is not None:
                self._slots.release()
        with self._lock:
            if state is self._state and index is self._index:
                self._cache[key] = evidence
                while len(self._cache) > CACHE_SIZE:
                    self._cache.popitem(last=False)
        return evidence

    def _within_allowance(self) -> bool:
        """Take one question by meaning from the allowance; False when the crowd has used it up."""
        with self._lock:
            now = self._clock()
            free = max(self._meaning_free_s, now)
            if free - now > (MEANING_BURST - 1) / MEANING_PER_S:
                return False
            self._meaning_free_s = free + 1 / MEANING_PER_S
            return True

    def _gather(self, text: str, state: _State, index: OpenIndex | None) -> _Evidence:
        evidence = _Evidence()
        named = state.names.find(text)
        evidence.strong.update(
            (match.title_id, match.score / 100) for match in named if match.score >= STRONG
        )
        _add(evidence, "names", [match.title_id for match in named], "title")
        if person := state.names.person(text):
            _add(evidence, "person", person[1], f"person:{person[0]}")
        self._add_hints(evidence, text, state)
        if index is None:
            _add(evidence, "words", [key for key, _ in state.words.match(text, LEG_DEPTH)], "words")
            return evidence
        _add(evidence, "words", [key for key, _ in index.match("words", text, LEG_DEPTH)], "words")
        if any(len(word) >= 4 and word not in state.known and not is_filler(word) for word in text.split()):
            near = [
                key for key, _ in index.match("names", text, LEG_DEPTH) if _has_near_word(text, state, key)
            ]
            _add(evidence, "ngrams", near, "words")
        if self._embedder is not None:
            found = index.nearest(self._embedder.encode([gloss(text)])[0], LEG_DEPTH)
            floor = MEANING_MIN_COSINE_LONG if len(text.split()) >= 4 else MEANING_MIN_COSINE
            least = max(floor, MEANING_MIN_SHARE * found[0][1]) if found else 0.0
            _add(evidence, "meaning", [key for key, cosine in found if cosine >= least], "meaning")
        return evidence

    def _add_hints(self, evidence: _Evidence, text: str, state: _State) -> None:
        phrases = _longest_known(text.split())
        genres = {GENRE_WORDS[phrase] for phrase in phrases if phrase in GENRE_WORDS}
        themes = {THEME_WORDS[phrase] for phrase in phrases if phrase in THEME_WORDS}
        if not genres and not themes:
            return
        counts = {
            title.title_id: len(genres & genres_of(title)) + 1.5 * len(themes.intersection(title.themes))
            for title in state.catalogue.titles
        }
        ranked = sorted(
            (key for key, count in counts.items() if count), key=lambda key: (-counts[key], state.order[key])
        )
        levels = sorted({counts[key] for key in ranked}, reverse=True)
        evidence.legs["hints"] = [(key, 1 + 5 * levels.index(counts[key])) for key in ranked]
        for title_id in ranked:
            title = state.catalogue.get(title_id)
            if title is not None:
                why = [f"theme:{theme}" for theme in title.themes if theme in themes]
                why += [f"genre:{genre}" for genre in title.genres if genre in genres]
                evidence.why.setdefault(title_id, []).extend(why)


def _state(catalogue: Catalogue) -> _State:
    documents = {title.title_id: document(title) for title in catalogue.titles}
    return _State(
        catalogue=catalogue,
        order={title.title_id: place for place, title in enumerate(catalogue.titles)},
        documents=documents,
        names=NameIndex(catalogue.titles),
        words=WordIndex(documents.values()),
        known=frozenset(word for doc in documents.values() for word in doc.words.split()),
    )


def _narrows(query: Query) -> bool:
    """Return whether the question names more than words: then what meets it is an answer by itself."""
    years = (query.year_min, query.year_max, query.duration_min_s, query.duration_max_s)
    return bool(
        query.genres
        or query.themes
        or query.countries
        or query.kinds
        or any(value is not None for value in years)
    )


def _stamp(paths: DataPaths) -> int | None:
    path = index_file(paths)
    return path.stat().st_mtime_ns if path.is_file() else None


def _add(evidence: _Evidence, leg: str, ids: list[str], why: str | None) -> None:
    evidence.legs[leg] = [(title_id, rank) for rank, title_id in enumerate(ids, start=1)]
    if why is not None:
        for title_id in ids:
            evidence.why.setdefault(title_id, []).append(why)


def _fuse(evidence: _Evidence, allowed: dict[str, Title]) -> dict[str, float]:
    """Return reciprocal-rank scores in 0..1 of the allowed titles; 1 is first in every leg."""
    scores: dict[str, float] = {}
    best = sum(LEG_WEIGHTS.values()) / (RRF_K + 1)
    for leg, ids in evidence.legs.items():
        for title_id, rank in ids:
            if title_id not in allowed:
                continue
            scores[title_id] = scores.get(title_id, 0.0) + LEG_WEIGHTS[leg] / (RRF_K + rank) / best
    return scores


def _longest_known(words: list[str]) -> set[str]:
    """Return the genre and theme phrases of a text, the longest first, each word used once."""
    found: set[str] = set()
    position = 0
    while position < len(words):
        for length in (3, 2, 1):
            phrase = " ".join(words[position : position + length])
            if phrase in GENRE_WORDS or phrase in THEME_WORDS:
                found.add(phrase)
                position += length
                break
        else:
            position += 1
    return found


def _has_near_word(text: str, state: _State, title_id: str) -> bool:
    from rapidfuzz import fuzz, process

    doc = state.documents.get(title_id)
    if doc is None:
        return False
    names = doc.names.split()
    asked = [word for word in text.split() if len(word) >= 4]
    return any(process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=NEAR_WORD) for word in asked)


def _jaccard(left: Iterable[str], right: Iterable[str]) -> float:
    one, other = set(left), set(right)
    return len(one & other) / len(one | other) if one or other else 0.0


__all__ = ["LocalSearch", "NameMatch", "open_search"]
