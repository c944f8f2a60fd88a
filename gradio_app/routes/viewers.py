"""Viewers: an access token, what we keep, and being forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, RedirectResponse, Response

from gradio_app.access import VIEWER_COOKIE, edge_of
from gradio_app.context import context_of, keeps_history, known_viewer, viewer_or_new

router = APIRouter()


@router.post("/api/session")
async def session(request: Request) -> Response:
    """Return a short-lived Bearer token and a single-use WebSocket ticket; the browser gets its cookie too."""
    context = context_of(request)
    viewer, new = await viewer_or_new(request)
    access = context.access
    body: dict[str, Any] = {
        "token": access.access_token(viewer),
        "token_type": "Bearer",
        "expires_in_s": context.settings.session_token_ttl_s,
        "ticket": access.tickets.issue(viewer, access.clock()),
    }
    response = JSONResponse(body, headers={"Cache-Control": "no-store"})
    if new:
        access.remember(response, viewer, edge_of(request))
    return response


@router.get("/api/viewer/export")
async def export(request: Request) -> Response:
    """Return everything kept about the caller, as a file."""
    viewer = await known_viewer(request)
    context = context_of(request)

    def read() -> dict[str, object]:
        context.conversations.writer.flush(viewer)
        return context.services.viewers.export(viewer)

    body = await asyncio.to_thread(read)
    headers = {"Content-Disposition": 'attachment; filename="bitaca-meus-dados.json"'}
    return JSONResponse(body, headers=headers | {"Cache-Control": "no-store"})


@router.delete("/api/viewer", status_code=204)
async def forget(request: Request) -> Response:
    """Delete the caller's profile and everything kept about it."""
    viewer = await known_viewer(request)
    context = context_of(request)
    await context.conversations.forget(viewer)
    await asyncio.to_thread(context.services.viewers.forget, viewer)
    response = Response(status_code=204)
    response.delete_cookie(VIEWER_COOKIE, path="/")
    return response


@router.post("/privacidade/esquecer")
async def forget_form(request: Request) -> Response:
    """The privacy page's button, without a script."""
    context = context_of(request)
    viewer = context.access.viewer_of(request)
    if viewer is not None:
        await context.conversations.forget(viewer)
        await asyncio.to_thread(context.services.viewers.forget, viewer)
    response = RedirectResponse("/privacidade?done=1", status_code=303)
    response.delete_cookie(VIEWER_COOKIE, path="/")
    return response


class HistoryChoice(BaseModel):
    """`PUT /api/viewer/history`."""

    model_config = ConfigDict(extra="forbid")

    keep: bool


@router.put("/api/viewer/history")
async def history(request: Request, choice: HistoryChoice) -> Response:
    """Keep the caller's choice: whether what it watches, says and reports is kept from now on."""
    context = context_of(request)
    viewer = await known_viewer(request)
    await asyncio.to_thread(context.services.viewers.keep_history, viewer, choice.keep)
    response = JSONResponse({"keeps_history": choice.keep}, headers={"Cache-Control": "no-store"})
    context.access.remember_history(response, choice.keep, edge_of(request))
    return response


@router.post("/privacidade/historico")
async def history_form(request: Request) -> Response:
    """The privacy page's switch, without a script. A browser without a profile gets one that says so."""
    context = context_of(request)
    keeps = not await keeps_history(request)
    viewer, new = await viewer_or_new(request)
    await asyncio.to_thread(context.services.viewers.keep_history, viewer, keeps)
    response = RedirectResponse("/privacidade", status_code=303)
    context.access.remember_history(response, keeps, edge_of(request))
    if new:
        context.access.remember(response, viewer, edge_of(request))
    return response
