"""What a conversation wants after each message: going on, turning away, beginning anew (`standing.txt`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bitaca_core.derona import turning
from bitaca_core.derona.assistant import Assistant, DialogueState
from bitaca_core.derona.slots import Slots
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query
from tests.bench.derona.simulating import opened

TABLE = Path(__file__).with_name("standing.txt")


def dialogues(text: str) -> Iterator[list[tuple[int, str, str]]]:
    """Yield each dialogue's (line, message, what stands); a line that is neither is an error."""
    found: list[tuple[int, str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(("#", "//")):
            if found:
                yield found
            found = []
            continue
        said, equals, stands = line.rpartition(" = ")
        if not equals:
            raise ValueError(f"line {number} does not say what stands: {line!r}")
        found.append((number, said, stands.strip()))
    if found:
        yield found


def standing(wish: Wish) -> str:
    """Return everything that a wish holds, in the words of the table and its order."""
    query = wish.query
    parts = [f"+{genre}" for genre in query.genres] + [f"-{genre}" for genre in query.exclude_genres]
    parts += [*query.countries, *(f"!{code}" for code in wish.exclude_countries)]
    if query.year_min is not None or query.year_max is not None:
        parts.append(f"y{query.year_min or ''}..{query.year_max or ''}")
    if query.duration_max_s is not None:
        parts.append(f"t<={query.duration_max_s // 60}")
    if query.company is not None:
        parts.append(f"with:{query.company}")
    if query.max_age is not None:
        parts.append(f"age<={query.max_age}")
    parts += [f"~{mood}" for mood in query.moods] + [f"-~{mood}" for mood in query.exclude_moods]
    parts += [f"#{theme}" for theme in query.themes] + ([f"by:{wish.person}"] if wish.person else [])
    if query.text and not query.themes:
        parts.append(f'"{query.text}"')
    return " ".join(parts)


@pytest.fixture(scope="module")
def derona() -> Iterator[Assistant]:
    with opened() as found:
        yield found


@pytest.mark.parametrize(
    "turns", list(dialogues(TABLE.read_text("utf-8"))), ids=lambda turns: f"{turns[0][0]}"
)
def test_what_stands(derona: Assistant, turns: list[tuple[int, str, str]]) -> None:
    state = DialogueState()
    for number, said, stands in turns:
        reply = derona.reply(said, state=state)
        state = reply.state
        now = standing(state.wish or Wish())
        assert stands in ("?", now), f"{TABLE.name}:{number} {said!r} ({reply.intent})"


def test_a_line_that_says_nothing_is_reported() -> None:
    with pytest.raises(ValueError, match="line 1 does not say"):
        list(dialogues("quero uma comédia"))


@pytest.mark.parametrize(
    ("text", "fresh"),
    [
        ("esquece tudo quero comedia", True),
        ("esquece quero comedia", True),
        ("mudei de ideia quero um anime", True),
        ("deixa isso para la me indica um drama", True),
        ("comeca do zero", True),
        ("never mind show me horror", True),
        ("esquece musical", False),
        ("esquece o terror", False),
        ("mais antigo", False),
        ("nunca esquece de mim", False),
    ],
)
def test_only_who_says_so_takes_everything_back(text: str, fresh: bool) -> None:
    assert turning.says_so(text) is fresh


@pytest.mark.parametrize(
    ("text", "anew"),
    [
        ("quero um filme de terror", True),
        ("mas quero um filme de terror", False),
        ("agora quero um filme de terror", False),
        ("terror", False),
        ("desses quero um filme de terror", False),
        ("i want a horror movie", True),
        ("but i want a horror movie", False),
    ],
)
def test_another_topic_in_a_whole_request_begins_anew(text: str, anew: bool) -> None:
    comedy = Wish(query=Query(genres=("comedia",)))
    assert turning.begins_anew(comedy, Slots(masked=text, genres=("terror",))) is anew
    assert not turning.begins_anew(comedy, Slots(masked=text, countries=("FR",)))


def test_a_condition_is_given_up_by_its_name() -> None:
    wish = Wish(
        query=Query(genres=("comedia",), countries=("FR",), year_min=1990, max_age=8, company="children")
    )
    assert turning.freed(wish, "tanto faz o pais").query.countries == ()
    assert turning.freed(wish, "qualquer ano").query.year_min is None
    assert turning.freed(wish, "qualquer classificacao").query.max_age == 8, "children are watching"
    assert turning.freed(wish, "qualquer coisa") == wish
