"""What was said so far: subtitles up to the playhead, chosen and quoted as they are. Nothing is written anew.

Whatever is asked, a line that ends after the place that the viewer has reached does not get past `heard`.

References
----------
Nenkova and Vanderwende 2005, The impact of frequency on summarization (SumBasic): a line speaks for many when its
words are what many lines speak of.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import is_filler
from bitaca_core.derona import moderation, normalize, trusted
from bitaca_core.derona.lexicon import lexicon
from bitaca_core.search.scenes import Line

WHOLE_S = 1e9
"""How far somebody came who saw a title to its end."""
QUOTE_CHARS = 120
"""A quotation is cut at a word from here on; a recap reads in one breath."""
WORDS_MIN = 4
"""A shorter line ("Sim.", "Corre!") says nothing out of its place."""
MATCH_SHARE = 0.5
"""A line that has less than half of what was asked for, by weight, is not the one."""
TRIED_MAX = 40
"""Lines that are tried for one place in an answer, best first."""
LINES_KEPT = 65_536
"""Lines whose reading is remembered: what is asked about is mostly asked about again."""
_TAG = re.compile(r"(?i)</?(?:i|b|u|s|c|v|ruby|rt|lang|font)\b[^<>]*>|<[\d:.]+>")
"""The markup of WebVTT and SubRip; what else stands in angle brackets was not written for a film."""
_SOUND = re.compile(r"\s*(?:\[[^\]]*\]|\([^)]*\)|[♪♫#][^♪♫#]*[♪♫#]?)\s*")
_UNSAFE = re.compile(
    r"(?i)[<>{}`\\|]|\w\s*:\s*/|\bwww\b|https?|\w\.(?:com|br|net|org|io|dev|app|xyz|info)\b|@\w|!\[|\]\(|\bponto com\b|\bdot com\b"
)
_ORDER = re.compile(
    r"\b(?:ignor\w*|desconsider\w*|esquec\w*|forget|disregard|override)\b.{0,40}\b(?:instruc\w*|instructions?|regras?|rules?|prompts?|acima|above|anterior\w*|previous)\b"
    r"|\b(?:system|sistema) prompt\b|\bprompt (?:do |of )?(?:sistema|system)\b|\byou are now\b|\bvoce agora e\b|\bderona\b|\bassistant\b|\bassistente (?:virtual|deve)\b"
)
"""A subtitle that speaks to the assistant is nobody's line in a film."""


@lru_cache(maxsize=LINES_KEPT)
def clean(text: str) -> str:
    """Return what is said in a subtitle: no markup, no line breaks, no speaker's dash, no described sounds."""
    plain = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    return _SOUND.sub(" ", plain).strip(" -–—").strip()


@lru_cache(maxsize=LINES_KEPT)
def quotable(text: str) -> bool:
    """Return whether a line may stand in an answer: whoever wrote the subtitles may have written to the reader.

    It costs far more than a look at a line: it is asked of what is about to be quoted, not of a whole film.
    """
    if not text or _UNSAFE.search(text) or not trusted.plain(text) or _ORDER.search(fold(text)):
        return False
    for char in "" if text.isascii() else text:
        category = unicodedata.category(char)
        if category[0] == "C" or (category[0] == "L" and "LATIN" not in unicodedata.name(char, "")):
            return False
    return moderation.judge(normalize.read(text)) == "ok"


def heard(lines: Iterable[Line], until_s: float) -> list[Line]:
    """Return the lines that ended by `until_s` (seconds), in order, cleaned; what is quoted must be `quotable`, too."""
    past = sorted(
        (line for line in lines if line.end_s <= until_s and line.start_s <= until_s),
        key=lambda line: (line.start_s, line.end_s),
    )
    said = (Line(line.start_s, line.end_s, clean(line.text)) for line in past)
    return [line for line in said if line.text]


def reached(
    watched: Iterable[str], begun: Iterable[tuple[str, float]], playing: tuple[str, float] | None
) -> dict[str, float]:
    """Return how far a viewer has come, seconds by unit: the playhead where it plays, else the history.

    Parameters
    ----------
    watched : iterable of str
        Units seen to the end.
    begun : iterable of (str, float)
        Units begun, with the second at which the viewer stopped.
    playing : (str, float) or None
        The unit in the player and its second.
    """
    return {**dict.fromkeys(watched, WHOLE_S), **dict(begun), **dict([playing] if playing else [])}


def latest(lines: Sequence[Line]) -> Line | None:
    """Return the last line that may be quoted."""
    return next((line for line in reversed(lines) if quotable(line.text)), None)


def quoted(text: str) -> str:
    """Return a line as it is quoted: whole, or cut at a word."""
    text = re.sub(r"[“”\"]", "'", text)
    if len(text) <= QUOTE_CHARS:
        return text
    return text[: QUOTE_CHARS - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def gist(lines: Sequence[Line], count: int = 2) -> list[Line]:
    """Return up to `count` lines that speak for the rest, in order, spread over the time that they cover."""
    fit = [line for line in lines if len(line.text.split()) >= WORDS_MIN] or list(lines)
    if len(fit) <= count:
        return [line for line in fit if quotable(line.text)]
    spoken = [telling(line.text) for line in fit]
    often = Counter(word for words in spoken for word in words)

    def weight(row: int) -> float:
        words = spoken[row]
        return sum(often[word] for word in words) / (len(words) + 2) if words else 0.0

    found, size = [], len(fit) / count
    for part in range(count):
        rows = range(int(part * size), int((part + 1) * size))
        best = sorted(rows, key=lambda row: (weight(row), row), reverse=True)
        chosen = next((fit[row] for row in best[:TRIED_MAX] if quotable(fit[row].text)), None)
        found += [chosen] if chosen is not None else []
    return found


def mentions(lines: Iterable[Line], name: str) -> list[Line]:
    """Return the lines that speak a name, or that its bearer speaks (`LIA: ...`)."""
    wanted = telling(name)
    return [line for line in lines if wanted and wanted <= telling(line.text) and quotable(line.text)]


def spoken_line(lines: Sequence[Line], text: str) -> Line | None:
    """Return the line that says most of what was asked for, rare words before common ones; None when none does."""
    wanted = telling(text)
    if not wanted or not lines:
        return None
    said = [telling(line.text) for line in lines]
    often = Counter(word for words in said for word in words if word in wanted)
    if len(often) / len(wanted) < MATCH_SHARE:
        return None
    weights = {word: 1.0 / (1 + often[word]) for word in wanted}
    scored = []
    for row, words in enumerate(said):
        common = wanted & words
        if len(common) / len(wanted) >= MATCH_SHARE:
            scored.append((len(common), sum(weights[word] for word in common), -row))
    best = sorted(scored, reverse=True)[:TRIED_MAX]
    return next((lines[-row] for _, _, row in best if quotable(lines[-row].text)), None)


@lru_cache(maxsize=LINES_KEPT)
def telling(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that say something."""
    known = lexicon().function_words
    words = (word for word in fold(text).split() if len(word) > 2)
    return frozenset(_stem(word) for word in words if word not in known and not is_filler(word))


def _stem(word: str) -> str:
    return word.rstrip("s").rstrip("aeo") if len(word) > 4 else word
