"""Jardim de Regras: a seed crosses the orbits of a small system and a garden of three rules grows."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from bitaca_core.media.sample.engines import cells, lettering, orbits, particles, sky
from bitaca_core.media.sample.music.styles import garden_pulse
from bitaca_core.media.sample.paint import (
    HEIGHT,
    WIDTH,
    Color,
    add,
    bloom,
    camera,
    ease,
    glow,
    gradient,
    lay,
    mix,
    span,
)
from bitaca_core.media.sample.story import Draw, Line, Shot, SoundTrack, Story

CORAL: Color = (255, 107, 87)
MINT: Color = (110, 240, 190)
RAMP = (
    (0.0, (4, 10, 24)),
    (0.2, (30, 30, 110)),
    (0.42, (150, 40, 140)),
    (0.62, (255, 100, 90)),
    (0.85, (255, 200, 90)),
    (1.0, (255, 252, 220)),
)
GREEN = (
    (0.0, (2, 14, 20)),
    (0.25, (6, 70, 90)),
    (0.5, (20, 150, 120)),
    (0.75, (140, 230, 130)),
    (1.0, (250, 255, 210)),
)


def _space(seed: str, low: Color = (34, 16, 58)) -> Image.Image:
    canvas = gradient(WIDTH, HEIGHT, ((0, (6, 6, 22)), (0.6, (16, 12, 42)), (1, low)), seed)
    sky.milky_way(canvas, seed, (150, 90, 170), 0.35)
    sky.stars(canvas, seed, 640, 1.0)
    return canvas


def _system() -> Draw:
    base = _space("system")
    for wide in (250, 370, 520, 700):
        orbits.ellipse(base, 640, 400, wide, wide * 0.33, (200, 180, 255), 54)
    add(base, glow(420, (150, 80, 40), 1.9), 640, 400)
    sky.disc(base, 640, 400, 46, (255, 236, 190), (255, 150, 80), 3)
    bloom(base)
    worlds = [
        (orbits.planet(15, "a", (20, 10, 40), (90, 140, 220), (200, 230, 255)), 250, 0.9, 0.5),
        (orbits.planet(26, "b", (30, 8, 30), (200, 80, 90), (255, 180, 140), bands=0.7), 370, 0.55, 2.4),
        (orbits.planet(40, "c", (6, 20, 30), (40, 130, 120), (160, 230, 190)), 520, 0.34, 0.1),
        (orbits.planet(20, "d", (20, 14, 40), (160, 140, 200), (240, 230, 255)), 700, 0.25, 4.1),
    ]
    name = lettering.mask("JARDIM DE REGRAS", 54, tracking=0.38, weight=0.006)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        for tile, wide, pace, turn in worlds:
            x, y = orbits.place(640, 400, wide, wide * 0.33, turn + time_s * pace)
            lay(canvas, tile, x - tile.width / 2, y - tile.height / 2)
        path = [
            (1260 - 560 * s + 40 * math.sin(s * 5), 40 + 260 * s * s + 60 * math.sin(s * 3))
            for s in (max(0.0, time_s / 6 - k * 0.006) for k in range(26))
        ]
        particles.trail(np.array(path[::-1]), canvas, MINT, 4)
        add(canvas, glow(30, MINT, 2.0), *path[0])
        shown = span(time_s, 0.8, 1.8) * (1 - span(time_s, 4.4, 5.2))
        if shown:
            lettering.paint(canvas, name, WIDTH / 2, 120, (236, 230, 255), opacity=shown, halo=0.6)
        return camera(canvas, 1.0 + 0.04 * time_s, 0.62, 0.5)

    return draw


def _fall() -> Draw:
    base = _space("fall", (16, 40, 60))
    big = orbits.planet(620, "fall", (4, 14, 26), (30, 90, 100), (130, 220, 190), sun=(-0.45, -0.75))
    lay(base, big, 640 - big.width / 2, 380)
    orbits.rings(base, 640, 1010, 760, 900, 0.22, (200, 190, 230), 0.12)
    bloom(base)
    motes = particles.Drift("fall", 60, (200, 255, 230), speed=(10, -26), size=(0.6, 1.8))

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        motes.draw(canvas, time_s, 0.7)
        part = ease(time_s / 3.6)
        line = [(980 - 340 * p, 30 + 480 * p**1.6) for p in (max(0.0, part - k * 0.02) for k in range(24))]
        particles.trail(np.array(line[::-1]), canvas, MINT, 7)
        add(canvas, glow(44, MINT, 1.8), *line[0])
        if time_s > 3.4:
            add(canvas, glow(round(60 + 700 * (time_s - 3.4)), (150, 255, 220), 1.6), 640, 510)
        return camera(canvas, 1.0 + 0.05 * time_s, 0.5, 0.75)

    return draw


def _life(worlds: list, ramp: tuple, zoom_from: float, zoom_to: float, seconds: float, word: str) -> Draw:  # type: ignore[type-arg]
    ground = gradient(
        WIDTH, HEIGHT, ((0, mix(ramp[1][1], (2, 2, 8), 0.84)), (1, mix(ramp[2][1], (4, 4, 12), 0.9))), word
    )
    garden = cells.Garden(ramp)
    motes = particles.Drift(word, 46, ramp[4][1], speed=(14, -18), size=(0.8, 2.2))

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = garden.paint(ground, worlds[min(len(worlds) - 1, drawing)], 0.85)
        motes.draw(canvas, time_s, 0.8)
        return camera(canvas, zoom_from + (zoom_to - zoom_from) * ease(time_s / seconds))

    return draw


def _sprout() -> Draw:
    worlds = cells.generations(150, [(64 + x, 36 + y) for x, y in cells.RPENTOMINO])[::2]
    return _life(worlds, GREEN, 3.2, 1.25, 6.0, "sprout")


def _bloom() -> Draw:
    return _life(cells.generations(70, cells.kaleidoscope("bloom", 0.3))[6:], RAMP, 1.0, 1.35, 5.0, "bloom")


def _far() -> Draw:
    base = _space("far", (30, 20, 60))
    garden = cells.Garden(RAMP)
    worlds = cells.generations(60, [], 0.22, "far")
    globe = orbits.planet(230, "garden", (6, 8, 26), (40, 40, 90), (120, 120, 190))
    axis = (np.arange(460) + 0.5 - 230) / 230
    mx, my = np.meshgrid(axis, axis)
    radius = np.sqrt(mx**2 + my**2)
    z = np.sqrt(np.clip(1 - radius**2, 0, 1))
    u = (np.arctan2(mx, z + 1e-6) / np.pi + 0.5) * 600 + 200
    v = np.clip((np.arcsin(np.clip(my, -1, 1)) / np.pi + 0.5) * 560 + 80, 0, HEIGHT - 1).astype(int)
    light = (np.clip(-mx * 0.5 - my * 0.4 + z * 0.7, 0.06, 1) * (radius < 1))[..., None]
    black = Image.new("RGB", (WIDTH, HEIGHT))
    end = lettering.mask("FIM", 32, tracking=0.6, weight=0.015)
    add(base, glow(520, (90, 40, 90), 1.6), 640, 360)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        orbits.rings(canvas, 640, 360, 300, 430, 0.26, (220, 190, 230), -0.25)
        lay(canvas, globe, 640 - globe.width / 2, 360 - globe.height / 2)
        flat = np.asarray(garden.paint(black, worlds[min(59, drawing)], 0.9))
        wrapped = flat[v, (u + time_s * 40).astype(int) % WIDTH] * light
        add(canvas, Image.fromarray(wrapped.astype(np.uint8), "RGB"), 640, 360)
        orbits.rings(canvas, 640, 360, 300, 430, 0.26, (220, 190, 230), -0.25, front=True)
        x, y = orbits.place(640, 360, 520, 150, 0.4 + time_s * 0.6)
        particles.trail(
            np.array(
                [orbits.place(640, 360, 520, 150, 0.4 + time_s * 0.6 - k * 0.02) for k in range(24, -1, -1)]
            ),
            canvas,
            MINT,
            4,
        )
        add(canvas, glow(26, MINT, 2.0), x, y)
        lettering.paint(canvas, end, 1120, 640, (236, 230, 255), opacity=span(time_s, 2.2, 3.0), halo=0.4)
        return camera(canvas, 1.5 - 0.45 * ease(time_s / 4.5))

    return draw


def _poster() -> Image.Image:
    canvas = gradient(720, 1080, ((0, (6, 6, 22)), (0.55, (40, 16, 66)), (1, (120, 40, 90))), "jardim-poster")
    sky.milky_way(canvas, "jardim", (160, 90, 170), 0.8)
    sky.stars(canvas, "jardim", 520, 1.0)
    orbits.rings(canvas, 360, 620, 330, 470, 0.3, (255, 200, 160), -0.35)
    ball = orbits.planet(250, "poster", (10, 8, 34), (60, 40, 110), (150, 110, 190))
    lay(canvas, ball, 360 - ball.width / 2, 620 - ball.height / 2)
    world = cells.generations(34, cells.kaleidoscope("poster", 0.34))[30]
    art = cells.Garden(RAMP).paint(Image.new("RGB", (WIDTH, HEIGHT)), world, 0.9).crop((390, 110, 890, 610))
    axis = (np.arange(500) + 0.5 - 250) / 250
    inside = np.clip((1 - np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)) * 9, 0, 1)[..., None]
    add(canvas, Image.fromarray((np.asarray(art) * inside).astype(np.uint8), "RGB"), 360, 620)
    orbits.rings(canvas, 360, 620, 330, 470, 0.3, (255, 200, 160), -0.35, front=True)
    bloom(canvas, 150, 0.6)
    lettering.justified(
        canvas,
        ("JARDIM",),
        64,
        80,
        592,
        (255, 214, 130),
        most=180,
        tall=1.2,
        weight=0.012,
        tracking=0.1,
        halo=0.6,
    )
    lettering.justified(
        canvas,
        ("DE REGRAS",),
        64,
        262,
        592,
        (255, 130, 110),
        most=120,
        tall=0.9,
        weight=0.01,
        tracking=0.16,
        halo=0.5,
    )
    return canvas


def story() -> Story:
    """Return the short."""
    return Story(
        "jardim-de-regras-2026",
        (
            Shot(5.5, _system, fade_in_s=0.8), Shot(4.0, _fall), Shot(6.0, _sprout, fade_in_s=0.4),
            Shot(5.0, _bloom), Shot(4.5, _far, fade_in_s=0.3, fade_out_s=1.2),
        ),
        (
            Line(1.0, 4.4, "Uma semente não sabe aonde vai.", "A seed does not know where it is going."),
            Line(5.8, 8.8, "Sabe só três coisas.", "It knows only three things."),
            Line(9.8, 11.8, "Sozinha, adormeço.", "Alone, I fall asleep."),
            Line(12.1, 13.6, "Apertada, descanso.", "Crowded, I rest."),
            Line(13.9, 16.6, "Na conta certa, floresço.", "With just enough, I bloom."),
            Line(17.2, 20.0, "[o jardim canta consigo mesmo]", "[the garden sings to itself]"),
            Line(21.4, 24.0, "E solta outra semente.", "And lets go of another seed."),
        ),
        (SoundTrack("Trilha original", "zxx", garden_pulse),),
        _poster,
    )  # fmt: skip
