"""How something is done on this site, and small talk."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant, DialogueState
from tests.derona.acts.known_titles import assistant
from tests.derona.turns import act_of, say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


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
