"""What Derona knows of a viewer, remembered between messages: reading it anew costs more than most answers do."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradio_app.services import Services

WATCHED_MAX = 100
VIEWERS_MAX = 4096
LIFE_S, ALONE_LIFE_S = 5.0, 60.0
"""Longest that another process's writes go unnoticed: those of a second worker, and where there is none of a command.

Each time it is this or down to half of it, by chance: a crowd that came together is not read again together.
"""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Ids seen to the end, what was begun (latest first), the titles that are hidden from this viewer, what they keep.

    `own` is None of a guest.
    """

    watched: tuple[str, ...]
    continuing: tuple[Any, ...]
    hidden: frozenset[str]
    own: Any = None


NOBODY = Viewer((), (), frozenset())


class Known:
    """Answers `of(viewer)` from memory until something is written about them, or the titles change.

    Parameters
    ----------
    services : Services
    clock : callable
        Monotonic seconds.
    chance : callable
        Numbers from 0 to 1.
    """

    def __init__(
        self, services: Services, clock: Callable[[], float], chance: Callable[[], float] = random.random
    ) -> None:
        self.services = services
        self.chance = chance
        self.life_s = LIFE_S if services.settings.redis_url else ALONE_LIFE_S
        self.clock = clock
        self.reads = 0
        self._kept: OrderedDict[str, tuple[tuple[object, ...], float, Viewer]] = OrderedDict()  # with its end

    def kept(self, viewer: str) -> Viewer | None:
        """Return what is remembered of a viewer and still holds; None where the disk has to be asked."""
        found = self._kept.get(viewer)
        if found is not None and found[0] == self._stamp(viewer) and self.clock() < found[1]:
            return found[2]
        return None

    def _stamp(self, viewer: str) -> tuple[object, ...]:
        services = self.services
        return services.viewers.version(viewer), services.version, services.recommender

    def of(self, viewer: str) -> Viewer:
        """Return what is known of a viewer with a profile; may be called from any thread."""
        services = self.services
        stamp, now = self._stamp(viewer), self.clock()
        if (found := self.kept(viewer)) is not None:
            return found
        self.reads += 1
        history = services.viewers.history(viewer, WATCHED_MAX)
        made = Viewer(
            tuple(item.title_id for item in history if item.finished),
            tuple(item for item in history if not item.finished),
            services.hidden(viewer),
            self._own(viewer),
        )
        self._kept.pop(viewer, None)
        self._kept[viewer] = (stamp, now + self.life_s * (1 - self.chance() / 2), made)
        if len(self._kept) > VIEWERS_MAX:
            self._kept.popitem(last=False)
        return made

    def _own(self, viewer: str) -> Any:
        from bitaca_core.derona.assistant import Own

        viewers = self.services.viewers
        liked = tuple(title_id for title_id, thumb in viewers.ratings(viewer).items() if thumb > 0)
        return Own(listed=tuple(viewers.marks(viewer)["list"]), liked=liked)
