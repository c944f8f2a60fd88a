"""A title's sound as artefacts of the store: its loudness, and the renditions of each stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.media.artefacts import Artefact, Facts, Store
from bitaca_core.media.plan import RECIPE_VERSION, AudioPlan, Recipe
from bitaca_core.media.probe import SourceInfo
from bitaca_core.media.sound import chain
from bitaca_core.media.sound.chain import Mix, mix_of, name_of
from bitaca_core.media.sound.encode import encode, measure
from bitaca_core.media.sound.loudness import Loudness, level_for


@dataclass(frozen=True, slots=True)
class Heard:
    """All renditions by id, and what is to be told of them."""

    files: Mapping[str, Path]
    artefacts: tuple[Artefact, ...]
    complaints: tuple[str, ...]
    warnings: tuple[str, ...]


def make(info: SourceInfo, source_sha256: str, recipe: Recipe, tool: str, store: Store) -> Heard:
    """Return every rendition of the recipe's sound; what is in the store is not made again.

    Raises
    ------
    MediaError
        ffmpeg failed.
    """
    known = {"source": source_sha256, "tool": tool, "recipe": RECIPE_VERSION}
    mixes = list(dict.fromkeys(mix_of(audio) for audio in recipe.audio))
    measured, found = _loudness(info, recipe, mixes, known, store)
    files: dict[str, Path] = {}
    artefacts = [found]
    for ordinal in dict.fromkeys(audio.ordinal for audio in recipe.audio):
        stream = [audio for audio in recipe.audio if audio.ordinal == ordinal]
        made = _stream(info, recipe, stream, measured, known, store)
        files |= {audio.id: made.files[chain.file_name(audio.id)] for audio in stream}
        artefacts.append(made)
    return Heard(
        files,
        tuple(artefacts),
        tuple(one.facts["complaints"] for one in artefacts[1:] if one.facts["complaints"]),
        tuple(warning for one in artefacts[1:] for warning in one.facts["warnings"]),
    )


def _loudness(
    info: SourceInfo, recipe: Recipe, mixes: Sequence[Mix], known: Mapping[str, object], store: Store
) -> tuple[dict[Mix, Loudness], Artefact]:
    def work(folder: Path) -> Facts:
        measured, cpu_s = measure(info, recipe)
        told = {name_of(mix): [one.integrated_lufs, one.true_peak_db] for mix, one in measured.items()}
        return {"cpu_s": round(cpu_s, 2), "loudness": told}

    identity = {**known, "arguments": chain.measure_arguments(recipe, mixes)}
    found = store.get("loudness", identity, work)[0]
    return {mix: Loudness(*found.facts["loudness"][name_of(mix)]) for mix in mixes}, found


def _stream(
    info: SourceInfo,
    recipe: Recipe,
    stream: Sequence[AudioPlan],
    measured: Mapping[Mix, Loudness],
    known: Mapping[str, object],
    store: Store,
) -> Artefact:
    def work(folder: Path) -> Facts:
        done = encode(info, recipe, stream, measured, folder)
        return {
            "cpu_s": round(done.cpu_s, 2),
            "complaints": done.complaints,
            "warnings": list(done.warnings),
            "renditions": {
                one.audio.id: {
                    "gain_db": one.level.gain_db, "ceiling_db": one.level.ceiling_db,
                    "integrated_lufs": one.result.integrated_lufs, "true_peak_db": one.result.true_peak_db,
                }
                for one in done.renditions
            },
        }  # fmt: skip

    levels = {mix_of(audio): level_for(measured[mix_of(audio)]) for audio in stream}
    identity = {**known, "arguments": chain.arguments(recipe, levels, stream)}
    return store.get("sound", identity, work)[0]
