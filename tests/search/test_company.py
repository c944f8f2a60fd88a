"""Who watches along is read only where it is the viewer's own company, and leaves out what would spoil the evening."""

import pytest

from bitaca_core.catalogue.titles import Title
from bitaca_core.search.chips import chips
from bitaca_core.search.company import COMPANIES, liking, suits
from bitaca_core.search.words import read_query

READ = {
    "pra ver com meus filhos pequenos": ("children", None),
    "desenho pro meu afilhado de 3 anos": ("children", 3),
    "algo pra deixar passando enquanto as crianças brincam": ("children", None),
    "movie night with the kids": ("children", None),
    "filme pra ver com a família toda": ("family", None),
    "pra ver com a minha vó": ("elders", None),
    "com a sogra, nada constrangedor": ("elders", None),
    "filme pra ver com o boy": ("couple", None),
    "comédia pra assistir agarradinho com a namorada": ("couple", None),
    "pra ver com a galera": ("friends", None),
    "noite das meninas": ("friends", None),
    "pra ver sozinho à noite": ("night", None),
}
SOMEBODY_ELSES = (
    "menino que mora com a vó", "pai com o filho numa estrada", "garoto com os amigos numa bicicleta",
    "mulher com a mãe doente", "dois irmãos que fogem com as crianças da vila", "casal de velhos com os filhos ocupados",
)  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_company_is_read(text):
    query = read_query(text)
    assert (query.company, query.company_age) == READ[text]


@pytest.mark.parametrize("text", SOMEBODY_ELSES)
def test_company_in_a_plot_is_somebody_elses(text):
    assert read_query(text).company is None


def title(**more):
    row = {"title_id": "a", "kind": "film", "original_title": "A", "source": "real", **more}
    return Title.model_validate(row)


def test_children_get_family_titles_of_unknown_rating_but_nothing_rated_above_them():
    assert suits(title(genres=["familia"]), "children", None, True)
    assert suits(title(genres=["animacao"], age_rating="L"), "children", 4, True)
    assert not suits(title(genres=["familia"], age_rating="12"), "children", 6, True)
    assert not suits(title(genres=["animacao"]), "children", 6, True)
    assert not suits(title(genres=["familia"], moods=["assustador"]), "children", None, True)
    assert not suits(title(genres=["familia", "terror"], age_rating="L"), "children", None, True)


def test_elders_are_spared_what_is_violent_unless_they_asked_for_the_genre():
    western = title(genres=["faroeste"], moods=["violento"])
    assert not suits(western, "elders", None, True)
    assert suits(western, "elders", None, False)
    assert not suits(title(genres=["terror"]), "family", None, False)


def test_liking_is_a_share_and_prefers_what_suits():
    for slug in COMPANIES:
        assert 0.0 <= liking(title(genres=["terror"], moods=["violento"]), slug) <= 1.0
    warm = title(genres=["comedia"], moods=["leve", "aconchegante", "nostalgico"])
    assert liking(warm, "elders") > liking(title(genres=["anime", "comedia"], moods=["leve"]), "elders")


def test_company_is_a_chip_that_can_be_taken_away():
    (chip,) = chips("pra ver com meus filhos")
    assert (chip.kind, chip.value, chip.label) == ("company", "children", "com crianças")
    assert chip.without == ""
    found = chips("comédia pra ver com a minha vó")
    assert [one.label for one in found] == ["Comédia", "com os mais velhos"] and found[1].without == "comédia"
    assert [one.label for one in chips("cartoon with my kids", "en")][-1] == "with children"


def test_what_is_answered_suits_the_company(service):
    titles = service.catalogue
    for text in ("pra ver com meus filhos", "filme pra minha sobrinha de 6 anos"):
        hits = service.ask(text, limit=10)
        assert len(hits) == 10
        assert all(suits(titles.get(hit.title_id), "children", 6, True) for hit in hits)
    assert all("romance" in titles.get(hit.title_id).genres or "romantico" in titles.get(hit.title_id).moods
               for hit in service.ask("filme pra ver com o boy", limit=10))  # fmt: skip
