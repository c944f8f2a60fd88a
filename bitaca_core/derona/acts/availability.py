"""What is here: a title, its languages, its picture, its episodes, what arrived, what is on its way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts
from bitaca_core.derona.acts.opening import watchable
from bitaca_core.derona.acts.spoken_of import is_playing, names_nothing_known, subject
from bitaca_core.derona.acts.tracks import language_name, language_names, tracks_of
from bitaca_core.derona.context import Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query

_DOWNLOAD = re.compile(r"\b(?:baixar|baixo|download\w*|offline|sem internet)\b")
_NEW = re.compile(
    r"\b(?:o que (?:ha|tem|chegou|entrou|acabou de (?:chegar|entrar)) (?:de )?(?:nov\w+)?|chegou|novidades?|lancament\w+|estre\w+|acabou de (?:chegar|entrar)|entrou|entraram|what s new|new this|new (?:arrivals|here|in)|just arrived|came in)\b"
)
_LEAVING = re.compile(
    r"\b(?:sai|saindo|saem|sair|leaving|leave|leaves|expira\w*|vai embora|ultimos dias|last days|expir\w+)\b"
)
_SPAN = re.compile(r"\b(?:ess[ea]|est[ea]|nest[ea]|ness[ea]|this) (?:mes|semana|ano|fim|month|week|year)\b")
"""What points at a time, not at a title."""
_PICTURE = re.compile(
    r"\b(?:4k|2160p?|1440p?|1080p?|720p?|full ?hd|hd|uhd|hdr|resolucao|resolution|qualidade|quality)\b"
)
_EPISODES = re.compile(r"\b(?:ep|eps|episodios?|episodes?|temporadas?|seasons?|capitulos?|caps?)\b")
_SOUND = re.compile(
    r"\b(?:dublad\w+|dublagem|audio|dub|dubbed|dubbing|falad\w+|som|original|idiomas?|linguas?|languages?|em (?:portugues|ingles|japones|espanhol|frances|italiano|alemao|coreano|chines|russo)|in (?:portuguese|english|japanese|spanish|french|italian|german|korean|chinese|russian))\b"
)
_READ = re.compile(r"\b(?:legendad\w+|legendas?|subtitles?|subtitled|subbed|subs|captions?|cc)\b")
_LANGUAGES = {
    "pt": r"portugues\w*|brasileir\w+|portuguese", "en": r"ingles\w*|english", "ja": r"japones\w*|japanese",
    "es": r"espanhol\w*|spanish", "fr": r"frances\w*|french", "it": r"italian\w*", "de": r"alema\w*|german",
    "ko": r"corean\w*|korean", "zh": r"chines\w*|mandarim|mandarin|chinese", "ru": r"russ[oa]|russian",
}  # fmt: skip


def availability(turn: Turn, shelf: Shelf) -> Outcome:
    """Say what of a title is here, from its packages and the catalogue; or what is new, leaving, on its way."""
    text = turn.message.text
    if _DOWNLOAD.search(text):
        return Outcome("download_none")
    pointed = turn.slots.reference and _SPAN.search(text) is None
    named = bool(turn.slots.titles or turn.slots.ordinal is not None or pointed)
    asks_tracks = bool(_READ.search(text) or _SOUND.search(text))
    if not named and not asks_tracks and not _EPISODES.search(text):
        if _LEAVING.search(text):
            return leaving(turn, shelf)
        if _NEW.search(text) and not turn.slots.text:
            return news(turn, shelf)
    spoken_of = None if turn.slots.titles else subject(turn, shelf)
    title = subject(turn, shelf) if named or spoken_of is not None else None
    if title is None or (
        names_nothing_known(turn) and not (asks_tracks or _PICTURE.search(text) or _EPISODES.search(text))
    ):
        return watchable(turn, shelf)
    if asks_tracks:
        return languages(turn, shelf, title)
    if _PICTURE.search(text):
        return picture(turn, shelf, title)
    if _EPISODES.search(text) and title.kind == "series":
        return episodes(turn, shelf, title)
    return watchable(turn, shelf)


def _about(turn: Turn, shelf: Shelf, title: Title, act: str, said: dict[str, str]) -> Outcome:
    here = is_playing(turn, shelf, title)
    return Outcome(
        act,
        {"title": title.name(turn.lang), **said},
        () if here else (Pick(title),),
        focus=title.title_id,
        offer="play" if shelf.unit(title, turn.ready) and not here else "",
        continues=True,
    )


def asked_language(text: str, title: Title) -> str | None:
    """Return the language that a text names; dubbed and subtitled mean Portuguese, original is the title's own."""
    for code, pattern in _LANGUAGES.items():
        if re.search(rf"\b(?:{pattern})\b", text):
            return code
    if "original" in text.split():
        return title.languages[0].split("-")[0] if title.languages else None
    if re.search(r"\b(?:dublad\w+|dublagem|legendad\w+)\b", text):
        return "pt"
    return None


def _speaks(codes: Iterable[str], wanted: str) -> bool:
    return any(code.lower().split("-")[0] == wanted for code in codes)


def languages(turn: Turn, shelf: Shelf, title: Title) -> Outcome:
    """Say in what a title can be heard and read here, and whether in the language that was asked for."""
    lang, text = turn.lang, turn.message.text
    audio, read = title.audio_languages, title.subtitle_languages
    if is_playing(turn, shelf, title):  # the player knows best
        audio, read = tracks_of(turn, shelf, "audio") or audio, tracks_of(turn, shelf, "text") or read
    if shelf.unit(title, turn.ready) is None:
        return watchable(turn, shelf)
    heard, seen = language_names(audio, lang), language_names(read, lang)
    if not heard and not seen:
        return _about(turn, shelf, title, "tracks_unknown", {})
    wanted = asked_language(text, title)
    reads = _READ.search(text) is not None and not re.search(
        r"\b(?:dublad\w+|dublagem|audio|dubbed|dub)\b", text
    )
    pool, told = (read, seen) if reads else (audio, heard)
    if wanted is not None:
        said = {"language": language_name(wanted, lang)}
        if _speaks(pool, wanted):
            return _about(turn, shelf, title, "text_yes" if reads else "audio_yes", said)
        if told:
            return _about(turn, shelf, title, "text_no" if reads else "audio_no", said | {"languages": told})
    if heard and seen:
        return _about(turn, shelf, title, "tracks_of", {"audio": heard, "text": seen})
    if heard:
        return _about(turn, shelf, title, "tracks_audio", {"audio": heard})
    return _about(turn, shelf, title, "tracks_text", {"text": seen})


def picture(turn: Turn, shelf: Shelf, title: Title) -> Outcome:
    """Say how sharp the picture of what can be watched is."""
    unit = shelf.unit(title, turn.ready)
    heights = sorted(shelf.packages.heights(unit)) if unit else []
    if unit is None:
        return watchable(turn, shelf)
    if not heights:
        return _about(turn, shelf, title, "unknown_fact", {})
    said = {
        "quality": f"{heights[-1]}p",
        "qualities": facts.joined((f"{height}p" for height in heights), turn.lang),
    }
    return _about(turn, shelf, title, "picture_of", said)


def episodes(turn: Turn, shelf: Shelf, title: Title) -> Outcome:
    """Say how many episodes there are, and how many of them can be watched."""
    units = [episode.title_id for episode in title.episodes]
    if not units:
        return _about(turn, shelf, title, "unknown_fact", {})
    ready = sum(unit in turn.ready for unit in units)
    said = {"count": str(len(units)), "ready": str(ready)}
    if ready == 0:
        return _about(turn, shelf, title, "episodes_none_here", {"count": str(len(units))})
    return _about(turn, shelf, title, "episodes_all_here" if ready == len(units) else "episodes_here", said)


def news(turn: Turn, shelf: Shelf) -> Outcome:
    """Show what is on its way, then the newest of what can be watched: dates of arrival are not kept."""
    fits = Query(
        genres=turn.slots.genres,
        countries=turn.slots.countries,
        kinds=turn.slots.kinds,
        max_age=turn.slots.max_age,
    )
    wish = Wish(query=fits)
    coming = [
        title
        for title in shelf.find(wish, turn.ready, limit=20).titles
        if shelf.arrives(title, turn.ready, turn.coming)
    ]
    ready = shelf.find(
        replace(wish, order="newest", query=replace(fits, playable_only=True)), turn.ready
    ).titles
    picks = tuple(
        Pick(title) for title in dict.fromkeys((*ready[: CARDS_MAX - len(coming[:2])], *coming[:2]))
    )
    if not picks:
        return Outcome("nothing")
    if not ready:
        return Outcome("suggest_arriving" if coming else "suggest_absent", {}, picks, wish=wish)
    if coming:
        names = facts.joined((title.name(turn.lang) for title in coming[:3]), turn.lang)
        return Outcome("news_coming", {"titles": names}, picks, wish=wish)
    return Outcome("news", {}, picks, wish=wish)


def leaving(turn: Turn, shelf: Shelf) -> Outcome:
    """Show what the catalogue says will leave, first what leaves first."""
    ends = [
        (title.available_until, title)
        for title in shelf.catalogue
        if title.available_until is not None and shelf.unit(title, turn.ready)
    ]
    if not ends:
        return Outcome("leaving_none")
    ends.sort(key=lambda pair: (pair[0], pair[1].title_id))
    picks = tuple(Pick(title, reason=_until(title, turn.lang)) for _, title in ends[:CARDS_MAX])
    return Outcome("leaving", {}, picks)


def _until(title: Title, lang: str) -> str:
    day = title.available_until
    assert day is not None
    return f"Fica até {day:%d/%m/%Y}" if lang == "pt" else f"Here until {day:%Y-%m-%d}"
