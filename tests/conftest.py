"""Order of the whole suite: browser tests come last. Property tests have no deadline: speed fails no test."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("bitaca", deadline=None)
settings.load_profile("bitaca")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests after all others: Playwright's synchronous driver keeps an event loop running in this
    thread until the session ends, and asynchronous tests cannot start a second one."""
    items.sort(key=lambda item: "browser" in item.path.parts)
