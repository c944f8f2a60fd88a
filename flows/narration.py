"""Who is told what the pipeline does: a terminal where somebody watches, nobody under a scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flows.work import Listener, Step


class Silence:
    """Listens to nothing: Prefect keeps its own record of every run."""

    def begin(self, step: Step, number: int, total: int) -> None:
        """Ignore."""

    def end(self, step: Step, failure: str | None) -> None:
        """Ignore."""

    def say(self, text: str) -> None:
        """Ignore."""


_LISTENER: ContextVar[Listener] = ContextVar("listener", default=Silence())  # noqa: B039 - it has no state


def listener() -> Listener:
    """Return who listens to this run."""
    return _LISTENER.get()


@contextmanager
def told_to(someone: Listener) -> Iterator[None]:
    """Let `someone` hear what runs inside the block."""
    token = _LISTENER.set(someone)
    try:
        yield
    finally:
        _LISTENER.reset(token)
