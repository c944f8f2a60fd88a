"""Where writing parts a message, and what its words are kinds of."""

from __future__ import annotations

import pytest

from bitaca_core.derona import normalize
from bitaca_core.derona.understanding import fields, shapes, training
from bitaca_core.derona.understanding.evidence import evidence_of
from bitaca_core.derona.understanding.themes import LABELS, taken_by


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("terror, mas leve", ["mas"]),
        ("drama/romance (sem choro)", ["romance", "sem"]),
        ("vc quer, tipo, 1h30?", ["tipo", "1h30"]),
        ("sci-fi com robô", []),
    ],
)
def test_stops_are_known_by_the_word_behind_them(text: str, parted: list[str]) -> None:
    message = normalize.read(text)
    assert [message.words[at] for at in sorted(message.stops) if at < len(message.words)] == parted


def test_stops_are_kept_where_titles_are_masked() -> None:
    message = normalize.read("tem, tipo, o rei leão ou bacurau? legal, ok")
    evidence = evidence_of(message, "tem tipo titulo0 ou titulo1 legal ok", "")
    parted = [word for word, stop in zip(evidence.words, evidence.stops, strict=True) if stop]
    assert parted == ["tipo", "{t}", "legal", "ok"]


def test_fields_know_forms_and_both_languages() -> None:
    assert fields.field_of("cachorros").name == fields.field_of("dogs").name == "nature_animals"
    assert fields.field_of("xyzzy") == fields.Field()
    assert fields.phrases(("um", "assalto", "a", "banco"))[1:] == [
        "Bcrime_war_society", "Icrime_war_society", "Icrime_war_society",
    ]  # fmt: skip


def test_a_shape_names_the_slots() -> None:
    message = normalize.read("um terror coreano, até 90 min")
    shape = shapes.shape_of(evidence_of(message, message.text, ""))
    assert shape[1:5] == ("um", "{genres}", "{nations}", "|") and "#" in shape


def test_themes_are_labelled_as_they_stand_and_word_by_word_where_they_do_not() -> None:
    words = ("^", "casa", "bem", "mal", "assombrada", "e", "viagem", "no", "tempo", "do", "lang", "$")
    labels = [LABELS[one] for one in training.labelled(words, ["viagem no tempo", "casa assombrada"], ["Fritz Lang"])]  # fmt: skip
    assert labels == [
        "other", "theme", "other", "other", "theme", "other", "theme", "theme+", "theme+", "other", "person", "other",
    ]  # fmt: skip


def test_a_title_is_marked() -> None:
    message = normalize.read("algo como akira")
    assert taken_by(evidence_of(message, "algo como titulo0", "")) == ["mark", "", "", "mark", "mark"]
