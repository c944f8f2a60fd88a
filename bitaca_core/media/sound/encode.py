"""Sound in two passes: one process measures every wanted mix, one encodes all renditions at one loudness; results that
came near to the limit are measured too, and made again where they passed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bitaca_core.errors import MediaError
from bitaca_core.media import box_tree, supervise, tools
from bitaca_core.media.plan import AudioPlan, Recipe
from bitaca_core.media.probe import SourceInfo, input_url
from bitaca_core.media.sound import chain
from bitaca_core.media.sound.chain import INPUT, WORK, Mix, mix_of
from bitaca_core.media.sound.loudness import (
    Level,
    Loudness,
    corrected,
    expected,
    fault,
    level_for,
    needs_a_look,
    read_summaries,
)

ROUNDS = 4
"""A first encode and at most three better ones."""
AT_ONCE = 12
"""Mixes measured in one process: what it says of them must fit what is kept of its words."""
SILENT = Loudness(None, None)


def unheard(seconds: float) -> None:
    """Take progress and tell nobody; with it a tool that stands still is noticed."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A finished file. `result` was measured, or follows from the source where nothing could go wrong."""

    audio: AudioPlan
    file: Path
    level: Level
    result: Loudness


@dataclass(frozen=True, slots=True)
class Encoded:
    """Finished renditions in the order asked for; what ffmpeg said of the source; its processor time."""

    renditions: tuple[Rendition, ...]
    complaints: str
    warnings: tuple[str, ...]
    cpu_s: float


def audio_file(folder: Path, audio_id: str) -> Path:
    """Return where the file of a rendition lies."""
    return folder / chain.file_name(audio_id)


def measure(
    info: SourceInfo, recipe: Recipe, on_progress: supervise.OnProgress = unheard
) -> tuple[dict[Mix, Loudness], float]:
    """Measure loudness and true peak of every mix that the recipe's renditions are made of.

    Returns
    -------
    found : dict
        Silence where a mix is made of nothing.
    cpu_s : float
        Processor time that it took.

    Raises
    ------
    MediaError
        ffmpeg failed, or said nothing of a mix.
    """
    wanted = list(dict.fromkeys(mix_of(audio) for audio in recipe.audio))
    found: dict[Mix, Loudness] = {mix: SILENT for mix in wanted if mix[0] is None}
    heard = [mix for mix in wanted if mix[0] is not None]
    cpu_s = 0.0
    for first in range(0, len(heard), AT_ONCE):
        some = heard[first : first + AT_ONCE]
        done = _run(chain.measure_arguments(recipe, some), {INPUT: input_url(info.path)}, on_progress)
        cpu_s += done.cpu_s
        told = read_summaries(done.said)
        for mix in some:
            if chain.name_of(mix) not in told:
                raise MediaError(f"the loudness of audio stream {mix[0]} is not known", file=info.path)
            found[mix] = told[chain.name_of(mix)]
    return found, cpu_s


def encode(
    info: SourceInfo,
    recipe: Recipe,
    wanted: Sequence[AudioPlan],
    measured: Mapping[Mix, Loudness],
    folder: Path,
    on_progress: supervise.OnProgress = unheard,
) -> Encoded:
    """Write the `wanted` renditions into `folder`: as loud as the target, their peaks below the limit.

    Raises
    ------
    MediaError
        ffmpeg failed.
    """
    made: dict[str, Rendition] = {}
    for audio in wanted:
        source = measured[mix_of(audio)]
        level = level_for(source)
        made[audio.id] = Rendition(audio, audio_file(folder, audio.id), level, expected(source, level))
    todo, complaints, cpu_s = list(wanted), "", 0.0
    for number in range(ROUNDS):
        for group in _same_levels([made[audio.id] for audio in todo]):
            done = _write(info, recipe, group, on_progress if number == 0 else unheard)
            cpu_s += done.cpu_s
            complaints = complaints or done.said
        looked = [
            audio for audio in todo if number or needs_a_look(measured[mix_of(audio)], made[audio.id].level)
        ]
        results, look_s = _look([made[one.id] for one in looked])
        cpu_s += look_s
        todo = []
        for audio, result in zip(looked, results, strict=True):
            known = made[audio.id]
            better = corrected(known.level, result) if number + 1 < ROUNDS else None
            made[audio.id] = replace(known, level=better or known.level, result=result)
            if better is not None:
                todo.append(audio)
        if not todo:
            break
    warnings = tuple(
        f"audio {one.audio.id}: {said}"
        for one in made.values()
        if (said := fault(one.level, one.result)) is not None
    )
    return Encoded(tuple(made.values()), complaints, warnings, cpu_s)


def _write(
    info: SourceInfo, recipe: Recipe, group: Sequence[Rendition], on_progress: supervise.OnProgress
) -> supervise.Finished:
    """Encode renditions in one process."""
    levels = {mix_of(one.audio): one.level for one in group}
    named = chain.arguments(recipe, levels, [one.audio for one in group])
    places = {INPUT: input_url(info.path)} | {WORK + one.file.name: input_url(one.file) for one in group}
    done = _run(named, places, on_progress)
    for one in group:
        if one.audio.codec == "opus":
            _heard_from_the_first_sample(one.file)
    return done


def _same_levels(renditions: Sequence[Rendition]) -> list[list[Rendition]]:
    """Group renditions so that those of one mix have one level: a process levels a mix once."""
    groups: list[list[Rendition]] = []
    for one in renditions:
        for group in groups:
            if all(mix_of(other.audio) != mix_of(one.audio) or other.level == one.level for other in group):
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _look(renditions: Sequence[Rendition]) -> tuple[list[Loudness], float]:
    found: list[Loudness] = []
    cpu_s = 0.0
    for first in range(0, len(renditions), AT_ONCE):
        some = renditions[first : first + AT_ONCE]
        done = _run(chain.look_arguments([input_url(one.file) for one in some]), {}, unheard)
        cpu_s += done.cpu_s
        told = read_summaries(done.said)
        found += [told.get(f"f{number}", SILENT) for number in range(len(some))]
    return found, cpu_s


def _run(
    named: list[str], places: Mapping[str, str], on_progress: supervise.OnProgress
) -> supervise.Finished:
    command = [tools.ffmpeg(), *(places.get(part, part) for part in named)]
    return supervise.measured(command, on_progress=on_progress)


def _heard_from_the_first_sample(file: Path) -> None:
    """Say in `file` that none of its Opus is to be skipped: what an encoder puts before was left out of the source.

    Players that skip it would shift the rest, or not, each in its own way.

    References
    ----------
    Encapsulation of Opus in ISO Base Media File Format 4.3.2, Opus Specific Box: PreSkip.
    """
    data = file.read_bytes()
    at = next((box.start for box in box_tree.walk(data) if box.kind == b"moov"), -1)
    found = data.find(b"dOps", at) if at >= 0 else -1
    if found < 0:
        raise MediaError("Opus without its box", file=file)
    with file.open("r+b") as stream:
        stream.seek(found + 6)  # its name, a version, the number of channels
        stream.write(b"\0\0")
