"""Time limits on a stream of text: the first piece within one, the whole within another. Closing reaches the provider."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from bitaca_core.derona.backends.base import BackendError


async def within(pieces: AsyncGenerator[str], first_s: float, total_s: float) -> AsyncGenerator[str]:
    """Yield pieces as they come; the source is closed when this one is, whatever ended it.

    Raises
    ------
    BackendError
        The first piece, or the end, is later than its limit (`slow`).
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + total_s
    limit = loop.time() + first_s
    try:
        while True:
            try:
                async with asyncio.timeout_at(min(limit, ends)):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise BackendError("slow") from error
            limit = ends
            yield piece
    finally:
        with contextlib.suppress(BackendError):
            await pieces.aclose()
