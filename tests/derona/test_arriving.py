"""What plays, what is on its way and what is neither: said as it is, with what plays in front."""

from __future__ import annotations

import re

import pytest

from bitaca_core.derona import phrasing
from bitaca_core.derona.assistant import Assistant, DialogueState, Reply
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.table import read_table

NOW = re.compile(
    r"\b(?:pra ver (?:agora|já)|assistir (?:agora|já)|dá pra (?:ver|assistir)(?: agora| a estes)?|pronto pra (?:ver|assistir)|"
    r"estão prontos|toca (?:já|agora)|passa agora|abrir agora|passa aqui hoje|tem:|play now|ready to watch|watch (?:now|right now)|"
    r"ready now|ready in the meantime|you can watch|these play|open now|plays now|to watch now|is on today)\b[^.?!]*:$"
)
"""A sentence that ends in the cards and says that they can be watched."""
STOCKS = {
    "most": (PLAYABLE, frozenset()),
    "one": (frozenset({"samba-das-orbitas-2026"}), frozenset({"relampago-neon-2026", "o-vulto-na-janela-2026"})),
    "none yet": (frozenset(), frozenset({"relampago-neon-2026", "dona-mare-2026-e1"})),
    "nothing": (frozenset(), frozenset()),
}  # fmt: skip


def assistant(ready, coming=frozenset(), seed=0) -> Assistant:
    shown = catalogue()
    search = ShelfSearch(shown, ready)
    return Assistant(shown, search, rng_seed=seed, playable=lambda: ready, arriving=lambda: coming)


def said_as(reply: Reply, act: str) -> bool:
    """Return whether the reply is a variant of `act`, whatever stands in its slots."""
    parts = [re.sub(r"\\\{\w+\\\}", ".*", re.escape(text)) for text in phrasing.phrases(reply.lang)[act]]
    return any(re.fullmatch(part, reply.text) for part in parts)


@pytest.mark.parametrize("stock", STOCKS)
@pytest.mark.parametrize("table", ["utterances_pt.txt", "utterances_en.txt"])
def test_what_is_said_to_play_plays_and_comes_first(stock: str, table: str) -> None:
    ready, coming = STOCKS[stock]
    derona = assistant(ready, coming)
    claims = 0
    for line in read_table(table):
        for turn in range(4):
            reply = derona.reply(line.text, state=DialogueState(lang=table[11:13], turn=turn))
            plays = [card.playable for card in reply.cards]
            if NOW.search(reply.text) and not said_as(reply, "suggest_arriving"):
                claims += 1
                assert plays and plays[0], (line.text, reply.text)
                assert plays == sorted(plays, reverse=True), (line.text, reply.text)
            for card in reply.cards:
                assert not (card.playable and card.arriving)
    assert claims > 10 or not ready


ASKS = ["quero assistir Relâmpago Neon", "dá pra assistir Relâmpago Neon aqui?", "can I watch Neon Lightning here?", "play Neon Lightning"]  # fmt: skip


@pytest.mark.parametrize("text", ASKS)
def test_a_title_in_the_making_is_on_its_way_and_not_absent(text: str) -> None:
    for seed in range(4):
        derona = assistant(PLAYABLE - {"relampago-neon-2026"}, {"relampago-neon-2026"}, seed)
        reply = derona.reply(text)
        assert said_as(reply, "arriving_meanwhile"), reply.text
        assert not reply.actions and reply.state.focus == "relampago-neon-2026" and reply.state.offer == ""
        *others, asked = reply.cards
        assert asked.title_id == "relampago-neon-2026" and asked.arriving and not asked.playable
        assert others and all(card.playable and not card.arriving for card in others)
        alone = assistant(frozenset(), {"relampago-neon-2026"}, seed).reply(text)
        assert said_as(alone, "arriving") and [card.arriving for card in alone.cards] == [True]
        gone = assistant(PLAYABLE - {"relampago-neon-2026"}, frozenset(), seed).reply(text)
        assert not said_as(gone, "arriving_meanwhile") and not gone.cards[-1].arriving


def test_a_series_arrives_with_its_first_episode() -> None:
    derona = assistant(frozenset(), {"dona-mare-2026-e2"})
    assert said_as(derona.reply("assistir Dona Maré"), "arriving")
    begun = assistant(frozenset({"dona-mare-2026-e1"}), {"dona-mare-2026-e2"}).reply("assistir Dona Maré")
    assert begun.actions and not begun.cards[0].arriving


@pytest.mark.parametrize(
    ("ready", "act"),
    [(PLAYABLE - {"carta-para-o-mar-2026"}, "found_arriving_meanwhile"), (frozenset(), "found_arriving")],
)
def test_a_wish_that_only_arriving_titles_meet(ready: frozenset[str], act: str) -> None:
    for seed in range(4):
        reply = assistant(ready, {"carta-para-o-mar-2026"}, seed).reply("quero um romance")
        assert said_as(reply, act), reply.text
        assert "Carta para o Mar" in reply.text and "Your Name" not in reply.text
        coming = [card.arriving for card in reply.cards if not card.playable]
        assert coming[0] and not any(coming[1:]), "what is on its way comes before what is not"
        assert all(card.reason.startswith("Não é romance") for card in reply.cards if card.playable)


def test_picking_one_that_is_on_its_way() -> None:
    derona = assistant(frozenset(), {"o-vulto-na-janela-2026"})
    reply = derona.reply("o primeiro", state=derona.reply("quero um filme de terror").state)
    assert said_as(reply, "pick_arriving")


def test_suggestions_are_what_plays_else_what_arrives_else_an_honest_word() -> None:
    for text in ("o que tem pra ver?", "onde eu parei?", "o mais assistido"):
        few = assistant(*STOCKS["one"]).reply(text)
        assert [card.title_id for card in few.cards] == ["samba-das-orbitas-2026"], text
        none = assistant(*STOCKS["none yet"]).reply(text)
        assert said_as(none, "suggest_arriving") and all(card.arriving for card in none.cards), text
        nothing = assistant(*STOCKS["nothing"]).reply(text)
        assert said_as(nothing, "suggest_absent") and nothing.cards, text


def test_cards_carry_their_content_descriptors_in_the_answers_language() -> None:
    derona = assistant(PLAYABLE)
    for text, told in (
        ("Relâmpago Neon", "Violência fantasiosa"),
        ("what is Neon Lightning about?", "Fantasy violence"),
    ):
        (card,) = derona.reply(text).cards
        assert card.age_rating == "10" and card.descriptors == (told,)


def test_a_title_for_everyone_has_no_notice_to_read() -> None:
    derona = assistant(PLAYABLE)
    assert said_as(derona.reply("tem violência em Samba das Órbitas?"), "content_none")
    assert said_as(derona.reply("tem violência em Akira?"), "unknown_fact")
    assert said_as(derona.reply("tem violência em Relâmpago Neon?"), "content")
