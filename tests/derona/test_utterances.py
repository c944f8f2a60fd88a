"""The hand-written tables: intent and key slots of every line."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant, DialogueState
from tests.derona.table import Line, read_table, wrong_slots

PT, FOLLOW_UP, EN = "utterances_pt.txt", "utterances_followup_pt.txt", "utterances_en.txt"


def judged(derona: Assistant, lines: list[Line], state: DialogueState) -> list[str]:
    """Return what was misread, one line each."""
    misread = []
    for line in lines:
        _message, slots, reading = derona.understand(line.text, state)
        if reading.intent != line.intent:
            misread.append(f"{line.source} {line.text!r}: {line.intent}, read as {reading.intent}")
        misread += [f"{line.source} {line.text!r}: {wrong}" for wrong in wrong_slots(line, slots, reading)]
    return misread


@pytest.mark.parametrize(("table", "lang"), [(PT, "pt"), (EN, "en")])
def test_table_is_understood(derona: Assistant, table: str, lang: str) -> None:
    assert judged(derona, read_table(table), DialogueState(lang=lang)) == []


def test_follow_ups_are_understood(derona: Assistant) -> None:
    state = derona.reply("Mostre filmes").state
    assert len(state.listed) >= 3
    assert judged(derona, read_table(FOLLOW_UP), state) == []


def test_tables_are_large_and_without_doubles() -> None:
    pt = read_table(PT) + read_table(FOLLOW_UP)
    assert len(pt) >= 250
    assert len(read_table(EN)) >= 80
    for table in (PT, FOLLOW_UP, EN):
        texts = [line.text for line in read_table(table)]
        assert len(texts) == len(set(texts))


def test_a_wrong_row_is_reported(derona: Assistant) -> None:
    lines = [Line("play", "filme de terror", {"genres": "comedia"}, "seeded")]
    found = judged(derona, lines, DialogueState())
    assert len(found) == 2 and "read as search" in found[0] and "genres=comedia" in found[1]


def test_language_is_decided_by_the_message(derona: Assistant) -> None:
    for line in read_table(EN):
        message, _slots, _reading = derona.understand(line.text, DialogueState(lang="en"))
        assert message.language == "en", line.text
    assert derona.reply("show me a horror movie").lang == "en"
    assert derona.reply("quero um filme de terror", state=DialogueState(lang="en")).lang == "pt"
