"""Order of the whole suite: browser tests come last."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests after all others: Playwright's synchronous driver keeps an event loop running in this
    thread until the session ends, and asynchronous tests cannot start a second one."""
    items.sort(key=lambda item: "browser" in item.path.parts)
