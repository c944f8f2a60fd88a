"""Built files as they are sent: compressed where the browser takes that, and not at all where it has them."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from gradio_app.media import etag_of, matches

Coding = Literal["br", "gzip"]
TEXT_LIKE = {".css", ".js", ".json", ".map", ".svg", ".wasm"}
"""What is not compressed already."""
LEAST_BYTES = 512
"""Below this, headers are most of an answer."""


async def send_built(request: Request, path: Path, media_type: str, cache_control: str) -> Response:
    """Return the file `path` in the best coding that the client takes, or 304 where it has this version.

    A file is compressed as hard as can be when it is first asked for (a quarter of a second for the player's
    core), and kept for as long as the server runs.
    """
    found = await asyncio.to_thread(path.stat)
    compressed = path.suffix in TEXT_LIKE and found.st_size >= LEAST_BYTES
    coding = coding_for(request.headers.get("accept-encoding", "")) if compressed else None
    etag = etag_of(found.st_size, found.st_mtime_ns)
    if coding is not None:
        etag = f'{etag[:-1]}-{coding}"'
    headers = {"Cache-Control": cache_control, "ETag": etag}
    if compressed:
        headers["Vary"] = "Accept-Encoding"
    if matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    if coding is None:
        return FileResponse(path, media_type=media_type, headers=headers)
    body = await asyncio.to_thread(_compressed, path, found.st_mtime_ns, coding)
    return Response(body, media_type=media_type, headers=headers | {"Content-Encoding": coding})


def coding_for(accept_encoding: str) -> Coding | None:
    """Return the coding to use (RFC 9110, "Accept-Encoding"), None for none.

    Examples
    --------
    >>> coding_for("gzip, deflate, br, zstd"), coding_for("gzip;q=0.5"), coding_for("br;q=0"), coding_for("")
    ('br', 'gzip', None, None)
    """
    taken = set()
    for part in accept_encoding.split(","):
        name, _, weight = part.partition(";")
        if _weight(weight) > 0:
            taken.add(name.strip().lower())
    return "br" if "br" in taken else "gzip" if taken & {"gzip", "*"} else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


@lru_cache(maxsize=64)
def _compressed(path: Path, mtime_ns: int, coding: Coding) -> bytes:
    import brotli

    compress: Callable[[bytes], bytes] = brotli.compress if coding == "br" else gzip.compress
    return compress(path.read_bytes())
