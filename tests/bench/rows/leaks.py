"""The judge of rows: reads the catalogue and what the viewer said, and shares no code with what made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from bitaca_core.catalogue.titles import Title
from bitaca_core.recommend.service import Row
from tests.bench.rows.world import TODAY, Crowd

OF_THE_VIEWER = ("continue", "list", "again")
FRANCHISE_MAX = 2


def leaks(
    rows: list[Row], viewer: str, crowd: Crowd, titles: dict[str, Title], parent: dict[str, str], ready: Collection[str]
) -> list[str]:  # fmt: skip
    """Return what must not be in these rows, in words.

    Parameters
    ----------
    titles : mapping
        By title id.
    parent : mapping
        The title id of every playable id.
    ready : collection of str
        The titles that can be watched; empty to let others be shown, too.
    """
    said = crowd.words[viewer]
    limits = said.limits
    seen = {parent[watched.title_id] for watched in crowd.histories[viewer]} | set(said.ratings)
    seen |= {key for kind in ("hidden", "watched", "dropped") for key in said.marks[kind]}
    found = []
    met: Counter[str] = Counter()
    keys = Counter(row.key for row in rows)
    found += [f"two rows {key}" for key, count in keys.items() if count > 1]
    for row in rows:
        franchises: Counter[str] = Counter()
        for hit in row.items:
            title = titles[parent[hit.title_id]]
            name = f"{row.key}: {title.title_id}"
            age = 18 if title.age_rating is None else 0 if title.age_rating == "L" else int(title.age_rating)
            if limits.max_age is not None and age > limits.max_age:
                found.append(f"{name} is too old ({age})")
            if limits.only_allowed and title.title_id not in limits.allowed:
                found.append(f"{name} is not allowed")
            languages = {*(title.audio_languages or title.languages), *title.subtitle_languages}
            if limits.languages and languages and not languages & set(limits.languages):
                found.append(f"{name} cannot be followed")
            if (title.available_from or TODAY) > TODAY or (title.available_until or TODAY) < TODAY:
                found.append(f"{name} is not available")
            if row.key in OF_THE_VIEWER:
                continue
            met[title.title_id] += 1
            if title.title_id in seen:
                found.append(f"{name} was seen")
            if ready and title.title_id not in ready:
                found.append(f"{name} cannot be watched")
            if title.franchise is not None:
                franchises[title.franchise.franchise_id] += 1
        found += [
            f"{row.key}: {count} of {key}" for key, count in franchises.items() if count > FRANCHISE_MAX
        ]
    found += [f"{key} in {count} rows" for key, count in met.items() if count > 1]
    return found
