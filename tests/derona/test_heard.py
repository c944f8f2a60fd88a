"""What was read is remembered by words and place; nothing personal, nothing grave, nothing long."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant, DialogueState, PlayerContext
from bitaca_core.derona.heard import LETTERS_MAX, Readings

from .shelf import PLAYABLE
from .table import read_table


@pytest.fixture
def fresh(search):
    return Assistant(search.catalogue, search, playable=lambda: PLAYABLE)


def test_the_same_words_are_read_once_and_answered_alike(fresh):
    first = fresh.reply("uma comédia brasileira curta")
    said = fresh._readings.find("uma comédia brasileira curta", "pt")
    assert len(fresh._readings) == 1 and len(said.heard) == 1
    again = fresh.reply("uma comédia brasileira curta")
    assert again == first and len(fresh._readings) == len(said.heard) == 1
    assert fresh.understand("uma comédia brasileira curta", DialogueState())[0] is said.message


def test_the_place_counts(fresh):
    state = fresh.reply("uma comédia").state
    for now, player in (
        (DialogueState(), None),
        (state, None),
        (state, PlayerContext(title_id="akira-1988")),
    ):
        fresh.understand("o segundo", now, player)
    assert len(fresh._readings) == 2
    assert len(fresh._readings.find("o segundo", "pt").heard) == 3


def test_what_is_remembered_of_words_reads_as_if_new(fresh, search):
    """Whatever place they were said in before, words are read as by somebody who remembers nothing."""
    forgetful = Assistant(search.catalogue, search, playable=lambda: PLAYABLE)
    forgetful._readings = Readings(0)
    state = fresh.reply("uma comédia").state
    about = fresh.reply("me fala de Akira", state=state).state
    player = PlayerContext(title_id="akira-1988")
    places = [(DialogueState(), None), (state, None), (about, None), (state, player)]
    lines = [*read_table("utterances_pt.txt")[::4], *read_table("utterances_followup_pt.txt")[::2]]
    lines += read_table("utterances_en.txt")[::4]
    for number, line in enumerate(lines):
        order = places[number % 4 :] + places[: number % 4]
        for now, at in (*order, *reversed(order)):
            assert fresh.understand(line.text, now, at) == forgetful.understand(line.text, now, at), line.text
    assert len(forgetful._readings) == 0 and len(fresh._readings) > len(lines) / 2


@pytest.mark.parametrize(
    "text",
    [
        "meu cpf é 123.456.789-09",
        "me liga no 11 98765-4321",
        "fulano@exemplo.com.br",
        "um filme " + "muito " * (LETTERS_MAX // 6) + "bom",
        "quero morrer",
        "vai se foder, sua inútil",
    ],
)
def test_what_is_personal_grave_or_long_is_not_kept(fresh, text):
    fresh.reply(text)
    assert len(fresh._readings) == 0


def test_a_message_that_is_judged_anew_is_read_anew(fresh, monkeypatch):
    """Moderation looks twice only while it has time: what it then finds counts for the same words, too."""
    from bitaca_core.derona import moderation

    text = "quero ver um filme de terror"
    told = iter(
        [
            moderation.Judgement("allow", "learned", final=False),
            moderation.Judgement("crisis", "meaning"),
        ]
    )
    monkeypatch.setattr(moderation, "judgement", lambda message: next(told))
    assert fresh.reply(text).intent == "search"
    assert fresh.reply(text).intent == "crisis"
    assert fresh.reply(text).intent == "crisis", "what is final is not asked for a third time"


def test_what_was_used_longest_ago_goes_first(fresh):
    fresh._readings = Readings(2)
    for text in ("oi", "um drama", "oi", "uma comédia"):
        fresh.understand(text, DialogueState())
    assert [text for text, _ in fresh._readings._kept] == ["oi", "uma comédia"]
