"""Something does not play as it should: what the player's own statistics say, and what helps."""

from __future__ import annotations

import re
from dataclasses import replace

from bitaca_core.derona.context import Action, Outcome, PlayerContext, Turn
from bitaca_core.derona.shelf import Shelf

HEADROOM = 1.2
"""A network that brings less than the picture's rate times this will run dry when the rate swings."""
LOW_BUFFER_S = 4.0
"""With less lying ready the next hiccup is seen."""
STALLS_FEW = 1
_SOUND = re.compile(r"\b(?:som|audio|sound|mudo|muted|voz|volume|eco|estalo\w*|chiad\w*)\b")
_TEXT = re.compile(r"\b(?:legendas?|subtitles?|captions?|subs)\b")
_PICTURE = re.compile(
    r"\b(?:pixel\w*|borrad\w+|embacad\w+|blurry|imagem|qualidade|quality|resolucao|quadriculad\w+|granulad\w+)\b"
)
_DARK = re.compile(r"\b(?:preta|preto|black|escur[oa])\b")
_STILL = re.compile(
    r"\b(?:trava\w*|travo\w*|lag\w*|buffer\w*|carrega\w*|rodando|rodinha|lent[oa]|slow|stutter\w*|freez\w*|engasg\w*|congel\w*|para(?:ndo|r)? tod\w+)\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:botao|button|site|app|aplicativo|pagina|page|login|log(?:s|ged)? me|tela cheia|full ?screen|lista|list|progresso|progress|historico|history|continuar assistindo)\b"
)


def trouble(turn: Turn, shelf: Shelf) -> Outcome:
    """Help with playback: by the kind of trouble, and for a picture that stands still by the player's statistics."""
    text = turn.message.text
    still = _STILL.search(text)
    if _SOUND.search(text) and not still:
        return Outcome("trouble_sound")
    if _TEXT.search(text) and not still:
        return Outcome("trouble_text")
    if _DARK.search(text) and not still:
        return Outcome("trouble_dark")
    if _PICTURE.search(text) and not still and not re.search(r"\bsem\b", text):
        return picture(turn)
    if _ELSEWHERE.search(text) and not still:
        return Outcome("trouble_site")
    player = turn.player
    if player is None or player.title_id is None or not _told(player):
        return Outcome("trouble")
    heights = player.heights or tuple(shelf.packages.heights(player.title_id))
    return by_statistics(turn, replace(player, heights=heights))


def _told(player: PlayerContext) -> bool:
    known = (player.online, player.buffer_s, player.stalls, player.bitrate_bps, player.throughput_bps)
    return any(value is not None for value in known)


def by_statistics(turn: Turn, player: PlayerContext) -> Outcome:
    """Say what the statistics mean, and offer what helps; each number is one that the player measured."""
    if player.online is False:
        return Outcome("trouble_offline")
    needs, brings = player.bitrate_bps, player.throughput_bps
    stalls = player.stalls or 0
    if needs and brings and brings < needs * HEADROOM:
        said = {"brings": megabits(brings, turn.lang), "needs": megabits(needs, turn.lang)}
        lower = lower_height(player)
        if lower is None:
            return Outcome("trouble_slow_lowest", said)
        return Outcome(
            "trouble_slow",
            said | {"quality": f"{lower}p"},
            offer=f"quality:{lower}p",
            chips=(_quality_chip(f"{lower}p", turn.lang),),
        )
    if player.paused and not stalls:
        return Outcome("trouble_paused", offer="resume")
    if player.buffer_s is not None and player.buffer_s < LOW_BUFFER_S and not player.paused:
        return Outcome("trouble_filling")
    if player.quality not in (None, "auto"):
        return Outcome("trouble_fixed", {"quality": str(player.quality)}, offer="quality:auto")
    if stalls > STALLS_FEW:
        return Outcome("trouble_was", {"stalls": str(stalls)}, offer="quality:lowest")
    return Outcome("trouble_fine")


def picture(turn: Turn) -> Outcome:
    """A picture that is not sharp: the network decides whether more helps."""
    player = turn.player
    if player is None or not player.bitrate_bps or not player.throughput_bps:
        return Outcome("trouble_picture")
    if player.throughput_bps < 2 * player.bitrate_bps:
        said = {
            "brings": megabits(player.throughput_bps, turn.lang),
            "needs": megabits(player.bitrate_bps, turn.lang),
        }
        return Outcome("trouble_picture_slow", said)
    return Outcome("trouble_picture_room", offer="quality:highest")


def lower_height(player: PlayerContext) -> int | None:
    """Return the next lower height to choose: below what is chosen, else below the tallest; None at the lowest."""
    heights = sorted(player.heights or ())
    if len(heights) < 2:
        return None
    chosen = (player.quality or "").removesuffix("p")
    now = int(chosen) if chosen.isdigit() else heights[-1]
    lower = [height for height in heights if height < now]
    return lower[-1] if lower else None


def megabits(bps: float, lang: str) -> str:
    """Return `2,4` or `2.4`: megabits a second with one decimal."""
    text = f"{bps / 1e6:.1f}"
    return text.replace(".", ",") if lang == "pt" else text


def _quality_chip(quality: str, lang: str) -> str:
    return f"Muda pra {quality}" if lang == "pt" else f"Set {quality}"


def accepted(turn: Turn) -> Outcome | None:
    """Return what a plain yes does after help was offered; None where nothing of this kind is offered."""
    kind, _, value = turn.state.offer.partition(":")
    if turn.player is None or turn.player.title_id is None:
        return None
    if kind == "resume":
        return Outcome("resume", actions=(Action("resume"),))
    if kind != "quality" or not value:
        return None
    act = f"quality_{value}" if value in ("auto", "highest", "lowest") else "quality"
    said = {} if act != "quality" else {"quality": value}
    return Outcome(act, said, actions=(Action("quality", value),))
