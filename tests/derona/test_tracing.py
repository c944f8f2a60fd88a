"""Every value that is put into a phrase is found where `phrasing.SOURCES` says, over the transcripts and the tables."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts, phrasing
from bitaca_core.derona.assistant import DialogueState
from tests.derona import transcripts
from tests.derona.table import read_table

CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
NAMES = frozenset(("title", "other"))
MANY = frozenset(("titles", "near"))
PEOPLE = frozenset(("people", "cast", "person"))
TIMES = frozenset(("time", "at", "length"))
NUMBERS = frozenset(("count", "ready", "number", "stalls", "percent", "year"))


def untraced(said: Mapping[str, str], catalogue: Catalogue, lang: str, spoken: list[str]) -> list[str]:
    """Return the slots whose value is nowhere that it may come from."""
    names = {title.name(lang) for title in catalogue}
    people = {credit.name for title in catalogue for credit in title.people()}
    wrong = []
    for slot, value in said.items():
        if slot not in phrasing.SOURCES:
            wrong.append(slot)
        elif slot in NAMES:
            base = re.sub(r", (?:episódio|episode) \d+$", "", value)
            wrong += [] if base in names else [slot]
        elif slot in MANY:
            wrong += [] if _made_of(value, names) else [slot]
        elif slot in PEOPLE:
            wrong += [] if _made_of(value, people) else [slot]
        elif slot in ("facts", "other_facts"):
            about = [
                title
                for title in catalogue
                if title.name(lang) == said.get("other" if slot == "other_facts" else "title")
            ]
            wrong += [] if any(_words(value) <= _allowed(title, lang) for title in about) else [slot]
        elif slot == "synopsis":
            wrong += [] if value in {facts.synopsis(title, lang) for title in catalogue} else [slot]
        elif slot in ("quote", "quotes"):
            quotes = re.findall(r"“([^”]+)”", value) if slot == "quotes" else [value]
            wrong += (
                []
                if quotes and all(any(one.removesuffix("…") in line for line in spoken) for one in quotes)
                else [slot]
            )
        elif slot in TIMES:
            wrong += [] if CLOCK.fullmatch(value) else [slot]
        elif slot in NUMBERS:
            wrong += [] if value.isdigit() else [slot]
    return wrong


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\s,]+", text))


def _allowed(title: Title, lang: str) -> set[str]:
    told = (facts.genres(title, lang, limit=99), facts.summary(title, lang), " ".join(title.directors))
    return _words(" ".join(told)) | _words("e and direção de directed by")


def _made_of(value: str, names: set[str]) -> bool:
    rest = value
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "")
    return not re.sub(r"[, ]|\be\b|\band\b", "", rest)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, str]]]:
    """Write down what is put into phrases."""
    heard: list[tuple[str, str, dict[str, str]]] = []
    say = phrasing.say

    def noted(act: str, lang: str, *, seed: int, turn: int, **said: str) -> str:
        heard.append((act, lang, said))
        return say(act, lang, seed=seed, turn=turn, **said)

    monkeypatch.setattr(phrasing, "say", noted)
    return heard


def test_everything_said_is_traced(recorded: list[tuple[str, str, dict[str, str]]]) -> None:
    assistant = transcripts.derona()
    for dialogue in transcripts.read(transcripts.SCRIPT.read_text("utf-8")):
        transcripts.transcript(assistant, dialogue)
    state = assistant.reply("mostra os filmes").state
    for table in ("utterances_pt.txt", "utterances_followup_pt.txt"):
        for line in read_table(table):
            assistant.reply(line.text, state=state)
    for line in read_table("utterances_en.txt"):
        assistant.reply(line.text, state=DialogueState(lang="en"))
    spoken = [line.text for line in transcripts.LINES]
    wrong = [
        (act, slots, said)
        for act, lang, said in recorded
        if (slots := untraced(said, assistant.catalogue, lang, spoken))
    ]
    assert wrong == [] and len(recorded) > 400


def test_values_from_nowhere_are_reported() -> None:
    catalogue = transcripts.derona().catalogue
    spoken = ["O trem já passou."]

    def wrong(**said: str) -> list[str]:
        return untraced(said, catalogue, "pt", spoken)

    assert (
        wrong(
            title="Akira",
            titles="Akira, Bacurau e Dona Maré",
            people="Walter Salles",
            quote="O trem já passou.",
        )
        == []
    )
    assert wrong(title="Titanic") == ["title"] and wrong(titles="Akira e Titanic") == ["titles"]
    assert wrong(people="Walter Salles e Steven Spielberg") == ["people"]
    assert wrong(title="Akira", facts="drama, 3 h, Estados Unidos, 1997") == ["facts"]
    assert wrong(facts="anime") == ["facts"]
    assert wrong(quote="O navio afunda.") == ["quote"] and wrong(time="daqui a pouco") == ["time"]
    assert wrong(count="muitos") == ["count"] and wrong(box_office="1") == ["box_office"]
