"""The character set of text files: marks, zeros, UTF-8, and the language where nothing else can tell."""

from __future__ import annotations

import random

import pytest

from bitaca_core.media.charsets import decode

JAPANESE = "雨が降っている。\n傘を持ってくればよかった、と彼女は言った。\n"
KATAKANA = "コーヒーをください\nありがとうございます\n"
PORTUGUESE = "— Não! É ‘você’… “às” três?\nAção, emoção e café.\n"
RUSSIAN = "Привет, как дела?\nХорошо, спасибо.\n"


@pytest.mark.parametrize(
    ("text", "written", "language", "told"),
    [
        (PORTUGUESE, "utf-8", None, "utf-8"), (PORTUGUESE, "utf-8-sig", None, "utf-8"), (JAPANESE, "utf-8", "pt", "utf-8"),
        (PORTUGUESE, "utf-16", None, "utf-16"), (PORTUGUESE, "cp1252", None, "cp1252"), (PORTUGUESE, "cp1252", "pt-BR", "cp1252"),
        ("Ação\n", "latin-1", "pt-BR", "cp1252"), ("Ação\x81\n", "latin-1", None, "latin-1"),
        (JAPANESE, "cp932", "ja", "cp932"), (JAPANESE, "euc_jp", "ja", "euc_jp"),
        (JAPANESE, "cp932", None, "cp932"), (KATAKANA, "cp932", None, "cp932"), (JAPANESE, "euc_jp", None, "euc_jp"),
        (RUSSIAN, "cp1251", "ru", "cp1251"), ("Zażółć gęślą jaźń\n", "cp1250", "pl-PL", "cp1250"),
        ("Καλημέρα κόσμε\n", "cp1253", "el", "cp1253"), ("Günaydın şeker\n", "cp1254", "tr", "cp1254"),
        ("안녕하세요 여러분\n", "cp949", "ko", "cp949"), ("你好，世界。今天下雨。\n", "gb18030", "zh-Hans", "gb18030"),
        ("plain\n", "ascii", "ja", "utf-8"),
    ],
)  # fmt: skip
def test_what_was_written_is_read(text: str, written: str, language: str | None, told: str) -> None:
    assert decode(text.encode(written), language) == (text, told)


@pytest.mark.parametrize("language", [None, "pt-BR", "en", "fr", "de"])
def test_western_text_is_never_taken_for_japanese(language: str | None) -> None:
    for text in (
        PORTUGUESE,
        "Où êtes-vous ? Ça va très bien, «merci».\n",
        "Größe, Fuß, Übermut\n",
        "¿Qué? ¡Niño!\n",
    ):
        assert decode(text.encode("cp1252"), language) == (text, "cp1252")


def test_data_is_no_text_and_noise_never_fails() -> None:
    assert decode(bytes(range(256))) is None
    assert decode(b"\xff\xfe\x00") is None, "half a character"
    draw = random.Random(5)
    for _ in range(200):
        decode(draw.randbytes(draw.randint(0, 80)), draw.choice([None, "ja", "ru", "zh", "pt"]))
