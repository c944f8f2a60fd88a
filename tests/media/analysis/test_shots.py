"""Shots from packets, and which of them are tried."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from bitaca_core.media.analysis.sampling import choose
from bitaca_core.media.analysis.shots import LONGEST_S, Packet, Shot, cuts, read_packets, shots


def packets(seconds: float, key_every: int = 48, rate: int = 24, size=lambda n: 1000) -> list[Packet]:
    return [Packet(n / rate, size(n), n % key_every == 0) for n in range(round(seconds * rate))]


def test_packets_are_read_by_time_and_discarded_ones_left_out():
    text = "0.083333,0.0,300,__\n0.000000,-0.04,900,K_\nN/A,0.2,5,__\nN/A,N/A,7,__\n0.3,0.3,9,_D\n\n"
    assert read_packets(text) == (Packet(0.0, 900, True), Packet(0.083333, 300, False), Packet(0.2, 5, False))


def test_a_change_between_key_pictures_begins_a_shot():
    assert cuts([0.0, 2.0, 4.0], [3.0, 40.0]) == (4.0,)
    found = shots(packets(8), cuts([0.0, 2.0, 4.0, 6.0], [3.0, 40.0, 1.0]))
    assert [(shot.start_s, round(shot.end_s, 3)) for shot in found] == [(0.0, 4.0), (4.0, 8.0)]


def test_complexity_is_the_sources_own_rate():
    found = shots(packets(8, size=lambda n: 1000 if n < 96 else 3000), (4.0,))
    assert [round(shot.bps) for shot in found] == [192_000, 576_000]
    assert found[1].keys_s == (4.0, 6.0)


def test_a_long_shot_is_divided_at_key_frames_and_without_any_anywhere():
    found = shots(packets(60))
    assert all(shot.duration_s <= LONGEST_S + 2 for shot in found)
    assert all(shot.start_s % 2 == 0 for shot in found)
    one_key = shots(packets(60, key_every=10**9))
    assert len(one_key) == 8
    assert sum(len(shot.keys_s) for shot in one_key) == 1


def test_shots_cover_the_title_whatever_the_source_is():
    draw = random.Random(3)
    for _ in range(200):
        found = packets(draw.uniform(0.1, 90), draw.choice([1, 7, 48, 500]), draw.choice([1, 24, 60]))
        scenes = tuple(p.time_s for p in found if p.key and draw.random() < 0.3)
        made = shots(found, scenes)
        if not found:
            assert made == ()
            continue
        assert made[0].start_s == found[0].time_s
        assert made[-1].end_s > found[-1].time_s
        assert all(one.end_s == other.start_s for one, other in pairwise(made))
        assert sum(round(s.bps * s.duration_s / 8) for s in made) == pytest.approx(
            sum(p.size_bytes for p in found), abs=len(made)
        )


def title(count: int, seed: int = 1) -> list[Shot]:
    draw = random.Random(seed)
    found, at = [], 0.0
    for _ in range(count):
        end = at + draw.uniform(1.5, 8)
        found.append(Shot(at, end, draw.uniform(2e5, 9e6), (at, (at + end) / 2)))
        at = end
    return found


def test_samples_are_spread_over_complexity_and_weights_sum_to_one():
    made = title(60)
    samples = choose(made, 8, 2, 1.0)
    learnt = [s for s in samples if not s.held_out]
    assert len(learnt) == 8 and len(samples) == 10
    assert len({s.shot for s in samples}) == 10, "held-out shots are none that were learnt from"
    assert sum(s.weight for s in learnt) == pytest.approx(1)
    total = sum(shot.duration_s for shot in made)
    below = sorted(sum(o.duration_s for o in made if o.bps < made[s.shot].bps) / total for s in learnt)
    assert all(n / 8 - 0.1 <= place <= (n + 1) / 8 for n, place in enumerate(below))
    assert choose(made, 8, 2, 1.0) == samples, "nothing is left to chance"


def test_a_stratum_that_is_richer_than_its_sample_says_so():
    made = [Shot(0, 2, 1e6, (0,)), Shot(2, 4, 3e6, (2,))]
    (sample,) = choose(made, 1, 0, 1.0)
    assert sample.rate_factor == pytest.approx(2e6 / made[sample.shot].bps)


def test_few_shots_give_fewer_samples_and_none_twice():
    assert [s.weight for s in choose([Shot(0, 5, 1e6, (0.0,))], 8, 2, 1.0)] == [pytest.approx(1)]
    assert choose([], 8, 2, 1.0) == ()


def test_an_excerpt_begins_at_a_key_frame_from_which_it_fits():
    shot = Shot(10, 20, 1e6, (10.0, 13.0, 16.0, 19.5))
    (sample,) = choose([shot], 1, 0, 2.0)
    assert sample.start_s == 13.0
    (sample,) = choose([Shot(10, 11, 1e6, (10.8,))], 1, 0, 2.0)
    assert sample.start_s == 10, "it fits nowhere: from the beginning"
