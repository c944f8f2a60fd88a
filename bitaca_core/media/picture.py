"""The picture of a title: chunks encoded in parallel, each an artefact, joined to one file a rung."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bitaca_core.errors import MediaError
from bitaca_core.media import crew, encode, join
from bitaca_core.media.artefacts import Artefact, Facts, Store
from bitaca_core.media.chunks import Chunk, chunks, whole
from bitaca_core.media.ladder import Rung
from bitaca_core.media.plan import RECIPE_VERSION, Recipe
from bitaca_core.media.probe import SourceInfo
from bitaca_core.media.supervise import OnProgress

KIND = "picture-chunk"


@dataclass(frozen=True, slots=True)
class Picture:
    """One joined file a rung, by its id. `ssim` has a mean a segment; `cpu_s` is what was spent, now or earlier.

    `arguments` are those of the first chunk, of one process after the other; `artefacts` may be dropped when the package stands.
    """

    files: Mapping[str, Path]
    ssim: Mapping[str, list[float]]
    complaints: tuple[str, ...]
    arguments: tuple[str, ...]
    cpu_s: float
    artefacts: tuple[Artefact, ...]


@dataclass(frozen=True, slots=True)
class ChunkTask:
    """One chunk of one title, ready to be done anywhere that has the source and the store; it can be pickled."""

    info: SourceInfo
    source_sha256: str
    recipe: Recipe
    rungs: tuple[Rung, ...]
    chunk: Chunk
    tool: str

    def run(self, store: Store, on_progress: OnProgress) -> Artefact:
        """Return the chunk's artefact, encoding it if it is not there."""
        return store.get(KIND, self.identity(), lambda folder: self._make(folder, on_progress))[0]

    def identity(self) -> dict[str, object]:
        """Return all that decides the chunk's bytes."""
        return {
            "source": self.source_sha256,
            "arguments": encode.arguments(self.info, self.recipe, self.chunk, self.rungs),
            "tool": self.tool,
            "recipe": RECIPE_VERSION,
        }

    def _make(self, folder: Path, on_progress: OnProgress) -> Facts:
        return asdict(encode.encode(self.info, self.recipe, self.chunk, self.rungs, folder, on_progress))


def groups(rungs: Sequence[Rung], first: str | None = None) -> list[tuple[Rung, ...]]:
    """Return the rungs that are encoded by one process each (pure): `first` alone, then the others by codec and range.

    One process for all would decode only once, but hold the pictures of the fastest encoder until the slowest has
    seen them.
    """
    kinds = dict.fromkeys((rung.id != first, rung.codec, rung.range) for rung in rungs)
    return [
        tuple(rung for rung in rungs if (rung.id != first, rung.codec, rung.range) == kind)
        for kind in sorted(kinds, key=lambda k: k[0])
    ]


def tasks(
    info: SourceInfo, source_sha256: str, recipe: Recipe, tool: str, cut: Sequence[Chunk] | None = None
) -> list[ChunkTask]:
    """Return all there is to encode, group by group and each in order (pure)."""
    cut = chunks(info, recipe) if cut is None else cut
    return [
        ChunkTask(info, source_sha256, recipe, group, chunk, tool)
        for group in groups(recipe.rungs, recipe.first)
        for chunk in cut
    ]


def make(
    info: SourceInfo,
    source_sha256: str,
    recipe: Recipe,
    tool: str,
    store: Store,
    work: Path,
    workers: int,
    on_progress: OnProgress,
) -> Picture:
    """Encode what is not there, join it, and write one file a rung into `work`.

    Where the chunks do not meet (the container's index leads to other frames), the title is done again as one.

    Raises
    ------
    MediaError
        A tool failed, or the source ended earlier than its container said.
    """
    ahead = tasks(info, source_sha256, recipe, tool)
    made = _encode(ahead, store, workers, on_progress)
    if not meet(ahead, made):
        ahead = tasks(info, source_sha256, recipe, tool, whole(recipe.frames))
        for artefact in made:
            store.drop(artefact)
        made = _encode(ahead, store, workers, on_progress)
    try:
        files = join_rungs(made, recipe, work)
    except _Decayed as damaged:
        for artefact in damaged.artefacts:
            store.drop(artefact)
        made = _encode(ahead, store, workers, on_progress)
        files = join_rungs(made, recipe, work)
    return Picture(
        files=files,
        ssim={
            rung.id: [value for artefact in _of(rung, made) for value in artefact.facts["ssim"][rung.id]]
            for rung in recipe.rungs
        },
        complaints=tuple(a.facts["complaints"] for a in made if a.facts["complaints"].strip()),
        arguments=tuple(
            part
            for group in groups(recipe.rungs, recipe.first)
            for part in encode.arguments(info, recipe, ahead[0].chunk, group)
        ),
        cpu_s=round(sum(artefact.facts["cpu_s"] for artefact in made), 2),
        artefacts=tuple(made),
    )


class _Decayed(MediaError):
    """Files of the store are not what their receipts say."""

    def __init__(self, artefacts: list[Artefact]) -> None:
        super().__init__("encoded chunks were damaged on disk", kind="artefact")
        self.artefacts = artefacts


def _encode(
    ahead: Sequence[ChunkTask], store: Store, workers: int, on_progress: OnProgress
) -> list[Artefact]:
    """Run the tasks; tell the seconds of the title that are encoded: the mean of its groups."""
    rate = ahead[0].recipe.frame_rate
    passes = len({task.rungs for task in ahead})
    reached = [0.0] * len(ahead)
    lock = threading.Lock()

    def told(number: int, seconds: float) -> None:
        with lock:
            reached[number] = max(reached[number], min(seconds, float(ahead[number].chunk.frames / rate)))
            total = sum(reached) / passes
        on_progress(total)

    def piece(number: int) -> Artefact:
        made = ahead[number].run(store, lambda seconds: told(number, seconds))
        told(number, float(ahead[number].chunk.frames / rate))
        return made

    return crew.run_all([functools.partial(piece, number) for number in range(len(ahead))], workers)


def meet(ahead: Sequence[ChunkTask], made: Sequence[Artefact]) -> bool:
    """Return whether the picture after each chunk is the first of the next one of its group."""
    for (task, one), (following, other) in itertools.pairwise(zip(ahead, made, strict=True)):
        if task.rungs == following.rungs and one.facts["seams"][1] != other.facts["seams"][0]:
            return False
    return True


def _of(rung: Rung, made: Sequence[Artefact]) -> list[Artefact]:
    return [artefact for artefact in made if encode.file_name(rung) in artefact.files]


def join_rungs(made: Sequence[Artefact], recipe: Recipe, work: Path) -> dict[str, Path]:
    """Write one file a rung into `work` from artefacts in order; return the files by the rungs' ids.

    Raises
    ------
    MediaError
        Frames are missing, or the store is damaged.
    """
    files = {}
    decayed: dict[str, Artefact] = {}
    for rung in recipe.rungs:
        name = encode.file_name(rung)
        files[rung.id] = work / f"video-{name}"
        own = _of(rung, made)
        joined = join.join([artefact.files[name] for artefact in own], files[rung.id])
        for artefact, digest in zip(own, joined.sha256, strict=True):
            if artefact.sha256[name] != digest:
                decayed[artefact.identity] = artefact
        if joined.frames != recipe.frames and not decayed:
            raise MediaError(
                f"{joined.frames} frames of {recipe.frames} were encoded of {rung.id}", kind="encode"
            )
    if decayed:
        raise _Decayed(list(decayed.values()))
    return files
