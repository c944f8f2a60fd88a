"""Something alike, with a difference: shorter, older, for adults; two titles at once; whoever made a work."""

import pytest

from bitaca_core.catalogue.titles import Title
from bitaca_core.search.adjusting import adjusted
from bitaca_core.search.makers import maker_asked, makers
from bitaca_core.search.query import Query
from bitaca_core.search.words import split_like

SOURCE = Title.model_validate(
    {
        "title_id": "a",
        "kind": "film",
        "original_title": "A",
        "source": "real",
        "year": 1994,
        "duration_s": 7200,
    }
)
ADJUSTED = {
    "mais curto": {"duration_max_s": 7140}, "mais longo": {"duration_min_s": 7260}, "mais antigo": {"year_max": 1993},
    "mais moderno": {"year_min": 1995}, "pra adulto": {"exclude_genres": ("familia",)}, "mais leve": {},
}  # fmt: skip


@pytest.mark.parametrize("text", ADJUSTED)
def test_a_difference_is_measured_against_the_title(text):
    query = adjusted(Query(), text, SOURCE)
    assert query == Query(**ADJUSTED[text])


def test_older_than_it_takes_the_place_of_old_at_all():
    assert adjusted(Query(year_max=1989), "mais antigo", SOURCE).year_max == 1993


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tipo tropa de elite só que documentário", "tropa de elite"), ("like spirited away but darker", "spirited away"),
        ("no estilo toy story", "toy story"), ("tipo central do brasil com humor", "central do brasil"),
        ("mistura de clube dos cinco com terror", "clube dos cinco com terror"), ("na mesma pegada de akira", "akira"),
    ],
)  # fmt: skip
def test_the_name_ends_where_the_difference_begins(text, name):
    assert split_like(text)[1] == name


def test_alike_keeps_the_difference(service):
    titles = service.catalogue
    source = titles.get("the-godfather-1972")
    older = service.ask("algo tipo o poderoso chefão mais antigo", limit=10)
    assert older and all(titles.get(hit.title_id).year < source.year for hit in older)
    lighter = service.ask("tipo cidade de deus mas mais leve", limit=5)
    assert all("violento" not in titles.get(hit.title_id).moods for hit in lighter[:3])
    both = [hit.title_id for hit in service.ask("parecido com Akira e Paprika", limit=8)]
    assert both and not {"akira-1988", "paprika-2006"} & set(both)
    horror = service.ask("mistura de clube dos cinco com terror", limit=3)
    assert horror and all("terror" in titles.get(hit.title_id).genres for hit in horror)


def test_a_maker_is_asked_for_by_a_work():
    assert maker_asked("filmes do mesmo diretor de Bacurau") == ("director", "bacurau")
    assert maker_asked("o cara que fez Akira") == ("director", "akira")
    assert maker_asked("do estúdio de Totoro") == ("studio", "totoro")
    assert (
        maker_asked("a professora que fez greve") is None
        and maker_asked("o diretor da escola some") is not None
    )
    row = {
        "title_id": "a",
        "kind": "film",
        "original_title": "A",
        "source": "real",
        "directors": ["Ana"],
        "credits": [{"name": "B", "role": "studio"}],
    }
    title = Title.model_validate(row)
    assert makers(title, "studio") == ("B",) and makers(title, "composer") == ("Ana",)


def test_the_maker_of_a_work_is_answered_with_their_titles(service):
    titles = service.catalogue
    hits = service.ask("aquele diretor do bacurau", limit=6)
    assert len(hits) >= 5 and all(
        "Kleber Mendonça Filho" in titles.get(hit.title_id).directors or hit.title_id == "bacurau-2019"
        for hit in hits[:5]
    )
    assert service.ask("o diretor da escola que some com os alunos", limit=3)
