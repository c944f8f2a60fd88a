"""The viewer's own pages: the list, the preferences, and bringing a history from elsewhere."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bitaca_core.errors import BitacaError, InputError
from bitaca_core.recommend.imports import service as imports
from bitaca_core.recommend.imports.unpacking import UPLOAD_MAX_BYTES
from bitaca_core.viewers.marks import AGES, Said
from gradio_app import titles
from gradio_app.access import edge_of
from gradio_app.context import context_of, viewer_or_new
from gradio_app.layout import booth, document, poster_card
from gradio_app.markup import Html, el
from gradio_app.opinions import buttons, said_of
from gradio_app.picking import picker
from gradio_app.routes.opinions import LANGUAGES_OFFERED
from gradio_app.services import Services
from gradio_app.words import Words, language_of, words

router = APIRouter()

LINES_MAX = 200
"""Lines of an import that the page lists of each kind; the rest is counted."""


# -- the list ---------------------------------------------------------------------------------------------


@router.get("/minha-lista")
async def own_list(request: Request) -> Response:
    """What the viewer keeps for later, what it refused, what it picked; all of it can be taken back."""
    context = context_of(request)
    services = context.services
    await services.wait("catalogue")
    await services.wait("library")
    say = words(language_of(request))
    viewer, new = await viewer_or_new(request)

    def draw() -> Html:
        said = services.viewers.said(viewer)
        board = services.progress()
        listed = [
            titles.card(services, title, say.lang, board)
            | {"says": said_of(said, title.title_id), "back": "/minha-lista"}
            for key in said.marks["list"]
            if (title := services.catalogue.get(key)) is not None and services.may_see(viewer, key)
        ]
        return el(
            "div",
            el("div", el("h1", say("list_title")), class_="page-head"),
            el("ul", [poster_card(say, card) for card in listed], class_="wall")
            if listed
            else el("p", say("list_empty"), class_="absent-note page-note"),
            _refused(services, say, said, "hide", "hidden", say("list_hidden")),
            _refused(services, say, said, "drop", "dropped", say("list_dropped")),
            picker(services, say, said, always=True),
        )

    main = await asyncio.to_thread(draw)
    return document(
        request, say("list_title"), main, aside=booth(say), page="list", new_viewer=viewer if new else None
    )


def _refused(services: Services, say: Words, said: Said, word: str, kind: str, heading: str) -> Html | None:
    found = [title for key in said.marks[kind] if (title := services.catalogue.get(key)) is not None]
    if not found:
        return None
    return el(
        "section",
        el("h2", heading),
        el(
            "ul",
            [
                el(
                    "li",
                    el("a", title.name(say.lang), href=f"/title/{title.title_id}"),
                    buttons(say, title.title_id, title.name(say.lang), frozenset((word,)), (word,), "/minha-lista"),
                )
                for title in found[:LINES_MAX]
            ],
            class_="lines",
        ),
        class_="page-part",
    )  # fmt: skip


# -- preferences ------------------------------------------------------------------------------------------


@router.get("/preferencias")
async def preferences(request: Request) -> Response:
    """What may be shown in this browser, by age, list and language; a PIN keeps it so."""
    context = context_of(request)
    say = words(language_of(request))
    viewer, new = await viewer_or_new(request)
    limits = await asyncio.to_thread(context.services.viewers.limits, viewer)
    query = request.query_params
    ages = [("", say("limits_age_any")), *((str(age), "L" if age == 0 else str(age)) for age in AGES)]
    chosen = "" if limits.max_age is None else str(limits.max_age)
    main = el(
        "article",
        el("h1", say("limits_title")),
        el("p", say("limits_intro"), class_="dim"),
        el("p", say("limits_done"), class_="notice", role="status") if "done" in query else None,
        el("p", say("limits_wrong_pin"), class_="notice notice-bad", role="alert") if "pin" in query else None,
        el(
            "form",
            el("label", say("limits_age"), for_="max_age"),
            el(
                "select",
                [el("option", text, value=value, selected=value == chosen) for value, text in ages],
                id="max_age", name="max_age",
            ),
            el("p", say("limits_age_hint"), class_="dim"),
            _check("only", say("limits_only"), limits.only_allowed),
            el("p", say("limits_only_hint", count=len(limits.allowed)), class_="dim"),
            _check("renew", say("limits_renew"), False) if limits.only_allowed else None,
            el(
                "fieldset",
                el("legend", say("limits_languages")),
                [
                    el("label",
                       el("input", type="checkbox", name="language", value=code, checked=code in limits.languages),
                       el("span", say(f"language_{code}")), class_="pick")
                    for code in LANGUAGES_OFFERED
                ],
                class_="picks",
            ),
            el("label", say("limits_diversity"), for_="diversity"),
            el(
                "span",
                el("span", say("limits_diversity_low"), class_="dim"),
                el("input", type="range", id="diversity", name="diversity", min="0", max="100", step="10",
                   value=str(round(limits.diversity * 100))),
                el("span", say("limits_diversity_high"), class_="dim"),
                class_="scale",
            ),
            [
                el("label", say("limits_pin"), for_="pin"),
                el("input", id="pin", name="pin", type="password", inputmode="numeric", maxlength="8", required=True,
                   autocomplete="off"),
                _check("unlock", say("limits_unlock"), False),
            ] if limits.locked else None,
            el("label", say("limits_new_pin"), for_="new_pin"),
            el("input", id="new_pin", name="new_pin", type="password", inputmode="numeric", maxlength="8",
               pattern="[0-9]{4,8}", autocomplete="off"),
            el("p", say("limits_new_pin_hint"), class_="dim"),
            el("button", say("limits_save"), class_="button button-lead", type="submit"),
            class_="stack", method="post", action="/preferencias",
        ),
        class_="paper",
    )  # fmt: skip
    return document(
        request, say("limits_title"), main, page="preferences", new_viewer=viewer if new else None
    )


def _check(name: str, text: str, checked: bool) -> Html:
    return el("label", el("input", type="checkbox", name=name, value="1", checked=checked), el("span", text), class_="check")  # fmt: skip


# -- a history from elsewhere -----------------------------------------------------------------------------


@router.get("/trazer")
async def bring_form(request: Request) -> Response:
    """Where to choose the file."""
    services = context_of(request).services
    await services.wait("catalogue")
    asyncio.get_running_loop().run_in_executor(None, services.matcher)  # ready when the file comes
    say = words(language_of(request))
    return document(request, say("import_title"), _upload(say), page="import")


@router.post("/trazer")
async def bring(request: Request) -> Response:
    """Read an export, match it, keep what matched; show both what did and what did not."""
    context = context_of(request)
    services = context.services
    await services.wait("catalogue")
    say = words(language_of(request))
    context.limits.uploads.check(edge_of(request).network)
    data = await _file(request)
    if not data:
        return document(
            request, say("import_title"), _upload(say, say("import_nothing")), page="import", status=400
        )
    viewer, new = await viewer_or_new(request)

    def keep() -> imports.Imported:
        return imports.bring(data, services.matcher(), services.viewers, viewer)

    try:
        brought = await asyncio.to_thread(keep)
    except InputError as error:
        reason = say("import_failed", reason=_told(error))
        return document(request, say("import_title"), _upload(say, reason), page="import", status=400)
    main = _brought(services, say, brought)
    return document(
        request, say("import_title"), main, page="import", new_viewer=viewer if new else None
    )  # fmt: skip


async def _file(request: Request) -> bytes:
    """Return the uploaded bytes; empty when there are none, or the form is broken."""
    try:
        async with request.form(max_files=1, max_fields=4) as form:
            file = form.get("file")
            return await file.read(UPLOAD_MAX_BYTES + 1) if isinstance(file, UploadFile) else b""
    except HTTPException:
        return b""


def _told(error: BitacaError) -> str:
    place = f"{error.file}: " if error.file else ""
    return f"{place}{error.message}. {error.hint}" if error.hint else f"{place}{error.message}"


def _upload(say: Words, problem: str = "") -> Html:
    return el(
        "article",
        el("h1", say("import_title")),
        el("p", say("import_text"), class_="synopsis"),
        el("p", problem, class_="notice notice-bad", role="alert") if problem else None,
        el("ul", [el("li", say(f"import_{origin}")) for origin in ("mal", "letterboxd", "jellyfin")]),
        el(
            "form",
            el("label", say("import_file"), for_="file"),
            el("input", id="file", name="file", type="file", required=True,
               accept=".xml,.gz,.zip,.csv,.json,application/xml,application/gzip,application/zip,text/csv"),
            el("p", say("import_bound", megabytes=UPLOAD_MAX_BYTES // 2**20), class_="dim"),
            el("button", say("import_go"), class_="button button-lead", type="submit"),
            class_="stack", method="post", action="/trazer", enctype="multipart/form-data",
        ),
        class_="paper",
    )  # fmt: skip


def _brought(services: Services, say: Words, brought: imports.Imported) -> Html:
    return el(
        "article",
        el("p", say(f"import_origin_{brought.origin}"), class_="eyebrow"),
        el("h1", say("import_done", found=len(brought.found), total=len(brought.matches))),
        el(
            "p",
            el("a", say("import_rows"), class_="button button-lead", href="/"),
            el("a", say("import_again"), class_="button", href="/trazer"),
            class_="buttons",
        ),
        _found(services, say, brought) if brought.found else None,
        _missing(say, brought) if brought.missing else None,
        class_="paper paper-wide",
    )


def _found(services: Services, say: Words, brought: imports.Imported) -> Html:
    lines: list[Any] = []
    for match in brought.found[:LINES_MAX]:
        title = services.catalogue.get(match.title_id or "")
        lines.append(
            el(
                "tr",
                el("td", _line_name(match.entry)),
                el("td", el("a", title.name(say.lang), href=f"/title/{title.title_id}") if title else ""),
                el("td", say(f"import_as_{imports.KINDS[match.entry.status]}")),
            )
        )
    heads = [el("th", say(f"import_{key}"), scope="col") for key in ("there", "here", "as")]
    left = len(brought.found) - LINES_MAX
    return el(
        "div",
        el("table", el("thead", el("tr", heads)), el("tbody", lines)),
        el("p", say("import_more", count=left), class_="dim") if left > 0 else None,
        class_="table-scroll", tabindex="0", role="region", aria_label=say("import_here"),
    )  # fmt: skip


def _missing(say: Words, brought: imports.Imported) -> Html:
    left = len(brought.missing) - LINES_MAX
    return el(
        "section",
        el("h2", f"{say('import_missing')} ({len(brought.missing)})"),
        el("p", say("import_missing_hint"), class_="dim"),
        el(
            "ul",
            [
                el(
                    "li",
                    _line_name(match.entry),
                    " ",
                    el("span", say(f"import_why_{match.why}"), class_="dim"),
                )
                for match in brought.missing[:LINES_MAX]
            ],
            class_="columns",
        ),
        el("p", say("import_more", count=left), class_="dim") if left > 0 else None,
    )


def _line_name(entry: Any) -> str:
    return f"{entry.names[0]} ({entry.year})" if entry.year else str(entry.names[0])
