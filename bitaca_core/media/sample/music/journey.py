"""The two mixes of O Trem para o Mar: the full score, and the same journey without percussion."""

from __future__ import annotations

from bitaca_core.media.sample.music import synth
from bitaca_core.media.sample.music.mix import Desk
from bitaca_core.media.sample.music.styles import Chord, baiao, carpet, improvised, melody, strum
from bitaca_core.media.sample.story import Sound

HOME: tuple[Chord, ...] = (
    (38, 57, 62, 65, 69),
    (36, 55, 60, 64, 67),
    (34, 53, 58, 62, 65),
    (41, 53, 57, 60, 65),
)
OPEN: tuple[Chord, ...] = (
    (38, 57, 62, 66, 69),
    (43, 55, 59, 62, 66),
    (45, 57, 61, 64, 67),
    (43, 55, 59, 62, 69),
)
THEME = ((0, 1.5, 74), (1.5, 0.5, 72), (2, 2, 69), (4, 1, 65), (5, 1, 67), (6, 2, 69), (8, 1.5, 72), (9.5, 0.5, 74), (10, 1, 76), (11, 3, 74),
         (16, 1.5, 77), (17.5, 0.5, 76), (18, 2, 72), (20, 1, 69), (21, 1, 70), (22, 3, 69), (26, 1, 67), (27, 1, 65), (28, 3, 62))  # fmt: skip
SUNRISE = tuple((beat, long, note + (1 if note % 12 in (5, 0) else 0)) for beat, long, note in THEME)


def full(seconds: float) -> Sound:
    """Return the original score: wheels that become a baião."""
    desk = _journey(seconds, quiet=False)
    for start, end, beat in ((64.0, 89.6, 0.4), (120.0, 132.8, 0.4), (164.0, 180.0, 0.4)):
        baiao(desk, start, end, beat, 0.62)
    for start, end in ((64.0, 89.6), (120.0, 132.8), (164.0, 180.0)):
        at, bar = start, 0
        while at < end - 0.1:
            chord = HOME[bar // 2 % 4]
            desk.put(synth.bass(chord[0], 0.5), at, 0.5, 0, 0.05)
            desk.put(synth.bass(chord[0] + 7, 0.3), at + 0.6, 0.4, 0, 0.05)
            for place in (0.2, 0.5, 0.7):
                strum(desk, chord[1:], at + place, 0.2, 0.3, 0.006)
            at, bar = at + 0.8, bar + 1
    return desk.finished(1.5, 3.5)


def calm(seconds: float) -> Sound:
    """Return the calm mix: strings, pads, weather, nothing struck."""
    return _journey(seconds, quiet=True).finished(1.5, 3.5)


def _journey(seconds: float, quiet: bool) -> Desk:
    desk = Desk(seconds)
    beds = (
        ("night", 0.0, 60.0, 0.26), ("wind", 0.0, 64.0, 0.12), ("train", 36.0, 200.0, 0.10 if quiet else 0.17),
        ("rain", 134.0, 20.0, 0.13), ("night", 150.0, 16.0, 0.2), ("wind", 196.0, 20.0, 0.08), ("sea", 204.0, seconds - 204.0, 0.3),
    )  # fmt: skip
    for kind, start, long, gain in beds:
        if start >= seconds:
            continue
        bed = synth.weather(kind, min(long, seconds - start), "journey").copy()
        edge = min(len(bed) // 3, 96_000)
        bed[:edge] *= synth.ramp(edge)
        bed[-edge:] *= synth.ramp(edge)[::-1]
        desk.put(bed, start, gain * 0.75, -0.35, 0.0)
        desk.put(bed[::-1].copy() if kind in ("wind", "rain") else bed, start + 0.013, gain * 0.75, 0.35, 0.0)
    for number in range(int(seconds // 6) + 1):
        at = number * 6.0
        chord = (OPEN if at >= 198 else HOME)[number % 4]
        carpet(desk, chord[1:], at, 7.2, 0.2 if at < 30 else 0.26)
        if number % 2 == 0 or quiet:
            for step, note in enumerate((*chord, chord[3], chord[2], chord[4])):
                desk.put(
                    synth.pluck(note + (12 if step else 0), 2.2, 0.35),
                    at + step * 0.75,
                    0.3,
                    -0.4 + step * 0.1,
                    0.5,
                )
    for start, voice, gain in (
        (4.0, "pluck", 0.4),
        (40.0, "flute", 0.32),
        (92.0, "bell", 0.22),
        (134.0, "flute", 0.3),
        (182.0, "pluck", 0.4),
    ):
        melody(desk, THEME, start, 0.5, voice, gain, -0.1)
    for start, voice, gain in (
        (202.0, "flute", 0.4),
        (218.0, "flute", 0.36),
        (218.0, "pluck", 0.3),
        (234.0, "bell", 0.2),
    ):
        melody(desk, SUNRISE, start, 0.5, voice, gain, 0.1)
    for step, note in enumerate(improvised("stars", (2, 5, 7, 9, 0), 34, 74, 93)):
        desk.put(synth.bell(note), 90.0 + step * 0.8, 0.14, -0.8 + (step * 0.37) % 1.6, 0.7)
    for at in (27.0, 75.0, 232.5):
        for note in (69, 73, 76):
            desk.put(synth.flute(note - 12, 1.4), at, 0.3 if at < 200 else 0.16, 0.5, 0.9)
            desk.put(synth.flute(note - 12, 2.2), at + 1.7, 0.3 if at < 200 else 0.16, 0.5, 0.9)
    return desk
