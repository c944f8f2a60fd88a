"""Catalogue: home rows, search, one title, posters."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from bitaca_core.catalogue.titles import Title
from gradio_app import rows, titles
from gradio_app.context import context_of
from gradio_app.words import language_of

router = APIRouter()

POSTER_CSP = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get("/api/home")
async def home(request: Request) -> dict[str, Any]:
    """Return the home page's rows for the caller."""
    context = context_of(request)
    await context.services.wait("catalogue")
    viewer = context.access.viewer_of(request)
    lang = language_of(request)
    found = await asyncio.to_thread(rows.home_rows, context.services, viewer, lang)
    return {"version": context.services.version, "rows": found}


@router.get("/api/search")
async def search(
    request: Request,
    q: str = Query("", max_length=200),
    limit: int = Query(8, ge=1, le=50),
) -> dict[str, Any]:
    """Return titles for what is being typed: names first, then what it is about."""
    context = context_of(request)
    services = context.services
    await services.wait("search")
    lang = language_of(request)
    viewer = context.access.viewer_of(request)

    def find() -> list[dict[str, Any]]:
        board = services.progress()
        return [
            titles.card(services, title, lang, board) for title in rows.find(services, q, lang, limit, viewer)
        ]

    return {"query": q, "results": await asyncio.to_thread(find) if q.strip() else []}


@router.get("/api/titles/{title_id}")
async def title(request: Request, title_id: str) -> dict[str, Any]:
    """Return everything certain about a title (or the series of an episode), and what is like it."""
    context = context_of(request)
    services = context.services
    await services.wait("catalogue")
    lang = language_of(request)
    viewer = context.access.viewer_of(request)

    def read() -> dict[str, Any]:
        found, _ = services.title(title_id)
        board = services.progress()
        near = rows.more_like(services, found, viewer=viewer, lang=lang)
        similar = [titles.card(services, other, lang, board) | {"reason": why} for other, why in near]
        return titles.details(services, found, lang, board) | {"similar": similar}

    return await asyncio.to_thread(read)


@router.get("/posters/{title_id}")
async def poster(request: Request, title_id: str) -> Response:
    """Return the published poster, else the typographic one; 404 for an unknown title."""
    context = context_of(request)
    services = context.services
    await services.wait("catalogue")
    found, _ = services.title(title_id)
    body, media_type = await asyncio.to_thread(_poster_bytes, services, found, language_of(request))
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "private, max-age=3600" if "v" in request.query_params else "private, max-age=60",
        "Content-Security-Policy": POSTER_CSP,
        "Vary": "accept-language",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _poster_bytes(services: Any, title: Title, lang: str) -> tuple[bytes, str]:
    for unit in services.units(title):
        package = services.packages[unit]
        path = poster_file(package)
        if path is not None:
            return path.read_bytes(), "image/jpeg"
    from bitaca_core.catalogue.posters import poster_svg

    return poster_svg(title, lang).encode("utf-8"), "image/svg+xml"


def poster_file(package: Any) -> Any:
    """Return the poster of a published package when it has one on disk."""
    if not package.poster:
        return None
    path = package.dir / package.poster
    return path if path.is_file() else None
