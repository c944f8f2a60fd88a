"""The Gradio shell: the same Derona and player elements, plus what belongs to an operator."""

from __future__ import annotations

import os
from typing import Any

from gradio_app.context import Context
from gradio_app.layout import static_url
from gradio_app.pages import PLAYER_MODULE, when
from gradio_app.routes.reports import list_reports
from gradio_app.words import Words, language_of, words
from gradio_app.work import operator_work

WORK_WIDTHS = [140, 115, 250, 265, 110]
"""Pixels: where they do not fit, the table scrolls and its words stay whole."""


def build_shell(context: Context) -> Any:
    """Return a parent app with Gradio at `/app`; its lifespan starts the queue. Imports Gradio: seconds of CPU, so call it in a thread.

    Data reaches the tables through Gradio's queue as plain cells; nothing is templated into HTML. The
    elements of the other pages are put into named columns by `shell.js`.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio as gr
    from fastapi import FastAPI

    say = words("pt")
    with gr.Blocks(title=say("shell_title"), analytics_enabled=False) as blocks:
        with gr.Row(elem_id="bitaca-shell"):
            with gr.Column(scale=3, min_width=300):
                gr.Column(elem_id="bitaca-player")
                with gr.Tabs(elem_id="bitaca-operator"):
                    with gr.Tab(say("shell_work")) as work_tab:
                        note = gr.Markdown(elem_id="bitaca-note")
                        work = gr.Dataframe(
                            headers=work_headers(say),
                            interactive=False,
                            show_label=False,
                            wrap=True,
                            column_widths=WORK_WIDTHS,
                        )
                    with gr.Tab(say("shell_reports")) as reports_tab:
                        found = gr.Dataframe(headers=report_headers(say), interactive=False, show_label=False)
                    with gr.Tab(say("shell_parts")) as parts_tab:
                        parts = gr.Dataframe(headers=part_headers(say), interactive=False, show_label=False)
                refresh = gr.Button(say("shell_refresh"), size="sm")
            gr.Column(elem_id="bitaca-derona", scale=1, min_width=320)

        def read(request: gr.Request) -> list[Any]:
            return tables(context, request.request)

        def translate(request: gr.Request) -> list[Any]:
            lang = words(language_of(request.request))
            tabs = [gr.update(label=lang(key)) for key in ("shell_work", "shell_reports", "shell_parts")]
            return [*tabs, gr.update(value=lang("shell_refresh"))]

        # Gradio reads the annotation at run time, and this module's annotations are text.
        read.__annotations__["request"] = gr.Request
        translate.__annotations__["request"] = gr.Request
        labels = [work_tab, reports_tab, parts_tab, refresh]
        blocks.load(translate, outputs=labels, api_name=False, show_progress="hidden")
        outputs = [note, work, found, parts]
        blocks.load(read, outputs=outputs, api_name=False, show_progress="hidden")
        refresh.click(read, outputs=outputs, api_name=False, show_progress="hidden", concurrency_limit=4)
        gr.Timer(5).tick(read, outputs=outputs, api_name=False, show_progress="hidden", concurrency_limit=4)
    head = (
        f'<link rel="stylesheet" href="{static_url("shell.css")}">'
        f'<script type="module" src="{PLAYER_MODULE}"></script>'
        f'<script type="module" src="{static_url("shell.js")}"></script>'
    )
    parent = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    mounted = gr.mount_gradio_app(
        parent,
        blocks,
        path="/app",
        head=head,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=1,
    )
    return mounted


def inner_app(parent: Any) -> Any:
    """Return the app that Gradio mounted on `parent`."""
    for route in parent.router.routes:
        if getattr(route, "path", None) == "/app":
            return route.app
    raise RuntimeError("Gradio did not mount its app under /app")


def work_headers(say: Words) -> list[str]:
    keys = ("title_id", "stage", "reason", "next", "package")
    return [say(f"shell_{key}") for key in keys]


def work_row(say: Words, line: dict[str, Any]) -> list[Any]:
    """Return one line of the table in words: why it failed, and the next sensible thing with its command."""
    stage = say(f"stage_{line['stage']}")
    if line["stage"] not in ("failed", "queued", "published"):
        stage = f"{stage} · {line['percent']} %"
    reason = line["reason"] or (say("shell_no_reason") if line["stage"] == "failed" else "")
    following = f"{say('next_' + line['next'])} {line['command']}" if line["next"] else ""
    return [line["title_id"], stage, reason, following, line["package_id"] or ""]


def report_headers(say: Words) -> list[str]:
    return [say("reports_question"), say("reports_answer"), say("reports_run"), say("reports_when")]


def part_headers(say: Words) -> list[str]:
    return [say("shell_part"), say("shell_state")]


def tables(context: Context, request: Any) -> list[Any]:
    """Return the note and the three tables in the reader's language: empty for whoever is not the operator."""
    say = words(language_of(request))
    heads = work_headers(say), report_headers(say), part_headers(say)
    if not context.access.is_operator(request):
        return [say("shell_closed"), *({"headers": head, "data": []} for head in heads)]
    lines = operator_work(context.services)
    work = [work_row(say, line) for line in lines]
    found = [
        [report["title"], report["conclusion"], f"/reports/{report['notebook']}/{report['run']}",
         when(report["written_s"])]
        for report in list_reports(context.settings.paths.reports)
    ]  # fmt: skip
    parts = [[name, state_text(say, state)] for name, state in context.services.states.items()]
    filled = [{"headers": head, "data": data} for head, data in zip(heads, (work, found, parts), strict=True)]
    failed = sum(line["next"] is not None for line in lines)
    note = say("shell_failed", count=failed) if failed else "" if work else say("shell_idle")
    return [note, *filled]


def state_text(say: Words, state: str) -> str:
    return say(f"state_{state}") if state in ("ready", "loading") else state
