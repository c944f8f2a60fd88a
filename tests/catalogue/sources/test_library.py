import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from bitaca_core.catalogue.ingest import ingest
from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.library import read_library
from bitaca_core.catalogue.store import load_sources
from bitaca_core.catalogue.titles import TITLE_MAX_CHARS
from bitaca_core.settings import DataPaths


@pytest.fixture
def library(tmp_path):
    def make(files: dict[str, str]):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        findings = list(read_library(tmp_path))
        found = {finding.title.title_id: finding for finding in findings if isinstance(finding, Found)}
        return found, [finding for finding in findings if isinstance(finding, Rejection)]

    return make


def test_a_film_with_nfo_subtitles_and_poster(library):
    found, rejected = library(
        {
            "Limite/Limite (1931).mkv": "x",
            "Limite/movie.nfo": "<movie><title>Limite</title><runtime>120</runtime><genre>Experimental</genre><plot>Two women and a man are lost at sea, and the boat is not moving.</plot></movie>",
            "Limite/Limite (1931).en.srt": "1",
            "Limite/poster.jpg": "x",
            "Limite/notes.txt": "x",
            "Limite/.hidden.mkv": "x",
        }
    )
    assert not rejected
    film = found["limite-1931"]
    assert (
        film.title.kind == "film" and film.title.genres == ("experimental",) and film.title.duration_s == 7200
    )
    assert film.title.synopsis_en.startswith("Two women") and film.title.synopsis_pt is None
    (sheet,) = film.sheets
    assert sheet.video.name == "Limite (1931).mkv" and sheet.poster.name == "poster.jpg"
    assert [item.language for item in sheet.subtitles] == ["en"]


def test_a_series_over_season_folders(library):
    found, rejected = library(
        {
            "Bebop/tvshow.nfo": "<tvshow><title>Cowboy Bebop</title><year>1998</year><genre>Anime</genre></tvshow>",
            "Bebop/Season 1/Bebop S01E02.mkv": "x",
            "Bebop/Season 1/Bebop S01E01 - Asteroid Blues.mkv": "x",
            "Bebop/Season 1/Bebop S01E01 - Asteroid Blues.pt.srt": "1",
            "Bebop/Season 1/Bebop S01E02.nfo": "<episodedetails><title>Cão de rua</title><runtime>24</runtime></episodedetails>",
        }
    )
    assert not rejected
    series = found["cowboy-bebop-1998"]
    assert [(e.number, e.title_pt, e.duration_s) for e in series.title.episodes] == [
        (1, "Asteroid Blues", None),
        (2, "Cão de rua", 1440),
    ]
    assert [sheet.title_id for sheet in series.sheets] == ["bebop-s01e01", "bebop-s01e02"]
    assert len(series.sheets[0].subtitles) == 1 and not series.sheets[1].subtitles


def test_each_problem_is_named_and_the_rest_goes_in(library, tmp_path):
    (tmp_path / "outside.mkv").write_text("x")
    (tmp_path / "lib").mkdir()
    found, rejected = library(
        {
            "Good (2000).mkv": "x",
            "Good (2000).nfo": "<movie><title>oops",
            "Good.2000.720p.mkv": "x",
            "Empty (2001).mkv": "",
            "[1080p].mkv": "x",
            "Show/Show S01E01.mkv": "x",
            "Show/Show 1x01.mkv": "x",
        }
    )
    assert set(found) == {"good-2000", "outside", "show"}
    reasons = {rejection.file.name: rejection.reason for rejection in rejected}
    assert "not valid XML" in reasons["Good (2000).nfo"]
    assert "same title" in reasons["Good.2000.720p.mkv"]
    assert "empty" in reasons["Empty (2001).mkv"]
    assert "no title" in reasons["[1080p].mkv"]
    assert "already" in reasons["Show S01E01.mkv"] or "already" in reasons["Show 1x01.mkv"]
    assert len(rejected) == 5


def test_links_are_not_followed(tmp_path):
    (tmp_path / "secret.mkv").write_text("x")
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / "Link (2000).mkv").symlink_to(tmp_path / "secret.mkv")
    (rejection,) = read_library(folder)
    assert "links are not followed" in rejection.reason


def read(folder):
    """Return the titles found, and the reasons by what is printed of each file."""
    findings = list(read_library(folder))
    found = {item.title.title_id for item in findings if isinstance(item, Found)}
    return found, {Path(item.place).name: item.reason for item in findings if isinstance(item, Rejection)}


def odd(text: str) -> str:
    """Return a name with the byte of Latin-1's `é`, as an old disk has it."""
    return os.fsdecode(text.encode().replace(b"?", b"\xe9"))


def test_names_that_are_not_utf8_are_named_and_the_rest_goes_in(tmp_path):
    for name in ("Bom (2000).mkv", "Caf? (2001).mkv", "Bom (2000).?.srt", "Caf?.nfo", "Caf?.txt"):
        (tmp_path / odd(name)).write_text("x")
    (tmp_path / odd("S?rie")).mkdir()
    (tmp_path / odd("S?rie") / "Show S01E01.mkv").write_text("x")
    found, reasons = read(tmp_path)
    assert found == {"bom-2000"}
    assert set(reasons) == {"Caf\\xe9 (2001).mkv", "Bom (2000).\\xe9.srt", "Caf\\xe9.nfo", "Show S01E01.mkv"}
    assert all("UTF-8" in reason for reason in reasons.values())


def test_the_whole_of_it_is_written_and_told(tmp_path):
    """The catalogue, the list of sources and the report all stay text."""
    (tmp_path / "lib").mkdir()
    for name in ("Bom (2000).mkv", "Caf? (2001).mkv"):
        (tmp_path / "lib" / odd(name)).write_text("x")
    paths = DataPaths(tmp_path / "home")
    report = ingest(tmp_path / "lib", paths)
    assert report.added == ["bom-2000"] and load_sources(paths).keys() == {"bom-2000"}
    (line,) = report.to_dict()["rejected"]
    json.dumps(line, ensure_ascii=False).encode()
    str(report.rejected[0]).encode()
    assert line["file"].endswith("Caf\\xe9 (2001).mkv")


@contextmanager
def without_rights(*files):
    """Take the right to read files away; root has every right, so it is somebody else meanwhile."""
    for file in files:
        file.chmod(0)
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that every user may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_what_may_not_be_read_is_named_and_the_rest_goes_in(open_folder):
    for name in ("A (2000).mkv", "A (2000).nfo", "A (2000).srt", "B (2001).mkv", "S/tvshow.nfo", "S/S S01E01.mkv", "Fechada/C (2002).mkv"):  # fmt: skip
        (open_folder / name).parent.mkdir(exist_ok=True)
        (open_folder / name).write_text("<movie><title>Outro</title></movie>")
    closed = ("A (2000).nfo", "A (2000).srt", "S/tvshow.nfo", "Fechada")
    with without_rights(*(open_folder / name for name in closed)):
        found, reasons = read(open_folder)
    assert found == {"a-2000", "b-2001", "s"}
    assert set(reasons) == {Path(name).name for name in closed}
    assert all("cannot be read (Permission denied)" in reason for reason in reasons.values())
    assert "by its name instead" in reasons["A (2000).nfo"]
    (open_folder / "Fechada").chmod(0o755)


def test_a_file_that_goes_away_meanwhile_is_named(tmp_path):
    for name in ("A (2000).mkv", "B (2001).mkv", "C (2002).mkv"):
        (tmp_path / name).write_text("x")
    findings = read_library(tmp_path)
    first = next(findings)
    (tmp_path / "B (2001).mkv").unlink()
    gone, last = findings
    assert (first.title.title_id, last.title.title_id) == ("a-2000", "c-2002")
    assert gone.file.name == "B (2001).mkv" and "No such file" in gone.reason


def test_nothing_waits_for_a_pipe(tmp_path):
    (tmp_path / "A (2000).mkv").write_text("x")
    for name in ("A (2000).nfo", "A (2000).srt", "B (2001).mkv"):
        os.mkfifo(tmp_path / name)
    found, reasons = read(tmp_path)
    assert found == {"a-2000"} and set(reasons) == {"A (2000).srt", "B (2001).mkv"}


def test_links_beside_a_video_are_not_followed(tmp_path):
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / "A (2000).mkv").write_text("x")
    for name in ("A (2000).srt", "poster.jpg", "A (2000).nfo"):
        (tmp_path / name).write_text("<movie><title>Fora</title></movie>")
        (folder / name).symlink_to(tmp_path / name)
    found, complaint = sorted(read_library(folder), key=lambda item: isinstance(item, Rejection))
    assert (
        found.title.title_id == "a-2000" and not found.sheets[0].subtitles and found.sheets[0].poster is None
    )
    assert complaint.file.name == "A (2000).srt"


@pytest.mark.parametrize(
    "nfo", ["<movie><title>{}</title></movie>", "<movie><title>Um</title><originaltitle>{}</originaltitle></movie>"]
)  # fmt: skip
def test_an_endless_title_is_cut_and_told(tmp_path, nfo):
    (tmp_path / "A (2000).mkv").write_text("x")
    (tmp_path / "A (2000).nfo").write_text(nfo.format("palavra " * 112 + "fim"))
    complaint, found = read_library(tmp_path)
    title = found.title
    names = (title.original_title, title.title_pt or "", *title.aliases)
    assert max(map(len, names)) <= TITLE_MAX_CHARS and any(name.endswith("…") for name in names)
    assert complaint.file.name == "A (2000).mkv"
    assert complaint.reason == f"a name of 899 characters was cut to {TITLE_MAX_CHARS}"


def test_endless_names_of_series_and_episodes_are_cut(tmp_path):
    long = "x" * 900
    (tmp_path / "Show S01E01.mkv").write_text("x")
    (tmp_path / "Show S01E01.nfo").write_text(f"<episodedetails><title>{long}</title></episodedetails>")
    (tmp_path / "tvshow.nfo").write_text(
        f"<tvshow><title>{long}</title><director>{long}</director><actor><name>{long}</name></actor></tvshow>"
    )
    *complaints, found = read_library(tmp_path)
    assert len(complaints) == 2 and all("900 characters" in line.reason for line in complaints)
    title = found.title
    names = (title.original_title, title.episodes[0].title_pt, *title.directors, *title.cast, *title.aliases)
    assert max(map(len, names)) == TITLE_MAX_CHARS
