"""Playback: where a title's streams are, how far the viewer is, what the player reports."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import JSONResponse, Response

from bitaca_core.catalogue.titles import Title, is_title_id
from gradio_app.access import edge_of, opted_out
from gradio_app.context import Context, context_of, known_viewer, viewer_or_new
from gradio_app.errors import NotAllowed, NotFound
from gradio_app.playing import Seconds, TitleId
from gradio_app.rows import similar
from gradio_app.services import Services
from gradio_app.titles import State, preparing, under_way, unit_state

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

    @field_validator("report")
    @classmethod
    def _can_be_told_again(cls, value: dict[str, Any]) -> dict[str, Any]:
        """What Python reads is more than JSON: NaN, infinities, half of a surrogate pair."""
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except RecursionError:
            raise ValueError("nested too deeply") from None
        return value


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
        "dash": f"{base}/{package.dash}" if package.dash else None,
        "poster": f"{base}/{package.poster}" if package.poster else None,
        "expires_at": expires_at,
        "resume_s": services.viewers.resume_s(viewer, unit),
        "next_title_id": services.next_unit(unit),
    }


@router.get("/api/playback/{title_id}")
async def playback(request: Request, title_id: str) -> Response:
    """Return signed addresses of the streams and where to resume; 409 with a percentage while it is made.

    What waits for its turn is at 0 %, and its `state` says so.
    """
    context = context_of(request)
    services = context.services
    await services.wait("library")
    await services.wait("catalogue")
    title, _ = services.title(title_id)
    viewer, new = await viewer_or_new(request)
    if not await asyncio.to_thread(services.may_see, viewer, title_id):
        raise NotAllowed("this profile does not show this title")
    try:
        response = JSONResponse(await asyncio.to_thread(streams, context, viewer, title_id))
    except NotFound as error:
        if error.kind != "not-playable":
            raise
        board = services.progress()
        state = unit_state(services, services.unit_to_play(title_id, viewer), board)
        percent = _percent(services, title_id, title, state, board)
        others = await asyncio.to_thread(similar, services, title, 6)
        playable = [other.title_id for other in others if services.playable(other)]
        body = {"error": {"kind": error.kind, "message": error.message}, "similar": playable}
        status = 404 if percent is None else 409
        response = JSONResponse(body | {"state": state, "percent": percent}, status_code=status)
    response.headers["Cache-Control"] = "no-store"
    if new:
        context.access.remember(response, viewer, edge_of(request))
    return response


def _percent(
    services: Services, unit: str, title: Title, state: State, board: dict[str, dict[str, Any]]
) -> int | None:
    """Return how far the making of this id is, of a series that of all its episodes; None when it is not made."""
    if under_way(board, unit):
        return int(board[unit]["percent"])
    whole = preparing(services, title, board)
    return 0 if whole is None and state == "queued" else whole


@router.post("/api/progress", status_code=204)
async def progress(request: Request, beacon: Beacon) -> Response:
    """Keep where the viewer is. Nothing is kept for somebody without a profile, or who opted out."""
    if opted_out(request):
        return Response(status_code=204)
    context, viewer = await writer(request, beacon.title_id)
    await asyncio.to_thread(
        context.services.viewers.record_progress,
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
    if opted_out(request):
        return Response(status_code=204)
    context, viewer = await writer(request, body.title_id)
    await asyncio.to_thread(
        context.services.viewers.save_playback_report, body.session_id, viewer, body.title_id, body.report
    )
    return Response(status_code=204)


async def writer(request: Request, title_id: str) -> tuple[Context, str]:
    """Return the viewer who may write about a title.

    Raises
    ------
    Unauthorized, RateLimited
    NotFound
        Nothing is published under this id.
    """
    context = context_of(request)
    viewer = await known_viewer(request)
    context.limits.writes.check(viewer)
    if not is_title_id(title_id) or title_id not in context.services.packages:
        raise NotFound("there is nothing published under this id")
    return context, viewer
