"""Which of Gradio's routes are open. A list of what the page needs, so that new ones stay closed."""

from __future__ import annotations

OPEN_EXACT = frozenset(
    {
        "/app/",
        "/app/config",
        "/app/theme.css",
        "/app/gradio_api/theme.css",
        "/app/gradio_api/app_id",
        "/app/gradio_api/info",
        "/app/gradio_api/queue/join",
        "/app/gradio_api/queue/data",
        "/app/gradio_api/startup-events",
        "/app/gradio_api/cancel",
        "/app/gradio_api/reset",
    }
)
OPEN_PREFIXES = ("/app/assets/", "/app/static/", "/app/svelte/", "/app/gradio_api/heartbeat/")


def open_shell_route(path: str) -> bool:
    """Return whether a path under `/app/` may reach Gradio: no uploads, files, proxy, monitoring or runs."""
    if path in OPEN_EXACT:
        return True
    return path.startswith(OPEN_PREFIXES) and ".." not in path and "proxy=" not in path
