"""What a route needs of its app, in one typed place."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from bitaca_core.errors import InputError
from bitaca_core.settings import Settings
from gradio_app.access import Access, edge_of, opted_out
from gradio_app.errors import Unauthorized
from gradio_app.limits import Limits
from gradio_app.services import Services

if TYPE_CHECKING:
    from bitaca_core.derona.backends.companion import Companion
    from gradio_app.conversations.registry import Conversations
    from gradio_app.licences import Licences


@dataclass(slots=True)
class Context:
    """The app's parts: settings, services, who may what, how much; `companion` is a language model, if there is one."""

    settings: Settings
    services: Services
    access: Access
    limits: Limits
    conversations: Conversations
    licences: Licences
    companion: Companion | None = None


def context_of(connection: HTTPConnection) -> Context:
    """Return the app's context."""
    context: Context = connection.app.state.context
    return context


async def viewer_or_new(connection: HTTPConnection) -> tuple[str, bool]:
    """Return `(viewer, is_new)`: the caller's own profile, or a new anonymous one.

    A forgotten profile is never revived: its cookie makes somebody new.
    """
    context = context_of(connection)
    viewer = context.access.viewer_of(connection)
    keeps = not opted_out(connection)
    if viewer is not None and await asyncio.to_thread(context.services.viewers.touch, viewer):
        if not keeps:
            await asyncio.to_thread(context.services.viewers.keep_history, viewer, False)
        return viewer, False
    context.limits.address_sessions.check(edge_of(connection).network)
    return await asyncio.to_thread(context.services.viewers.create_viewer, keeps), True


async def known_viewer(connection: HTTPConnection) -> str:
    """Return the caller's viewer; raises Unauthorized without a cookie or token of a living profile."""
    context = context_of(connection)
    viewer = context.access.viewer_of(connection)
    if viewer is None or not await asyncio.to_thread(context.services.viewers.touch, viewer):
        raise Unauthorized("POST /api/session first, then send its token or cookie")
    return viewer


async def keeps_history(connection: HTTPConnection) -> bool:
    """Return whether the caller's history is kept: by the profile, or by the browser where there is none."""
    context = context_of(connection)
    if opted_out(connection):
        return False
    viewer = context.access.viewer_of(connection)
    if viewer is None:
        return True
    try:
        return await asyncio.to_thread(context.services.viewers.keeps_history, viewer)
    except InputError:
        return True  # a forgotten profile: the caller is somebody new
