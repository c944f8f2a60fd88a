"""Chips: up to four things to say next, each one understood by the engine itself and true of this moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.commands import Command
from bitaca_core.derona.context import Outcome, PlayerContext, Turn
from bitaca_core.derona.intents import Reading
from bitaca_core.derona.shelf import Shelf

CHIPS_MAX = 4
NEAR_END_SHARE = 0.95
"""From this share of the length on, what comes next is of more use than what just was."""
_QUIET = {"crisis", "bye", "refuse"}
_PLAYER_INTENTS = frozenset(("control", "player_control", "tracks", "resume"))

Pair = tuple[str, str]

WHERE: Pair = ("Onde eu parei?", "Where did I stop?")
RECAP: Pair = ("Me lembra o que aconteceu", "Remind me what happened")
SAVE: Pair = ("Guarda na minha lista", "Save it to my list")
LIST: Pair = ("Mostra minha lista", "Show my list")
WHY_EACH: Pair = ("Por que esses?", "Why these?")
LIGHT: Pair = ("Qualidade baixa", "Low quality")
NEXT: Pair = ("Próximo episódio", "Next episode")
PAUSE: Pair = ("Pausa", "Pause")
GO_ON: Pair = ("Continua", "Resume")
SUBTITLES: Pair = ("Legenda em português", "Subtitles in English")
AUTO: Pair = ("Qualidade automática", "Auto quality")
_START: tuple[Pair, ...] = (
    ("Animes de ação", "Action anime"),
    ("Algo curtinho", "Something short"),
    ("Pra ver com crianças", "To watch with kids"),
    ("Me surpreende", "Surprise me"),
)
_LIST: tuple[Pair, ...] = (
    ("Mais curto", "Shorter"),
    ("Outro", "Another one"),
    ("Só os que dá pra assistir", "Only what's playable"),
    WHY_EACH,
)
_ONE: tuple[Pair, ...] = (
    ("Assistir esse", "Play this one"),
    ("Do que se trata?", "What is it about?"),
    ("Mais como esse", "More like this"),
    SAVE,
)
_OPENING: tuple[Pair, ...] = (_ONE[1], _ONE[2], SAVE)
_KEPT: tuple[Pair, ...] = (("O primeiro", "The first one"), ("Me surpreende", "Surprise me"))
_ABSENT: tuple[Pair, ...] = (
    ("Mais como esse", "More like this"),
    ("Só os que dá pra assistir", "Only what's playable"),
    ("Me surpreende", "Surprise me"),
)
_BACK: Pair = ("Volta 10 segundos", "Go back 10 seconds")
_WIDE: Pair = ("Tela cheia", "Full screen")
_HEAR: Pair = ("Volta o som", "Unmute")
_TROUBLE: tuple[Pair, ...] = (LIGHT, AUTO, _HEAR, SUBTITLES)


def _order(name: str, value: object = None) -> Reading:
    return Reading("player_control", Command(name, value))


_MEANT: dict[Pair, Reading | tuple[Reading, Reading]] = {
    WHERE: Reading("resume", aspect="where"),
    RECAP: Reading("resume", aspect="recap"),
    SAVE: Reading("watchlist", aspect="add"),
    LIST: Reading("watchlist", aspect="show"),
    WHY_EACH: Reading("why"),
    PAUSE: _order("pause"),
    GO_ON: _order("resume"),
    NEXT: _order("next"),
    _BACK: _order("seek", {"relative": -10}),
    _WIDE: _order("fullscreen", True),
    _HEAR: _order("mute", False),
    LIGHT: _order("quality", "lowest"),
    AUTO: _order("quality", "auto"),
    SUBTITLES: (
        Reading("tracks", Command("text", "pt")),
        Reading("tracks", Command("text", "en")),
    ),
}
"""What is offered is known beforehand: no reading of words can miss it. The orders count only beside a player."""


def meant(text: str, player: PlayerContext | None) -> Reading | None:
    """Return what a chip means that was pressed or typed word for word; None for any other message.

    An order to the player is one only where a video is open: without one, "continua" may mean what was begun.
    """
    folded, plays = fold(text), player is not None and player.title_id is not None
    found = _spoken_chips().get(folded)
    if found is not None:
        return found if plays or found.command is None else None
    quality = folded.removeprefix("muda ").removeprefix("para ").removeprefix("pra ").removeprefix("set ")
    if plays and quality != folded and quality.removesuffix("p").isdigit() and quality.endswith("p"):
        return _order("quality", quality)
    clock = _CLOCK.fullmatch(text.strip())
    return _order("seek", {"absolute": _seconds(clock[1])}) if clock and plays else None


@lru_cache(maxsize=1)
def _spoken_chips() -> dict[str, Reading]:
    """Return what each chip means, by its folded words."""
    return {
        fold(words): reading[place] if isinstance(reading, tuple) else reading
        for pair, reading in reversed(_MEANT.items())
        for place, words in reversed(list(enumerate(pair)))
    }


_CLOCK = re.compile(r"(?i)(?:vai para|go to) (\d{1,2}(?::\d{2}){1,2})")


def _seconds(clock: str) -> int:
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    return total


def after(outcome: Outcome, turn: Turn, shelf: Shelf) -> tuple[str, ...]:
    """Return the chips that fit this moment, in the message's language."""
    if outcome.act in _QUIET:
        return ()
    spoken = [pair[turn.lang != "pt"] for pair in _moment(outcome, turn, shelf)]
    return tuple(dict.fromkeys((*outcome.chips, *spoken)))[:CHIPS_MAX]


def _moment(outcome: Outcome, turn: Turn, shelf: Shelf) -> tuple[Pair, ...]:
    player = turn.player if turn.player is not None and turn.player.title_id is not None else None
    if turn.reading.intent == "trouble":
        return tuple(pair for pair in _TROUBLE if pair != SUBTITLES or _readable(turn, player))
    opens = any(action.action in ("play", "play_at") for action in outcome.actions)
    aside = not outcome.picks and (not outcome.focus or outcome.act.startswith("spoiler"))
    if (
        player is not None
        and not opens
        and (turn.reading.intent in _PLAYER_INTENTS or outcome.actions or aside)
    ):
        return _player(outcome, turn, shelf, player)
    focus = shelf.catalogue.resolve(outcome.focus) if outcome.focus else None
    if outcome.act in ("list_added", "list_already"):
        return (LIST, *_start(turn))
    if focus is not None:
        chips = _OPENING if opens else _ONE if shelf.unit(focus, turn.ready) else _ABSENT
        savable = turn.own is not None and focus.title_id not in turn.own.listed
        return chips if savable else tuple(pair for pair in chips if pair != SAVE)
    if outcome.picks and turn.reading.intent in (
        "watchlist",
        "history_privacy",
        "continue",
        "continue_watching",
    ):
        return _KEPT
    if outcome.picks or (turn.state.listed and turn.reading.intent in ("refine", "another", "deny", "why")):
        return _LIST
    return _start(turn)


def _start(turn: Turn) -> tuple[Pair, ...]:
    return (WHERE, *_START) if turn.continuing else _START


def _player(outcome: Outcome, turn: Turn, shelf: Shelf, player: PlayerContext) -> tuple[Pair, ...]:
    """Return what is of use beside a running player: what was just done is not offered again."""
    did = outcome.actions[0].action if outcome.actions else ""
    paused = did == "pause" or (player.paused and did not in ("resume", "play"))
    unit = player.title_id or ""
    length = player.duration or shelf.packages.duration_s(unit) or 0.0
    ending = bool(length) and player.position_s >= NEAR_END_SHARE * length
    wanted: list[tuple[Pair, Callable[[], bool]]] = [
        (GO_ON if paused else PAUSE, lambda: True),
        (NEXT, lambda: _follows(turn, shelf, unit) and (ending or did != "play")),
        (
            RECAP,
            lambda: (
                turn.reading.aspect != "recap" and not ending and bool(shelf.packages.lines(unit, turn.lang))
            ),
        ),
        (_BACK, lambda: player.position_s > 0 and not ending),
        (SUBTITLES, lambda: did != "text" and _readable(turn, player)),
        (AUTO, lambda: player.quality != "auto" and did != "quality"),
        (_WIDE, lambda: did != "fullscreen"),
    ]
    return tuple(pair for pair, fits in wanted if fits())


def _follows(turn: Turn, shelf: Shelf, unit: str) -> bool:
    series = shelf.catalogue.parent_of(unit)
    if series is None:
        return False
    units = [one for one in shelf.catalogue.playable_ids(series) if one in turn.ready]
    return unit in units and unit != units[-1]


def _readable(turn: Turn, player: PlayerContext | None) -> bool:
    """Return whether subtitles in the viewer's language may be there, and are not on already."""
    if player is None:
        return True
    if (player.text_chosen or "").startswith(turn.lang):
        return False
    return player.text is None or any(tag.lower().startswith(turn.lang) for tag in player.text)
