"""What "tipo X, mas mais curto" compares: length and age against X itself, not against everything."""

from __future__ import annotations

import re
from dataclasses import replace

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title
from bitaca_core.search.filters import EPISODE_S, duration_of
from bitaca_core.search.query import Query

_SHORTER = re.compile(
    r"\b(?:mais (?:curt|brev)[oa]s?|mais curtinh[oa]s?|mais rapid[oa]s?|menor(?:es)?|menos (?:long|comprid)[oa]s?|shorter)\b"
)
_LONGER = re.compile(r"\b(?:mais (?:long|comprid)[oa]s?|maior(?:es)?|longer)\b")
_OLDER = re.compile(r"\b(?:mais (?:antig|velh)[oa]s?|mais das antigas|older)\b")
_NEWER = re.compile(r"\b(?:mais (?:nov|recente|modern|atua)\w*|newer|more recent|more modern)\b")
_GROWN_UP = re.compile(
    r"\b(?:mais adult[oa]s?|(?:pra|para|pro) (?:adultos?|gente grande)|for (?:adults|grown ups))\b"
)
FEATURE_S = 100 * 60
"""A film of unknown length is taken to be so long."""


def adjusted(query: Query, text: str, source: Title) -> Query:
    """Return a query with the comparisons of `text` turned into bounds.

    Parameters
    ----------
    text : str
        What follows the name of `source` in the question.
    """
    folded = fold(text)
    lasts = duration_of(source) or (EPISODE_S if source.kind == "series" else FEATURE_S)
    if _SHORTER.search(folded):
        query = replace(query, duration_max_s=lasts - 60, duration_min_s=None)
    elif _LONGER.search(folded):
        query = replace(query, duration_min_s=lasts + 60, duration_max_s=None)
    if source.year is not None:
        if _OLDER.search(folded):
            query = replace(query, year_max=source.year - 1, year_min=None)
        elif _NEWER.search(folded):
            query = replace(query, year_min=source.year + 1, year_max=None)
    if _GROWN_UP.search(folded):
        query = replace(query, exclude_genres=tuple(dict.fromkeys((*query.exclude_genres, "familia"))))
    return query
