"""A sample of the comparison of hosts: native, Node and wasmtime say the same; a host that lies is found out."""

from __future__ import annotations

import pytest

from tests.bench.parity import __main__ as parity
from tests.bench.parity.inputs import generated


def test_a_sample_is_the_same_everywhere() -> None:
    found = parity.run(400, 7, parity.all_hosts())
    assert (found["inputs"], found["differences"]) == (400, 0)
    assert found["manifests"] and found["refreshes"] and found["sessions"]
    assert found["output_bytes"] > found["inputs"]


def test_one_other_byte_is_found() -> None:
    batch = list(generated(20, 3))
    wasmtime = parity.Wasmtime()
    answers = [wasmtime.answer(kind, data) for kind, data in batch]
    said = bytearray(b"".join(map(parity.framed, answers)))
    parity.compared("an honest host", batch, answers, bytes(said))
    said[len(said) // 2] ^= 1
    with pytest.raises(parity.Difference, match="a host that lies"):
        parity.compared("a host that lies", batch, answers, bytes(said))


def test_inputs_are_those_of_the_seed() -> None:
    assert list(generated(30, 5)) == list(generated(30, 5)) != list(generated(30, 6))
