"""Every rate limit of the app, composed in one place. Numbers are a minute's worth."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from bitaca_core.errors import RateLimited
from bitaca_core.security.ratelimit import Gcra
from bitaca_core.settings import Settings

MINUTE_S = 60.0
MESSAGES_PER_ADDRESS = 300
"""Thirty talkative viewers behind one household or school router."""
SESSIONS_PER_ADDRESS = 120
REQUESTS_PER_ADDRESS = 3000
SOCKETS_PER_ADDRESS = 64


class Limits:
    """Limits for messages, new viewers, API requests and open sockets.

    Parameters
    ----------
    settings : Settings
    clock : callable
        Monotonic seconds.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.messages = Gcra(settings.chat_messages_per_minute, MINUTE_S, clock=clock)
        self.address_messages = Gcra(MESSAGES_PER_ADDRESS, MINUTE_S, clock=clock)
        self.address_sessions = Gcra(SESSIONS_PER_ADDRESS, MINUTE_S, clock=clock)
        self.address_requests = Gcra(REQUESTS_PER_ADDRESS, MINUTE_S, clock=clock)
        self.sockets: Counter[str] = Counter()

    def message(self, viewer: str, address: str) -> None:
        """Count a message; raises RateLimited. The viewer's own limit is asked first and costs nothing else."""
        self.messages.check(viewer)
        self.address_messages.check(address)

    def open_socket(self, address: str) -> None:
        """Count an open socket of `address`; raises RateLimited beyond the cap."""
        if self.sockets[address] >= SOCKETS_PER_ADDRESS:
            raise RateLimited(MINUTE_S)
        self.sockets[address] += 1

    def close_socket(self, address: str) -> None:
        """Give a socket back; an address without sockets is forgotten."""
        self.sockets[address] -= 1
        if self.sockets[address] <= 0:
            del self.sockets[address]
