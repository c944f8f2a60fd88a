"""Plans of several turns: what is shown, what is done, what is said."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from bitaca_core.derona.assistant import Action, Assistant, DialogueState, PlayerContext, Reply
from bitaca_core.search.query import Hit
from tests.derona.shelf import PLAYABLE, ShelfSearch

Talk = Callable[..., list[Reply]]


def ids(reply: Reply) -> list[str]:
    return [card.title_id for card in reply.cards]


def test_the_proposals_request_shows_something_playable(talk: Talk) -> None:
    (reply,) = talk("Mostre animes de ação")
    assert reply.cards[0].title_id == "relampago-neon-2026"
    assert reply.cards[0].playable and reply.cards[0].watch_url == "/watch/relampago-neon-2026"
    assert reply.cards[0].reason == "Anime e ação, 25 s, da casa"
    assert "akira-1988" in ids(reply)


def test_refining_step_by_step(talk: Talk) -> None:
    replies = talk(
        "me mostra algo da casa que dê pra assistir", "sem ser musical", "sem terror", "o primeiro", "bora"
    )
    assert "samba-das-orbitas-2026" not in ids(replies[1])
    assert not {"samba-das-orbitas-2026", "o-vulto-na-janela-2026"} & set(ids(replies[2]))
    assert replies[3].state.focus == replies[2].cards[0].title_id
    assert replies[4].actions[0].action == "play"


@pytest.mark.parametrize(
    "change", ["mais antigo", "mais recente", "mais curto", "mais leve", "menos violento"]
)
def test_beside_an_open_film_a_comparison_is_said_of_the_list(derona: Assistant, change: str) -> None:
    player = PlayerContext("relampago-neon-2026")
    shown = derona.reply("quero uma animação", player=player)
    after = derona.reply(change, state=shown.state, player=player)
    assert shown.cards and after.intent == "refine" and not after.actions
    faster = derona.reply("mais rápido", state=shown.state, player=player)
    assert [action.action for action in faster.actions] == ["speed"]


@pytest.mark.parametrize("wish", ["algo pra ver com as crianças", "mais alegre", "algo com meu marido"])
def test_beside_an_open_film_a_wish_is_not_for_its_like(derona: Assistant, wish: str) -> None:
    player = PlayerContext("relampago-neon-2026")
    shown = derona.reply("quero uma animação", player=player)
    assert derona.reply(wish, state=shown.state, player=player).intent in ("search", "refine")


def test_another_like_it_is_like_what_plays(derona: Assistant) -> None:
    player = PlayerContext("relampago-neon-2026")
    reply = derona.reply("me indica outro parecido", player=player)
    assert reply.intent == "similar" and reply.cards and "relampago-neon-2026" not in ids(reply)


def test_beside_an_open_film_a_place_is_that_of_the_list(derona: Assistant) -> None:
    player = PlayerContext("relampago-neon-2026")
    shown = derona.reply("quero um drama", player=player)
    reply = derona.reply("do que fala o primeiro?", state=shown.state, player=player)
    assert reply.intent == "details" and reply.state.focus == shown.cards[0].title_id


def test_pages_until_nothing_is_left(talk: Talk) -> None:
    first, second, third, fourth = talk("mostra os filmes que tem", "mais", "outros", "mais")
    assert not set(ids(first)) & set(ids(second))
    assert not set(ids(third)) & {*ids(first), *ids(second)}
    assert not fourth.cards and fourth.intent in ("another", "refine")


def test_shorter_is_shorter_than_the_one_meant(talk: Talk) -> None:
    replies = talk("filmes brasileiros", "me fala sobre o farol de papel", "mais curto")
    assert replies[2].cards
    assert all((card.duration_s or 0) < 250 for card in replies[2].cards if card.kind != "series")


def test_a_title_that_cannot_be_watched_is_said_so(talk: Talk) -> None:
    for wish in ("quero assistir Akira", "dá pra assistir Akira aqui?"):
        (reply,) = talk(wish)
        assert not reply.actions
        assert ids(reply)[-1] == "akira-1988" and not reply.cards[-1].playable
        assert reply.cards[0].playable and reply.cards[0].reason.startswith("Em comum com Akira: ")
        assert reply.state.focus == "akira-1988"


def test_a_genre_without_anything_playable_offers_something_near(talk: Talk) -> None:
    (reply,) = talk("faroeste")
    near = [card for card in reply.cards if card.playable]
    assert near and list(reply.cards[: len(near)]) == near and not reply.cards[-1].playable
    assert all(card.reason.startswith("Não é faroeste, mas dá pra assistir agora: ") for card in near)


def test_what_is_not_there_is_not_invented(talk: Talk) -> None:
    for text in (
        "tem Naruto?",
        "quero ver Vingadores Ultimato",
        "do que se trata Titanic?",
        "parecido com Shrek",
    ):
        (reply,) = talk(text)
        assert not reply.actions
        assert all(card.reason.startswith(("Perto do pedido: ", "Outra ideia: ")) for card in reply.cards), (
            text
        )


def test_children_get_no_unknown_rating(talk: Talk) -> None:
    for text in (
        "desenho pra criança",
        "anime pro meu filho de 8 anos",
        "movies for kids",
        "algo até 12 anos",
    ):
        (reply,) = talk(text)
        assert reply.cards
        for card in reply.cards:
            assert card.age_rating in ("L", "6", "10", "12"), (text, card)


def test_age_survives_refining_and_paging(talk: Talk) -> None:
    for reply in talk("filme pra criança", "mais antigo", "outro", "mais longo", "de anime"):
        assert all(card.age_rating in ("L", "6", "10") for card in reply.cards)


def test_player_is_driven_only_when_open(talk: Talk) -> None:
    replies = talk(
        "pausa",
        "@o-farol-de-papel-2026",
        "pausa",
        "volta 10 segundos",
        "vai para 3:20",
        "tira a legenda",
        "@",
        "720p",
    )
    assert not replies[0].actions and not replies[4 + 1].actions
    assert [reply.actions[0] for reply in replies[1:5]] == [
        Action("pause"),
        Action("seek", {"relative": -10}),
        Action("seek", {"absolute": 200}),
        Action("text", None),
    ]


def test_next_episode_is_the_following_one_that_is_ready(talk: Talk) -> None:
    first, last = talk("@dona-mare-2026-e1", "próximo episódio", "@dona-mare-2026-e3", "próximo episódio")
    assert first.actions == (Action("play", "dona-mare-2026-e2"),)
    assert not last.actions


def test_a_series_opens_at_its_first_episode_or_the_one_asked_for(talk: Talk) -> None:
    (first,) = talk("assistir Dona Maré")
    (second,) = talk("roda o segundo episódio de Dona Maré")
    assert first.actions == (Action("play", "dona-mare-2026-e1"),)
    assert first.cards[0].watch_url == "/watch/dona-mare-2026-e1"
    assert second.actions == (Action("play", "dona-mare-2026-e2"),)


def test_where_did_i_stop(derona: Assistant, talk: Talk) -> None:
    begun = (SimpleNamespace(title_id="o-farol-de-papel-2026", position_s=83.0),)
    reply = derona.reply("onde eu parei?", continuing=begun)
    assert "1:23" in reply.text and ids(reply) == ["o-farol-de-papel-2026"]
    assert derona.reply("sim", state=reply.state).actions == (Action("play", "o-farol-de-papel-2026"),)
    (nothing,) = talk("onde eu parei?")
    assert nothing.intent == "resume" and nothing.cards


def test_surprise_is_playable_prefers_favourites_and_the_unseen(derona: Assistant) -> None:
    for turn in range(12):
        reply = derona.reply(
            "me surpreende",
            state=DialogueState(turn=turn),
            favorite_genres=("ficcao-cientifica",),
            watched=("samba-das-orbitas-2026",),
        )
        assert ids(reply) == ["relampago-neon-2026"]


def test_what_is_playing_is_this(derona: Assistant) -> None:
    reply = derona.reply("quem dirigiu esse?", player=PlayerContext("dona-mare-2026-e2"))
    assert "Dona Maré" in reply.text and "Bitaca" in reply.text


def test_same_director(talk: Talk) -> None:
    replies = talk("quem dirigiu Akira?", "tem mais algum dele?")
    assert replies[1].intent == "search"
    assert all("Katsuhiro Otomo" not in card.reason for card in replies[1].cards)


def test_why(talk: Talk) -> None:
    replies = talk("mostre animes de ação", "por que o primeiro?")
    assert replies[1].intent == "why"
    assert "anime e ação" in replies[1].text


def test_popular_comes_from_viewers_or_is_admitted_unknown(search: ShelfSearch) -> None:
    class Counted:
        def popular(self) -> list[Hit]:
            return [Hit("dona-mare-2026", 3.0, True, ("popular",))]

    counted = Assistant(search.catalogue, search, Counted(), playable=lambda: PLAYABLE)
    assert ids(counted.reply("o mais assistido")) == ["dona-mare-2026"]
    alone = Assistant(search.catalogue, search, playable=lambda: PLAYABLE)
    assert alone.reply("o mais assistido").cards


def test_without_a_playable_callable_search_is_asked(search: ShelfSearch) -> None:
    plain = Assistant(search.catalogue, search)
    (card, *_rest) = plain.reply("Mostre animes de ação").cards
    assert card.playable


def test_an_empty_catalogue_is_survived() -> None:
    from bitaca_core.catalogue.store import Catalogue

    bare = Assistant(Catalogue(), ShelfSearch(Catalogue()))
    for text in ("oi", "animes de ação", "me surpreende", "assistir Akira", "onde eu parei?", "mais"):
        assert bare.reply(text).text


@pytest.mark.parametrize(
    "chip_of", ["oi", "animes de ação", "me fala de Akira", "assistir Relâmpago Neon", "tá travando"]
)
def test_every_chip_is_understood(derona: Assistant, chip_of: str) -> None:
    for lang in ("pt", "en"):
        reply = derona.reply(chip_of, state=DialogueState(lang=lang))
        for chip in reply.chips:
            player = PlayerContext("relampago-neon-2026") if reply.intent == "trouble" else None
            after = derona.reply(chip, state=reply.state, player=player)
            assert after.intent not in ("out_of_scope", "empty"), chip
            assert after.lang == reply.lang, chip
