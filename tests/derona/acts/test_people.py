"""Who made a title, who plays in it."""

from __future__ import annotations

from bitaca_core.derona.assistant import Assistant


def test_who_made_it_is_who_directed_where_no_actor_is_known(derona: Assistant) -> None:
    about = derona.reply("me fala de Akira")
    made = derona.reply("quem fez?", state=about.state)
    assert made.intent == "cast" and "Otomo" in made.text
    plays = derona.reply("quem atua?", state=about.state)
    assert plays.intent == "cast" and "Otomo" not in plays.text


def test_a_sum_is_no_question_on_the_title_that_was_talked_about(derona: Assistant) -> None:
    about = derona.reply("me fala de Akira")
    assert derona.reply("quanto é 2+2?", state=about.state).intent == "out_of_scope"
