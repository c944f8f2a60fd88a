import pytest

from bitaca_core.search.query import Query
from bitaca_core.search.words import asks_for_like, read_query

CASES = {
    "anime de ação dos anos 90": Query(genres=("anime", "acao"), year_min=1990, year_max=1999),
    "90s action anime": Query(genres=("acao", "anime"), year_min=1990, year_max=1999),
    "Mostre animes de ação": Query(genres=("anime", "acao")),
    "filme brasileiro dos anos 2000 sem terror": Query(
        exclude_genres=("terror",), year_min=2000, year_max=2009, countries=("BR",)
    ),
    "comédia com menos de 1 hora e meia": Query(genres=("comedia",), duration_max_s=5400),
    "filme sobre luto e natureza": Query(text="luto e natureza"),
    "séries japonesas depois de 2010": Query(kinds=("series",), countries=("JP",), year_min=2010),
    "curta de até 10 minutos": Query(kinds=("short",), duration_max_s=600),
    "filmes de 1998": Query(year_min=1998, year_max=1998),
    "ficção científica entre 1995 e 1980": Query(genres=("ficcao-cientifica",), year_min=1980, year_max=1995),
    "drama de mais de 2 horas que dá pra assistir agora": Query(
        genres=("drama",), duration_min_s=7200, playable_only=True
    ),
    "algo com robôs que não seja violento": Query(
        text="robos", exclude_themes=("violência",), exclude_moods=("violento",)
    ),
    "infantil livre para todos": Query(genres=("familia",), max_age=0),
    "anime até 12 anos": Query(genres=("anime",), max_age=12),
    "no horror please, something calm": Query(
        text="calm", exclude_genres=("terror",), moods=("contemplativo",)
    ),
    "corrida de carros no espaço": Query(text="corrida de carros no espaco"),
    "desde 2015": Query(year_min=2015),
    "filmes antes de 1970": Query(year_max=1969),
    "uma mulher que não quer vender o apartamento": Query(text="mulher que nao quer vender o apartamento"),
    "filmes brasileiros antigos": Query(countries=("BR",), year_max=1989),
    "animes recentes": Query(genres=("anime",), year_min=2015),
    "séries curtas": Query(kinds=("series",)),
    "um filme curto": Query(duration_max_s=5700),
    "curtinhas de comédia": Query(kinds=("short",), genres=("comedia",)),
    "desenho pra minha filha de 6 anos": Query(genres=("animacao",), company="children", company_age=6),
    "menino de 8 anos na guerra": Query(text="menino de 8 anos na guerra"),
    "algo curto e leve": Query(text="leve", moods=("leve",), duration_max_s=1800),
    "terror sem sangue dos anos 80": Query(
        genres=("terror",), exclude_moods=("violento",), year_min=1980, year_max=1989
    ),
    "animes curtinhos pra maratonar": Query(genres=("anime",), kinds=("series",), duration_max_s=1800),
    "drama francês dos anos sessenta": Query(
        genres=("drama",), countries=("FR",), year_min=1960, year_max=1969
    ),
    "desenho dublado": Query(genres=("animacao",), audio_languages=("pt",)),
    "anime legendado em inglês": Query(genres=("anime",), subtitle_languages=("en",)),
    "filme em espanhol nada triste": Query(audio_languages=("es",), exclude_moods=("triste",)),
    "": Query(),
    "quero ver um filme": Query(),
}


@pytest.mark.parametrize("text", CASES)
def test_filters_are_read_out_of_words(text):
    assert read_query(text) == CASES[text]


def test_a_very_long_text_is_cut():
    assert len(read_query("palavra " * 5000).text) <= 400


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("algo parecido com Akira", "akira"),
        ("filmes parecidos com Central do Brasil", "central do brasil"),
        ("que nem cowboy bebop", "cowboy bebop"),
        ("movies like Moonlight", "moonlight"),
        ("quero um drama", None),
        ("algo tipo cidade de deus mas mais leve", "cidade de deus"),
        ("um anime na vibe de cowboy bebop sem violência", "cowboy bebop"),
    ],
)
def test_asking_for_something_alike(text, name):
    assert asks_for_like(text) == name
