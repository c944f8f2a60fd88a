"""What the literal rules read and what the models read, as one set of slots.

Models say what is meant; what a rule reads plainly stands where they hardly tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona import story
from bitaca_core.derona.alternatives import either
from bitaca_core.derona.lexicon import lexicon
from bitaca_core.derona.names import Names
from bitaca_core.derona.slots import CHILD_AGE, Slots, phrases
from bitaca_core.derona.understanding.numbers import class_of
from bitaca_core.derona.understanding.reading import SILENT, Understood
from bitaca_core.search.words import REGION_WORDS, REGIONS

CATALOGUE = {"crime": "crime", "historia": "historico", "infantil": "familia"}
"""The guide's genres in the catalogue's names, where they differ."""
OF_CATALOGUE = {"policial": "crime", "historico": "historia", "familia": "infantil"}
COMPANIES = {
    "filhos": "children", "familia": "family", "avos": "elders", "casal": "couple", "amigos": "friends",
}  # fmt: skip
COMPARED = {
    "mais-leve": "lighter", "mais-pesado": "heavier", "mais-curto": "shorter", "mais-longo": "longer", "mais-antigo": "older", "mais-novo": "newer",
    "menos-violento": "lighter",
}  # fmt: skip
_LEFT_OUT = re.compile(
    r"\b(?:sem|menos|nada|nao|not|tira|retira|without|except)\b(?: \w+){0,3} (?:do|da|de|by|from) "
)
_FOR_FAMILY = re.compile(
    r"\b(?:para|for|filmes? (?:de|da|em|bem)|series? (?:de|em)|estilo) (?:\w+ )?famil\w+|\bfamily (?:movies?|films?|shows?|friendly|animation|comed\w+|adventures?)\b"
)
"""A family that is the audience of what is asked for, not in its story."""
_KIDS_FILM = re.compile(
    r"\b(?:infanti\w+|kidd(?:ie|y|o)s?|kids? (?:\w+ )?(?:movies?|films?|shows?|stuff)|children s|(?:filmes?|desenhos?|series?) (?:\w+ )?(?:de|para) crianc\w+|famil\w+|family)\b"
)
_REGION = re.compile(
    r"(?:^(?:(?:e|so|algo|algum|agora|quero|um|uma|mas|do|da|de|dos|cinema|something|only) )*|\b(?:filmes?|series?|animes?|documentarios?|comedias?|dramas?|terror|romances?|animac\w+|desenhos?|cinema|movies?|films?) (?:do |da |de |dos )?)(?P<region>"
    + "|".join(sorted(REGION_WORDS))
    + r")\b"
)


def slots_with(slots: Slots, understood: Understood, names: Names) -> Slots:
    """Return the rules' slots with what the models read; `said` holds it in the guide's names."""
    told = dict(understood.slots)
    left_out = [slots.titles[at] for at in told.pop("not_title_places", ()) if at < len(slots.titles)]
    titles = tuple(title for title in slots.titles if title not in left_out)
    said: dict[str, Any] = {name: value for name, value in told.items() if value not in (None, (), [])}
    if titles:
        said["titles"] = titles
    if left_out:
        said["not_titles"] = tuple(left_out)
    people = [names.person_like(one) or one for one in told.pop("people", ())]
    if understood.intent not in SILENT and not _LEFT_OUT.search(slots.masked):
        people += [one for one in names.in_full(tuple(slots.masked.split())) if one not in people]
    if (
        slots.person
        and not _LEFT_OUT.search(slots.masked)  # somebody who is left out is nobody who is looked for
        and slots.person not in people
        and fold(slots.person) in slots.masked
        and understood.intent not in SILENT
    ):
        people.insert(0, slots.person)
    said.pop("people", None)
    if people:
        said["people"] = tuple(dict.fromkeys(people))
    left = {OF_CATALOGUE.get(genre, genre) for genre in slots.exclude_genres} & set(told.get("genres", ()))
    if left and re.search(r"\b(?:sem|without|nada de|exceto)\b", slots.masked):
        told["genres"] = tuple(genre for genre in told["genres"] if genre not in left)  # what is plain is so
        told["not_genres"] = tuple(dict.fromkeys((*told.get("not_genres", ()), *left)))
        said |= {"genres": told["genres"], "not_genres": told["not_genres"]}
        said = {name: value for name, value in said.items() if value}
    genres = _genres(slots.genres, told.get("genres", ()), told.get("not_genres", ()))
    barred = _genres(slots.exclude_genres, told.get("not_genres", ()), told.get("genres", ()))
    if not {"crime", "policial"}.isdisjoint(barred) and {"crime", "policial"}.isdisjoint(genres):
        barred = tuple(
            dict.fromkeys((*barred, "crime", "policial"))
        )  # one word of the guide, two of the catalogue
    shortest_s, longest_s = _sitting(slots, told)
    genres, hinted = _sure(tuple(one for one in genres if one not in barred), slots, told, understood.intent)
    known = tuple(dict.fromkeys(one for one in people if names.titles_by(one)))
    person = slots.person or next(iter(known), None)
    joined = replace(
        slots,
        said=said,
        person=person,
        others=tuple(one for one in known if one != person),
        either=either(slots.masked, known),
        titles=titles,
        exclude_titles=tuple(left_out),
        genres=genres,
        hinted=hinted,
        exclude_genres=barred,
        want_moods=tuple(told.get("moods", ())),
        exclude_moods=tuple(told.get("not_moods", ())),
        countries=_countries(slots, told),
        exclude_countries=tuple(dict.fromkeys((*slots.exclude_countries, *told.get("not_countries", ())))),
        audio_languages=tuple(told.get("audio_languages", ())),
        subtitle_languages=tuple(told.get("subtitle_languages", ())),
        company=COMPANIES.get(told.get("company", "")),
        year_min=told.get("year_from", slots.year_min if "year_to" not in told else None),
        year_max=told.get("year_to", slots.year_max if "year_from" not in told else None),
        duration_min_s=shortest_s,
        duration_max_s=longest_s,
        max_age=_age(slots, told),
        ordinal=told.get("ordinal", slots.ordinal),
        reference=bool(told.get("reference")) or slots.reference,
        compare=COMPARED.get(told.get("comparative", ""), slots.compare),
    )  # fmt: skip
    moods_read = bool(told.get("moods") or told.get("not_moods"))
    refining = understood.intent in ("refine", "another")
    tale = story.told(
        joined,
        told.get("themes", ()),
        moods_read=moods_read,
        company=bool(told.get("company")),
        refining=refining,
    )
    new = joined.newest and not (tale.plain and len(tale.words.split()) >= story.STORY_MIN)
    return replace(joined, story=tale.words, plot=tale.plain, newest=new)


def _countries(slots: Slots, told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the countries that were asked for; a part of the world ("filme africano") is all of its countries."""
    if told.get("countries"):
        return tuple(told["countries"])
    found = tuple(one for one in slots.countries if one not in told.get("not_countries", ()))
    region = _REGION.search(slots.masked) if not found and not told.get("not_countries") else None
    return REGIONS[REGION_WORDS[region["region"]]] if region is not None else found


def _sure(
    genres: tuple[str, ...], slots: Slots, told: Mapping[str, Any], intent: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the genres that were asked for, and those that a word about somebody or a feeling only hints at.

    The models read every genre of the guide: what the rules alone made of "em família" is a hint, and so is what they made
    of a feeling ("pra chorar") beside a genre, against another feeling, or of a list that is there.
    """
    read = {CATALOGUE.get(genre, genre) for genre in told.get("genres", ())} | set(told.get("genres", ()))
    if told.get("company") and not _KIDS_FILM.search(slots.masked):
        read -= {"infantil", "familia"}  # "agora com meus filhos" says who watches, not of what genre
    felt = {mood.genre for phrase in slots.moods if (mood := lexicon().moods[phrase]).genre}
    named = {value for size, kind, value in phrases(slots.masked) if size and kind == "genres"}
    felt_alone = not read and not told.get("not_moods") and bool(told.get("moods") or told.get("company"))
    if intent == "search" and felt_alone:
        felt = set()
    if _FOR_FAMILY.search(slots.masked) is None:
        felt, named = felt | {"familia"}, named - {"familia"}
    hinted = tuple(genre for genre in genres if genre not in read and genre in felt and genre not in named)
    return tuple(genre for genre in genres if genre not in hinted), hinted


def _sitting(slots: Slots, told: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the shortest and the longest sitting in seconds: where rules and models read the same bound, the stricter."""
    low, high = told.get("duration_min"), told.get("duration_max")
    if low is None and high is None:
        return slots.duration_min_s, slots.duration_max_s
    return (
        None if low is None else max(60 * low, slots.duration_min_s or 0),
        None if high is None else min(60 * high, slots.duration_max_s or 60 * high),
    )


def _age(slots: Slots, told: Mapping[str, Any]) -> int | None:
    """Return the age of the youngest, in years, where the rules read one of the class that was told.

    A child that is only spoken of ("mãe com filhos lobo") sits in no audience: an age that nobody said is taken from
    company, which the models read.
    """
    rules, read = slots.max_age, told.get("age_max")
    if read is None:
        said = re.search(
            r"\d|\b(?:para|ver|assistir|vejam|vejo|for|watch)\b", re.sub(r"\btitulo\d+\b", " ", slots.masked)
        )
        spoken = rules is not None and (rules != CHILD_AGE or said is not None)
        return rules if spoken or told.get("company") else None
    return rules if rules is not None and class_of(rules) == read else read


def _genres(rules: Sequence[str], told: Sequence[str], against: Sequence[str]) -> tuple[str, ...]:
    kept = [genre for genre in rules if OF_CATALOGUE.get(genre, genre) not in against]
    have = {OF_CATALOGUE.get(genre, genre) for genre in kept}
    return tuple(
        dict.fromkeys((*kept, *(CATALOGUE.get(genre, genre) for genre in told if genre not in have)))
    )
