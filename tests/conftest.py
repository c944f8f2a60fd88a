"""Order of the whole suite: browser tests come last. Property tests have no deadline: speed fails no test."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("bitaca", deadline=None)
settings.load_profile("bitaca")

LONGEST = Path(__file__).parent / "browser" / "longest.txt"
"""Browser tests by how long their files take, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests after all others: Playwright's synchronous driver keeps an event loop running in this
    thread until the session ends, and asynchronous tests cannot start a second one.

    Of these the longest files come first: processes that take a file each, one after another, then end together.
    """
    root = LONGEST.parents[2]
    place = {root / name: number for number, name in enumerate(LONGEST.read_text().split())}
    items.sort(key=lambda item: ("browser" in item.path.parts, place.get(item.path, len(place))))
