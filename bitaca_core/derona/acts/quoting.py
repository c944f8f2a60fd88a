"""Lines of subtitles as they are quoted, with where they were said."""

from __future__ import annotations

from bitaca_core.derona import facts, recap
from bitaca_core.derona.context import Citation
from bitaca_core.search.scenes import Line


def cite(unit: str, lines: list[Line]) -> tuple[Citation, ...]:
    """Return where the quoted lines were said."""
    return tuple(Citation(unit, line.start_s, line.end_s, recap.quoted(line.text)) for line in lines)


def quotations(lines: list[Line], lang: str) -> str:
    """Return the lines as they are said, each with its time."""
    return facts.joined(
        (f"“{recap.quoted(line.text)}” ({facts.clock(line.start_s)})" for line in lines), lang
    )
