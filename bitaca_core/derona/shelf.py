"""The shelf: the catalogue seen through search, with the conditions checked again before anything is shown.

Search ranks; this decides. Whatever a search service answers, a title outside the viewer's conditions (age
above all) never leaves here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Protocol

from bitaca_core.catalogue.normalize import words
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import vocabulary
from bitaca_core.derona.names import Names
from bitaca_core.derona.packages import NoPackages, Packages
from bitaca_core.derona.state import Wish
from bitaca_core.search.company import suits
from bitaca_core.search.query import Hit, Query, SearchService

CARDS_MAX = 6
FEW = 4
"""Where fewer titles meet a wish, those that miss one condition are shown after them, and marked."""
CLEARLY, ELSEWHERE_MAX = 1.25, 2
"""How much better a story must fit than what meets the conditions to be shown beside it, and how many are."""
STRONG = 0.5
"""A title answers a story that scores at least this share of the best one's score."""
POOL = 40
"""Titles asked of search before the conditions and what was shown are taken away."""
WIDE = 120
"""Titles asked of search for a story, before the conditions take most of them away."""
_TEXT_REASONS = frozenset(("title", "words", "genre", "theme", "person", "meaning"))
"""Reasons of a hit that answer free words; mere popularity or a passed filter does not."""


Asked = dict[Query, list[Hit]]
"""What search answered in this turn."""


class Popularity(Protocol):
    """What Derona needs of recommendation."""

    def popular(self) -> list[Hit]:
        """Return what viewers watch, most first."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """Titles for a wish. `dropped` names what was given up to find any (empty: nothing was).

    `near` are what can be watched in place of titles that cannot be, or what is left where `dropped` was given up;
    `beside` are titles that miss one condition, where few meet all.
    """

    titles: tuple[Title, ...] = ()
    near: tuple[Title, ...] = ()
    beside: tuple[Title, ...] = ()
    dropped: tuple[str, ...] = ()
    vague: bool = False


class Shelf:
    """Catalogue, search and what can be watched, for one turn or many. Holds no viewer's data."""

    def __init__(
        self,
        catalogue: Catalogue,
        search: SearchService,
        names: Names,
        playable: Callable[[], Collection[str]] | None = None,
        popularity: Popularity | None = None,
        arriving: Callable[[], Collection[str]] | None = None,
        packages: Packages | None = None,
    ) -> None:
        self.packages: Packages = packages if packages is not None else NoPackages()
        self.catalogue = catalogue
        self.search = search
        self.names = names
        self._playable = playable
        self._popularity = popularity
        self._arriving = arriving
        self._stems: dict[str, frozenset[str]] = {}

    def arriving_ids(self) -> frozenset[str]:
        """Return the ids (titles, episodes) that are being made, or wait for their turn."""
        return frozenset(self._arriving()) if self._arriving is not None else frozenset()

    def arrives(self, title: Title, ready: Collection[str], coming: Collection[str]) -> bool:
        """Return whether a title cannot be watched now and will be."""
        return self.unit(title, ready) is None and any(
            unit in coming for unit in self.catalogue.playable_ids(title)
        )

    def playable_ids(self) -> frozenset[str]:
        """Return the ids (titles, episodes) that can be watched now."""
        if self._playable is not None:
            return frozenset(self._playable())
        limit = max(1, len(self.catalogue))
        return frozenset(
            hit.title_id for hit in self.search.search(Query(playable_only=True), limit) if hit.playable
        )

    def unit(self, title: Title, ready: Collection[str]) -> str | None:
        """Return the id to play for a title: its own, or its first episode that is ready."""
        for unit in self.catalogue.playable_ids(title):
            if unit in ready:
                return unit
        return title.title_id if title.title_id in ready else None

    def find(
        self,
        wish: Wish,
        ready: Collection[str],
        seen: Collection[str] = (),
        limit: int = CARDS_MAX,
        keep: str | None = None,
    ) -> Found:
        """Return titles for the wish; when there are none, give conditions up one by one and say which.

        Age and exclusions that the viewer spoke are never given up, nor the condition named `keep`.
        """
        asked: Asked = {}
        exact = self._run(wish, ready, seen, asked)
        if exact:
            plays = [title for title in exact if self.unit(title, ready)]
            near: list[Title] = []
            if not plays:
                near = self._nearby(exact[0], wish, ready, {*seen, *(title.title_id for title in exact)})
            vague = bool(wish.query.text) and not self._spoken(wish, exact[0])
            beside = self._told_elsewhere(wish, exact, seen, asked)
            if len(exact) < FEW:
                beside += self._beside(wish, [*exact, *beside], ready, seen, limit, keep)
            exact = exact[: limit - len(beside)] if len(exact) >= FEW else exact
            return Found(tuple(exact[:limit]), tuple(near[:2]), tuple(beside), (), vague)
        mixed = self._mixed(wish, ready, seen)
        if mixed:
            return Found((), tuple(mixed[:limit]), dropped=("genre",))
        loose = wish
        dropped: tuple[str, ...] = ()
        for name, relaxed in _looser(wish):
            if name == keep:
                continue
            loose, dropped = relaxed(loose), (*dropped, name)
            if says_nothing(loose):
                break
            near = self._run(loose, ready, seen, asked)
            if near:
                return Found((), tuple(near[:limit]), dropped=dropped)
        return Found()

    def _filtered(self, wish: Wish, seen: Collection[str]) -> list[Hit]:
        query = replace(wish.query, exclude_genres=(*wish.query.exclude_genres, *wish.soft_exclude))
        return self.search.search(replace(query, exclude_ids=query.exclude_ids | frozenset(seen)), POOL)

    def _wide(self, wish: Wish, seen: Collection[str], asked: Asked) -> list[Hit]:
        """Return what tells of a wish's story, whatever else was asked for: only what is never given up is asked of search."""
        query = _safe(wish.query)
        query = replace(query, exclude_ids=query.exclude_ids | frozenset(seen))
        if query not in asked:
            asked[query] = [hit for hit in self.search.search(query, WIDE) if hit.why != ("filter",)]
        return asked[query]

    def _told(self, wish: Wish, seen: Collection[str], asked: Asked) -> list[Hit]:
        """Return the titles that meet a wish, those before the others that tell of its story.

        A story is asked of search once, without the conditions: comparing it with the titles is what costs.
        """
        told, resolve = conditions_of(wish), self.catalogue.resolve
        found = []
        for hit in self._wide(wish, seen, asked):
            title = resolve(hit.title_id)
            if title is not None and all(holds(title) for holds in told):
                found.append(hit)
        if _only_text(wish, "kinds"):
            return [hit for hit in found if any(why.split(":")[0] in _TEXT_REASONS for why in hit.why)]
        if len(found) >= CARDS_MAX:
            return found
        ids = {hit.title_id for hit in found}
        rest = self._filtered(replace(wish, query=replace(wish.query, text="")), seen)
        return found + [
            Hit(hit.title_id, 0.0, hit.playable, hit.why) for hit in rest if hit.title_id not in ids
        ]

    def _told_elsewhere(
        self, wish: Wish, exact: list[Title], seen: Collection[str], asked: Asked
    ) -> list[Title]:
        """Return titles whose story fits far better than any that meets the conditions: one may have been misread."""
        query = wish.query
        if not query.text or wish.person or wish.like or wish.order or _safe(query) == query:
            return []
        hits = self._wide(wish, seen, asked)
        inside = {title.title_id for title in exact}
        best = max((hit.score for hit in hits if hit.title_id in inside), default=0.0)
        loose = replace(
            Wish(query=_safe(query)),
            exclude_countries=wish.exclude_countries,
            exclude_kinds=wish.exclude_kinds,
        )
        better = [
            self.catalogue.resolve(hit.title_id)
            for hit in hits
            if hit.title_id not in inside and hit.score >= CLEARLY * best
        ]
        return _those(better, loose)[:ELSEWHERE_MAX]

    def _beside(
        self,
        wish: Wish,
        exact: list[Title],
        ready: Collection[str],
        seen: Collection[str],
        limit: int,
        keep: str | None,
    ) -> list[Title]:
        """Return titles that miss one condition of the wish, to stand after the few that meet all; safety is kept."""
        found: list[Title] = []
        gone = {*seen, *(title.title_id for title in exact)}
        for name, relaxed in _looser(wish):
            loose = relaxed(wish)
            if name in (keep, "like", "mood", "playable") or says_nothing(loose):
                continue
            if name == "genre" and not loose.query.genres:
                continue  # another genre is not near
            near = self._run(loose, ready, gone)[: limit - len(exact) - len(found)]
            found += near
            gone.update(title.title_id for title in near)
            if len(exact) + len(found) >= limit:
                break
        return found

    def _mixed(self, wish: Wish, ready: Collection[str], seen: Collection[str]) -> list[Title]:
        """Return titles of each asked genre in turn, when no title has them all."""
        genres = wish.query.genres
        if len(genres) < 2 or wish.query.text:
            return []
        lists = [
            self._run(replace(wish, query=replace(wish.query, genres=(genre,))), ready, seen)
            for genre in genres[:4]
        ]
        longest = max(map(len, lists))
        return _unique([titles[at] for at in range(longest) for titles in lists if at < len(titles)])

    def like(
        self, title: Title, wish: Wish, ready: Collection[str], seen: Collection[str] = ()
    ) -> list[Title]:
        """Return titles like `title` that also meet the wish's conditions, playable ones first among equals."""
        query = replace(wish.query, text="", exclude_ids=wish.query.exclude_ids | {title.title_id, *seen})
        hits = self.search.alike(title.title_id, query, POOL)
        found = [self.catalogue.resolve(hit.title_id) for hit in hits]
        kept = [item for item in _those(found, wish) if item.title_id != title.title_id]
        return _unique(sorted(kept[: CARDS_MAX * 2], key=lambda item: self.unit(item, ready) is None))

    def plays_like(
        self, title: Title, wish: Wish, ready: Collection[str], seen: Collection[str] = ()
    ) -> list[Title]:
        """Return what can be watched and is like `title`, however much else is more like it."""
        query = replace(wish.query, playable_only=True, exclude_ids=wish.query.exclude_ids | frozenset(seen))
        hits = self.search.alike(title.title_id, query, POOL)
        found = [self.catalogue.resolve(hit.title_id) for hit in hits]
        return _unique([item for item in _those(found, wish) if self.unit(item, ready)])

    def popular(self, wish: Wish) -> list[Title]:
        """Return what viewers watch most that meets the wish's conditions; empty when nobody counts."""
        if self._popularity is None:
            return []
        found = [self.catalogue.resolve(hit.title_id) for hit in self._popularity.popular()]
        return _unique(_those(found, wish))

    def _run(
        self, wish: Wish, ready: Collection[str], seen: Collection[str], asked: Asked | None = None
    ) -> list[Title]:
        asked = {} if asked is None else asked
        scores: dict[str, float] = {}
        if wish.person:
            pool = [self.catalogue.get(title_id) for title_id in self._of(wish)]
        elif wish.like:
            base = self.catalogue.get(wish.like)
            pool = list(self.like(base, wish, ready, seen)) if base else []
        elif wish.popular and self._popularity is not None:
            pool = list(self.popular(wish))
        else:
            hits = self._told(wish, seen, asked) if wish.query.text else self._filtered(wish, seen)
            scores = {hit.title_id: hit.score for hit in hits}
            pool = [self.catalogue.resolve(hit.title_id) for hit in hits]
        left_out = set(wish.soft_exclude)
        kept = [
            title
            for title in _those(pool, wish)
            if title.title_id not in seen
            and left_out.isdisjoint(title.genres)
            and not (wish.query.playable_only and self.unit(title, ready) is None)
        ]
        if wish.order:
            kept = [title for title in kept if _measure(title, wish.order) is not None]
            kept.sort(key=lambda title: _measure(title, wish.order) or 0)
        elif wish.query.text:
            best = max((scores.get(title.title_id, 0.0) for title in kept), default=0.0)
            strong = {title.title_id for title in kept if scores.get(title.title_id, 0.0) >= STRONG * best}
            kept.sort(key=lambda title: (title.title_id not in strong, self.unit(title, ready) is None))
        else:
            kept.sort(key=lambda title: (self.unit(title, ready) is None, _mood_rank(title, wish)))
        return _unique(kept)

    def _of(self, wish: Wish) -> list[str]:
        """Return the ids of the titles of all the people of a wish together, or of any of them."""
        each = [self.names.titles_by(who) for who in (wish.person, *wish.others) if who]
        found = dict.fromkeys(title_id for of_one in each for title_id in of_one)
        return [one for one in found if wish.either or all(one in of_one for of_one in each)]

    def _spoken(self, wish: Wish, title: Title) -> bool:
        """Return whether the wish's own words occur in the title's names, themes or synopses."""
        wanted = [word for word in wish.query.text.split() if len(word) > 2]
        hints = vocabulary().genre_words
        if any(hints.get(word) in title.genres for word in wanted):
            return True
        told = self._stems_of(title)
        return any(_stem(word) in told for word in wanted)

    def _stems_of(self, title: Title) -> frozenset[str]:
        """Return the stems of all that a title tells; made once a title, since each turn asks of dozens."""
        found = self._stems.get(title.title_id)
        if found is None:
            told = (title.name("pt"), title.name("en"), title.original_title, title.synopsis_pt or "", title.synopsis_en or "",
                    *title.themes, *title.directors, *title.cast)  # fmt: skip
            found = self._stems[title.title_id] = frozenset(_stem(word) for word in words(" ".join(told)))
        return found

    def _nearby(self, first: Title, wish: Wish, ready: Collection[str], seen: Collection[str]) -> list[Title]:
        """Return playable titles near a wish whose own answers, `first` before all, cannot be watched here."""
        safe = Query(
            exclude_genres=wish.query.exclude_genres,
            exclude_themes=wish.query.exclude_themes,
            max_age=wish.query.max_age,
        )
        plays = self.plays_like(first, Wish(query=safe), ready, seen)
        plays.sort(key=lambda title: not akin(title, first))
        if plays:
            return plays
        loose = wish
        for _name, relaxed in _looser(wish):
            loose = relaxed(loose)
            if says_nothing(loose):
                break
            found = self._run(replace(loose, query=replace(loose.query, playable_only=True)), ready, seen)
            if found:
                return found
        return []


def _safe(query: Query) -> Query:
    """Return the words of a query with only what is never given up: who watches, and what is left out."""
    return Query(
        text=query.text,
        max_age=query.max_age,
        company=query.company,
        company_age=query.company_age,
        exclude_genres=query.exclude_genres,
        exclude_themes=query.exclude_themes,
        exclude_moods=query.exclude_moods,
        moods=query.moods,
        audio_languages=query.audio_languages,
        subtitle_languages=query.subtitle_languages,
        exclude_ids=query.exclude_ids,
    )


_BROAD = frozenset(("anime", "animacao", "drama"))
"""Genres too wide to make two titles alike."""


def akin(one: Title, other: Title) -> bool:
    """Return whether two titles share a telling genre and a theme, so that likeness may be claimed."""
    return bool(set(one.genres) & set(other.genres) - _BROAD and set(one.themes) & set(other.themes))


def _stem(word: str) -> str:
    return word.rstrip("s").rstrip("aeo") if len(word) > 4 else word


def passes(title: Title, wish: Wish) -> bool:
    """Return whether a title meets every hard condition of a wish, by the catalogue's own fields."""
    return all(holds(title) for holds in conditions_of(wish))


def conditions_of(wish: Wish) -> list[Callable[[Title], bool]]:
    """Return the hard conditions that a wish has, each asked of a title; for many titles they are made once."""
    query, told = wish.query, []

    def when(said: object, holds: Callable[[Title], bool]) -> None:
        if said:
            told.append(holds)

    genres, themes, countries = set(query.genres), set(query.themes), set(query.countries)
    no_genres, no_themes, no_moods = (
        set(query.exclude_genres),
        set(query.exclude_themes),
        set(query.exclude_moods),
    )
    no_countries, age, company = set(wish.exclude_countries), query.max_age, query.company
    low, high = query.year_min, query.year_max
    least_s, most_s = query.duration_min_s, query.duration_max_s
    when(query.exclude_ids, lambda title: title.title_id not in query.exclude_ids)
    when(genres, lambda title: genres.issubset(title.genres))
    when(themes, lambda title: themes.issubset(title.themes))
    when(no_genres, lambda title: no_genres.isdisjoint(title.genres))
    when(no_themes, lambda title: no_themes.isdisjoint(title.themes))
    when(no_moods, lambda title: no_moods.isdisjoint(title.moods))
    if company is not None:
        told.append(lambda title: suits(title, company, query.company_age, free=False))
    if age is not None:
        told.append(lambda title: title.effective_age <= age)
    if low is not None:
        told.append(lambda title: title.year is not None and title.year >= low)
    if high is not None:
        told.append(lambda title: title.year is not None and title.year <= high)
    if most_s is not None:
        told.append(lambda title: (shortest := _lengths(title)[0]) is not None and shortest <= most_s)
    if least_s is not None:
        told.append(lambda title: (longest := _lengths(title)[1]) is not None and longest >= least_s)
    when(countries, lambda title: not countries.isdisjoint(title.countries))
    when(query.kinds, lambda title: title.kind in query.kinds)
    when(no_countries, lambda title: no_countries.isdisjoint(title.countries))
    when(wish.exclude_kinds, lambda title: title.kind not in wish.exclude_kinds)
    return told


def _those(titles: Iterable[Title | None], wish: Wish) -> list[Title]:
    """Return the titles that meet a wish's hard conditions."""
    told = conditions_of(wish)
    return [title for title in titles if title is not None and all(holds(title) for holds in told)]


def _measure(title: Title, order: str) -> int | None:
    """Return what `order` sorts by, smallest first; None when the catalogue does not know it."""
    value = title.year if order in ("newest", "oldest") else title.duration_s
    return None if value is None else -value if order in ("newest", "longest") else value


def _mood_rank(title: Title, wish: Wish) -> int:
    """Return where the wish's mood puts a title: by the first preferred genre that it has."""
    return next((at for at, genre in enumerate(wish.prefer) if genre in title.genres), len(wish.prefer))


def _lengths(title: Title) -> tuple[int | None, int | None]:
    """Return the shortest and longest sitting of a title in seconds: a series counts by episode."""
    spans = [episode.duration_s for episode in title.episodes if episode.duration_s]
    if spans:
        return min(spans), max(spans)
    return title.duration_s, title.duration_s


def _unique(titles: list[Title]) -> list[Title]:
    return list({title.title_id: title for title in titles}.values())


Relaxation = tuple[str, Callable[[Wish], Wish]]


def _looser(wish: Wish) -> list[Relaxation]:
    """Return what may be given up, in order, among what this wish has."""
    query = wish.query

    def change(**fields: object) -> Callable[[Wish], Wish]:
        return lambda now: replace(now, query=replace(now.query, **fields))  # type: ignore[arg-type]

    steps: list[Relaxation] = []
    if query.playable_only:
        steps.append(("playable", change(playable_only=False)))
    if query.text and not _only_text(wish):
        steps.append(("text", change(text="")))
    if wish.soft_exclude:
        steps.append(("mood", lambda now: replace(now, soft_exclude=())))
    if query.themes:
        steps.append(("theme", change(themes=())))
    if query.duration_max_s is not None or query.duration_min_s is not None:
        steps.append(("duration", change(duration_max_s=None, duration_min_s=None)))
    if query.year_min is not None or query.year_max is not None:
        steps.append(("year", change(year_min=None, year_max=None)))
    if query.kinds:
        steps.append(("kind", change(kinds=())))
    if wish.like:
        steps.append(("like", lambda now: replace(now, like=None)))
    if wish.others and not wish.either:
        steps.append(("people", lambda now: replace(now, either=True)))
    if query.countries:
        steps.append(("country", change(countries=())))
    if len(query.genres) > 1:
        steps.append(("genre", change(genres=query.genres[-1:])))
    if len(query.genres) == 1 and (wish.order or wish.person or query.max_age is not None or query.countries):
        steps.append(("genre", change(genres=())))
    return steps


def says_nothing(wish: Wish) -> bool:
    """Return whether what is left would be met by nearly any title."""
    return _empty_but(wish, "kinds", "playable_only")


def _only_text(wish: Wish, *also: str) -> bool:
    """Return whether a wish has nothing but words (and the fields of its query named by `also`)."""
    return _empty_but(wish, "text", *also)


def _empty_but(wish: Wish, *ignored: str) -> bool:
    """Return whether a wish has nothing but these fields of its query: compared one by one, nothing is made anew."""
    own, asked = _nothing()
    return all(getattr(wish, name) == value for name, value in own) and all(
        getattr(wish.query, name) == value for name, value in asked if name not in ignored
    )


@lru_cache(maxsize=1)
def _nothing() -> tuple[tuple[tuple[str, Any], ...], tuple[tuple[str, Any], ...]]:
    empty = Wish()
    own = ((item.name, getattr(empty, item.name)) for item in fields(empty) if item.name != "query")
    return tuple(own), tuple((item.name, getattr(empty.query, item.name)) for item in fields(empty.query))
