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
        ("nothing longer than an hour", Span(None, 60)),
        ("nothing shorter than 90 minutes", Span(90, None)),
        ("não quero nada com menos de 1h30", Span(90, None)),
        ("not too long, tipo under 80 min", Span(None, 80)),
        ("mínimo de 1 hora, máximo de 1h40", Span(60, 100)),
        ("entre uma e duas horas", Span(60, 120)),
        ("opa, era até 2h e não até 1h", Span(None, 120)),
        ("algo com 2h30 pelo menos", Span(150, None)),
        ("não precisa ser 3h", Span()),
        ("tenho quinze minutos pra escolher", Span()),
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
        ("1970 no máximo", Span(None, 1970)),
        ("not before 1980", Span(1980, None)),
        ("no older than 1980", Span(1980, None)),
        ("2012 a 2016", Span(2012, 2016)),
        ("entre 95 e 2005", Span(1995, 2005)),
        ("só depois de 1990 and before 2005", Span(1991, 2004)),
        ("antes de 64", Span(None, 1963)),
        ("antes de 64 minutos", Span()),
        ("anos 80, aliás 90", Span(1990, 1999)),
        ("anos 60, não dos 70", Span(1960, 1969)),
        ("anime dos 80", Span(1980, 1989)),
        ("décadas de 60 e 70", Span(1960, 1979)),
        ("my uncle was born in 1952, a western", Span()),
        ("antes de eu nascer, 1988", Span(None, 1987)),
    ],
)
def test_years(text: str, span: Span) -> None:
    assert numbers.years(_read(text)[0]) == span


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("nada de +18", 16),
        ("nothing rated 18", 16),
        ("nothing above a 12", 12),
        ("+18", 18),
        ("she's only seven", 0),
        ("dois filhos, 13 e 15", 12),
        ("filme de luta livre", None),
        ("boyhood foi filmado por 12 anos", None),
    ],
)
def test_age_classes(text: str, age: int | None) -> None:
    assert numbers.age_class(*_read(text)) == age


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("volta um quarto de hora", 900),
        ("fast forward to one hour and ten", 4200),
        ("back a minute and a half", 90),
        ("-30", 30),
        ("me leva pros 23 e 15", 1395),
        ("skip to the last 10 minutes", None),
        ("volta trinta que meu filho falou em cima", 30),
        ("vai pra 1h05", 3900),
    ],
)
def test_seconds(text: str, seconds: int | None) -> None:
    assert numbers.seconds(*_read(text)) == seconds
