"""Ingestion: good rows go in, bad rows are reported with file, line and reason."""

import json

import pytest

from bitaca_core.catalogue.ingest import ingest, ingest_sample
from bitaca_core.catalogue.store import load_catalogue, load_sources, sources_file, titles_file
from bitaca_core.errors import CatalogueError
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
