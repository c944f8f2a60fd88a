"""Writing to support: the page, and where sealed messages are handed in. Nothing here can read one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from bitaca_core.catalogue.titles import is_title_id
from bitaca_core.errors import InputError
from bitaca_core.security.sealed import PublicKeys, envelope_of
from gradio_app.access import edge_of
from gradio_app.context import context_of
from gradio_app.errors import NotReady
from gradio_app.layout import document
from gradio_app.markup import Html, el
from gradio_app.server import ACCESS_LOG_DAYS
from gradio_app.words import Words, language_of, words

router = APIRouter()

TOLD = ("insecure", "sending", "sent", "failed", "too_often", "stale")
"""What the page's script says of the form."""
SUBJECTS = ("support", "title", "account")
TEXT_MAX = 4000
CONTACT_MAX = 200


@router.get("/fale-com-a-gente")
async def write_to_us(request: Request) -> Response:
    """The form; what is typed is sealed by the page's own script before it leaves the browser."""
    context = context_of(request)
    services = context.services
    await services.wait("catalogue")
    say = words(language_of(request))
    keys = await asyncio.to_thread(services.inbox.public_keys)
    asked = request.query_params.get("titulo", "")
    title = services.catalogue.resolve(asked) if is_title_id(asked) else None
    about = title.name(say.lang) if title is not None else ""
    return document(
        request,
        say("support_title"),
        _paper(
            say, keys[0] if keys else None, about, title.title_id if title is not None else "",
            context.settings.inbox_retention_days,
        ),
        page="support",
        scripts=("app.js", "seal.js") if keys else ("app.js",),
    )  # fmt: skip


@router.get("/api/inbox/key")
async def public_key(request: Request) -> Response:
    """The public half that messages are sealed for now.

    Raises
    ------
    NotReady
        This house has no support key.
    """
    keys = await asyncio.to_thread(context_of(request).services.inbox.public_keys)
    if not keys:
        raise NotReady("this house has no support key")
    return JSONResponse({"schema": 1, **keys[0].to_dict()}, headers={"Cache-Control": "no-store"})


@router.post("/api/inbox", status_code=202)
async def hand_in(request: Request) -> dict[str, Any]:
    """Keep a sealed message. No cookie is read: who sent it is said inside it, or nowhere.

    Raises
    ------
    InputError, RateLimited, InboxFull
    """
    context = context_of(request)
    context.limits.letters.check(edge_of(request).network)
    try:
        data = json.loads(await request.body())
    except (ValueError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("the body is no JSON") from error
    message_id = await asyncio.to_thread(context.services.inbox.put, envelope_of(data))
    return {"id": message_id}


def _paper(say: Words, key: PublicKeys | None, about: str, title_id: str, days: int) -> Html:
    return el(
        "article",
        el("h1", say("support_title")),
        el("p", say("support_intro"), class_="synopsis"),
        _form(say, key, about, title_id) if key else el("p", say("support_none"), class_="notice"),
        _sealing(say, key, days) if key else None,
        class_="paper",
    )


def _form(say: Words, key: PublicKeys, about: str, title_id: str) -> Html:
    chosen = "title" if title_id else "support"
    return el(
        "form",
        el("noscript", el("p", say("support_noscript"), class_="notice notice-bad")),
        el("label", say("support_subject"), for_="subject"),
        el(
            "select",
            [
                el("option", say(f"support_subject_{name}"), value=name, selected=name == chosen)
                for name in SUBJECTS
            ],
            id="subject", name="subject",
        ),
        el("p", say("support_about", title=about), class_="dim") if about else None,
        el("label", say("support_text"), for_="text"),
        el("textarea", id="text", name="text", rows="8", maxlength=str(TEXT_MAX), required=True,
           autocomplete="off", aria_describedby="text-hint"),
        el("p", say("support_text_hint", count=TEXT_MAX), class_="dim", id="text-hint"),
        el("label", say("support_contact"), for_="contact"),
        el("input", id="contact", name="contact", type="text", maxlength=str(CONTACT_MAX), autocomplete="off",
           aria_describedby="contact-hint"),
        el("p", say("support_contact_hint"), class_="dim", id="contact-hint"),
        el("p", class_="notice", role="status", id="support-told", hidden=True),
        el("button", say("support_send"), class_="button button-lead", type="submit", disabled=True),
        class_="stack", id="support", data_title=title_id or None, data_kid=key.kid,
        data_key=json.dumps(key.to_dict()),
        data_words=json.dumps({name: say(f"support_{name}", id="{id}") for name in TOLD}, ensure_ascii=False),
    )  # fmt: skip


def _sealing(say: Words, key: PublicKeys, days: int) -> Html:
    """Say what is sealed and what is not, in as many words as it needs."""
    return el(
        "section",
        el("h2", say("support_sealed_title")),
        el("p", say("support_sealed")),
        el("h2", say("support_open_title")),
        el(
            "ul",
            el("li", say("support_open_1")),
            el("li", say("support_open_2", days=ACCESS_LOG_DAYS)),
            el("li", say("support_open_3")),
            el("li", say("support_open_4", days=days)),
        ),
        el("p", say("support_key"), " ", el("code", " ".join(_fours(key.kid))), class_="dim"),
    )


def _fours(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]
