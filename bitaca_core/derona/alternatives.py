"""Several people in one wish: all of them together, or any of them where an "or" stands between their names."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bitaca_core.catalogue.normalize import fold

OR = frozenset(("ou", "or"))


def either(text: str, people: Sequence[str]) -> bool:
    """Return whether folded `text` names these people as alternatives: an "or" stands after one and before another.

    A person stands where any word of the name stands; somebody whom the text does not name decides nothing.
    """
    words = text.split()
    places = []
    for person in people:
        name = set(fold(person).split())
        found = [at for at, word in enumerate(words) if len(word) > 2 and word in name]
        if found:
            places.append((found[0], found[-1]))
    places.sort()
    return any(not OR.isdisjoint(words[one[1] + 1 : other[0]]) for one, other in itertools.pairwise(places))
