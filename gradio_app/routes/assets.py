"""Built files: our scripts and styles, the player's module and wasm, stills; and the shell while it opens."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from bitaca_core.errors import BitacaError
from gradio_app.built import send_built
from gradio_app.context import context_of
from gradio_app.errors import NotFound
from gradio_app.layout import STATIC, document
from gradio_app.pages import opening
from gradio_app.routes.catalogue import poster, poster_file
from gradio_app.words import language_of, words

router = APIRouter()

PICTURES = Path(__file__).parent.parent / "pictures"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".map": "application/json",
}


async def _built(request: Request, path: Path, *, versioned: bool) -> Response:
    media_type = TYPES.get(path.suffix)
    if media_type is None or not path.is_file():
        raise NotFound("no such file")
    caching = "public, max-age=31536000, immutable" if versioned else "public, no-cache"
    return await send_built(request, path, media_type, caching)


@router.get("/static/player/{name}")
async def player_file(request: Request, name: str) -> Response:
    """Return a file of `player/dist`, from a checkout or an installed wheel."""
    from bitaca_core.playback import assets

    if "/" in name or name.startswith("."):
        raise NotFound("no such file")
    try:
        path = Path(assets.path(name))
    except (BitacaError, FileNotFoundError) as error:
        raise NotFound("no such file") from error
    return await _built(request, path, versioned="v" in request.query_params)


@router.get("/static/{name}")
async def app_file(request: Request, name: str) -> Response:
    """Return a built file of `gradio_app/static`, or a drawing of `gradio_app/pictures`."""
    if "/" in name or name.startswith("."):
        raise NotFound("no such file")
    folder = PICTURES if name.endswith(".svg") else STATIC
    return await _built(request, folder / name, versioned="v" in request.query_params)


@router.get("/favicon.ico")
async def favicon(request: Request) -> Response:
    """Return the icon to browsers that ask for it by its old name, as under Gradio's page."""
    return await _built(request, PICTURES / "icon.svg", versioned=False)


@router.get("/stills/{title_id}")
async def still(request: Request, title_id: str) -> Response:
    """Return a wide picture of a published title (its first frame worth showing), else its poster."""
    services = context_of(request).services
    await services.wait("catalogue")
    found, _ = services.title(title_id)
    for unit in services.units(found):
        path = await asyncio.to_thread(poster_file, services.packages[unit])
        if path is not None:
            return FileResponse(
                path, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"}
            )
    return await poster(request, title_id)


@router.get("/app")
@router.get("/app/")
async def shell_opening(request: Request) -> Response:
    """Stand in for the shell until Gradio is mounted, then send to it."""
    if getattr(request.app.state, "shell_ready", False):
        return RedirectResponse("/app/", status_code=307)
    request.app.state.calm.hurry()
    say = words(language_of(request))
    page = document(request, say("shell_title"), opening(say), page="opening", status=503, refresh_s=1)
    page.headers["Retry-After"] = "1"
    return page
