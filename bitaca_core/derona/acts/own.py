"""What is the viewer's own: the list, what was liked or seen, the history, the data. Nothing is done for somebody else.

Every change is a typed action for the viewer's own store; what cannot be taken back is asked about first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.derona import facts, wishes
from bitaca_core.derona.acts.finding import find, search
from bitaca_core.derona.acts.missing import missing
from bitaca_core.derona.acts.spoken_of import names_nothing_known, subject
from bitaca_core.derona.context import Action, Link, Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf
from bitaca_core.derona.state import Wish

_ALL = re.compile(
    r"\b(?:todos|todas|tudo|os (?:dois|tres|quatro|cinco|seis)|all|everything|both|esses|estes|eles|these|them)\b"
)
_EMPTY = re.compile(
    r"\b(?:limpa\w*|esvazia\w*|zera\w*|apaga\w*|clear|empty|wipe|everything|tudo|toda|inteira)\b"
)
_FIRST = re.compile(
    r"\b(?:(?:os |the )?(?:primeiros|first) (\d|dois|tres|quatro|two|three|four)|(?:os |the )?(\d|dois|tres|quatro|two|three|four) (?:primeiros|first))\b"
)
_COUNT = {"dois": 2, "tres": 3, "quatro": 4, "two": 2, "three": 3, "four": 4}
BAD = re.compile(
    r"\b(?:nao (?:gostei|curti)|odiei|detestei|hated?|didn ?t|ruim|ruins|pessim\w+|horri\w+|chat[oa]s?|frac[oa]|lixo|merda|bosta|terrible|awful|bad|boring|errad\w+|errou|nada (?:a ver|haver)|sem graca)\b"
)


def links(lang: str, *names: str) -> tuple[Link, ...]:
    """Return pages of this site by name."""
    return tuple(Link(_PAGES[name][lang != "pt"], _PAGES[name][2]) for name in names)


_PAGES: dict[str, tuple[str, str, str]] = {
    "list": ("Minha lista", "My list", "/minha-lista"),
    "privacy": ("Privacidade", "Privacy", "/privacidade"),
    "limits": ("Preferências", "Preferences", "/preferencias"),
    "import": ("Trazer meu histórico", "Bring my history", "/trazer"),
    "support": ("Fale com a gente", "Contact us", "/fale-com-a-gente"),
    "export": ("Baixar meus dados", "Download my data", "/api/viewer/export"),
}


def _opinion(title: Title, word: str) -> Action:
    return Action("opinion", {"title_id": title.title_id, "say": word})


# -- the list ---------------------------------------------------------------------------------------------


def watchlist(turn: Turn, shelf: Shelf) -> Outcome:
    """Save a title, take it off, or show what was saved."""
    aspect = turn.reading.aspect or "show"
    if turn.own is None:
        return Outcome("own_guest", links=links(turn.lang, "list"))
    if aspect == "show":
        return _show(turn, shelf, turn.own.listed)
    if (
        aspect == "remove"
        and not turn.slots.titles
        and _EMPTY.search(turn.message.text)
        and turn.slots.ordinal is None
    ):
        if not turn.own.listed:
            return Outcome("list_empty")
        return Outcome(
            "list_clear_ask",
            {"count": str(len(turn.own.listed))},
            offer="clear_list",
            chips=_yes_no(turn.lang),
        )
    titles = meant(turn, shelf)
    if not titles:
        return missing(turn, shelf)
    kept = [title for title in titles if title.title_id in turn.own.listed]
    names = facts.joined((title.name(turn.lang) for title in titles), turn.lang)
    if aspect == "remove":
        if not kept:
            return Outcome("list_absent", {"titles": names}, links=links(turn.lang, "list"))
        names = facts.joined((title.name(turn.lang) for title in kept), turn.lang)
        return _done(turn, "list_removed", names, kept, "unlist")
    fresh = [title for title in titles if title not in kept]
    if not fresh:
        return Outcome("list_already", {"titles": names}, links=links(turn.lang, "list"))
    names = facts.joined((title.name(turn.lang) for title in fresh), turn.lang)
    return _done(turn, "list_added", names, fresh, "list")


def _done(turn: Turn, act: str, names: str, titles: Sequence[Title], word: str) -> Outcome:
    return Outcome(
        act,
        {"titles": names},
        actions=tuple(_opinion(title, word) for title in titles),
        focus=titles[0].title_id if len(titles) == 1 else None,
        links=links(turn.lang, "list"),
    )


def meant(turn: Turn, shelf: Shelf) -> list[Title]:
    """Return the titles that an order is about: named, several of the list, or the one spoken of."""
    if turn.slots.titles:
        named = (shelf.catalogue.resolve(key) for key in turn.slots.titles)
        return list({title.title_id: title for title in named if title is not None}.values())
    listed = [title for key in turn.state.listed if (title := shelf.catalogue.resolve(key)) is not None]
    first = _FIRST.search(turn.message.text)
    if first and listed:
        count = first[1] or first[2]
        return listed[: int(count) if count.isdigit() else _COUNT[count]]
    if _ALL.search(turn.message.text) and turn.slots.ordinal is None and len(listed) > 1:
        return listed[:CARDS_MAX]
    title = subject(turn, shelf)
    if names_nothing_known(turn) and title is not None and not turn.state.focus and turn.player is None:
        return []
    return [title] if title is not None else []


def _show(turn: Turn, shelf: Shelf, kept: Sequence[str]) -> Outcome:
    titles = [title for key in kept if (title := shelf.catalogue.resolve(key)) is not None]
    if not titles:
        return Outcome("list_empty", links=links(turn.lang, "list"))
    titles.sort(key=lambda title: shelf.unit(title, turn.ready) is None)
    picks = tuple(Pick(title) for title in titles[:CARDS_MAX])
    if len(titles) == 1:
        return Outcome(
            "list_one", {"title": titles[0].name(turn.lang)}, picks, links=links(turn.lang, "list")
        )
    return Outcome("list_shown", {"count": str(len(titles))}, picks, links=links(turn.lang, "list"))


# -- liking -----------------------------------------------------------------------------------------------


def feedback(turn: Turn, shelf: Shelf) -> Outcome:
    """Take in what was liked, disliked or seen; praise and blame of a suggestion are answered, not stored."""
    aspect = turn.reading.aspect
    bad = aspect in ("dislike", "assistant_bad") or (
        aspect is None and BAD.search(turn.message.text) is not None
    )
    if aspect in (None, "assistant_good", "assistant_bad"):
        return Outcome("feedback_bad" if bad else "feedback_good")
    if (
        aspect in ("like", "dislike")
        and not turn.slots.titles
        and (turn.slots.genres or turn.slots.exclude_genres)
    ):
        return taste(turn, shelf, liked=aspect == "like")
    titles = meant(turn, shelf)
    if not titles and turn.slots.popular:  # "o mais assistido" is what others watched
        return search(turn, shelf)
    if not titles:
        return Outcome({"like": "feedback_good", "dislike": "feedback_bad"}.get(aspect, "seen_which"))
    title = titles[0]
    names = facts.joined((one.name(turn.lang) for one in titles), turn.lang)
    word, act = {"like": ("like", "liked"), "dislike": ("dislike", "disliked"), "seen": ("watched", "seen")}[
        aspect or "like"
    ]
    if turn.own is None:
        return Outcome(f"{act}_guest", {"titles": names}, focus=title.title_id)
    actions = tuple(_opinion(one, word) for one in titles)
    return Outcome(act, {"titles": names}, actions=actions, focus=title.title_id)


def taste(turn: Turn, shelf: Shelf, liked: bool) -> Outcome:
    """A standing taste in a genre: what is liked is shown, what is not stays out of this conversation."""
    genres = turn.slots.genres or turn.slots.exclude_genres
    names = facts.joined((genre_name(genre, turn.lang).lower() for genre in genres), turn.lang)
    old = turn.state.wish or Wish()
    if liked:
        return find(
            turn, shelf, wishes.wish_of(replace(turn.slots.unspoken, genres=genres, exclude_genres=()))
        )
    changed = replace(turn.slots, text="", genres=(), exclude_genres=genres, compare=None)
    wish = wishes.refine(old, changed, None)
    shown = shelf.find(wish, turn.ready)
    picks = tuple(Pick(title) for title in shown.titles[:CARDS_MAX])
    return Outcome("taste_out" if picks else "taste_out_empty", {"genres": names}, picks, wish=wish)


# -- history and data -------------------------------------------------------------------------------------


def privacy(turn: Turn, shelf: Shelf) -> Outcome:
    """Show what was watched, ask before clearing it, and say where the viewer does the rest."""
    aspect = turn.reading.aspect or "info"
    if aspect == "show":
        return _history(turn, shelf)
    if aspect == "clear":
        if turn.own is None:
            return Outcome("own_guest", links=links(turn.lang, "privacy"))
        if re.search(r"\b(?:lista|list|watchlist)\b", turn.message.text) and turn.own.listed:
            return Outcome(
                "list_clear_ask",
                {"count": str(len(turn.own.listed))},
                offer="clear_list",
                chips=_yes_no(turn.lang),
            )
        return Outcome(
            "history_clear_ask",
            offer="clear_history",
            links=links(turn.lang, "privacy"),
            chips=_yes_no(turn.lang),
        )
    act = {"delete_account": "privacy_delete", "export": "privacy_export"}.get(aspect, "privacy_info")
    pages = ("privacy", "export") if aspect == "export" else ("privacy",)
    return Outcome(act, links=links(turn.lang, *pages))


def _yes_no(lang: str) -> tuple[str, ...]:
    return ("Sim", "Não") if lang == "pt" else ("Yes", "No")


def _history(turn: Turn, shelf: Shelf) -> Outcome:
    seen = dict.fromkeys((*(begun.title_id for begun in turn.continuing), *turn.watched))
    titles = {title.title_id: title for unit in seen if (title := shelf.catalogue.resolve(unit)) is not None}
    if not titles:
        return Outcome("history_empty", links=links(turn.lang, "privacy"))
    picks = tuple(Pick(title) for title in list(titles.values())[:CARDS_MAX])
    return Outcome("history_shown", {"count": str(len(titles))}, picks, links=links(turn.lang, "privacy"))


def accepted(turn: Turn) -> Outcome | None:
    """Return what a plain yes does after a question that cannot be taken back; None where none was asked."""
    if turn.state.offer not in ("clear_history", "clear_list") or turn.own is None:
        return None
    act = "history_cleared" if turn.state.offer == "clear_history" else "list_cleared"
    return Outcome(act, actions=(Action(turn.state.offer),), links=links(turn.lang, "privacy"))


def declined(turn: Turn) -> Outcome | None:
    """Return what a plain no does after such a question; None where none was asked."""
    return Outcome("kept_as_it_is") if turn.state.offer in ("clear_history", "clear_list") else None
