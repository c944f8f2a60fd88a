"""Search over the shipped titles with the real embedder: by name, by words, by meaning, by filter."""

import pytest

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.search import service as service_of
from bitaca_core.search.documents import names_of
from bitaca_core.search.query import Query
from bitaca_core.search.service import MEANING_BURST, LocalSearch, open_search
from bitaca_core.search.words import read_query

FIRST = {
    "cidade de deuz": "cidade-de-deus-2002",
    "quero ver o filme akira": "akira-1988",
    "Spirited Away": "sen-to-chihiro-no-kamikakushi-2001",
    "viajem de chihiro": "sen-to-chihiro-no-kamikakushi-2001",
    "o tumulo dos vagalume": "hotaru-no-haka-1988",
    "千と千尋の神隠し": "sen-to-chihiro-no-kamikakushi-2001",
    "Koukaku Kidoutai": "kokaku-kidotai-1995",
    "central do brasil": "central-do-brasil-1998",
}
AMONG_THREE = {
    "filme sobre luto e natureza": "okami-kodomo-no-ame-to-yuki-2012|mushishi-2005|hotaru-no-haka-1988",
    "viagem no tempo": "toki-o-kakeru-shojo-2006|la-jetee-1962|primer-2004",
    "empregada doméstica e desigualdade": "que-horas-ela-volta-2015",
    "caçadores de recompensa no espaço": "cowboy-bebop-1998",
    "a movie about cooking in prison": "estomago-2007",
    "golpe militar e camponeses": "cabra-marcado-para-morrer-1984",
    "irmãos sozinhos na guerra": "hotaru-no-haka-1988",
    "samurai com hip hop": "samurai-champloo-2004",
    "corrida de carros no espaço": "redline-2009",
    "uma mulher que não quer vender o apartamento": "aquarius-2016",
    "menino que quer ir para marte": "marte-um-2022",
    "hayao miazaki": "sen-to-chihiro-no-kamikakushi-2001|tonari-no-totoro-1988",
    "fernanda montenegro": "central-do-brasil-1998|o-auto-da-compadecida-2000",
}


def ids(hits):
    return [hit.title_id for hit in hits]


@pytest.mark.parametrize("text", FIRST)
def test_a_named_title_comes_first(service, text):
    hit = service.ask(text)[0]
    assert hit.title_id == FIRST[text] and hit.why[0] == "title"


@pytest.mark.parametrize("text", AMONG_THREE)
def test_meaning_and_words_find_it(service, text):
    assert set(ids(service.ask(text, limit=3))) & set(AMONG_THREE[text].split("|"))


def test_without_an_index_words_still_work_and_say_so(indexed, tmp_path):
    from bitaca_core.settings import DataPaths

    lexical = open_search(DataPaths(tmp_path), indexed[1], lambda: set(), None, background=False)
    assert lexical.mode == "lexical"
    assert "hotaru-no-haka-1988" in ids(lexical.ask("irmãos na guerra", limit=5))
    assert ids(lexical.ask("cidade de deuz"))[0] == "cidade-de-deus-2002"
    assert ids(lexical.similar("akira-1988", 3))


def test_the_embedder_may_be_named(indexed):
    assert open_search(*indexed, lambda: set(), "minilm", background=False).mode == "hybrid"


def test_the_index_is_used(service):
    assert service.mode == "hybrid"
    assert any("meaning" in hit.why for hit in service.ask("time travel machine in a garage"))


def test_something_alike_is_answered_with_the_alike(service):
    hits = service.ask("filmes parecidos com Akira", limit=5)
    assert ids(hits) == ids(service.similar("akira-1988", 5))


def test_what_meets_the_filters_is_an_answer_though_a_word_is_unknown(service, indexed):
    hits = service.ask("um filme de terror brasileiro xptozz")
    assert hits and all({"terror"} <= set(indexed[1].get(hit.title_id).genres) for hit in hits)


def test_a_name_inside_a_question_is_found(service):
    assert ids(service.ask("vocês têm aí cowboy bebop pra gente ver agora?"))[0] == "cowboy-bebop-1998"


def test_nonsense_finds_nothing(service):
    assert service.ask("asdfgh qwerty zxcv") == []


def test_filters_hold_for_every_hit(service, indexed):
    query = read_query("anime de ação dos anos 90")
    hits = service.search(query, 50)
    assert hits
    for hit in hits:
        title = indexed[1].get(hit.title_id)
        assert {"anime", "acao"} <= set(title.genres) and 1990 <= title.year <= 1999
        assert "genre:acao" in hit.why


def test_an_unknown_rating_counts_as_eighteen(service, indexed):
    allowed = ids(service.search(Query(max_age=16), 100))
    assert all(indexed[1].get(title_id).age_rating is not None for title_id in allowed)


def test_exclusions(service, indexed):
    hits = service.search(
        Query(text="amor", exclude_genres=("anime",), exclude_ids=frozenset({"before-sunrise-1995"})), 50
    )
    assert hits and all("anime" not in indexed[1].get(hit.title_id).genres for hit in hits)
    assert "before-sunrise-1995" not in ids(hits)


def test_playable_comes_first_and_is_said(indexed, minilm):
    ready = {"redline-2009"}
    search = open_search(*indexed, lambda: ready, minilm, background=False)
    hits = search.search(Query(genres=("anime", "acao")), 10)
    assert hits[0].title_id == "redline-2009" and hits[0].playable
    assert not any(hit.playable for hit in hits[1:])
    assert ids(search.search(Query(playable_only=True))) == ["redline-2009"]


def test_playable_is_asked_at_most_once_a_second(indexed):
    asked, now = [], [0.0]
    search = LocalSearch(*indexed, lambda: asked.append(1) or set(), None, clock=lambda: now[0])
    for _ in range(5):
        search.search(Query())
    assert len(asked) == 1
    now[0] = 1.5
    search.search(Query())
    assert len(asked) == 2


def test_suggestions_while_typing(service, indexed):
    assert ids(service.suggest("vidas"))[0] == "vidas-secas-1963"
    assert all(
        any(word.startswith("vi") for name in names_of(indexed[1].get(key)) for word in fold(name).split())
        for key in ids(service.suggest("vi"))
    )
    assert "sen-to-chihiro-no-kamikakushi-2001" in ids(service.suggest("viagem d"))
    assert ids(service.suggest("totor"))[0] == "tonari-no-totoro-1988"
    assert ids(service.suggest("totoru"))[0] == "tonari-no-totoro-1988"
    assert service.suggest("") == [] and service.suggest("zzzz") == []
    assert len(service.suggest("a", 3)) == 3


def test_similar_leaves_itself_and_the_excluded_out(service):
    hits = service.similar("akira-1988", 10, exclude=frozenset({"cowboy-bebop-1998"}))
    assert len(hits) == 10
    assert not {"akira-1988", "cowboy-bebop-1998"} & set(ids(hits))
    assert all(hit.why[0] == "similar:akira-1988" for hit in hits)
    assert service.similar("no-such-title") == []


def test_similar_titles_are_of_a_kind(service, indexed):
    top = [
        indexed[1].get(title_id) for title_id in ids(service.similar("sen-to-chihiro-no-kamikakushi-2001", 2))
    ]
    assert all("anime" in title.genres for title in top)


def test_the_same_question_is_answered_from_the_cache(service, minilm, monkeypatch):
    first = service.search(Query(text="pescadores na tempestade"))
    monkeypatch.setattr(type(minilm), "encode", None)
    assert service.search(Query(text="PESCADORES na tempestade!")) == first


def test_another_catalogue_is_searched_after_reload(indexed):
    search = LocalSearch(*indexed, lambda: set(), None)
    assert search.ask("akira")
    search.reload(Catalogue())
    assert search.ask("akira") == [] and search.search(Query()) == []


def test_many_threads_get_the_same_answers(indexed, minilm):
    from concurrent.futures import ThreadPoolExecutor

    search = open_search(*indexed, lambda: set(), minilm, background=False)
    texts = ["cidade de deuz", "anime de ação dos anos 90", "quero ver o filme akira"] * 20
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda text: ids(search.ask(text)), texts))
    assert answers == [ids(search.ask(text)) for text in texts]


def test_a_crowd_is_answered_by_words_and_nothing_of_it_is_kept(indexed, minilm):
    now = [100.0]
    search = open_search(*indexed, lambda: set(), minilm, background=False, clock=lambda: now[0])
    question = Query(text="solidão na metrópole chuvosa")

    def meant(hits):
        return any("meaning" in hit.why for hit in hits)

    for number in range(MEANING_BURST):
        search.search(Query(text=f"pergunta {number}"))
    crowded = search.search(question)
    assert not meant(crowded)
    now[0] += 1.0
    assert meant(search.search(question))


def test_what_words_alone_tell_is_asked_once_under_many_conditions(indexed, minilm, monkeypatch):
    search = open_search(*indexed, lambda: set(), minilm, background=False)
    asked, gather = [], service_of.gather
    monkeypatch.setattr(service_of, "gather", lambda text, *more: asked.append(text) or gather(text, *more))
    search.hurried = True
    text = "pescadores na tempestade"
    whole = [ids(search.search(Query(text=text, genres=genres))) for genres in ((), ("drama",), ("anime",))]
    assert asked == [text] and len(set(map(tuple, whole))) == 3
    search.hurried = False
    assert any("meaning" in hit.why for hit in search.search(Query(text=text))), (
        "words alone are the poorer answer"
    )
    assert asked == [text, text]
    search.hurried = True
    search.reload(search.catalogue)
    search.search(Query(text=text))
    assert asked == [text] * 3, "another catalogue is another answer"


def test_words_alone_read_every_full_text_that_lies_in_memory(indexed, minilm, monkeypatch):
    search = open_search(*indexed, lambda: set(), minilm, background=False)
    search.hurried = True
    evidence, centred = search._evidence("um menino e um robô gigante")
    assert centred is None and evidence.vector is None and {"words", "english"} <= evidence.legs.keys()
    monkeypatch.setattr(search._index, "texts_in_memory", False)
    monkeypatch.setattr(search._index, "matches", lambda asked: pytest.fail("a trip to LanceDB in a hurry"))
    assert search._evidence("uma menina e um robô gigante")[0].legs.keys() & {"words", "english"} == {"words"}


def test_in_a_hurry_a_catalogue_newer_than_the_index_is_answered_without_what_is_gone(indexed, minilm):
    search = open_search(*indexed, lambda: set(), minilm, background=False)
    search.hurried = True
    gone = search.search(Query(text="pescadores na tempestade"))[0].title_id
    new = Title(
        title_id="a-rede-2026", kind="film", original_title="A Rede Xilofone", synopsis_pt="Pescadores."
    )
    search.reload(Catalogue([*(one for one in indexed[1].titles if one.title_id != gone), new]))
    assert gone not in ids(search.search(Query(text="pescadores na tempestade")))
    assert ids(search.ask("xilofone"))[0] == new.title_id, "by its name, until the index knows it"


def test_something_alike_but_lighter_is_lighter(service, indexed):
    plain = ids(service.ask("algo tipo cidade de deus", limit=10))
    lighter = ids(service.ask("algo tipo cidade de deus mas mais leve", limit=10))

    def heavy(found):
        moods = [indexed[1].get(title_id).moods for title_id in found]
        return sum("violento" in one or "sombrio" in one for one in moods)

    assert heavy(lighter) < heavy(plain) and "cidade-de-deus-2002" not in lighter


def test_something_alike_keeps_the_filters(service, indexed):
    found = ids(service.ask("um filme tipo cidade de deus dos anos 90", limit=5))
    assert found and all(1990 <= indexed[1].get(title_id).year <= 1999 for title_id in found)
    assert ids(service.ask("drama francês tipo cidade de deus", limit=3)) != found


def test_horror_without_blood_has_none(service, indexed):
    found = [
        indexed[1].get(title_id) for title_id in ids(service.ask("terror sem sangue dos anos 80", limit=20))
    ]
    assert found and all("violento" not in title.moods and 1980 <= title.year <= 1989 for title in found)


def test_short_anime_to_binge_are_series(service, indexed):
    found = [
        indexed[1].get(title_id) for title_id in ids(service.ask("animes curtinhos pra maratonar", limit=20))
    ]
    assert found and all(title.kind == "series" and "anime" in title.genres for title in found)
