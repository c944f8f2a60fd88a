"""Single-use tickets that any worker redeems, and tokens of a language model that all workers count."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from bitaca_core.derona.backends.budget import DAY_S, TokenBudget
from bitaca_core.security.tokens import Tickets
from gradio_app.workers.store import Away, Store, key


class SharedTickets(Tickets):
    """Tickets in Redis, which takes a ticket away as it tells whose it is: a second worker finds none.

    Parameters
    ----------
    store : Store
    ttl_s : int
        Life of an unused ticket, seconds.
    """

    def __init__(self, store: Store, ttl_s: int = 30) -> None:
        super().__init__(ttl_s)
        self._store = store

    def issue(self, viewer_id: str, now_s: float) -> str:
        """Return a fresh ticket for `viewer_id`; while Redis is away it is this worker's own."""
        ticket = secrets.token_urlsafe(24)
        try:
            self._store.ask("SET", key("ticket", ticket), viewer_id, "EX", self.ttl_s)
        except Away:
            return super().issue(viewer_id, now_s)
        return ticket

    def redeem(self, ticket: str, now_s: float) -> str:
        """Return the viewer and burn the ticket; raises TokenError the second time, or when it is too old."""
        try:
            viewer = self._store.ask("GETDEL", key("ticket", ticket))
        except Away:
            viewer = None
        if viewer is None:
            return super().redeem(ticket, now_s)
        return str(viewer)


class SharedBudget(TokenBudget):
    """A count a viewer and day (UTC) that all workers add to."""

    def __init__(self, per_day: int, store: Store, clock: Callable[[], float] = time.time) -> None:
        super().__init__(per_day, clock)
        self._store = store

    def left(self, viewer: str) -> int:
        """Return how many tokens the viewer has today."""
        try:
            spent = self._store.ask("GET", self._key(viewer))
        except Away:
            return super().left(viewer)
        return self.per_day - int(spent or 0)

    def spend(self, viewer: str, count: int) -> None:
        """Count tokens."""
        name = self._key(viewer)
        try:
            self._store.ask("INCRBY", name, max(0, count))
            self._store.ask("EXPIRE", name, int(DAY_S))
        except Away:
            super().spend(viewer, count)

    def _key(self, viewer: str) -> str:
        return key("tokens", viewer, str(self._today()))
