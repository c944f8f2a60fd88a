"""Health, readiness, and how far the pipeline is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from gradio_app.context import context_of
from gradio_app.services import Services
from gradio_app.titles import preparing, queued, under_way
from gradio_app.words import language_of
from gradio_app.work import operator_work

router = APIRouter()


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Return ok while the process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Return 200 when every part answers, else 503 with what is loading or failed."""
    services = context_of(request).services
    ready = not services.loading and not services.failed
    body = {"ready": ready, "loading": services.loading, "failed": services.failed}
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/api/status")
async def status(request: Request) -> Response:
    """Return the version of what is published and the percentage of titles being prepared."""
    context = context_of(request)
    body = viewer_status(context.services, language_of(request))
    if context.access.is_operator(request):
        body["parts"] = context.services.states
        body["work"] = operator_work(context.services)
        store = request.app.state.store
        body["worker"] = store.worker if store is not None else None
        companion = context.companion
        body["model"] = (
            None
            if companion is None
            else {
                "name": companion.backend.name,
                "breaker": companion.breaker.state,
                "trust": companion.trust.state,
                "outcomes": dict(companion.outcomes),
            }
        )
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def viewer_status(services: Services, lang: str) -> dict[str, Any]:
    """Return what a page needs to stay true without reloading."""
    board = services.progress()
    working, waiting = [], []
    for title in services.catalogue.titles:
        percent = preparing(services, title, board)
        if percent is not None:
            working.append({"title_id": title.title_id, "title": title.name(lang), "percent": percent})
        elif queued(services, title, board):
            waiting.append(title.title_id)
    return {
        "version": services.version,
        "ready": not services.loading,
        "published": len(services.packages),
        "preparing": working,
        "queued": waiting,
        "units": {unit: entry["percent"] for unit, entry in board.items() if under_way(board, unit)},
    }
