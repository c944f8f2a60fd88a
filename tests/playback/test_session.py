"""The session in wasmtime: it plays through random trouble, and the same inputs give the same outputs."""

from __future__ import annotations

import pytest

from bitaca_core.playback.core import PlayerCore
from tests.playback.session_host import SEGMENTS, Host

STEPS = 1500


def replay(inputs):
    core = PlayerCore()
    handle = core.call("session_new")
    found = []
    for message in inputs:
        address, length = core.put(message)
        core.call("session_handle", handle, address, length)
        core.call("free", address, length)
        outputs = []
        while output := core.result(core.call("session_poll", handle)):
            outputs.append(output)
        found.append(outputs)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_trouble_is_survived_and_the_log_replays(seed):
    host = Host(seed)
    host.run(STEPS)
    fatal = [output for outputs in host.outputs for output in outputs if output[0] == 16 and output[6] == 1]
    assert not fatal
    assert len(host.held[0]) > SEGMENTS // 2
    assert replay(host.inputs) == host.outputs


def test_bytes_that_are_no_input_are_refused():
    core = PlayerCore()
    handle = core.call("session_new")
    for message in (b"", b"\0" * 8, b"\0" * 9, b"\0" * 8 + b"\xff"):
        address, length = core.put(message)
        assert core.call("session_handle", handle, address, length) == 0
    address, length = core.put(b"\0" * 8 + b"\x0f")
    assert core.call("session_handle", handle, address, length) == 1
    assert core.call("session_handle", handle + 1, address, length) == 0
