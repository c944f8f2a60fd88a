"""Search for a viewer who may not see everything: the same answers, without what is hidden."""

from __future__ import annotations

from dataclasses import replace

from bitaca_core.search.query import Hit, Query, SearchService

LIST_MAX = 60
"""How far beyond the wanted number a list is read where hidden titles stand in it."""


class SearchWithin:
    """A search that never names a title of `hidden`.

    Parameters
    ----------
    hidden : frozenset of str
        Ids of titles (of series, not of their episodes).
    """

    def __init__(self, search: SearchService, hidden: frozenset[str]) -> None:
        self._search = search
        self.hidden = hidden

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """Return at most `limit` titles, best first."""
        return self._search.search(self._narrowed(query), limit)

    def ask(self, text: str, language: str = "pt", limit: int = 10) -> list[Hit]:
        """Answer what somebody typed; what is hidden leaves no gap while lists reach `LIST_MAX` further."""
        return self._seen(self._search.ask(text, language, limit + LIST_MAX), limit)

    def suggest(self, text: str, limit: int = 8) -> list[Hit]:
        """Return titles while somebody types."""
        return self._seen(self._search.suggest(text, limit + LIST_MAX), limit)

    def similar(self, title_id: str, limit: int = 10, exclude: frozenset[str] = frozenset()) -> list[Hit]:
        """Return titles like this one, itself left out."""
        return self._search.similar(title_id, limit, exclude | self.hidden)

    def alike(self, title_id: str, query: Query, limit: int = 10) -> list[Hit]:
        """Return titles like one that meet the filters of `query`."""
        return self._search.alike(title_id, self._narrowed(query), limit)

    def _narrowed(self, query: Query) -> Query:
        return replace(query, exclude_ids=query.exclude_ids | self.hidden)

    def _seen(self, hits: list[Hit], limit: int) -> list[Hit]:
        return [hit for hit in hits if hit.title_id not in self.hidden][:limit]
