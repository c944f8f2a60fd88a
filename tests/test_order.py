"""The order of the suite is told by files that are there."""

from tests.conftest import LONGEST

ROOT = LONGEST.parents[2]


def test_every_file_that_is_ordered_exists_and_is_named_once():
    named = LONGEST.read_text().split()
    assert len(set(named)) == len(named)
    assert [file for file in named if not (ROOT / file).is_file()] == []
