"""Tokens: one spelling, one purpose, one path."""

import string

import pytest

from bitaca_core.errors import TokenError
from bitaca_core.security import tokens

KEY = bytes(range(32))
NOW = 1_800_000_000.0
TITLE, PACKAGE = "a-pipa", "0123456789abcdef"


def media(now=NOW, viewer="viewer-1"):
    return tokens.sign_media(KEY, viewer, TITLE, PACKAGE, now, ttl_s=600)


def reason(call, *args):
    with pytest.raises(TokenError) as caught:
        call(*args)
    return caught.value.reason


def test_media_token_opens_its_own_package_until_it_expires():
    token = media()
    claims = tokens.verify_media(KEY, token, TITLE, PACKAGE, NOW)
    assert claims.viewer_tag == tokens.viewer_tag(KEY, "viewer-1")
    assert NOW + 600 < claims.expires_at <= NOW + 600 + tokens.STABLE_S
    tokens.verify_media(KEY, token, TITLE, PACKAGE, claims.expires_at - 1)
    assert reason(tokens.verify_media, KEY, token, TITLE, PACKAGE, claims.expires_at) == "expired"


def test_media_token_is_stable_within_the_hour_and_per_viewer():
    hour = NOW // 3600 * 3600
    assert media(hour) == media(hour + 3599)
    assert media(hour) != media(hour + 3600)
    assert media(viewer="viewer-1") != media(viewer="viewer-2")
    assert "viewer-1" not in media()


@pytest.mark.parametrize("title, package", [("outra", PACKAGE), (TITLE, "f" * 16), (TITLE + "-2", PACKAGE)])
def test_media_token_of_one_path_never_opens_another(title, package):
    assert reason(tokens.verify_media, KEY, media(), title, package, NOW) == "path"


def test_every_single_character_change_is_refused():
    token = media()
    alphabet = string.ascii_letters + string.digits + "-_.=~%é"
    for at, original in enumerate(token):
        for other in alphabet:
            if other != original:
                changed = token[:at] + other + token[at + 1 :]
                assert reason(tokens.verify_media, KEY, changed, TITLE, PACKAGE, NOW)
        assert reason(tokens.verify_media, KEY, token[:at] + token[at + 1 :], TITLE, PACKAGE, NOW)
        assert reason(tokens.verify_media, KEY, token[:at] + "A" + token[at:], TITLE, PACKAGE, NOW)


def test_another_key_is_refused():
    assert reason(tokens.verify_media, b"x" * 32, media(), TITLE, PACKAGE, NOW) == "signature"


@pytest.mark.parametrize("bad", ["", ".", "a.b.c", "a" * 300, "é.1.b." + "c" * 43, "a.01.b." + "c" * 43])
def test_malformed_tokens_are_named_so(bad):
    assert reason(tokens.verify_media, KEY, bad, TITLE, PACKAGE, NOW) == "malformed"


def test_viewer_token_serves_one_purpose():
    token = tokens.sign_viewer(KEY, "cookie", "abc_1", int(NOW) + 10)
    assert tokens.verify_viewer(KEY, "cookie", token, NOW) == "abc_1"
    assert reason(tokens.verify_viewer, KEY, "access", token, NOW) == "signature"
    assert reason(tokens.verify_viewer, KEY, "cookie", token, NOW + 10) == "expired"
    with pytest.raises(ValueError, match="cannot stand"):
        tokens.sign_viewer(KEY, "cookie", "a.b", 1)


def test_ticket_is_good_once_and_for_half_a_minute():
    tickets = tokens.Tickets()
    ticket = tickets.issue("v", NOW)
    assert tickets.redeem(ticket, NOW + 1) == "v"
    assert reason(tickets.redeem, ticket, NOW + 1) == "unknown"
    late = tickets.issue("v", NOW)
    assert reason(tickets.redeem, late, NOW + 30) == "expired"


def test_tickets_stay_bounded():
    tickets = tokens.Tickets(max_tickets=3)
    issued = [tickets.issue(f"v{n}", NOW) for n in range(5)]
    assert reason(tickets.redeem, issued[0], NOW) == "unknown"
    assert tickets.redeem(issued[4], NOW) == "v4"
