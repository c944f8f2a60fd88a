"""What a question leans to and away from: moods that lift a title, moods opposed to them, and neighbours of what is left out."""

from __future__ import annotations

from collections.abc import Collection

from bitaca_core.search.query import Query

MOOD_BONUS, OPPOSITE_MALUS = 1.3, 0.5
"""Factors of a likeness."""
MOOD_GAIN, OPPOSITE_LOSS = 1.0, 2.0
"""Added to a sum of evidence."""
NEAR_LOSS, NEAR_MOST = 1.0, 2
"""For each neighbour of what is left out, of so many at most."""
OPPOSITES = {
    "leve": ("violento", "sombrio", "tenso", "intenso", "triste", "assustador"),
    "alegre": ("triste", "sombrio", "melancolico"),
    "engracado": ("triste", "sombrio"),
    "aconchegante": ("violento", "sombrio", "tenso", "assustador"),
    "contemplativo": ("violento", "intenso", "tenso"),
    "esperancoso": ("sombrio",),
    "triste": ("leve", "engracado"),
    "sombrio": ("leve", "alegre", "aconchegante"),
    "assustador": ("leve", "aconchegante"),
}  # fmt: skip
"""Who asks for something lighter wants what is heavy further down, not only what is light further up."""
NEAR_MOODS = {
    "violento": ("sombrio", "intenso", "tenso"),
    "assustador": ("sombrio", "tenso"),
    "triste": ("melancolico", "sombrio", "intenso"),
    "sombrio": ("violento", "assustador", "tenso", "triste", "melancolico"),
    "tenso": ("intenso", "assustador", "sombrio"),
    "romantico": ("sonhador",),
    "contemplativo": ("melancolico",),
}
NEAR_GENRES = {"romance": ("romantico",), "terror": ("assustador",), "drama": ("triste", "melancolico"), "crime": ("violento",),
               "suspense": ("tenso",), "guerra": ("violento",), "acao": ("violento", "intenso"), "comedia": ("engracado",)}  # fmt: skip
"""Who leaves something out would rather not have its neighbours either: those come later."""


class Lean:
    """What one question leans to, made once for all the titles that it is weighed for. False where it leans nowhere."""

    def __init__(self, query: Query) -> None:
        self._wanted = frozenset(query.moods)
        self._opposed = frozenset(other for mood in query.moods for other in OPPOSITES.get(mood, ()))
        near = {mood for left in query.exclude_moods for mood in NEAR_MOODS.get(left, ())}
        near.update(mood for left in query.exclude_genres for mood in NEAR_GENRES.get(left, ()))
        self._near = near - self._wanted
        self._leans = bool(query.moods or query.exclude_moods or query.exclude_genres)

    def __bool__(self) -> bool:
        return self._leans

    def unwanted(self, moods: Collection[str]) -> int:
        """Return how many of a title's moods are neighbours of what the question leaves out."""
        return len(self._near.intersection(moods)) if self._near else 0

    def bonus(self, moods: Collection[str]) -> float:
        """Return what a title's moods add to its evidence."""
        gain = 0.0 if self._wanted.isdisjoint(moods) else MOOD_GAIN
        loss = 0.0 if self._opposed.isdisjoint(moods) else OPPOSITE_LOSS
        return gain - loss - NEAR_LOSS * min(NEAR_MOST, self.unwanted(moods))

    def factor(self, moods: Collection[str]) -> float:
        """Return what a title's moods make of its likeness to another."""
        gain = 1.0 if self._wanted.isdisjoint(moods) else MOOD_BONUS
        return gain * (1.0 if self._opposed.isdisjoint(moods) else OPPOSITE_MALUS)
