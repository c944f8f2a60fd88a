"""The titles that ship with Bitaca: enough of them, valid, in our own words, and honest about what is unknown."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import resources

import pytest

from bitaca_core.catalogue.normalize import fold, title_id_for, words
from bitaca_core.catalogue.titles import Credit, FranchisePlace, Season, Title
from bitaca_core.catalogue.vocabulary import vocabulary

NULLABLE = ("title_pt", "title_en", "year", "duration_s", "age_rating", "countries", "directors")
RESTATED = "Livre para todos os públicos"
"""What the badge `L` says already: no content descriptor."""
SYNOPSIS_WORDS = range(35, 61)
LANGUAGES = {
    "bn", "da", "de", "en", "es", "fa", "fr", "hi", "hy", "it", "ja", "ko", "pt-BR", "pt-PT", "qu", "sv", "wo", "yue",
    "zh", "zxx",
}  # fmt: skip
"""BCP 47 tags in use; a new one is added here on purpose."""
TELLTALES = {
    "pt": frozenset(words("que nao uma um os as do da dos das na no com para ao em por mas ele ela seu sua")),
    "en": frozenset(words("the and of to is his her with who that from by but it he she they an at for was")),
}
"""Small words of which a synopsis has more than of the other language's."""
ID_SHAPES = {"imdb": re.compile(r"tt\d{7,8}"), "mal": re.compile(r"[1-9]\d{0,5}")}


def complaints(titles: list[Title]) -> list[str]:
    """Return what is wrong with a list of real titles; every rule of the validation is here."""
    found = [*repetitions(titles), *franchise_complaints(titles)]
    for title in titles:
        rules = (text_complaints, fact_complaints, word_complaints, people_complaints, season_complaints)
        found += [f"{title.title_id}: {line}" for rule in rules for line in rule(title)]
    return found


def repetitions(titles: list[Title]) -> Iterator[str]:
    """Yield what two titles share though it belongs to one: ids, synopses, names of one year, ids elsewhere."""
    for field, values in (
        ("title_id", [title.title_id for title in titles]),
        ("synopsis_pt", [title.synopsis_pt for title in titles]),
        ("synopsis_en", [title.synopsis_en for title in titles]),
        ("name and year", [f"{name} {t.year}" for t in titles for name in {fold(n) for n in (t.name("pt"), t.name("en"))}]),
        ("external id", [f"{source} {value}" for title in titles for source, value in title.external_ids]),
    ):  # fmt: skip
        yield from (f"{field} twice: {value}" for value, count in Counter(values).items() if count > 1)


def text_complaints(title: Title) -> Iterator[str]:
    """Yield what is wrong with the names and synopses."""
    if title.title_id != title_id_for(title.original_title, title.year):
        yield "id does not follow from title and year"
    for language, other in (("pt", "en"), ("en", "pt")):
        synopsis = getattr(title, f"synopsis_{language}") or ""
        if len(synopsis.split()) not in SYNOPSIS_WORDS:
            yield f"synopsis_{language} has {len(synopsis.split())} words"
        if len(re.findall(r"[.?!](?=\s|$)", synopsis)) not in (2, 3) or not synopsis.endswith(
            (".", "?", "!")
        ):
            yield f"synopsis_{language} is not two or three sentences"
        said = words(synopsis)
        if sum(word in TELLTALES[language] for word in said) <= sum(
            word in TELLTALES[other] for word in said
        ):
            yield f"synopsis_{language} is not in its language"
    names = {title.original_title, title.title_pt, title.title_en}
    if repeated := [alias for alias in title.aliases if alias in names]:
        yield f"aliases repeat {repeated}"
    if "anime" in title.genres and not title.title_romaji:
        yield "an anime without title_romaji"


def fact_complaints(title: Title) -> Iterator[str]:
    """Yield what is claimed and doubted at once, or neither."""
    yield from (f"unverified {name} is not empty" for name in title.unverified if getattr(title, name))
    yield from (
        f"{name} is null but not listed as unverified"
        for name in NULLABLE
        if getattr(title, name) in (None, ()) and name not in title.unverified
    )
    for source, value in title.external_ids:
        if source not in ID_SHAPES or not ID_SHAPES[source].fullmatch(value):
            yield f"not an id of {source}: {value}"


def word_complaints(title: Title) -> Iterator[str]:
    """Yield what is outside the closed vocabularies; genres and moods are checked by the model itself."""
    yield from (f"unknown theme {theme}" for theme in title.themes if theme not in vocabulary().theme_names)
    yield from (
        f"unknown country {code}" for code in title.countries if code not in vocabulary().country_names
    )
    yield from (f"unknown language {code}" for code in title.languages if code not in LANGUAGES)
    if not (title.genres and title.themes):
        yield "no genre or theme"
    if not title.languages:
        yield "no language"
    if not 1 <= len(title.moods) <= 4 or len(set(title.moods)) < len(title.moods):
        yield f"{len(title.moods)} moods, expected one to four different ones"
    if RESTATED in title.descriptors:
        yield "its descriptor repeats its rating"


def people_complaints(title: Title) -> Iterator[str]:
    """Yield names given twice in one role, and those that are no single name."""
    said = [*(("director", name) for name in title.directors), *(("cast", name) for name in title.cast)]
    said += [(credit.role, credit.name) for credit in title.credits]
    yield from (f"{role} twice: {name}" for (role, name), count in Counter(said).items() if count > 1)
    yield from (f"not one name: {name!r}" for _, name in said if re.search(r"[;,/]| e | and ", name))


def season_complaints(title: Title) -> Iterator[str]:
    """Yield seasons out of order, of a title that is no series, or that begin in another year than it."""
    if title.seasons and title.kind != "series":
        yield "seasons of a title that is no series"
    numbers = [season.number for season in title.seasons]
    years = [season.year for season in title.seasons if season.year]
    if numbers != list(range(1, len(numbers) + 1)) or years != sorted(years):
        yield f"seasons are out of order: {numbers}, {years}"
    if years and years[0] != title.year:
        yield f"its first season is of {years[0]}"


def franchise_complaints(titles: list[Title]) -> Iterator[str]:
    """Yield franchises of one title, of two names, of two titles in one place, or in an impossible order."""
    members: dict[str, list[Title]] = defaultdict(list)
    for title in titles:
        if title.franchise:
            members[title.franchise.franchise_id].append(title)
    for name, group in members.items():
        places = sorted((title.franchise.order, title.franchise.relation, title.year) for title in group)  # type: ignore[union-attr]
        if len(group) < 2:
            yield f"franchise {name} has one title"
        if len({title.franchise.name for title in group}) > 1:  # type: ignore[union-attr]
            yield f"franchise {name} has two names"
        if len({order for order, _, _ in places}) < len(places):
            yield f"franchise {name} has two titles in one place"
        if places[0][1] not in ("main", "prequel"):
            yield f"franchise {name} begins with a {places[0][1]}"
        sequels = [(year, places[0][2]) for _, relation, year in places[1:] if relation == "sequel"]
        if any(year and first and year < first for year, first in sequels):
            yield f"franchise {name} has a sequel older than its first title"


def shipped(name: str) -> list[Title]:
    text = (resources.files("bitaca_core.catalogue") / "data" / f"{name}_titles.jsonl").read_text("utf-8")
    return [Title.model_validate_json(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def real() -> list[Title]:
    return shipped("real")


def test_the_real_titles_hold_every_rule(real):
    assert len(real) >= 220
    assert complaints(real) == []
    assert {title.source for title in real} == {"real"}


def test_they_are_varied(real):
    assert len({genre for title in real for genre in title.genres}) >= 22
    assert {title.year // 10 for title in real if title.year} >= set(range(192, 203))
    assert {title.kind for title in real} == {"film", "short", "series"}
    assert sum("BR" in title.countries for title in real) >= 50
    assert sum("anime" in title.genres for title in real) >= 60
    assert len({code for title in real for code in title.countries}) >= 25
    assert len({theme for title in real for theme in title.themes}) == len(vocabulary().theme_names)
    assert len({mood for title in real for mood in title.moods}) == 20


def test_there_are_shorts_and_titles_for_children(real):
    short = [title for title in real if title.duration_s and title.duration_s <= 30 * 60]
    assert len(short) >= 20
    children = [title for title in real if "familia" in title.genres]
    assert len(children) >= 50 and sum("BR" in title.countries for title in children) >= 8
    assert sum(title.age_rating == "L" for title in children) >= 20


def test_they_know_their_people_and_their_families(real):
    assert sum(bool(title.credits) for title in real) >= 250
    assert len({title.franchise.franchise_id for title in real if title.franchise}) >= 15
    assert sum(bool(title.seasons) for title in real) >= 10
    assert sum(title.external_id("imdb") is not None for title in real) >= 200
    assert sum(title.external_id("mal") is not None for title in real) >= 60


@pytest.mark.parametrize(
    ("asked", "title_id"),
    [
        ("menino vê gente morta", "the-sixth-sense-1999"),
        ("magnata imprensa rosebud repórter", "citizen-kane-1941"),
        ("marmota acorda sempre mesmo dia", "groundhog-day-1993"),
        ("bruxa vassoura entregas padaria", "majo-no-takkyubin-1989"),
        ("favela fotógrafo traficantes", "cidade-de-deus-2002"),
        ("gato preto veleiro capivara", "straume-2024"),
    ],
)
def test_a_question_about_the_plot_meets_its_words(real, asked, title_id):
    (title,) = (title for title in real if title.title_id == title_id)
    told = {fold(word) for word in words(f"{title.synopsis_pt} {' '.join(title.themes)}")}
    assert sum(word in told for word in words(asked)) >= len(words(asked)) - 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"synopsis_en": "Too short."}, "synopsis_en has 2 words"),
        ({"synopsis_en": "the word " * 31}, "synopsis_en has 62 words"),
        ({"synopsis_en": "the word " * 20 + "."}, "synopsis_en is not two or three sentences"),
        (
            {"synopsis_pt": "the story of a boy who is with her and that was it for " * 3},
            "synopsis_pt is not in its",
        ),
        ({"unverified": ("year",)}, "unverified year is not empty"),
        ({"age_rating": None, "unverified": ()}, "age_rating is null"),
        ({"title_id": "another-1999"}, "id does not follow"),
        ({"themes": ("nada disso",)}, "unknown theme"),
        ({"genres": ()}, "no genre"),
        ({"genres": ("anime",), "title_romaji": None}, "without title_romaji"),
        ({"countries": (), "unverified": ()}, "countries is null but not listed"),
        ({"countries": ("XX",)}, "unknown country XX"),
        ({"countries": ("BR",), "unverified": ("countries",)}, "unverified countries is not empty"),
        ({"directors": (), "unverified": ()}, "directors is null but not listed"),
        ({"languages": ("tlh",)}, "unknown language tlh"),
        ({"languages": ()}, "no language"),
        ({"moods": ()}, "0 moods"),
        ({"moods": ("leve", "leve")}, "2 moods"),
        ({"descriptors": (RESTATED,)}, "repeats its rating"),
        ({"aliases": ("Deus e o Diabo na Terra do Sol",)}, "aliases repeat"),
        ({"external_ids": (("imdb", "58006"),)}, "not an id of imdb"),
        ({"external_ids": (("letterboxd", "1"),)}, "not an id of letterboxd"),
        ({"external_ids": (("imdb", "tt0317248"),)}, "external id twice: imdb tt0317248"),
        ({"cast": ("Othon Bastos", "Othon Bastos")}, "cast twice"),
        ({"credits": (Credit(name="Glauber Rocha, Walter Lima", role="writer"),)}, "not one name"),
        ({"seasons": (Season(number=1, year=1964),)}, "seasons of a title that is no series"),
        ({"kind": "series", "seasons": (Season(number=2),)}, "seasons are out of order"),
        ({"kind": "series", "seasons": (Season(number=1, year=1970),)}, "first season is of 1970"),
        ({"franchise": FranchisePlace(franchise_id="alone", name="Alone", order=1)}, "alone has one title"),
        ({"franchise": FranchisePlace(franchise_id="naruto", name="Other", order=3)}, "naruto has two names"),
        (
            {"franchise": FranchisePlace(franchise_id="naruto", name="Naruto", order=2)},
            "two titles in one place",
        ),
        (
            {"franchise": FranchisePlace(franchise_id="naruto", name="Naruto", order=0, relation="sequel")},
            "naruto begins with a sequel",
        ),
        (
            {"franchise": FranchisePlace(franchise_id="naruto", name="Naruto", order=3, relation="sequel")},
            "naruto has a sequel older",
        ),
    ],
)
def test_each_violation_is_reported(real, change, complaint):
    broken = real[0].model_copy(update=change)
    assert any(complaint in line for line in complaints([broken, *real[1:]]))


def test_a_copied_synopsis_is_reported(real):
    copied = real[1].model_copy(update={"synopsis_pt": real[0].synopsis_pt})
    assert any("synopsis_pt twice" in line for line in complaints([real[0], copied, *real[2:]]))


def test_the_houses_own_titles_say_their_rating_once():
    assert [title.title_id for title in shipped("sample") if RESTATED in title.descriptors] == []


@pytest.mark.parametrize(
    ("title_id", "field", "value"),
    [
        (
            "before-sunrise-1995",
            "countries",
            (),
        ),  # sources name Austria, or Austria and Switzerland, beside the US
        ("cidade-de-deus-2002", "countries", ()),  # Brazil alone, or with France and Germany
        ("persepolis-2007", "countries", ("FR", "US")),
        ("o-menino-e-o-mundo-2013", "languages", ("zxx",)),  # BCP 47: no linguistic content
        ("a-meia-noite-levarei-sua-alma-1964", "aliases", ()),  # a character's name is no title
    ],
)
def test_what_is_doubtful_is_not_claimed(real, title_id, field, value):
    (title,) = (title for title in real if title.title_id == title_id)
    assert getattr(title, field) == value


@pytest.mark.parametrize(
    ("title_id", "words"),
    [("tokyo-godfathers-2003", ("ciclista", "cyclist")), ("castelo-ra-tim-bum-1994", ("a tia bruxa", "witch aunt"))],
)  # fmt: skip
def test_no_synopsis_takes_a_characters_word_for_a_fact(real, title_id, words):
    (title,) = (title for title in real if title.title_id == title_id)
    assert not any(word in f"{title.synopsis_pt} {title.synopsis_en}" for word in words)
