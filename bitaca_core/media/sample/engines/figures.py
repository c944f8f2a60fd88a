"""Figures of simple shapes: people with joints, cats, birds, kites. All face right; mirror for left.

Angles are radians from straight down, positive forwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PIL import Image

from bitaca_core.media.sample.paint import Color, Ink, Point, mix


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles of one moment: each limb as (upper, lower), absolute."""

    lean: float = 0.0
    head: float = 0.0
    near_arm: Point = (0.15, 0.3)
    far_arm: Point = (-0.15, 0.1)
    near_leg: Point = (0.06, 0.02)
    far_leg: Point = (-0.06, -0.04)
    lift: float = 0.0  # of the height

    def towards(self, other: Pose, amount: float) -> Pose:
        """Return the pose `amount` (0..1) of the way to `other`."""

        def between(a: float, b: float) -> float:
            return a + (b - a) * amount

        def limb(a: Point, b: Point) -> Point:
            return between(a[0], b[0]), between(a[1], b[1])

        return Pose(
            between(self.lean, other.lean), between(self.head, other.head), limb(self.near_arm, other.near_arm),
            limb(self.far_arm, other.far_arm), limb(self.near_leg, other.near_leg), limb(self.far_leg, other.far_leg),
            between(self.lift, other.lift),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What a person wears, as colours; None leaves a part out."""

    body: Color
    skin: Color
    hair: Color
    legs: Color
    rim: Color | None = None
    scarf: Color | None = None
    skirt: bool = False
    hat: Color | None = None
    bun: bool = False
    tress: bool = False


STAND = Pose()
LEAP = Pose(0.35, 0.1, (2.3, 2.6), (-1.5, -1.9), (1.25, 0.75), (-1.1, -1.6), 0.04)
FALL = Pose(0.1, 0.2, (2.6, 2.9), (-2.3, -2.6), (0.8, -0.1), (-0.3, -0.9), 0.0)
CROUCH = Pose(0.75, 0.1, (0.2, 0.9), (-0.9, -0.4), (1.3, -0.6), (0.5, -1.3), -0.16)
REACH = Pose(0.12, -0.3, (2.85, 3.0), (-0.5, -0.2), (0.1, 0.0), (-0.25, -0.35), 0.0)
SIT = Pose(-0.05, 0.05, (0.35, 0.9), (0.1, 0.7), (1.5, 0.05), (1.4, -0.05), 0.0)
KICK = Pose(-0.95, -0.2, (-1.4, -1.7), (0.9, 1.4), (1.75, 1.65), (-0.25, -0.1), 0.0)


def run(phase: float, effort: float = 1.0) -> Pose:
    """Return a running pose; one cycle each 2 pi."""

    def leg(at: float) -> Point:
        thigh = 0.15 + 0.95 * math.sin(at) * effort
        return thigh, thigh - 0.25 - 1.15 * max(0.0, math.cos(at + 0.35)) * effort

    def arm(at: float) -> Point:
        upper = -0.95 * math.sin(at) * effort
        return upper, upper + 1.25

    return Pose(0.32 * effort, 0.05, arm(phase), arm(phase + math.pi), leg(phase), leg(phase + math.pi),
                0.035 * abs(math.sin(phase)) * effort)  # fmt: skip


def walk(phase: float) -> Pose:
    """Return a walking pose; one cycle each 2 pi."""

    def leg(at: float) -> Point:
        thigh = 0.42 * math.sin(at)
        return thigh, thigh - 0.06 - 0.4 * max(0.0, math.cos(at + 0.4))

    return Pose(0.06, 0.02, (-0.35 * math.sin(phase), -0.35 * math.sin(phase) + 0.3),
                (0.35 * math.sin(phase), 0.35 * math.sin(phase) + 0.3), leg(phase), leg(phase + math.pi),
                0.012 * abs(math.sin(phase)))  # fmt: skip


def _end(start: Point, angle: float, length: float) -> Point:
    return start[0] + math.sin(angle) * length, start[1] + math.cos(angle) * length


def person(height: int, pose: Pose, look: Look, time_s: float = 0.0, wind: float = 1.0) -> Image.Image:
    """Return a person `height` pixels tall in a square tile twice as wide, feet line at 0.9 of the tile.

    The hip is over the middle of the tile. `wind` stretches scarf and hair backwards.
    """
    size = height * 2
    dark = look.legs
    ink = Ink(size, size, dark, fine=3 if height < 90 else 2)
    layers = ((-0.018 * height, look.rim),) if look.rim else ()
    for shift, tone in (*layers, (0.0, None)):
        _body(ink, size / 2 + shift, size * 0.9 + shift * 0.7, height, pose, look, tone, time_s, wind)
    return ink.done()


def _body(ink: Ink, x: float, foot: float, h: float, pose: Pose, look: Look, tone: Color | None, time_s: float, wind: float) -> None:  # fmt: skip
    leg, arm, torso = h * 0.235, h * 0.17, h * 0.3
    hip = (x, foot - leg * 2 - h * pose.lift)
    neck = (hip[0] + math.sin(pose.lean) * torso, hip[1] - math.cos(pose.lean) * torso)
    head = (
        neck[0] + math.sin(pose.lean + pose.head) * h * 0.115,
        neck[1] - math.cos(pose.lean + pose.head) * h * 0.115,
    )
    far = 0.28

    def limb(start: Point, angles: Point, length: float, thick: float, first: Color, second: Color) -> Point:
        joint = _end(start, angles[0], length)
        end = _end(joint, angles[1], length)
        ink.line([joint, end], thick * 0.82, tone or second)
        ink.line([start, joint], thick, tone or first)
        return end

    shoulder = (neck[0] - math.sin(pose.lean) * h * 0.02, neck[1] + h * 0.035)
    limb(
        shoulder, pose.far_arm, arm, h * 0.06, mix(look.body, (0, 0, 0), far), mix(look.skin, (0, 0, 0), far)
    )
    for angles, shade in ((pose.far_leg, far), (pose.near_leg, 0.0)):
        color = mix(look.legs, (0, 0, 0), shade)
        ankle = limb(hip, angles, leg, h * 0.085, color, color)
        toe = _end(ankle, angles[1] + 1.35, h * 0.06)
        ink.line([ankle, toe], h * 0.055, tone or mix(color, (0, 0, 0), 0.3))
    if look.skirt:
        swing = 0.05 * math.sin(time_s * 5) * wind
        ink.polygon([(neck[0] - h * 0.075, neck[1] + h * 0.16), (neck[0] + h * 0.075, neck[1] + h * 0.16),
                     (hip[0] + h * (0.17 + swing), hip[1] + h * 0.2), (hip[0] - h * (0.19 - swing), hip[1] + h * 0.2)],
                    tone or look.body)  # fmt: skip
    ink.line([hip, (neck[0], neck[1] + h * 0.05)], h * 0.15, tone or look.body)
    ink.line([neck, head], h * 0.05, tone or look.skin)
    ink.ellipse(head[0], head[1], h * 0.078, h * 0.085, tone or look.skin)
    hair = h * 0.086
    ink.polygon([(head[0] + math.cos(a) * hair * (1.0 if a < 0 else 0.98), head[1] - h * 0.012 + math.sin(a) * hair)
                 for a in (math.pi * 0.62 + k * 0.2 for k in range(16)) if a < math.pi * 1.86] + [(head[0] + h * 0.02, head[1] - h * 0.02)],
                tone or look.hair)  # fmt: skip
    if look.bun:
        ink.ellipse(head[0] - h * 0.09, head[1] - h * 0.05, h * 0.045, h * 0.045, tone or look.hair)
    if look.tress:
        _tress(ink, head, h, tone or look.hair, time_s, wind)
    if look.hat:
        ink.ellipse(head[0], head[1] - h * 0.055, h * 0.15, h * 0.022, tone or look.hat)
        ink.rectangle(
            head[0] - h * 0.075,
            head[1] - h * 0.14,
            head[0] + h * 0.075,
            head[1] - h * 0.05,
            tone or look.hat,
            h * 0.03,
        )
    if look.scarf:
        _scarf(ink, neck, h, tone or look.scarf, time_s, wind)
    limb(shoulder, pose.near_arm, arm, h * 0.062, mix(look.body, (255, 255, 255), 0.06), look.skin)


def _tress(ink: Ink, head: Point, h: float, color: Color, time_s: float, wind: float) -> None:
    for strand in range(3):
        line = []
        for k in range(7):
            part = k / 6
            wave = math.sin(time_s * 8 - part * 5 + strand) * h * 0.03 * part
            line.append(
                (
                    head[0] - h * 0.06 - part * h * 0.24 * wind,
                    head[1] - h * (0.05 - 0.025 * strand) + wave + part * h * (0.02 + 0.2 * (1 - wind)),
                )
            )
        ink.line(line, h * (0.05 - 0.008 * strand), color)


def _scarf(ink: Ink, neck: Point, h: float, color: Color, time_s: float, wind: float) -> None:
    upper, lower = [], []
    for k in range(13):
        part = k / 12
        flutter = math.sin(time_s * 9 - part * 6.5) * h * 0.07 * part * wind
        px = neck[0] - part * h * 0.62 * wind
        py = neck[1] + h * 0.02 + flutter - part * h * 0.08 * wind + part * h * 0.3 * (1 - wind)
        half = h * (0.03 + 0.035 * part)
        upper.append((px, py - half))
        lower.append((px, py + half))
    ink.polygon([*upper, *reversed(lower)], color)
    ink.ellipse(neck[0], neck[1] + h * 0.01, h * 0.062, h * 0.045, color)


def mirrored(layer: Image.Image) -> Image.Image:
    """Return a layer facing left."""
    return layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def cat(height: int, color: Color, eye: Color, *, phase: float = 0.0, sitting: bool = True, rim: Color | None = None, blink: bool = False, tail: float = 0.0, bow: Color | None = None) -> Image.Image:  # fmt: skip
    """Return a cat in a tile of twice its height, paws at 0.9 of the tile; `tail` swings (radians)."""
    size = height * 2
    ink = Ink(size, size, color, fine=3 if height < 80 else 2)
    x, foot, h = size / 2, size * 0.9, float(height)
    for shift, tone in (((-0.02 * h, rim),) if rim else ()) + ((0.0, color),):
        ox, oy = x + shift, foot + shift * 0.8
        if sitting:
            curve = [
                (
                    ox - h * (0.22 + 0.3 * math.sin(k / 6)),
                    oy - h * 0.06 - h * 0.4 * (k / 12) ** 2 * (1 + 0.5 * math.sin(tail)),
                )
                for k in range(13)
            ]
            ink.line(curve, h * 0.075, tone)
            ink.polygon([(ox - h * 0.3, oy), (ox - h * 0.3, oy - h * 0.22), (ox - h * 0.18, oy - h * 0.48), (ox + h * 0.02, oy - h * 0.66),
                         (ox + h * 0.2, oy - h * 0.6), (ox + h * 0.2, oy)], tone)  # fmt: skip
            ink.ellipse(ox - h * 0.12, oy - h * 0.17, h * 0.22, h * 0.18, tone)
            hx, hy = ox + h * 0.1, oy - h * 0.74
        else:
            curve = [
                (
                    ox - h * 0.42 - h * 0.035 * k,
                    oy - h * 0.45 - h * 0.045 * k * (1 + 0.25 * math.sin(tail + k * 0.4)),
                )
                for k in range(11)
            ]
            ink.line(curve, h * 0.07, tone)
            ink.line([(ox - h * 0.38, oy - h * 0.42), (ox + h * 0.36, oy - h * 0.44)], h * 0.27, tone)
            for at, turn in ((-0.36, 0.0), (-0.27, 2.6), (0.28, 1.6), (0.37, 4.2)):
                step = math.sin(phase + turn) * h * 0.13
                up = max(0.0, math.cos(phase + turn)) * h * 0.07
                ink.line([(ox + at * h, oy - h * 0.36), (ox + at * h + step, oy - up)], h * 0.085, tone)
            hx, hy = ox + h * 0.52, oy - h * 0.62
        ink.ellipse(hx, hy, h * 0.2, h * 0.175, tone)
        for side in (-1, 1):
            ink.polygon(
                [
                    (hx + side * h * 0.19, hy - h * 0.06),
                    (hx + side * h * 0.16, hy - h * 0.3),
                    (hx + side * h * 0.03, hy - h * 0.15),
                ],
                tone,
            )
    if bow:
        ink.polygon(
            [
                (hx - h * 0.14, hy + h * 0.15),
                (hx + h * 0.16, hy + h * 0.15),
                (hx + h * 0.13, hy + h * 0.22),
                (hx - h * 0.12, hy + h * 0.22),
            ],
            bow,
        )
    for side in (-1, 1):
        ex, ey = hx + h * 0.04 + side * h * 0.08, hy - h * 0.01
        if blink:
            ink.line([(ex - h * 0.04, ey), (ex + h * 0.04, ey)], h * 0.018, eye)
        else:
            ink.ellipse(ex, ey, h * 0.045, h * 0.055, eye)
            ink.ellipse(ex + h * 0.008, ey, h * 0.014, h * 0.046, mix(color, (0, 0, 0), 0.5))
    return ink.done()


def kite(size: int, color: Color, second: Color, angle: float, time_s: float, tail: int = 9) -> Image.Image:
    """Return a diamond kite (pipa) with a ribbon tail in a tile of 4 sizes; its heart is the tile's centre."""
    tile = size * 4
    ink = Ink(tile, tile, mix(color, (0, 0, 0), 0.3))
    middle = tile / 2

    def turned(px: float, py: float) -> Point:
        c, s = math.cos(angle), math.sin(angle)
        return middle + px * c - py * s, middle + px * s + py * c

    ribbon = [
        turned(math.sin(time_s * 7 - k * 0.8) * size * 0.05 * k, size * (0.6 + 0.17 * k)) for k in range(tail)
    ]
    ink.line(ribbon, max(1.5, size * 0.03), second)
    for k in range(1, tail, 2):
        px, py = ribbon[k]
        ink.polygon(
            [
                (px - size * 0.12, py - size * 0.06),
                (px + size * 0.12, py + size * 0.06),
                (px + size * 0.12, py - size * 0.06),
                (px - size * 0.12, py + size * 0.06),
            ],
            color if k % 4 == 1 else second,
        )
    top, right, bottom, left, heart = (
        turned(0, -size * 0.72),
        turned(size * 0.55, -size * 0.1),
        turned(0, size * 0.66),
        turned(-size * 0.55, -size * 0.1),
        turned(0, -size * 0.1),
    )
    ink.polygon([top, right, bottom, left], color)
    ink.polygon([heart, right, bottom], second)
    ink.polygon([heart, left, top], second)
    ink.line([top, bottom], 1.2, mix(color, (0, 0, 0), 0.5))
    ink.line([left, right], 1.2, mix(color, (0, 0, 0), 0.5))
    return ink.done()


def bird(span: int, flap: float, color: Color) -> Image.Image:
    """Return a far bird, wings at `flap` (radians)."""
    ink = Ink(span, span, color, fine=3)
    middle, rise = span / 2, math.sin(flap) * span * 0.22
    ink.line(
        [
            (span * 0.06, middle - rise),
            (span * 0.3, middle - rise * 0.65 - span * 0.05),
            (middle, middle),
            (span * 0.7, middle - rise * 0.65 - span * 0.05),
            (span * 0.94, middle - rise),
        ],
        span * 0.055,
        color,
    )
    return ink.done()


def stilled(pose: Pose, **changes: object) -> Pose:
    """Return `pose` with some angles changed."""
    return replace(pose, **changes)  # type: ignore[arg-type]
