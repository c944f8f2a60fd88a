"""Paint: seeded randomness, gradients, glows, antialiased ink and the finishing of a drawing.

A drawing is a Pillow RGB image of `WIDTH` x `HEIGHT` pixels. Layers are painted once per shot, with care;
the drawings of the shot only crop, paste and add, which is what makes twelve a second cheap.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720
Color = tuple[int, int, int]
Point = tuple[float, float]


def seeded(*words: object) -> np.random.Generator:
    """Return the generator that belongs to these words: same words, same picture."""
    return np.random.default_rng(zlib.crc32("|".join(str(word) for word in words).encode()))


def mix(first: Color, second: Color, amount: float) -> Color:
    """Return the colour `amount` (0..1) of the way from `first` to `second`."""
    r, g, b = (round(a + (c - a) * amount) for a, c in zip(first, second, strict=True))
    return r, g, b


def ease(amount: float) -> float:
    """Return the smooth step of `amount`, clamped to 0..1."""
    amount = min(1.0, max(0.0, amount))
    return amount * amount * (3 - 2 * amount)


def span(time_s: float, start_s: float, end_s: float) -> float:
    """Return how far `time_s` is between two times, eased and clamped to 0..1."""
    return ease((time_s - start_s) / (end_s - start_s))


def gradient(
    width: int, height: int, stops: Sequence[tuple[float, Color]], seed: str = "dither"
) -> Image.Image:
    """Return a vertical gradient through `(position 0..1, colour)` stops, dithered against banding."""
    at = np.linspace(0, 1, height)
    places = [place for place, _ in stops]
    ramp = np.stack([np.interp(at, places, [color[i] for _, color in stops]) for i in range(3)], axis=1)
    noise = seeded(seed, width, height).random((height, width, 1)) - 0.5
    return Image.fromarray(np.clip(ramp[:, None, :] + noise * 2.2 + 0.5, 0, 255).astype(np.uint8), "RGB")


def glow(radius: int, color: Color, power: float = 2.0) -> Image.Image:
    """Return a round light of `radius` pixels on black, to be added to a drawing."""
    axis = (np.arange(2 * radius) + 0.5) / radius - 1
    distance = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    level = np.clip(1 - distance, 0, 1) ** power
    noise = seeded("glow", radius).random(level.shape)[..., None]
    light = level[..., None] * np.array(color) + noise * (level[..., None] > 0)
    return Image.fromarray(np.clip(light, 0, 255).astype(np.uint8), "RGB")


def dim(light: Image.Image, amount: float) -> Image.Image:
    """Return `light` at `amount` (0..1) of its strength."""
    return light.point([round(value * amount) for value in range(256)] * len(light.getbands()))


def add(canvas: Image.Image, light: Image.Image, x: float, y: float) -> None:
    """Screen `light` onto `canvas` with its centre at (x, y), so that nothing burns out; what falls outside is cut."""
    left, top = round(x - light.width / 2), round(y - light.height / 2)
    box = (
        max(0, left),
        max(0, top),
        min(canvas.width, left + light.width),
        min(canvas.height, top + light.height),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    part = light.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
    canvas.paste(ImageChops.screen(canvas.crop(box), part), box[:2])


def lay(canvas: Image.Image, layer: Image.Image, x: float = 0, y: float = 0) -> None:
    """Paste an RGBA layer with its top left corner at (x, y); what falls outside is cut."""
    left, top = round(x), round(y)
    box = (
        max(0, -left),
        max(0, -top),
        min(layer.width, canvas.width - left),
        min(layer.height, canvas.height - top),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    part = layer if box == (0, 0, *layer.size) else layer.crop(box)
    canvas.paste(part, (left + box[0], top + box[1]), part)


def smooth_noise(
    rng: np.random.Generator, width: int, height: int, cell: int, octaves: int = 4
) -> NDArray[np.float32]:
    """Return fractal noise 0..1 of shape (height, width), float32; the largest blots are `cell` pixels."""
    total = np.zeros((height, width), np.float32)
    weight, scale = 1.0, 0.0
    for octave in range(octaves):
        size = max(2, cell >> octave)
        grid = rng.random((height // size + 3, width // size + 3)).astype(np.float32)
        wide = Image.fromarray(grid, "F").resize(
            (grid.shape[1] * size, grid.shape[0] * size), Image.Resampling.BICUBIC
        )
        total += weight * np.asarray(wide)[:height, :width]
        scale += weight
        weight *= 0.5
    return np.asarray(np.clip(total / scale, 0, 1), np.float32)


def profile(rng: np.random.Generator, width: int, cell: int, octaves: int = 5) -> NDArray[np.float64]:
    """Return a skyline of `width` heights 0..1, smooth at first and rough at last."""
    total = np.zeros(width)
    weight, scale = 1.0, 0.0
    for octave in range(octaves):
        size = max(2, cell >> octave)
        knots = rng.random(width // size + 3)
        place = np.arange(width) / size
        index = place.astype(int)
        blend = (1 - np.cos((place - index) * math.pi)) / 2
        total += weight * (knots[index] * (1 - blend) + knots[index + 1] * blend)
        scale += weight
        weight *= 0.5
    return total / scale


class Ink:
    """Antialiased vector drawing on a transparent layer: drawn at `fine` times the size, then reduced.

    Coordinates are pixels of the finished layer. `ground` is the colour under transparency: edges blend
    towards it, so give the colour that the outline has.
    """

    def __init__(self, width: int, height: int, ground: Color = (0, 0, 0), fine: int = 2) -> None:
        self.fine = fine
        self.image = Image.new("RGBA", (width * fine, height * fine), (*ground, 0))
        self.pen = ImageDraw.Draw(self.image)

    def polygon(self, points: Sequence[Point], color: Color) -> None:
        """Fill a polygon."""
        self.pen.polygon([(x * self.fine, y * self.fine) for x, y in points], fill=(*color, 255))

    def rectangle(
        self, left: float, top: float, right: float, bottom: float, color: Color, radius: float = 0
    ) -> None:
        """Fill a rectangle, with round corners of `radius` pixels."""
        f = self.fine
        box = (left * f, top * f, max(left, right) * f, max(top, bottom) * f)
        if radius:
            self.pen.rounded_rectangle(box, radius * f, fill=(*color, 255))
        else:
            self.pen.rectangle(box, fill=(*color, 255))

    def ellipse(self, x: float, y: float, rx: float, ry: float, color: Color) -> None:
        """Fill an ellipse about (x, y)."""
        f = self.fine
        self.pen.ellipse(((x - rx) * f, (y - ry) * f, (x + rx) * f, (y + ry) * f), fill=(*color, 255))

    def line(self, points: Sequence[Point], width: float, color: Color) -> None:
        """Draw a stroke with round joints and ends."""
        f = self.fine
        scaled = [(x * f, y * f) for x, y in points]
        self.pen.line(scaled, fill=(*color, 255), width=max(1, round(width * f)), joint="curve")
        if width * f > 3:
            half = width * f / 2 - 0.5
            for x, y in (scaled[0], scaled[-1]):
                self.pen.ellipse((x - half, y - half, x + half, y + half), fill=(*color, 255))

    def done(self) -> Image.Image:
        """Return the finished RGBA layer."""
        return self.image.reduce(self.fine) if self.fine > 1 else self.image


def veil(color: Color, alpha: NDArray[np.floating]) -> Image.Image:
    """Return an RGBA layer of one colour whose opacity is `alpha` (0..1, shape (height, width))."""
    layer = np.empty((*alpha.shape, 4), np.uint8)
    layer[..., :3] = color
    layer[..., 3] = np.clip(alpha * 255, 0, 255)
    return Image.fromarray(layer, "RGBA")


def mist(width: int, height: int, color: Color, strength: float = 0.8, upwards: bool = False) -> Image.Image:
    """Return a layer of haze that thickens downwards (or upwards)."""
    ramp = np.linspace(0, strength, height, dtype=np.float32)[:, None]
    dither = seeded("mist", width, height).random((height, width)).astype(np.float32) / 90
    return veil(color, (ramp[::-1] if upwards else ramp) + dither * (ramp > 0.02))


def soften(image: Image.Image, radius: float) -> Image.Image:
    """Return `image` blurred by a Gaussian of `radius` pixels."""
    return image.filter(ImageFilter.GaussianBlur(radius))


def bloom(canvas: Image.Image, threshold: int = 150, strength: float = 0.55) -> None:
    """Let the bright parts of `canvas` shine over their neighbours; about 5 ms."""
    small = canvas.reduce(8)
    table = [max(0, round((value - threshold) * strength * 255 / (255 - threshold))) for value in range(256)]
    halo = small.point(table * 3).filter(ImageFilter.GaussianBlur(3))
    canvas.paste(ImageChops.screen(canvas, halo.resize(canvas.size, Image.Resampling.BILINEAR)), (0, 0))


class Finish:
    """The last touch on every drawing of a story: darker corners.

    No moving grain: it would triple the time to encode and the bit rate of every rung; gradients carry their
    own still dither instead.
    """

    def __init__(self, vignette: float = 0.45) -> None:
        self._untouched = vignette == 0
        y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]  # type: ignore[misc]
        shade = 1 - vignette * np.clip((x**2 * 0.75 + y**2 * 0.65) ** 1.35, 0, 1)
        noise = seeded("vignette").random((HEIGHT, WIDTH)) / 255
        self._shade = Image.fromarray(
            (np.repeat((shade - noise)[..., None], 3, axis=2) * 255).astype(np.uint8), "RGB"
        )

    def __call__(self, canvas: Image.Image) -> Image.Image:
        return canvas if self._untouched else ImageChops.multiply(canvas, self._shade)


def camera(canvas: Image.Image, zoom: float, x: float = 0.5, y: float = 0.5) -> Image.Image:
    """Return `canvas` seen closer by `zoom` (1 or more) about the point (x, y) of 0..1, sub-pixel smooth."""
    width, height = WIDTH / zoom, HEIGHT / zoom
    left, top = (canvas.width - width) * x, (canvas.height - height) * y
    return canvas.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, (left, top, left + width, top + height))
