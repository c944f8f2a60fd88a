"""Personal numbers and addresses out of a text, before it is kept, logged or shown to a language model.

What is found becomes its kind in brackets. A number of the right length is taken for personal even where its check
digits are wrong: people mistype their own. Years, durations and times of a film are none, nor are hexadecimal names of packages and requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_DIGIT_GAP = r"[ .\u00a0\u2009\u202f\-\u2010-\u2015]?"
"""What people put between the groups of a number."""

_START = r"(?<![\d.])(?<![0-9a-f]{6})"
"""Where a number begins: not within another, nor within a hexadecimal name."""

_EMAIL = re.compile(r"[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
_PIX_RANDOM = re.compile(
    r"\b[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\b"
)
"""A random PIX key is a UUID."""
_CNPJ = re.compile(
    r"(?<![A-Za-z0-9])[A-Z0-9]{2}\.[A-Z0-9]{3}\.[A-Z0-9]{3}/[A-Z0-9]{4}-?\d{2}(?![A-Za-z0-9])"
    rf"|{_START}\d{{2}}{_DIGIT_GAP}\d{{3}}{_DIGIT_GAP}\d{{3}}[ /]?\d{{4}}{_DIGIT_GAP}\d{{2}}(?!\w)",
    re.IGNORECASE,
)
"""Fourteen places; since July 2026 the first twelve may be letters (IN RFB 2.229/2024)."""
_CARD = re.compile(
    rf"{_START}\d{{4}}(?:{_DIGIT_GAP}\d{{4}}){{2}}{_DIGIT_GAP}\d{{1,7}}(?!\w)|{_START}3\d{{3}}{_DIGIT_GAP}\d{{6}}{_DIGIT_GAP}\d{{5}}(?!\w)"
)
_CPF = re.compile(rf"{_START}\d{{3}}{_DIGIT_GAP}\d{{3}}{_DIGIT_GAP}\d{{3}}[ /]?{_DIGIT_GAP}\d{{2}}(?!\w)")
_PHONE = re.compile(
    rf"{_START}(?:\+|00)?55 ?(?:\(\d{{2}}\)|\d{{2}}){_DIGIT_GAP}(?:9{_DIGIT_GAP})?\d{{4}}{_DIGIT_GAP}\d{{4}}(?!\w)"
    rf"|{_START}(?:\(0?\d{{2}}\)|0?\d{{2}}){_DIGIT_GAP}(?:9{_DIGIT_GAP})?\d{{4}}{_DIGIT_GAP}\d{{4}}(?!\w)"
    rf"|{_START}9{_DIGIT_GAP}\d{{4}}{_DIGIT_GAP}\d{{4}}(?!\w)"
    rf"|{_START}"
    r"\+\d{1,3}[ -]?(?:\(\d{1,4}\)[ -]?)?\d{2,5}(?:[ -]?\d{2,5}){1,3}(?!\w)"
)
_LANDLINE = re.compile(_START + r"\d{4}[- ]\d{4}(?!\w)")
_CEP = re.compile(
    _START + r"\d{2}\.?\d{3}-\d{3}(?!\w)|(?<=\bcep )\d{8}(?!\w)|(?<=\bcep: )\d{8}(?!\w)",
    re.IGNORECASE,
)
_LONG = re.compile(_START + r"\d{9,}(?!\w)")
"""Whatever else is as long as a number of a person, an account or a card."""


def _landline(match: re.Match[str]) -> str:
    """Return a number of eight digits as it is where it says two years (`1998-2003`)."""
    halves = (match[0][:4], match[0][5:])
    return match[0] if all("1880" <= half <= "2099" for half in halves) else "[telefone]"


_KINDS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_EMAIL, "[e-mail]"),
    (_PIX_RANDOM, "[pix]"),
    (_CNPJ, "[cnpj]"),
    (_CARD, "[cartão]"),
    (_CPF, "[cpf]"),
    (_PHONE, "[telefone]"),
    (_CEP, "[cep]"),
    (_LANDLINE, _landline),
    (_LONG, "[número]"),
)


_ANY = re.compile(r"[@\d]|[A-Fa-f]{8}-?[A-Fa-f]{4}")
"""What every kind has: a digit or an at sign; of a random key its letters may be all."""


def redact_personal(text: str) -> str:
    """Return `text` with CPF, CNPJ, cards, e-mail, phone, CEP and PIX keys replaced by their kind; idempotent."""
    if _ANY.search(text) is None:
        return text
    for pattern, kind in _KINDS:
        text = pattern.sub(kind, text)
    return text
