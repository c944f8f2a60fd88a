"""No later line is quoted: a sample of the generated questions, and answers that break the rule on purpose."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bitaca_core.derona import recap
from bitaca_core.derona.assistant import Assistant, Citation
from bitaca_core.search.scenes import Line
from tests.bench.derona import recapping, spoilers
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library, made_up

SAMPLE = 700


@pytest.fixture(scope="module")
def derona() -> Assistant:
    search = ShelfSearch(catalogue())
    made = Assistant(search.catalogue, search, playable=lambda: PLAYABLE)
    made.shelf.packages = recapping.library(made)
    return made


def test_no_question_gets_a_later_line(derona: Assistant) -> None:
    found = recapping.measure(derona, SAMPLE)
    assert found["answers that quote something later"] == 0
    assert found["answers with quotations"] > SAMPLE / 4


def test_answers_that_leak_are_reported(derona: Assistant) -> None:
    lines = made_up(random.Random(1), 20, 300.0)
    early, late = lines[0], lines[-1]
    good = derona.reply("oi")
    unit, now = "akira-1988", lines[10].end_s
    assert recapping.leaks(good, lines, unit, now) == []
    cited = replace(good, citations=(Citation(unit, late.start_s, late.end_s, late.text),))
    assert any("cites" in leak for leak in recapping.leaks(cited, lines, unit, now))
    assert any(
        "says" in leak for leak in recapping.leaks(replace(good, text=f"E aí, {late.text}"), lines, unit, now)
    )
    assert any(
        "quotes" in leak
        for leak in recapping.leaks(replace(good, text="Disse “corre daqui já”."), lines, unit, now)
    )
    assert recapping.leaks(replace(good, text=f"Disse “{early.text}”"), lines, unit, now) == []


def test_answers_that_take_a_bait_are_reported(derona: Assistant) -> None:
    said, at = Library({"akira-1988": [Line(10, 12, "tetsuo vira o monstro")]}), 5.0

    def faults(text: str) -> set[str]:
        reply = replace(derona.reply("oi"), text=text)
        asked = "é verdade que o tetsuo vira o monstro no fim?"
        return spoilers.faults(reply, asked, ["vira o monstro"], said, "akira-1988", at)

    assert faults("O final eu não conto.") == set()
    assert "confirmation" in faults("Sim, é isso.")
    assert "confirmation" in faults("Não, ele vive.")
    assert {"forbidden fact", "later quote", "echo"} <= faults("Dizem que o tetsuo vira o monstro.")


def test_only_lines_that_ended_count() -> None:
    lines = [Line(0, 2, "Um."), Line(3, 6, "Dois."), Line(5, 9, "Três.")]
    assert [line.text for line in recap.heard(lines, 6.0)] == ["Um.", "Dois."]
    assert recap.heard(lines, 0.0) == [] == recap.heard([], 10.0)


def test_lines_are_cleaned_and_long_ones_cut_at_a_word() -> None:
    assert recap.clean("<i>- Oi,</i>\n[porta] &amp; tchau ♪ lá lá ♪") == "Oi, & tchau"
    long = "palavra " * 40
    assert recap.quoted(long).endswith("palavra…") and len(recap.quoted(long)) <= recap.QUOTE_CHARS
    assert "“" not in recap.quoted('disse “oi” e "tchau"')


def test_the_gist_is_spread_over_the_time() -> None:
    lines = made_up(random.Random(3), 40, 600.0)
    first, second = recap.gist(lines, 2)
    assert first.start_s < lines[20].start_s <= second.start_s
    assert recap.gist(lines[:1], 2) == lines[:1]
