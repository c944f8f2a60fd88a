"""Where the viewer stopped, what was said so far, and where a scene is. Nothing after the place reached is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import answers, facts, recap
from bitaca_core.derona.context import Action, Citation, Outcome, Pick, Turn
from bitaca_core.derona.shelf import CARDS_MAX, Shelf
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query
from bitaca_core.search.scenes import Line, asks_for_scene

BEGUN_MIN_S = 5.0
LEAD_S = 1.0
"""A scene begins a moment before its first words."""
_WHO = re.compile(
    r"\b(?:quem (?:e|era|sao|eh)|who (?:is|s|was|are))\b (?:(?:mesmo|esse|essa|esta|este|aquele|aquela|o|a|os|as|tal|tal de|that|this|the|de) )*(?P<name>[\w ]+)"
)
_ASKED = re.compile(
    r"\b(?:(?:a |o )?(?:cena|parte|momento|trecho|hora|fala|frase) (?:em que|que|onde|quando|do|da|dos|das|de)?|em que (?:minuto|momento|hora|parte)|(?:que|qual) (?:o )?(?:minuto|momento|hora)|onde (?:e|foi|fica|ta|esta)|acha|acho|procura|encontra|mostra|cade|volta|vai|pra|para|aquela|aquele|quero|ver|"
    r"the (?:scene|part|moment|line|bit)|(?:what|which) (?:minute|scene|part)|when (?:does|do|did)|where (?:is|was|does|do|did)|find|show me|go (?:back )?to|"
    r"(?:ele|ela|eles|alguem|he|she|they|someone|somebody) (?:fala|falam|disse|diz|dizem|falou|says?|said|talks?)|(?:fala|falam|falou|falaram|disse|disseram|diz|dizem)(?: (?:de|do|da|dos|das|sobre|que))?|says?|said|talks? about)\b"
)


_RECAP = re.compile(
    r"\b(?:resum\w+|recap\w*|relembr\w+|(?:me )?(?:lembra|atualiza|situa)(?: (?:ai|de novo))? (?:o que|da|do)|o que (?:e que )?(?:ja )?(?:aconteceu|rolou|teve|houve|passou)(?: ate)?|(?:ate|so ate) (?:aqui|agora|onde (?:eu )?(?:vi|parei|estou))|what (?:has |s )?happened|what did i miss|catch me up|remind me|so far|previously)\b"
)
_WHERE = re.compile(
    r"\b(?:onde (?:e que )?(?:eu |a gente |nos )?(?:parei|parou|paramos|tinha parado|fiquei|estava)|em que (?:parte|minuto|ponto|episodio) (?:eu )?(?:parei|estava|fiquei|estou)|where (?:did i|was i|had i|i)(?: left off| stop\w*| leave off)?|left off)\b"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the viewer is in a film or episode; `whole` when it was seen to the end."""

    unit: str
    title: Title
    position_s: float
    playing: bool = False
    whole: bool = False


def ending(turn: Turn, shelf: Shelf) -> Outcome | None:
    """Return how what is open ends, in its own last words, to somebody who allowed spoilers; None to everybody else."""
    if not turn.state.spoilers:
        return None
    place = place_of(turn, shelf)
    if place is None:
        return Outcome("ending_which")
    said = {"title": name_of(place.unit, place.title, shelf, turn.lang)}
    last = recap.latest(recap.heard(shelf.packages.lines(place.unit, turn.lang), recap.WHOLE_S))
    if last is None:
        return Outcome("ending_untold", said, focus=place.title.title_id)
    said |= {"quote": recap.quoted(last.text), "at": facts.clock(last.start_s)}
    return Outcome(
        "ending_heard", said, focus=place.title.title_id, citations=_cite(place.unit, [last]), continues=True
    )


def bound_s(turn: Turn, position_s: float) -> float:
    """Return up to where lines may be quoted: the place reached, or all of it where the viewer allowed spoilers."""
    return recap.WHOLE_S if turn.state.spoilers else position_s


def reached(turn: Turn) -> dict[str, float]:
    """Return how far the viewer has come, seconds by unit: the playhead where it plays, else the history."""
    player = turn.player
    playing = (
        (player.title_id, player.position_s) if player is not None and player.title_id is not None else None
    )
    return recap.reached(turn.watched, ((one.title_id, one.position_s) for one in turn.continuing), playing)


def place_of(turn: Turn, shelf: Shelf) -> Place | None:
    """Return where the viewer is: in the title that was named, else what plays, else what was begun last."""
    title = _named(turn, shelf)
    player = turn.player
    if player is not None and player.title_id is not None:
        playing = shelf.catalogue.resolve(player.title_id)
        if playing is not None and title in (None, playing):
            return Place(player.title_id, playing, player.position_s, playing=True)
    begun = [(item, shelf.catalogue.resolve(item.title_id)) for item in turn.continuing]
    fits = [(item, own) for item, own in begun if own is not None and title in (None, own)]
    if fits:
        item, own = fits[0]
        return Place(item.title_id, own, item.position_s)
    for unit in turn.watched if title is not None else ():
        if title is not None and shelf.catalogue.resolve(unit) == title:
            return Place(unit, title, recap.WHOLE_S, whole=True)
    return None


def _named(turn: Turn, shelf: Shelf) -> Title | None:
    slots, state = turn.slots, turn.state
    if slots.titles:
        return shelf.catalogue.resolve(slots.titles[0])
    if slots.ordinal is not None and state.listed and not _plays(turn):
        return answers.subject(turn, shelf)
    if slots.reference and state.focus and not _plays(turn):
        return shelf.catalogue.resolve(state.focus)
    return None


def _plays(turn: Turn) -> bool:
    return turn.player is not None and turn.player.title_id is not None


def name_of(unit: str, title: Title, shelf: Shelf, lang: str) -> str:
    """Return the title's name, of a series with the episode's number."""
    episode = shelf.catalogue.episode(unit)
    if episode is None:
        return title.name(lang)
    return f"{title.name(lang)}, {'episódio' if lang == 'pt' else 'episode'} {episode.number}"


# -- going on ---------------------------------------------------------------------------------------------


def resume(turn: Turn, shelf: Shelf) -> Outcome:
    """Go on with something, say where that was, or tell what was said up to there."""
    aspect = turn.reading.aspect
    if aspect == "recap":
        return recap_of(turn, shelf)
    if aspect == "where":
        return where(turn, shelf)
    place = place_of(turn, shelf)
    if place is None:
        if turn.slots.titles or turn.slots.ordinal is not None:
            return answers.play(turn, shelf)
        return _nothing_begun(turn, shelf)
    if place.playing:
        return Outcome("resume", actions=(Action("resume"),), focus=place.title.title_id)
    if place.unit not in turn.ready:
        return answers.open_title(turn, shelf, place.title)
    said = {
        "title": name_of(place.unit, place.title, shelf, turn.lang),
        "time": facts.clock(place.position_s),
    }
    return Outcome(
        "resume_open" if place.position_s >= BEGUN_MIN_S and not place.whole else "play",
        said,
        (Pick(place.title, unit=place.unit, position_s=_position(place)),),
        (Action("play", place.unit),),
        focus=place.title.title_id,
        continues=True,
    )


def _position(place: Place) -> float | None:
    return None if place.whole else place.position_s


def _nothing_begun(turn: Turn, shelf: Shelf) -> Outcome:
    from bitaca_core.derona.policy import suggest_instead

    return suggest_instead(turn, shelf, "continue_none")


def asked_back(turn: Turn, shelf: Shelf) -> Outcome | None:
    """Return the recap or the place that a message asks for in so many words, whatever it was read as; else None."""
    text = turn.message.text
    if _WHERE.search(text):
        return where(turn, shelf)
    if _RECAP.search(text) and place_of(turn, shelf) is not None:
        return recap_of(turn, shelf)
    return None


def where(turn: Turn, shelf: Shelf) -> Outcome:
    """Say where the viewer stopped, with the last line that was heard there."""
    place = place_of(turn, shelf)
    if place is None:
        title = _named(turn, shelf)
        if title is not None:
            said = {"title": title.name(turn.lang)}
            return Outcome(
                "not_begun", said, (Pick(title),), focus=title.title_id, offer=_offer(turn, shelf, title)
            )
        return _nothing_begun(turn, shelf)
    said = {
        "title": name_of(place.unit, place.title, shelf, turn.lang),
        "time": facts.clock(place.position_s),
    }
    picks = () if place.playing else (_card(place, turn.lang),)
    offer = "" if place.playing else _offer(turn, shelf, place.title)
    if place.whole:
        return Outcome("seen_whole", said, picks, focus=place.title.title_id, offer=offer)
    last = recap.latest(recap.heard(shelf.packages.lines(place.unit, turn.lang), place.position_s))
    if place.position_s < BEGUN_MIN_S:
        return Outcome("continue_title", said, picks, focus=place.title.title_id, offer=offer)
    act = "where_playing" if place.playing else "continue"
    cited = _cite(place.unit, [last] if last is not None else [])
    if last is not None:
        act = f"{act}_heard"
        said |= {"quote": recap.quoted(last.text), "at": facts.clock(last.start_s)}
    return Outcome(act, said, picks, focus=place.title.title_id, offer=offer, citations=cited)


def _offer(turn: Turn, shelf: Shelf, title: Title) -> str:
    return "play" if shelf.unit(title, turn.ready) else ""


def _card(place: Place, lang: str) -> Pick:
    at = facts.clock(place.position_s)
    reason = "" if place.whole else f"Você parou em {at}" if lang == "pt" else f"You stopped at {at}"
    return Pick(place.title, unit=place.unit, position_s=_position(place), reason=reason)


def _cite(unit: str, lines: list[Line]) -> tuple[Citation, ...]:
    return tuple(Citation(unit, line.start_s, line.end_s, recap.quoted(line.text)) for line in lines)


def recap_of(turn: Turn, shelf: Shelf) -> Outcome:
    """Tell what was said up to the playhead: a few of its own lines, with their times."""
    place = place_of(turn, shelf)
    if place is None:
        return where(turn, shelf)
    name = name_of(place.unit, place.title, shelf, turn.lang)
    lines = shelf.packages.lines(place.unit, turn.lang)
    past = recap.heard(lines, place.position_s)
    picks = () if place.playing else (_card(place, turn.lang),)
    offer = "" if place.playing else _offer(turn, shelf, place.title)
    said = {
        "title": name,
        "time": facts.clock(
            past[-1].end_s if place.whole and past else min(place.position_s, recap.WHOLE_S - 1)
        ),
    }
    if not lines or (place.whole and not past):
        return Outcome("recap_no_text", {"title": name}, picks, focus=place.title.title_id, offer=offer)
    last = recap.latest(past)
    if last is None:
        return Outcome("recap_nothing_yet", said, picks, focus=place.title.title_id, offer=offer)
    chosen = [*recap.gist([line for line in past if line.end_s <= last.start_s], 2), last]
    act = "recap" if len(chosen) > 1 else "recap_one"
    told = _listed(chosen[:-1], turn.lang)
    said |= {"quote": recap.quoted(chosen[-1].text), "at": facts.clock(chosen[-1].start_s)}
    if told:
        said["quotes"] = told
    return Outcome(
        act, said, picks, focus=place.title.title_id, offer=offer, citations=_cite(place.unit, chosen)
    )


def _listed(lines: list[Line], lang: str) -> str:
    return facts.joined(
        (f"“{recap.quoted(line.text)}” ({facts.clock(line.start_s)})" for line in lines), lang
    )


# -- who --------------------------------------------------------------------------------------------------


def asked_name(turn: Turn) -> str | None:
    """Return whom "quem é ...?" asks for, folded; None where nobody is."""
    found = _WHO.search(turn.message.text)
    if found is None:
        return None
    name = re.sub(
        r"\b(?:titulo\d|mesmo|nesse|desse|nisso|filme|serie|anime|in this|do filme|da serie)\b",
        " ",
        found["name"],
    )
    return " ".join(name.split()) or None


def who(turn: Turn, shelf: Shelf, name: str) -> Outcome | None:
    """Tell what was heard of somebody up to the playhead; None where nothing is known and others may answer."""
    place = place_of(turn, shelf)
    if place is None:
        return None
    title = name_of(place.unit, place.title, shelf, turn.lang)
    lines = shelf.packages.lines(place.unit, turn.lang)
    if not lines:
        return None
    found = recap.mentions(recap.heard(lines, place.position_s), name)
    said = {"title": title, "time": facts.clock(min(place.position_s, lines[-1].end_s))}
    if not found:
        return Outcome("who_unheard", said, focus=place.title.title_id, continues=True)
    chosen = [found[0], *found[-1:]] if len(found) > 1 else found
    said["quotes"] = _listed(chosen, turn.lang)
    return Outcome(
        "who_heard", said, focus=place.title.title_id, continues=True, citations=_cite(place.unit, chosen)
    )


# -- scenes -----------------------------------------------------------------------------------------------


def scene_words(turn: Turn) -> str:
    """Return what happens or is said in the scene that is asked for, folded."""
    quote = re.search(r"[\"“”'‘’«]([^\"“”«»]{3,})[\"“”'‘’»]", turn.message.raw)
    if quote:
        return fold(quote[1])
    spoken = re.sub(r"\btitulo\d\b", " ", turn.slots.masked or turn.message.text)
    rest = _ASKED.sub(" ", fold(asks_for_scene(spoken) or spoken))
    return " ".join(rest.split())


def find_line(shelf: Shelf, lang: str, words: str, unit: str, until_s: float) -> Line | None:
    """Return the line of a unit, up to a place, that says what was asked; by meaning where no line does by words."""
    past = recap.heard(shelf.packages.lines(unit, lang), until_s)
    line = recap.spoken_line(past, words)
    if line is not None:
        return line
    for scene in shelf.packages.scenes(words, lang, 3, {unit: until_s}, unit):
        if scene.title_id == unit and scene.end_s <= until_s:
            inside = (one for one in past if scene.start_s <= one.start_s and one.end_s <= scene.end_s)
            first = next((one for one in inside if recap.quotable(one.text)), None)
            if first is not None:
                return first
    return None


def scene_search(turn: Turn, shelf: Shelf) -> Outcome:
    """Find a scene or a line by its words, in what the viewer has seen; else a title by what happens in it."""
    back = asked_back(turn, shelf)
    if back is not None:
        return back
    name = asked_name(turn)
    if name is not None and (told := who(turn, shelf, name)) is not None:
        return told
    words = scene_words(turn)
    if not words:
        return Outcome("scene_ask")
    seen = reached(turn)
    place = place_of(turn, shelf)
    if place is not None and (place.playing or _named(turn, shelf) is not None):
        return _scene_in(turn, shelf, place, words)
    if _named(turn, shelf) is None:
        for scene in shelf.packages.scenes(words, turn.lang, 5, seen):
            title = shelf.catalogue.resolve(scene.title_id)
            if title is None or scene.end_s > seen.get(scene.title_id, 0.0):
                continue
            line = find_line(shelf, turn.lang, words, scene.title_id, scene.end_s)
            if line is not None:
                return _found(turn, shelf, Place(scene.title_id, title, seen[scene.title_id]), line)
        return _titles_like(turn, shelf, words)
    title = _named(turn, shelf)
    assert title is not None
    said = {"title": title.name(turn.lang)}
    return Outcome(
        "scene_unseen", said, (Pick(title),), focus=title.title_id, offer=_offer(turn, shelf, title)
    )


def _scene_in(turn: Turn, shelf: Shelf, place: Place, words: str) -> Outcome:
    name = name_of(place.unit, place.title, shelf, turn.lang)
    if not shelf.packages.lines(place.unit, turn.lang):
        return Outcome("scene_no_text", {"title": name}, focus=place.title.title_id)
    line = find_line(shelf, turn.lang, words, place.unit, bound_s(turn, place.position_s))
    if line is None:
        said = {"title": name}
        return Outcome("scene_none", said, focus=place.title.title_id)
    return _found(turn, shelf, place, line)


def _found(turn: Turn, shelf: Shelf, place: Place, line: Line) -> Outcome:
    at = max(0.0, line.start_s - LEAD_S)
    said = {
        "title": name_of(place.unit, place.title, shelf, turn.lang),
        "at": facts.clock(line.start_s),
        "quote": recap.quoted(line.text),
    }
    go = "Vai para" if turn.lang == "pt" else "Go to"
    return Outcome(
        "scene_found",
        said,
        ()
        if place.playing
        else (Pick(place.title, unit=place.unit, at_s=at, reason=_scene_reason(said["at"], turn.lang)),),
        focus=place.title.title_id,
        offer=f"at:{place.unit}:{at:.3f}",
        citations=_cite(place.unit, [line]),
        chips=(f"{go} {said['at']}",) if place.playing else (),
        continues=True,
    )


def _scene_reason(at: str, lang: str) -> str:
    return f"A cena começa em {at}" if lang == "pt" else f"The scene begins at {at}"


def _titles_like(turn: Turn, shelf: Shelf, words: str) -> Outcome:
    """Look for a film by what happens in it: synopses tell, subtitles that were not reached do not."""
    if _plays(turn):
        return Outcome("scene_none_anywhere")
    wish = Wish(query=Query(text=words))
    found = shelf.find(wish, turn.ready)
    picks = tuple(Pick(title, near=True) for title in found.titles or found.near)[:CARDS_MAX]
    if not picks:
        return Outcome("scene_none_anywhere")
    return Outcome("scene_titles", {}, picks, wish=wish)


def go_to_scene(turn: Turn, shelf: Shelf, words: str) -> Outcome:
    """Move the playhead to a scene that was seen already, or say that there is none."""
    place = place_of(replace(turn, slots=replace(turn.slots, titles=(), ordinal=None)), shelf)
    if place is None or not place.playing:
        return Outcome("no_player")
    name = name_of(place.unit, place.title, shelf, turn.lang)
    if not shelf.packages.lines(place.unit, turn.lang):
        return Outcome("scene_no_text", {"title": name})
    line = find_line(shelf, turn.lang, words, place.unit, bound_s(turn, place.position_s))
    if line is None:
        return Outcome("scene_none", {"title": name})
    at = max(0.0, line.start_s - LEAD_S)
    return Outcome(
        "seek_scene",
        {"at": facts.clock(line.start_s), "quote": recap.quoted(line.text)},
        actions=(Action("seek", {"absolute": at}),),
        citations=_cite(place.unit, [line]),
    )


def play_scene(turn: Turn, shelf: Shelf, title: Title) -> Outcome:
    """Open a title at a scene that the viewer has seen; one that was not reached is not looked for."""
    words, seen = scene_words(turn), reached(turn)
    for unit in shelf.catalogue.playable_ids(title):
        if unit not in seen or unit not in turn.ready or not words:
            continue
        line = find_line(shelf, turn.lang, words, unit, seen[unit])
        if line is None:
            continue
        at = max(0.0, line.start_s - LEAD_S)
        here = turn.player is not None and turn.player.title_id == unit
        action = (
            Action("seek", {"absolute": at})
            if here
            else Action("play_at", {"title_id": unit, "position_s": at})
        )
        return Outcome(
            "play_scene",
            {"title": name_of(unit, title, shelf, turn.lang), "at": facts.clock(line.start_s)},
            ()
            if here
            else (
                Pick(title, unit=unit, at_s=at, reason=_scene_reason(facts.clock(line.start_s), turn.lang)),
            ),
            (action,),
            focus=title.title_id,
            citations=_cite(unit, [line]),
            continues=True,
        )
    if shelf.unit(title, turn.ready) is None:
        return answers.open_title(turn, shelf, title)
    act = (
        "scene_none" if any(unit in seen for unit in shelf.catalogue.playable_ids(title)) else "scene_unseen"
    )
    return Outcome(act, {"title": title.name(turn.lang)}, (Pick(title),), focus=title.title_id, offer="play")


def accepted(turn: Turn, shelf: Shelf) -> Outcome | None:
    """Return what a plain yes does after a scene was found; None where no scene is offered."""
    kind, _, rest = turn.state.offer.partition(":")
    if kind != "at":
        return None
    unit, _, at = rest.rpartition(":")
    title = shelf.catalogue.resolve(unit)
    if title is None:
        return None
    position: Mapping[str, object] = {"title_id": unit, "position_s": float(at)}
    here = turn.player is not None and turn.player.title_id == unit
    action = Action("seek", {"absolute": float(at)}) if here else Action("play_at", dict(position))
    if not here and unit not in turn.ready:
        return answers.open_title(turn, shelf, title)
    return Outcome("seek_to", {"time": facts.clock(float(at))}, actions=(action,), focus=title.title_id)


# -- what was begun ---------------------------------------------------------------------------------------


def continue_watching(turn: Turn, shelf: Shelf) -> Outcome:
    """Return what was begun and not finished, latest first, each with the place where the viewer stopped."""
    seen: dict[str, Place] = {}
    for begun in turn.continuing:
        title = shelf.catalogue.resolve(begun.title_id)
        if title is not None and title.title_id not in seen:
            seen[title.title_id] = Place(begun.title_id, title, begun.position_s)
    places = list(seen.values())[:CARDS_MAX]
    if not places:
        return _nothing_begun(turn, shelf)
    if len(places) == 1:
        return where(replace(turn, player=None), shelf)
    picks = tuple(_card(place, turn.lang) for place in places)
    first = places[0]
    said = {
        "title": name_of(first.unit, first.title, shelf, turn.lang),
        "time": facts.clock(first.position_s),
    }
    return Outcome("continue_many", said, picks, focus=None)
