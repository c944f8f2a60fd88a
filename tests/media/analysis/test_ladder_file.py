"""A ladder that a person wrote: what it may say, and the place of each fault."""

from __future__ import annotations

import json

import pytest

from bitaca_core.media.analysis import fixed, ladder_file
from bitaca_core.media.analysis.ladder_file import LadderFileError


def write(folder, document):
    file = folder / "ladder.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return file


def test_rungs_are_read_in_their_order_with_sizes_of_the_titles_aspect(tmp_path):
    rows = [
        {"height": 720, "crf": 22, "max_bps": 3_000_000},
        {"height": 720, "max_bps": 1_500_000, "preset": "medium"},
        {"height": 352, "max_bps": 800_000},
        {"height": 720, "codec": "av1", "crf": 38},
    ]
    rungs = ladder_file.read(write(tmp_path, {"schema": 1, "rungs": rows}), 1280, 720)
    assert [(r.id, r.width, r.height, r.crf, r.max_bps) for r in rungs[:3]] == [
        ("720p", 1280, 720, 22.0, 3_000_000),
        ("720p-2", 1280, 720, 22.0, 1_500_000),
        ("360p", 640, 360, 22.0, 800_000),
    ]
    assert rungs[1].preset == "medium"
    assert (rungs[3].id, rungs[3].codec, rungs[3].crf) == ("720p-av1", "av1", 38.0)
    assert rungs[3].max_bps > 5_000_000
    upright = ladder_file.parse({"rungs": [{"height": 540, "crf": 23}]}, 1080, 1920)
    assert (upright[0].width, upright[0].height) == (540, 960)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"rungs": [{"crf": 22}]}, "rungs[0].height: missing"),
        (
            {"rungs": [{"height": 360, "crf": 22}, {"height": 1080, "crf": 22}]},
            "rungs[1].height: 1080 is larger",
        ),
        ({"rungs": [{"height": 360}]}, "rungs[0]: needs crf or max_bps"),
        ({"rungs": [{"height": 360, "crf": 60}]}, "rungs[0].crf: 60; expected a number from 0 to 51"),
        ({"rungs": [{"height": True, "crf": 20}]}, "rungs[0].height: True"),
        ({"rungs": [{"height": 360, "crf": "20"}]}, "rungs[0].crf: '20'"),
        ({"rungs": [{"height": 360, "crf": 20, "codec": "hevc"}]}, "rungs[0].codec: 'hevc'"),
        ({"rungs": [{"height": 360, "crf": 20, "bitrate": 1}]}, "rungs[0].bitrate: unknown field"),
        ({"rungs": [{"height": 360, "max_bps": 5}]}, "rungs[0].max_bps: 5"),
        ({"rungs": [{"height": 360, "crf": 20, "preset": "-i x"}]}, "rungs[0].preset"),
        ({"rungs": [7]}, "rungs[0]: expected an object"),
        ({"rungs": []}, "0 rungs"),
        ({"rungs": [{"height": 360, "crf": 20}] * 25}, "25 rungs"),
        ({"schema": 2, "rungs": [{"height": 360, "crf": 20}]}, "schema 2"),
        ({"rungs": [{"height": 360, "crf": 20}], "name": "x"}, "unknown field 'name'"),
        ([], 'expected {"schema": 1'),
    ],
)
def test_a_fault_is_named_by_rung_and_field(tmp_path, document, said):
    with pytest.raises(LadderFileError) as caught:
        ladder_file.read(write(tmp_path, document), 1280, 720)
    assert said in caught.value.message
    assert caught.value.kind == "ladder"


def test_broken_json_has_a_line_and_a_column(tmp_path):
    with pytest.raises(LadderFileError) as caught:
        ladder_file.read(write(tmp_path, '{"rungs": [\n  {"height": 360,}\n]}'), 1280, 720)
    assert (caught.value.line, caught.value.column) == (2, 18)


def test_what_is_no_file_of_text_is_said(tmp_path):
    with pytest.raises(LadderFileError, match="cannot be read"):
        ladder_file.read(tmp_path / "none.json", 1280, 720)
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LadderFileError, match="UTF-8"):
        ladder_file.read(binary, 1280, 720)
    with pytest.raises(LadderFileError, match="nested"):
        ladder_file.read(write(tmp_path, "[" * 100_000), 1280, 720)


def test_the_fixed_ladder_is_the_tables_up_to_the_picture():
    assert [(w, h, bps) for w, h, bps in fixed.apple(1280, 720)] == [
        (1280, 720, 4_500_000), (1280, 720, 3_000_000), (960, 540, 2_000_000), (768, 432, 1_100_000),
        (768, 432, 730_000), (640, 360, 365_000), (416, 234, 145_000),
    ]  # fmt: skip
    assert fixed.apple(1920, 1080)[0] == (1920, 1080, 7_800_000)
    assert fixed.apple(720, 480)[0] == (720, 480, 2_000_000), "the next rate above, at the picture's own size"
    rungs = fixed.rungs(1280, 720)
    assert len({rung.id for rung in rungs}) == len(rungs)
    assert rungs[0].max_bps == 4_500_000
