"""Logs carry no secrets."""

from bitaca_core.security.redact import redact
from bitaca_core.security.tokens import sign_media, sign_viewer

KEY = bytes(32)


def test_media_paths_and_tokens_vanish():
    token = sign_media(KEY, "v", "t", "p", 1.8e9, 60)
    assert redact(f"GET /m/{token}/t/p/master.m3u8") == "GET /m/***/t/p/master.m3u8"
    cookie = sign_viewer(KEY, "cookie", "abc", 1_900_000_000)
    assert cookie not in redact(f"refused {cookie} from 1.2.3.4")
    assert redact("/ws/chat?ticket=abc&x=1") == "/ws/chat?ticket=***&x=1"
    assert "s3cret" not in redact("Authorization: Bearer s3cret")


def test_personal_numbers_stay_out_of_logs():
    assert redact("GET /search?q=123.456.789-09") == "GET /search?q=[cpf]"
