"""What is outstanding: decided from receipts, digests and stamps alone."""

from __future__ import annotations

import os
import shutil

import pytest

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source, titles_file
from bitaca_core.errors import InputError
from bitaca_core.media import failures, library, sample
from bitaca_core.media.probe import SourceRejected
from flows import evaluate, indexing, work


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


def test_an_index_is_stale_until_it_is_that_of_the_catalogue(settings):
    ingest_sample(settings.paths)
    assert indexing.build(settings.paths, settings.embedder).built
    assert not work.index_is_stale(settings)
    assert work.index_is_stale(settings.model_copy(update={"embedder": "another"}))
    more = settings.home / "more.jsonl"
    more.write_text('{"original_title": "Um", "kind": "film"}\n')
    work.ingest(more, settings.paths)
    assert work.index_is_stale(settings)


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


def test_the_notebooks_of_the_run_are_the_published_ones(paths):
    assert work.NOTEBOOKS == evaluate.PUBLISHED
    for name in work.NOTEBOOKS:
        assert work.notebook_file(name).is_file()
        assert not work.evaluated(paths, name)
        half_made = paths.reports / name / ".20260101T000000Z-smoke" / "results.json"
        half_made.parent.mkdir(parents=True)
        half_made.write_text("{}")
        assert not work.evaluated(paths, name)
        half_made.parent.rename(half_made.parent.with_name("20260101T000000Z-smoke"))
        assert work.evaluated(paths, name)
