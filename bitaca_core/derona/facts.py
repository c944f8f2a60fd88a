"""Facts of a title in words: each is one catalogue field, written for people in Portuguese or English."""

from __future__ import annotations

from collections.abc import Iterable

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import country_name, genre_name, theme_name
from bitaca_core.derona import trusted
from bitaca_core.derona.state import Wish

HOUSE = "sample"
"""`Title.source` of what Bitaca itself made."""
RATINGS = (0, 6, 10, 12, 14, 16, 18)
"""Brazil's age ratings in years; 0 is `livre`."""
SYNOPSIS_CHARS = 280


def duration(seconds: int, lang: str) -> str:
    """Return `1 h 32 min`, `4 min 10 s` or `25 s`."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes >= 10 or (minutes and not left):
        return f"{minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def clock(seconds: float) -> str:
    """Return a position as `3:20` or `1:05:00`."""
    whole = int(seconds)
    hours, minutes, left = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def amount(seconds: float, lang: str) -> str:
    """Return `10 segundos`, `1 minuto`, `1 minuto e 30 segundos`."""
    whole = abs(int(seconds))
    units = (("hora", "hour", 3600), ("minuto", "minute", 60), ("segundo", "second", 1))
    parts = []
    for pt, en, size in units:
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count} {pt if lang == 'pt' else en}{'s' if count > 1 else ''}")
    return joined(parts, lang)


def joined(parts: Iterable[str], lang: str, word: str | None = None) -> str:
    """Return `a, b e c`."""
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word or ('e' if lang == 'pt' else 'and')} {items[-1]}"


def genres(title: Title, lang: str, first: Iterable[str] = (), limit: int = 3) -> str:
    """Return the title's genres in lower case, those in `first` in front."""
    wanted = [genre for genre in dict.fromkeys(first) if genre in title.genres]
    order = wanted + [genre for genre in title.genres if genre not in wanted]
    return joined((genre_name(genre, lang).lower() for genre in order[:limit]), lang)


def length(title: Title, lang: str) -> str | None:
    """Return the duration; of a series without one, its number of episodes."""
    if title.episodes:
        word = ("episódio" if lang == "pt" else "episode") + ("s" if len(title.episodes) > 1 else "")
        return f"{len(title.episodes)} {word}"
    return duration(title.duration_s, lang) if title.duration_s else None


def age(title: Title, lang: str) -> str | None:
    """Return the age rating in words, None when the catalogue does not know it."""
    if title.age_rating is None:
        return None
    if title.age_rating == "L":
        return "livre" if lang == "pt" else "suitable for all ages"
    return f"{title.age_rating} anos" if lang == "pt" else f"{title.age_rating} and over"


def origin(title: Title, lang: str) -> str | None:
    """Return `da casa` for what Bitaca made, else country and year as far as they are known."""
    if title.source == HOUSE:
        return "da casa" if lang == "pt" else "made in-house"
    parts = [joined((country_name(code, lang) for code in title.countries[:2]), lang), str(title.year or "")]
    return ", ".join(part for part in parts if part) or None


def summary(title: Title, lang: str, first: Iterable[str] = ()) -> str:
    """Return the facts of a title in one line: genres, length, origin, age."""
    rating = age(title, lang)
    rated = None if rating is None else (f"classificação {rating}" if lang == "pt" else f"rated {rating}")
    parts = [genres(title, lang, first), length(title, lang), origin(title, lang), rated]
    return ", ".join(part for part in parts if part) or title.name(lang)


def card_reason(
    title: Title,
    wish: Wish | None,
    lang: str,
    near: bool = False,
    like: Title | None = None,
    other: bool = False,
    lacks: bool = False,
) -> str:
    """Return why this card is here, true of this title: what was asked for first.

    `near` marks a title that does not meet the whole wish; `like` is the title that it was compared with;
    `other` marks one that does not answer the wish at all; `lacks` one without a genre that was asked for.
    """
    wanted: tuple[str, ...] = (*wish.query.genres, *wish.prefer) if wish else ()
    if like is not None:
        wanted = tuple(genre for genre in title.genres if genre in like.genres) or wanted
    shares = near and like is not None
    spoken = [genres(title, lang, wanted, len(wanted[:2]) if shares and wanted else 2)]
    if wish:
        themes = [theme for theme in (*wish.query.themes, *wish.about) if theme in title.themes]
        if themes:
            about = joined((theme_name(theme, lang) for theme in themes), lang)
            spoken.append(f"sobre {about}" if lang == "pt" else f"about {about}")
        asked = [who for who in (wish.person, *wish.others) if who]
        made = [who for who in asked if who in title.directors]
        plays = [who for who in asked if who in title.cast and who not in made]
        if made:
            spoken.append(("de " if lang == "pt" else "by ") + joined(made, lang))
        if plays:
            spoken.append(("com " if lang == "pt" else "with ") + joined(plays, lang))
    if like is not None:
        shared = [theme for theme in title.themes if theme in like.themes][:1]
        spoken.extend(
            (f"sobre {theme_name(t, lang)}" if lang == "pt" else f"about {theme_name(t, lang)}")
            for t in shared
        )
    spoken.extend(part for part in (length(title, lang), origin(title, lang)) if part)
    text = ", ".join(part for part in spoken if part) or title.name(lang)
    missing = (
        [genre_name(g, lang).lower() for g in wish.query.genres if g not in title.genres] if wish else []
    )
    if lacks and missing:
        without = joined(missing, lang, "nem" if lang == "pt" else "or")
        label = (
            f"Não é {without}, mas dá pra assistir agora"
            if lang == "pt"
            else f"Not {without}, but ready to watch"
        )
        return f"{label}: {text}"
    if other:
        return ("Outra ideia: " if lang == "pt" else "Another idea: ") + text
    if near and like is not None:
        return (
            f"Em comum com {like.name(lang)}: " if lang == "pt" else f"Shared with {like.name(lang)}: "
        ) + text
    if near:
        return ("Perto do pedido: " if lang == "pt" else "Close to it: ") + text
    return text[:1].upper() + text[1:]


def synopsis(title: Title, lang: str) -> str | None:
    """Return the beginning of the synopsis in `lang`, else in the other language, whole sentences only."""
    first, second = trusted.spoken(title.synopsis_pt or ""), trusted.spoken(title.synopsis_en or "")
    text = (first or second) if lang == "pt" else (second or first)
    if not text:
        return None
    if len(text) <= SYNOPSIS_CHARS:
        return text
    cut = text[:SYNOPSIS_CHARS]
    end = max(cut.rfind(". "), cut.rfind("! "), cut.rfind("? "))
    return cut[: end + 1] if end > 40 else cut[: cut.rfind(" ")].rstrip(",;:") + "…"


def wish_words(wish: Wish, lang: str) -> str:
    """Return the wish as a viewer would say it: `ação e anime, até 1 h 30 min, sem terror`."""
    return ", ".join(spoken_parts(wish, lang)) or ("coisa boa" if lang == "pt" else "good things")


def spoken_parts(wish: Wish, lang: str) -> list[str]:
    """Return each condition of the wish in words; empty when it is only a mood or free words."""
    query, pt = wish.query, lang == "pt"
    parts: list[str] = []
    if query.genres:
        parts.append(joined((genre_name(genre, lang).lower() for genre in query.genres), lang))
    if query.kinds and "film" not in query.kinds:
        names = {"series": ("séries", "series"), "short": ("curtas", "shorts")}
        parts.append(joined((names[kind][not pt] for kind in query.kinds if kind in names), lang))
    if query.themes:
        themes = joined((theme_name(theme, lang) for theme in query.themes), lang)
        parts.append(f"histórias sobre {themes}" if pt else f"stories about {themes}")
    if wish.person:
        or_ = ("ou" if pt else "or") if wish.either else None
        people = joined((wish.person, *wish.others), lang, or_)
        parts.append(f"títulos com {people}" if pt else f"titles with {people}")
    if 0 < len(query.countries) <= COUNTRIES_TOLD:
        names_ = joined((country_name(code, lang) for code in query.countries), lang)
        parts.append(_from(query.countries) if pt else f"made in {names_}")
    named = bool(parts) and not (query.countries and len(parts) == 1)
    parts.extend(_bounds(wish, lang))
    barred = [genre_name(genre, lang).lower() for genre in query.exclude_genres]
    barred += [theme_name(theme, lang) for theme in query.exclude_themes]
    if barred:
        parts.append(("sem " if pt else "without ") + joined(barred, lang, "nem" if pt else "or"))
    if query.max_age is not None:
        rating = max(step for step in RATINGS if step <= query.max_age)
        limit = "livre" if rating == 0 else f"até {rating} anos"
        english = "suitable for all ages" if rating == 0 else f"rated {rating} or under"
        parts.append(f"com classificação {limit}" if pt else english)
    orders = {
        "newest": ("os mais novos", "the newest"),
        "oldest": ("os mais antigos", "the oldest"),
        "shortest": ("os mais curtos", "the shortest"),
        "longest": ("os mais longos", "the longest"),
    }
    if wish.order:
        parts.append(orders[wish.order][not pt])
    if parts and not named and not wish.order:
        parts[0] = f"{'títulos' if pt else 'titles'} {parts[0]}"
    return parts


_BARE = {"PT", "HK", "CU", "IL", "AO", "MZ", "CV"}
_PLURAL = {"US": "dos", "NL": "dos", "PH": "das", "AE": "dos"}


def _from(countries: Iterable[str]) -> str:
    """Return `do Brasil e da França`, with the articles of Portuguese."""
    said = []
    for code in countries:
        name = country_name(code, "pt")
        article = (
            "de" if code in _BARE else _PLURAL.get(code) or ("da" if name.split()[0].endswith("a") else "do")
        )
        said.append(f"{article} {name}")
    return joined(said, "pt")


def _bounds(wish: Wish, lang: str) -> list[str]:
    query, pt = wish.query, lang == "pt"
    parts = []
    low, high = query.year_min, query.year_max
    if low is not None and low == high:
        parts.append(f"de {low}" if pt else f"from {low}")
    elif low is not None and high is not None:
        parts.append(f"de {low} a {high}" if pt else f"from {low} to {high}")
    elif low is not None:
        parts.append(f"de {low} pra cá" if pt else f"from {low} on")
    elif high is not None:
        parts.append(f"até {high}" if pt else f"up to {high}")
    if query.duration_max_s is not None:
        parts.append(
            f"até {duration(query.duration_max_s, lang)}"
            if pt
            else f"up to {duration(query.duration_max_s, lang)}"
        )
    if query.duration_min_s is not None:
        parts.append(
            f"a partir de {duration(query.duration_min_s, lang)}"
            if pt
            else f"at least {duration(query.duration_min_s, lang)}"
        )
    return parts


COUNTRIES_TOLD = 3
"""More countries than these are a part of the world, whose list nobody reads out."""
DROPPED = {
    "playable": ("o que já passa aqui", "what plays here already"),
    "text": ("as palavras exatas", "the exact words"),
    "mood": ("o clima", "the mood"),
    "theme": ("o tema", "the theme"),
    "duration": ("a duração", "the length"),
    "year": ("o ano", "the year"),
    "kind": ("o formato", "the format"),
    "person": ("a pessoa", "the person"),
    "people": ("uma das pessoas", "one of the people"),
    "like": ("a semelhança", "the likeness"),
    "country": ("o país", "the country"),
    "genre": ("um dos gêneros", "one of the genres"),
}
"""What a near answer gave up, in words."""


def dropped_words(names: Iterable[str], lang: str) -> str:
    """Return what was given up: `a duração e o ano`."""
    return joined((DROPPED[name][lang != "pt"] for name in dict.fromkeys(names)), lang)
