"""What a viewer says about a title by pressing something: the words, what they do, and where they stand now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitaca_core.viewers.marks import Said
from bitaca_core.viewers.store import ViewerStore
from gradio_app.markup import Html, el
from gradio_app.words import Words

Action = Callable[[ViewerStore, str, str], None]


def _thumb(value: int) -> Action:
    def act(viewers: ViewerStore, viewer: str, title_id: str) -> None:
        viewers.rate(viewer, title_id, value)
        if value > 0:  # what somebody likes is neither refused nor given up any more
            viewers.mark(viewer, title_id, "hidden", on=False)
            viewers.mark(viewer, title_id, "dropped", on=False)

    return act


def _mark(kind: str, on: bool = True) -> Action:
    def act(viewers: ViewerStore, viewer: str, title_id: str) -> None:
        viewers.mark(viewer, title_id, kind, on)
        if on and kind != "list":
            viewers.mark(viewer, title_id, "list", on=False)

    return act


SAYINGS: Mapping[str, Action] = {
    "like": _thumb(1),
    "dislike": _thumb(-1),
    "unrate": _thumb(0),
    "list": _mark("list"),
    "unlist": _mark("list", on=False),
    "hide": _mark("hidden"),
    "unhide": _mark("hidden", on=False),
    "watched": _mark("watched"),
    "unwatched": _mark("watched", on=False),
    "drop": _mark("dropped"),
    "undrop": _mark("dropped", on=False),
}
"""Everything that can be said, by the word that the API and the forms send."""
TAKE_BACK = {
    "like": "unrate", "dislike": "unrate", "list": "unlist", "hide": "unhide", "watched": "unwatched", "drop": "undrop",
}  # fmt: skip
ON_SHEET = ("like", "dislike", "list", "watched", "hide", "drop")
ON_CARD = ("list", "watched", "hide")


def said_of(said: Said, title_id: str) -> frozenset[str]:
    """Return what the viewer says of a title now, in words of `SAYINGS`."""
    thumb = said.ratings.get(title_id, 0)
    found = {"like"} if thumb > 0 else {"dislike"} if thumb < 0 else set()
    for word, kind in (("list", "list"), ("hide", "hidden"), ("watched", "watched"), ("drop", "dropped")):
        if title_id in said.marks.get(kind, {}):
            found.add(word)
    return frozenset(found)


def buttons(
    say: Words, title_id: str, title: str, now: frozenset[str], shown: tuple[str, ...], back: str
) -> Html:
    """Return a form with a button for each word; one that stands says so and takes it back.

    Parameters
    ----------
    back : str
        The page to return to where there is no script.
    """
    return el(
        "form",
        el("input", type="hidden", name="title_id", value=title_id),
        el("input", type="hidden", name="back", value=back),
        [
            el(
                "button",
                icon(word),
                el("span", say(f"say_{word}_on" if word in now else f"say_{word}"), class_="opinion-text"),
                class_="opinion-button",
                type="submit",
                name="say",
                value=TAKE_BACK[word] if word in now else word,
                aria_pressed="true" if word in now else "false",
                data_word=word,
            )
            for word in shown
        ],
        class_="opinion",
        method="post",
        action="/opiniao",
        aria_label=say("say_region", title=title),
        data_title=title_id,
    )


def menu(say: Words, card: dict[str, Any], now: frozenset[str], back: str) -> Html:
    """Return the menu of a card: it opens over the poster, without a script too."""
    return el(
        "details",
        el("summary", "⋯", title=say("say_menu"), aria_label=f"{say('say_menu')}: {card['title']}"),
        buttons(say, card["title_id"], card["title"], now, ON_CARD, back),
        class_="card-menu",
    )


THUMB = "M7 11v9H4v-9zm2 0 4-8c1.6 0 2.6 1.2 2.3 2.8L14.6 9H19a2 2 0 0 1 2 2.4l-1.3 7A2 2 0 0 1 17.7 20H9z"
PATHS = {
    "like": THUMB, "dislike": THUMB, "list": "M12 5v14M5 12h14", "watched": "m5 12.5 4.5 4.5L19 7.5",
    "hide": "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.5 6.5l11 11", "drop": "M8 6v12M16 6v12M4 20 20 4",
}  # fmt: skip


def icon(word: str) -> Html:
    """Return a line drawing, 20 px wide, in the colour of the text."""
    return el(
        "svg",
        el("path", d=PATHS[word]),
        viewBox="0 0 24 24",
        width="20",
        height="20",
        class_=f"icon icon-{word}",
        aria_hidden="true",
        focusable="false",
    )
