"""Pipa Avoada: a kite is cut loose over the hill at sunset, and two runners race across the roofs for it."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageDraw

from bitaca_core.media.sample.engines import figures, lettering, particles, sky, town
from bitaca_core.media.sample.engines.figures import Look
from bitaca_core.media.sample.music.styles import chase
from bitaca_core.media.sample.paint import (
    HEIGHT,
    WIDTH,
    Color,
    Finish,
    add,
    bloom,
    camera,
    ease,
    glow,
    gradient,
    lay,
    mist,
    span,
)
from bitaca_core.media.sample.story import Draw, Line, Shot, SoundTrack, Story

SKY = (
    (0.0, (38, 26, 92)),
    (0.3, (126, 50, 124)),
    (0.55, (236, 92, 92)),
    (0.78, (255, 164, 84)),
    (1.0, (255, 222, 140)),
)
WALLS: tuple[Color, ...] = (
    (196, 84, 62),
    (62, 104, 132),
    (214, 150, 70),
    (150, 66, 92),
    (90, 130, 104),
    (206, 120, 96),
)
HAZE: Color = (236, 110, 96)
NIGHT: Color = (28, 14, 44)
RED: Color = (255, 64, 62)
GOLD: Color = (255, 196, 40)
RIM: Color = (255, 190, 110)
NINA = Look((60, 32, 78), (120, 62, 58), (22, 10, 34), (30, 18, 52), RIM, RED, tress=True)
CACO = Look((24, 74, 88), (104, 54, 50), (18, 10, 28), (34, 22, 48), RIM, None, hat=(230, 190, 60))


def _evening(width: int = WIDTH, sun: tuple[float, float, int] | None = None) -> Image.Image:
    canvas = gradient(width, HEIGHT, SKY, "pipa")
    if sun:
        sky.disc(canvas, sun[0], sun[1], sun[2], (255, 238, 178), (255, 150, 70), 3.2)
    lay(canvas, sky.streaks(width, 260, "pipa", (255, 150, 130), 0.55), 0, 90)
    lay(canvas, sky.cumulus(width, 330, "pipa-far", (255, 186, 140), (176, 72, 120), 4), 0, 250)
    return canvas


def _framed(base: Image.Image) -> Image.Image:
    """Return the background with darker corners: baked in once here, since this short must be drawn in seconds."""
    shaded = Finish(0.42)(Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255))).resize(base.size)
    return ImageChops.multiply(base, shaded)


def _pipa(size: int, angle: float, time_s: float) -> Image.Image:
    return figures.kite(size, RED, GOLD, angle, time_s)


def _opening() -> Draw:
    base = _evening(sun=(930, 470, 92))
    lay(base, sky.cumulus(900, 520, "pipa-tower", (255, 214, 170), (190, 80, 124), 3), -190, 70)
    lay(base, town.hillside(WIDTH, 330, "far", WALLS, HAZE, 0.62, rows=6, house=30, lit=0.25), 0, 400)
    lay(base, mist(WIDTH, 220, (255, 140, 100), 0.5), 0, 500)
    front = town.hillside(
        WIDTH + 120, 300, "front", WALLS, (64, 22, 66), 0.35, rows=4, house=74, lit=0.4, rise=0.3
    )
    bloom(base)
    base = _framed(base)
    name = lettering.mask("PIPA AVOADA", 84, tracking=0.22, weight=0.028)
    small = lettering.mask("BITACA PLAY APRESENTA", 19, tracking=0.5, weight=0.01)
    flock = [figures.bird(26, k * 0.9, (70, 24, 70)) for k in range(7)]

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        for k in range(5):
            lay(
                canvas,
                flock[(drawing + k * 2) % 7],
                660 + k * 46 + time_s * 24 + 9 * math.sin(k * 5),
                250 + 26 * math.sin(k * 2.3) - time_s * 6,
            )
        lay(canvas, front, -60 - time_s * 8, 452)
        x, y = 250 + time_s * 145, 470 - 78 * time_s + 26 * math.sin(time_s * 3)
        pipa = _pipa(46, 0.5 + 0.4 * math.sin(time_s * 4), time_s)
        pen = ImageDraw.Draw(canvas)
        slack = [
            (x - 3 - k * 9, y + 6 + k * k * 0.75 + 8 * math.sin(time_s * 5 + k * 0.7)) for k in range(17)
        ]
        pen.line(slack, (255, 226, 190), 1)
        lay(canvas, pipa, x - 92, y - 92)
        shown = span(time_s, 0.6, 1.4)
        lettering.paint(canvas, small, WIDTH / 2, 196, (255, 232, 200), opacity=shown)
        lettering.paint(
            canvas,
            name,
            WIDTH / 2,
            252,
            (255, 246, 226),
            opacity=shown,
            halo=0.5,
            shadow=(120, 30, 80),
            offset=4,
        )
        return canvas

    return draw


ROOFS = (
    (0, 620, 545),
    (730, 470, 500),
    (1310, 560, 560),
    (1990, 430, 515),
    (2530, 700, 550),
    (3340, 900, 530),
)


def _roof_at(x: float) -> tuple[float, float, float]:
    """Return the roof line's height at x, and the run (0..1) and height of the jump over a gap (0: on a roof)."""
    for index, (left, wide, top) in enumerate(ROOFS):
        if left <= x <= left + wide:
            return top, 0.0, 0.0
        if index + 1 < len(ROOFS) and left + wide < x < ROOFS[index + 1][0]:
            part = (x - left - wide) / (ROOFS[index + 1][0] - left - wide)
            return top + (ROOFS[index + 1][2] - top) * part, part, math.sin(math.pi * part)
    return ROOFS[-1][2], 0.0, 0.0


def _runner(
    canvas: Image.Image, x: float, camera_x: float, look: Look, time_s: float, height: int, drop: float
) -> None:
    top, part, jump = _roof_at(x)
    if part:
        pose = figures.run(math.pi / 2).towards(figures.LEAP, min(1.0, jump * 1.5))
    else:
        pose = figures.run(time_s * 15.5 + (0 if look is NINA else 1.9))
    tile = figures.person(height, pose, look, time_s, 1.0)
    lay(canvas, tile, x - camera_x - height, top + drop - height * 1.8 - jump * 96)


def _chase(speed: float, start: float, gap: float, lines: float) -> Draw:
    back = _evening(WIDTH + 160, (1010, 400, 110))
    far = town.hillside(1700, 300, "chase-far", WALLS, HAZE, 0.6, rows=6, house=30, lit=0.3)
    middle = town.hillside(2500, 330, "chase-mid", WALLS, (120, 40, 90), 0.4, rows=5, house=54, lit=0.4)
    haze = mist(WIDTH, 300, (255, 132, 96), 0.45)
    roofs = [
        town.rooftop(wide, 340, (104, 40, 66), (255, 176, 104), NIGHT, f"roof{k}")
        for k, (_, wide, _) in enumerate(ROOFS)
    ]
    posts = town.wires(1900, HEIGHT, [(60, 250), (760, 210), (1500, 260), (1890, 240)], NIGHT, 46, 3)
    bloom(back)
    back = _framed(back)

    def draw(time_s: float, drawing: int) -> Image.Image:
        camera_x = start + time_s * speed
        canvas = back.crop((round(camera_x * 0.02) % 160, 0, round(camera_x * 0.02) % 160 + WIDTH, HEIGHT))
        lay(canvas, far, -camera_x * 0.1, 370)
        lay(canvas, middle, -camera_x * 0.28, 400)
        canvas.paste(haze, (0, 420), haze)
        nina, caco = (
            camera_x + 560 + 40 * math.sin(time_s),
            camera_x + 560 - gap + 55 * math.sin(time_s * 1.3),
        )
        px, py = 900 + 90 * math.sin(time_s * 1.1), 190 + 40 * math.sin(time_s * 2.3)
        pipa = _pipa(40, 0.7 + 0.3 * math.sin(time_s * 5), time_s)
        lay(canvas, pipa, px - 80, py - 80)
        for (left, _, top), roof in zip(ROOFS, roofs, strict=True):
            lay(canvas, roof, left - camera_x, top)
        _runner(canvas, caco, camera_x, CACO, time_s, 148, 6)
        _runner(canvas, nina, camera_x, NINA, time_s, 148, 6)
        lay(canvas, posts, 1000 - (camera_x - start) * 1.7, 40)
        particles.speed_lines(canvas, "chase", drawing, (255, 236, 200), lines)
        return canvas

    return draw


def _leap() -> Draw:
    base = gradient(WIDTH, HEIGHT, ((0, (150, 40, 90)), (0.6, (250, 110, 70)), (1, (244, 150, 84))), "leap")
    add(base, glow(700, (90, 26, 0), 1.6), 660, 400)
    sky.disc(base, 660, 390, 270, (255, 240, 186), (255, 120, 50), 2.0)
    lay(base, sky.streaks(WIDTH, 240, "leap", (214, 70, 80), 0.9), 0, 420)
    bloom(base)
    base = _framed(base)
    left = town.rooftop(400, 400, (58, 18, 50), (255, 160, 90), NIGHT, "leap-left")
    right = town.rooftop(420, 420, (58, 18, 50), (255, 160, 90), NIGHT, "leap-right")
    dark = Look((40, 14, 46), (46, 16, 48), (26, 8, 34), (32, 10, 40), (255, 206, 120), RED, tress=True)
    rival = Look(
        (40, 14, 46), (46, 16, 48), (26, 8, 34), (32, 10, 40), (255, 206, 120), None, hat=(66, 30, 40)
    )

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        slow = time_s / 2.5
        lay(canvas, left, -150 - slow * 60, 560)
        lay(canvas, right, 1010 - slow * 60, 530)
        for look, lag, height in ((rival, 0.24, 190), (dark, 0.0, 210)):
            part = min(1.15, max(0.0, slow * 1.05 - lag + 0.05))
            x = 190 + part * 830
            y = 560 - math.sin(math.pi * min(1, part)) * 235
            pose = (
                figures.run(1.4)
                .towards(figures.LEAP, ease(part * 2.6))
                .towards(figures.FALL, ease((part - 0.62) * 2.6))
            )
            lay(canvas, figures.person(height, pose, look, time_s * 0.7, 1.1), x - height, y - height * 1.8)
        pipa = _pipa(52, 0.9 + 0.2 * math.sin(time_s * 3), time_s)
        lay(canvas, pipa, 905 + slow * 90 - 104, 150 - slow * 46 - 104 + 60)
        return camera(canvas, 1.02 + 0.05 * slow, 0.55, 0.5)

    return draw


def _catch() -> Draw:
    base = gradient(WIDTH, HEIGHT, ((0, (250, 186, 98)), (0.5, (255, 120, 70)), (1, (190, 40, 90))), "catch")
    add(base, glow(520, (90, 70, 50), 1.5), 820, 230)
    arm = Look((60, 32, 78), (150, 80, 66), (22, 10, 34), (30, 18, 52), (255, 220, 140), RED, tress=True)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        particles.burst(canvas, "catch", drawing, 800, 260, (255, 246, 214), 0.75)
        part = ease(time_s / 1.1)
        pose = figures.LEAP.towards(
            figures.Pose(0.3, -0.35, (2.5, 2.45), (-1.2, -1.7), (1.0, 0.2), (-0.8, -1.6)), part
        )
        lay(canvas, figures.person(430, pose, arm, time_s, 1.0), 150 + 120 * part, 120 - 120 * part)
        shake = 1 if time_s < 1.1 else 0.25
        pipa = _pipa(84, 0.5 + shake * 0.25 * math.sin(time_s * 9), time_s)
        lay(canvas, pipa, 862 - 168 + 34 * (1 - part), 222 - 168 - 30 * (1 - part))
        if 1.05 <= time_s < 1.35:
            canvas = Image.blend(
                canvas, Image.new("RGB", canvas.size, (255, 250, 235)), 0.85 - (time_s - 1.05) * 2.4
            )
        return camera(canvas, 1.0 + 0.06 * part, 0.6, 0.3)

    return draw


def _rest() -> Draw:
    base = gradient(
        WIDTH,
        HEIGHT,
        ((0, (16, 14, 58)), (0.4, (64, 36, 108)), (0.72, (190, 74, 110)), (1, (255, 150, 96))),
        "rest",
    )
    sky.stars(base, "rest", 300, 0.5)
    lay(base, sky.streaks(WIDTH, 200, "rest", (226, 100, 120), 0.6), 0, 330)
    lay(
        base,
        town.hillside(WIDTH, 330, "rest-far", WALLS, (110, 44, 100), 0.62, rows=7, house=28, lit=0.55),
        0,
        390,
    )
    lay(
        base,
        town.hillside(WIDTH, 260, "rest-mid", WALLS, (46, 18, 62), 0.55, rows=4, house=56, lit=0.6),
        0,
        480,
    )
    bloom(base, 140, 0.8)
    base = _framed(base)
    lay(base, town.rooftop(760, 220, (44, 20, 50), (220, 110, 110), (16, 8, 30), "rest-roof"), 90, 590)
    friends = []
    for look, pose in (
        (CACO, figures.SIT),
        (NINA, figures.stilled(figures.SIT, near_arm=(2.1, 2.5), head=-0.15)),
    ):
        friends.append((look, pose))
    end = lettering.mask("FIM", 30, tracking=0.6, weight=0.02)

    def draw(time_s: float, drawing: int) -> Image.Image:
        canvas = base.copy()
        x, y = 900 + 30 * math.sin(time_s * 0.9), 170 + 22 * math.sin(time_s * 1.4)
        ImageDraw.Draw(canvas).line(
            [
                (495 + (x - 495) * k / 20, 505 + (y - 505) * k / 20 + 34 * math.sin(math.pi * k / 20))
                for k in range(21)
            ],
            (250, 210, 190),
            1,
        )
        lay(canvas, _pipa(44, 0.3 + 0.15 * math.sin(time_s * 2.2), time_s), x - 88, y - 88)
        for (look, pose), px in zip(friends, (330, 450), strict=True):
            lay(canvas, figures.person(150, pose, look, time_s * 0.5, 0.5), px - 150, 664 - 270)
        lettering.paint(canvas, end, 1130, 640, (255, 226, 190), opacity=span(time_s, 1.2, 2.0), halo=0.4)
        return canvas

    return draw


def _poster() -> Image.Image:
    canvas = gradient(
        720,
        1080,
        ((0, (60, 24, 104)), (0.35, (206, 60, 104)), (0.7, (255, 130, 70)), (1, (255, 206, 110))),
        "pipa-poster",
    )
    sky.disc(canvas, 400, 560, 230, (255, 236, 168), (255, 160, 70), 2.0)
    lay(canvas, sky.streaks(720, 260, "poster", (190, 50, 90), 0.85), 0, 560)
    lay(
        canvas,
        town.hillside(720, 420, "poster", WALLS, (120, 36, 84), 0.5, rows=7, house=44, lit=0.4),
        0,
        690,
    )
    bloom(canvas)
    dark = Look((44, 14, 52), (60, 24, 56), (26, 8, 34), (32, 10, 44), (255, 214, 130), RED, tress=True)
    lay(canvas, figures.person(330, figures.LEAP, dark, 0.4), 30, 300)
    lay(canvas, _pipa(74, 0.6, 0.4), 566 - 148, 520 - 148)
    lay(canvas, town.rooftop(420, 300, (48, 16, 46), (255, 160, 90), NIGHT, "poster-roof"), -200, 900)
    lettering.justified(
        canvas,
        ("PIPA", "AVOADA"),
        56,
        60,
        608,
        (255, 240, 208),
        most=190,
        tall=1.35,
        weight=0.05,
        shadow=(96, 20, 76),
        rough=0.25,
    )
    return canvas


def story() -> Story:
    """Return the short."""
    return Story(
        "pipa-avoada-2026",
        (
            Shot(3.5, _opening, fade_in_s=0.5), Shot(4.5, lambda: _chase(430, 40, 210, 0.22)), Shot(3.0, _leap),
            Shot(3.0, lambda: _chase(560, 1500, 120, 0.5)), Shot(2.0, _catch), Shot(4.0, _rest, fade_in_s=0.4, fade_out_s=0.9),
        ),
        (
            Line(0.6, 3.2, "Cortaram a linha! Avoou!", "They cut the line! It's loose!"),
            Line(3.8, 5.6, "NINA: É minha!", "NINA: It's mine!"),
            Line(5.9, 7.8, "CACO: É de quem pegar!", "CACO: It's whoever gets it!"),
            Line(8.3, 10.8, "[o vento prende a respiração]", "[the wind holds its breath]"),
            Line(11.2, 13.6, "NINA: Mais rápido, mais rápido...", "NINA: Faster, faster..."),
            Line(14.9, 16.2, "NINA: Peguei!", "NINA: Got it!"),
            Line(16.6, 19.2, "CACO: Deixa eu empinar um pouquinho?", "CACO: Can I fly it a little?"),
        ),
        (SoundTrack("Trilha original", "zxx", chase),),
        _poster,
        vignette=0.0,
    )  # fmt: skip
