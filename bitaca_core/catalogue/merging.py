"""One title out of what several sources say: who is meant, whose word counts, and what contradicts.

Everything here is pure. A field belongs to the source that gave it (`Title.provenance`, else `Title.source`): that
source may change or clear it, one that ranks higher may replace it, all others only fill what is empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bitaca_core.catalogue.normalize import fold, title_key
from bitaca_core.catalogue.titles import TITLE_ID_MAX, Title

RANKS = {"library": 0, "movielens": 1, "wikipedia": 2, "anime-offline": 3, "jellyfin": 4}
OWN = 9
"""What is written for this catalogue (shipped titles, our JSON lines and CSV) ranks above every import."""
CERTAIN_IDS = ("imdb", "tmdb", "mal", "anilist", "anidb", "kitsu", "tvdb", "movielens")
"""Places whose id names one title; a page of Wikipedia may be about several."""
UNITED = ("aliases", "external_ids")
"""Fields to which every source adds."""
MAIN_NAMES = ("original_title", "title_pt", "title_en", "title_romaji")
KEPT = ("title_id", "source", "provenance", "unverified")
DURATION_SHARE, DURATION_LEAST_S = 0.10, 300
"""Two running times contradict each other when they differ by more than both: versions and speeds differ a little."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A field of which two sources say different things; the catalogue keeps `known`."""

    field: str
    known: object
    new: object


@dataclass(slots=True)
class Names:
    """Titles by their names and by their ids elsewhere."""

    by_key: dict[tuple[str, int | None], list[str]] = field(default_factory=dict)
    by_external: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, title: Title) -> None:
        """Let a title be found from now on."""
        for key in keys_of(title):
            ids = self.by_key.setdefault((key, title.year), [])
            if title.title_id not in ids:
                ids.append(title.title_id)
        for pair in title.external_ids:
            if pair[0] in CERTAIN_IDS:
                self.by_external.setdefault(pair, title.title_id)

    def candidates(self, title: Title) -> Iterator[tuple[str, bool]]:
        """Yield `(title id, certain)` of titles that may be this one, nearest first; each once.

        By an id elsewhere it is certain; then come those of one name in the same year, then a year beside it.
        """
        seen: set[str] = set()
        for pair in title.external_ids:
            known = self.by_external.get(pair)
            if known and known not in seen:
                seen.add(known)
                yield known, True
        years = (title.year,) if title.year is None else (title.year, title.year - 1, title.year + 1)
        for year in years:
            for key in keys_of(title):
                for known in self.by_key.get((key, year), ()):
                    if known not in seen:
                        seen.add(known)
                        yield known, False


def keys_of(title: Title) -> tuple[str, ...]:
    """Return the comparable form of every name of a title, once."""
    names = (*(getattr(title, name) for name in MAIN_NAMES), *title.aliases)
    return tuple(dict.fromkeys(key for name in names if name and (key := title_key(name))))


def rank(source: str) -> int:
    """Return how much a source's word weighs."""
    return RANKS.get(source, OWN)


def shared_people(one: Title, other: Title) -> bool | None:
    """Return whether two titles have somebody in common; None where either names nobody."""
    here, there = _people(one), _people(other)
    return None if not here or not there else bool(here & there)


def is_same(known: Title, new: Title, certain: bool) -> bool | None:
    """Return whether two titles of one name are one; None where it cannot be told: then it is a contradiction.

    Parameters
    ----------
    certain : bool
        Whether they share an id elsewhere.
    """
    if (known.kind == "series") != (new.kind == "series"):
        return None if certain else False
    if certain:
        return None if _years_apart(known, new) > 1 else True
    if any(_differ(known, new, site) for site in (*CERTAIN_IDS, "wikipedia")):
        return False  # two different ids at one place: two titles
    people = shared_people(known, new)
    if _years_apart(known, new):
        return people is True
    if people is False:
        # One list names two films; two lists that name other people for one film contradict each other.
        return False if known.source == new.source else None
    return True


def merged(known: Title, new: Title, again: bool = False) -> tuple[Title, tuple[Contradiction, ...]]:
    """Return a title with what a source adds to it, and where the source contradicts what is kept.

    Parameters
    ----------
    again : bool
        Whether this source spoke about the title before in the same reading: then it only fills what is empty.
    """
    if known.source == new.source and not known.provenance and not again:
        return new.model_copy(update={"title_id": known.title_id}), ()
    owners = dict(known.provenance)
    against: list[Contradiction] = []
    main = new.source if rank(new.source) > rank(known.source) else known.source
    values = {name: getattr(known, name) for name in Title.model_fields}
    for name in Title.model_fields:
        if name in KEPT or name in UNITED:
            continue
        old, told = values[name], getattr(new, name)
        owner = owners.pop(name, known.source) if _says(old) else None
        if _takes(owner, new.source, told, again):
            values[name], owner = told, new.source if _says(told) else None
        elif told != old and _says(told) and _contradicts(name, old, told):
            against.append(Contradiction(name, old, told))
        if owner is not None:
            owners[name] = owner
    values["external_ids"] = tuple(dict.fromkeys((*known.external_ids, *new.external_ids)))
    values["aliases"] = _aliases(known, new, values)
    for name in UNITED:
        if _says(getattr(known, name)):
            owners.setdefault(name, known.source)
        if new.source != main and values[name] != getattr(known, name):
            owners[name] = new.source
    values["source"] = main
    values["provenance"] = tuple(
        (name, owners[name]) for name in Title.model_fields if owners.get(name, main) != main
    )
    doubted = new.unverified if main == new.source else known.unverified
    values["unverified"] = tuple(name for name in doubted if owners.get(name, main) == main)
    return known.model_copy(update=values), tuple(against)


def separate_id(title: Title) -> str:
    """Return an id for a title whose own is another title's: with four digits of what tells them apart."""
    told = repr((title.kind, title.external_ids or title.directors or title.cast or title.synopsis_en))
    suffix = "-" + hashlib.sha256(told.encode()).hexdigest()[:4]
    return title.title_id[: TITLE_ID_MAX - len(suffix)].rstrip("-") + suffix


def _takes(owner: str | None, source: str, told: object, again: bool) -> bool:
    if not _says(told):
        return owner == source and not again
    if owner is None or rank(source) > rank(owner):
        return True
    return not again and (owner == source or rank(source) == rank(owner) == OWN)


def _says(value: object) -> bool:
    return value not in (None, ())


def _aliases(known: Title, new: Title, values: dict[str, object]) -> tuple[str, ...]:
    """Return every other name that either has, without those that are the title's main ones now."""
    main = {fold(str(values[name])) for name in MAIN_NAMES if values[name]}
    spoken = [*known.aliases, *(getattr(known, name) for name in MAIN_NAMES)]
    spoken += [*new.aliases, *(getattr(new, name) for name in MAIN_NAMES)]
    kept: dict[str, str] = {}
    for name in spoken:
        if name and (key := fold(name)) and key not in main:
            kept.setdefault(key, name)
    return tuple(kept.values())


def _contradicts(name: str, known: object, new: object) -> bool:
    if name in ("year", "age_rating"):
        return True
    if name == "kind":
        return "series" in (known, new)
    if name in ("directors", "countries") and isinstance(known, tuple) and isinstance(new, tuple):
        return not {fold(value) for value in known} & {fold(value) for value in new}
    if name == "duration_s" and isinstance(known, int) and isinstance(new, int):
        return abs(known - new) > max(DURATION_LEAST_S, DURATION_SHARE * max(known, new))
    return False


def _people(title: Title) -> set[str]:
    return {fold(name) for name in (*title.directors, *title.cast)}


def _years_apart(one: Title, other: Title) -> int:
    return abs(one.year - other.year) if one.year and other.year else 0


def _differ(one: Title, other: Title, site: str) -> bool:
    here, there = one.external_id(site), other.external_id(site)
    return here is not None and there is not None and here != there


def index_of(titles: Iterable[Title]) -> Names:
    """Return the names of these titles."""
    names = Names()
    for title in titles:
        names.add(title)
    return names
