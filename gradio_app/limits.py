"""Every rate limit of the app, composed in one place. Numbers are a minute's worth.

A caller is counted by its network (`Edge.network`): an IPv4 address, of IPv6 the /64.
"""

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
SHELL_REQUESTS_PER_ADDRESS = 1200
"""Calls of Gradio's queue cost ten times what ours do. An open page makes some thirty a minute."""
MACHINE_REQUESTS_PER_ADDRESS = 120
"""Messages of other people's assistants: a question takes two to four of them, and one search."""
SOCKETS_PER_ADDRESS = 64
SOCKETS_OPENED_PER_ADDRESS = 240
"""Each page that is gone to opens one: eight a minute for thirty viewers."""
FRAMES_PER_SOCKET = 120
"""Whatever they say: a page sends a greeting, its viewer's messages and a few stops."""
WRITES_PER_VIEWER = 120
"""A player tells its place every ten seconds, and at each pause."""
LICENCES_PER_VIEWER = 240
"""A licence a title, or a key a minute of film and rendition; jumping about asks for more of those."""
PINS_PER_VIEWER = 5
"""Four digits are ten thousand guesses: a day and a half at this rate."""
UPLOADS_PER_ADDRESS = 12
"""A history from elsewhere takes up to a second of a processor."""
LETTERS_PER_ADDRESS = 6
"""Sealed messages to support: nobody writes faster, and each is a file."""
GUEST_SEATS = 6
"""Guests of one address that are told apart; when there are more, they share the allowances of these."""


class GuestSeats:
    """Tells the guests of one address apart while they are here: nothing else of them is known.

    A guest takes the emptiest seat, the first of equals. Whoever hangs up and comes back therefore sits where
    it sat, and has spent what it had spent.
    """

    def __init__(self) -> None:
        self._taken: dict[str, Counter[int]] = {}

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, address: str) -> int:
        """Return the number of a seat, from 0."""
        taken = self._taken.setdefault(address, Counter())
        return self.take_this(address, min(range(GUEST_SEATS), key=lambda number: taken[number]))

    def take_this(self, address: str, seat: int) -> int:
        """Take a seat that somebody chose; return it."""
        self._taken.setdefault(address, Counter())[seat] += 1
        return seat

    def leave(self, address: str, seat: int) -> None:
        """Give a seat back; an address without guests is forgotten."""
        taken = self._taken[address]
        taken[seat] -= 1
        if not any(taken.values()):
            del self._taken[address]


class Limits:
    """Limits for messages, new viewers, requests, what viewers write, sockets and their frames.

    Parameters
    ----------
    settings : Settings
    clock : callable
        Monotonic seconds.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        def a_minute(count: int) -> Gcra:
            return Gcra(count, MINUTE_S, clock=clock)

        self.messages = a_minute(settings.chat_messages_per_minute)
        self.address_messages = a_minute(MESSAGES_PER_ADDRESS)
        self.address_sessions = a_minute(SESSIONS_PER_ADDRESS)
        self.address_requests = a_minute(REQUESTS_PER_ADDRESS)
        self.address_shell = a_minute(SHELL_REQUESTS_PER_ADDRESS)
        self.address_machines = a_minute(MACHINE_REQUESTS_PER_ADDRESS)
        self.address_opens = a_minute(SOCKETS_OPENED_PER_ADDRESS)
        self.frames = a_minute(FRAMES_PER_SOCKET)
        self.writes = a_minute(WRITES_PER_VIEWER)
        self.licences = a_minute(LICENCES_PER_VIEWER)
        self.pins = a_minute(PINS_PER_VIEWER)
        self.uploads = a_minute(UPLOADS_PER_ADDRESS)
        self.letters = a_minute(LETTERS_PER_ADDRESS)
        self.sockets: Counter[str] = Counter()
        self.seats = GuestSeats()

    def message(self, viewer: str, address: str) -> None:
        """Count a message; raises RateLimited. The viewer's own limit is asked first and costs nothing else."""
        self.messages.check(viewer)
        self.address_messages.check(address)

    def request(self, path: str, address: str) -> None:
        """Count a request for what costs more than a page; raises RateLimited."""
        if path.startswith("/api/"):
            self.address_requests.check(address)
        elif path.startswith("/app/gradio_api/"):
            self.address_shell.check(address)
        elif path == "/mcp":
            self.address_machines.check(address)

    def open_socket(self, address: str) -> None:
        """Count an open socket of `address`; raises RateLimited beyond the cap, or when they come too fast."""
        if self.sockets[address] >= SOCKETS_PER_ADDRESS:
            raise RateLimited(MINUTE_S)
        self.address_opens.check(address)
        self.sockets[address] += 1

    def close_socket(self, address: str) -> None:
        """Give a socket back; an address without sockets is forgotten."""
        self.sockets[address] -= 1
        if self.sockets[address] <= 0:
            del self.sockets[address]
