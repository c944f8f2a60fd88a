"""People, comparisons, reasons, what is here of a title: each word is a field of the catalogue or of its packages."""

from __future__ import annotations

import pytest

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Credit
from bitaca_core.derona.assistant import Action, Assistant, DialogueState, Own, PlayerContext
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library
from tests.derona.turns import act_of, say

FAROL, CARTA = "o-farol-de-papel-2026", "carta-para-o-mar-2026"


@pytest.fixture(scope="module")
def derona() -> Assistant:
    changes = {
        FAROL: {"audio_languages": ("pt-BR", "en"), "subtitle_languages": ("pt-BR", "es")},
        "bacurau-2019": {"credits": (Credit(name="Mateus Alves", role="composer"),), "moods": ("sombrio",)},
    }
    titles = Catalogue(title.model_copy(update=changes.get(title.title_id, {})) for title in catalogue())
    search = ShelfSearch(titles)
    packages = Library({FAROL: ()}, lengths={FAROL: 250.0})
    return Assistant(titles, search, playable=lambda: PLAYABLE, packages=packages)


LISTED = DialogueState(
    listed=("central-do-brasil-1998", "cidade-de-deus-2002", "bacurau-2019"),
    wish=Wish(query=Query(countries=("BR",))),
)


def test_people_by_part(derona: Assistant) -> None:
    bacurau = {"titles": ("bacurau-2019",)}
    assert "Kleber Mendonça Filho" in say(derona, "quem dirigiu", "cast", "director", **bacurau).text
    assert "Sônia Braga" in say(derona, "quem atua", "cast", "cast", **bacurau).text
    assert "Mateus Alves" in say(derona, "de quem é a trilha", "cast", **bacurau).text
    both = say(derona, "quem fez", "cast", **bacurau).text
    assert "Sônia Braga" in both and "Juliano Dornelles" in both
    assert act_of(say(derona, "quem escreveu", "cast", **bacurau)) == "unknown_fact"


def test_what_somebody_made(derona: Assistant) -> None:
    reply = say(derona, "o que mais o walter salles fez", "cast", "filmography", person="Walter Salles")
    assert [card.title_id for card in reply.cards] == ["central-do-brasil-1998"]
    assert reply.cards[0].reason == "Direção, 1998"
    other = say(derona, "e os outros dele?", "cast", "filmography", state=DialogueState(focus="akira-1988"))
    assert "Katsuhiro Otomo" in other.text
    assert act_of(say(derona, "filmes de quem", "cast", "filmography")) == "person_ask"


def test_two_titles_side_by_side(derona: Assistant) -> None:
    reply = say(
        derona, "central do brasil ou bacurau?", "compare", titles=("central-do-brasil-1998", "bacurau-2019")
    )
    assert "1 h 50 min" in reply.text and "2 h 11 min" in reply.text and len(reply.cards) == 2
    counted = say(derona, "o 1 ou o 3?", "compare", state=LISTED)
    assert [card.title_id for card in counted.cards] == ["central-do-brasil-1998", "bacurau-2019"]


@pytest.mark.parametrize(
    ("text", "slots", "title", "value"),
    [
        ("qual é o mais curto?", {"compare": "shorter"}, "Central do Brasil", "1 h 50 min"),
        ("qual é o mais novo?", {"compare": "newer"}, "Bacurau", "2019"),
        ("qual é o mais sombrio?", {"moods": ("sombrio",)}, "Bacurau", "sombrio"),
    ],
)
def test_by_one_field(derona: Assistant, text: str, slots: dict[str, object], title: str, value: str) -> None:
    reply = say(derona, text, "compare", state=LISTED, **slots)
    assert title in reply.text and value in reply.text


def test_taste_is_not_ranked_and_missing_facts_are_admitted(derona: Assistant) -> None:
    assert act_of(say(derona, "qual é o melhor?", "compare", state=LISTED)) == "compare_list"
    assert (
        act_of(say(derona, "qual é mais leve?", "compare", state=LISTED, compare="lighter"))
        == "compare_unknown"
    )
    assert act_of(say(derona, "qual é melhor", "compare")) == "compare_ask"


def test_why_each_and_why_one(derona: Assistant) -> None:
    each = say(derona, "por que esses?", "why", state=LISTED, reference=False)
    assert act_of(each) == "why_each" and "Central do Brasil" in each.text and "Bacurau" in each.text
    one = say(derona, "por que o segundo?", "why", state=LISTED, ordinal=2)
    assert "Cidade de Deus" in one.text and "crime" in one.text
    assert act_of(say(derona, "por quê?", "why")) == "why_none"


def test_why_names_what_the_viewer_liked_and_what_both_share(derona: Assistant) -> None:
    own = Own(liked=("deus-e-o-diabo-na-terra-do-sol-1964",))
    reply = say(derona, "por que bacurau?", "why", state=LISTED, titles=("bacurau-2019",), own=own)
    assert act_of(reply) == "why_kept" and "Deus e o Diabo" in reply.text and "sertão" in reply.text


@pytest.mark.parametrize(
    ("text", "act", "words"),
    [
        ("tem legenda em espanhol?", "text_yes", ("espanhol",)),
        ("tem legenda em japonês?", "text_no", ("japonês", "português e espanhol")),
        ("tem dublado?", "audio_yes", ("português",)),
        ("tem áudio em francês?", "audio_no", ("francês", "português e inglês")),
        ("que idiomas tem?", "tracks_of", ("português e inglês", "português e espanhol")),
        ("tem em 4k?", "picture_of", ("720p",)),
    ],
)
def test_what_is_here_of_a_title(derona: Assistant, text: str, act: str, words: tuple[str, ...]) -> None:
    reply = say(derona, text, "availability", state=DialogueState(focus=FAROL, listed=(FAROL,)))
    if act == "picture_of":
        return  # these packages say no heights; the next test has some
    assert act_of(reply) == act and all(word in reply.text for word in words), reply.text


def test_heights_episodes_and_what_comes_and_goes(derona: Assistant) -> None:
    derona.shelf.packages = Library({FAROL: []}, lengths={FAROL: 250.0})
    tall = say(derona, "tem em 4k?", "availability", state=DialogueState(focus=FAROL, listed=(FAROL,)))
    assert "720p" in tall.text
    series = say(derona, "tem todos os episódios?", "availability", titles=("dona-mare-2026",))
    assert act_of(series) == "episodes_all_here" and "3" in series.text
    assert act_of(say(derona, "o que tá saindo esse mês?", "availability", text="")) == "leaving_none"
    coming = say(derona, "novidades?", "availability", coming=("akira-1988",), text="")
    assert coming.cards and "Akira" in coming.text
    assert act_of(say(derona, "dá pra baixar?", "availability")) == "download_none"


def test_a_trailer_is_not_invented(derona: Assistant) -> None:
    reply = say(
        derona, "passa o trailer", "play", "trailer", state=DialogueState(focus=FAROL, listed=(FAROL,))
    )
    assert not reply.actions and act_of(reply) == "trailer_none" and reply.state.offer == "play"
    assert derona.reply("sim", state=reply.state).actions == (Action("play", FAROL),)
    none = say(derona, "trailer de akira", "play", "trailer", titles=("akira-1988",))
    assert act_of(none) == "trailer_none_unplayable" and none.state.offer == ""


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("bota o episódio 3 de dona maré", "dona-mare-2026-e3"),
        ("o último episódio de dona maré", "dona-mare-2026-e3"),
        ("dona maré s1e2", "dona-mare-2026-e2"),
        ("play the first episode of dona maré", "dona-mare-2026-e1"),
    ],
)
def test_episodes_by_number(derona: Assistant, text: str, unit: str) -> None:
    reply = say(derona, text, "play", "episode", titles=("dona-mare-2026",), ordinal=None)
    assert reply.actions == (Action("play", unit),)


def test_an_episode_that_is_not_there(derona: Assistant) -> None:
    reply = say(
        derona, "episódio 9 de dona maré", "play", "episode", titles=("dona-mare-2026",), ordinal=None
    )
    assert not reply.actions and "3" in reply.text and act_of(reply) == "episode_none"


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("como eu coloco legenda?", "help_subtitles"),
        ("how do I change the audio?", "help_audio"),
        ("quanto custa?", "help_price"),
        ("esqueci minha senha", "help_account"),
        ("tem aplicativo pra android?", "help_app"),
        ("como ponho um pin pras crianças?", "help_limits"),
        ("como trago meu histórico do letterboxd?", "help_import"),
        ("como falo com um humano?", "help_support"),
        ("quais são os atalhos?", "help_keys"),
        ("como acho uma cena?", "help_scene"),
        ("o que você faz?", "help"),
    ],
)
def test_how_something_is_done(derona: Assistant, text: str, act: str) -> None:
    reply = say(derona, text, "help", state=DialogueState(lang="en" if text.startswith("how") else "pt"))
    assert act_of(reply) == act


def test_every_page_that_help_names_is_there() -> None:
    from bitaca_core.derona.acts.helping import TOPICS
    from bitaca_core.derona.acts.own import links
    from bitaca_core.settings import CHECKOUT

    served = "".join(file.read_text("utf-8") for file in (CHECKOUT / "gradio_app").rglob("*.py"))
    for _, _, pages in TOPICS:
        for link in links("pt", *pages):
            assert f'("{link.path}")' in served, link


@pytest.mark.parametrize(
    ("text", "aspect", "act"),
    [
        ("conta uma piada", "joke", "joke"),
        ("você é um robô?", None, "identity"),
        ("qual seu filme favorito?", None, "favorite"),
        ("tive um dia ruim", None, "rough_day"),
        ("hoje é meu aniversário", None, "good_day"),
        ("e aí", None, "smalltalk"),
    ],
)
def test_small_talk(derona: Assistant, text: str, aspect: str | None, act: str) -> None:
    assert act_of(say(derona, text, "small_talk", aspect)) == act


def test_remaining_time_is_told_to_who_watches(derona: Assistant) -> None:
    reply = say(derona, "quanto falta?", "details", "remaining", player=PlayerContext(FAROL, 100.0, False))
    assert "2 min 30 s" in reply.text
    assert CARTA not in [card.title_id for card in reply.cards]
