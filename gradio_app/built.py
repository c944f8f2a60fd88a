"""Built files as they are sent: compressed where the browser takes that, and not at all where it has them."""

from __future__ import annotations

import asyncio
import gzip
from functools import lru_cache
from pathlib import Path
from typing import Literal

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from gradio_app.media import etag_of, matches

Coding = Literal["br", "gzip"]
TEXT_LIKE = {".css", ".js", ".json", ".map", ".svg", ".wasm"}
"""What is not compressed already."""
HARD, QUICK = 11, 5
"""Brotli's effort; at 5 the player's core takes four milliseconds and a tenth more bytes."""
LEAST_BYTES = 512
"""Below this, headers are most of an answer."""


async def send_built(request: Request, path: Path, media_type: str, cache_control: str) -> Response:
    """Return the file `path` in the best coding that the client takes, or 304 where it has this version.

    A file is compressed as hard as can be when it is first asked for (a quarter of a second for the player's
    core), and kept for as long as the server runs. Who asks while the server starts does not wait for that.
    """
    found = await asyncio.to_thread(path.stat)
    compressed = path.suffix in TEXT_LIKE and found.st_size >= LEAST_BYTES
    coding = coding_for(request.headers.get("accept-encoding", "")) if compressed else None
    etag = etag_of(found.st_size, found.st_mtime_ns)
    calm = getattr(request.app.state, "calm", None)
    hard = calm is None or calm.over
    asked = request.headers.get("if-none-match", "")
    tags = [etag] if coding is None else [f'{etag[:-1]}-{coding}"', f'{etag[:-1]}-{coding}-quick"']
    headers = {"Cache-Control": cache_control, "ETag": tags[0] if hard else tags[-1]}
    if compressed:
        headers["Vary"] = "Accept-Encoding"
    for tag in tags:
        if matches(asked, tag):
            return Response(status_code=304, headers=headers | {"ETag": tag})
    if coding is None:
        return FileResponse(path, media_type=media_type, headers=headers)
    body = await asyncio.to_thread(_compressed, path, found.st_mtime_ns, coding, hard)
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
def _compressed(path: Path, mtime_ns: int, coding: Coding, hard: bool) -> bytes:
    import brotli

    content = path.read_bytes()
    if coding == "br":
        return bytes(brotli.compress(content, quality=HARD if hard else QUICK))
    return gzip.compress(content, 9 if hard else QUICK)
