"""The one mapping from failures to HTTP: kind to status, and one JSON shape (or a readable page)."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from bitaca_core.errors import BitacaError, InputError, RateLimited, TokenError


class NotFound(InputError):
    """There is no such title, page or file."""

    kind = "not-found"


class NotReady(BitacaError):
    """The part that answers is still loading, or the title is still being prepared."""

    kind = "not-ready"


class Unauthorized(BitacaError):
    """Neither a cookie nor a valid access token."""

    kind = "unauthorized"


class Forbidden(BitacaError):
    """Known or unknown, this caller may not."""

    kind = "forbidden"


class NotAllowed(BitacaError):
    """The limits of the caller's own profile leave this title out."""

    kind = "not-allowed"


class TooLarge(InputError):
    """A body beyond the bound."""

    kind = "too-large"


STATUS_BY_KIND = {
    "not-found": 404,
    "not-ready": 503,
    "unauthorized": 401,
    "forbidden": 403,
    "origin": 403,
    "not-allowed": 423,
    "token": 401,
    "too-large": 413,
    "rate-limited": 429,
    "viewer": 401,
    "not-playable": 404,
}
RETRY_WHEN_LOADING_S = 2


def status_of(error: BitacaError) -> int:
    """Return the HTTP status of a failure: by kind, else 400 for bad input and 500 for failed work."""
    return STATUS_BY_KIND.get(error.kind, 400 if isinstance(error, InputError) else 500)


def payload_of(error: BitacaError) -> dict[str, object]:
    """Return the JSON body of a failure; no file names leave the house."""
    body: dict[str, object] = {"kind": error.kind, "message": error.message}
    if isinstance(error, RateLimited):
        body["retry_ms"] = int(error.retry_after_s * 1000) + 1
    if isinstance(error, TokenError):
        body["reason"] = error.reason
    return {"error": body}


def headers_of(error: BitacaError) -> dict[str, str]:
    if isinstance(error, RateLimited):
        return {"Retry-After": str(int(error.retry_after_s) + 1)}
    if isinstance(error, NotReady):
        return {"Retry-After": str(RETRY_WHEN_LOADING_S)}
    if isinstance(error, Unauthorized | TokenError):
        return {"WWW-Authenticate": "Bearer"}
    return {}


def wants_page(request: Request) -> bool:
    """Return whether a person is looking: a page address asked for by a browser, or a link to any other."""
    if request.headers.get("sec-fetch-mode") != "navigate" and request.url.path.startswith(
        ("/api/", "/m/", "/ws/", "/posters/", "/static/")
    ):
        return False
    return "text/html" in request.headers.get("accept", "")


def install(app: FastAPI) -> None:
    """Teach the app to answer failures."""

    async def on_bitaca(request: Request, error: Exception) -> Response:
        assert isinstance(error, BitacaError)  # registered for this class only
        return respond(request, status_of(error), payload_of(error), headers_of(error))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # registered for this class only
        kind = {404: "not-found", 405: "method"}.get(error.status_code, "http")
        payload: dict[str, object] = {"error": {"kind": kind, "message": str(error.detail)}}
        return respond(request, error.status_code, payload, dict(error.headers or {}))

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # registered for this class only
        first = error.errors()[0]
        # A key of the body may hold half of a surrogate pair, which no answer can carry.
        where = ".".join(str(part) for part in first["loc"]).encode("utf-8", "replace").decode()
        payload: dict[str, object] = {"error": {"kind": "bad-input", "message": f"{where}: {first['msg']}"}}
        return respond(request, 422, payload, {})

    app.add_exception_handler(BitacaError, on_bitaca)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)


def respond(request: Request, status: int, payload: dict[str, object], headers: dict[str, str]) -> Response:
    """Answer as a page to a person, as JSON to a program."""
    if wants_page(request):
        from gradio_app.pages import error_page

        return error_page(request, status, headers)
    return JSONResponse(payload, status_code=status, headers=headers)
