"""Ratings files of every usual shape are read alike; what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bitaca_core.errors import InputError
from bitaca_core.recommend import ratings

SHAPES = {
    "csv-header": "userId,movieId,rating,timestamp\n1,10,4.0,964982703\n1,20,3.5,964981247\n2,10,5,964982224\n",
    "reordered": "timestamp,rating,item_id,user_id\n964982703,4.0,10,1\n964981247,3.5,20,1\n964982224,5,10,2\n",
    "tsv": "1\t10\t4.0\t964982703\n1\t20\t3.5\t964981247\n2\t10\t5\t964982224\n",
    "colons": "1::10::4.0::964982703\n1::20::3.5::964981247\n2::10::5::964982224\n",
    "spaces": "1 10 4.0 964982703\n1 20 3.5 964981247\n2 10 5 964982224\n",
    "dates": "user,item,rating,date\n1,10,4,2000-07-30T18:45:03\n1,20,3.5,2000-07-30T18:20:47\n2,10,5,2000-07-30T18:37:04Z\n",
    "blank-lines-and-crlf": "user,item,rating,time\r\n\r\n1,10,4,964982703\r\n1,20,3.5,964981247\r\n2,10,5,964982224\r\n",
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
