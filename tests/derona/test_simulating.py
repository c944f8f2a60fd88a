"""Simulated dialogues: the same for a seed, and whoever names a made-up title or breaks a condition is found out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona import facts
from bitaca_core.derona.assistant import Assistant, Card, Reply
from bitaca_core.derona.state import Wish
from bitaca_core.search.documents import names_of
from bitaca_core.search.query import Query
from bitaca_core.search.service import MEANING_PER_S
from tests.bench.derona import checking, personas, simulating
from tests.bench.derona.checking import Known
from tests.bench.derona.personas import Persona, Saying, Wording

DIALOGUES = 60


@pytest.fixture(scope="module")
def derona() -> Iterator[Assistant]:
    with simulating.opened() as opened:
        yield opened


@pytest.fixture(scope="module")
def known(derona: Assistant) -> Known:
    return checking.known_names(derona.catalogue)


@pytest.fixture(scope="module")
def words(derona: Assistant) -> Wording:
    return simulating.words_of(derona)


@pytest.fixture(scope="module")
def played(derona: Assistant) -> list[simulating.Played]:
    return simulating.generated(derona, range(DIALOGUES))


class Liar:
    """Derona, but every card is another title than the one that was found, or every text names a film that nobody made."""

    def __init__(self, honest: Assistant, *, text: str = "", title_id: str | None = None) -> None:
        self._honest, self._text, self._title_id = honest, text, title_id
        self.catalogue, self.understand = honest.catalogue, honest.understand

    def reply(self, text: str, **context: Any) -> Reply:
        reply = self._honest.reply(text, **context)
        if self._title_id is not None:
            title = self.catalogue.resolve(self._title_id)
            assert title is not None
            lied = replace(
                blank(reply), title_id=title.title_id, title=title.name(reply.lang), reason="Drama"
            )
            reply = replace(reply, cards=(lied,))
        return replace(reply, text=f"{reply.text} {self._text}".strip())


def blank(reply: Reply) -> Card:
    return reply.cards[0] if reply.cards else Card("", "", None, "", "", False, "", None, None, "film")


def test_a_sample_of_dialogues(played: list[simulating.Played]) -> None:
    found = simulating.totals(played)
    assert found["n"] == DIALOGUES
    assert found["named titles that exist"] == 1.0 and found["titles named"] > DIALOGUES
    assert found["accepted within 3 turns"] >= 0.8
    assert sum(found["turns to accept"].values()) == round((1 - found["left without a title"]) * DIALOGUES)
    assert set(found["by kind"]) <= set(personas.KINDS.values())


def test_the_frozen_personas_are_played_by_the_rules(derona: Assistant, known: Known) -> None:
    row = {"lang": "pt", "opening": "quero um faroeste", "follow_ups": ["brasileiro", "obrigado", "tchau"], "patience": 3}  # fmt: skip
    title_id = derona.reply("quero um faroeste").cards[0].title_id
    assert simulating.play_frozen(row | {"goal_title_ids": [title_id]}, derona, known).accepted == 1
    left = simulating.play_frozen(row | {"goal_title_ids": ["no-such-title"]}, derona, known)
    assert (left.accepted, len(left.cpu_ms)) == (None, 3)
    short = simulating.frozen(simulating.FROZEN, derona, 50)
    assert len(short) == 5 and all(one.accepted is None or one.accepted == len(one.cpu_ms) for one in short)


def test_personas_are_the_same_for_a_seed_and_can_be_met(derona: Assistant, words: Wording) -> None:
    made = [personas.persona(words, 3, number) for number in range(100)]
    assert made == [personas.persona(words, 3, number) for number in range(100)]
    assert made != [personas.persona(words, 4, number) for number in range(100)]
    assert {kind for one in made for kind in one.kinds} == set(personas.KINDS.values())
    for one in made:
        fits = [
            title
            for title in derona.catalogue
            if not any(checking.breaks(title, pair, derona.catalogue) for pair in one.need)
        ]
        assert fits, one
        said = [f" {fold(text.text)} " for text in (one.opening, *one.follow_ups)]
        unnamed = [
            title for title in fits
            if not any(f" {fold(name)} " in text for name in names_of(title) if len(fold(name)) >= 4 for text in said)
        ]  # fmt: skip
        assert unnamed, one


def test_processes_play_the_same_dialogues(played: list[simulating.Played]) -> None:
    beside = simulating.generated_beside(DIALOGUES, 2)
    outcome = sorted((one.kinds, one.accepted or 0, one.named, one.said) for one in played)
    assert sorted((one.kinds, one.accepted or 0, one.named, one.said) for one in beside) == outcome


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("Vai de Vento Perdido: drama, 1 h 30 min.", ["vento perdido"]),
        ("Olha este: A Casa das Marés Mortas.", ["casa das mares mortas"]),
        ("Se você gosta de Bacurau, veja Bacurau Dois.", ["dois"]),
        ("Vai de Bacurau: suspense e faroeste, Brasil e França, 2019.", []),
        ("Achei comédia e drama. Dá uma olhada:", []),
        ("You asked for it: City of God, directed by Fernando Meirelles.", []),
    ],
)
def test_a_name_that_nobody_has_is_found_in_a_text(known: Known, text: str, strange: list[str]) -> None:
    assert checking.names_in(text, known)[1] == strange


def test_no_phrase_and_no_name_of_the_catalogue_is_strange(known: Known) -> None:
    for title in known.catalogue:
        for name in (title.name("pt"), title.name("en")):
            assert checking.names_in(f"Se você gosta de {name}, olha estes:", known)[1] == [], name
        for lang in ("pt", "en"):
            said = facts.card_reason(title, Wish(query=Query(themes=title.themes[:1])), lang)
            assert checking.names_in(said, known)[1] == [], said


def test_a_made_up_title_is_reported(derona: Assistant, known: Known, words: Wording) -> None:
    one = personas.persona(words, 1, 1)
    liar: Any = Liar(derona, text="Veja também Vento Perdido.")
    found = simulating.totals([simulating.play(one, liar, known)])
    assert found["named titles that exist"] < 1.0
    reply = derona.reply("quero um faroeste")
    renamed = replace(reply, cards=(replace(reply.cards[0], title="Vento Perdido"), *reply.cards[1:]))
    unknown = replace(reply, cards=(replace(reply.cards[0], title_id="vento-perdido-1999"),))
    assert "Vento Perdido" in checking.named(renamed, known)[1]
    assert checking.named(unknown, known)[1] and not checking.named(reply, known)[1]


def test_a_card_that_breaks_a_condition_is_reported(derona: Assistant, known: Known) -> None:
    opening = Saying(
        "quero um faroeste brasileiro", "pt", frozenset((("genres", "faroeste"), ("countries", "BR")))
    )
    one = Persona(opening, (), ("outro",), 2)
    honest = simulating.play(one, derona, known)
    assert (honest.broken, honest.said, honest.understood) == ((), 2, 2)
    liar: Any = Liar(derona, title_id="tonari-no-totoro-1988")
    lied = simulating.play(one, liar, known)
    assert {slot for _, slot in lied.broken} == {"genres", "countries"} and lied.accepted is None
    assert simulating.totals([lied])["constraint violations"] == len(lied.broken) == 4


def test_a_marked_card_may_break_a_condition(derona: Assistant, known: Known) -> None:
    title = derona.catalogue.resolve("tonari-no-totoro-1988")
    assert title is not None
    wish = Wish(query=Query(genres=("faroeste",)))
    reply = derona.reply("quero um faroeste")
    for lang in ("pt", "en"):
        for how in ({"near": True}, {"other": True}, {"lacks": True}, {"near": True, "like": title}):
            reason = facts.card_reason(title, wish, lang, **how)  # type: ignore[arg-type]
            card = replace(reply.cards[0], title_id=title.title_id, reason=reason)
            assert checking.marked(card), reason
            assert checking.broken(replace(reply, cards=(card,)), [("genres", "faroeste")], known) == []
        plain = replace(reply.cards[0], title_id=title.title_id, reason=facts.card_reason(title, wish, lang))
        assert checking.broken(replace(reply, cards=(plain,)), [("genres", "faroeste")], known) == [
            (title.title_id, ("genres", "faroeste"))
        ]


@pytest.mark.parametrize(
    ("title_id", "met", "broken"),
    [
        ("bacurau-2019", ("genres", "faroeste"), ("not_genres", "faroeste")),
        ("bacurau-2019", ("countries", "BR"), ("not_countries", "BR")),
        ("bacurau-2019", ("year_from", "2019"), ("year_from", "2020")),
        ("bacurau-2019", ("year_to", "2019"), ("year_to", "2018")),
        ("bacurau-2019", ("duration_max", "131"), ("duration_max", "130")),
        ("bacurau-2019", ("duration_min", "131"), ("duration_min", "132")),
        ("bacurau-2019", ("age_max", "16"), ("age_max", "14")),
        ("bacurau-2019", ("people", "kleber mendonca filho"), ("people", "hayao miyazaki")),
        ("tonari-no-totoro-1988", ("company", "familia"), ("genres", "terror")),
        ("the-exorcist-1973", ("genres", "terror"), ("company", "familia")),
    ],
)
def test_conditions_are_judged_by_the_catalogues_fields(
    derona: Assistant, title_id: str, met: checking.Pair, broken: checking.Pair
) -> None:
    title = derona.catalogue.resolve(title_id)
    assert title is not None
    assert not checking.breaks(title, met, derona.catalogue)
    assert checking.breaks(title, broken, derona.catalogue)


def test_conversations_written_for_development_find_a_goal(derona: Assistant) -> None:
    file = simulating.DEV.parent / "dev_dialogues.jsonl"
    found = simulating.totals(simulating.frozen(file, derona))
    assert found["n"] == 176 and found["named titles that exist"] == 1.0
    assert found["accepted within 3 turns"] >= 0.85


def test_progress_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 1.0, 6.0, 6.0, 7.0, 7.0, 7.0, 7.0])
    told = simulating.progress(4, lambda: next(clock))
    for done in (1, 2, 3, 4):
        told(done)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("2 of 4 dialogues") and lines[-1].startswith("4 of 4 dialogues")


def test_what_search_may_ask_hangs_on_questions_not_on_the_machine() -> None:
    clock = simulating.Ticking()
    first, second = clock(), clock()
    assert second - first == pytest.approx(1.0 / MEANING_PER_S) and simulating.Ticking()() == first


def test_people_joined_by_an_or_are_one_condition_that_any_of_them_meets(derona: Assistant) -> None:
    two = [("people", "greta gerwig"), ("people", "noah baumbach"), ("genres", "drama")]
    (joined,) = checking.alternatives(two, "Greta Gerwig or Noah Baumbach, a drama") - {("genres", "drama")}
    bird, station = (derona.catalogue.resolve(one) for one in ("lady-bird-2017", "central-do-brasil-1998"))
    assert bird is not None and station is not None
    assert not checking.breaks(bird, joined, derona.catalogue)
    assert checking.breaks(station, joined, derona.catalogue)
    for text in ("Greta Gerwig and Noah Baumbach", "drama or comedy with Gerwig, by Baumbach", "or what?"):
        assert checking.alternatives(two, text) == frozenset(two)
