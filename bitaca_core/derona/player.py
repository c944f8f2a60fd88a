"""Driving the player: a command becomes a typed action that the player can do now, or an explanation why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts
from bitaca_core.derona.acts.availability import languages
from bitaca_core.derona.acts.scenes import go_to_scene, scene_words
from bitaca_core.derona.acts.tracks import language_name, language_names, tracks_of
from bitaca_core.derona.commands import SPEEDS, STEP_S, Command
from bitaca_core.derona.context import Action, Outcome, PlayerContext, Turn
from bitaca_core.derona.shelf import Shelf

VOLUME_STEP = 0.1
SLACK_S = 0.5
"""So near its end a marked part counts as over."""


def drive(turn: Turn, shelf: Shelf) -> Outcome:
    """Return what to do with the command of this turn; nothing is sent to a page without a player."""
    command = turn.reading.command
    if command is None:
        return _told_of_tracks(turn, shelf) if turn.reading.intent == "tracks" else Outcome("invalid")
    player = turn.player
    if player is None or player.title_id is None:
        return Outcome("no_player")
    answer = _COMMANDS.get(command.name)
    return answer(turn, shelf, player, command) if answer is not None else Outcome("invalid")


def _told_of_tracks(turn: Turn, shelf: Shelf) -> Outcome:
    """Sound or subtitles were spoken of without a choice: say which there are."""
    playing = shelf.catalogue.resolve(turn.player.title_id) if turn.player and turn.player.title_id else None
    spoken_of = playing or (shelf.catalogue.resolve(turn.state.focus) if turn.state.focus else None)
    return languages(turn, shelf, spoken_of) if spoken_of is not None else Outcome("no_player")


def _plain(name: str, value: object = None, act: str | None = None) -> Callable[..., Outcome]:
    return lambda turn, shelf, player, command: Outcome(act or name, actions=(Action(name, value),))


# -- moving -----------------------------------------------------------------------------------------------


def length_of(shelf: Shelf, player: PlayerContext) -> float | None:
    """Return how long what plays is, seconds: the player knows best, then the package, then the catalogue."""
    if player.duration:
        return player.duration
    unit = player.title_id or ""
    published = shelf.packages.duration_s(unit)
    if published:
        return published
    episode = shelf.catalogue.episode(unit)
    title = shelf.catalogue.resolve(unit)
    return episode.duration_s if episode else title.duration_s if title else None


def _seek(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    value = command.value if isinstance(command.value, dict) else {}
    length = length_of(shelf, player)
    if "absolute" in value:
        at = float(value["absolute"])
        if length is not None and at >= length:
            said = {"time": facts.clock(at), "length": facts.clock(length)}
            return Outcome("seek_past_end", said)
        if at <= 0:
            return Outcome("seek_start", actions=(Action("seek", {"absolute": 0}),))
        return Outcome("seek_to", {"time": facts.clock(at)}, actions=(Action("seek", value),))
    step = value.get("relative")
    if not isinstance(step, int | float) or not step:
        return Outcome("invalid")
    if step < 0 and player.position_s + step <= 0 and player.position_s > 0:
        return Outcome("seek_start", actions=(Action("seek", {"absolute": 0}),))
    if step > 0 and length is not None and player.position_s + step >= length:
        said = {
            "left": facts.amount(max(1.0, length - player.position_s), turn.lang),
            "length": facts.clock(length),
        }
        return Outcome("seek_past_left", said)
    act = "seek_back" if step < 0 else "seek_forward"
    return Outcome(act, {"amount": facts.amount(step, turn.lang)}, actions=(Action("seek", value),))


def _seek_scene(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    words = command.value if isinstance(command.value, str) and command.value else scene_words(turn)
    return go_to_scene(turn, shelf, words) if words else Outcome("scene_ask")


def _skip(kind: str) -> Callable[..., Outcome]:
    """Return the answer that skips a marked part, where the package says what is marked."""

    def skip(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
        unit = player.title_id or ""
        if shelf.packages.duration_s(unit) is None:  # nothing is known of it: the page knows its own marks
            return Outcome("skip_intro", actions=(Action("skip_intro"),))
        spans = [span for span in shelf.packages.spans(unit) if span.kind == kind]
        if not spans:
            return Outcome(f"skip_no_{kind}")
        now = next((span for span in spans if span.start_s <= player.position_s < span.end_s - SLACK_S), None)
        if now is None:
            ahead = min((span.start_s for span in spans if span.start_s > player.position_s), default=None)
            if ahead is None:
                return Outcome(f"skip_past_{kind}")
            return Outcome(f"skip_before_{kind}", {"time": facts.clock(ahead)})
        length = length_of(shelf, player)
        if kind == "credits" and length is not None and now.end_s >= length - SLACK_S:
            following = _neighbour(turn, shelf, unit, 1)
            if following is not None:
                return Outcome("next", actions=(Action("play", following),))
            return Outcome("skip_last_credits")
        return Outcome(
            f"skip_{kind}_to",
            {"time": facts.clock(now.end_s)},
            actions=(Action("seek", {"absolute": now.end_s}),),
        )

    return skip


def _neighbour(turn: Turn, shelf: Shelf, playing: str, step: int) -> str | None:
    series: Title | None = shelf.catalogue.parent_of(playing)
    if series is None:
        return None
    units = [unit for unit in shelf.catalogue.playable_ids(series) if unit in turn.ready]
    if playing not in units:
        return None
    at = units.index(playing) + step
    return units[at] if 0 <= at < len(units) else None


def _episode(act: str, step: int) -> Callable[..., Outcome]:
    def go(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
        unit = _neighbour(turn, shelf, player.title_id or "", step)
        return Outcome(act, actions=(Action("play", unit),)) if unit else Outcome(f"{act}_none")

    return go


def _resume(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    return Outcome("resume", actions=(Action("resume"),))


# -- picture and sound ------------------------------------------------------------------------------------


def _quality(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    value = str(command.value)
    heights = sorted(player.heights or shelf.packages.heights(player.title_id or ""))
    if value in ("auto", "highest", "lowest"):
        return Outcome(f"quality_{value}", actions=(Action("quality", value),))
    height = int(value.removesuffix("p")) if value.removesuffix("p").isdigit() else 0
    if not height:
        return Outcome("invalid")
    if heights and height not in heights:
        return Outcome("quality_absent", {"quality": value, "qualities": _heights(heights, turn.lang)})
    return Outcome("quality", {"quality": value}, actions=(Action("quality", value),))


def _heights(heights: Iterable[int], lang: str) -> str:
    return facts.joined((f"{height}p" for height in sorted(set(heights))), lang)


def _has(languages: Iterable[str], wanted: str) -> bool:
    return any(tag.lower().split("-")[0] == wanted.lower().split("-")[0] for tag in languages)


def _audio(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    return _track(turn, shelf, "audio", "audio", command)


def _text(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    if command.value in (None, False, "off"):
        return Outcome("text_off", actions=(Action("text", None),))
    return _track(turn, shelf, "text", "text_on", command)


def _track(turn: Turn, shelf: Shelf, kind: str, act: str, command: Command) -> Outcome:
    """Choose a language that is there; say which are where it is not."""
    wanted, said_as = str(command.value), str(command.value)
    if wanted == "original":
        title = (
            shelf.catalogue.resolve(turn.player.title_id) if turn.player and turn.player.title_id else None
        )
        if title is None or not title.languages:
            return Outcome("original_unknown")
        wanted = title.languages[0].split("-")[0]
    there = tracks_of(turn, shelf, kind)
    if there is not None:
        spoken = language_names(there, turn.lang)
        if not spoken:
            return Outcome(f"{kind}_none")
        if not _has(there, wanted):
            return Outcome(
                f"{kind}_absent", {"language": language_name(said_as, turn.lang), "languages": spoken}
            )
        return Outcome(
            f"{act}_set", {"language": language_name(wanted, turn.lang)}, actions=(Action(kind, wanted),)
        )
    return Outcome(act, {"language": language_name(wanted, turn.lang)}, actions=(Action(kind, wanted),))


def _volume(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    value = command.value if isinstance(command.value, dict) else {}
    if "absolute" in value:
        level = float(value["absolute"])
        if not 0 <= level <= 1:
            return Outcome("invalid")
        return Outcome("volume_set", {"percent": str(round(level * 100))}, actions=(Action("volume", value),))
    step = value.get("relative")
    if not isinstance(step, int | float) or not step:
        return Outcome("invalid")
    return Outcome("volume_up" if step > 0 else "volume_down", actions=(Action("volume", value),))


def _speed(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    if not isinstance(command.value, int | float) or not SPEEDS[0] <= command.value <= SPEEDS[1]:
        return Outcome("speed_range")
    text = f"{command.value:g}"
    said = {"speed": text.replace(".", ",") if turn.lang == "pt" else text}
    return Outcome("speed", said, actions=(Action("speed", float(command.value)),))


def _switch(name: str) -> Callable[..., Outcome]:
    def switch(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
        on = command.value is not False
        return Outcome(f"{name}_{'on' if on else 'off'}", actions=(Action(name, on),))

    return switch


def _fullscreen(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    off = command.value in (False, "off")
    return _switch("fullscreen")(turn, shelf, player, replace(command, value=not off))


def _cast(turn: Turn, shelf: Shelf, player: PlayerContext, command: Command) -> Outcome:
    """A page may not choose a screen for somebody: browsers want the viewer's own touch."""
    return Outcome("cast_how")


_COMMANDS: dict[str, Callable[..., Outcome]] = {
    "pause": _plain("pause"),
    "stop": _plain("pause", act="pause"),
    "resume": _resume,
    "play": _resume,
    "seek": _seek,
    "seek_to": _seek,
    "seek_back": lambda turn, shelf, player, command: _seek(turn, shelf, player, _step(command, -1)),
    "seek_forward": lambda turn, shelf, player, command: _seek(turn, shelf, player, _step(command, 1)),
    "seek_scene": _seek_scene,
    "restart": _plain("seek", {"absolute": 0}, act="seek_start"),
    "next": _episode("next", 1),
    "previous": _episode("previous", -1),
    "skip_intro": _skip("intro"),
    "skip_credits": _skip("credits"),
    "quality": _quality,
    "audio": _audio,
    "text": _text,
    "subtitles": _text,
    "fullscreen": _fullscreen,
    "mute": _switch("mute"),
    "unmute": _plain("mute", False, act="mute_off"),
    "volume": _volume,
    "speed": _speed,
    "cast": _cast,
    "picture": lambda turn, shelf, player, command: Outcome("picture_own"),
}


def _step(command: Command, sign: int) -> Command:
    value = command.value
    step = value.get("relative") if isinstance(value, dict) else value
    size = abs(float(step)) if isinstance(step, int | float) and step else float(STEP_S)
    return replace(command, name="seek", value={"relative": sign * size})
