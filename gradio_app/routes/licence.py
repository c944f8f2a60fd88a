"""Clear Key licences by the viewer's session. Players take the address beside the media, which carries its own token."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from gradio_app.access import edge_of
from gradio_app.context import context_of, known_viewer
from gradio_app.errors import NotFound

router = APIRouter()


@router.post("/api/licence/{title_id}")
async def licence(request: Request, title_id: str) -> Response:
    """Answer a licence request of Clear Key for the published package of a title.

    Raises
    ------
    Unauthorized, Forbidden, RateLimited, NotFound, InputError
    """
    context = context_of(request)
    viewer = await known_viewer(request)
    context.licences.admit(viewer, request.headers.get("origin", ""), edge_of(request))
    package = context.services.packages.get(title_id)
    if package is None:
        raise NotFound("there is nothing published under this id")
    body = await request.body()
    answer = await asyncio.to_thread(context.licences.answer, title_id, package.package_id, body)
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})
