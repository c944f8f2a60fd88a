"""Sentences out of pieces of text as they arrive: nothing is shown before its sentence is whole."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

_END = re.compile(r"(?<=[.!?…])[\"”»')]*\s+|\n+")
SENTENCE_CHARS_MAX = 600
"""A sentence that does not end is handed on at this length, and refused for it."""


async def sentences(pieces: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """Yield whole sentences, stripped, none empty; the last one may lack its full stop."""
    rest = ""
    async for piece in pieces:
        rest += piece
        while (end := _END.search(rest)) is not None:
            sentence, rest = rest[: end.start()].strip(), rest[end.end() :]
            if sentence:
                yield sentence
        if len(rest) > SENTENCE_CHARS_MAX:
            yield rest
            return
    if rest.strip():
        yield rest.strip()
