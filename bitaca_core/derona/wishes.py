"""From slots to a wish, and from a wish and the next message's slots to the refined wish."""

from __future__ import annotations

from dataclasses import replace

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import turning
from bitaca_core.derona.slots import LONG_S, SHORT_S, Slots, phrases
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query

STORY_WORDS_MAX = 24
"""Words of a story that are asked of search, over all turns of a wish."""
_HEAVY = ("terror", "guerra", "crime", "suspense")


def wish_of(slots: Slots) -> Wish:
    """Return the wish that one message speaks."""
    query = Query(
        text=slots.story,
        genres=slots.genres,
        exclude_genres=slots.exclude_genres,
        themes=() if slots.plot else slots.themes,
        exclude_themes=slots.exclude_themes,
        year_min=slots.year_min,
        year_max=slots.year_max,
        duration_min_s=slots.duration_min_s,
        duration_max_s=slots.duration_max_s,
        countries=slots.countries,
        kinds=_kinds(slots.kinds),
        max_age=slots.max_age,
        playable_only=slots.playable,
        moods=slots.want_moods,
        exclude_moods=slots.exclude_moods,
        audio_languages=slots.audio_languages,
        subtitle_languages=slots.subtitle_languages,
        company=slots.company,
        exclude_ids=frozenset(slots.exclude_titles),
    )
    return Wish(
        query=query,
        person=slots.person,
        others=slots.others,
        either=slots.either,
        exclude_countries=slots.exclude_countries,
        exclude_kinds=slots.exclude_kinds,
        soft_exclude=tuple(genre for genre in slots.soft_exclude if genre not in slots.genres),
        prefer=_merged(slots.prefer, slots.hinted),
        about=slots.themes if slots.plot else (),
        order="newest" if slots.newest else "",
        popular=slots.popular,
    )


def beside(wish: Wish, audience: Query) -> Wish:
    """Return the wish with those who watch along, as far as it does not say who does."""
    query = wish.query
    if query.max_age is None and query.company is None:
        query = replace(
            query, max_age=audience.max_age, company=audience.company, company_age=audience.company_age
        )
    return replace(wish, query=query)


def ordered(wish: Wish, compare: str | None) -> Wish:
    """Return the wish of a superlative (`o mais curto que vocês têm`): the same titles in that order."""
    orders = {"shorter": "shortest", "longer": "longest", "older": "oldest", "newer": "newest"}
    if compare in ("lighter", "heavier"):
        return _compared(wish, compare, None)
    return replace(wish, order=orders.get(compare or "", wish.order))


def _kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """`filme` in talk is any film, short ones too."""
    return tuple(dict.fromkeys((*kinds, "short"))) if "film" in kinds else kinds


def refine(wish: Wish, slots: Slots, pivot: Title | None) -> Wish:
    """Return `wish` narrowed or turned by what was said next (see `turning`); `pivot` is the title compared with."""
    wish = turning.freed(wish, slots.masked)
    new, old = wish_of(slots), wish.query
    kept = () if slots.genres and turning.turns_away(slots.masked) else old.genres
    less = _less_felt(old.genres, slots)
    barred = tuple(genre for genre in slots.exclude_genres if genre not in less)
    genres = _merged(tuple(g for g in kept if g not in barred), slots.genres)
    told = bool(wish.about or slots.plot or (old.text and not old.themes))
    themes = _merged(tuple(t for t in old.themes if t not in slots.exclude_themes), slots.themes)
    query = replace(
        old,
        text=_joined(old.text, slots.story),
        genres=genres,
        exclude_genres=_merged(tuple(g for g in old.exclude_genres if g not in slots.genres), barred),
        themes=() if told else themes,
        exclude_themes=_merged(old.exclude_themes, slots.exclude_themes),
        countries=slots.countries or old.countries,
        kinds=new.query.kinds or old.kinds,
        max_age=slots.max_age if slots.max_age is not None else old.max_age,
        playable_only=slots.playable or old.playable_only,
        moods=_merged(tuple(m for m in old.moods if m not in slots.exclude_moods), slots.want_moods),
        exclude_moods=_merged(
            tuple(m for m in old.exclude_moods if m not in slots.want_moods), slots.exclude_moods
        ),
        audio_languages=slots.audio_languages or old.audio_languages,
        subtitle_languages=slots.subtitle_languages or old.subtitle_languages,
        company=slots.company or old.company,
        exclude_ids=old.exclude_ids | frozenset(slots.exclude_titles),
    )
    if slots.year_min is not None or slots.year_max is not None:
        query = replace(query, year_min=slots.year_min, year_max=slots.year_max)
    if slots.duration_min_s is not None or slots.duration_max_s is not None:
        query = replace(query, duration_min_s=slots.duration_min_s, duration_max_s=slots.duration_max_s)
    merged = replace(
        wish,
        query=query,
        person=slots.person or wish.person,
        others=slots.others if slots.person else wish.others,
        either=slots.either if slots.person else wish.either,
        exclude_countries=_merged(wish.exclude_countries, slots.exclude_countries),
        exclude_kinds=_merged(wish.exclude_kinds, slots.exclude_kinds),
        soft_exclude=_merged(wish.soft_exclude, new.soft_exclude),
        prefer=new.prefer or wish.prefer,
        about=_merged(wish.about, themes) if told else wish.about,
        order="newest" if slots.newest else wish.order,
        popular=slots.popular,
    )
    return _within(_compared(merged, slots.compare, pivot), slots)


def _within(wish: Wish, slots: Slots) -> Wish:
    """Return a compared wish with both ends of a span that the message itself says ("mais velhos, tipo anos 60")."""
    query = wish.query
    if slots.compare in ("older", "newer") and slots.year_min is not None and slots.year_max is not None:
        low, high = (
            max(query.year_min or slots.year_min, slots.year_min),
            min(query.year_max or slots.year_max, slots.year_max),
        )
        query = replace(query, year_min=low, year_max=high) if low <= high else replace(query, year_min=slots.year_min, year_max=slots.year_max)  # fmt: skip
    if slots.compare == "longer" and slots.duration_max_s is not None:
        query = replace(query, duration_max_s=slots.duration_max_s)
    return replace(wish, query=query)


def _less_felt(genres: tuple[str, ...], slots: Slots) -> frozenset[str]:
    """Return the genres asked for before that a message would leave out only by a mood of theirs.

    "Menos engraçado" of comedies is still said of comedies: the mood is left out, the genre stands.
    """
    if not slots.exclude_moods or slots.said.get("not_genres"):
        return frozenset()
    named = {value for size, kind, value in phrases(slots.masked) if size and kind == "genres"}
    return frozenset(genres) - named


def _joined(old: str, new: str) -> str:
    """Return the words of a story that goes on, the newest where they are too many."""
    return " ".join(
        [*old.split(), *(word for word in new.split() if word not in old.split())][-STORY_WORDS_MAX:]
    )


def _merged(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))


def _compared(wish: Wish, compare: str | None, pivot: Title | None) -> Wish:
    query = wish.query  # a bound that was said holds where it is the stricter one
    seconds = pivot.duration_s if pivot else None
    year = pivot.year if pivot else None
    if compare == "shorter":
        longest = (seconds - 1) if seconds and seconds > 1 else SHORT_S
        return replace(
            wish, query=replace(query, duration_max_s=min(longest, query.duration_max_s or longest))
        )
    if compare == "longer":
        shortest = (seconds + 1) if seconds else LONG_S
        return replace(
            wish,
            query=replace(
                query, duration_min_s=max(shortest, query.duration_min_s or 0), duration_max_s=None
            ),
        )
    if compare == "older":
        latest = (year - 1) if year else 1999
        return replace(
            wish, query=replace(query, year_max=min(latest, query.year_max or latest), year_min=None)
        )
    if compare == "newer":
        earliest = (year + 1) if year else 2000
        newer = replace(query, year_min=max(earliest, query.year_min or 0), year_max=None)
        return replace(wish, query=newer, order="newest")
    if compare == "lighter":
        barred = tuple(genre for genre in _HEAVY if genre not in query.genres)
        return replace(wish, query=replace(query, exclude_genres=_merged(query.exclude_genres, barred)))
    if compare == "heavier":
        return replace(
            wish, query=replace(query, exclude_genres=_merged(query.exclude_genres, ("familia", "comedia")))
        )
    return wish
