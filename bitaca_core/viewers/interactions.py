"""What all viewers met, for fitting a model: pairs without names, which leave the store as numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Met:
    """One viewer met one film or episode and did not dislike it. `viewer` counts from 0 within one answer."""

    viewer: int
    title_id: str
    time_s: float


class InteractionsStore:
    """The part of the viewers' store that a refit reads."""

    _connection: Callable[[], sqlite3.Connection]

    def interactions(self) -> list[Met]:
        """Return what viewers got into (past 30 s or a fifth), liked, or marked as watched; oldest first.

        What a viewer refused, or scored low elsewhere, is not among it.
        """
        rows = self._connection().execute(
            """
            WITH met AS (
                SELECT viewer_id, title_id, updated_s FROM progress
                WHERE furthest_s >= 30 OR furthest_s >= 0.2 * duration_s OR finished = 1
                UNION ALL SELECT viewer_id, title_id, updated_s FROM ratings WHERE value > 0
                UNION ALL SELECT viewer_id, title_id, updated_s FROM marks WHERE kind = 'watched' AND liking >= 0
            )
            SELECT viewer_id, title_id, max(updated_s) AS time_s FROM met AS one
            WHERE NOT EXISTS (SELECT 1 FROM ratings AS r WHERE r.viewer_id = one.viewer_id
                              AND r.title_id = one.title_id AND r.value < 0)
              AND NOT EXISTS (SELECT 1 FROM marks AS m WHERE m.viewer_id = one.viewer_id
                              AND m.title_id = one.title_id AND m.kind IN ('hidden', 'dropped'))
            GROUP BY viewer_id, title_id ORDER BY time_s, viewer_id, title_id
            """
        )
        numbers: dict[str, int] = {}
        return [
            Met(numbers.setdefault(viewer, len(numbers)), title_id, time_s)
            for viewer, title_id, time_s in rows
        ]
