"""What viewers say of titles, what they pick to begin with, and what may be shown to them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from bitaca_core.catalogue.titles import GENRES, is_title_id
from bitaca_core.errors import InputError
from bitaca_core.viewers.marks import Limits
from gradio_app.access import edge_of
from gradio_app.context import Context, context_of, known_viewer, viewer_or_new
from gradio_app.errors import NotFound
from gradio_app.opinions import SAYINGS, said_of
from gradio_app.playing import TitleId

router = APIRouter()

PICKER_COOKIE = "bitaca_picker"
PICKER_REST_S = 30 * 24 * 3600
LANGUAGES_OFFERED = ("pt", "en", "ja", "es", "fr")


class Opinion(BaseModel):
    """`POST /api/opinion`."""

    model_config = ConfigDict(extra="forbid")

    title_id: TitleId
    say: Annotated[str, Field(pattern=r"^[a-z]{3,12}$")]


class Picks(BaseModel):
    """`PUT /api/tastes`."""

    model_config = ConfigDict(extra="forbid")

    genres: Annotated[list[str], Field(max_length=24)] = []
    titles: Annotated[list[TitleId], Field(max_length=24)] = []


@router.post("/api/opinion")
async def opinion(request: Request, body: Opinion) -> dict[str, Any]:
    """Keep what the caller says of a title; return all that it says of it now. It counts at the next request."""
    context = context_of(request)
    viewer = await known_viewer(request)
    return {"title_id": body.title_id, "says": await _say(context, viewer, body.title_id, body.say)}


@router.post("/opiniao")
async def opinion_form(request: Request) -> Response:
    """A card's or a title page's buttons, without a script."""
    context = context_of(request)
    form = await fields(request)
    viewer, new = await viewer_or_new(request)
    await _say(context, viewer, form.get("title_id", [""])[0], form.get("say", [""])[0])
    return _back(context, request, form.get("back", ["/"])[0], viewer if new else None)


async def _say(context: Context, viewer: str, title_id: str, word: str) -> list[str]:
    """Keep one saying; raises NotFound for an unknown title, InputError for a word that is none."""
    services = context.services
    await services.wait("catalogue")
    context.limits.writes.check(viewer)
    if word not in SAYINGS:
        raise InputError(f"{word!r} is nothing that can be said", hint=f"say one of {', '.join(SAYINGS)}")
    title = services.catalogue.resolve(title_id) if is_title_id(title_id) else None
    if title is None:
        raise NotFound("there is no such title")
    await asyncio.to_thread(SAYINGS[word], services.viewers, viewer, title.title_id)
    said = await asyncio.to_thread(services.viewers.said, viewer)
    return sorted(said_of(said, title.title_id))


@router.put("/api/tastes")
async def tastes(request: Request, picks: Picks) -> dict[str, Any]:
    """Replace what the caller picked to begin with."""
    context = context_of(request)
    viewer = await known_viewer(request)
    await _pick(context, viewer, picks.genres, picks.titles)
    return {"genres": picks.genres, "titles": picks.titles}


@router.post("/gostos")
async def tastes_form(request: Request) -> Response:
    """The first-run picker: genres, titles, or not now."""
    context = context_of(request)
    form = await fields(request)
    viewer, new = await viewer_or_new(request)
    if "later" not in form:
        await _pick(context, viewer, form.get("genre", []), form.get("title", []))
    response = _back(context, request, "/", viewer if new else None)
    if "later" in form:
        secure = edge_of(request).scheme == "https"
        response.set_cookie(
            PICKER_COOKIE, "later", max_age=PICKER_REST_S, samesite="lax", secure=secure, httponly=True
        )
    return response


async def _pick(context: Context, viewer: str, genres: list[str], titles: list[str]) -> None:
    context.limits.writes.check(viewer)
    unknown = [genre for genre in genres if genre not in GENRES]
    if unknown:
        raise InputError(f"{unknown[0][:40]!r} is no genre", hint=f"known: {', '.join(GENRES)}")
    missing = [title for title in titles if context.services.catalogue.get(title) is None]
    if missing:
        raise NotFound("there is no such title")
    await asyncio.to_thread(context.services.viewers.choose_tastes, viewer, genres, titles)


@router.post("/preferencias")
async def limits_form(request: Request) -> Response:
    """What may be shown to the caller, and how far apart rows are kept."""
    context = context_of(request)
    form = await fields(request)
    viewer, new = await viewer_or_new(request)
    context.limits.writes.check(viewer)
    viewers = context.services.viewers

    before = await asyncio.to_thread(viewers.limits, viewer)
    if before.locked:
        context.limits.pins.check(viewer)

    def keep() -> None:
        only = "only" in form
        # The list as it is now: what is added to it later has to be allowed by whoever knows the PIN.
        listed = (
            frozenset(viewers.marks(viewer)["list"]) if only and not before.only_allowed else before.allowed
        )
        if only and "renew" in form:
            listed |= frozenset(viewers.marks(viewer)["list"])
        limits = Limits(
            max_age=_age(form.get("max_age", [""])[0]),
            only_allowed=only,
            allowed=listed if only else frozenset(),
            languages=tuple(code for code in form.get("language", []) if code in LANGUAGES_OFFERED),
            diversity=_share(form.get("diversity", ["30"])[0]),
        )
        new_pin = form.get("new_pin", [""])[0].strip()
        pin = form.get("pin", [""])[0].strip()
        viewers.set_limits(viewer, limits, pin, "" if "unlock" in form else new_pin or None)

    try:
        await asyncio.to_thread(keep)
    except InputError as error:
        if error.kind != "pin":
            raise
        return _back(context, request, "/preferencias?pin=1", viewer if new else None)
    return _back(context, request, "/preferencias?done=1", viewer if new else None)


def _age(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise InputError(f"{text[:20]!r} is no age")
    return int(text)


def _share(text: str) -> float:
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise InputError(f"{text[:20]!r} is no share between 0 and 100")
    return int(text) / 100


async def fields(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form as browsers send it without files.

    Raises
    ------
    InputError
        It is no such form, or has too many fields.
    """
    try:
        return parse_qs((await request.body()).decode("utf-8"), max_num_fields=200)
    except ValueError as error:
        raise InputError("the form cannot be read") from error


def _back(context: Context, request: Request, path: str, new_viewer: str | None) -> Response:
    """Return to a page of ours; anything else leads home."""
    ours = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable() and len(path) < 300
    response = RedirectResponse(path if ours else "/", status_code=303)
    if new_viewer is not None:
        context.access.remember(response, new_viewer, edge_of(request))
    return response


@router.get("/api/viewer/said")
async def said(request: Request) -> Response:
    """Return the caller's marks, thumbs and tastes, newest first."""
    viewer = await known_viewer(request)
    kept = await asyncio.to_thread(context_of(request).services.viewers.said, viewer)
    body = {
        "ratings": dict(kept.ratings),
        "marks": {kind: list(marks) for kind, marks in kept.marks.items()},
        "tastes": {"genres": list(kept.tastes.genres), "titles": list(kept.tastes.titles)},
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
