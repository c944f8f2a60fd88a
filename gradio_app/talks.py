"""The viewer's page of what was said with Derona: found, searched, downloaded, deleted; without a script."""

from __future__ import annotations

import asyncio
import datetime
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from bitaca_core.viewers.conversations import Line
from gradio_app.context import context_of
from gradio_app.layout import document
from gradio_app.markup import Html, el
from gradio_app.routes.chat import delete_conversations, kept_lines
from gradio_app.words import Words, language_of, words

router = APIRouter()

LINES = 40
ADDRESS = "/conversas"
BRASILIA = datetime.timezone(datetime.timedelta(hours=-3))
"""Times are told in Brasília's: the server knows no other of a viewer."""


@router.get(ADDRESS)
async def conversations_page(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> Response:
    """Show a page of the viewer's lines, by conversation, latest first."""
    context = context_of(request)
    say = words(language_of(request))
    viewer = context.access.viewer_of(request)
    lines: list[Line] = []
    following = None
    if viewer is not None:
        lines, following = await asyncio.to_thread(kept_lines, context, viewer, q, before, LINES)
    days = context.settings.conversation_retention_days
    main = el(
        "article",
        el("p", say("talks_deleted"), class_="notice", role="status") if request.query_params.get("done") else None,
        el("h1", say("talks_title")),
        el("p", say("talks_intro", days=days), class_="synopsis"),
        _search(say, q),
        el("p", say("talks_none" if q or before else "talks_empty"), class_="absent-note") if not lines else None,
        [_conversation(say, key, list(found), q)
         for key, found in groupby(lines, lambda line: line.conversation_id)],
        el("a", say("talks_older"), class_="button", rel="next", href=f"{ADDRESS}?{_query(q, following)}")
        if following is not None else None,
        _everything(say) if lines or q or before else None,
        class_="paper talks",
    )  # fmt: skip
    return document(request, say("talks_title"), main, page="conversations")


@router.post(f"{ADDRESS}/apagar")
async def delete_form(request: Request, conversation: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Delete one conversation, or everything where none is named."""
    context = context_of(request)
    viewer = context.access.viewer_of(request)
    if viewer is not None:
        await delete_conversations(context, viewer, conversation or None)
    return RedirectResponse(f"{ADDRESS}?done=1", status_code=303)


def _search(say: Words, query: str) -> Html:
    return el(
        "form",
        el("label", say("talks_search"), for_="talks-q"),
        el(
            "div",
            el("input", id="talks-q", name="q", type="search", value=query or None, maxlength="200", autocomplete="off"),
            el("button", say("talks_find"), class_="button", type="submit"),
            class_="talks-find",
        ),
        el("a", say("talks_all"), href=ADDRESS) if query else None,
        role="search", method="get", action=ADDRESS,
    )  # fmt: skip


def _conversation(say: Words, conversation_id: str | None, lines: list[Line], query: str) -> Html:
    """Return the lines of one conversation, oldest first as they were said, with its own button to delete it."""
    when = _when(say, lines[-1].created_s)
    return el(
        "section",
        el("h2", when),
        el(
            "ul",
            [
                el("li", el("span", say(f"talks_{line.role}"), class_="talks-who"), el("span", line.text),
                   class_=f"talks-{line.role}")
                for line in reversed(lines)
            ],
            class_="talks-lines",
        ),
        el(
            "form",
            el("input", type="hidden", name="conversation", value=conversation_id),
            el("button", say("talks_delete_one"), class_="button", type="submit",
               aria_label=say("talks_delete_of", when=when)),
            method="post", action=f"{ADDRESS}/apagar",
        ) if conversation_id is not None else None,
        class_="talk",
    )  # fmt: skip


def _everything(say: Words) -> Html:
    return el(
        "section",
        el("h2", say("talks_yours")),
        el(
            "div",
            el("a", say("talks_export"), class_="button", href="/api/chat/export"),
            el("form", el("button", say("talks_delete_all"), class_="button button-danger", type="submit"),
               method="post", action=f"{ADDRESS}/apagar"),
            class_="buttons",
        ),
        el("p", say("talks_hint"), class_="dim"),
    )  # fmt: skip


def _when(say: Words, unix_s: float) -> str:
    at = datetime.datetime.fromtimestamp(unix_s, BRASILIA)
    return at.strftime("%d/%m/%Y, %H:%M" if say.lang == "pt" else "%Y-%m-%d, %H:%M")


def _query(query: str, before: Any) -> str:
    return urlencode({key: value for key, value in (("q", query), ("before", before)) if value})
