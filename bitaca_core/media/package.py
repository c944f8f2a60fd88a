"""One source to one package folder: prepare (decide, pure but for reading), then build (encode, segment, describe).

Shaka Packager cuts the encoded files into one CMAF set (`segmenting.py`); the manifests are ours (`manifests.py`).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from bitaca_core import stamps
from bitaca_core.catalogue.sheet import SourceSheet, SubtitleSource
from bitaca_core.errors import WorkError
from bitaca_core.media import (
    chapters,
    description,
    images,
    laddering,
    manifests,
    picture,
    receipts,
    segmenting,
    sound,
    space,
    storyboard,
    subtitles,
    texts,
    tools,
)
from bitaca_core.media.artefacts import Artefact, Store
from bitaca_core.media.fingerprint import season
from bitaca_core.media.job import Job
from bitaca_core.media.ladder import PLANNED
from bitaca_core.media.languages import bcp47
from bitaca_core.media.manifests import Board, Programme, Track
from bitaca_core.media.plan import TEXT_CODECS, Recipe, plan
from bitaca_core.media.probe import SourceInfo, SourceRejected, probe
from bitaca_core.media.progress import Stage
from bitaca_core.media.protection.sealing import Sealing
from bitaca_core.media.texts import SubtitleTrack, Texts
from bitaca_core.media.wishes import PLAIN, Wishes, ladder_identity

OnStage = Callable[[Stage, float], None]
"""Called with the stage and its percentage, 0-100."""

PACKAGING = 4
"""Of what lies beside the encoded bytes (manifests, sidecar); another number makes every package anew."""


@dataclass(frozen=True, slots=True)
class PackageResult:
    """A finished package folder. `arguments` are ffmpeg's, with the places of files left out.

    `artefacts` are the pieces that it was made of; nothing needs them once it stands. `ladder` is how its rungs were
    chosen.
    """

    folder: Path
    package: description.Package
    arguments: tuple[str, ...]
    warnings: tuple[str, ...]
    artefacts: tuple[Artefact, ...] = ()
    ladder: dict[str, Any] | None = None


def silent(stage: Stage, percent: float) -> None:
    """Take a progress call and say nothing."""


def prepare(sheet: SourceSheet, wishes: Wishes = PLAIN) -> Job:
    """Probe, read the subtitles, hash the inputs and decide the recipe.

    Raises
    ------
    SourceRejected, SubtitleError, InputError
        Something given cannot be used; nothing was written.
    """
    info = probe(sheet.video)
    languages = {
        a.stream: (tag, a.label) for a in sheet.audio if (tag := bcp47(a.language)) is not None
    }  # a sheet's "und" says nothing
    recipe = plan(
        info,
        audio_languages=languages,
        content=wishes.content,
        max_rungs=wishes.max_rungs,
        codecs=wishes.codecs,
        preset=wishes.preset,
        hdr=wishes.hdr,
    )
    tracks = tuple(_subtitle(item) for item in sheet.subtitles)
    if sheet.poster is not None and not sheet.poster.is_file():
        raise SourceRejected("no such poster", kind="missing", file=sheet.poster)
    files = [sheet.video, *(item.path for item in sheet.subtitles), *([sheet.poster] if sheet.poster else [])]
    inputs = tuple(stamps.stamp(file.absolute()) for file in files)
    versions = tools.versions()
    named = sheet_without_places(sheet)
    identity = {
        "recipe": recipe.to_dict(),
        "packaging": PACKAGING,
        "inputs": [item.sha256 for item in inputs],
        "sheet": named,
        "tools": versions,
    }
    if wishes.ladder != PLANNED:
        identity["ladder"] = ladder_identity(wishes.ladder)
    if wishes.protection is not None and wishes.protection.policy.scheme != "none":
        identity["protect"] = wishes.protection.policy.identity()
    return Job(
        sheet=sheet,
        info=info,
        recipe=recipe,
        subtitles=tracks,
        inputs=inputs,
        sheet_sha256=stamps.sha256_json(named),
        package_id=stamps.sha256_json(identity)[: receipts.PACKAGE_ID_HEX],
        tools=versions,
        wishes=wishes,
    )


def _subtitle(item: SubtitleSource) -> SubtitleTrack:
    language = bcp47(item.language) or "pt"
    read = subtitles.read(item.path, language)
    return SubtitleTrack(language, item.label, item.forced, read.cues, item.sdh, read.charset, read.script)


def sheet_without_places(sheet: SourceSheet) -> dict[str, Any]:
    """Return what a sheet says, without where its files lie (their contents are hashed apart)."""
    document = sheet.model_dump(
        mode="json", exclude={"video", "poster", "protect"}
    )  # protection is named apart
    for item in document["subtitles"]:
        del item["path"]
    return document


def package_source(
    sheet: SourceSheet, out_dir: Path, wishes: Wishes = PLAIN, progress: OnStage = silent
) -> PackageResult:
    """Package `sheet` into the new folder `out_dir`, unverified; `publish` is what viewers get."""
    return build(prepare(sheet, wishes), out_dir, progress)


def build(
    job: Job, out_dir: Path, progress: OnStage = silent, *, store: Store | None = None, workers: int = 0
) -> PackageResult:
    """Do the work of `job` into the new folder `out_dir`; on any failure the folder is removed.

    Parameters
    ----------
    store : Store or None
        Keeps finished pieces, so that an interrupted build goes on; None keeps them in the folder while it works.
    workers : int
        Chunks that are encoded at once; 0 takes half the processors, since one process encodes several rungs side by side.

    Raises
    ------
    MediaError
        A tool failed, or the source ended earlier than its container said.
    WorkError
        The folder cannot be written.
    """
    space.check(job.recipe, out_dir, store.root if store is not None else out_dir)
    try:
        out_dir.mkdir(parents=True)
    except OSError as error:
        raise WorkError(f"cannot make the folder: {error.strerror}", kind="output", file=out_dir) from error
    try:
        return _build(job, out_dir, progress, store, workers or default_workers(len(job.recipe.rungs)))
    except OSError as error:
        shutil.rmtree(out_dir, ignore_errors=True)
        if error.errno in space.FULL:
            raise space.ran_out(out_dir) from error
        raise WorkError(f"cannot write: {error.strerror or error}", kind="output", file=out_dir) from error
    except BaseException:
        shutil.rmtree(out_dir, ignore_errors=True)
        raise


def default_workers(rungs: int = 2) -> int:
    """Return how many chunks are encoded at once where nobody says.

    The rungs of one keep two processors busy; a single rung, which has one thread, keeps one.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return max(1, processors // min(2, rungs))


def _build(job: Job, out: Path, progress: OnStage, store: Store | None, workers: int) -> PackageResult:
    info = job.info
    with _work_folder(out) as work:
        store = store or Store(work / "cas")
        if job.ladder_report is None:
            progress("analyse", 0)
            job = laddering.decided(job, store)
            progress("analyse", 100)
        recipe = job.recipe
        sprite = storyboard.sprite_for(recipe)
        progress("encode", 0)
        drawn = picture.make(
            info, job.inputs[0].sha256, recipe, job.tools["ffmpeg"], store, work, workers,
            lambda s: progress("encode", 95 * s / recipe.duration_s),
        )  # fmt: skip
        heard = sound.make(info, job.inputs[0].sha256, recipe, job.tools["ffmpeg"], store)
        progress("encode", 100)
        progress("package", 0)
        files = {f"video/{rung.id}": drawn.files[rung.id] for rung in recipe.rungs}
        for audio in recipe.audio:
            files[f"audio/{audio.id}"] = _near(heard.files[audio.id], work / sound.file_name(audio.id))
        season.write(files[f"audio/{recipe.audio[0].id}"], out)
        sealing = Sealing(job.wishes.protection, job.sheet.title_id, job.tools["packager"])
        tracks = segmenting.segment(recipe, files, work, out, sealing)
        progress("package", 50)
        (out / "images").mkdir()
        poster = out / "images" / "poster.jpg"
        sheets = storyboard.make(drawn.files[recipe.smallest.id], recipe, sprite, out / "images")
        if job.sheet.poster is not None:
            images.poster_from_picture(job.sheet.poster, poster)
        else:
            images.poster_from_film(sheets, sprite, recipe, drawn.files[recipe.rungs[0].id], poster)
        text = texts.write(job.subtitles, info, recipe, tracks[f"video/{recipe.rungs[0].id}"], work, out)
        damage = _damage("\n".join([*drawn.complaints, *heard.complaints]))
        warnings = [
            *damage,
            *left_out(info, recipe),
            *heard.warnings,
            *sealing.policy.notes(),
            *text.warnings,
        ]
    programme = Programme(
        duration_s=recipe.frames / recipe.frame_rate,
        segment_s=recipe.segment_frames / recipe.frame_rate,
        frame_rate=recipe.frame_rate,
        video=tuple((rung, tracks[f"video/{rung.id}"]) for rung in recipe.rungs),
        audio=tuple((audio, tracks[f"audio/{audio.id}"]) for audio in recipe.audio),
        text=text.renditions,
        board=Board(
            sprite.columns, sprite.rows, sprite.tile_width, sprite.tile_height,
            sprite.step_frames / recipe.frame_rate, tuple(sheet.stat().st_size for sheet in sheets),
        ),
        session_keys=sealing.session_keys(),
    )  # fmt: skip
    _write_manifests(programme, out, dash=sealing.policy.scheme != "aes-128")
    _write_json(out / "sidecar.json", sidecar(job, sprite, drawn.ssim, text))
    package = _describe(job, programme, drawn.ssim, out, sealing)
    package.write(out)
    progress("package", 100)
    pieces = (*drawn.artefacts, *heard.artefacts)
    return PackageResult(out, package, drawn.arguments, tuple(warnings), pieces, job.ladder_report)


def _near(file: Path, name: Path) -> Path:
    """Give a file of the store a name in the work folder, where the packager finds it."""
    try:
        name.hardlink_to(file)
    except OSError:  # another file system, or one without links
        shutil.copyfile(file, name)
    return name


@contextlib.contextmanager
def _work_folder(out: Path) -> Iterator[Path]:
    work = Path(tempfile.mkdtemp(prefix=".work-", dir=out))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _damage(complaints: str) -> list[str]:
    """Return a warning where ffmpeg had to conceal damage of the source."""
    lines = [line for line in complaints.splitlines() if line.strip()]
    if not lines:
        return []
    return [f"the source is damaged; what could be read was packaged ({lines[-1].strip()[:200]})"]


def left_out(info: SourceInfo, recipe: Recipe) -> list[str]:
    """Return a warning for each stream of the container that the recipe does not take (pure)."""
    taken = {text.ordinal for text in recipe.text}
    silent_tracks = [
        f"audio stream {ordinal} left out: there is nothing in it" for ordinal in info.empty_audio
    ]
    if info.video.dolby_vision is not None:
        silent_tracks.append(
            f"Dolby Vision profile {info.video.dolby_vision}: packaged from its base layer, without the scene-by-scene "
            "grading"
        )
    return silent_tracks + [
        f"subtitle stream {stream.ordinal} left out: "
        + (f"{stream.codec} holds pictures" if stream.codec not in TEXT_CODECS else "its language is unknown")
        for stream in info.text
        if stream.ordinal not in taken
    ]


def _write_manifests(programme: Programme, out: Path, *, dash: bool) -> None:
    for _, track in (*programme.video, *programme.audio):
        _write(out / track.folder / "playlist.m3u8", manifests.media_playlist(track))
    for _, track in programme.video:
        if not track.pictures:
            continue
        _write(out / track.folder / "iframes.m3u8", manifests.picture_playlist(track))
    if programme.board is not None:
        _write(
            out / "images" / "storyboard.m3u8",
            manifests.board_playlist(programme.board, programme.duration_s),
        )
    for text in programme.text:
        _write(out / f"text/{text.id}.m3u8", manifests.text_playlist(text, programme.duration_s))
    _write(out / "master.m3u8", manifests.master_playlist(programme))
    if manifests.has_open_codecs(programme):
        _write(out / "master-open.m3u8", manifests.master_playlist(programme, open_codecs=True))
    if dash:
        _write(out / "stream.mpd", manifests.mpd(programme))


def sidecar(
    job: Job, sprite: storyboard.Sprite, ssim: Mapping[str, list[float]], text: Texts
) -> dict[str, Any]:
    """Return sidecar.json: what HLS and DASH cannot say."""
    sheet, recipe = job.sheet, job.recipe
    end = recipe.duration_s
    return {
        "schema": 1,
        "title_id": sheet.title_id,
        "duration_s": round(end, 6),
        "age": {"rating": sheet.age_rating, "descriptors": list(sheet.descriptors)},
        "chapters": [
            {"start_s": c.start_s, "title": {"pt": c.title_pt, "en": c.title_en or c.title_pt}}
            for c in sheet.chapters or chapters.of_container(job.info, recipe)
            if c.start_s < end
        ],
        "markers": [
            {"kind": m.kind, "start_s": m.start_s, "end_s": min(m.end_s, round(end, 6))}
            for m in sheet.markers
            if m.start_s < end
        ],
        "storyboard": {
            "url": f"images/{storyboard.sheet_name(1)}",
            "urls": [f"images/{storyboard.sheet_name(number + 1)}" for number in range(sprite.sheets)],
            "columns": sprite.columns,
            "rows": sprite.rows,
            "tile_width": sprite.tile_width,
            "tile_height": sprite.tile_height,
            "interval_s": float(sprite.step_frames / recipe.frame_rate),
            "count": sprite.count,
        },
        "poster": "images/poster.jpg",
        "scripts": texts.announced(text),
        "quality": {rung.id: {"vmaf": rung.vmaf, "ssim": ssim[rung.id]} for rung in recipe.rungs},
    }


def _describe(
    job: Job, programme: Programme, ssim: Mapping[str, list[float]], out: Path, sealing: Sealing
) -> description.Package:
    def segments(track: Track) -> dict[str, Any]:
        return {
            "bandwidth_bps": track.peak_bps,
            "average_bps": track.average_bps,
            "codecs": track.codecs,
            "timescale": track.timescale,
            "segment_sizes_bytes": list(track.sizes),
            "segment_durations_s": [float(Fraction(ticks, track.timescale)) for ticks in track.durations],
        }

    return description.Package(
        title_id=job.sheet.title_id,
        package_id=job.package_id,
        duration_s=job.recipe.duration_s,
        segment_s=job.recipe.segment_s,
        rungs=[
            description.RungEntry(
                id=rung.id, width=rung.width, height=rung.height, frame_rate=str(job.recipe.frame_rate),
                codec=rung.codec, vmaf=rung.vmaf, segment_ssim=ssim[rung.id], range=rung.range, **segments(track),
            )
            for rung, track in programme.video
        ],
        audio=[
            description.AudioEntry(
                id=audio.id, language=audio.language, label=audio.label, channels=audio.channels, **segments(track)
            )
            for audio, track in programme.audio
        ],
        text=[
            description.TextEntry(
                id=text.id, language=text.language, label=text.label, forced=text.forced, path=text.path,
                size_bytes=text.size_bytes, sdh=text.sdh, charset=text.charset, script=text.script,
                segment_durations_s=[float(length) for length in text.lengths_s],
            )
            for text in programme.text
        ],
        files={
            str(file.relative_to(out)): description.FileEntry(
                size=file.stat().st_size, sha256=stamps.sha256_file(file)
            )
            for file in sorted(out.rglob("*"))
            if file.is_file()
        },
        poster="images/poster.jpg",
        storyboard="images/storyboard-1.jpg",
        tools=job.tools,
        protection=_protection(sealing),
    )  # fmt: skip


def _protection(sealing: Sealing) -> description.ProtectionEntry | None:
    if sealing.policy.scheme == "none":
        return None
    return description.ProtectionEntry(
        scheme=sealing.policy.scheme,
        tracks=[
            description.LockedEntry(track=one.folder, label=one.label, kids=list(one.kids))
            for one in sealing.locked
        ],
        rotate_segments=sealing.policy.rotate_segments if sealing.policy.scheme == "aes-128" else None,
        systems=list(sealing.policy.systems) if sealing.by_sample else [],
        notes=list(sealing.policy.notes()),
    )


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _write_json(file: Path, document: object) -> None:
    _write(file, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
