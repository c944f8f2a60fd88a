"""Cellular worlds: Conway's Life with ages, painted as flowers of light."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from bitaca_core.media.sample.paint import HEIGHT, WIDTH, Color, seeded

CELL = 10
COLUMNS, ROWS = WIDTH // CELL, HEIGHT // CELL

RPENTOMINO = ((0, 1), (1, 0), (1, 1), (2, 1), (0, 2))
ACORN = ((0, 1), (2, 0), (2, 1), (4, 1), (5, 1), (6, 1), (3, 2))


def generations(count: int, seeds: Sequence[tuple[int, int]], scatter: float = 0.0, word: str = "") -> list[NDArray[np.float32]]:  # fmt: skip
    """Return `count` worlds of shape (ROWS, COLUMNS): 0 empty, 1 just born, falling slowly with age and after death.

    `seeds` are (column, row) of the first living cells; `scatter` adds random ones.

    References
    ----------
    Gardner, "The fantastic combinations of John Conway's new solitaire game 'life'", 1970.
    """
    alive = np.zeros((ROWS, COLUMNS), bool)
    for column, row in seeds:
        alive[row % ROWS, column % COLUMNS] = True
    if scatter:
        alive |= seeded("cells", word).random(alive.shape) < scatter
    heat = alive.astype(np.float32)
    worlds = [heat]
    for _ in range(count - 1):
        around = sum(
            np.roll(alive, (dy, dx), (0, 1)).astype(np.int8)
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
            if dx or dy
        )
        born = ~alive & (around == 3)
        alive = born | (alive & ((around == 2) | (around == 3)))
        heat = np.where(born, 1.0, np.where(alive, np.maximum(0.45, heat * 0.94), heat * 0.82)).astype(
            np.float32
        )
        worlds.append(heat)
    return worlds


def kaleidoscope(word: str, density: float) -> list[tuple[int, int]]:
    """Return random cells (column, row) in four mirrored quarters about the middle: Life keeps the symmetry."""
    quarter = seeded("kaleidoscope", word).random((22, 26)) < density
    rows, columns = np.nonzero(quarter)
    middle_x, middle_y = COLUMNS // 2, ROWS // 2
    return [
        (middle_x + (x if right else -1 - x), middle_y + (y if low else -1 - y))
        for x, y in zip(columns.tolist(), rows.tolist(), strict=True)
        for right in (False, True)
        for low in (False, True)
    ]


class Garden:
    """Paints worlds: every cell a round petal in the colour of its heat, with light around it."""

    def __init__(self, ramp: Sequence[tuple[float, Color]]) -> None:
        places = [place for place, _ in ramp]
        level = np.linspace(0, 1, 256)
        self._table = np.stack(
            [np.interp(level, places, [c[i] for _, c in ramp]) for i in range(3)], axis=1
        ).astype(np.uint8)
        axis = (np.arange(CELL) + 0.5 - CELL / 2) / (CELL / 2)
        petal = np.clip((1.0 - np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)) * 4, 0, 1)
        tiled = np.tile((petal * 255).astype(np.uint8), (ROWS, COLUMNS))
        self._petals = Image.merge("RGB", [Image.fromarray(tiled, "L")] * 3)

    def paint(self, ground: Image.Image, world: NDArray[np.float32], light: float = 0.7) -> Image.Image:
        """Return the world over `ground` (an RGB image of the picture's size)."""
        colors = self._table[(np.clip(world, 0, 1) * 255).astype(np.uint8)] * (world > 0.04)[..., None]
        small = Image.fromarray(colors.astype(np.uint8), "RGB")
        petals = ImageChops.multiply(small.resize((WIDTH, HEIGHT), Image.Resampling.NEAREST), self._petals)
        table = [round(value * light * 0.6) for value in range(256)] * 3
        halo = (
            small.point(table)
            .resize((WIDTH // 4, HEIGHT // 4), Image.Resampling.BICUBIC)
            .resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
        )
        return ImageChops.add(ImageChops.add(ground, halo), petals)
