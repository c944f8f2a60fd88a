"""What is here of a title, by its packages and the catalogue."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant, DialogueState
from tests.derona.acts.known_titles import FAROL, assistant
from tests.derona.spoken import Library
from tests.derona.turns import act_of, say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


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
