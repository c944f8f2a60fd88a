"""What a message counts: clocks, years that are left out, lengths that are none."""

from __future__ import annotations

import pytest

from bitaca_core.derona import normalize
from bitaca_core.derona.understanding import numbers
from bitaca_core.derona.understanding.numbers import Span


def _read(text: str, language: str = "pt") -> tuple[str, str]:
    message = normalize.read(text, language)
    return numbers.spelled(" ".join(message.spoken)), message.plain


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("são 20h30, tenho até 22h", 90),
        ("só tenho até as 23h e são 21h20", 100),
        ("it's 9pm and i wanna be in bed by 11", 120),
        ("it's already ten past nine and we only have until 11", 110),
        ("it must be over by 8:30, it's 6:40", 110),
        ("são quinze pra dez e durmo meia noite em ponto", 135),
    ],
)
def test_two_clocks_are_the_time_that_is_left(text: str, free: int) -> None:
    assert numbers.minutes(*_read(text)) == Span(None, free)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("no mínimo 2 horas", Span(120, None)),
        ("nada de mais de 100 minutos", Span(None, 100)),
        ("an hour and a half max", Span(None, 90)),
        ("an hour and twenty max", Span(None, 80)),
        ("2 horas, não, 1h30", Span(None, 90)),
        ("forget the 90 minute thing", Span()),
        ("tô meia hora rolando e não acho nada", Span()),
    ],
)
def test_lengths(text: str, span: Span) -> None:
    assert numbers.minutes(*_read(text)) == span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("nothing before 1990", Span(1990, None)),
        ("nothing after 1995", Span(None, 1995)),
        ("2020 or later", Span(2020, None)),
        ("pós 2000", Span(2001, None)),
        ("dos anos 50 pra trás", Span(None, 1959)),
        ("tem que ser do século passado", Span(None, 2000)),
        ("anos 80", Span(1980, 1989)),
    ],
)
def test_years(text: str, span: Span) -> None:
    assert numbers.years(_read(text)[0]) == span
