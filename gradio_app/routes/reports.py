"""Reports of the notebooks: a list, and each one in a frame that may run nothing. Operators only."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from gradio_app import pages
from gradio_app.access import edge_of
from gradio_app.context import Context, context_of
from gradio_app.errors import Forbidden, NotFound
from gradio_app.guard import REPORT_CSP

router = APIRouter()

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


def list_reports(root: Path) -> list[dict[str, Any]]:
    """Return the finished runs, latest first: notebook, run, title, when (Unix s), and its claims."""
    found = []
    for html in root.glob("*/*/report.html"):
        results = _results(html.with_name("results.json"))
        found.append(
            {
                "notebook": html.parent.parent.name,
                "run": html.parent.name,
                "title": str(results.get("question") or results.get("title") or html.parent.parent.name),
                "conclusion": str(results.get("conclusion") or ""),
                "written_s": html.stat().st_mtime,
            }
        )
    return sorted(found, key=lambda report: -report["written_s"])


def _results(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}  # the report stands without its numbers
    return read if isinstance(read, dict) else {}


def operator_only(request: Request) -> Context:
    """Return the context when the caller is the operator; raises Forbidden otherwise."""
    context = context_of(request)
    if not context.access.is_operator(request):
        raise Forbidden("operators only", hint="sign in at /operator")
    return context


def _file(context: Context, notebook: str, run: str, name: str) -> Path:
    if not NAME.fullmatch(notebook) or not NAME.fullmatch(run):
        raise NotFound("no such report")
    path = context.settings.paths.reports / notebook / run / name
    if not path.is_file():
        raise NotFound("no such report")
    return path


@router.get("/reports")
async def reports(request: Request) -> Response:
    context = operator_only(request)
    found = await asyncio.to_thread(list_reports, context.settings.paths.reports)
    return pages.reports_page(request, found)


@router.get("/reports/{notebook}/{run}")
async def report(request: Request, notebook: str, run: str) -> Response:
    context = operator_only(request)
    _file(context, notebook, run, "report.html")
    return pages.report_page(request, notebook, run)


@router.get("/reports/{notebook}/{run}/report.html")
async def report_frame(request: Request, notebook: str, run: str) -> Response:
    context = operator_only(request)
    path = _file(context, notebook, run, "report.html")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_CSP})


@router.get("/reports/{notebook}/{run}/results.json")
async def report_results(request: Request, notebook: str, run: str) -> Response:
    context = operator_only(request)
    return FileResponse(_file(context, notebook, run, "results.json"), media_type="application/json")


@router.get("/operator")
async def operator(request: Request) -> Response:
    return pages.operator_page(request)


@router.post("/operator")
async def operator_login(request: Request) -> Response:
    """Trade the operator token for a cookie; guesses are limited by address."""
    context = context_of(request)
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    token = form.get("token", [""])[0]
    context.limits.address_sessions.check(edge_of(request).network)
    if not context.access.operator_secret_is(token):
        raise Forbidden("this is not the operator token")
    response = RedirectResponse("/reports", status_code=303)
    context.access.admit_operator(response, edge_of(request))
    return response
