"""No personal number survives, however it is written; what is said of films stays as it was."""

import json
import re
import uuid
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bitaca_core.security import personal
from bitaca_core.security.personal import redact_personal

TITLES = Path(__file__).parents[2] / "bitaca_core" / "catalogue" / "data" / "real_titles.jsonl"
AROUND = st.sampled_from(
    ["meu é {}", "{}", "é {}, viu?", "anota: {}.", "({})", "cpf/{} ok", "{}\n", "pix {}!", "“{}”"]
)


def numbers(count: int):
    return st.text(alphabet="0123456789", min_size=count, max_size=count)


def check_digits(body: str, weights: list[list[int]]) -> str:
    """Return a CPF's or CNPJ's digits with both check digits (modulo 11)."""
    for row in weights:
        rest = sum(int(one) * weight for one, weight in zip(body, row, strict=True)) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return body


@st.composite
def cpf(draw) -> str:
    whole = check_digits(draw(numbers(9)), [list(range(10, 1, -1)), list(range(11, 1, -1))])
    a, b, c, d = whole[:3], whole[3:6], whole[6:9], whole[9:]
    return draw(
        st.sampled_from([whole, f"{a}.{b}.{c}-{d}", f"{a} {b} {c} {d}", f"{a}{b}{c}-{d}", f"{a}-{b}-{c}-{d}"])
    )


@st.composite
def cnpj(draw) -> str:
    letters = draw(st.booleans())
    if letters:  # the form of July 2026
        body = draw(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12))
        return f"{body[:2]}.{body[2:5]}.{body[5:8]}/{body[8:]}-{draw(numbers(2))}"
    first = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    w = check_digits(draw(numbers(12)), [first, [6, *first]])
    return draw(
        st.sampled_from([w, f"{w[:2]}.{w[2:5]}.{w[5:8]}/{w[8:12]}-{w[12:]}", f"{w[:8]}/{w[8:12]}-{w[12:]}"])
    )


@st.composite
def phone(draw) -> str:
    area, rest = draw(st.integers(11, 99)), draw(numbers(8))
    a, b = rest[:4], rest[4:]
    return draw(st.sampled_from([
        f"({area}) 9{a}-{b}", f"{area}9{a}{b}", f"+55 {area} 9{a}-{b}", f"+55{area}9{a}{b}", f"({area}){a}-{b}",
        f"{area} 9 {a} {b}", f"9{a}-{b}", f"9{a}{b}", f"0{area} 9{a} {b}", f"55{area}9{a}{b}", f"+351 91{a[0]} {a[1:]} {b[:3]}",
    ]))  # fmt: skip


@st.composite
def card(draw) -> str:
    body = draw(numbers(15))
    total = sum(
        sum(divmod(2 * int(one), 10)) if place % 2 == 0 else int(one) for place, one in enumerate(body)
    )
    whole = body + str(-total % 10)
    fours = [whole[at : at + 4] for at in range(0, 16, 4)]
    return draw(st.sampled_from([whole, " ".join(fours), "-".join(fours), ".".join(fours)]))


@st.composite
def other(draw) -> str:
    eight = draw(numbers(8))
    name = draw(st.from_regex(r"[a-z][a-z0-9._+]{0,20}", fullmatch=True))
    return draw(st.sampled_from([
        f"{eight[:5]}-{eight[5:]}", f"{eight[:2]}.{eight[2:5]}-{eight[5:]}", f"CEP {eight}", str(uuid.UUID(int=int(eight) * 7**40 % 2**128)),
        f"{name}@exemplo.com.br", f"{name}@mail.ex-emplo.org",
    ]))  # fmt: skip


@given(secret=st.one_of(cpf(), cnpj(), phone(), card(), other()), around=AROUND)
def test_no_personal_number_survives(secret, around) -> None:
    said = redact_personal(around.format(secret))
    assert secret not in said and redact_personal(said) == said
    kept = re.findall(r"\d+", said)
    assert sum(map(len, kept)) <= 3, (secret, said)
    assert "@" not in said and re.search(r"\[\w", said)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("meu cpf é 123.456.789-09", "meu cpf é [cpf]"),
        ("fale com ana@exemplo.com.br", "fale com [e-mail]"),
        ("liga (11) 98765-4321", "liga [telefone]"),
        ("12.345.678/0001-95", "[cnpj]"),
        ("12.ABC.345/01DE-35", "[cnpj]"),
        ("cartão 4111 1111 1111 1111 val 12/30", "cartão [cartão] val 12/30"),
        ("moro no 01310-100", "moro no [cep]"),
        ("fixo 3456-7890", "fixo [telefone]"),
        ("minha chave: 123e4567-e12b-12d1-a456-426655440000", "minha chave: [pix]"),
    ],
)
def test_each_becomes_its_kind(text, clean) -> None:
    assert redact_personal(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "filme de 1998 com 90 minutos", "de 1998-2003", "entre 1980 e 1990", "Blade Runner 2049", "2001: uma odisseia",
        "vai pra 01:02:03", "pula 1500 segundos", "nota 10", "S01E05", "8½", "300", "1.000.000 de anos", "24 fps em 1920x1080",
        "o 3º de 2010, 2011 e 2012", "@derona manda um filme", "custa R$ 19,90", "episódios 1-24", "pacote 0123456789abcdef de abcdef0123456789", "1917 1918 1942",
    ],
)  # fmt: skip
def test_films_are_not_persons(text) -> None:
    assert redact_personal(text) == text


def test_nothing_of_the_catalogue_is_taken_for_personal() -> None:
    for line in TITLES.read_text("utf-8").splitlines():
        row = json.loads(line)
        for text in (
            row.get("synopsis_pt"),
            row.get("synopsis_en"),
            row["original_title"],
            f"{row['original_title']} {row.get('year')}",
        ):
            assert text is None or redact_personal(text) == text


@given(st.text(max_size=300))
def test_any_text_is_answered_and_once_is_enough(text) -> None:
    once = redact_personal(text)
    assert redact_personal(once) == once


@given(
    st.text(max_size=60)
    | st.from_regex(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}", fullmatch=True)
)
@example("abcdefab-cdef-abcd-efab-cdefabcdefab")
@example("٣٤٥٦٧٨٩٠١٢٣")
@example("ana@exemplo.com.br")
def test_what_is_passed_over_at_a_glance_holds_nothing(text) -> None:
    if personal._ANY.search(text) is None:
        assert all(pattern.search(text) is None for pattern, _ in personal._KINDS)


def test_letters_alone_may_be_a_key() -> None:
    assert redact_personal("pix abcdefab-cdef-abcd-efab-cdefabcdefab") == "pix [pix]"
