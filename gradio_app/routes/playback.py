"""Playback: where a title's streams are, how far the viewer is, what the player reports."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from bitaca_core.catalogue.titles import is_title_id
from gradio_app.access import edge_of
from gradio_app.context import Context, context_of, known_viewer, viewer_or_new
from gradio_app.errors import NotFound
from gradio_app.playing import Seconds, TitleId
from gradio_app.rows import similar
from gradio_app.titles import preparing

router = APIRouter()


class Beacon(BaseModel):
    """Where the viewer is; seconds of media."""

    model_config = ConfigDict(extra="forbid")

    title_id: TitleId
    position_s: Seconds
    duration_s: Annotated[float, Field(gt=0, le=7 * 24 * 3600, allow_inf_nan=False)]
    finished: bool | None = None


class Report(BaseModel):
    """What a player tells about one playback: rungs, stalls, errors; never who or where."""

    model_config = ConfigDict(extra="forbid")

    session_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    title_id: TitleId
    report: dict[str, Any]


def streams(context: Context, viewer: str, any_id: str) -> dict[str, Any]:
    """Return the answer of `/api/playback/<id>` for a published title.

    Raises
    ------
    NotFound
        No such title; or it is known and there is nothing to play, which `preparing` explains.
    """
    services = context.services
    title, _ = services.title(any_id)
    unit = services.unit_to_play(any_id, viewer)
    package = services.packages.get(unit)
    if package is None:
        raise NotFound("this title cannot be watched here", kind="not-playable")
    token, expires_at = context.access.media_token(viewer, unit, package.package_id)
    base = f"/m/{token}/{unit}/{package.package_id}"
    return {
        "title_id": unit,
        "series_id": title.title_id if title.title_id != unit else None,
        "package_id": package.package_id,
        "hls": f"{base}/{package.hls}",
        "dash": f"{base}/{package.dash}",
        "poster": f"{base}/{package.poster}" if package.poster else None,
        "expires_at": expires_at,
        "resume_s": services.viewers.resume_s(viewer, unit),
        "next_title_id": services.next_unit(unit),
    }


@router.get("/api/playback/{title_id}")
async def playback(request: Request, title_id: str) -> Response:
    """Return signed addresses of the streams and where to resume; 409 with a percentage while it is made."""
    context = context_of(request)
    services = context.services
    await services.wait("library")
    await services.wait("catalogue")
    title, _ = services.title(title_id)
    viewer, new = await viewer_or_new(request)
    try:
        response = JSONResponse(await asyncio.to_thread(streams, context, viewer, title_id))
    except NotFound as error:
        if error.kind != "not-playable":
            raise
        percent = preparing(services, title, services.progress())
        others = await asyncio.to_thread(similar, services, title, 6)
        playable = [other.title_id for other in others if services.playable(other)]
        body = {"error": {"kind": error.kind, "message": error.message}, "similar": playable}
        status = 404 if percent is None else 409
        response = JSONResponse(body | {"percent": percent}, status_code=status)
    response.headers["Cache-Control"] = "no-store"
    if new:
        context.access.remember(response, viewer, edge_of(request))
    return response


@router.post("/api/progress", status_code=204)
async def progress(request: Request, beacon: Beacon) -> Response:
    """Keep where the viewer is. Nothing is kept for somebody without a profile, or who opted out."""
    context = context_of(request)
    services = context.services
    if request.cookies.get("bitaca_history") == "off":
        return Response(status_code=204)
    viewer = await known_viewer(request)
    if not is_title_id(beacon.title_id) or beacon.title_id not in services.packages:
        raise NotFound("there is nothing published under this id")
    await asyncio.to_thread(
        services.viewers.record_progress,
        viewer,
        beacon.title_id,
        beacon.position_s,
        beacon.duration_s,
        beacon.finished,
    )
    return Response(status_code=204)


@router.post("/api/playback/report", status_code=204)
async def report(request: Request, body: Report) -> Response:
    """Keep a player's report for the notebooks, unless the viewer opted out."""
    context = context_of(request)
    if request.cookies.get("bitaca_history") == "off":
        return Response(status_code=204)
    viewer = await known_viewer(request)
    await asyncio.to_thread(
        context.services.viewers.save_playback_report, body.session_id, viewer, body.title_id, body.report
    )
    return Response(status_code=204)
