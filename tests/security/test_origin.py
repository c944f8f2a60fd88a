"""Origins, loopback names and forwarded addresses."""

import pytest

from bitaca_core.security import origin


@pytest.mark.parametrize(
    "given_origin, scheme, host, same",
    [
        ("http://bitaca.local:8000", "http", "bitaca.local:8000", True),
        ("https://bitaca.local", "https", "bitaca.local:443", True),
        ("http://BITACA.local", "http", "bitaca.local", True),
        ("http://bitaca.local:8001", "http", "bitaca.local:8000", False),
        ("https://bitaca.local:8000", "http", "bitaca.local:8000", False),
        ("http://bitaca.local.evil.example", "http", "bitaca.local", False),
        ("http://evil@bitaca.local", "http", "bitaca.local", False),
        ("null", "http", "bitaca.local", False),
        ("http://[::1]:8000", "http", "[::1]:8000", True),
        ("http://x:99999", "http", "x", False),
    ],
)
def test_same_origin_is_exact(given_origin, scheme, host, same):
    assert origin.same_origin(given_origin, scheme, host) is same


def test_list_keeps_one_spelling():
    assert origin.parse_list("https://a.example, http://B.example:80/ ,nonsense,") == {
        "https://a.example:443",
        "http://b.example:80",
    }


@pytest.mark.parametrize(
    "host, loopback",
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:8000", True),
        ("::1", True),
        ("fe80::1", False),
        ("127.0.1.44", True),
        ("192.168.0.4:8000", False),
        ("rebind.evil.example", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_loopback_hosts(host, loopback):
    assert origin.is_loopback_host(host) is loopback


def test_forwarded_addresses_count_from_trusted_proxies_only():
    proxies = origin.TrustedProxies("10.0.0.0/8, 127.0.0.1")
    assert proxies.client("127.0.0.1", "203.0.113.9") == "203.0.113.9"
    assert proxies.client("127.0.0.1", "1.2.3.4, 203.0.113.9, 10.1.1.1") == "203.0.113.9"
    assert proxies.client("203.0.113.7", "127.0.0.1") == "203.0.113.7"
    assert proxies.client("127.0.0.1", "garbage") == "127.0.0.1"
    assert not origin.TrustedProxies("")
