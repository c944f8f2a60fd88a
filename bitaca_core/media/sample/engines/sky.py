"""Skies: stars, moons, suns and the tall clouds of a summer afternoon."""

from __future__ import annotations

import numpy as np
from PIL import Image

from bitaca_core.media.sample.paint import Color, add, glow, mix, seeded, smooth_noise, soften, veil


def stars(
    canvas: Image.Image, seed: str, count: int = 420, below: float = 0.75, color: Color = (255, 246, 226)
) -> None:
    """Scatter stars over the upper `below` of the canvas: many faint, few bright with a halo."""
    rng = seeded("stars", seed)
    light = np.asarray(canvas).copy()
    height = round(canvas.height * below)
    xs = rng.integers(1, canvas.width - 1, count)
    ys = (rng.random(count) ** 1.3 * (height - 2)).astype(int) + 1
    level = rng.random(count) ** 3 * 0.85 + 0.15
    for x, y, amount in zip(xs, ys, level, strict=True):
        light[y, x] = np.maximum(light[y, x], np.array(color) * amount)
        if amount > 0.55:
            for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
                light[y + dy, x + dx] = np.maximum(light[y + dy, x + dx], np.array(color) * amount * 0.45)
    canvas.paste(Image.fromarray(light, "RGB"), (0, 0))
    spark = glow(12, mix((0, 0, 0), color, 0.45), 2.4)
    for x, y in zip(xs[level > 0.86], ys[level > 0.86], strict=True):
        add(canvas, spark, float(x), float(y))


def milky_way(canvas: Image.Image, seed: str, color: Color = (120, 130, 200), tilt: float = 0.45) -> None:
    """Add a band of star dust across the canvas."""
    width, height = canvas.size
    noise = smooth_noise(seeded("milky", seed), width, height, 220, 6)
    y, x = np.mgrid[0:height, 0:width]
    across = (y - height * 0.38 + (x - width / 2) * tilt) / height
    band = np.exp(-((across * 4.2) ** 2)) * np.clip(noise * 2.1 - 0.62, 0, 1)
    light = np.asarray(canvas).astype(np.float32) + band[..., None] * np.array(color) * 0.95
    canvas.paste(Image.fromarray(np.clip(light, 0, 255).astype(np.uint8), "RGB"), (0, 0))
    rng = seeded("dust", seed)
    dust = np.asarray(canvas).copy()
    chosen = rng.random((height, width)) < band * 0.012
    dust[chosen] = np.maximum(
        dust[chosen], np.array([225, 225, 245]) * rng.uniform(0.4, 1, (chosen.sum(), 1))
    )
    canvas.paste(Image.fromarray(dust, "RGB"), (0, 0))


def disc(
    canvas: Image.Image, x: float, y: float, radius: int, color: Color, halo: Color, reach: float = 4.0
) -> None:
    """Paint a sun or a moon: wide halo, close halo and an antialiased disc."""
    add(canvas, glow(round(radius * reach), mix((0, 0, 0), halo, 0.55), 2.2), x, y)
    add(canvas, glow(round(radius * 1.7), mix((0, 0, 0), halo, 0.6), 1.4), x, y)
    size = radius * 2 + 4
    axis = np.arange(size) + 0.5 - size / 2
    distance = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    layer = veil(color, np.clip(radius - distance + 0.5, 0, 1).astype(np.float32))
    canvas.paste(layer, (round(x - size / 2), round(y - size / 2)), layer)


def moon(canvas: Image.Image, x: float, y: float, radius: int, seed: str, color: Color = (250, 240, 214), halo: Color = (120, 140, 210)) -> None:  # fmt: skip
    """Paint a full moon with seas."""
    disc(canvas, x, y, radius, color, halo)
    size = radius * 2
    axis = np.arange(size) + 0.5 - radius
    inside = np.clip(radius - 1 - np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2), 0, 1)
    seas = np.clip((smooth_noise(seeded("moon", seed), size, size, max(4, radius), 4) - 0.47) * 3, 0, 0.32)
    layer = veil(mix(color, halo, 0.75), (seas * inside).astype(np.float32))
    canvas.paste(layer, (round(x - radius), round(y - radius)), layer)


def cumulus(width: int, height: int, seed: str, light: Color, shade: Color, towers: int = 5) -> Image.Image:
    """Return a bank of summer clouds, RGBA: round heads in the light, flat shaded feet."""
    rng = seeded("cumulus", seed)
    shape = np.zeros((height, width), np.float32)
    tone = np.zeros((height, width), np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for tower in range(towers):
        middle = width * (tower + 0.5 + rng.uniform(-0.35, 0.35)) / towers
        tall = height * rng.uniform(0.35, 0.9)
        for _ in range(44):
            up = rng.random() ** 0.8
            radius = height * rng.uniform(0.045, 0.15) * (1.3 - 0.75 * up)
            cx = middle + rng.normal(0, width / towers * 0.34 * (1.15 - up))
            cy = height * 0.93 - up * tall
            left, right = max(0, int(cx - radius)), min(width, int(cx + radius) + 1)
            top, bottom = max(0, int(cy - radius)), min(height, int(cy + radius) + 1)
            if left >= right or top >= bottom:
                continue
            dx, dy = (x[top:bottom, left:right] - cx) / radius, (y[top:bottom, left:right] - cy) / radius
            ball = np.clip((1 - np.sqrt(dx * dx + dy * dy)) * radius / 2.5, 0, 1)
            lit = np.clip(0.5 - dx * 0.38 - dy * 0.62, 0, 1) * (0.4 + 0.6 * up)
            lit = np.clip((lit - 0.36) * 2.1, 0, 1)
            area = (slice(top, bottom), slice(left, right))
            tone[area] = tone[area] * (1 - ball) + lit * ball
            shape[area] = np.maximum(shape[area], ball)
    foot = np.clip((height - y) / (height * 0.22), 0, 1)
    color = np.array(shade) + (np.array(light) - np.array(shade)) * (tone * 0.92)[..., None]
    layer = np.dstack([color, shape * foot * 255]).astype(np.uint8)
    return soften(Image.fromarray(layer, "RGBA"), 1.1)


def streaks(width: int, height: int, seed: str, color: Color, amount: float = 0.7) -> Image.Image:
    """Return long thin evening clouds, RGBA."""
    rng = seeded("streaks", seed)
    noise = smooth_noise(rng, max(8, width // 6), height, 90, 5)
    wide = np.asarray(Image.fromarray(noise, "F").resize((width, height), Image.Resampling.BICUBIC))
    fade = np.sin(np.linspace(0, np.pi, height, dtype=np.float32))[:, None]
    return veil(color, np.clip((wide - 0.5) * 4.5, 0, 1) * fade * amount)
