"""Publication: package into a temporary folder, verify, rename, swap `current` last. Interrupted at any point,
viewers keep what they had; done again with nothing changed, it changes nothing.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from bitaca_core import stamps
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.errors import BitacaError, WorkError
from bitaca_core.media import description, picture, processes, receipts
from bitaca_core.media.alone import alone
from bitaca_core.media.artefacts import Store
from bitaca_core.media.job import Job
from bitaca_core.media.laddering import decided
from bitaca_core.media.library import CURRENT, current_package_id
from bitaca_core.media.package import OnStage, PackageResult, build, prepare, silent
from bitaca_core.media.plan import Recipe
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.media.protection.policy import CLEAR
from bitaca_core.media.storage import LocalStorage, Storage
from bitaca_core.media.verify import Violation, verify_package
from bitaca_core.media.wishes import PLAIN, Wishes, kept
from bitaca_core.settings import DataPaths

FIRST_SHARE = 0.15
"""Of the work of a title, what the rung that is published first takes."""
LEFTOVER = re.compile(r"\..+\.(\d+)")
"""A temporary folder's name ends in the id of the process that works in it."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing did. `built` is False when an identical package was there already."""

    package_id: str
    folder: Path
    built: bool
    warnings: tuple[str, ...] = ()


def publish(
    sheet: SourceSheet,
    paths: DataPaths,
    board: ProgressBoard | None = None,
    *,
    wishes: Wishes = PLAIN,
    force: bool = False,
    workers: int = 0,
    job: Job | None = None,
    stop_after_first: bool = False,
    storage: Storage | None = None,
) -> str:
    """Package, verify and publish a title, showing it on `board`; return its package_id.

    With `force` it is done again even where an identical package stands.

    Raises
    ------
    SourceRejected, SubtitleError
        An input cannot be used.
    MediaError, WorkError
        A tool failed or the result did not verify; what was published before stays.
    """

    def began(job: Job) -> None:
        if board is not None:
            board.begin(sheet.title_id, job.recipe.frames, job.recipe.duration_s)

    do = functools.partial(
        publish_title, sheet, paths, wishes=wishes, force=force, workers=workers, job=job,
        stop_after_first=stop_after_first, storage=storage,
    )  # fmt: skip
    if board is None:
        return do().package_id
    try:
        done = do(lambda stage, percent: board.update(sheet.title_id, stage, percent), began=began)
    except BitacaError:
        board.update(sheet.title_id, "failed", 100)
        raise
    except BaseException:  # interrupted: nobody works on it any more
        board.clear(sheet.title_id)
        raise
    board.clear(sheet.title_id)
    return done.package_id


def publish_title(
    sheet: SourceSheet,
    paths: DataPaths,
    progress: OnStage = silent,
    *,
    wishes: Wishes = PLAIN,
    force: bool = False,
    workers: int = 0,
    job: Job | None = None,
    stop_after_first: bool = False,
    storage: Storage | None = None,
    began: Callable[[Job], None] = lambda job: None,
) -> Publication:
    """Do what `publish` says; tell each stage to `progress`, and `began` what is decided before any work.

    Encoded pieces are kept in `cas/` until the package stands: a publication that was cut off goes on with them.

    Parameters
    ----------
    job : Job or None
        What `prepare` decided, where that was done already.
    stop_after_first : bool
        Publish only the rung that comes first, where there is one and viewers have nothing yet.
    """
    storage = storage or LocalStorage(paths.media)
    store = Store(paths.cas)
    with alone(paths, sheet.title_id):
        clean_leftovers(paths.media / sheet.title_id)
        known = receipts.load(paths, sheet.title_id)
        files = [
            sheet.video,
            *(item.path for item in sheet.subtitles),
            *([sheet.poster] if sheet.poster else []),
        ]
        if known is not None and not force and not all(file.is_file() for file in files):
            return _name_again(known, paths, storage)
        job = job or prepare(sheet, wishes)
        began(job)
        folder = paths.media / sheet.title_id / job.package_id
        if not force and folder.is_dir() and not _violations(folder) and has_its_keys(job, folder):
            arguments = known.arguments if known and known.package_id == job.package_id else ()
            storage.keep(folder, f"{sheet.title_id}/{job.package_id}")
            _finish(job, folder, paths, storage, arguments, known.ladder if known else None)
            progress("publish", 100)
            return Publication(job.package_id, folder, built=False)
        if job.ladder_report is None:
            progress("analyse", 0)
            job = decided(job, store)
        if job.recipe.first is not None and current_package_id(paths, sheet.title_id) is None:
            ahead = only_first(job)
            _publish_first(ahead, paths, storage, store, workers, progress)
            if stop_after_first:
                return Publication(
                    ahead.package_id, paths.media / sheet.title_id / ahead.package_id, built=True
                )
        key = f"{sheet.title_id}/{job.package_id}"
        workplace = storage.workplace(key)
        result = build(job, workplace, progress, store=store, workers=workers)
        try:
            progress("verify", 0)
            violations = verify_package(workplace, hashes=False)
            if violations:
                _forget(store, result)  # made again, they could give something else
                raise _not_verified(violations)
            progress("verify", 100)
            progress("publish", 0)
            storage.adopt(workplace, key)
        except BaseException:
            shutil.rmtree(workplace, ignore_errors=True)
            raise
        _finish(job, folder, paths, storage, result.arguments, result.ladder)
        _forget(store, result)
        progress("publish", 100)
        return Publication(job.package_id, folder, built=True, warnings=result.warnings)


@dataclass(frozen=True, slots=True)
class Phase:
    """Chunks to be encoded, and then a publication: of the rung that comes first, or of the whole."""

    tasks: tuple[picture.ChunkTask, ...]
    first: bool


def phases(job: Job, paths: DataPaths, *, force: bool = False) -> list[Phase]:
    """Return what publishing a title consists of, without the chunks that are in the store already.

    For whoever spreads the chunks over machines; `publish_title` does them itself where it finds them missing.
    """
    folder = paths.media / job.sheet.title_id / job.package_id
    if not force and folder.is_dir() and not _violations(folder):
        return [Phase((), False)]
    source, tool = job.inputs[0].sha256, job.tools["ffmpeg"]
    store = Store(paths.cas)
    job = decided(job, store)

    def missing(recipe: Recipe) -> list[picture.ChunkTask]:
        ahead = picture.tasks(job.info, source, recipe, tool)
        return [task for task in ahead if store.find(picture.KIND, task.identity()) is None]

    early: list[picture.ChunkTask] = []
    if job.recipe.first is not None and current_package_id(paths, job.sheet.title_id) is None:
        early = missing(only_first(job).recipe)
    late = [task for task in missing(job.recipe) if task not in early]
    return [*([Phase(tuple(early), True)] if early else []), Phase(tuple(late), False)]


def only_first(job: Job) -> Job:
    """Return the job of the package that is published before the whole: one rung, under a name of its own (pure)."""
    rungs = tuple(rung for rung in job.recipe.rungs if rung.id == job.recipe.first)
    named = stamps.sha256_json({"first-of": job.package_id})[: receipts.PACKAGE_ID_HEX]
    return replace(job, recipe=replace(job.recipe, rungs=rungs), package_id=named)


def _publish_first(
    job: Job, paths: DataPaths, storage: Storage, store: Store, workers: int, progress: OnStage
) -> None:
    """Publish the one rung; its pieces stay in the store, since the whole package takes them too.

    Who watches it goes on: a superseded package stays until no token can open it.
    """
    key = f"{job.sheet.title_id}/{job.package_id}"
    workplace = storage.workplace(key)
    result = build(
        job,
        workplace,
        lambda stage, percent: progress(stage, percent * FIRST_SHARE),
        store=store,
        workers=workers,
    )
    try:
        violations = verify_package(workplace, hashes=False)
        if violations:
            raise _not_verified(violations)
        storage.adopt(workplace, key)
    except BaseException:
        shutil.rmtree(workplace, ignore_errors=True)
        raise
    _finish(job, paths.media / key, paths, storage, result.arguments, result.ladder, partial=True)


def package_to(
    job: Job, out_dir: Path, progress: OnStage = silent, *, store: Store | None = None, workers: int = 0
) -> Publication:
    """Package and verify into `out_dir`: a new folder, an empty one, or an earlier package, which is replaced.

    `store` keeps encoded pieces until the package stands.

    Raises
    ------
    WorkError
        The folder holds something else or an input, cannot be written, or the result did not verify.
    """
    out_dir = out_dir.resolve()
    _refuse_inputs_inside(job, out_dir)
    _refuse_other_files(out_dir)
    if out_dir.is_dir() and any(out_dir.iterdir()) and _same(job, out_dir):
        return Publication(job.package_id, out_dir, built=False)
    storage = LocalStorage(out_dir.parent)
    clean_leftovers(out_dir.parent, f".{out_dir.name}.")
    workplace = storage.workplace(out_dir.name)
    result = build(job, workplace, progress, store=store, workers=workers)
    try:
        progress("verify", 0)
        violations = verify_package(workplace, hashes=False)
        if violations:
            raise _not_verified(violations)
        progress("verify", 100)
        _refuse_other_files(out_dir)  # encoding takes its time: somebody may have saved a file there
        storage.adopt(workplace, out_dir.name)
    except BaseException:
        shutil.rmtree(workplace, ignore_errors=True)
        raise
    _forget(store, result)
    return Publication(job.package_id, out_dir, built=True, warnings=result.warnings)


def _forget(store: Store | None, result: PackageResult) -> None:
    """Free the pieces of a package that stands."""
    if store is not None:
        for artefact in result.artefacts:
            store.drop(artefact)


def _refuse_inputs_inside(job: Job, out_dir: Path) -> None:
    for item in job.inputs:
        if Path(item.path).resolve().is_relative_to(out_dir):
            raise WorkError(
                f"the folder holds an input ({Path(item.path).name}), which would be deleted with it",
                kind="output",
                file=out_dir,
                hint="Give another folder to --out",
            )


def _refuse_other_files(out_dir: Path) -> None:
    """Raise unless `out_dir` may be replaced: not there, empty, or a package in which every entry is the package's."""
    if not out_dir.exists():
        return
    if not out_dir.is_dir():
        raise WorkError("is a file, expected a folder", kind="output", file=out_dir)
    own = {description.FILE_NAME}
    try:
        own |= set(description.read(out_dir).files)
    except BitacaError:
        own = set()
    folders = {str(parent) for name in own for parent in PurePosixPath(name).parents}
    for entry in sorted(out_dir.rglob("*")):
        name = entry.relative_to(out_dir).as_posix()
        if name not in (folders if entry.is_dir() and not entry.is_symlink() else own):
            raise WorkError(
                f"the folder holds other files than a package's: {name}",
                kind="output",
                file=out_dir,
                hint="Give a new or empty folder",
            )


def clean_leftovers(folder: Path, prefix: str = ".") -> None:
    """Remove temporary folders in `folder` whose process is gone."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        found = LEFTOVER.fullmatch(entry.name)
        if entry.is_dir() and found and entry.name.startswith(prefix) and not _working(int(found.group(1))):
            shutil.rmtree(entry, ignore_errors=True)


def _working(process_id: int) -> bool:
    return process_id != os.getpid() and processes.alive(process_id)


def _finish(
    job: Job,
    folder: Path,
    paths: DataPaths,
    storage: Storage,
    arguments: tuple[str, ...],
    ladder: dict[str, Any] | None = None,
    partial: bool = False,
) -> None:
    """Write the receipt, then swap `current`: a crash between the two is found by `plan` and mended by a re-run."""
    package = description.read(folder)
    policy = job.wishes.protection.policy if job.wishes.protection is not None else CLEAR
    outputs = [
        stamps.FileStamp(name, entry.size, (folder / name).stat().st_mtime_ns, entry.sha256)
        for name, entry in package.files.items()
    ]
    outputs.append(stamps.stamp(folder / description.FILE_NAME, description.FILE_NAME))
    receipt = receipts.TitleReceipt(
        title_id=job.sheet.title_id,
        package_id=job.package_id,
        recipe=job.recipe.to_dict(),
        sheet_sha256=job.sheet_sha256,
        inputs=job.inputs,
        outputs=tuple(outputs),
        arguments=arguments,
        tools=job.tools,
        partial=partial,
        ladder=ladder,
        wishes=kept(job.wishes.codecs, job.wishes.ladder, job.wishes.preset, job.wishes.hdr),
        protect=policy.identity() | ({"notes": list(policy.notes())} if policy.notes() else {}),
    )
    receipts.save(paths, receipt)
    _name(job.sheet.title_id, job.package_id, paths, storage)


def _name(title_id: str, package_id: str, paths: DataPaths, storage: Storage) -> None:
    if (storage.read_text(f"{title_id}/{CURRENT}") or "").strip() != package_id:
        storage.write_text(f"{title_id}/{CURRENT}", package_id + "\n")


def _name_again(receipt: receipts.TitleReceipt, paths: DataPaths, storage: Storage) -> Publication:
    """Publish the package that stands, where its source is gone: a lost `current` is all that can be mended."""
    folder = paths.media / receipt.title_id / receipt.package_id
    violations = _violations(folder)
    if violations:
        raise WorkError(
            f"the package is damaged ({violations[0].file}: {violations[0].message}) and its source is gone",
            kind="package",
            file=folder,
            hint="Put the source back where it was, or `bitaca remove` the title",
        )
    storage.keep(folder, f"{receipt.title_id}/{receipt.package_id}")
    _name(receipt.title_id, receipt.package_id, paths, storage)
    return Publication(receipt.package_id, folder, built=False)


def _violations(folder: Path) -> list[Violation]:
    try:
        return verify_package(folder)
    except WorkError as error:  # no readable package.json: to be rebuilt
        return [Violation("package", description.FILE_NAME, error.message)]


def _same(job: Job, folder: Path) -> bool:
    same = not _violations(folder) and description.read(folder).package_id == job.package_id
    return same and has_its_keys(job, folder)


def has_its_keys(job: Job, folder: Path) -> bool:
    """Return whether every key of the package in `folder` is kept: without one, nobody can play it."""
    entry = description.read(folder).protection
    if entry is None or job.wishes.protection is None:
        return True
    known = {key.kid.hex() for key in job.wishes.protection.store.keys(job.sheet.title_id)}
    return all(kid in known for track in entry.tracks for kid in track.kids)


def _not_verified(violations: list[Violation]) -> WorkError:
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return WorkError(f"the package does not verify: {first.message}{more}", kind="verify", file=first.file)
