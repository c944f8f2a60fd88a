"""Derona's edges: `WS /ws/chat`, `POST /api/chat/message`, and what is kept of conversations for its owner."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bitaca_core.errors import InputError, RateLimited, TokenError
from bitaca_core.viewers.conversations import PAGE_MAX
from bitaca_core.viewers.conversations import Line as KeptLine
from gradio_app.access import edge_of
from gradio_app.chat import card_json, spoken_of
from gradio_app.context import Context, context_of, known_viewer
from gradio_app.conversations import answering
from gradio_app.conversations.conversation import GUEST, Ask
from gradio_app.conversations.events import Events, wants_events
from gradio_app.conversations.frames import MessageId, PageContext, PlayerState, Text, schemas
from gradio_app.conversations.line import Line
from gradio_app.errors import NotFound
from gradio_app.playing import TitleId
from gradio_app.words import language_of

router = APIRouter()


class ChatContext(PageContext):
    """Context of the POST shape; a currentVideo may be an id or `{title_id, position_s, paused}`."""

    currentVideo: TitleId | PlayerState | None = None


class ChatBody(BaseModel):
    """`POST /api/chat/message`."""

    model_config = ConfigDict(extra="ignore")

    message: Text
    id: MessageId | None = None
    context: ChatContext = Field(default_factory=ChatContext)


@router.post("/api/chat/message")
async def message(request: Request, body: ChatBody) -> Response:
    """Answer one message: `{text, recommendations, actions, chips, citations, links}`, or as server-sent events where the caller
    accepts them. Takes the cookie or the token."""
    context = context_of(request)
    viewer = await known_viewer(request)
    edge = edge_of(request)
    conversations = context.conversations
    key = f"post:{viewer}"
    conversation = await conversations.find_kept(key, viewer) or conversations.open(
        viewer, language_of(request), key
    )
    events = wants_events(request)
    asked = _ask(body, edge.request_id)
    # A message that is being answered to another call is answered to this one afterwards, and counts once.
    ask = answering.sent_again(conversation, asked, conversation.seq) or replace(asked, again=True)
    if not ask.again:
        context.limits.message(viewer, edge.network)
    reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    ask = replace(ask, reply=reply, companion=context.companion if events else None)
    since = conversation.seq
    answering.take(conversations, conversation, ask)
    if events:
        return Events(conversations, conversation, ask, since)
    return JSONResponse(_whole(ask, await reply), headers={"Cache-Control": "no-store"})


def _ask(body: ChatBody, request_id: str) -> Ask:
    current = body.context.currentVideo
    watched = body.context.watchedVideos
    return Ask(
        id=body.id or f"p-{request_id}",
        text=body.message,
        player=PlayerState(title_id=current) if isinstance(current, str) else current,
        favorites=tuple(body.context.favoriteGenres),
        watched=tuple(watched) if watched is not None else None,
        request_id=request_id,
    )


def _whole(ask: Ask, reply: Any) -> dict[str, Any]:
    if reply is None:
        raise InputError("there is no such message any more", kind="unknown-message")
    return {
        "id": ask.id,
        "text": reply.text,
        "recommendations": [card_json(card) for card in reply.cards],
        "actions": [{"action": found.action, "value": found.value} for found in reply.actions],
        "chips": list(reply.chips),
        **spoken_of(reply),
        "lang": reply.lang,
    }


async def line(scope: Scope, receive: Receive, send: Send) -> None:
    """`WS /ws/chat`, an ASGI app: the guard calls it past the routers, whose frames weigh more than a silent line."""
    await chat(WebSocket(scope, receive, send))


async def chat(socket: WebSocket) -> None:
    """One page's conversation. The cookie or a single-use ticket names the viewer; else it is a guest."""
    context = context_of(socket)
    limits, address = context.limits, edge_of(socket).network
    try:
        limits.open_socket(address)
    except RateLimited as error:
        await socket.close(code=1008, reason=error.kind)
        return
    try:
        viewer = _viewer(context, socket)
        await socket.accept()
        if viewer is not None:
            await Line(context, socket, viewer, viewer).run()
            return
        seat = limits.seats.take(address)
        try:
            await Line(context, socket, f"{GUEST}{address}", f"{GUEST}{address} {seat}").run()
        finally:
            limits.seats.leave(address, seat)
    except TokenError as error:
        await socket.close(code=1008, reason=error.kind)
    except (WebSocketDisconnect, TimeoutError):
        pass  # the page left, or never said a word: nothing to tell anybody
    finally:
        limits.close_socket(address)


def _viewer(context: Context, socket: WebSocket) -> str | None:
    ticket = socket.query_params.get("ticket")
    if ticket:
        return context.access.tickets.redeem(ticket, context.access.clock())
    return context.access.viewer_of(socket)


# -- what is kept, for its owner -------------------------------------------------------------------------


@router.get("/api/chat/protocol")
async def protocol() -> Response:
    """Return the JSON schemas of all frames."""
    return JSONResponse(schemas())


@router.get("/api/chat/history")
async def history(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Response:
    """Return a page of what the caller and Derona said, latest first: `{lines, next}`; `q` searches in it."""
    context = context_of(request)
    viewer = await known_viewer(request)
    found, following = await asyncio.to_thread(kept_lines, context, viewer, q, before, limit)
    body = {"lines": [asdict(line) for line in found], "next": following}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.get("/api/chat/export")
async def export(request: Request) -> Response:
    """Return every conversation of the caller, as a file."""
    context = context_of(request)
    viewer = await known_viewer(request)

    def read() -> dict[str, object]:
        context.conversations.writer.flush(viewer)
        return context.services.viewers.export_conversations(viewer)

    body = await asyncio.to_thread(read)
    headers = {"Content-Disposition": 'attachment; filename="bitaca-conversas.json"'}
    return JSONResponse(body, headers=headers | {"Cache-Control": "no-store"})


@router.delete("/api/chat/history", status_code=204)
async def delete_history(request: Request) -> Response:
    """Delete every conversation of the caller."""
    context = context_of(request)
    viewer = await known_viewer(request)
    await delete_conversations(context, viewer)
    return Response(status_code=204)


@router.delete("/api/chat/history/{conversation_id}", status_code=204)
async def delete_one(request: Request, conversation_id: str) -> Response:
    """Delete one conversation of the caller; 404 where there is none of theirs."""
    context = context_of(request)
    viewer = await known_viewer(request)
    if not await delete_conversations(context, viewer, conversation_id):
        raise NotFound("there is no such conversation")
    return Response(status_code=204)


def kept_lines(
    context: Context, viewer: str, query: str, before: int | None, limit: int
) -> tuple[list[KeptLine], int | None]:
    """Return a page of the viewer's lines, with what was said a moment ago; reads the disk."""
    context.conversations.writer.flush(viewer)
    return context.services.viewers.lines(viewer, query, before=before, limit=limit)


async def delete_conversations(context: Context, viewer: str, conversation_id: str | None = None) -> bool:
    """Delete the viewer's conversations, or one of them, from memory and disk; return whether there was any."""
    await context.conversations.forget(viewer, conversation_id)
    store = context.services.viewers
    if conversation_id is None:
        return await asyncio.to_thread(store.delete_conversations, viewer) > 0
    return await asyncio.to_thread(store.delete_conversation, viewer, conversation_id)
