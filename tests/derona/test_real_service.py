"""Derona over the shipped catalogue and the real search service (words only: no index is built here)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona.assistant import Assistant, DialogueState, Reply
from bitaca_core.derona.lexicon import lexicon
from bitaca_core.search.documents import names_of
from bitaca_core.search.service import open_search
from bitaca_core.settings import DataPaths
from tests.derona.table import read_table


def shipped() -> Catalogue:
    data = resources.files("bitaca_core.catalogue") / "data"
    lines = [line for name in ("sample_titles.jsonl", "real_titles.jsonl") for line in (data / name).read_text("utf-8").splitlines()]  # fmt: skip
    return Catalogue(Title.model_validate_json(line) for line in lines if line.strip())


@pytest.fixture(scope="module")
def derona(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    catalogue = shipped()
    ready = {
        unit for title in catalogue if title.source == "sample" for unit in catalogue.playable_ids(title)
    }
    paths = DataPaths(Path(tmp_path_factory.mktemp("home")))
    search = open_search(paths, catalogue, lambda: ready, None, background=False)
    return Assistant(catalogue, search, playable=lambda: ready)


@pytest.fixture
def say(derona: Assistant) -> Callable[..., Reply]:
    def run(*texts: str) -> Reply:
        state = DialogueState()
        for text in texts:
            reply = derona.reply(text, state=state)
            state = reply.state
        return reply

    return run


def ids(reply: Reply) -> set[str]:
    return {card.title_id for card in reply.cards}


def test_action_anime_plays(say: Callable[..., Reply]) -> None:
    cards = say("Mostre animes de ação").cards
    assert cards[0].playable
    assert all("Anime e ação" in card.reason for card in cards)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("filmes do Miyazaki",), "mononoke-hime-1997"),
        (("filme sobre futebol",), "marte-um-2022"),
        (("quem dirigiu Bacurau?",), "bacurau-2019"),
        (("viagem de chiiro",), "sen-to-chihiro-no-kamikakushi-2001"),
        (("filmes com a Sônia Braga",), "aquarius-2016"),
        (("faroeste",), "bacurau-2019"),
        (("filme brasileiro antigo",), "vidas-secas-1963"),
        (("documentário brasileiro",), "ilha-das-flores-1989"),
        (("algo com robôs gigantes",), "the-iron-giant-1999"),
    ],
)
def test_expected_titles_are_found(derona: Assistant, say: Callable[..., Reply], texts: tuple[str, ...], expected: str) -> None:  # fmt: skip
    known = {title.title_id for title in derona.catalogue}
    if expected not in known:
        expected = next(name for name in known if name.split("-")[0] == expected.split("-")[0])
    assert expected in ids(say(*texts))


def test_constraints_hold_on_every_card(derona: Assistant) -> None:
    for line in read_table("utterances_pt.txt") + read_table("utterances_en.txt"):
        if line.intent != "search":
            continue
        _message, slots, _reading = derona.understand(line.text, DialogueState())
        for card in derona.reply(line.text).cards:
            title = derona.catalogue.get(card.title_id)
            assert title is not None
            if slots.max_age is not None:
                assert title.effective_age <= slots.max_age, (line.text, card.title_id)
            assert not set(slots.exclude_genres) & set(title.genres), (line.text, card.title_id)
            if not card.reason.startswith(("Perto", "Close", "Outra", "Another", "Não é", "Not")):
                assert set(slots.genres) <= set(title.genres), (line.text, card.title_id)


def test_every_title_can_be_asked_about_by_each_of_its_names(derona: Assistant) -> None:
    for title in derona.catalogue:
        for name in {title.name("pt"), title.original_title, title.name("en")}:
            named = f"o filme {name}" if fold(name) in lexicon().filler else name
            reply = derona.reply(f"do que se trata {named}?")
            assert reply.intent == "details", name
            card = derona.catalogue.get(reply.cards[0].title_id)
            # Two films may bear one name: either is an answer.
            assert card is title or fold(name) in {fold(one) for one in names_of(card)}, name
            assert derona.reply(f"quero assistir {named}").intent == "play", name
