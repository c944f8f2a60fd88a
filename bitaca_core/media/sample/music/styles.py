"""The mixes of the stories: who plays what, and when."""

from __future__ import annotations

from bitaca_core.media.sample.music import synth
from bitaca_core.media.sample.music.mix import Desk
from bitaca_core.media.sample.paint import seeded
from bitaca_core.media.sample.story import Sound

Chord = tuple[int, ...]
"""MIDI notes from the bass up."""


def strum(
    desk: Desk, chord: Chord, at_s: float, gain: float = 0.3, pan: float = 0.25, spread_s: float = 0.018
) -> None:
    """Pluck a chord, string after string."""
    for string, note in enumerate(chord):
        desk.put(synth.pluck(note, 1.6, 0.45), at_s + string * spread_s, gain, pan - 0.1 * string)


def carpet(desk: Desk, chord: Chord, at_s: float, seconds: float, gain: float = 0.3) -> None:
    """Hold a chord on the pad, spread over the stereo field."""
    for voice, note in enumerate(chord):
        desk.put(synth.pad(note, seconds), at_s, gain, -0.6 + 1.2 * voice / max(1, len(chord) - 1), 0.5)


def baiao(desk: Desk, start_s: float, end_s: float, beat_s: float, gain: float = 1.0) -> None:
    """Play the baião: zabumba on 1 and the "and" of 2, slap, open and choked triangle."""
    bar, at = 0, start_s
    while at < end_s - 0.05:
        for place, kind, level in (
            (0, "zabumba", 0.6),
            (1.5, "zabumba", 0.5),
            (1, "slap", 0.16),
            (1.75, "slap", 0.12),
        ):
            desk.put(synth.drum(kind), at + place * beat_s, level * gain, -0.1, 0.1)
        for eighth in range(8):
            kind = "triangle" if eighth % 4 == 2 else "choke"
            desk.put(
                synth.drum(kind),
                at + eighth * beat_s / 4,
                (0.5 if eighth % 2 == 0 else 0.34) * gain,
                0.45,
                0.15,
            )
        bar, at = bar + 1, at + 2 * beat_s


def bossa(desk: Desk, start_s: float, end_s: float, beat_s: float, gain: float = 1.0) -> None:
    """Play brushes of a bossa: shaker in eighths, rim clave over two bars."""
    at = start_s
    clave = (0, 1.5, 3, 5, 6.5)
    while at < end_s - 0.05:
        for eighth in range(16):
            desk.put(
                synth.drum("shaker"), at + eighth * beat_s / 2, (0.34 if eighth % 2 else 0.2) * gain, 0.4, 0.1
            )
        for place in clave:
            desk.put(synth.drum("rim"), at + place * beat_s, 0.2 * gain, -0.35, 0.2)
        at += 8 * beat_s


def melody(desk: Desk, notes: tuple[tuple[float, float, int], ...], start_s: float, beat_s: float, voice: str, gain: float, pan: float = 0.0) -> None:  # fmt: skip
    """Play `(beat, beats long, note)` on flute, bell or pluck."""
    for beat, long, note in notes:
        at, seconds = start_s + beat * beat_s, max(0.12, round(long * beat_s, 3))
        if voice == "flute":
            desk.put(synth.flute(note, seconds), at, gain, pan, 0.5)
        elif voice == "bell":
            desk.put(synth.bell(note), at, gain, pan, 0.6)
        else:
            desk.put(synth.pluck(note, min(2.2, seconds + 0.7), 0.65), at, gain, pan, 0.35)


def chase(seconds: float) -> Sound:
    """Pipa Avoada: a fast baião that holds its breath for the leap."""
    desk = Desk(seconds)
    beat = 0.4
    desk.bed(synth.weather("wind", seconds, "pipa"), 0.12, "pipa")
    roof: tuple[Chord, ...] = ((40, 64, 67, 71), (45, 64, 69, 73), (38, 62, 66, 69), (43, 62, 67, 71))
    melody(
        desk,
        ((0.5, 1, 76), (1.5, 1, 79), (2.5, 0.5, 78), (3, 0.5, 76), (3.5, 1, 74), (4.75, 2.5, 76)),
        0.4,
        beat,
        "flute",
        0.5,
        -0.2,
    )
    carpet(desk, (52, 59, 64, 67), 0.0, 3.9, 0.3)
    for start, end in ((3.5, 7.9), (11.0, 14.0)):
        baiao(desk, start, end, beat)
        bar = 0
        at = start
        while at < end - 0.1:
            chord = roof[bar % 4]
            desk.put(synth.bass(chord[0], 0.55), at, 0.55, 0, 0.05)
            desk.put(synth.bass(chord[0] + 7, 0.3), at + 1.5 * beat, 0.45, 0, 0.05)
            for place in (0.5, 1.25, 1.75):
                strum(desk, chord[1:], at + place * beat, 0.24, 0.3, 0.008)
            bar, at = bar + 1, at + 2 * beat
        run = (76, 78, 79, 78, 76, 74, 71, 74, 76, 79, 81, 79, 78, 76, 74, 76)
        for step in range(round((end - start) / (beat / 2))):
            desk.put(
                synth.pluck(run[step % 16] + (12 if start > 10 else 0), 0.7, 0.8),
                start + step * beat / 2,
                0.34,
                -0.35,
                0.25,
            )
    carpet(desk, (45, 57, 61, 64, 71), 7.9, 3.3, 0.42)
    desk.put(synth.whoosh(1.4, "leap"), 8.0, 0.8, -0.3, 0.6)
    desk.put(synth.whoosh(0.7, "catch"), 14.3, 0.9, 0.2, 0.6)
    melody(desk, ((0, 2, 76), (0.5, 2, 83), (1, 2, 88)), 8.1, 0.8, "bell", 0.5, 0.2)
    for hit in (11.0, 14.0, 15.05):
        desk.put(synth.drum("zabumba"), hit, 0.8, 0, 0.4)
    melody(desk, ((0, 1, 88), (0.4, 1, 83), (0.8, 1, 91)), 15.05, 0.3, "bell", 0.6, 0.3)
    carpet(desk, (40, 52, 59, 63, 66), 15.0, 5.0, 0.42)
    for step, note in enumerate((64, 71, 75, 78, 83, 78, 75, 71)):
        desk.put(synth.pluck(note, 2.0, 0.4), 16.0 + step * beat, 0.42, 0.2, 0.5)
    desk.put(synth.weather("night", 4.0), 16.0, 0.3)
    return desk.finished()


def improvised(seed: str, scale: Chord, count: int, low: int, high: int) -> tuple[int, ...]:
    """Return a wandering line of `count` notes from `scale` (pitch classes) between two notes."""
    ladder = [note for note in range(low, high + 1) if note % 12 in scale]
    rng = seeded("line", seed)
    place, line = len(ladder) // 2, []
    for _ in range(count):
        place = int(min(len(ladder) - 1, max(0, place + rng.choice((-2, -1, -1, 1, 1, 2, 3)))))
        line.append(ladder[place])
    return tuple(line)
