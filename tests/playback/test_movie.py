"""Movies: read from Sabre's JSON and from package.json, generated from a seed, refused with a reason."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bitaca_core.errors import InputError
from bitaca_core.playback import movie

SABRE = {
    "segment_duration_ms": 3000,
    "bitrates_kbps": [300, 800],
    "segment_sizes_bits": [[900_000, 2_400_000], [850_000, 2_500_000]],
}
RUNG = {
    "id": "720p",
    "bandwidth_bps": 2_400_000,
    "segment_sizes_bytes": [900_000, 500_000],
    "segment_durations_s": [4.0, 2.5],
}
LOW = RUNG | {"id": "360p", "bandwidth_bps": 600_000, "segment_sizes_bytes": [250_000, 140_000]}


def test_sabres_json():
    found = movie.parse(json.dumps(SABRE), "m")
    assert found.bitrates_kbps.tolist() == [300, 800]
    assert found.durations_us.tolist() == [3_000_000] * 2
    assert found.sizes_bits[1].tolist() == [850_000, 2_500_000]
    assert (found.rungs, found.segments, found.duration_s, found.segment_s) == (2, 2, 6.0, 3.0)


def test_a_package_lists_rungs_in_any_order_and_a_folder_stands_for_its_file(tmp_path):
    (tmp_path / "package.json").write_text(json.dumps({"schema": 1, "rungs": [RUNG, LOW]}))
    for path in (tmp_path, tmp_path / "package.json"):
        found = movie.load(path)
        assert found.name == tmp_path.name
        assert found.bitrates_kbps.tolist() == [600, 2400]
        assert found.durations_us.tolist() == [4_000_000, 2_500_000]
        assert found.sizes_bits.tolist() == [[2_000_000, 7_200_000], [1_120_000, 4_000_000]]


def test_of_several_codecs_a_session_plays_one():
    better = RUNG | {"id": "720p-av1", "bandwidth_bps": 1_500_000, "codec": "av1"}
    rungs = [RUNG | {"codec": "h264"}, LOW | {"codec": "h264"}, better]
    found = movie.parse(json.dumps({"schema": 1, "rungs": rungs}), "m")
    assert found.bitrates_kbps.tolist() == [600, 2400] and found.ssim is None


def test_likeness_comes_with_the_sizes():
    rungs = [RUNG | {"segment_ssim": [0.99, 0.98]}, LOW | {"segment_ssim": [0.97, 0.95]}]
    found = movie.parse(json.dumps({"schema": 1, "rungs": rungs}), "m")
    assert found.ssim is not None and found.ssim.tolist() == [[0.97, 0.99], [0.95, 0.98]]
    rungs[1] = LOW | {"segment_ssim": [0.97]}
    with pytest.raises(InputError, match="360p: every segment must have its segment_ssim"):
        movie.parse(json.dumps({"schema": 1, "rungs": rungs}), "m")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "segment_duration_ms"),
        (json.dumps(SABRE | {"bitrates_kbps": [800, 300]}), "must ascend"),
        (json.dumps(SABRE | {"segment_duration_ms": 0}), "segment_duration_ms as positive"),
        (json.dumps(SABRE | {"segment_sizes_bits": []}), "1 to"),
        (json.dumps(SABRE | {"segment_sizes_bits": 5}), "list of lists"),
        (json.dumps(SABRE | {"segment_sizes_bits": [[1]]}), "one size for each"),
        (json.dumps(SABRE | {"segment_sizes_bits": [[1, -2]]}), r"segment_sizes_bits\[0\]"),
        (json.dumps({"rungs": []}), "list of objects"),
        (json.dumps({"rungs": [RUNG | {"bandwidth_bps": "fast"}]}), "bandwidth_bps"),
        (json.dumps({"rungs": [RUNG | {"average_bps": 0}]}), "average_bps"),
        (json.dumps({"rungs": [RUNG, LOW | {"segment_sizes_bytes": [1]}]}), "as many segments"),
    ],
)
def test_what_is_no_movie_is_told(text, said):
    with pytest.raises(InputError, match=said):
        movie.parse(text, "bad", "bad.json")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="no such ladder"):
        movie.load(tmp_path / "none.json")


def test_a_seed_names_a_movie_whose_sizes_keep_to_the_ladder():
    first, again, other = movie.generate(4, segments=80), movie.generate(4, segments=80), movie.generate(5)
    np.testing.assert_array_equal(first.sizes_bits, again.sizes_bits)
    assert (first.sizes_bits[:60] != other.sizes_bits).any()
    means = first.sizes_bits.mean(axis=0) / first.segment_s / 1000
    assert np.all(np.abs(means / first.bitrates_kbps - 1) < 0.35)


def test_rules_are_given_the_average_bitrate_where_it_is_stated():
    found = movie.parse(json.dumps({"rungs": [LOW | {"average_bps": 450_000}, RUNG]}), "package")
    assert list(found.bitrates_kbps) == [450, 2400]
