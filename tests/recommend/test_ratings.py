"""Ratings files of every usual shape are read alike; what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bitaca_core.errors import InputError
from bitaca_core.recommend import ratings
from tests.bench.ratings import made

SHAPES = {
    "csv-header": "userId,movieId,rating,timestamp\n1,10,4.0,964982703\n1,20,3.5,964981247\n2,10,5,964982224\n",
    "reordered": "timestamp,rating,item_id,user_id\n964982703,4.0,10,1\n964981247,3.5,20,1\n964982224,5,10,2\n",
    "tsv": "1\t10\t4.0\t964982703\n1\t20\t3.5\t964981247\n2\t10\t5\t964982224\n",
    "colons": "1::10::4.0::964982703\n1::20::3.5::964981247\n2::10::5::964982224\n",
    "spaces": "1 10 4.0 964982703\n1 20 3.5 964981247\n2 10 5 964982224\n",
    "dates": "user,item,rating,date\n1,10,4,2000-07-30T18:45:03\n1,20,3.5,2000-07-30T18:20:47\n2,10,5,2000-07-30T18:37:04Z\n",
    "blank-lines-and-crlf": "user,item,rating,time\r\n\r\n1,10,4,964982703\r\n1,20,3.5,964981247\r\n2,10,5,964982224\r\n",
    "recbole": "user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t10\t4\t964982703\n1\t20\t3.5\t964981247\n2\t10\t5\t964982224\n",
    "frame-with-its-index": ",userId,movieId,rating,timestamp\n0,1,10,4.0,964982703\n1,1,20,3.5,964981247\n2,2,10,5,964982224\n",
    "bom-and-quotes": '\ufeff"user","item","rating","time"\n"1","10","4","964982703"\n1,20,3.5,964981247\n2,10,5,964982224',
}


def write(folder: Path, text: str) -> Path:
    path = folder / "ratings.txt"
    path.write_text(text, "utf-8", newline="")
    return path


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_shapes_are_read_alike(tmp_path: Path, text: str) -> None:
    found = ratings.read(write(tmp_path, text))
    assert list(found.users) == ["1", "2"] and list(found.items) == ["10", "20"]
    assert found.user.tolist() == [0, 0, 1] and found.item.tolist() == [0, 1, 0]
    assert found.value is not None and found.value.tolist() == [4.0, 3.5, 5.0]
    assert found.time is not None and found.time.tolist() == [964982703.0, 964981247.0, 964982224.0]


def test_without_ratings_or_times(tmp_path: Path) -> None:
    bare = ratings.read(write(tmp_path, "ana,matrix\nana,akira\nbia,akira\n"))
    assert bare.value is None and bare.time is None and len(bare) == 3
    timed = ratings.read(write(tmp_path, "1\t5\t964982703\n1\t6\t964982704\n"))
    assert timed.value is None and timed.time is not None
    lists = ratings.read(write(tmp_path, "0 1 2 3\n1 2\n2\n3 1 9 8 7 6\n"))
    assert list(lists.users) == ["0", "1", "3"] and len(lists) == 9


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("user,item,rating\n1,2,3\n1,3,NaN\n", 3, "not a number"),
        ("user,item,rating\n1,2,3\n1,3,\n", 3, "not a number"),
        ("user,item,rating\n1,2,3\n\n1,3,good\n", 4, "not a number"),
        ("user,item,rating\n1,2,3\n1,3\n", 3, "2 columns where 3"),
        ("user,item,rating\n1,2,3\n,3,4\n", 3, "the user is empty"),
        ("user,item,rating\n1,2,3\n1,3,4\n1,2,5\n", 4, "a second time"),
        ("name,film_name,mark\nana,matrix,3\n", 1, "no user column"),
        ("0 1 2 3\n1 2 x\n", 2, "not the number"),
        ("", 1, "no ratings"),
        ("hello\nworld\n", 1, "no separator"),
        ("user,item,date\n1,2,2001-01-01\n1,3,soon\n", 3, "time 'soon'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int | None, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        ratings.read(write(tmp_path, text))
    assert caught.value.file is not None
    assert line is None or caught.value.line == line


MYANIMELIST = {
    "rating.csv": "user_id,anime_id,rating\n1,20,-1\n1,79,10\n2,20,8\n3,20,7\n",
    "animelist.csv": "user_id,anime_id,rating,watching_status,watched_episodes\n1,20,0,1,1\n1,79,10,1,4\n2,20,8,1,4\n3,20,7,1,0\n",
    "useranimelist.csv": "username,anime_id,my_watched_episodes,my_start_date,my_score,my_status,my_last_updated,my_tags\n"
    '1,20,5,0000-00-00,0,1,1362307973,\n1,79,5,0000-00-00,10,2,1362923691,"a, b"\n2,20,1,0000-00-00,8,1,1362307973,\n3,20,2,0000-00-00,7,1,1362307990,\n',
    "profiles.csv": "profile,anime_uid,score\n1,20,-1\n1,79,10\n2,20,8\n3,20,7\n",
    "both-marks.csv": "user_id,anime_id,rating\n1,20,-1\n1,79,10\n2,20,8\n3,20,7\n4,20,0\n",
}


@pytest.mark.parametrize("text", MYANIMELIST.values(), ids=MYANIMELIST)
def test_what_was_met_and_not_rated_is_met_and_has_no_rating(tmp_path: Path, text: str) -> None:
    found = ratings.read(write(tmp_path, text))
    assert found.value is not None and list(found.items) == ["20", "79"]
    assert np.isnan(found.value[0]) and found.value[1:4].tolist() == [10.0, 8.0, 7.0]
    assert np.isnan(found.value[4:]).all()
    centred = found.ratings().toarray()
    assert np.isfinite(centred).all() and centred[0, 0] == 0.0, "no opinion leans nowhere"
    assert found.matrix()[0, 0] == 1.0
    assert len(found.rated(7)) == 3, "what is not rated is below every threshold"


@pytest.mark.parametrize("values", [(0, 1, 1, 0), (0, 0.5, 5, 3), (-10, -1, 3, 8), (0, 2, 4, 4)])
def test_a_zero_that_is_an_opinion_stays(tmp_path: Path, values: tuple[float, ...]) -> None:
    rows = "".join(f"u{row},i{row % 2},{value}\n" for row, value in enumerate(values))
    found = ratings.read(write(tmp_path, rows))
    assert found.value is not None and found.value.tolist() == list(values)


def test_names_in_latin_1_are_read(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes("username,anime_id,my_score\nJoão,21,9\nInês,59,7\n".encode("latin-1"))
    assert list(ratings.read(path).users) == ["João", "Inês"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"PAR1rest", "Parquet"),
        (b"1,2,3\n\x00\x00", "no text"),
        (b'{"user": 1, "item": 2}\n', "JSON is not read"),
        (b"1,2,3\n1,2,3,4\n5,6\n7,8,9\n", ":2: 4 columns where 3"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "r"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=said):
        ratings.read(path)


@pytest.mark.parametrize("shape", made.SHAPES)
def test_many_rows_pass_through_small_blocks_and_none_is_lost(
    tmp_path: Path, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample of what `bitaca bench ratings` does with ten million rows."""
    path = tmp_path / shape
    written = made.write(path, shape, 60_000, seed=7)
    blocks: list[int] = []
    pieces = ratings._blocks

    def watched(stream, name):
        for line, block in pieces(stream, name):
            blocks.append(len(block))
            yield line, block

    monkeypatch.setattr(ratings, "BLOCK_BYTES", 1 << 14)
    monkeypatch.setattr(ratings, "_blocks", watched)
    found = ratings.read(path)
    assert (len(found), *found.shape) == (written["rows"], written["users"], written["items"])
    assert written["sum"] == (0 if found.value is None else int(found.value.sum(dtype=np.float64)))
    longest = max(len(line) for line in path.read_bytes().split(b"\n"))
    assert len(blocks) > 10 and max(blocks) <= (1 << 14) + longest + 1
    lines = path.read_bytes().count(b"\n")
    path.write_bytes(path.read_bytes() + made.SHAPES[shape].fault)
    with pytest.raises(InputError) as caught:
        ratings.read(path)
    assert caught.value.line == lines + 1


def test_a_fault_far_into_the_file_keeps_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratings, "BLOCK_BYTES", 1000)
    rows = [f"{user},{item},3" for user in range(50) for item in range(50)]
    whole = ratings.read(write(tmp_path, "user,item,rating\n" + "\n".join(rows)))
    assert len(whole) == 2500 and whole.shape == (50, 50)
    rows[2000] = "40,0,inf"
    with pytest.raises(InputError) as caught:
        ratings.read(write(tmp_path, "user,item,rating\n" + "\n".join(rows)))
    assert caught.value.line == 2002


def test_the_last_of_repeated_rows_counts_where_asked(tmp_path: Path) -> None:
    path = write(tmp_path, "1,2,3,300000001\n1,2,5,300000009\n1,2,4,300000005\n1,3,1,300000001\n")
    found = ratings.read(path, repeats="last")
    assert len(found) == 2 and found.value is not None and np.max(found.value) == 5.0


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        ratings.read(tmp_path / "nothing.csv")
