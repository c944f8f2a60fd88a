"""The light pages: home, title, watch, privacy, reports, operator, errors."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bitaca_core.settings import Settings
from bitaca_core.viewers.store import VIEWERS_DAYS
from gradio_app import rows, titles
from gradio_app.access import edge_of
from gradio_app.context import context_of, keeps_history, viewer_or_new
from gradio_app.errors import NotAllowed, NotFound
from gradio_app.layout import age_badge, booth, card_facts, document, meter, row
from gradio_app.markup import Html, el, join
from gradio_app.opinions import ON_SHEET, buttons, said_of
from gradio_app.picking import picker
from gradio_app.routes.opinions import PICKER_COOKIE
from gradio_app.routes.playback import streams
from gradio_app.server import ACCESS_LOG_DAYS
from gradio_app.services import Services
from gradio_app.words import Words, language_of, words
from gradio_app.work import work_line

router = APIRouter()

PLAYER_MODULE = "/static/player/bitaca-player.js"


@router.get("/")
async def home(request: Request) -> Response:
    """The programme: something to play now, then the shelves."""
    context = context_of(request)
    services = context.services
    say = words(language_of(request))
    if services.states["catalogue"] == "loading" or services.states["library"] == "loading":
        return document(request, "", opening(say), aside=booth(say), page="home")
    viewer, new = await viewer_or_new(request)
    asks = PICKER_COOKIE not in request.cookies

    def draw() -> Html:
        shown = rows.home_rows(services, viewer, say.lang)
        said = services.viewers.said(viewer)
        for found in shown:
            for item in found["items"]:
                item |= {"says": said_of(said, item["title_id"]), "back": "/"}
        if not shown:
            return el("div", empty(say), data_refresh="home", data_version=str(services.version))
        lead = lead_card(services, viewer, shown)
        return el(
            "div",
            marquee(services, viewer, say, lead) if lead else None,
            [row(say, found["key"], found["title"], found["items"]) for found in shown[:1]],
            picker(services, say, said) if asks else None,
            [row(say, found["key"], found["title"], found["items"]) for found in shown[1:]],
            data_refresh="home",
            data_version=str(services.version),
        )

    main = await asyncio.to_thread(draw)
    return document(request, "", main, aside=booth(say), page="home", new_viewer=viewer if new else None)


def lead_card(services: Services, viewer: str, shown: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the card for the marquee: one that plays and was not begun, else any that plays, else none."""
    begun = {item["title_id"] for found in shown if found["key"] == "continue" for item in found["items"]}
    cards = [item for found in shown for item in found["items"] if item["playable"]]
    fresh = [item for item in cards if item["title_id"] not in begun]
    return (fresh or cards or [None])[0]


def marquee(services: Services, viewer: str, say: Words, card: dict[str, Any]) -> Html:
    """Return the lit board over the entrance, with a still of what plays tonight."""
    title, _ = services.title(card["title_id"])
    facts = titles.details(services, title, say.lang, {})
    still = f"/stills/{card['title_id']}?v={services.version}"
    return el(
        "section",
        el(
            "a",
            el("img", src=still, alt="", class_="marquee-glow", width="720", height="1080"),
            el("img", src=still, alt="", width="720", height="1080", fetchpriority="high"),
            class_="marquee-still", href=card["watch_url"], tabindex="-1", aria_hidden="true",
        ),
        el(
            "div",
            el("p", say("tonight"), class_="marquee-tonight"),
            el("h1", card["title"], class_="marquee-title"),
            el(
                "p",
                age_badge(say, card["age_rating"], card["descriptors"]),
                el("span", card_facts(say, card)),
                el("span", ", ".join(card["genres"][:3])),
                el("span", " · ".join(card["descriptors"])) if card["descriptors"] else None,
                class_="marquee-facts",
            ),
            el("p", shorten(facts["synopsis"] or "", 190), class_="marquee-synopsis"),
            el(
                "p",
                el("a", "▶ ", say("watch"), class_="button button-lead", href=card["watch_url"]),
                el("a", say("details"), class_="button", href=card["url"]),
                class_="buttons",
            ),
            class_="marquee-board",
        ),
        class_="marquee",
        aria_label=say("tonight"),
    )  # fmt: skip


def shorten(text: str, limit: int) -> str:
    """Return `text` cut at a word, with an ellipsis when something was cut."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


@router.get("/title/{title_id}")
async def title_page(request: Request, title_id: str) -> Response:
    """What is certain about one title, and what is like it."""
    context = context_of(request)
    services = context.services
    await services.wait("catalogue")
    await services.wait("library")
    title, episode = services.title(title_id)
    if episode is not None:
        return RedirectResponse(f"/title/{title.title_id}", status_code=307)
    say = words(language_of(request))
    viewer, new = await viewer_or_new(request)
    await allowed(services, viewer, title_id)

    def draw() -> Html:
        board = services.progress()
        facts = titles.details(services, title, say.lang, board)
        near = rows.more_like(services, title, viewer=viewer, lang=say.lang)
        similar = [titles.card(services, other, say.lang, board) | {"reason": why} for other, why in near]
        return join(
            sheet(services, viewer, say, facts),
            row(say, "similar", say("similar"), similar) if similar else None,
        )

    main = el("div", await asyncio.to_thread(draw), data_refresh="title", data_version=str(services.version))
    name = title.name(say.lang)
    return document(request, name, main, aside=booth(say), page="title", new_viewer=viewer if new else None)


async def allowed(services: Services, viewer: str, any_id: str) -> None:
    """Raise NotAllowed where the viewer's own limits leave this title out."""
    if not await asyncio.to_thread(services.may_see, viewer, any_id):
        raise NotAllowed("this profile does not show this title")


def sheet(services: Services, viewer: str, say: Words, facts: dict[str, Any]) -> Html:
    """Return the programme sheet of one title."""
    lines = [
        ("facts_original", facts["original_title"] if facts["original_title"] != facts["title"] else None),
        ("facts_year", facts["year"]),
        ("facts_duration", facts["duration"]),
        ("facts_genres", ", ".join(facts["genres"])),
        ("facts_countries", ", ".join(facts["countries"])),
        ("facts_direction", ", ".join(facts["directors"])),
        ("facts_cast", ", ".join(facts["cast"][:6])),
    ]
    return el(
        "article",
        el("img", src=facts["poster"], alt="", class_="sheet-poster", width="320", height="480"),
        el(
            "div",
            el("p", say(f"kind_{facts['kind']}"), class_="eyebrow"),
            el("h1", facts["title"]),
            el(
                "p",
                age_badge(say, facts["age_rating"], facts["descriptors"]),
                el("span", card_facts(say, facts)),
                el("span", " · ".join(facts["descriptors"]), class_="dim"),
                class_="marquee-facts",
            ),
            watch_buttons(services, viewer, say, facts),
            buttons(say, facts["title_id"], facts["title"],
                    said_of(services.viewers.said(viewer), facts["title_id"]), ON_SHEET, facts["url"]),
            el("p", facts["synopsis"], class_="synopsis") if facts["synopsis"] else None,
            el("dl", [join(el("dt", say(key)), el("dd", str(value))) for key, value in lines if value]),
            episodes(say, facts["episode_list"]),
            el("p", el("a", say("support_report"), href=f"/fale-com-a-gente?titulo={facts['title_id']}"), class_="dim"),
            class_="sheet-text",
        ),
        class_="sheet",
    )  # fmt: skip


def watch_buttons(services: Services, viewer: str, say: Words, facts: dict[str, Any]) -> Html:
    """Return the thing to do next: watch, continue, wait, or an honest no."""
    if facts["playable"]:
        unit = services.unit_to_play(facts["title_id"], viewer)
        resume_s = services.viewers.resume_s(viewer, unit)
        text = say("continue_from", at=titles.clock_text(resume_s)) if resume_s else say("watch")
        return el(
            "p", el("a", "▶ ", text, class_="button button-lead", href=f"/watch/{unit}"), class_="buttons"
        )
    if facts["preparing"] is not None or facts["queued"]:
        return el("p", meter(say, facts["title_id"], facts["preparing"]), class_="buttons")
    return el("p", say("broken_long" if facts["failed"] else "not_here_long"), class_="absent-note")


def episodes(say: Words, found: list[dict[str, Any]], current: str | None = None) -> Html | None:
    if not found:
        return None
    items = [
        el(
            "li",
            el(
                "a",
                el("span", say("episode_number", number=episode["number"]), class_="episode-number"),
                el("span", episode["title"], class_="episode-title"),
                el(
                    "span",
                    episode["duration"] if episode["playable"] else say(f"unit_{episode['state']}"),
                    class_="dim",
                ),
                href=episode["watch_url"],
                aria_current="true" if episode["title_id"] == current else None,
            ),
        )
        for episode in found
    ]
    return el("section", el("h2", say("episodes")), el("ol", items, class_="episodes"))


@router.get("/watch/{title_id}")
async def watch(request: Request, title_id: str) -> Response:
    """The film, its name, and Derona beside it."""
    context = context_of(request)
    services = context.services
    await services.wait("catalogue")
    await services.wait("library")
    title, _ = services.title(title_id)
    say = words(language_of(request))
    viewer, new = await viewer_or_new(request)
    await allowed(services, viewer, title_id)
    operator = context.access.is_operator(request)

    def draw() -> Html:
        board = services.progress()
        facts = titles.details(services, title, say.lang, board)
        unit = services.unit_to_play(title_id, viewer)
        try:
            found = streams(context, viewer, unit)
        except NotFound:
            return absent(services, say, facts, unit, board, operator)
        if (wanted_s := moment(request.query_params.get("t"))) is not None:
            found = found | {"resume_s": wanted_s}
        current = services.catalogue.episode(unit)
        return theatre(services, say, facts, found, current, request.query_params.get("source"))

    main = await asyncio.to_thread(draw)
    name = title.name(say.lang)
    return document(
        request,
        name,
        main,
        aside=booth(say),
        page="watch",
        module_urls=(PLAYER_MODULE,),
        new_viewer=viewer if new else None,
    )


def moment(text: str | None) -> float | None:
    """Return the second that `?t=` asks to play from; None for what is no such number."""
    return float(text) if text is not None and text.isdecimal() and len(text) <= 6 else None


def theatre(
    services: Services,
    say: Words,
    facts: dict[str, Any],
    found: dict[str, Any],
    episode: Any,
    source: str | None = None,
) -> Html:
    """Return the player, on HLS unless `source` is "dash", with what stands under it."""
    heading = facts["title"]
    if episode is not None:
        name = (episode.title_en if say.lang == "en" else None) or episode.title_pt
        heading = f"{facts['title']} · {say('episode_number', number=episode.number)} {name}"
    following = found["next_title_id"]
    upcoming = services.catalogue.episode(following) if following else None
    next_name = upcoming and ((upcoming.title_en if say.lang == "en" else None) or upcoming.title_pt)
    return el(
        "div",
        el(
            "bitaca-player",
            src=(found["dash"] if source == "dash" else None) or found["hls"],
            poster=found["poster"] or facts["poster"],
            start_at=f"{found['resume_s']:.1f}" if found["resume_s"] else None,
            lang=say.lang if say.lang == "en" else "pt-BR",
            heading=heading,
            age_rating=facts["age_rating"],
            # Also when there are none: the player would else read those of a package made before.
            age_descriptors=", ".join(facts["descriptors"]),
            next_title=next_name,
            autoplay=True,
            data_title=found["title_id"],
            data_next=following,
            class_="screen",
        ),
        el("p", class_="notice", id="player-notice", role="alert", hidden=True),
        el(
            "div",
            el("h1", heading),
            el(
                "p",
                age_badge(say, facts["age_rating"], facts["descriptors"]),
                el("span", card_facts(say, facts)),
                el("span", " · ".join(facts["descriptors"]), class_="dim"),
                class_="marquee-facts",
            ),
            el("p", facts["synopsis"], class_="synopsis") if facts["synopsis"] else None,
            el("p", el("a", say("details"), class_="button", href=facts["url"]), class_="buttons"),
            episodes(say, facts["episode_list"], found["title_id"]),
            class_="under-screen",
        ),
        class_="theatre",
    )  # fmt: skip


def absent(
    services: Services,
    say: Words,
    facts: dict[str, Any],
    unit: str,
    board: dict[str, dict[str, Any]],
    operator: bool,
) -> Html:
    """Return the watch page of something that does not play (yet): how far it is, or an honest no.

    The operator is told why a title failed and what to do; a viewer, that somebody can see it.
    """
    title, _ = services.title(facts["title_id"])
    state = titles.unit_state(services, unit, board)
    percent = board[unit]["percent"] if state == "preparing" else facts["preparing"]
    waits = percent is not None or state == "queued"
    if state == "failed":
        waits = False
        curtain = why_broken(services, say, unit) if operator else el("p", say("broken_long"))
    elif waits:
        long = say("queued_long" if percent is None else "preparing_long")
        curtain = join(el("p", long), meter(say, unit, percent))
    else:
        curtain = el("p", say("not_here_long"))
    playable = [other for other in rows.similar(services, title) if services.playable(other)]
    cards = [titles.card(services, other, say.lang, board) for other in playable]
    return el(
        "div",
        el("div", curtain, class_="screen curtain", data_waiting=unit if waits else None),
        el(
            "div",
            el("h1", facts["title"]),
            el("p", age_badge(say, facts["age_rating"], facts["descriptors"]),
               el("span", card_facts(say, facts)),
               el("span", " · ".join(facts["descriptors"]), class_="dim"), class_="marquee-facts"),
            el("p", el("a", say("details"), class_="button", href=facts["url"]), class_="buttons"),
            class_="under-screen",
        ),
        row(say, "similar", say("similar_playable"), cards) if cards else None,
        class_="theatre",
    )  # fmt: skip


def why_broken(services: Services, say: Words, unit: str) -> Html:
    """Return the reason of a failure and the next sensible thing, for the operator."""
    failure = work_line(services, unit, "failed")
    return join(
        el("p", failure["reason"] or say("shell_no_reason")),
        el("p", say(f"next_{failure['next']}")),
        el("p", el("code", failure["command"])),
    )


# -- house pages ------------------------------------------------------------------------------------------


@router.get("/privacidade")
async def privacy(request: Request) -> Response:
    """What is kept, for how long, and how to be forgotten."""
    settings: Settings = context_of(request).settings
    say = words(language_of(request))
    keeps = await keeps_history(request)
    main = el(
        "article",
        el("p", say("privacy_forgotten"), class_="notice", role="status")
        if request.query_params.get("done") else None,
        el("h1", say("privacy_title")),
        el("p", say("privacy_intro"), class_="synopsis"),
        el("h2", say("privacy_kept_title")),
        el(
            "ul",
            el("li", say("privacy_kept_1", days=VIEWERS_DAYS)),
            el("li", say("privacy_kept_2", days=settings.conversation_retention_days)),
            el("li", say("privacy_kept_3", days=settings.telemetry_retention_days)),
            el("li", say("privacy_kept_4", days=ACCESS_LOG_DAYS)),
            el("li", say("privacy_kept_5")),
        ),
        el("h2", say("privacy_not_title")),
        el("ul", el("li", say("privacy_not_1"))),
        el("h2", say("privacy_rights_title")),
        el("p", say("privacy_history_on" if keeps else "privacy_history_off"), class_="dim"),
        el(
            "div",
            el("form",
               el("button", say("privacy_history_turn_off" if keeps else "privacy_history_turn_on"),
                  class_="button", type="submit"),
               method="post", action="/privacidade/historico"),
            el("a", say("privacy_talks"), class_="button", href="/conversas"),
            el("a", say("privacy_export"), class_="button", href="/api/viewer/export"),
            el("form", el("button", say("privacy_forget"), class_="button button-danger", type="submit"),
               method="post", action="/privacidade/esquecer"),
            class_="buttons",
        ),
        el("p", say("privacy_history_hint"), class_="dim"),
        el("p", say("privacy_forget_hint"), class_="dim"),
        class_="paper",
    )  # fmt: skip
    return document(request, say("nav_privacy"), main, page="privacy")


def reports_page(request: Request, found: list[dict[str, Any]]) -> HTMLResponse:
    """The list of reports, as a calm table."""
    say = words(language_of(request))
    lines = [
        el(
            "tr",
            el("td", el("a", report["title"], href=f"/reports/{report['notebook']}/{report['run']}")),
            el("td", shorten(report["conclusion"], 160)),
            el("td", report["run"], class_="figure"),
            el("td", when(report["written_s"]), class_="figure"),
            el("td", el("a", "JSON", href=f"/reports/{report['notebook']}/{report['run']}/results.json")),
        )
        for report in found
    ]
    keys = ("reports_question", "reports_answer", "reports_run", "reports_when", "reports_numbers")
    table = el(
        "div",
        el("table", el("thead", el("tr", [el("th", say(key), scope="col") for key in keys])),
           el("tbody", lines)),
        class_="table-scroll", tabindex="0", role="region", aria_label=say("reports_title"),
    )  # fmt: skip
    main = el(
        "article",
        el("h1", say("reports_title")),
        el("p", say("reports_intro"), class_="dim"),
        table if found else el("p", say("reports_empty"), class_="absent-note"),
        class_="paper paper-wide",
    )
    return document(request, say("reports_title"), main, page="reports")


def report_page(request: Request, notebook: str, run: str) -> HTMLResponse:
    """One report in a frame that may run nothing."""
    say = words(language_of(request))
    source = f"/reports/{notebook}/{run}/report.html"
    main = el(
        "article",
        el("p", el("a", "‹ ", say("reports_title"), href="/reports"), class_="buttons"),
        el(
            "iframe",
            src=source,
            sandbox="allow-top-navigation-by-user-activation",
            title=f"{notebook} {run}",
            class_="report-frame",
        ),
        class_="paper paper-wide",
    )
    return document(request, f"{notebook} {run}", main, page="report")


def when(written_s: float) -> str:
    return datetime.datetime.fromtimestamp(written_s).astimezone().strftime("%d/%m/%Y %H:%M")


def operator_page(request: Request) -> HTMLResponse:
    """The staff entrance."""
    say = words(language_of(request))
    main = el(
        "article",
        el("h1", say("operator_title")),
        el(
            "form",
            el("input", name="username", value="bitaca", autocomplete="username", type="text", hidden=True),
            el("label", say("operator_token"), for_="token"),
            el("input", id="token", name="token", type="password", autocomplete="current-password",
               required=True, maxlength="512"),
            el("button", say("operator_enter"), class_="button button-lead", type="submit"),
            class_="stack", method="post", action="/operator",
        ),
        class_="paper",
    )  # fmt: skip
    return document(request, say("operator_title"), main, page="operator")


def empty(say: Words) -> Html:
    return el(
        "section",
        el("h1", say("empty_title")),
        el("p", say("empty_text")),
        class_="curtain curtain-page",
    )


def opening(say: Words) -> Html:
    """Return the first second's page: the shape of what comes; it refreshes itself when the house is open."""
    return el(
        "div",
        el(
            "section",
            el("h1", say("opening_title")),
            el("p", say("opening_text")),
            class_="marquee marquee-opening",
            role="status",
        ),
        el("div", [el("span", class_="ghost") for _ in range(7)], class_="shelf", aria_hidden="true"),
        data_refresh="home",
        data_version="0",
    )


def error_page(request: Request, status: int, headers: dict[str, str]) -> HTMLResponse:
    """A readable page for a failure, with a number for support."""
    say = words(language_of(request))
    known = status in (401, 403, 404, 413, 423, 429, 503)
    key = f"error_{status}" if known else "error_4xx" if status < 500 else "error"
    main = el(
        "section",
        el("h1", say(f"{key}_title")),
        el("p", say(f"{key}_text")),
        el("p", say("error_number"), ": ", el("code", edge_of(request).request_id), class_="dim")
        if status != 404 else None,
        el("p", el("a", say("home_link"), class_="button button-lead", href="/"),
           el("a", say("operator_title"), class_="button", href="/operator") if status == 403 else None,
           class_="buttons"),
        class_="curtain curtain-page",
    )  # fmt: skip
    response = document(
        request,
        say(f"{key}_title"),
        main,
        page="error",
        status=status,
        refresh_s=3 if status == 503 else None,
    )
    response.headers.update(headers)
    return response
