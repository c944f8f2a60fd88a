"""What is outstanding: decided from receipts, digests and stamps alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bitaca_core import stamps
from bitaca_core.catalogue import ingest as ingestion
from bitaca_core.catalogue.ingest import ingest, ingest_sample
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source, sources_file, titles_file
from bitaca_core.errors import InputError, RebuildNeeded
from bitaca_core.media import failures, library, sample
from bitaca_core.media.probe import SourceRejected
from flows import evaluate, indexing, work
from tests.flows.test_evaluate import GOOD, notebook


def subjects(steps):
    return [(step.stage, step.subject) for step in steps]


def test_an_empty_data_folder_has_only_its_notebooks_to_run(settings):
    assert {step.stage for step in work.outstanding(settings)} <= {"evaluate"}


def test_the_sample_is_made_in_publication_order(settings):
    ingest_sample(settings.paths)
    order = [unit.title_id for unit in sample.UNITS]
    assert [step.subject for step in work.packaging(settings)] == order
    assert subjects(work.outstanding(settings, only="index")) == [("index", "catalogue")]
    assert subjects(work.outstanding(settings, title=order[1])) == [("package", order[1])]
    with pytest.raises(InputError, match="no source video"):
        work.outstanding(settings, title="nobody-knows-it")


def test_an_index_is_stale_until_it_is_that_of_the_catalogue(settings, embedded):
    ingest_sample(settings.paths)
    assert indexing.build(settings.paths, settings.embedder).built
    assert work.why_index_is_stale(settings) is None
    assert work.why_index_is_stale(settings.model_copy(update={"embedder": "another"}))
    more = settings.home / "more.jsonl"
    more.write_text('{"original_title": "Um", "kind": "film"}\n')
    ingest(more, settings.paths)
    assert work.why_index_is_stale(settings) == "the index does not match the catalogue"


def test_the_catalogue_is_read_again_only_when_it_changed(settings, monkeypatch):
    ingest_sample(settings.paths)
    work.outstanding(settings)
    reads = []
    monkeypatch.setattr(work, "load_catalogue", lambda file: reads.append(file) or work.Catalogue())
    work.outstanding(settings)
    assert reads == []
    os.utime(titles_file(settings.paths), ns=(1, 1))
    assert work.missing_units(settings) == []  # the fake catalogue lists nothing
    assert len(reads) == 1


@pytest.fixture
def published(settings, film, tmp_path):
    """A data folder with one published film."""
    video = tmp_path / "film.mp4"
    shutil.copyfile(film, video)
    add_source(settings.paths, SourceSheet(title_id="film", video=video))
    work.publish(settings.paths, "film")
    assert work.packaging(settings) == []
    return settings


def delete(path):
    path.unlink()


def truncate(path):
    os.truncate(path, path.stat().st_size - 1)


def edit(path):
    path.write_bytes(path.read_bytes()[::-1])


def flip(path):
    """Change one byte and put the old time back."""
    kept = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))


@pytest.mark.parametrize(
    ("damage", "verify"), [(delete, False), (truncate, False), (edit, False), (flip, True)]
)
def test_damage_is_found_and_mended(published, damage, verify):
    package = library.published(published.paths, "film")
    segment = next(package.dir.glob("video/*/seg-1.m4s"))
    before = segment.read_bytes()
    damage(segment)
    assert bool(work.packaging(published)) is not verify  # a flipped byte is seen only by its hash
    (step,) = work.packaging(published, verify=verify)
    assert segment.name in step.reason
    work.publish(published.paths, "film")
    assert segment.read_bytes() == before
    assert work.packaging(published, verify=True) == []


def test_what_cannot_be_used_is_not_tried_again_until_it_changes(settings, tmp_path, film):
    video = tmp_path / "text.mp4"
    video.write_text("only words")
    add_source(settings.paths, SourceSheet(title_id="text", video=video))
    with pytest.raises(SourceRejected):
        work.publish(settings.paths, "text")
    assert work.packaging(settings) == []
    assert subjects(work.packaging(settings, title="text")) == [("package", "text")]
    assert str(video) in failures.load(settings.paths)["text"].message
    shutil.copyfile(film, video)
    assert subjects(work.packaging(settings)) == [("package", "text")]
    work.publish(settings.paths, "text")
    assert failures.load(settings.paths) == {}


def test_the_notebooks_of_the_run_are_the_published_ones():
    assert work.NOTEBOOKS == evaluate.PUBLISHED
    assert all(work.notebook_file(name).is_file() for name in work.NOTEBOOKS)


# --- damage outside packages


@pytest.fixture
def indexed(settings, indexed_once):
    """A copy of it, to be damaged."""
    shutil.copytree(indexed_once.home, settings.home, dirs_exist_ok=True)
    assert work.outstanding(settings, only="index", verify=True) == []
    return settings


def index_files(settings):
    """The files of LanceDB's table; the names in it are new in every build, their number and order are not."""
    return sorted(file for file in settings.paths.search.glob("v*/**/*") if file.is_file())


@pytest.mark.parametrize("damage", [delete, truncate, flip])
def test_each_file_of_the_index_is_found_and_mended(indexed, damage):
    def found(file):
        damage(file)
        assert bool(work.outstanding(indexed, only="index")) is (damage is not flip)
        (step,) = work.outstanding(indexed, only="index", verify=True)
        assert (step.subject, file.name in step.reason) == ("catalogue", True)

    files = index_files(indexed)
    for file in files:
        kept, times = file.read_bytes(), file.stat()
        found(file)
        file.write_bytes(kept)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert work.outstanding(indexed, only="index", verify=True) == []
    kinds = {file.relative_to(indexed.paths.search).parts[2]: number for number, file in enumerate(files)}
    for number in (kinds["data"], kinds["_indices"], kinds["_versions"]):
        found(index_files(indexed)[number])
        assert indexing.build(indexed.paths, indexed.embedder).built
        assert work.outstanding(indexed, only="index", verify=True) == []
        assert len(index_files(indexed)) == len(files)


@pytest.mark.parametrize("damage", [delete, truncate])
def test_an_index_without_its_name_is_built_again(indexed, damage):
    damage(indexed.paths.search / "index.json")
    assert subjects(work.outstanding(indexed, only="index")) == [("index", "catalogue")]
    assert indexing.build(indexed.paths, indexed.embedder).built
    assert work.outstanding(indexed, only="index", verify=True) == []


def test_an_index_without_a_receipt_is_built_again(indexed):
    (stamps.receipts_folder(indexed.paths) / "index.json").unlink()
    (step,) = work.outstanding(indexed, only="index")
    assert step.reason == "the index has no receipt"
    assert indexing.build(indexed.paths, indexed.embedder).built
    assert work.outstanding(indexed, only="index") == []


@pytest.fixture
def reported(settings, tmp_path, monkeypatch):
    """A data folder with a report, of a notebook that takes a moment."""
    folder = notebook(tmp_path / "books", GOOD, "03_abr")
    monkeypatch.setattr(work, "notebook_file", lambda name: folder / f"{name}.ipynb")
    report = evaluate.run_notebook("03_abr", settings.paths, folder=folder)
    assert work.outstanding(settings, only="evaluate", verify=True) == []
    return settings, report.folder, folder / "03_abr.ipynb"


@pytest.mark.parametrize(
    ("name", "damage", "verify", "reason"),
    [
        ("report.html", delete, False, "report.html is missing"),
        ("results.json", lambda path: path.write_text(""), False, "results.json was changed (size)"),
        ("executed.ipynb", truncate, False, "executed.ipynb was changed (size)"),
        ("results.json", flip, True, "results.json was changed (content)"),
    ],
)
def test_a_damaged_report_is_made_again(reported, name, damage, verify, reason):
    settings, folder, _ = reported
    damage(folder / name)
    assert bool(work.outstanding(settings, only="evaluate")) is not verify
    (step,) = work.outstanding(settings, only="evaluate", verify=verify)
    assert reason in step.reason


def test_a_report_is_of_its_notebook_and_its_player(reported, monkeypatch):
    settings, _, source = reported
    os.utime(source)
    assert work.outstanding(settings, only="evaluate") == [], "a fresh checkout has the same contents"
    source.write_text(source.read_text() + " ")
    (step,) = work.outstanding(settings, only="evaluate")
    assert step.reason == "03_abr.ipynb changed"
    receipt = stamps.load(settings.paths, "report-03_abr")
    assert [Path(item.path).name for item in receipt.inputs] == ["03_abr.ipynb", "lab.wasm"]


@pytest.mark.parametrize("file", [titles_file, sources_file])
@pytest.mark.parametrize(
    ("damage", "verify"), [(delete, False), (lambda path: os.truncate(path, 30), False), (flip, True)]
)
def test_a_damaged_catalogue_is_the_one_step(published, file, damage, verify):
    ingest_sample(published.paths)
    damage(file(published.paths))
    ahead = work.outlook(published, verify=verify)
    assert subjects(ahead.steps) == [("ingest", "catalogue")]
    assert file(published.paths).name in ahead.steps[0].reason
    for narrow in ({"only": "package"}, {"only": "index"}, {"title": "film"}):
        with pytest.raises(RebuildNeeded, match="bitaca run --only ingest"):
            work.outlook(published, verify=verify, **narrow)
    work.outlook(published, only="evaluate", verify=verify)
    ingestion.rebuild(published.paths)
    steps = work.outstanding(published, verify=verify)
    assert ("ingest", "catalogue") not in subjects(steps) and ("index", "catalogue") in subjects(steps)


def test_force_reads_every_source_again(settings, tmp_path, film):
    folder = tmp_path / "videos"
    folder.mkdir()
    shutil.copyfile(film, folder / "Um (2001).mp4")
    titles = tmp_path / "titles.jsonl"
    titles.write_text('{"original_title": "Dois", "kind": "film"}\n')
    for source in (folder, titles):
        ingest(source, settings.paths)
    assert work.outstanding(settings, only="ingest") == []
    assert subjects(work.outstanding(settings, only="ingest", force=True)) == [
        ("ingest", str(folder)),
        ("ingest", str(titles)),
    ]
    (folder / "Tres (2003).mp4").write_bytes(b"x")
    assert subjects(work.outstanding(settings, only="ingest")) == [("ingest", str(folder))]


def test_what_is_lost_is_told_apart_from_what_never_was(published, tmp_path):
    add_source(published.paths, SourceSheet(title_id="never", video=tmp_path / "never.mp4"))
    ahead = work.outlook(published)
    assert [(item.title_id, item.damaged) for item in ahead.blocked] == [
        ("never", False)
    ] and ahead.lost == []
    (tmp_path / "film.mp4").unlink()
    assert work.outlook(published).lost == []
    delete(next(published.paths.media.glob("film/*/video/*/seg-1.m4s")))
    (lost,) = work.outlook(published).lost
    assert lost.startswith("film: input missing") and work.packaging(published) == []
    assert work.outlook(published, title="never").lost == []
