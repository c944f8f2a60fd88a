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


def _bossa_guitar(desk: Desk, chords: tuple[Chord, ...], start_s: float, end_s: float, beat_s: float, gain: float = 0.3) -> None:  # fmt: skip
    bar, at = 0, start_s
    while at < end_s - 0.1:
        chord = chords[bar % len(chords)]
        desk.put(synth.bass(chord[0], 1.1), at, 0.42, 0, 0.05)
        desk.put(synth.bass(chord[0] + 7, 0.8), at + 2 * beat_s, 0.36, 0, 0.05)
        for place in (0, 1, 2.5, 3.5) if bar % 2 else (0.5, 1.5, 2, 3.5):
            strum(desk, chord[1:], at + place * beat_s, gain, 0.2, 0.006)
        bar, at = bar + 1, at + 4 * beat_s


def rainy_bossa(seconds: float) -> Sound:
    """A Bitaca na Chuva: rain, a bossa guitar, and a flute that takes its time."""
    desk = Desk(seconds)
    beat = 0.5
    desk.bed(synth.weather("rain", seconds, "shop"), 0.2, "rain")
    chords: tuple[Chord, ...] = (
        (38, 60, 65, 69, 76),
        (43, 59, 65, 69, 76),
        (36, 59, 64, 67, 74),
        (45, 61, 64, 67, 70),
    )
    _bossa_guitar(desk, chords, 1.0, seconds - 2, beat)
    bossa(desk, 5.0, seconds - 2, beat, 0.8)
    for bar in range(6):
        carpet(desk, chords[bar % 4][1:], 1.0 + bar * 4 * beat * 2, 4.2, 0.16)
    tune = ((0, 1.5, 76), (1.5, 0.5, 74), (2, 2, 72), (4, 1, 71), (5, 1, 74), (6, 2, 69), (8, 1.5, 67), (9.5, 0.5, 69), (10, 1, 71), (11, 3, 76),
            (15, 1, 79), (16, 1.5, 77), (17.5, 0.5, 76), (18, 2, 74), (20, 1, 71), (21, 1, 69), (22, 2, 67), (25, 1, 72), (26, 1, 74), (27, 3, 76))  # fmt: skip
    melody(desk, tune, 5.0, beat, "flute", 0.42, -0.15)
    melody(desk, ((0, 1, 88), (1, 1, 83), (2, 1, 79), (3, 1, 76)), 17.2, 0.35, "bell", 0.25, 0.4)
    desk.put(synth.pad(40, 3.0, 0.1), 0.3, 0.5, 0.5, 0.6)
    return desk.finished(0.6, 2.2)


def tide(seconds: float) -> Sound:
    """Oferenda: the sea, slow pads in waves of five seconds, an ijexá bell and a voice-like flute."""
    desk = Desk(seconds)
    desk.bed(synth.weather("sea", seconds, "tide"), 0.34, "tide")
    chords: tuple[Chord, ...] = (
        (38, 57, 62, 65, 72),
        (34, 58, 62, 65, 69),
        (41, 57, 60, 67, 72),
        (36, 55, 60, 64, 71),
        (38, 57, 62, 66, 74),
    )
    for number, at in enumerate((0.0, 5.6, 11.0, 16.4, 21.6)):
        carpet(desk, chords[number], at, 6.4, 0.3 + 0.03 * number)
        for step in range(9):
            note = chords[number][1 + step % 4] + 12 * (step // 4)
            desk.put(
                synth.pluck(min(96, note), 1.8, 0.3), at + 0.6 + step * 0.56, 0.34, 0.5 - step * 0.1, 0.6
            )
    for bar in range(8):
        at = 6.0 + bar * 2.0
        for place, note in ((0, 86), (0.375, 86), (0.75, 91), (1.0, 86), (1.375, 91), (1.625, 86)):
            desk.put(synth.bell(note, 1.0), at + place, 0.09, 0.55, 0.3)
        for place in (0, 0.75, 1.5):
            desk.put(synth.drum("tom"), at + place, 0.26, -0.3, 0.35)
    tune = (
        (0, 2, 74),
        (2, 1, 77),
        (3, 3, 76),
        (6, 2, 72),
        (8, 1, 74),
        (9, 3, 81),
        (12, 2, 79),
        (14, 1, 77),
        (15, 4, 78),
    )
    melody(desk, tune, 11.2, 0.64, "flute", 0.4, 0.0)
    return desk.finished(1.2, 2.6)


def garden_pulse(seconds: float) -> Sound:
    """Jardim de Regras: pulses that multiply as the garden does."""
    desk = Desk(seconds)
    desk.bed(synth.weather("wind", seconds, "space"), 0.08, "space")
    chords: tuple[Chord, ...] = (
        (33, 57, 64, 71, 76),
        (29, 57, 60, 64, 72),
        (36, 55, 64, 67, 74),
        (31, 55, 62, 66, 71),
        (33, 57, 64, 68, 76),
    )
    for number, at in enumerate((0.0, 5.0, 10.0, 15.0, 20.0)):
        carpet(desk, chords[number], at, 6.0, 0.32)
    step_s = 0.15625
    scale = (9, 11, 0, 2, 4, 7)
    for layer, (start, every, low) in enumerate(
        ((1.0, 8, 69), (5.5, 4, 76), (9.5, 2, 64), (12.0, 3, 81), (15.5, 1, 57))
    ):
        steps = round((min(seconds - 2, 21.4) - start) / (step_s * every))
        for step, note in enumerate(improvised(f"garden{layer}", scale, steps, low - 7, low + 10)):
            sound = synth.bell(note, 1.2) if layer in (0, 3) else synth.pluck(note, 0.9, 0.8)
            desk.put(
                sound, start + step * step_s * every, 0.24 if layer != 4 else 0.2, -0.8 + 0.4 * layer, 0.45
            )
    desk.put(synth.whoosh(3.4, "seed"), 6.0, 0.5, 0.4, 0.6)
    desk.put(synth.drum("zabumba"), 9.5, 0.9, 0, 0.7)
    for beat in range(18):
        desk.put(synth.drum("zabumba"), 9.5 + beat * step_s * 4, 0.36, 0, 0.15)
        desk.put(synth.drum("shaker"), 9.5 + (beat + 0.5) * step_s * 4, 0.34, 0.4, 0.1)
    melody(desk, ((0, 2, 88), (1, 2, 83), (2, 3, 91)), 21.0, 0.5, "bell", 0.36, 0.2)
    return desk.finished(0.8, 2.4)


def night_shift(seconds: float, number: int) -> Sound:
    """Gato de Plantão: a sly walking samba-canção; each case has its own tune over the same bass."""
    desk = Desk(seconds)
    desk.bed(synth.weather("night", seconds), 0.3, "night")
    desk.bed(synth.weather("wind", seconds, "hill"), 0.06, "hill")
    beat = 0.5
    bars: tuple[Chord, ...] = (
        (33, 57, 60, 64, 69),
        (38, 57, 60, 65, 69),
        (40, 56, 59, 62, 68),
        (33, 57, 60, 64, 71),
    )
    last = seconds - 8
    at, bar = 0.0, 0
    while at < seconds - 1:
        chord = bars[bar % 4]
        loud = 1.0 if at < 10 or at >= last else 0.72
        for step, shift in enumerate((0, 7, 12, 10)):
            desk.put(synth.bass(chord[0] + shift, 0.46), at + step * beat, 0.5 * loud, 0, 0.08)
            desk.put(synth.drum("shaker"), at + (step + 0.5) * beat, 0.3 * loud, 0.4, 0.1)
        for place in (0.5, 1.5, 2.5, 3.25):
            strum(desk, chord[1:], at + place * beat, 0.2 * loud, 0.3, 0.005)
        desk.put(synth.drum("rim"), at + beat, 0.2 * loud, -0.4, 0.2)
        desk.put(synth.drum("rim"), at + 3 * beat, 0.2 * loud, -0.4, 0.2)
        at, bar = at + 4 * beat, bar + 1
    theme = ((0, 0.5, 69), (0.5, 0.5, 72), (1, 1, 76), (2.5, 0.5, 75), (3, 0.5, 76), (3.5, 1.5, 72), (6, 0.5, 69), (6.5, 0.5, 71), (7, 1, 72), (8, 0.5, 74),
             (8.5, 0.5, 72), (9, 1, 71), (10.5, 0.5, 68), (11, 3, 64), (15, 0.5, 76), (15.5, 2, 81))  # fmt: skip
    melody(desk, theme, 0.5, beat, "flute", 0.46, -0.2)
    melody(desk, theme[:14], last, beat, "pluck", 0.5, -0.2)
    scale = ((9, 0, 2, 4, 7), (9, 11, 0, 4, 5), (9, 0, 3, 4, 8))[number - 1]
    line = improvised(f"case{number}", scale, 60, 64, 81)
    voice = ("pluck", "bell", "flute")[number - 1]
    for step, note in enumerate(line):
        start = 12.0 + step * 0.75
        if start > last - 2 or step % 7 in (5, 6):
            continue
        melody(desk, ((0, 1.2, note),), start, beat, voice, 0.3 if voice != "bell" else 0.22, 0.25)
    for section in (14.0, 26.0, 37.0, 50.0):
        carpet(desk, (57, 60, 64, 71), section, 7.0, 0.16)
    return desk.finished(0.4, 2.0)
