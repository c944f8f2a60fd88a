"""The search page: what was understood as chips, scenes, and the titles. The address is its whole state."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from bitaca_core.search.chips import Chip, chips
from bitaca_core.search.scenes import asks_for_scene
from gradio_app import titles
from gradio_app.context import context_of, viewer_or_new
from gradio_app.layout import booth, document, poster_card
from gradio_app.markup import Html, el
from gradio_app.pages import shorten
from gradio_app.services import Services
from gradio_app.words import Words, language_of, words

router = APIRouter()

RESULTS = 60
SCENES = 5
EXAMPLES = {
    "pt": ("animes curtinhos pra maratonar", "terror sem sangue dos anos 80", "algo leve pra ver em família"),
    "en": ("short anime to binge", "horror without blood from the 80s", "something light for the family"),
}


@router.get("/search")
async def search_page(
    request: Request, q: str = Query("", max_length=200), spoilers: bool = False
) -> Response:
    """What was asked, as chips that can be taken away, and what was found. Works without a script."""
    context = context_of(request)
    services = context.services
    await services.wait("search")
    say = words(language_of(request))
    viewer, new = await viewer_or_new(request)
    text = " ".join(q.split())

    def draw() -> Html:
        return el("div", *page(services, viewer, say, text, spoilers), class_="found")

    main = await asyncio.to_thread(draw)
    return document(
        request,
        text or say("search_results"),
        main,
        aside=booth(say),
        page="search",
        new_viewer=viewer if new else None,
    )


def page(services: Services, viewer: str, say: Words, text: str, spoilers: bool) -> list[Html | None]:
    """Return the parts of the page for a question; without one, examples to press.

    `spoilers` is the viewer's leave to show scenes past the place that they have reached.
    """
    if not text:
        return [
            el("h1", say("search_try")),
            el(
                "ul",
                [el("li", el("a", example, class_="chip", href=address(example))) for example in EXAMPLES[say.lang]],
                class_="chips",
            ),
        ]  # fmt: skip
    wanted = asks_for_scene(text)
    scenes = find_scenes(services, viewer, say.lang, wanted, spoilers) if wanted else []
    hits = services.search_for(viewer).ask(text, say.lang, RESULTS)
    board = services.progress()
    found = [title for hit in hits if (title := services.catalogue.resolve(hit.title_id)) is not None]
    unique = list({title.title_id: title for title in found}.values())
    cards = [titles.card(services, title, say.lang, board) for title in unique]
    return [
        el("h1", say("search_for", query=text)),
        chip_row(say, text, understood(services, say.lang, text)),
        scene_list(say, text, scenes, spoilers) if wanted else None,
        el("p", count(say, len(cards)), class_="dim", role="status"),
        el("ul", [poster_card(say, card) for card in cards], class_="grid") if cards else nothing(say, text),
    ]


def understood(services: Services, lang: str, text: str) -> tuple[Chip, ...]:
    """Return the chips of a question; "tipo X" is one where X is a title of ours."""

    def named(name: str) -> str | None:
        title = services.search.named(name)
        return title.name(lang) if title is not None else None

    return chips(text, lang, named, services.search.left_out(text))


def chip_row(say: Words, text: str, found: tuple[Chip, ...]) -> Html | None:
    """Return one link a chip; following it asks the same without it."""
    if not found:
        return None
    items = [
        el(
            "li",
            el(
                "a",
                el("span", chip.label),
                el("span", "×", class_="chip-cross", aria_hidden="true"),
                class_="chip chip-not" if chip.negated else "chip",
                href=address(chip.without),
                aria_label=say("chip_remove", filter=chip.label),
                data_chip=f"{chip.kind}:{chip.value}",
            ),
        )
        for chip in found
    ]
    return el("ul", items, class_="chips", aria_label=say("chips_label"))


def find_scenes(
    services: Services, viewer: str, lang: str, wanted: str, spoilers: bool
) -> list[dict[str, Any]]:
    """Return scenes as `{title, clock, text, url}`; without leave, none past the place that the viewer reached."""
    reached = {
        watched.title_id: watched.duration_s if watched.finished else watched.position_s
        for watched in services.viewers.history(viewer)
    }
    index = services.spoken.index(services.packages, lang)
    found = []
    hidden = services.hidden(viewer)
    for scene, _ in index.find(wanted, SCENES, None if spoilers else reached):
        title, episode = services.title(scene.title_id)
        if title.title_id in hidden:
            continue
        name = title.name(lang)
        if episode is not None:
            name = f"{name} · {(episode.title_en if lang == 'en' else None) or episode.title_pt}"
        found.append(
            {
                "title": name,
                "clock": titles.clock_text(scene.start_s),
                "text": shorten(scene.text, 160),
                "url": f"/watch/{scene.title_id}?t={int(scene.start_s)}",
            }
        )
    return found


def scene_list(say: Words, text: str, scenes: list[dict[str, Any]], spoilers: bool) -> Html:
    """Return scenes with the moment that they begin at; a link plays from there. One more shows or hides what is ahead."""
    items = [
        el(
            "li",
            el(
                "a",
                el("span", f"▶ {scene['clock']}", class_="scene-clock"),
                el("span", scene["title"], class_="scene-title"),
                el("span", f"“{scene['text']}”", class_="scene-text"),
                href=scene["url"],
                aria_label=say("scene_play", title=scene["title"], at=scene["clock"]),
            ),
        )
        for scene in scenes
    ]
    leave = el(
        "a",
        say("scenes_hide" if spoilers else "scenes_show"),
        class_="button",
        href=address(text) + ("" if spoilers else "&spoilers=1"),
    )
    return el(
        "section",
        el("h2", say("scenes_title")),
        el("ol", items, class_="scenes") if items else None,
        el("p", say("scenes_all" if spoilers else "scenes_seen"), class_="dim"),
        el("p", leave, class_="buttons"),
        class_="scenes-part",
    )


def nothing(say: Words, text: str) -> Html:
    """Return what to do when nothing was found."""
    return el("p", say("search_empty", query=text), class_="absent-note")


def count(say: Words, number: int) -> str:
    """Return "1 título", "12 títulos"."""
    return say("search_one") if number == 1 else say("search_count", count=number) if number else ""


def address(text: str) -> str:
    """Return the page's address for a question."""
    return "/search" + (f"?{urlencode({'q': text})}" if text else "")
