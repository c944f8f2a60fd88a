"""Traces: generated ones are reproducible and differ by regime; read ones are checked value by value."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bitaca_core.errors import InputError
from bitaca_core.playback import traces

GOOD = [
    {"duration_ms": 1000, "bandwidth_kbps": 800, "latency_ms": 30},
    {"duration_ms": 500.4, "bandwidth_kbps": 0},
]


def test_a_seed_names_a_trace_bit_for_bit():
    first, again, other = (traces.generate(seed, 8, length_s=60) for seed in (1, 1, 2))
    for left, right in zip(first, again, strict=True):
        np.testing.assert_array_equal(left.bandwidth_kbps, right.bandwidth_kbps)
    assert any(
        (left.bandwidth_kbps != right.bandwidth_kbps).any() for left, right in zip(first, other, strict=True)
    )
    assert {trace.name.split("-")[0] for trace in first} == set(traces.REGIMES)
    assert all(trace.total_s == 60 for trace in first)


def test_regimes_are_what_they_are_called():
    made = {regime: [] for regime in traces.REGIMES}
    for trace in traces.generate(7, 40):
        values = trace.bandwidth_kbps
        made[trace.name.split("-")[0]].append(values.std() / values.mean())
    assert np.median(made["steady"]) < 0.1 < np.median(made["wifi"]) < np.median(made["mobile"])


def test_reading_keeps_values_and_fills_a_missing_latency():
    trace = traces.parse(json.dumps(GOOD), "mine")
    assert trace.duration_ms.tolist() == [1000, 500]
    assert trace.bandwidth_kbps.tolist() == [800, 0]
    assert trace.latency_ms.tolist() == [30, 0]
    assert trace.mean_kbps == pytest.approx(800 * 1000 / 1500)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[{]", "not JSON"),
        ("{}", "non-empty JSON array"),
        ("[]", "non-empty JSON array"),
        ("[1]", "period 1"),
        (
            json.dumps([GOOD[0], {"duration_ms": 0, "bandwidth_kbps": 1}]),
            "period 2: expected duration_ms of at least 1",
        ),
        (json.dumps([{"duration_ms": 5, "bandwidth_kbps": -1}]), "bandwidth_kbps of at least 0"),
        (json.dumps([{"duration_ms": 5, "bandwidth_kbps": "7"}]), "found '7'"),
        ('[{"duration_ms": 5, "bandwidth_kbps": NaN}]', "bandwidth_kbps"),
        (json.dumps([{"duration_ms": 5, "bandwidth_kbps": 0}]), "zero throughout"),
    ],
)
def test_what_is_no_trace_is_told(text, said):
    with pytest.raises(InputError, match=said):
        traces.parse(text, "bad", "bad.json")


def test_an_error_names_file_and_position(tmp_path):
    file = tmp_path / "bad.json"
    file.write_text('[\n {"duration_ms": }\n]')
    with pytest.raises(InputError) as caught:
        traces.load(file)
    assert (caught.value.file, caught.value.line) == (str(file), 2)


def test_a_folder_is_read_in_order_and_an_empty_one_is_told(tmp_path):
    with pytest.raises(InputError, match=r"no \.json traces"):
        traces.load(tmp_path)
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(json.dumps(GOOD))
    assert [trace.name for trace in traces.load(tmp_path)] == ["a", "b"]
    with pytest.raises(InputError, match="no such trace"):
        traces.load(tmp_path / "c.json")
