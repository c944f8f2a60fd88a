"""Logs carry no secrets."""

import pytest

from bitaca_core.security.redact import redact, redact_personal
from bitaca_core.security.tokens import sign_media, sign_viewer

KEY = bytes(32)


def test_media_paths_and_tokens_vanish():
    token = sign_media(KEY, "v", "t", "p", 1.8e9, 60)
    assert redact(f"GET /m/{token}/t/p/master.m3u8") == "GET /m/***/t/p/master.m3u8"
    cookie = sign_viewer(KEY, "cookie", "abc", 1_900_000_000)
    assert cookie not in redact(f"refused {cookie} from 1.2.3.4")
    assert redact("/ws/chat?ticket=abc&x=1") == "/ws/chat?ticket=***&x=1"
    assert "s3cret" not in redact("Authorization: Bearer s3cret")


@pytest.mark.parametrize(
    "text, clean",
    [
        ("meu cpf é 123.456.789-09", "meu cpf é [cpf]"),
        ("fale com ana@exemplo.com.br", "fale com [e-mail]"),
        ("liga (11) 98765-4321", "liga [telefone]"),
        ("12.345.678/0001-95", "[cnpj]"),
        ("filme de 1998 com 90 minutos", "filme de 1998 com 90 minutos"),
    ],
)
def test_personal_numbers_become_their_kind(text, clean):
    assert redact_personal(text) == clean
