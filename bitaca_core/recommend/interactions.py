"""Who met which title: parallel arrays with the names beside them, and the sparse matrices made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = NDArray[np.float32]
Whole = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Interactions:
    """`n` interactions of `users` with `items`, each pair at most once.

    Attributes
    ----------
    users, items : arrays of str
        The names; `user` and `item` count in them.
    user, item : int32 arrays of shape (n,)
    value : float32 array of shape (n,) or None
        Ratings, where there are any; NaN for what was met and not rated.
    time : float64 array of shape (n,) or None
        Seconds since 1970, where known.
    """

    users: NDArray[Any]
    items: NDArray[Any]
    user: Whole
    item: Whole
    value: Floats | None = None
    time: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.user)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (users, items)."""
        return len(self.users), len(self.items)

    def take(self, rows: Mask | NDArray[np.int64]) -> Interactions:
        """Return these interactions alone, over the same users and items."""
        return replace(
            self,
            user=self.user[rows],
            item=self.item[rows],
            value=None if self.value is None else self.value[rows],
            time=None if self.time is None else self.time[rows],
        )

    def of_users(self, users: NDArray[np.int64]) -> Interactions:
        """Return the interactions of these users, who are numbered anew in the order given."""
        place = np.full(len(self.users), -1, np.int32)
        place[users] = np.arange(len(users), dtype=np.int32)
        kept = self.take(place[self.user] >= 0)
        return replace(kept, users=self.users[users], user=place[kept.user])

    def of_items(self, items: NDArray[np.int64]) -> Interactions:
        """Return the interactions with these items, which are numbered anew in the order given."""
        place = np.full(len(self.items), -1, np.int32)
        place[items] = np.arange(len(items), dtype=np.int32)
        kept = self.take(place[self.item] >= 0)
        return replace(kept, items=self.items[items], item=place[kept.item])

    def at_least(self, item_count: int = 1, user_count: int = 1) -> Interactions:
        """Leave out items and users with fewer interactions, again and again until none is left."""
        found = self
        while True:
            before = found.shape
            found = found.of_items(np.flatnonzero(found.counts() >= item_count))
            met = np.bincount(found.user, minlength=len(found.users))
            found = found.of_users(np.flatnonzero(met >= user_count))
            if found.shape == before:
                return found

    def rated(self, least: float) -> Interactions:
        """Leave out what was rated below `least` or not at all; everything stays where there are no ratings."""
        return self if self.value is None else self.take(self.value >= least)

    def matrix(self) -> Any:
        """Return the binary users x items matrix, scipy CSR float32 with sorted indices."""
        from scipy import sparse

        ones = np.ones(len(self), np.float32)
        made = sparse.csr_matrix((ones, (self.user, self.item)), shape=self.shape)
        made.sum_duplicates()
        made.data[:] = 1.0
        return made

    def ratings(self) -> Any:
        """Return each user's ratings less the user's mean, scipy CSR float32; zeros where nothing is rated."""
        from scipy import sparse

        value = self.value if self.value is not None else np.zeros(len(self), np.float32)
        rated = np.isfinite(value)
        count = np.maximum(np.bincount(self.user[rated], minlength=len(self.users)), 1)
        mean = np.bincount(self.user[rated], value[rated], minlength=len(self.users)) / count
        centred = np.where(rated, value - mean[self.user], 0.0).astype(np.float32)
        return sparse.csr_matrix((centred, (self.user, self.item)), shape=self.shape)

    def counts(self) -> NDArray[np.int64]:
        """Return how many users met each item, shape (items,)."""
        return np.bincount(self.item, minlength=len(self.items))


def from_pairs(
    pairs: Iterable[tuple[str, str]],
    *,
    values: Sequence[float] | None = None,
    times: Sequence[float] | None = None,
    items: Sequence[str] | None = None,
) -> Interactions:
    """Make interactions of (user, item) pairs; of a repeated pair the last one counts.

    Parameters
    ----------
    items : sequence of str or None
        All items there are, met or not; those that were met where None.

    Raises
    ------
    InputError
        A pair names an item that is not among `items`, or a value is not finite.
    """
    every = list(pairs)
    user_ids, user = np.unique(np.array([pair[0] for pair in every], dtype=object), return_inverse=True)
    if items is None:
        item_ids, item = np.unique(np.array([pair[1] for pair in every], dtype=object), return_inverse=True)
    else:
        item_ids = np.array(list(items), dtype=object)
        place = {name: index for index, name in enumerate(items)}
        unknown = next((pair[1] for pair in every if pair[1] not in place), None)
        if unknown is not None:
            raise InputError(f"an interaction names {unknown!r}, which is no item", hint="list every item")
        item = np.array([place[pair[1]] for pair in every], np.int64)
    made = Interactions(
        user_ids,
        item_ids,
        user.astype(np.int32).reshape(-1),
        item.astype(np.int32).reshape(-1),
        None if values is None else np.asarray(values, np.float32),
        None if times is None else np.asarray(times, np.float64),
    )
    if made.value is not None and not np.isfinite(made.value).all():
        raise InputError(f"rating {int(np.flatnonzero(~np.isfinite(made.value))[0]) + 1} is not a number")
    return last_of_each(made)


def last_of_each(interactions: Interactions) -> Interactions:
    """Keep of each (user, item) pair the latest in time, or in order where there are no times."""
    key = interactions.user.astype(np.int64) * max(1, len(interactions.items)) + interactions.item
    ranked = np.sort(key)
    if not (ranked[1:] == ranked[:-1]).any():
        return interactions  # the usual case, in a fifth of the memory that the rest takes
    del ranked
    order = np.arange(len(interactions))
    if interactions.time is not None:
        order = np.argsort(interactions.time, kind="stable")
    reverse = order[::-1]
    _, first = np.unique(key[reverse], return_index=True)
    return interactions.take(np.sort(reverse[first]))
