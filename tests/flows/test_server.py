"""The Prefect server of our own: a taken port is told with the option that chooses another."""

from __future__ import annotations

import socket

import pytest

from bitaca_core.errors import WorkError
from flows import server
from tests.flows.processes import bitaca


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_stops_before_anything_is_started(taken, paths):
    with pytest.raises(WorkError, match=f"cannot listen on 127.0.0.1:{taken}") as caught:
        server.start(paths, port=taken, whole=True)
    assert caught.value.kind == "port" and f"bitaca flows serve --port {taken + 1}" in caught.value.hint
    assert not paths.state.exists()


def test_flows_serve_says_so(start, taken, paths):
    served = start(bitaca("flows", "serve", "--port", str(taken)), BITACA_HOME=paths.home)
    assert served.end() == 1
    assert f"--port {taken + 1}" in served.text and "Traceback" not in served.text


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api", "http://no-such-host.invalid/api", "nonsense"])
def test_a_server_that_does_not_answer(address):
    with pytest.raises(WorkError, match="does not answer") as caught:
        server.answers(address)
    assert "PREFECT_API_URL" in caught.value.hint
