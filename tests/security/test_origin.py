"""Origins, loopback names and forwarded addresses."""

import pytest

from bitaca_core.errors import InputError
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


@pytest.mark.parametrize(
    "peer, forwarded_for, client",
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, 127.0.0.1", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::9]:4711", "2001:db8::9"),
        ("127.0.0.1", '"[2001:db8::9]"', "2001:db8::9"),
        ("203.0.113.7", "127.0.0.1", "203.0.113.7"),
        ("127.0.0.1", "garbage", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9, garbage, 10.1.1.1", "10.1.1.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("10.0.0.1", "127.0.0.1, 10.0.0.7", "10.0.0.7"),
        ("10.0.0.1", "::1, 10.0.0.7", "10.0.0.7"),
        ("10.0.0.1", "203.0.113.9, 127.0.0.1, 10.0.0.7", "203.0.113.9"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
    ],
)
def test_forwarded_addresses_count_from_trusted_proxies_only(peer, forwarded_for, client):
    proxies = origin.TrustedProxies("10.0.0.0/8, 127.0.0.1")
    assert proxies.client(peer, forwarded_for) == client


def test_no_proxy_is_trusted_unless_named():
    assert not origin.TrustedProxies("") and "127.0.0.1" not in origin.TrustedProxies(" , ")


@pytest.mark.parametrize("text", ["nginx", "10.0.0.0/40", "127.0.0.1 10.0.0.1", "10.0.0.1:80"])
def test_an_unreadable_proxy_is_named(text):
    with pytest.raises(InputError, match="neither an address nor a network") as caught:
        origin.TrustedProxies(f"127.0.0.1,{text}")
    assert text in caught.value.message and "BITACA_TRUSTED_PROXIES" in caught.value.hint


@pytest.mark.parametrize(
    "address, network, kept",
    [
        ("203.0.113.77", "203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.77", "203.0.113.0/24"),
        ("testclient", "testclient", ""),
    ],
)
def test_a_caller_is_counted_by_its_network_and_logged_as_a_wider_one(address, network, kept):
    assert origin.caller_network(address) == network
    assert origin.blurred(address) == kept
