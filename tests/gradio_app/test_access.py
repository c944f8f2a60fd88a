"""Who is the operator, and who only looks like one: forwarded requests, undeclared proxies, other names."""

import httpx
import pytest

from bitaca_core.errors import InputError

from .conftest import OPERATOR_TOKEN, compose, say_http, serving

LOOPBACK = "http://127.0.0.1:8000"


async def reports(app, peer, headers=None, base_url=LOOPBACK):
    """Return the status of an operator page for a caller at `peer`."""
    transport = httpx.ASGITransport(app=app, client=(peer, 5000), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        status = (await client.get("/reports", headers=headers)).status_code
        told = "work" in (await client.get("/api/status", headers=headers)).json()
        assert told is (status == 200), "the page and the API agree"
        return status


async def test_this_machine_is_the_operator(app):
    for peer, base in (
        ("127.0.0.1", LOOPBACK),
        ("::1", "http://[::1]:8000"),
        ("::ffff:127.0.0.1", "http://localhost"),
    ):
        assert await reports(app, peer, base_url=base) == 200


LOCAL_NAMES = {"X-Forwarded-Host": "localhost", "Host": "127.0.0.1:8000"}
FORGED = [
    # trusted, peer, headers: what was let in as "this machine"
    ("10.0.0.0/8", "10.0.0.1", {"X-Forwarded-For": "127.0.0.1, 10.0.0.7"}),
    ("10.0.0.0/8", "10.0.0.7", {"X-Forwarded-For": "127.0.0.1"}),
    ("10.0.0.0/8,127.0.0.1", "10.0.0.1", {"X-Forwarded-For": "127.0.0.1, 10.0.0.7"}),
    ("10.0.0.0/8", "10.0.0.1", {"X-Forwarded-For": "::1, 10.0.0.7"}),
    ("10.0.0.0/8", "10.0.0.1", {"X-Forwarded-For": "::ffff:127.0.0.1, 10.0.0.7"}),
    ("127.0.0.1", "127.0.0.1", {}),
    ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": ""}),
    ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "garbage"}),
    ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "203.0.113.9:4711"}),
    ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "[2001:db8::9]:4711"}),
    ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
    ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 127.0.0.1"}),
    # nobody declared the proxy
    ("", "127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}),
    ("", "127.0.0.1", {"X-Forwarded-Proto": "https"}),
    ("", "127.0.0.1", {"X-Forwarded-Host": "bitaca.example"}),
    ("", "127.0.0.1", {"X-Forwarded-Server": "front"}),
    ("", "127.0.0.1", {"Forwarded": "for=203.0.113.9;host=127.0.0.1"}),
    ("", "127.0.0.1", {"X-Real-IP": "203.0.113.9"}),
    ("", "127.0.0.1", {"Via": "1.1 front"}),
    ("10.0.0.0/8", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
]  # fmt: skip


@pytest.mark.parametrize("trusted, peer, headers", FORGED)
async def test_no_forwarded_request_is_this_machine(settings, services, clock, trusted, peer, headers):
    app = compose(settings, services, clock, trusted_proxies=trusted)
    told = LOCAL_NAMES | headers if trusted else {"Host": "127.0.0.1:8000"} | headers
    assert await reports(app, peer, told) == 403
    assert await reports(app, peer, told | {"Authorization": f"Bearer {OPERATOR_TOKEN}"}) == 200


async def test_an_undeclared_proxy_without_headers_speaks_an_old_http(app, settings):
    """What nginx sends upstream as it is delivered: HTTP/1.0, its own address as host, and no word of the caller."""
    async with serving(app, settings) as port:
        host = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
        assert (await say_http(port, b"GET /reports HTTP/1.0\r\n" + host)).status == 403
        assert (await say_http(port, b"GET /reports HTTP/1.1\r\n" + host)).status == 200
        forwarded = b"GET /reports HTTP/1.1\r\nX-Forwarded-For: 127.0.0.1\r\n" + host
        assert (await say_http(port, forwarded)).status == 403


async def test_the_shells_tables_follow_the_same_rule(settings, services, clock):
    """Gradio hands its own request to `tables`; what the guard found out travels in its scope."""
    from starlette.requests import Request

    from gradio_app.access import Edge
    from gradio_app.ui import tables

    context = compose(settings, services, clock).state.context
    for forwarded in (False, True):
        scope = {"type": "http", "headers": [], "query_string": b"", "method": "GET", "path": "/app/"}
        scope["bitaca.edge"] = Edge("id", "127.0.0.1", "http", "127.0.0.1:8000", forwarded)
        _note, work, *_rest = tables(context, Request(scope))
        assert bool(work["data"]) is not forwarded


async def test_forwarded_scheme_and_host_count_from_trusted_proxies_only(settings, services, clock):
    app = compose(settings, services, clock, trusted_proxies="127.0.0.1")
    headers = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https", "Host": "bitaca.example"}
    for peer, secure in (("127.0.0.1", True), ("198.51.100.7", False)):
        transport = httpx.ASGITransport(app=app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://bitaca.example") as client:
            assert (await client.get("/reports", headers=headers)).status_code == 403
            answer = await client.post("/api/session", headers=headers)
            assert ("secure" in answer.headers["set-cookie"].lower()) is secure
            assert ("strict-transport-security" in answer.headers) is secure


async def test_a_proxys_own_line_counts_beside_the_callers(settings, services, clock):
    """HAProxy leaves what it was sent and adds a line of its own: the last word is the proxy's."""
    app = compose(settings, services, clock, trusted_proxies="127.0.0.1")
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    lines = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "203.0.113.5")]
    async with httpx.AsyncClient(transport=transport, base_url="http://bitaca.example") as client:
        await client.post("/api/session", headers=lines)
    limits = app.state.context.limits
    assert list(limits.address_sessions._arrival_s) == ["203.0.113.5"]


def test_unreadable_proxies_stop_the_composition(settings, services, clock):
    with pytest.raises(InputError, match="'nginx' is neither an address nor a network"):
        compose(settings, services, clock, trusted_proxies="127.0.0.1, nginx")
