"""`bitaca package` and `bitaca verify`: one video file, wherever it comes from."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bitaca_core.errors import InputError, WorkError

if TYPE_CHECKING:
    from bitaca_core.catalogue.sheet import SourceSheet
    from bitaca_core.media.job import Job

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def package(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="video file")],
    out: Annotated[
        Path | None, typer.Option(help="folder for the package: new, empty or an earlier package")
    ] = None,
    subtitle: Annotated[
        list[str] | None,
        typer.Option(metavar="LANG=FILE", help="SRT or WebVTT file, e.g. pt-BR=film.srt; repeat"),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="language of the first audio track, e.g. pt-BR")
    ] = None,
    poster: Annotated[
        Path | None, typer.Option(help="poster picture; chosen from the film otherwise")
    ] = None,
    animation: Annotated[
        bool, typer.Option("--animation", help="tune the encoder for drawn pictures")
    ] = False,
    codecs: Annotated[
        str | None,
        typer.Option(help="comma-separated: h264 (always there), av1, vp9 [default: BITACA_CODECS]"),
    ] = None,
    hdr: Annotated[
        bool | None,
        typer.Option(
            "--hdr/--no-hdr",
            help="10-bit AV1 rungs beside the ladder where it is PQ or HLG [default: BITACA_HDR]",
        ),
    ] = None,
    ladder: Annotated[
        str | None,
        typer.Option(
            metavar="per-title|fixed|default|FILE", help="how the rungs are chosen [default: BITACA_LADDER]"
        ),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="x264's preset, veryfast to veryslow [default: BITACA_PRESET]")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, max=256, help="chunks encoded at once; 0: half the processors")
    ] = 0,
    protect: Annotated[
        str | None, typer.Option(help="none, aes-128 (HLS only), cbcs or cenc [default: BITACA_PROTECT]")
    ] = None,
    rotate_segments: Annotated[
        int | None,
        typer.Option(min=0, help="segments under one key of aes-128 [default: BITACA_ROTATE_SEGMENTS]"),
    ] = None,
    plan_only: Annotated[bool, typer.Option("--plan", help="say what would be done and stop")] = False,
    as_json: AsJson = False,
) -> None:
    """One video file to HLS + DASH in one folder."""
    from bitaca_core.media import package as packaging
    from bitaca_core.media import publish, supervise
    from bitaca_core.media.artefacts import Store
    from bitaca_core.media.ladder import codecs_named
    from bitaca_core.media.protection.choosing import policy_for, protection_for
    from bitaca_core.media.wishes import Wishes
    from bitaca_core.settings import load_settings

    if out is None and not plan_only:
        raise InputError(
            "no folder given", kind="usage", hint="Add --out DIR, or --plan to see what would be done"
        )
    with supervise.interruptible():
        sheet = _sheet(source, subtitle or [], language, poster)
        settings = load_settings()
        policy = policy_for(settings, protect, rotate_segments)
        wishes = Wishes(
            codecs=codecs_named(settings.codecs if codecs is None else codecs),
            ladder=_ladder(ladder or settings.ladder),
            preset=_preset(preset or settings.preset),
            content="animation" if animation else "film",
            hdr=settings.hdr if hdr is None else hdr,
            protection=protection_for(settings, settings.paths.keys, policy),
        )
        job = packaging.prepare(sheet, wishes)
        if hdr and not job.info.video.hdr:
            print(
                "note: nothing to do for --hdr: the source is of standard range, neither PQ nor HLG",
                file=sys.stderr,
            )
        if plan_only or out is None:
            _show_plan(job, as_json)
            return
        store = Store(settings.paths.cas)
        with _progress(source.name, job, quiet=as_json) as progress:
            done = publish.package_to(job, out, progress, store=store, workers=workers or settings.workers)
    if as_json:
        print(json.dumps({
            "schema": 1, "package_id": done.package_id, "folder": str(done.folder), "built": done.built,
            "hls": str(done.folder / "master.m3u8"),
            "dash": str(done.folder / "stream.mpd") if policy.scheme != "aes-128" else None,
            "protect": policy.scheme, "title_id": sheet.title_id,
            "duration_s": job.recipe.duration_s, "rungs": [rung.id for rung in job.recipe.rungs],
            "warnings": list(done.warnings), "pieces": {"made": len(store.made), "found": len(store.found)},
        }, ensure_ascii=False))  # fmt: skip
        return
    for warning in done.warnings:
        print(f"note: {warning}", file=sys.stderr)
    print(f"{'packaged' if done.built else 'unchanged'}  {done.folder}  ({job.recipe.duration_s:.2f} s, "
          f"{', '.join(rung.id for rung in job.recipe.rungs)})")  # fmt: skip


def _preset(wanted: str) -> str:
    from bitaca_core.media.plan import PRESETS

    if wanted not in PRESETS:
        raise InputError(f"--preset {wanted!r}: expected one of {', '.join(PRESETS)}", kind="usage")
    return wanted


def _ladder(wanted: str) -> str:
    from bitaca_core.media.wishes import LADDERS

    if wanted not in LADDERS and not Path(wanted).is_file():
        raise InputError(
            f"--ladder {wanted!r}: neither one of {', '.join(LADDERS)} nor a file", kind="usage",
            hint="README.md shows how a ladder file looks",
        )  # fmt: skip
    return wanted


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder with playlists or MPDs, anybody's")],
    xsd: Annotated[
        Path | None, typer.Option(help="DASH-MPD.xsd to validate the MPDs against (needs lxml)")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a package, ours or not: manifests, media and what they say of each other (exit 1 where a MUST is broken)."""
    from bitaca_core.media import description
    from bitaca_core.media.conformance import report as telling
    from bitaca_core.media.conformance.check import check_folder
    from bitaca_core.media.conformance.findings import Finding, Report
    from bitaca_core.media.verify import verify_package

    found: list[Finding] = []
    if (folder / description.FILE_NAME).exists():
        found += [
            Finding(one.file, "must", one.code, description.FILE_NAME, one.message, "Package it again")
            for one in verify_package(folder)
        ]
    checked = check_folder(folder)
    if xsd is not None:
        for name in (one for one in checked.manifests if one.lower().endswith(".mpd")):
            found += [
                Finding(name, "must", "xsd", xsd.name, message, "", line)
                for line, message in _xsd_faults(folder / name, xsd)
            ]
    report = Report(checked.manifests, (*found, *checked.findings))
    if as_json:
        print(json.dumps(telling.document(str(folder), report), ensure_ascii=False))
    else:
        print("\n".join(telling.lines(report)))
        print(f"{'ok' if report.valid else 'not valid'}  {folder}")
    if not report.valid:
        raise typer.Exit(1)


def _sheet(source: Path, subtitles: list[str], language: str | None, poster: Path | None) -> SourceSheet:
    from bitaca_core.catalogue.normalize import title_id_for
    from bitaca_core.catalogue.sheet import AudioSource, SourceSheet, SubtitleSource
    from bitaca_core.media.languages import bcp47

    texts = []
    for item in subtitles:
        tag, equals, file = item.partition("=")
        if not equals or bcp47(tag) is None:
            raise InputError(f"--subtitle {item!r}: expected LANG=FILE, e.g. pt-BR=film.srt", kind="usage")
        texts.append(SubtitleSource(path=Path(file), language=tag))
    if language is not None and bcp47(language) is None:
        raise InputError(f"--language {language!r}: expected a BCP 47 tag, e.g. pt-BR", kind="usage")
    return SourceSheet(
        title_id=title_id_for(source.stem, None),
        video=source,
        audio=(AudioSource(stream=0, language=language),) if language else (),
        subtitles=tuple(texts),
        poster=poster,
    )


def _show_plan(job: Job, as_json: bool) -> None:
    from bitaca_core.media import chunks, laddering
    from bitaca_core.media import package as packaging
    from bitaca_core.media.artefacts import Store

    if job.wishes.ladder != "per-title":  # that one is found by work, the others by reading
        with tempfile.TemporaryDirectory() as folder:
            job = laddering.decided(job, Store(Path(folder)))
    recipe, video = job.recipe, job.info.video
    if as_json:
        print(json.dumps({
            "schema": 1, "package_id": job.package_id, "duration_s": recipe.duration_s, "recipe": recipe.to_dict(), "ladder": job.wishes.ladder,
        }, ensure_ascii=False))  # fmt: skip
        return
    steps = [
        f"turned {video.rotation_deg} degrees" if video.rotation_deg else "",
        "deinterlaced" if recipe.deinterlace else "",
        "whole frames, although flagged interlaced" if video.interlaced and video.fields == "whole" else "",
        "telecine undone" if recipe.undo_telecine else "",
        f"{recipe.skip_s:.3f} s before the picture left out" if recipe.skip_s else "",
        f"last frame held for {recipe.hold_frames} more" if recipe.hold_frames else "",
        f"black bars around {recipe.picture[0]}x{recipe.picture[1]}" if recipe.bars else "",
        "tone-mapped to SDR" if recipe.tone_map else "",
        f"{recipe.range} kept in rungs of their own" if recipe.range != "SDR" else "",
        "silence added" if recipe.audio[0].ordinal is None else "",
    ]
    print(f"source   {video.width}x{video.height} {video.codec}, {float(video.frame_rate):.3f} fps")
    print(f"result   {float(recipe.frame_rate):.3f} fps, {recipe.frames} frames, {recipe.duration_s:.3f} s"
          + "".join(f", {step}" for step in steps if step))  # fmt: skip
    cut = chunks.chunks(job.info, recipe)
    print(f"encode   {len(cut)} chunk{'s' if len(cut) > 1 else ''} of up to "
          f"{max(float(chunk.frames / recipe.frame_rate) for chunk in cut):.0f} s"
          + (f", {recipe.first} published first" if recipe.first else ""))  # fmt: skip
    if job.ladder_report is None:
        print("ladder   chosen by trying the title; without that it would be:")
    for rung in recipe.rungs:
        print(f"video    {rung.id:9} {rung.codec:4} {rung.width}x{rung.height}, crf {rung.crf:g}, "
              f"at most {rung.max_bps / 1000:.0f} kbit/s" + ("" if rung.range == "SDR" else f", 10 bits {rung.range}"))  # fmt: skip
    for audio in recipe.audio:
        print(f"audio    {audio.id:6} {audio.label}")
    for track in job.subtitles:
        print(f"text     {track.language:6} {len(track.cues)} cues")
    for inside in recipe.text:
        print(f"text     {inside.language:6} from the container")
    for note in packaging.left_out(job.info, recipe):
        print(f"note     {note}")
    if job.wishes.protection is not None:
        print(f"protect  {job.wishes.protection.policy.scheme}")
        for note in job.wishes.protection.policy.notes():
            print(f"note     {note}")
    print(f"package  {job.package_id}")


@contextmanager
def _progress(name: str, job: Job, quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """Yield a progress callback: a bar on a terminal, a plain line a stage elsewhere."""
    if quiet:
        yield lambda stage, percent: None
        return
    if not sys.stderr.isatty():
        said: set[str] = set()

        def say(stage: str, percent: float) -> None:
            if stage not in said:
                said.add(stage)
                print(f"{name}: {stage}", file=sys.stderr, flush=True)

        yield say
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn

    from bitaca_core.media import pace

    columns = (TextColumn("{task.description:24}"), BarColumn(bar_width=24), TextColumn("{task.percentage:>3.0f} %"),
               TextColumn("{task.fields[measures]}"))  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        line = bars.add_task(escape(name)[:60], total=100, measures="")
        tempo = pace.Pace(job.recipe.frames, job.recipe.duration_s)

        def bar(stage: str, percent: float) -> None:
            now = tempo.at(percent, time.monotonic())
            words = (
                pace.words(now.frames, now.total_frames, now.speed, now.left_s) if stage == "encode" else ""
            )
            bars.update(line, completed=percent, description=f"{stage}  {escape(name)}"[:60], measures=words)

        yield bar


def _xsd_faults(mpd: Path, xsd: Path) -> list[tuple[int, str]]:
    try:
        from lxml import etree
    except ImportError as error:
        raise WorkError(
            "--xsd needs lxml", kind="usage", hint="Run ./setup.sh dev, or leave --xsd out"
        ) from error
    if not xsd.is_file():
        raise InputError("no such schema", kind="usage", file=xsd)
    # its imports are relative; nothing is fetched from the network
    schema = etree.XMLSchema(etree.parse(str(xsd), etree.XMLParser(no_network=True)))
    try:
        tree = etree.parse(str(mpd), etree.XMLParser(no_network=True, resolve_entities=False))
    except etree.XMLSyntaxError as error:
        return [(error.lineno or 1, f"not well-formed: {error.msg}")]
    if tree.docinfo.internalDTD is not None:  # its entities are not resolved, and libxml2 stumbles over them
        return [(1, "has a document type declaration, which an MPD does not; not validated")]
    if schema.validate(tree):
        return []
    return [(entry.line, entry.message) for entry in schema.error_log]
