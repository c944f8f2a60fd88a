"""Chips: up to four things to say next, each one understood by the engine itself and true of this moment."""

from __future__ import annotations

from collections.abc import Callable

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
_TROUBLE: tuple[Pair, ...] = (LIGHT, AUTO, ("Volta o som", "Unmute"), SUBTITLES)

_MEANT: dict[Pair, Reading] = {
    RECAP: Reading("resume", aspect="recap"),
    SAVE: Reading("watchlist", aspect="add"),
    LIST: Reading("watchlist", aspect="show"),
    WHY_EACH: Reading("why"),
}


def meant(text: str) -> Reading | None:
    """Return what a chip means that was pressed or typed word for word; None for any other message."""
    folded = fold(text)
    for pair, reading in _MEANT.items():
        if folded in (fold(pair[0]), fold(pair[1])):
            return reading
    quality = folded.removeprefix("muda ").removeprefix("para ").removeprefix("pra ").removeprefix("set ")
    if quality != folded and quality.removesuffix("p").isdigit() and quality.endswith("p"):
        return Reading("player_control", Command("quality", quality))
    return None


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
    aside = not outcome.picks and not outcome.focus
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
        return chips if turn.own is not None else tuple(pair for pair in chips if pair != SAVE)
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
        (("Volta 10 segundos", "Go back 10 seconds"), lambda: player.position_s > 0 and not ending),
        (SUBTITLES, lambda: did != "text" and _readable(turn, player)),
        (AUTO, lambda: player.quality != "auto" and did != "quality"),
        (("Tela cheia", "Full screen"), lambda: did != "fullscreen"),
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
