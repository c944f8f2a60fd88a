"""Typographic posters, 2:3, drawn as SVG from a title's own facts: same title, same poster, for ever.

A composition and a palette follow from the title's id and first telling genre; the name is wrapped and sized
by estimated letter widths, so that it fits without asking a font.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from xml.sax.saxutils import escape

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import genre_name, kind_name

T = TypeVar("T")
WIDTH, HEIGHT = 600, 900
MARGIN = 48
TEXT_WIDTH = WIDTH - 2 * MARGIN
MAX_LINES = 6


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one poster: ground, its deeper tone, two figures and the ink of the name."""

    ground: str
    deep: str
    figure: str
    second: str
    ink: str


PALETTES = {
    "amber": Palette("#1C1408", "#120C05", "#FFB000", "#FF6B57", "#F9EBD2"),
    "coral": Palette("#2A0F0C", "#150706", "#FF6B57", "#FFB000", "#FBE6DF"),
    "leaf": Palette("#0D2118", "#07130E", "#57C785", "#FFCF5C", "#E9F5E4"),
    "sky": Palette("#0C1A2B", "#070F1A", "#6BB8FF", "#FF8A70", "#E6F0FA"),
    "paper": Palette("#F1E4CF", "#E2CFB0", "#D9472F", "#1E3A4C", "#1B1310"),
    "violeta": Palette("#20122B", "#120A19", "#C58BFF", "#FFB000", "#F3E8FA"),
    "cement": Palette("#22211F", "#141312", "#B5A99A", "#FF6B57", "#F4EDE4"),
    "mango": Palette("#FFB000", "#F08A00", "#1B1200", "#D9472F", "#1B1200"),
}
GENRE_PALETTES = {
    "terror": ("coral", "cement"), "suspense": ("cement", "coral"), "crime": ("coral", "paper"),
    "ficcao-cientifica": ("sky", "violeta"), "fantasia": ("violeta", "leaf"), "familia": ("mango", "leaf"),
    "comedia": ("mango", "paper"), "romance": ("coral", "paper"), "acao": ("amber", "coral"),
    "documentario": ("paper", "cement"), "experimental": ("paper", "violeta"), "slice-of-life": ("leaf", "sky"),
    "guerra": ("cement", "amber"), "misterio": ("violeta", "sky"), "faroeste": ("amber", "mango"),
    "historico": ("amber", "paper"), "drama": ("sky", "amber"), "biografia": ("paper", "amber"),
    "musical": ("violeta", "mango"), "aventura": ("leaf", "amber"),
}  # fmt: skip


class _Dice:
    """Numbers from a title's digest: the same for the same title on every machine."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def unit(self) -> float:
        """Return the next number in [0, 1)."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}:{self._count}".encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.unit()

    def pick(self, options: tuple[T, ...]) -> T:
        return options[int(self.unit() * len(options))]


def poster_svg(title: Title, language: str = "pt") -> str:
    """Return the poster of a title as an SVG document of 600 x 900.

    Parameters
    ----------
    language : str
        Which of the title's names and which words stand on it; the drawing is the same.
    """
    dice = _Dice(title.title_id)
    palette = PALETTES[dice.pick(_palettes(title))]
    draw, text_at_top = dice.pick(COMPOSITIONS)
    serif = dice.unit() < 0.4
    figure = draw(dice, palette)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{_attribute(title.name(language))}">'
        f'<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{palette.ground}"/>'
        f'<stop offset="1" stop-color="{palette.deep}"/></linearGradient>'
        f'<clipPath id="c"><rect width="{WIDTH}" height="{HEIGHT}"/></clipPath></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#g)"/>'
        f'<g clip-path="url(#c)">{figure}</g>{_lettering(title, language, palette, serif, text_at_top)}</svg>'
    )


def _palettes(title: Title) -> tuple[str, ...]:
    telling = [genre for genre in title.genres if genre in GENRE_PALETTES]
    quiet = [genre for genre in telling if genre != "drama"] or telling
    return GENRE_PALETTES[quiet[0]] if quiet else tuple(PALETTES)


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


# --- lettering


def _lettering(title: Title, language: str, palette: Palette, serif: bool, at_top: bool) -> str:
    family = (
        "Georgia,'Noto Serif','DejaVu Serif',serif"
        if serif
        else "'Arial Black','Helvetica Neue',Inter,'DejaVu Sans',sans-serif"
    )
    name = title.name(language) if serif else title.name(language).upper()
    size, lines = fit(name, 92 if len(name) < 24 else 72, 300 if at_top else 216)
    leading = size * 1.04
    first = MARGIN + 72 + size * 0.78 if at_top else HEIGHT - 118 - leading * (len(lines) - 1)
    weight = 700 if serif else 900
    spans = "".join(
        f'<text x="{MARGIN}" y="{first + index * leading:.1f}" font-size="{size:.1f}">{escape(line)}</text>'
        for index, line in enumerate(lines)
    )
    kind = genre_name(title.genres[0], language) if title.genres else kind_name(title.kind, language)
    facts = [str(title.year)] if title.year else []
    facts += [title.directors[0]] if title.directors else []
    foot = "  ·  ".join(facts) or kind_name(title.kind, language)
    small = "font-family=\"'Helvetica Neue',Inter,Arial,'DejaVu Sans',sans-serif\""
    return (
        f'<text x="{MARGIN}" y="{MARGIN + 16}" font-size="19" letter-spacing="4" fill="{palette.ink}" fill-opacity=".82" '
        f'font-weight="600" {small}>{escape(kind.upper())}</text>'
        f'<rect x="{MARGIN}" y="{MARGIN + 30}" width="44" height="4" fill="{palette.figure}"/>'
        f'<g fill="{palette.ink}" font-family="{family}" font-weight="{weight}" letter-spacing="{-0.01 * size:.2f}">{spans}</g>'
        f'<text x="{MARGIN}" y="{HEIGHT - MARGIN}" font-size="22" fill="{palette.ink}" fill-opacity=".86" {small}>'
        f"{escape(_shorten(foot, 40))}</text>"
    )


def fit(name: str, largest: float, tallest: float = 216) -> tuple[float, list[str]]:
    """Return the size in units and the lines in which `name` fits the text's width and `tallest` units, in at most six lines."""
    size = largest
    while size > 26:
        lines = _wrap(name, TEXT_WIDTH / size)
        if lines is not None and len(lines) <= MAX_LINES and len(lines) * size * 1.04 <= tallest:
            return size, lines
        size -= 3
    lines = _wrap(name, TEXT_WIDTH / size, break_words=True) or [name]
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], lines[MAX_LINES - 1].rstrip() + "…"]
    return size, lines


def _wrap(name: str, room: float, break_words: bool = False) -> list[str] | None:
    lines: list[str] = []
    current = ""
    for word in name.split():
        for part in _pieces(word, room) if break_words else [word]:
            if letter_widths(part) > room:
                return None
            joined = f"{current} {part}".strip()
            if current and letter_widths(joined) > room:
                lines.append(current)
                current = part
            else:
                current = joined
    return [*lines, current] if current else lines


def _pieces(word: str, room: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if letter_widths(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def letter_widths(text: str) -> float:
    """Return the estimated width of heavy letters in units of the font size; rather too wide than too narrow."""
    total = 0.0
    for letter in text:
        if letter == " ":
            total += 0.32
        elif letter in "iljI.,:;!|'’-":
            total += 0.40
        elif letter in "MWmw%@":
            total += 1.0
        elif ord(letter) > 0x2E80:
            total += 1.05
        else:
            total += 0.80 if letter.isupper() or letter.isdigit() else 0.67
    return total


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


# --- drawings


def _sun_and_hills(dice: _Dice, palette: Palette) -> str:
    x, y, radius = dice.between(170, 430), dice.between(220, 330), dice.between(110, 170)
    parts = [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{palette.figure}"/>']
    for layer in range(4):
        base, swing = 420 + layer * 70, 42 - 6 * layer
        phase, period = dice.between(0, 6.28), dice.between(130, 260)
        points = [
            f"{step * 30},{base + swing * math.sin(step * 30 / period * 3.14 + phase):.1f}"
            for step in range(21)
        ]
        fill = palette.second if layer == 0 else palette.deep
        parts.append(
            f'<polygon points="0,900 {" ".join(points)} 600,900" fill="{fill}" fill-opacity="{0.55 + 0.15 * layer:.2f}"/>'
        )
    return "".join(parts)


def _rings(dice: _Dice, palette: Palette) -> str:
    x, y = dice.pick(((300.0, 330.0), (470.0, 300.0), (120.0, 360.0)))
    parts = []
    for ring in range(9):
        color = palette.second if ring == int(dice.unit() * 9) else palette.figure
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{38 + ring * 36}" fill="none" stroke="{color}" '
            f'stroke-width="{dice.between(3, 20):.1f}" stroke-opacity="{1 - ring * 0.095:.2f}"/>'
        )
    return "".join(parts) + f'<circle cx="{x:.0f}" cy="{y:.0f}" r="17" fill="{palette.second}"/>'


def _blocks(dice: _Dice, palette: Palette) -> str:
    """Quarter discs on a grid, in the manner of a tiled wall (azulejo)."""
    parts = []
    cell = 120
    for row in range(4):
        for column in range(5):
            x, y = column * cell, 96 + row * cell
            chance = dice.unit()
            fill = palette.figure if dice.unit() < 0.62 else palette.second
            if chance < 0.62:
                corner = int(dice.unit() * 4)
                cx, cy = x + cell * (corner in (1, 2)), y + cell * (corner in (2, 3))
                sweep = {0: (x + cell, y, x, y + cell), 1: (x + cell, y + cell, x, y), 2: (x, y + cell, x + cell, y), 3: (x, y, x + cell, y + cell)}[corner]  # fmt: skip
                parts.append(
                    f'<path d="M{cx} {cy}L{sweep[0]} {sweep[1]}A{cell} {cell} 0 0 1 {sweep[2]} {sweep[3]}Z" fill="{fill}"/>'
                )
            elif chance < 0.80:
                parts.append(f'<circle cx="{x + 60}" cy="{y + 60}" r="30" fill="{fill}"/>')
    return "".join(parts)


def _waves(dice: _Dice, palette: Palette) -> str:
    parts = [f'<circle cx="{dice.between(120, 480):.0f}" cy="{dice.between(190, 270):.0f}" r="{dice.between(54, 90):.0f}" fill="{palette.second}"/>']  # fmt: skip
    phase = dice.between(0, 6.28)
    for line in range(15):
        y = 300 + line * 21
        swing = 4 + line * 1.9
        steps = (
            f"{step * 20},{y + swing * math.sin(step * 0.36 + phase + line * 0.42):.1f}"
            for step in range(-1, 32)
        )
        parts.append(f'<polyline points="{" ".join(steps)}" fill="none" stroke="{palette.figure}" stroke-width="{2 + line * 0.42:.1f}" stroke-opacity="{0.95 - line * 0.045:.2f}"/>')  # fmt: skip
    return "".join(parts)


def _rays(dice: _Dice, palette: Palette) -> str:
    x, y = dice.between(180, 420), dice.between(560, 640)
    count = 2 * int(dice.between(9, 14))
    turn = dice.between(0, 0.3)
    parts = []
    for ray in range(0, count, 2):
        one, other = (turn + 6.2832 * part / count for part in (ray, ray + 1))
        ends = " ".join(f"{x + 1100 * math.cos(a):.0f},{y + 1100 * math.sin(a):.0f}" for a in (one, other))
        parts.append(f'<polygon points="{x:.0f},{y:.0f} {ends}" fill="{palette.figure}" fill-opacity=".20"/>')
    parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="176" fill="{palette.figure}"/>')
    parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="112" fill="{palette.second}"/>')
    parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="44" fill="{palette.ground}"/>')
    return "".join(parts)


def _windows(dice: _Dice, palette: Palette) -> str:
    """A block of flats at night; a few windows are lit."""
    parts = []
    left = -20.0
    while left < WIDTH:
        width = dice.between(96, 170)
        top = dice.between(390, 590)
        parts.append(f'<rect x="{left:.0f}" y="{top:.0f}" width="{width - 8:.0f}" height="600" fill="{palette.deep}" stroke="{palette.figure}" stroke-opacity=".35" stroke-width="2"/>')  # fmt: skip
        for row in range(int((900 - top) / 34)):
            for column in range(int((width - 26) / 26)):
                lit = dice.unit()
                if lit < 0.36:
                    fill = palette.figure if lit < 0.28 else palette.second
                    parts.append(f'<rect x="{left + 12 + column * 26:.0f}" y="{top + 16 + row * 34:.0f}" width="13" height="18" fill="{fill}" fill-opacity=".9"/>')  # fmt: skip
        left += width
    street = f'<rect y="812" width="{WIDTH}" height="88" fill="{palette.deep}"/><rect y="810" width="{WIDTH}" height="3" fill="{palette.figure}" fill-opacity=".5"/>'
    return "".join(parts) + street


COMPOSITIONS: tuple[tuple[Callable[[_Dice, Palette], str], bool], ...] = (
    (_sun_and_hills, False),
    (_rings, False),
    (_blocks, False),
    (_waves, False),
    (_rays, True),
    (_windows, True),
)
"""Each drawing with where the name stands: True above it, False below."""
