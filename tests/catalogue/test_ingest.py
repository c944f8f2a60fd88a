"""Ingestion: good rows go in, bad rows are reported with file, line and reason."""

import json
import os
import shutil

import pytest

from bitaca_core.catalogue import ingest as ingestion
from bitaca_core.catalogue import libraries
from bitaca_core.catalogue.ingest import ingest, ingest_sample, is_damaged, rebuild
from bitaca_core.catalogue.store import (
    SAMPLE,
    add_source,
    damage,
    load_catalogue,
    load_sources,
    locked,
    save_sources,
    seal,
    sources_file,
    sources_read,
    titles_file,
)
from bitaca_core.errors import CatalogueError, SchemaError
from bitaca_core.settings import DataPaths


@pytest.fixture
def paths(tmp_path):
    return DataPaths(tmp_path / "home")


def write_jsonl(path, *rows):
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n")
    return path


def test_good_rows_go_in_and_each_bad_one_is_named(tmp_path, paths):
    source = write_jsonl(
        tmp_path / "titles.jsonl",
        {"original_title": "Um", "year": 2001, "kind": "film"},
        "",
        "{not json",
        {"original_title": "Dois", "kind": "opera"},
        {"original_title": "Três", "kind": "film", "genres": ["acao", "culinaria"]},
        ["a list"],
        {"original_title": "Quatro", "kind": "film", "video": "absent.mp4"},
        {"original_title": "Cinco", "year": "dois mil", "kind": "short"},
        {"original_title": "Seis", "kind": "short"},
    )
    report = ingest(source, paths)
    assert report.added == ["um-2001", "seis"]
    assert [(rejection.line, rejection.file) for rejection in report.rejected] == [
        (n, source) for n in (3, 4, 5, 6, 7, 8)
    ]
    reasons = [rejection.reason for rejection in report.rejected]
    for reason, expected in zip(
        reasons, ("not JSON", "kind", "culinaria", "object", "no such file", "year"), strict=True
    ):
        assert expected in reason
    assert [title.title_id for title in load_catalogue(titles_file(paths))] == ["um-2001", "seis"]


def test_an_endless_line_and_wrong_bytes_do_not_stop_it(tmp_path, paths):
    source = tmp_path / "titles.jsonl"
    source.write_bytes(
        b'{"x": "' + b"y" * 600_000 + b'"}\n\xff\xfe\n' + b'{"original_title": "Bom", "kind": "film"}\n'
    )
    report = ingest(source, paths)
    assert report.added == ["bom"]
    assert [rejection.line for rejection in report.rejected] == [1, 2]


def test_again_is_unchanged_and_writes_nothing(tmp_path, paths):
    source = write_jsonl(tmp_path / "t.jsonl", {"original_title": "Um", "kind": "film"})
    ingest(source, paths)
    before = titles_file(paths).stat().st_mtime_ns
    report = ingest(source, paths)
    assert (report.added, report.updated, report.unchanged) == ([], [], ["um"])
    assert titles_file(paths).stat().st_mtime_ns == before
    write_jsonl(source, {"original_title": "Um", "kind": "film", "year": None, "title_en": "One"})
    assert ingest(source, paths).updated == ["um"]


def test_a_row_with_a_video_gets_a_source(tmp_path, paths):
    (tmp_path / "v.mp4").write_bytes(b"x")
    (tmp_path / "v.en.srt").write_text("1\n")
    row = {
        "original_title": "Um",
        "kind": "film",
        "age_rating": "12",
        "video": "v.mp4",
        "subtitles": ["v.en.srt"],
    }
    ingest(write_jsonl(tmp_path / "t.jsonl", row), paths)
    sheet = load_sources(paths)["um"]
    assert sheet.video == tmp_path / "v.mp4" and sheet.age_rating == "12"
    assert [(item.language, item.path.name) for item in sheet.subtitles] == [("en", "v.en.srt")]


def test_the_shipped_titles_are_all_good(paths):
    report = ingest_sample(paths)
    assert report.rejected == []
    assert len(report.added) >= 40
    assert len(ingest_sample(paths).unchanged) == len(report.added)


def test_a_library_file_makes_a_known_title_playable_and_keeps_what_is_known(tmp_path, paths):
    ingest_sample(paths)
    library = tmp_path / "films"
    library.mkdir()
    (library / "A Viagem de Chihiro (2001).mkv").write_bytes(b"x")
    (library / "Akira.1988.1080p.BluRay.x264-GRP.mkv").write_bytes(b"x")
    report = ingest(library, paths)
    assert sorted(report.updated) == ["akira-1988", "sen-to-chihiro-no-kamikakushi-2001"] and not report.added
    assert set(load_sources(paths)) == set(report.updated)
    chihiro = load_catalogue(titles_file(paths)).get("sen-to-chihiro-no-kamikakushi-2001")
    assert chihiro.source == "real" and chihiro.directors == ("Hayao Miyazaki",)
    assert load_sources(paths)[chihiro.title_id].title_id == chihiro.title_id
    before = sources_file(paths).stat().st_mtime_ns
    assert len(ingest(library, paths).unchanged) == 2
    assert sources_file(paths).stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["absent.jsonl", "text.txt"])
def test_what_cannot_be_read_is_an_input_error(tmp_path, paths, name):
    (tmp_path / "text.txt").write_text("x")
    with pytest.raises(CatalogueError):
        ingest(tmp_path / name, paths)


# --- a damaged catalogue is set aside and built again from what it was made from


def delete(path):
    path.unlink()


def truncate(path):
    os.truncate(path, path.stat().st_size // 2)


def flip(path):
    """Change one byte of a string and put the old time back."""
    kept = path.stat()
    data = bytearray(path.read_bytes())
    data[data.index(b"Chihiro" if path.suffix == ".parquet" else b"Um")] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))


def older(path):
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 0'))


def no_video(path):
    document = json.loads(path.read_text())
    del next(iter(document["sources"].values()))["video"]
    path.write_text(json.dumps(document))


@pytest.fixture
def made(tmp_path, paths):
    """A catalogue of the shipped titles, a folder and a list; its titles and sources as they should be."""
    ingest_sample(paths)
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "Um (2001).mkv").write_bytes(b"x")
    ingest(folder, paths)
    ingest(write_jsonl(tmp_path / "more.jsonl", {"original_title": "Dois", "kind": "film"}), paths)
    assert not is_damaged(paths)
    return {title.title_id for title in load_catalogue(titles_file(paths))}, load_sources(paths)


def as_made(paths, made):
    titles = {title.title_id for title in load_catalogue(titles_file(paths))}
    return (titles, load_sources(paths)) == made


@pytest.mark.parametrize(
    ("file", "harm", "kept"),
    [
        (titles_file, delete, False),
        (titles_file, truncate, True),
        (titles_file, flip, True),
        (sources_file, delete, False),
        (sources_file, truncate, True),
        (sources_file, flip, True),
        (sources_file, older, True),
        (sources_file, no_video, True),
    ],
)
def test_a_damaged_file_is_set_aside_and_built_again(tmp_path, paths, made, file, harm, kept):
    harm(file(paths))
    broken = file(paths).read_bytes() if kept else None
    report = rebuild(paths)
    assert as_made(paths, made)
    assert [aside.name for aside in report.set_aside] == ([f"{file(paths).name}.damaged-1"] if kept else [])
    if kept:
        assert report.set_aside[0].read_bytes() == broken, "nothing is thrown away"
    assert not is_damaged(paths) and damage(paths, verify=True) == {} and report.rejected == []


def test_ingesting_anything_mends_it_first(tmp_path, paths, made):
    truncate(titles_file(paths))
    report = ingest(write_jsonl(tmp_path / "three.jsonl", {"original_title": "Três", "kind": "film"}), paths)
    assert report.added == ["tres"] and report.to_dict()["set_aside"] == [f"{titles_file(paths)}.damaged-1"]
    titles, sources = made
    assert as_made(paths, (titles | {"tres"}, sources))
    truncate(sources_file(paths))
    assert ingest_sample(paths).set_aside[0].name == "sources.json.damaged-1"
    assert as_made(paths, (titles | {"tres"}, sources))


def test_a_source_that_is_gone_is_named_and_read_when_it_is_back(tmp_path, paths, made):
    (tmp_path / "videos").rename(tmp_path / "unplugged")
    (tmp_path / "more.jsonl").unlink()
    delete(titles_file(paths))
    report = rebuild(paths)
    assert {rejection.file.name for rejection in report.rejected} == {"videos", "more.jsonl"}
    assert not is_damaged(paths), "it is not tried for ever"
    assert load_sources(paths) == made[1], "what was published from it stays"
    (tmp_path / "unplugged").rename(tmp_path / "videos")
    assert libraries.changed(paths) == [tmp_path / "videos"]
    ingest(tmp_path / "videos", paths)
    assert as_made(paths, (made[0] - {"dois"}, made[1]))


def test_an_interrupted_rebuilding_is_not_taken_for_whole(paths, made, monkeypatch):
    truncate(titles_file(paths))
    whole = ingestion.merge
    calls = []

    def killed(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*arguments)

    monkeypatch.setattr(ingestion, "merge", killed)
    with pytest.raises(KeyboardInterrupt):
        rebuild(paths)
    monkeypatch.undo()
    assert is_damaged(paths)
    report = rebuild(paths)
    assert as_made(paths, made) and not is_damaged(paths)
    assert report.set_aside == [], "the half that was built is no damage"


def test_rendered_samples_are_found_again(paths, made, tmp_path):
    folder = paths.sources / "pipa-avoada-2026"
    folder.mkdir(parents=True)
    (folder / "video.mp4").write_bytes(b"x")
    sheet = made[1]["um-2001"].model_copy(
        update={"title_id": "pipa-avoada-2026", "video": folder / "video.mp4"}
    )
    (folder / "sheet.json").write_text(sheet.model_dump_json())
    add_source(paths, sheet)
    delete(sources_file(paths))
    rebuild(paths)
    assert load_sources(paths)["pipa-avoada-2026"] == sheet


def test_a_lost_receipt_is_made_up_for(tmp_path, paths, made):
    shutil.rmtree(paths.cas)
    assert not is_damaged(paths), "a catalogue of an earlier release is well"
    truncate(sources_file(paths))
    rebuild(paths)
    assert load_sources(paths) == made[1], "the list of libraries still names the folder"
    assert str(tmp_path / "videos") in sources_read(paths)


def test_a_damaged_list_of_libraries_is_mended_too(paths, made):
    before = libraries.load(paths)
    (paths.catalogue / "libraries.json").write_text("{")
    assert is_damaged(paths)
    assert [file.name for file in rebuild(paths).set_aside] == ["libraries.json.damaged-1"]
    assert libraries.load(paths) == before


def test_a_newer_catalogue_is_refused_and_left_alone(paths, made):
    text = sources_file(paths).read_text().replace('"schema": 1', '"schema": 9')
    sources_file(paths).write_text(text)
    with pytest.raises(SchemaError, match="newer"):
        ingest_sample(paths)
    assert sources_file(paths).read_text() == text


def test_what_somebody_else_wrote_and_can_be_read_is_no_damage(paths, made):
    document = json.loads(sources_file(paths).read_text())
    document["sources"]["um-2001"]["age_rating"] = "12"
    sources_file(paths).write_text(json.dumps(document))
    os.utime(titles_file(paths))
    assert damage(paths) == damage(paths, verify=True) == {}


def test_damage_to_one_file_outlives_the_writing_of_the_other(paths, made):
    flip(titles_file(paths))
    add_source(paths, made[1]["um-2001"].model_copy(update={"age_rating": "12"}))
    assert list(damage(paths, verify=True)) == [titles_file(paths)]


def test_sources_are_remembered_once_and_in_order(tmp_path, paths, made):
    ingest(tmp_path / "videos", paths)
    assert sources_read(paths) == (SAMPLE, str(tmp_path / "videos"), str(tmp_path / "more.jsonl"))
    with locked(paths):
        save_sources(paths, {})
        seal(paths, sources_file(paths))
    assert sources_read(paths)[0] == SAMPLE and damage(paths, verify=True) == {}


def test_a_folder_is_remembered_by_its_one_name(tmp_path, paths, monkeypatch):
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "Um (2001).mkv").write_bytes(b"x")
    monkeypatch.chdir(folder)
    ingest(folder / ".." / "videos", paths)
    assert list(libraries.load(paths)) == [str(folder)]
    (folder / "Dois (2002).mkv").write_bytes(b"x")
    assert libraries.changed(paths) == [folder]
