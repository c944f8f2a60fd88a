"""Search over one catalogue: names first, then words, covered words, n-grams and meaning as a weighted sum.

Everything that filters or compares names is in memory; LanceDB and the embedder are opened in the background,
and until they are there (or while no index is built) the words are searched in memory: `mode` says which.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import GENRE_WORDS, MOOD_WORDS
from bitaca_core.errors import BitacaError
from bitaca_core.search.adjusting import adjusted
from bitaca_core.search.answered import Answered
from bitaca_core.search.centring import Centred, question_mean
from bitaca_core.search.coverage import Coverage, title_words
from bitaca_core.search.documents import names_of
from bitaca_core.search.embed import Embedder, open_embedder
from bitaca_core.search.evidence import Evidence, Legs, Shelf, covered, fuse, gather, hints, meaning
from bitaca_core.search.filters import duration_of
from bitaca_core.search.index import OpenIndex, index_file, read_info
from bitaca_core.search.leaning import Lean
from bitaca_core.search.leftout import LeftOut, names_left_out, without_names
from bitaca_core.search.makers import maker_asked, makers
from bitaca_core.search.names import STRONG, NameMatch
from bitaca_core.search.query import Hit, Query
from bitaca_core.search.telling import tells
from bitaca_core.search.words import read_query, split_like
from bitaca_core.settings import DataPaths

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOG = logging.getLogger("bitaca.search")
FILL_SCORE = 0.05
"""Titles that meet the filters and nothing else of the question come last, not never."""
PLAYABLE_BONUS = 0.5
"""Added to a sum that separates neighbours by about as much: what plays goes first among equals."""
UNNAMED_MAX, HALF_SCORE = 0.85, 8.0
"""A title that is not named scores below this; a sum of `HALF_SCORE` gives half of it."""
CACHE_SIZE = 2048
BY_WORDS_SIZE = 1024
"""Texts of which what words alone tell is kept, 26 KB each: a crowd asks for the same story under many conditions."""
ANSWERED_SIZE = 4096
"""Answers kept, 8 KB each; a turn of Derona asks for forty titles or for a hundred and twenty."""
CONCURRENT = max(1, (os.cpu_count() or 2) // 2)
"""Questions by meaning at one time: half of the cores stay free for whoever serves the answers."""
MEANING_PER_S = 40.0
MEANING_BURST = 60
"""New questions by meaning (8 ms of CPU each) past this rate are answered by words alone, so that a crowd
slows nobody down; what was asked before comes from the cache and is not counted."""
BUSY_WAIT_S = 0.04
"""A question that finds both slots taken for so long is answered by words alone."""
INDEX_CHECK_S = 2.0
SIMILAR_MIN = 0.15
SIMILAR_POOL = 400
"""In a large catalogue, likeness by genres and themes is asked only of so many titles near in meaning."""
COMPANY_GAIN = 3.0
ALIKE_MEANING, ALIKE_MOODS, ALIKE_HINTS = 0.4, 0.2, 0.5
"""What makes a title like another: the cosine of their texts, and what they share of genres, themes and moods; then
how far it is what the question's other words hint at ("tipo X, com humor")."""
LIKE_SOMEBODY = 6
"""So many of somebody's titles stand for their manner."""
LEFT_OUT_NAME = 92.0
"""From this likeness on a name after "sem ser" is a title's, and a whole question is one (0 to 100)."""
CLIP_S = 180
"""What is shorter answers a question for "comédia" last, unless shorts are asked for."""


def open_search(
    paths: DataPaths,
    catalogue: Catalogue,
    playable: Callable[[], set[str]],
    embedder: Embedder | str | None = None,
    *,
    background: bool = True,
    clock: Callable[[], float] = time.monotonic,
    legs: Legs | None = None,
    patience: Callable[[], bool] | None = None,
    meaning_share: float = 1.0,
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
    legs : Legs or None
        What is used of a question, for ablations; None is everything.
    meaning_share : float
        Part of the allowance of questions by meaning, where several processes share the machine.
    patience : callable or None
        Returns when the thread may begin, or False where it never may; the first question begins before that.
    """
    if isinstance(embedder, str):
        embedder = open_embedder(embedder)
    search = LocalSearch(paths, catalogue, playable, embedder, clock, legs, meaning_share)
    search.warm(wait=not background, patience=patience)
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
        legs: Legs | None = None,
        meaning_share: float = 1.0,
    ) -> None:
        self._legs = legs or Legs()
        self._meaning_per_s = MEANING_PER_S * meaning_share
        self._meaning_burst = max(1.0, MEANING_BURST * meaning_share)
        self._paths = paths
        self._ask_playable = playable
        self._embedder = embedder
        self._clock = clock
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._slots = threading.BoundedSemaphore(CONCURRENT)
        self._cache: OrderedDict[str, Evidence] = OrderedDict()
        self._by_words: OrderedDict[str, Evidence] = OrderedDict()  # while an index is open
        self._answered = Answered(ANSWERED_SIZE)
        self._index: OpenIndex | None = None
        self._centred: Centred | None = None
        self._coverage: Coverage | None = None
        self._index_stamp: int | None = None
        self._checked_s = float("-inf")
        self._meaning_free_s = float("-inf")  # when the allowance would be full again (GCRA)
        self._playable: tuple[float, frozenset[str]] = (float("-inf"), frozenset())
        self._state = Shelf(catalogue)
        self.hurried = False
        """Whether others wait for this process: then a new question is answered by words alone."""
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

    def title_vectors(self) -> tuple[list[str], NDArray[np.float32]] | None:
        """Return `(title ids, unit vectors of shape (ids, dimension))` of the open index; None without one."""
        index = self._index
        return None if index is None else (index.ids, index.vectors)

    def reload(self, catalogue: Catalogue) -> None:
        """Search another catalogue from now on (after an ingestion)."""
        state = Shelf(catalogue)
        with self._lock:
            self._state = state
            self._cache.clear()
            self._by_words.clear()
            self._playable = (float("-inf"), frozenset())

    def warm(self, wait: bool = False, patience: Callable[[], bool] | None = None) -> None:
        """Open the newest index and load the embedder, in a thread unless `wait`; when `patience` returns."""
        if wait:
            self._open()
        else:
            threading.Thread(
                target=self._open, args=(patience,), name="bitaca-search-warm", daemon=True
            ).start()

    def _open(self, patience: Callable[[], bool] | None = None) -> None:
        if patience is not None and not patience():
            return
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
                if info.dimension != self._embedder.dimension:
                    self.problem = (
                        f"the index has vectors of dimension {info.dimension}, {info.embedder} makes "
                        f"{self._embedder.dimension}"
                    )
                    LOG.warning("search: %s; build it again by force", self.problem)
                    self._index_stamp = stamp
                    return
                index = OpenIndex(self._paths, info)
                centred = Centred(
                    index.ids, index.vectors, question_mean(self._embedder), self._legs.centring
                )
                coverage = title_words(self._state.catalogue, self._paths, self._embedder)
                self._gather("cinema brasileiro", self._state, index)
            except BitacaError as error:
                self.problem, self._index_stamp = str(error), stamp
                LOG.warning("search stays lexical: %s", error)
                return
            with self._lock:
                self._index, self._centred, self._coverage = index, centred, coverage
                self._index_stamp, self.problem = stamp, None
                self._cache.clear()
                self._by_words.clear()

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
        if now - self._playable[0] >= 1.0:
            catalogue = self._state.catalogue
            found = ((unit, catalogue.resolve(unit)) for unit in self._ask_playable())
            titles = frozenset(
                title.title_id
                for unit, title in found
                if title is not None and unit in catalogue.playable_ids(title)
            )
            self._playable = (now, titles if titles != self._playable[1] else self._playable[1])
        return self._playable[1]

    # --- asking

    def named(self, name: str) -> Title | None:
        """Return the title that a name means, as in "algo tipo NAME"; None when it means none."""
        found = self._state.names.find(name, 1)
        return self._state.catalogue.get(found[0].title_id) if found and found[0].score >= STRONG else None

    def left_out(self, text: str) -> tuple[LeftOut, ...]:
        """Return the titles and people that a question leaves out by name; a title's own name leaves nothing out."""
        whole = self._state.names.find(text, 1)
        if whole and whole[0].score >= LEFT_OUT_NAME:
            return ()
        return names_left_out(text, self._meant)

    def _meant(self, name: str) -> tuple[frozenset[str], str] | None:
        """Return the titles that a name stands for when it is left out, and what to call it: somebody's, or a franchise."""
        names, catalogue = self._state.names, self._state.catalogue
        found = names.find(name, 1)
        if found and found[0].score >= LEFT_OUT_NAME and (title := catalogue.get(found[0].title_id)):
            saga = title.franchise.name if title.franchise else None
            same = {
                one.title_id
                for one in catalogue.titles
                if saga and one.franchise and one.franchise.name == saga
            }
            return frozenset(same | {title.title_id}), title.name()
        person = names.person(name) or names.near_surname(name)
        return (frozenset(person[1]), person[0]) if person else None

    def _likes(self, name: str) -> list[Title]:
        """Return the titles that "tipo NAME" names: one, or several with "e" between them."""
        several = [title for part in _joined(name) if (title := self.named(part)) is not None]
        whole = self.named(name)
        if whole is not None and (len(several) < 2 or fold(name) in {fold(one) for one in names_of(whole)}):
            return [whole]
        if several or (person := self._state.names.person(name)) is None:
            return several
        made = (self._state.catalogue.get(title_id) for title_id in person[1][:LIKE_SOMEBODY])
        return [title for title in made if title is not None]

    def _made_by_same(self, text: str, gone: frozenset[str], limit: int) -> list[Hit]:
        """Answer "o diretor de Bacurau" with that director's titles; nothing for any other question."""
        asked = maker_asked(text)
        if asked is None or (source := self.named(asked[1])) is None:
            return []
        ready, people = self.playable_titles(), self._state.names.people
        hits: dict[str, Hit] = {}
        for name in makers(source, asked[0]):
            for title_id in people.get(fold(name), ("", []))[1]:
                if title_id not in gone:
                    hits.setdefault(
                        title_id, Hit(title_id, UNNAMED_MAX, title_id in ready, (f"person:{name}",))
                    )
        return list(hits.values())[:limit]

    def ask(self, text: str, language: str = "pt", limit: int = 10) -> list[Hit]:
        """Answer what somebody typed: a title named by it and its like, otherwise filters and words."""
        left_out = self.left_out(text)
        text = without_names(text, left_out)
        gone = frozenset(title_id for one in left_out for title_id in one.ids)
        if made := self._made_by_same(text, gone, limit):
            return made
        if (parts := split_like(text)) and (likes := self._likes(parts[1])):
            kinds = " ".join(part for part in _joined(parts[1]) if part in GENRE_WORDS or part in MOOD_WORDS)
            query = read_query(f"{parts[0]} {parts[2]} {kinds}".strip(), language)
            query = adjusted(query, parts[2], likes[0])
            no_person = self._state.names.person(parts[1]) is None  # "no estilo do Tim Burton" may be his own
            exclude = query.exclude_ids | gone | {like.title_id for like in likes if no_person}
            return self.alike(likes[0].title_id, replace(query, exclude_ids=exclude), limit, likes[1:])
        query = read_query(text, language)
        if gone:
            return self.search(replace(query, exclude_ids=query.exclude_ids | gone), limit)
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
        state = self._state
        world, asked = (state, self._index, ready), (query, limit)
        if (known := self._answered.find(world, asked, self.hurried)) is not None:
            return known
        allowed = state.facets.passing(query, ready)
        reasons = [f"genre:{slug}" for slug in query.genres] + [f"theme:{theme}" for theme in query.themes]
        if query.text.strip():
            hits, whole = self._told(query, allowed, ready, reasons, limit)
        else:
            hits, whole = self._filtered(query, allowed, ready, reasons, limit), True
        self._answered.keep(world, asked, hits, whole)
        return hits

    def _told(
        self,
        query: Query,
        allowed: Collection[str] | None,
        ready: frozenset[str],
        reasons: list[str],
        limit: int,
    ) -> tuple[list[Hit], bool]:
        """Return what a question's words find among the titles that it allows, and whether meaning was asked where it can be."""
        state = self._state
        evidence, legs, why_meaning = self.spoken(query.text, allowed)
        lean, traits = Lean(query), state.facets.traits
        liked = state.facets.liking(query.company) if query.company is not None else None
        found: list[tuple[float, bool, int, str]] = []
        for title_id, score in fuse(legs, allowed).items():
            place = state.order.get(title_id)
            if place is None:
                continue  # the index is older than the catalogue
            away = title_id not in ready
            if not away:
                score += PLAYABLE_BONUS
            if lean:
                score += lean.bonus(traits[title_id][2])
            if liked is not None:
                score += COMPANY_GAIN * liked[title_id]
            strong = evidence.strong.get(title_id)
            share = strong if strong else UNNAMED_MAX * max(0.0, score) / (max(0.0, score) + HALF_SCORE)
            found.append((-share, away, place, title_id))
        found.sort()
        hits = []
        for share, away, _, title_id in self._silent_about(found, query, limit):
            why = (*evidence.why.get(title_id, ()), *(("meaning",) if title_id in why_meaning else ()))
            hits.append(Hit(title_id, -share, not away, tuple(dict.fromkeys((*why, *reasons)))))
        if len(hits) < limit and _narrows(query):
            seen = {hit.title_id for hit in hits}
            hits += [
                Hit(hit.title_id, round(FILL_SCORE * hit.score, 4), hit.playable, hit.why)
                for hit in self._filtered(query, allowed, ready, reasons, limit + len(seen))
                if hit.title_id not in seen
            ]
        whole = self._index is None or "meaning" in legs or "meaning" in self._legs.silent
        return hits[:limit], whole

    def spoken(
        self, text: str, allowed: Container[str] | None
    ) -> tuple[Evidence, dict[str, dict[str, float]], frozenset[str]]:
        """Return the evidence for a text, each leg's strengths of allowed titles, and who speaks by meaning alone."""
        evidence, centred = self._evidence(text)
        legs = {leg: found for leg, found in evidence.legs.items() if leg not in self._legs.silent}
        if centred is None:
            return evidence, legs, frozenset()
        near, cosines = meaning(text, evidence, centred, allowed)
        if "meaning" not in self._legs.silent:
            legs["meaning"] = cosines({*near, *(key for found in legs.values() for key in found)})
        if self._coverage is not None and "coverage" not in self._legs.silent:
            legs["coverage"] = covered(evidence, legs, self._coverage, allowed)
        return evidence, legs, frozenset(near)

    def _silent_about(
        self, found: list[tuple[float, bool, int, str]], query: Query, limit: int
    ) -> list[tuple[float, bool, int, str]]:
        """Return the first whose texts do not tell of what is to be left out; looked at one by one, in their order."""
        if not query.exclude_words:
            return found[:limit]
        titles = self._state.facets.titles
        kept = (one for one in found if not tells(titles[one[-1]], query.exclude_words))
        return list(itertools.islice(kept, limit))

    def _filtered(
        self,
        query: Query,
        allowed: Collection[str] | None,
        ready: frozenset[str],
        reasons: list[str],
        limit: int,
    ) -> list[Hit]:
        """Return what meets the filters, nothing else being asked: moods, what plays, what is far from what is left out, its order."""
        state = self._state

        titles, moods = state.facets.titles, state.facets.moods
        felt = frozenset[str]().union(*(moods.get(mood, ()) for mood in query.moods))
        liked = state.facets.liking(query.company) if query.company is not None else None
        lean, clips = Lean(query), "short" in query.kinds

        def place(title_id: str) -> tuple[bool, bool, float, int, bool, bool, float, int]:
            title = titles[title_id]
            positions = [title.genres.index(genre) for genre in query.genres if genre in title.genres]
            return (
                title_id not in ready,
                title_id not in felt,
                -liked[title_id] if liked is not None else 0.0,
                lean.unwanted(title.moods),
                query.duration_max_s is not None and duration_of(title) is None,
                not clips and (title.duration_s or CLIP_S) < CLIP_S,
                sum(positions) / len(positions) if positions else 0.0,
                state.order[title_id],
            )

        pool: Collection[str] = state.order if allowed is None else allowed
        if query.exclude_words:
            pool = [key for key in pool if not tells(state.facets.titles[key], query.exclude_words)]
        why = tuple(reasons) or ("filter",)
        return [
            Hit(title_id, round(1.0 - 0.5 * rank / max(1, len(pool)), 4), title_id in ready, why)
            for rank, title_id in enumerate(heapq.nsmallest(limit, pool, key=place))
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
        return self.alike(title_id, Query(exclude_ids=exclude), limit)

    def alike(self, title_id: str, query: Query, limit: int = 10, others: Sequence[Title] = ()) -> list[Hit]:
        """Return titles like one (or like several) that meet the filters of `query`; its moods lift, its words are not read."""
        self._notice_new_index()
        source, ready = self._state.catalogue.resolve(title_id), self.playable_titles()
        if source is None:
            return []
        world = (self._state, self._index, ready)
        asked = (source.title_id, query, limit, tuple(one.title_id for one in others))
        if (known := self._answered.find(world, asked, hurried=False)) is None:
            known = self._alike(source, query, limit, others, ready)
            self._answered.keep(world, asked, known, whole=True)
        return known

    def _alike(
        self, source: Title, query: Query, limit: int, others: Sequence[Title], ready: frozenset[str]
    ) -> list[Hit]:
        state = self._state
        allowed = state.facets.passing(query, ready)
        cosines = self._cosines(source.title_id)
        for one in others:
            more = self._cosines(one.title_id)
            if cosines is not None and more is not None:
                cosines = {key: (value + more.get(key, 0.0)) / 2 for key, value in cosines.items()}
        hinted = hints(fold(query.text), state)
        own_genres, own_themes, own_moods = state.facets.traits[source.title_id]
        lean = Lean(query)
        found: list[tuple[float, int, str]] = []
        for other in self._pool(cosines, allowed):
            if other == source.title_id:
                continue
            genres, themes, moods = state.facets.traits[other]
            shared = 0.5 * _jaccard(own_genres, genres) + 0.5 * _jaccard(own_themes, themes)
            if own_moods and moods:  # few sources tell them
                shared = (1.0 - ALIKE_MOODS) * shared + ALIKE_MOODS * _jaccard(own_moods, moods)
            score = (
                shared
                if cosines is None
                else ALIKE_MEANING * max(0.0, cosines.get(other, 0.0)) + (1.0 - ALIKE_MEANING) * shared
            )
            if score < SIMILAR_MIN:
                continue
            score *= lean.factor(moods)
            score *= 1.0 + ALIKE_HINTS * hinted.get(other, 0.0)
            if query.company is not None:
                score *= 1.0 + 0.5 * state.facets.liking(query.company)[other]
            found.append((-round(score * (1.15 if other in ready else 1.0), 4), state.order[other], other))
        found.sort()
        told = (
            (other, -score)
            for score, _, other in found
            if not tells(state.facets.titles[other], query.exclude_words)
        )
        return [
            Hit(other, score, other in ready, self._alike_why(source, state.facets.titles[other], query))
            for other, score in itertools.islice(told, limit)
        ]

    @staticmethod
    def _alike_why(source: Title, title: Title, query: Query) -> tuple[str, ...]:
        why = [f"similar:{source.title_id}"]
        why += [f"mood:{mood}" for mood in title.moods if mood in query.moods]
        why += [f"genre:{slug}" for slug in title.genres if slug in source.genres][:2]
        why += [f"theme:{theme}" for theme in title.themes if theme in source.themes][:2]
        return tuple(why)

    def _pool(self, cosines: dict[str, float] | None, allowed: Collection[str] | None) -> Iterable[str]:
        titles = self._state.facets.titles
        pool: Collection[str] = titles if allowed is None else allowed
        if cosines is None or len(pool) <= SIMILAR_POOL:
            return [title_id for title_id in titles if title_id in pool] if pool is not titles else titles
        known = (title_id for title_id in cosines if title_id in pool and title_id in titles)
        return heapq.nlargest(SIMILAR_POOL, known, key=lambda title_id: cosines[title_id])

    def _cosines(self, title_id: str) -> dict[str, float] | None:
        index = self._index
        row = index.row_of.get(title_id) if index else None
        if index is None or row is None:
            return None
        return dict(zip(index.ids, (index.vectors @ index.vectors[row]).tolist(), strict=True))

    # --- evidence

    def _evidence(self, text: str) -> tuple[Evidence, Centred | None]:
        """Return the evidence for a text, and the vectors that it is to be compared with (None: words only)."""
        key = fold(text)
        with self._lock:
            state, index, centred = self._state, self._index, self._centred
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key], centred
        if index is not None and not (
            not self.hurried and self._within_allowance() and self._slots.acquire(timeout=BUSY_WAIT_S)
        ):
            return self._told_by_words(key, state, index), None  # busy
        try:
            evidence = self._gather(key, state, index)
        finally:
            if index is not None:
                self._slots.release()
        with self._lock:
            if state is self._state and index is self._index:
                _remember(self._cache, key, evidence, CACHE_SIZE)
        return evidence, centred

    def _told_by_words(self, key: str, state: Shelf, index: OpenIndex) -> Evidence:
        """Return the evidence of a folded text by its words alone; kept apart, since it is the poorer one.

        The index's full text where it costs no trip to LanceDB, as far as the index knows the catalogue; else the
        catalogue's own words.
        """
        with self._lock:
            known = self._by_words.get(key) if state is self._state else None
            if known is not None:
                self._by_words.move_to_end(key)
                return known
        evidence = gather(key, state, index if index.texts_in_memory else None, None, self._legs)
        with self._lock:
            if state is self._state and index is self._index:
                _remember(self._by_words, key, evidence, BY_WORDS_SIZE)
        return evidence

    def _within_allowance(self) -> bool:
        """Take one question by meaning from the allowance; False when the crowd has used it up."""
        with self._lock:
            now = self._clock()
            free = max(self._meaning_free_s, now)
            if free - now > (self._meaning_burst - 1) / self._meaning_per_s:
                return False
            self._meaning_free_s = free + 1 / self._meaning_per_s
            return True

    def _gather(self, text: str, state: Shelf, index: OpenIndex | None) -> Evidence:
        if index is None or self._embedder is None:
            return gather(text, state, index, None, self._legs)
        english, coverage = self._legs.english(text), self._coverage
        if coverage is None or "coverage" in self._legs.silent:
            vector = self._embedder.ask([english])[0]
        else:
            vector = coverage.vector(english)
        return gather(text, state, index, vector, self._legs)


def _remember(kept: OrderedDict[str, Evidence], key: str, evidence: Evidence, size: int) -> None:
    kept[key] = evidence
    kept.move_to_end(key)
    if len(kept) > size:
        kept.popitem(last=False)


def _joined(name: str) -> list[str]:
    return re.split(r" (?:e|com|and|with|ou) ", name)


def _narrows(query: Query) -> bool:
    """Return whether the question names more than words: then what meets it is an answer by itself."""
    years = (query.year_min, query.year_max, query.duration_min_s, query.duration_max_s)
    return bool(
        query.genres
        or query.themes
        or query.countries
        or query.kinds
        or query.company is not None
        or query.exclude_genres
        or query.exclude_moods
        or query.exclude_countries
        or query.exclude_years
        or any(value is not None for value in years)
    )


def _stamp(paths: DataPaths) -> int | None:
    path = index_file(paths)
    return path.stat().st_mtime_ns if path.is_file() else None


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


__all__ = ["LocalSearch", "NameMatch", "open_search"]
