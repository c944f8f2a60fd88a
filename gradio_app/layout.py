"""Pieces that every page shares: the document, the awning and header, poster cards, rows, badges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from gradio_app import opinions
from gradio_app.access import edge_of
from gradio_app.context import context_of
from gradio_app.markup import Html, el, join
from gradio_app.words import COOKIE, HTML_LANG, LANGUAGES, Words, language_of, words

STATIC = Path(__file__).parent / "static"
THEME_COOKIE = "bitaca_theme"
YEAR_S = 365 * 24 * 3600


@lru_cache(maxsize=64)
def _digest(path: Path, mtime_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """Return the address of a built file with its content's digest, so that it may be cached for ever."""
    path = STATIC / name
    if not path.is_file():
        return f"/static/{name}"
    return f"/static/{name}?v={_digest(path, path.stat().st_mtime_ns)}"


def document(
    request: Request,
    title: str,
    main: Html,
    *,
    aside: Html | None = None,
    page: str = "",
    status: int = 200,
    scripts: Iterable[str] = ("app.js",),
    module_urls: Iterable[str] = (),
    refresh_s: int | None = None,
    new_viewer: str | None = None,
) -> HTMLResponse:
    """Return a whole page: header, main, Derona's column, footer."""
    say = words(language_of(request))
    theme = request.cookies.get(THEME_COOKIE)
    theme = theme if theme in ("dark", "light") else None
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        el("title", f"{title} · {say('brand')}" if title else f"{say('brand')} · {say('tagline')}"),
        el("meta", name="color-scheme", content=theme or "dark light"),
        el("meta", name="theme-color", content="#12100E"),
        el("meta", http_equiv="refresh", content=str(refresh_s)) if refresh_s else None,
        el("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        el("link", rel="stylesheet", href=static_url("app.css")),
        [el("script", type="module", src=url) for url in module_urls],
        [el("script", type="module", src=static_url(name)) for name in scripts],
    )
    body = el(
        "body",
        el("a", say("skip"), class_="skip", href="#main"),
        header(request, say),
        el(
            "div",
            el("main", main, id="main", tabindex="-1"),
            el("aside", aside, class_="booth", aria_label=say("chat_region")) if aside else None,
            class_="house" if aside else "house house-alone",
        ),
        footer(say),
        data_page=page,
    )
    html = el("html", head, body, lang=HTML_LANG[say.lang], data_theme=theme)
    response = HTMLResponse("<!doctype html>" + html, status_code=status)
    response.headers["Cache-Control"] = "no-store"
    edge = edge_of(request)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(
            COOKIE, say.lang, max_age=YEAR_S, samesite="lax", secure=edge.scheme == "https", path="/"
        )
    if new_viewer is not None:
        context_of(request).access.remember(response, new_viewer, edge)
    return response


def header(request: Request, say: Words) -> Html:
    """Return the awning and the bar under it: the sign, search, light switch, language."""
    other = "en" if say.lang == "pt" else "pt"
    query = request.url.include_query_params(lang=other)
    return el(
        "header",
        el("div", class_="awning", aria_hidden="true"),
        el(
            "div",
            el("a", wordmark(), class_="sign", href="/", aria_label=f"{say('brand')}: {say('nav_home')}"),
            el(
                "form",
                el("label", say("search_label"), class_="unseen", for_="search"),
                el(
                    "input",
                    id="search",
                    name="q",
                    type="search",
                    placeholder=say("search_placeholder"),
                    value=request.query_params.get("q", "")[:200] if request.url.path == "/search" else None,
                    autocomplete="off",
                    maxlength="200",
                    role="combobox",
                    aria_expanded="false",
                    aria_controls="search-results",
                    aria_autocomplete="list",
                ),
                el("div", id="search-results", class_="search-results", role="listbox", hidden=True,
                   aria_label=say("search_results")),
                class_="search", role="search", action="/search", method="get",
            ),
            el(
                "nav",
                el("a", opinions.icon("list"), el("span", say("nav_list"), class_="nav-text"),
                   class_="round nav-list", href="/minha-lista", title=say("nav_list"), aria_label=say("nav_list")),
                el("button", "◐", class_="round", id="theme-toggle", type="button",
                   title=say("theme_toggle"), aria_label=say("theme_toggle")),
                el("a", other.upper(), class_="round", href=f"{query.path}?{query.query}",
                   hreflang=HTML_LANG[other], title=say("lang_toggle"), aria_label=say("lang_toggle")),
                class_="switches",
                aria_label=say("brand"),
            ),
            class_="bar",
        ),
        el("noscript", el("p", say("noscript"), class_="notice")),
        el("p", say("offline_notice"), class_="notice", id="offline", role="status", hidden=True),
        class_="front",
    )  # fmt: skip


def wordmark() -> Html:
    """Return the sign over the door: a lamp and the name."""
    return join(
        el("span", class_="lamp", aria_hidden="true"),
        el("span", "bitaca", class_="sign-name"),
    )


def footer(say: Words) -> Html:
    return el(
        "footer",
        el("span", f"{say('brand')}, {say('tagline')}"),
        el("a", say("nav_list"), href="/minha-lista"),
        el("a", say("nav_import"), href="/trazer"),
        el("a", say("nav_limits"), href="/preferencias"),
        el("a", say("nav_support"), href="/fale-com-a-gente"),
        el("a", say("nav_privacy"), href="/privacidade"),
        el("a", say("nav_shell"), href="/app"),
        class_="pavement",
    )


def booth(say: Words) -> Html:
    """Return Derona's place. The element draws itself, so that nothing can be typed before it listens."""
    return el("derona-chat", lang=HTML_LANG[say.lang], sheet=True)


# -- cards ------------------------------------------------------------------------------------------------


def age_badge(say: Words, rating: str | None, descriptors: Iterable[str] = ()) -> Html:
    """Return the official badge with its spoken meaning; an unknown rating says so."""
    if rating is None:
        return el("span", "?", class_="age age-unknown", title=say("age_unknown"), role="img",
                  aria_label=say("age_unknown"))  # fmt: skip
    meaning = say("age_L") if rating == "L" else say("age_n", age=rating)
    meaning = ". ".join([meaning, *descriptors])
    return el("span", rating, class_=f"age age-{rating}", title=meaning, role="img", aria_label=meaning)


def card_facts(say: Words, card: dict[str, Any]) -> Html:
    """Return "2024 · 4 min" of what is known."""
    length = say("episodes_count", count=card["episodes"]) if card["episodes"] else card["duration"]
    return join(" · ".join(str(fact) for fact in (card["year"], length) if fact))


def poster_card(say: Words, card: dict[str, Any]) -> Html:
    """Return one card of a row. A card with `says` (what the viewer says of it) has a menu, too."""
    resumed = "share" in card
    href = card["watch_url"] if resumed else card["url"]
    state = None
    if card["preparing"] is not None or card["queued"]:
        state = meter(say, card["title_id"], card["preparing"])
    elif not card["playable"]:
        state = el("span", say("not_here"), class_="stub-note")
    descriptors = " · ".join(card["descriptors"])
    return el(
        "li",
        el(
            "a",
            el(
                "span",
                el("img", src=card["poster"], alt="", loading="lazy", decoding="async",
                   width="200", height="300"),
                el("progress", max="1", value=card["share"], aria_label=say("continue_from", at=card["resume"]))
                if resumed and card["share"] else None,
                state,
                class_="poster",
            ),
            el("span", card["title"], class_="card-title"),
            el(
                "span",
                age_badge(say, card["age_rating"], card["descriptors"]),
                el("span", card["go_on"] if resumed else card_facts(say, card)),
                class_="card-facts",
            ),
            el("span", card["reason"], class_="card-reason") if card.get("reason") else None,
            el("span", descriptors, class_="card-more") if descriptors and not card.get("reason") else None,
            href=href,
        ),
        opinions.menu(say, card, card["says"], card["back"]) if "says" in card else None,
        class_="card" if card["playable"] else "card card-absent",
        data_title=card["title_id"],
    )  # fmt: skip


def meter(say: Words, title_id: str, percent: int | None) -> Html:
    """Return a progress note that the page keeps true (`data-preparing`); without a percentage it waits."""
    text = say("queued") if percent is None else say("preparing_percent", percent=percent)
    return el(
        "span",
        el("span", text, class_="meter-text"),
        el("progress", max="100", value=str(percent or 0), aria_label=say("preparing_short")),
        class_="meter",
        data_preparing=title_id,
    )


def row(say: Words, key: str, title: str, items: Iterable[dict[str, Any]]) -> Html:
    """Return a shelf of cards that scrolls sideways."""
    name = "row-" + "".join(letter if letter.isalnum() else "-" for letter in key)
    return el(
        "section",
        el(
            "div",
            el("h2", title, id=name),
            el("button", "‹", class_="round row-arrow", data_scroll="-1", type="button",
               aria_label=say("row_previous"), tabindex="-1"),
            el("button", "›", class_="round row-arrow", data_scroll="1", type="button",
               aria_label=say("row_next"), tabindex="-1"),
            class_="row-head",
        ),
        el("ul", [poster_card(say, item) for item in items], class_="shelf", tabindex="-1"),
        class_="row",
        aria_labelledby=name,
        data_row=key,
    )  # fmt: skip
