import pytest

from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.library import read_library


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
