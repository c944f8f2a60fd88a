"""`create_app`: the one place where the app is composed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount, Route

from bitaca_core.derona.backends.choose import companion_of
from bitaca_core.security.origin import TrustedProxies
from bitaca_core.settings import Settings
from gradio_app import errors, own_pages, pages, searching, support, talks
from gradio_app.access import Access
from gradio_app.calm import Calm
from gradio_app.collecting import Collecting
from gradio_app.context import Context
from gradio_app.conversations.registry import Conversations
from gradio_app.elsewhere import bucket
from gradio_app.engines.pool import Engines
from gradio_app.greeting import Greeting
from gradio_app.guard import Guard
from gradio_app.licences import Licences
from gradio_app.limits import Limits
from gradio_app.mcp import endpoint
from gradio_app.media import MediaApp
from gradio_app.routes import assets, catalogue, chat, licence, opinions, playback, reports, status, viewers
from gradio_app.services import Services
from gradio_app.workers.handover import Handover
from gradio_app.workers.limits import SharedLimits, beating
from gradio_app.workers.store import Store
from gradio_app.workers.tickets import SharedBudget, SharedTickets

ROUTERS = (status, catalogue, playback, licence, viewers, opinions, chat, reports, assets)


def create_app(
    settings: Settings,
    services: Services | None = None,
    *,
    limits: Limits | None = None,
    access: Access | None = None,
    shell: bool = True,
    engines: int = 0,
) -> FastAPI:
    """Return the app. It answers at once; parts load behind it and say so on `/readyz`.

    Parameters
    ----------
    settings : Settings
    services, limits, access : optional
        Given by tests; made from the settings otherwise.
    shell : bool
        Whether to build the Gradio shell at `/app` once the server answers.
    engines : int
        Processes that think up Derona's answers, begun once the server answers; 0: this one does.

    Raises
    ------
    InputError
        The trusted proxies of the settings cannot be read.
    """
    calm = Calm()
    services = services or Services(settings, calm=calm)
    store = Store(settings.redis_url) if settings.redis_url else None
    if store is None:
        limits, access = limits or Limits(settings), access or Access(settings)
    else:
        limits = limits or SharedLimits(settings, store, time.monotonic)
        access = access or Access(settings, tickets=SharedTickets(store))
    shell = shell and settings.web_workers == 1  # Gradio's queue is in the process that began it
    conversations = Conversations(services)
    if engines:
        conversations.engines = Engines(settings, engines, lambda: services.version)
    machines = endpoint.McpEndpoint(services)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        services.start()
        async with AsyncExitStack() as stack:
            if store is not None:
                conversations.handover = handover = Handover(store)
                await handover.start(conversations)
            if isinstance(limits, SharedLimits):
                telling = asyncio.create_task(beating(limits.held))
                stack.callback(telling.cancel)
            loading = asyncio.create_task(_load_late(app, stack, calm, shell))
            try:
                yield
            finally:
                loading.cancel()
                calm.stop()
                await asyncio.gather(loading, return_exceptions=True)
        await machines.close()
        if conversations.engines is not None:
            await conversations.engines.close()
        if conversations.handover is not None:
            await conversations.handover.close(conversations.resumable())
        await asyncio.to_thread(conversations.close)
        companion = app.state.context.companion
        if companion is not None:
            await companion.close()
        await asyncio.to_thread(services.stop)
        if store is not None:
            store.close()

    app = FastAPI(
        title="Bitaca Play",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=life,
    )
    licences = Licences(settings, limits)
    companion = companion_of(settings)
    if companion is not None and store is not None:
        companion.budget = SharedBudget(settings.chat_tokens_per_day, store)
    app.state.context = Context(settings, services, access, limits, conversations, licences, companion)
    app.state.store = store
    errors.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    app.include_router(pages.router)
    app.include_router(searching.router)
    app.include_router(own_pages.router)
    app.include_router(talks.router)
    app.include_router(support.router)
    app.router.routes.append(Route(endpoint.PATH, machines))
    app.router.routes.append(Mount("/m", MediaApp(settings.paths.media, access, licences, bucket(settings))))
    proxies = TrustedProxies(settings.trusted_proxies)
    app.state.calm = calm
    app.state.machines = machines
    app.add_middleware(
        Guard,  # type: ignore[arg-type]
        settings=settings,
        limits=limits,
        proxies=proxies,
        seen=calm.seen,
        lines={"/ws/chat": chat.line},
    )
    return app


async def _load_late(app: FastAPI, stack: AsyncExitStack, calm: Calm, shell: bool) -> None:
    """Do what takes seconds of CPU once the first pages are out, then let the garbage collector pass all that by."""
    services: Services = app.state.context.services
    while services.loading or not calm.over:
        await asyncio.sleep(0.1)  # the viewer's pages first: the import of Gradio takes seconds of CPU
    if shell:
        await _mount_shell(app, stack)
    collecting = Collecting()
    collecting.begin()
    stack.callback(collecting.end)
    stack.callback(asyncio.create_task(collecting.run()).cancel)
    engines = app.state.context.conversations.engines
    if engines is not None:
        await engines.start()


async def _mount_shell(app: FastAPI, stack: AsyncExitStack) -> None:
    """Build Gradio in a thread and put it under `/app`, with its own life entered so that its queue works."""
    from gradio_app import ui

    shell: Any = await asyncio.to_thread(ui.build_shell, app.state.context)
    await stack.enter_async_context(shell.router.lifespan_context(shell))
    app.router.routes.insert(0, Mount("/app", Greeting(ui.inner_app(shell))))
    app.state.shell_ready = True
