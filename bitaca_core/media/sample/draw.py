"""Draws the moments of a shot: the shot's own picture, then fades, vignette and grain."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from bitaca_core.media.sample.paint import HEIGHT, WIDTH, Finish
from bitaca_core.media.sample.story import DRAWINGS_PER_S, Shot, Story


def moments(story: Story, number: int, limit: int = 0) -> Iterator[Image.Image]:
    """Yield the drawings of shot `number`, at most `limit` of them (0: all)."""
    shot = story.shots[number]
    paint = shot.build()
    finish = Finish(story.vignette)
    for drawing in range(min(shot.drawings, limit or shot.drawings)):
        yield _finished(shot, paint(drawing / DRAWINGS_PER_S, drawing), drawing, finish)


def still(story: Story, number: int, time_s: float) -> Image.Image:
    """Return one finished drawing of shot `number`, `time_s` seconds into it."""
    shot = story.shots[number]
    drawing = round(time_s * DRAWINGS_PER_S)
    return _finished(shot, shot.build()(time_s, drawing), drawing, Finish(story.vignette))


def _finished(shot: Shot, canvas: Image.Image, drawing: int, finish: Finish) -> Image.Image:
    time_s = drawing / DRAWINGS_PER_S
    level = 1.0
    if shot.fade_in_s and time_s < shot.fade_in_s:
        level = time_s / shot.fade_in_s
    if shot.fade_out_s and time_s > shot.seconds - shot.fade_out_s:
        level = min(level, max(0.0, (shot.seconds - 1 / DRAWINGS_PER_S - time_s) / shot.fade_out_s))
    if level < 1:
        canvas = Image.blend(Image.new("RGB", (WIDTH, HEIGHT), shot.fade_color), canvas, level)
    return finish(canvas)
