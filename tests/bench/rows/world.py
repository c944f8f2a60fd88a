"""A made-up house of any size: titles with everything that a row may ask for, and viewers with lives of their own."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

from bitaca_core.catalogue.titles import GENRES, MOODS, Credit, Episode, FranchisePlace, Title
from bitaca_core.search.query import Hit, Query
from bitaca_core.viewers.marks import AGES, MARK_KINDS, Limits, Mark, Said, Tastes
from bitaca_core.viewers.store import Watched

NOW = 1_800_000_000.0
DAY_S = 86_400.0
TODAY = datetime.datetime.fromtimestamp(NOW, datetime.UTC).date()
THEMES = (
    "mar",
    "luto",
    "amizade",
    "estrada",
    "família",
    "música",
    "escola",
    "robôs",
    "sertão",
    "boxe",
    "fome",
    "lua",
)
LANGUAGES = ("pt", "en", "ja", "fr", "es")
RATINGS = ("L", "6", "10", "12", "14", "16", "18", None)


def titles(count: int, seed: int = 5) -> list[Title]:
    """Return titles in clusters: a genre, its themes and its makers go together, as they do."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        cluster = rng.randrange(40)
        genres = tuple(dict.fromkeys((GENRES[cluster % len(GENRES)], rng.choice(GENRES))))
        series = rng.random() < 0.15
        opens = TODAY + datetime.timedelta(days=rng.randrange(-200, 20)) if rng.random() < 0.2 else None
        franchise = None
        if rng.random() < 0.3:
            name = f"saga-{rng.randrange(max(1, count // 15))}"
            franchise = FranchisePlace(franchise_id=name, name=name.title(), order=rng.randrange(1, 9))
        title_id = f"t-{number}"
        found.append(
            Title(
                title_id=title_id,
                kind="series" if series else rng.choice(("film", "film", "short")),
                original_title=f"Título {number}",
                year=rng.randrange(1930, 2028),
                genres=genres,
                moods=tuple(rng.sample(MOODS, 2)),
                themes=tuple(rng.sample(THEMES, 2)),
                directors=(f"Diretora {cluster}-{rng.randrange(6)}",),
                cast=tuple(f"Atriz {rng.randrange(count // 4 + 2)}" for _ in range(3)),
                credits=(Credit(name=f"Estúdio {cluster % 12}", role="studio"),),
                countries=(rng.choice(("BR", "JP", "US", "FR")),),
                languages=(rng.choice(LANGUAGES),) if rng.random() < 0.7 else (),
                audio_languages=(rng.choice(LANGUAGES),) if rng.random() < 0.4 else (),
                subtitle_languages=(rng.choice(LANGUAGES),) if rng.random() < 0.4 else (),
                age_rating=rng.choice(RATINGS),
                duration_s=None if series else rng.randrange(120, 9000),
                episodes=tuple(
                    Episode(title_id=f"{title_id}-e{n}", number=n, title_pt=f"{n}", duration_s=1400) for n in (1, 2, 3)
                ) if series else (),
                franchise=franchise,
                popularity=round(rng.random() ** 4, 4) if rng.random() < 0.6 else None,
                available_from=opens,
                available_until=opens + datetime.timedelta(days=rng.randrange(0, 400)) if opens else None,
                source="sample" if number < 6 else "library" if number % 50 == 0 else "real",
            )
        )  # fmt: skip
    return found


def units(title: Title) -> list[str]:
    """Return the ids that could be played."""
    return [episode.title_id for episode in title.episodes] or [title.title_id]


def pairs(known: list[Title], users: int, seed: int = 6) -> list[tuple[str, str]]:
    """Return (user, title) of people who each stay mostly within two genres."""
    rng = random.Random(seed)
    by_genre: dict[str, list[str]] = {}
    for title in known:
        for genre in title.genres:
            by_genre.setdefault(genre, []).append(title.title_id)
    genres = sorted(by_genre)
    found = []
    for user in range(users):
        favourites = rng.sample(genres, min(2, len(genres)))
        for _ in range(rng.randrange(5, 40)):
            group = by_genre[rng.choice(favourites if rng.random() < 0.85 else genres)]
            found.append((f"u{user}", group[min(int(rng.expovariate(6) * len(group)), len(group) - 1)]))
    return sorted(set(found))


@dataclass
class Crowd:
    """The viewers' store as recommendation sees it, all in memory."""

    histories: dict[str, list[Watched]] = field(default_factory=dict)
    words: dict[str, Said] = field(default_factory=dict)

    def history(self, viewer: str, limit: int = 500) -> list[Watched]:
        return self.histories[viewer][:limit]

    def said(self, viewer: str) -> Said:
        return self.words[viewer]

    def popular(self, limit: int = 20, within_days: float = 90.0) -> list[tuple[str, int]]:
        counts: dict[str, int] = {}
        for history in self.histories.values():
            for watched in history:
                counts[watched.title_id] = counts.get(watched.title_id, 0) + 1
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]


def crowd(known: list[Title], viewers: int, seed: int = 7) -> Crowd:
    """Return viewers with histories of 0 to 60 titles, thumbs, marks, tastes and, a third of them, limits."""
    rng = random.Random(seed)
    ids = [title.title_id for title in known]
    made = Crowd()
    for number in range(viewers):
        favourite = rng.choice(GENRES)
        of_it = [title for title in known if favourite in title.genres] or known
        history = []
        for _ in range(rng.choice((0, 0, 1, 3, 8, 20, 60))):
            title = rng.choice(of_it if rng.random() < 0.8 else known)
            share = rng.random()
            history.append(
                Watched(
                    rng.choice(units(title)),
                    1000 * share,
                    1000,
                    share > 0.9,
                    NOW - rng.random() * 400 * DAY_S,
                )
            )
        history.sort(key=lambda watched: -watched.updated_s)
        marks = {
            kind: {
                key: Mark(rng.choice((0.0, 0.8, -0.6)), NOW - 9 * DAY_S)
                for key in rng.sample(ids, rng.randrange(4))
            }
            for kind in MARK_KINDS
        }
        limits = Limits()
        if rng.random() < 0.35:
            limits = Limits(
                max_age=rng.choice((None, *AGES)),
                only_allowed=rng.random() < 0.2,
                allowed=frozenset(rng.sample(ids, min(len(ids), 120))),
                languages=tuple(rng.sample(LANGUAGES, 2)) if rng.random() < 0.4 else (),
                diversity=rng.choice((0.0, 0.3, 1.0)),
            )
        tastes = (
            Tastes(tuple(rng.sample(GENRES, 3)), tuple(rng.sample(ids, 2)))
            if rng.random() < 0.3
            else Tastes()
        )
        viewer = f"v{number}"
        made.histories[viewer] = history
        made.words[viewer] = Said(
            {key: rng.choice((1, -1)) for key in rng.sample(ids, rng.randrange(3))}, marks, tastes, limits
        )
    return made  # fmt: skip


class NoSearch:
    """Search that answers nothing: recommendation asks it for chance alone."""

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        return []

    def ask(self, text: str, language: str = "pt", limit: int = 10) -> list[Hit]:
        return []

    def suggest(self, text: str, limit: int = 8) -> list[Hit]:
        return []

    def similar(self, title_id: str, limit: int = 10, exclude: frozenset[str] = frozenset()) -> list[Hit]:
        return []
