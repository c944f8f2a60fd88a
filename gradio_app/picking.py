"""The first-run picker: genres and well-known titles to begin with, on the home page until something is known."""

from __future__ import annotations

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.viewers.marks import Said
from gradio_app import titles
from gradio_app.markup import Html, el
from gradio_app.services import Services
from gradio_app.words import Words

GENRES_OFFERED = 14
TITLES_OFFERED = 12
TITLES_A_GENRE = 2


def picker(services: Services, say: Words, said: Said, *, always: bool = False) -> Html | None:
    """Return the form; None for somebody of whom enough is known, unless `always`."""
    known = said.tastes.genres or said.tastes.titles or said.ratings or said.marks.get("watched")
    if known and not always:
        return None
    genres = offered_genres(services)
    if len(genres) < 3:
        return None
    return el(
        "section",
        el("h2", say("picker_title"), id="picker-title"),
        el("p", say("picker_text"), class_="dim"),
        el(
            "form",
            el(
                "fieldset",
                el("legend", say("picker_genres")),
                [
                    el(
                        "label",
                        el("input", type="checkbox", name="genre", value=genre,
                           checked=genre in said.tastes.genres),
                        el("span", genre_name(genre, say.lang)),
                        class_="pick",
                    )
                    for genre in genres
                ],
                class_="picks",
            ),
            el(
                "fieldset",
                el("legend", say("picker_titles")),
                el(
                    "div",
                    [
                        _title(services, say, title, title.title_id in said.tastes.titles)
                        for title in offered_titles(services, said)
                    ],
                    class_="picks-titles",
                ),
                class_="picks",
            ),
            el(
                "p",
                el("button", say("picker_go"), class_="button button-lead", type="submit"),
                None if always else el("button", say("picker_later"), class_="button", type="submit", name="later", value="1"),
                el("a", say("picker_import"), href="/trazer"),
                class_="buttons",
            ),
            method="post",
            action="/gostos",
        ),
        class_="picker",
        id="gostos",
        aria_labelledby="picker-title",
    )  # fmt: skip


def offered_genres(services: Services) -> list[str]:
    """Return the genres with most titles, most first."""
    counts: dict[str, int] = {}
    for title in services.catalogue.titles:
        for genre in title.genres:
            counts[genre] = counts.get(genre, 0) + 1
    return sorted(counts, key=lambda genre: (-counts[genre], genre))[:GENRES_OFFERED]


def offered_titles(services: Services, said: Said) -> list[Title]:
    """Return titles that many know, few of one genre, fit for the viewer's limits; what was picked comes first."""
    limits = said.limits
    fitting = [
        title
        for title in services.catalogue.titles
        if (limits.max_age is None or title.effective_age <= limits.max_age)
        and (not limits.only_allowed or title.title_id in limits.allowed)
    ]
    picked = [title for title in fitting if title.title_id in said.tastes.titles]
    ranked = sorted(fitting, key=lambda title: (title.source == "sample", -(title.popularity or 0.0)))
    counts: dict[str, int] = {}
    found = picked[:TITLES_OFFERED]
    for title in ranked:
        genre = title.genres[0] if title.genres else ""
        if len(found) == TITLES_OFFERED:
            break
        if title not in picked and counts.get(genre, 0) < TITLES_A_GENRE:
            counts[genre] = counts.get(genre, 0) + 1
            found.append(title)
    return found


def _title(services: Services, say: Words, title: Title, checked: bool) -> Html:
    return el(
        "label",
        el("input", type="checkbox", name="title", value=title.title_id, checked=checked),
        el("img", src=titles.poster_url(services, title), alt="", width="120", height="180", loading="lazy"),
        el("span", title.name(say.lang)),
        class_="pick pick-title",
    )
