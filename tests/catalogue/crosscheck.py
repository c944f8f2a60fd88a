"""The shipped real titles against lists that somebody else made: year, people, director, genre, ids.

Two references, both optional and never committed: the film lists of the English Wikipedia (mostly American films)
and the MovieLens links, which give the film behind an IMDb id. Every check yields what we say and what they say;
what differs for a reason stands in `JUSTIFIED`. To print the report:

    python -m tests.catalogue.crosscheck

Published, and tested to be what the report says:

- Wikipedia film lists: 120 rows checked, 113 agree in everything, 7 differ
- MovieLens links: 205 rows checked, 200 agree in everything, 5 differ
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bitaca_core.catalogue.normalize import fold, words
from bitaca_core.catalogue.titles import Title

YEARS_APART = 2
"""A film of the same name further away is another film; so is a nearer one of another year with another cast."""

GENRES = {
    "Action": {"acao"}, "Adventure": {"aventura"}, "Animated": {"animacao"}, "Animation": {"animacao"},
    "Biography": {"biografia"}, "Children": {"familia"}, "Comedy": {"comedia"}, "Crime": {"crime", "policial"},
    "Documentary": {"documentario"}, "Drama": {"drama"}, "Family": {"familia"}, "Fantasy": {"fantasia"},
    "Historical": {"historico"}, "Horror": {"terror"}, "Musical": {"musical"}, "Mystery": {"misterio"},
    "Noir": {"crime", "suspense", "policial", "misterio"}, "Romance": {"romance"}, "Satire": {"comedia"},
    "Sci-Fi": {"ficcao-cientifica"}, "Science Fiction": {"ficcao-cientifica"}, "Slasher": {"terror"},
    "Supernatural": {"terror", "fantasia"}, "Suspense": {"suspense"}, "Thriller": {"suspense", "policial", "crime"},
    "War": {"guerra"}, "Western": {"faroeste"},
}  # fmt: skip
"""Their genres to ours; those absent (Silent, Short, Independent, ...) say nothing about ours."""

AMERICAN = "the list counts by the American release; ours is the year of the first showing"
JUSTIFIED: dict[tuple[str, str], str] = {
    ("gake-no-ue-no-ponyo-2008", "year"): f"{AMERICAN}, Japan in July 2008",
    ("karigurashi-no-arietti-2010", "year"): f"{AMERICAN}, Japan in July 2010",
    ("frances-ha-2012", "year"): f"{AMERICAN}, at festivals from September 2012",
    ("nomadland-2020", "year"): f"{AMERICAN}, Venice in September 2020",
    ("the-third-man-1949", "year"): f"{AMERICAN}, London in 1949",
    ("la-teta-asustada-2009", "year"): f"{AMERICAN}, Berlin in February 2009",
    ("una-mujer-fantastica-2017", "year"): f"{AMERICAN}, Berlin in February 2017",
    (
        "hoshi-no-koe-2002",
        "linked year",
    ): "the list has the year of a later edition; first shown in Tokyo in 2002",
    ("koyaanisqatsi-1982", "linked year"): "the list has the general release; first shown in 1982",
    ("aparajito-1956", "linked year"): "the list has a later year; shown in India in October 1956",
    (
        "nuovo-cinema-paradiso-1988",
        "linked year",
    ): "the list has a later cut; in Italian cinemas in November 1988",
    ("once-2007", "linked year"): "one festival showed it in July 2006; it is known by its release in 2007",
}
"""(title id, what differs) to the reason why ours stands."""


@dataclass(frozen=True, slots=True)
class Film:
    """One row of a reference. `about` is a sentence or two, from which a director can be read."""

    title: str
    year: int
    cast: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of one field; `agrees` says whether ours and theirs can both be true."""

    title_id: str
    field: str
    ours: str
    theirs: str
    agrees: bool

    @property
    def reason(self) -> str | None:
        """Why a difference stands, where that is known."""
        return JUSTIFIED.get((self.title_id, self.field))


def names_of(title: Title) -> set[str]:
    """Return every folded name of a title."""
    spoken = (title.original_title, title.title_pt, title.title_en, title.title_romaji, *title.aliases)
    return {fold(name) for name in spoken if name and fold(name)}


def same_person(ours: str, theirs: str) -> bool:
    """Return whether two names are one person's: same last word and same initial (`Charlie`, `Charles`)."""
    left, right = words(ours), words(theirs)
    return bool(left and right) and left[-1] == right[-1] and left[0][0] == right[0][0]


def shared_people(title: Title, film: Film) -> list[str]:
    """Return our people whom the film's cast names, or whom its sentence mentions."""
    about = f" {fold(film.about)} "
    ours = {credit.name for credit in title.people()}
    return sorted(
        name
        for name in ours
        if any(same_person(name, theirs) for theirs in film.cast) or f" {fold(name)} " in about
    )


def counterpart(title: Title, films: Iterable[Film]) -> Film | None:
    """Return the film that is ours among those of its name: shared people first, then the nearest year."""
    year = title.year or 0

    def is_ours(film: Film) -> bool:
        told_apart = bool(film.cast and title.cast) and not shared_people(title, film)
        return abs(film.year - year) <= (0 if told_apart else YEARS_APART)

    return min(
        filter(is_ours, films),
        key=lambda film: (not shared_people(title, film), abs(film.year - year), film.year),
        default=None,
    )


def directs(name: str, about: str) -> bool:
    """Return whether a sentence names a director, by the last word (`Charlie Chaplin`, `the Wachowskis`)."""
    return any(word.startswith(words(name)[-1]) for word in words(about))


def film_checks(title: Title, film: Film) -> list[Check]:
    """Compare one title with its counterpart: year, people and director where they are told, genre."""
    found = [Check(title.title_id, "year", str(title.year), str(film.year), title.year == film.year)]
    shared = shared_people(title, film)
    if film.cast and title.cast:
        found.append(
            Check(title.title_id, "people", ", ".join(title.cast), ", ".join(film.cast), bool(shared))
        )
    if " directed " in film.about and title.directors:
        named = [name for name in title.directors if directs(name, film.about)]
        found.append(
            Check(title.title_id, "director", ", ".join(title.directors), film.about[:200], bool(named))
        )
    return found + genre_checks(title, film)


def genre_checks(title: Title, film: Film) -> list[Check]:
    """Compare genres where they have one that means one of ours."""
    theirs = set[str]().union(*(GENRES.get(genre, set()) for genre in film.genres))
    if not theirs:
        return []
    agrees = bool(theirs & set(title.genres))
    return [Check(title.title_id, "genre", ", ".join(title.genres), ", ".join(film.genres), agrees)]


def wikipedia_checks(titles: Iterable[Title], films: Iterable[Film]) -> list[Check]:
    """Check every title that the film lists have; the others give nothing."""
    by_name: dict[str, list[Film]] = defaultdict(list)
    for film in films:
        by_name[fold(film.title)].append(film)
    found = []
    for title in titles:
        if title.kind == "series":
            continue
        namesakes = [film for name in sorted(names_of(title)) for film in by_name.get(name, ())]
        film = counterpart(title, namesakes)
        if film is not None:
            found += film_checks(title, film)
    return found


def link_checks(titles: Iterable[Title], linked: Mapping[str, Film]) -> list[Check]:
    """Check the IMDb ids: the film that another list has under an id is ours by name, year and genre."""
    found = []
    for title in titles:
        film = linked.get(title.external_id("imdb") or "")
        if film is None:
            continue
        theirs = {fold(part) for part in re.split(r"[()]|a\.k\.a\.", film.title)}
        theirs |= {re.sub(r"^(.*) (the|a|an|o|la|le|les|el|il|i)$", r"\2 \1", name) for name in theirs}
        agrees = bool(names_of(title) & theirs) or _most_words(title, film)
        found.append(Check(title.title_id, "imdb", title.original_title, film.title, agrees))
        if film.year:
            found.append(
                Check(title.title_id, "linked year", str(title.year), str(film.year), title.year == film.year)
            )
        found += genre_checks(title, film)
    return found


def _most_words(title: Title, film: Film) -> bool:
    theirs = set(words(film.title))
    return any(len(theirs & set(name.split())) * 2 > len(name.split()) for name in names_of(title))


def shared_folder(inside: str) -> Path | None:
    """Return a folder of the optional reference data, by `$BITACA_SHARED`, then `../shared`."""
    for root in (os.environ.get("BITACA_SHARED"), Path(__file__).resolve().parents[3] / "shared"):
        if root and (folder := Path(root) / "data" / inside).is_dir():
            return folder
    return None


def read_wikipedia(folder: Path) -> list[Film]:
    """Read the film lists: title, year, cast, genres, the first sentences."""
    with gzip.open(folder / "films.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Film(row["title"], row["year"], tuple(row["cast"]), tuple(row["genres"]), row.get("extract") or "")
        for row in rows
    ]


def read_links(folder: Path) -> dict[str, Film]:
    """Read MovieLens films by IMDb id (`tt` and at least seven digits)."""
    with (folder / "movies.csv").open(encoding="utf-8", newline="") as file:
        films = {row["movieId"]: row for row in csv.DictReader(file)}
    found = {}
    with (folder / "links.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            film = films[row["movieId"]]
            title, year = re.fullmatch(r"(.*?)(?: ?\((\d{4})(?:–\d*)?\))?\s*", film["title"]).groups()  # type: ignore[union-attr]
            genres = tuple(film["genres"].split("|"))
            found[f"tt{row['imdbId'].zfill(7)}"] = Film(title, int(year or 0), genres=genres)
    return found


def shipped_real_titles() -> list[Title]:
    """Return the real titles as they ship."""
    text = (resources.files("bitaca_core.catalogue") / "data" / "real_titles.jsonl").read_text("utf-8")
    return [Title.model_validate_json(line) for line in text.splitlines()]


def summary(checks: Sequence[Check]) -> str:
    """Return how many rows and fields were checked, agreed and differed, and each difference with its reason."""
    differing = [check for check in checks if not check.agrees]
    rows = {check.title_id for check in checks}
    clean = rows - {check.title_id for check in differing}
    lines = [f"{len(rows)} rows checked, {len(clean)} agree in everything, {len(rows) - len(clean)} differ"]
    of_field = Counter(check.field for check in checks)
    wrong = Counter(check.field for check in differing)
    lines += [
        f"  {name}: {count} checked, {count - wrong[name]} agree" for name, count in sorted(of_field.items())
    ]
    lines += [
        f"  {check.title_id}: {check.field} {check.ours!r}, theirs {check.theirs!r}: {check.reason or 'UNEXPLAINED'}"
        for check in differing
    ]
    return "\n".join(lines)


def report(write: Callable[[str], object]) -> int:
    """Write the reports of the references that are at hand; return how many differences nobody explained."""
    titles, unexplained = shipped_real_titles(), 0
    for name, inside, checks_of in (
        ("Wikipedia film lists", "catalogue/wikipedia-movies", lambda at: wikipedia_checks(titles, read_wikipedia(at))),
        ("MovieLens links", "ratings/ml-latest-small", lambda at: link_checks(titles, read_links(at))),
    ):  # fmt: skip
        folder = shared_folder(inside)
        if folder is None:
            write(f"{name}: not at hand (set BITACA_SHARED to the folder that has data/{inside})\n")
            continue
        checks = checks_of(folder)
        unexplained += sum(not check.agrees and check.reason is None for check in checks)
        write(f"{name}: {summary(checks)}\n")
    return unexplained


if __name__ == "__main__":
    sys.exit(1 if report(sys.stdout.write) else 0)
