"""The laboratory in wasmtime: worked examples, invariants over random sessions, refusals, determinism."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.errors import InputError
from bitaca_core.playback import lab, movie
from bitaca_core.playback.simulate import linear
from bitaca_core.playback.traces import Trace, generate


def constant(kbps, latency_ms=0):
    return Trace("constant", *(np.array([value], dtype=np.int64) for value in (1000, kbps, latency_ms)))


def film(bitrates, segments):
    sizes = np.tile(np.array(bitrates, dtype=np.int64) * 4000, (segments, 1))
    return movie.Movie("flat", np.array(bitrates), np.full(segments, 4_000_000), sizes)


@pytest.fixture(scope="module")
def laboratory():
    return lab.Lab()


def test_one_rung_on_a_constant_line_is_what_arithmetic_says(laboratory):
    session = laboratory.play(constant(1000, latency_ms=100), film([500], 3), "throughput")
    assert session.arrived_s.tolist() == pytest.approx([2.1, 4.2, 6.3])
    assert session.buffer_s.tolist() == pytest.approx([4.0, 5.9, 7.8])
    assert (session.startup_s, session.stall_s, session.end_s) == pytest.approx((2.1, 0.0, 14.1))


def test_a_line_slower_than_the_lowest_rung_stalls_for_the_difference(laboratory):
    session = laboratory.play(constant(400), film([500], 3), "bola")
    assert session.stalls_s.tolist() == [[9.0, 10.0], [14.0, 15.0]]
    assert session.stall_s == pytest.approx(2.0)


def test_a_fast_line_ends_on_the_highest_rung(laboratory):
    for rule in lab.RULES:
        session = laboratory.play(constant(50_000, 20), film([500, 1500, 4000], 30), rule)
        assert session.rungs[-1] == 2
        assert session.stall_s == 0


def test_a_segment_is_asked_for_once_no_more_than_the_goal_is_buffered(laboratory):
    session = laboratory.play(constant(1000), film([500], 4), "throughput", buffer_s=5.0)
    # Each takes 2 s and brings 4 s; of the 6 s after the second one is waited off, of the later 7 s two are.
    assert session.requested_s.tolist() == [0.0, 2.0, 5.0, 9.0]
    assert session.buffer_s.tolist() == [4.0, 6.0, 7.0, 7.0]


@pytest.mark.parametrize("rule", lab.RULES)
@pytest.mark.parametrize("buffer_s", [12.0, 16.0, 25.0, 30.0])
def test_a_full_buffer_does_not_keep_a_fast_line_from_the_top_rung(laboratory, rule, buffer_s):
    played = film([400, 800, 1600, 3000], 600)
    session = laboratory.play(constant(50_000, 20), played, rule, buffer_s=buffer_s)
    later_mbps = played.bitrates_kbps[session.rungs[300:]].mean() / 1000
    assert later_mbps == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("rule", lab.RULES)
@pytest.mark.parametrize("buffer_s", [6.0, 25.0])
def test_sessions_add_up(laboratory, rule, buffer_s):
    played = movie.generate(2, segments=40)
    for trace in generate(9, 8, length_s=120):
        session = laboratory.play(trace, played, rule, buffer_s=buffer_s)
        assert session.end_s == pytest.approx(session.startup_s + session.stall_s + played.duration_s)
        assert session.buffer_s.min() >= 0
        assert session.buffer_s.max() <= buffer_s + played.segment_s + 1e-6
        assert (np.diff(session.arrived_s) > 0).all()
        assert (session.requested_s <= session.arrived_s).all()
        assert set(session.reasons) <= set(lab.REASONS)


def test_the_same_request_has_the_same_answer_in_every_instance(laboratory):
    trace, played = generate(3, 2, length_s=200)[1], movie.generate(1)
    for rule in lab.RULES:
        asked = lab.request(trace, played, rule, 25.0)
        assert laboratory.raw(asked) == lab.Lab().raw(asked) == laboratory.raw(asked)


def test_settings_reach_the_rule(laboratory):
    trace, played = generate(1, 3)[2], movie.generate(1)
    usual = laboratory.play(trace, played, "throughput")
    timid = laboratory.play(trace, played, "throughput", settings={"safety": 0.3})
    assert timid.rungs.mean() < usual.rungs.mean()


def test_the_optimum_of_an_easy_line_is_the_highest_rung_throughout(laboratory):
    played = film([500, 2000], 10)
    # The first segment takes 8 Mbit / 80 Mbit/s = 0.1 s; every other one arrives in time.
    assert laboratory.optimum(constant(80_000), played) == pytest.approx(10 * 2.0 - 4.3 * 0.1)


def odd(seed):
    """Return a network with leaps or holes, a movie of any ladder, and a buffer goal of 1 to 60 s."""
    rng = np.random.default_rng([77, seed])
    periods, style = int(rng.integers(1, 80)), rng.integers(3)
    duration_ms = rng.integers(200, 20_000, periods) if style else rng.integers(50, 2000, periods)
    if style != 2:
        kbps = np.exp(rng.uniform(np.log(60), np.log(20_000), periods)).astype(int)
    else:
        kbps = np.where(rng.random(periods) < 0.3, 0, rng.integers(200, 9000, periods))
    kbps[0] = max(kbps[0], 50)
    trace = Trace(f"odd-{seed}", duration_ms, kbps, rng.integers(0, 600, periods))
    rungs = int(rng.integers(1, 8))
    ladder = np.unique(np.exp(rng.uniform(np.log(150), np.log(12_000), rungs)).astype(int))
    segments, segment_s = int(rng.integers(2, 160)), float(rng.choice([1, 2, 4, 6, 10]))
    played = movie.generate(seed, segments=segments, segment_s=segment_s, bitrates_kbps=ladder.tolist())
    return trace, played, float(np.exp(rng.uniform(0, np.log(60))))


# The first seeds are those on which a coarser search was beaten; the others are just the next ones.
@pytest.mark.parametrize("seed", [437, 548, 1043, 1235, 1287, 1582, 1910, 3544, 5472, *range(12)])
def test_the_search_finds_at_least_what_the_rules_do(laboratory, seed):
    trace, played, buffer_s = odd(seed)
    optimum = laboratory.optimum(trace, played, buffer_s=buffer_s)
    for rule in lab.RULES:
        session = laboratory.play(trace, played, rule, buffer_s=buffer_s)
        assert linear(session, played) <= optimum + 1e-6, rule


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"rule": "magic"}, "bola or throughput"),
        ({"rule": "bola", "settings": {"colour": 1.0}}, "no such setting"),
        ({"rule": "bola", "settings": {"safety": -1.0}}, "not negative"),
        ({"rule": "bola", "buffer_s": 0.0}, "buffer"),
    ],
)
def test_what_cannot_be_simulated_is_told(laboratory, arguments, said):
    with pytest.raises(InputError, match=said):
        laboratory.play(constant(1000), film([500], 2), arguments.pop("rule"), **arguments)


def test_bytes_that_are_no_request_are_refused(laboratory):
    whole = lab.request(constant(1000), film([500], 2), "bola", 25.0)
    for length in (0, 3, 11, 60, len(whole) - 1):
        with pytest.raises(InputError):
            laboratory.ask(whole[:length])
