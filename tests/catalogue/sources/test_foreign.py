"""CSV, film lists, anime-offline-database, MovieLens and Jellyfin: what is read, and what is refused where."""

import gzip
import json

import pytest

from bitaca_core.catalogue.sources import lines
from bitaca_core.catalogue.sources.choose import read_source
from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.movielens import read_title
from bitaca_core.catalogue.titles import Credit
from bitaca_core.errors import CatalogueError

LIST_ROW = {
    "title": "City of Bad Men", "year": 1953, "cast": ["Dale Robertson", "Jeanne Crain"], "genres": ["Western", "Silent"],
    "href": "City_of_Bad_Men",
    "extract": "City of Bad Men is a 1953 American Western film directed by Harmon Jones and starring Jeanne Crain.",
}  # fmt: skip
ABOUT = {"$schema": "x", "scoreRange": {"minInclusive": 1}, "lastUpdate": "2025-01-01"}
ANIME = {
    "sources": ["https://anilist.co/anime/47", "https://myanimelist.net/anime/47", "https://anidb.net/anime/28"],
    "title": "Akira", "type": "MOVIE", "episodes": 1, "status": "FINISHED", "animeSeason": {"season": "SUMMER", "year": 1988},
    "duration": {"value": 7440, "unit": "SECONDS"}, "synonyms": ["アキラ", "AKIRA", "Ákira, o Filme"],
    "studios": ["tokyo movie shinsha"], "producers": ["toho"], "tags": ["action", "sci-fi", "psychological"],
}  # fmt: skip
ITEM = {
    "Id": "1", "Type": "Movie", "Name": "O Auto da Compadecida", "OriginalTitle": "O Auto da Compadecida", "ProductionYear": 2000,
    "Overview": "Dois amigos enganam todos numa pequena cidade do sertão, até que a morte vem para eles também.",
    "Genres": ["Comedy"], "People": [{"Name": "Guel Arraes", "Type": "Director"}, {"Name": "Selton Mello", "Type": "Actor"},
    {"Name": "Sá Grama", "Type": "Composer"}], "Studios": [{"Name": "Globo Filmes"}], "ProviderIds": {"Imdb": "tt0271383"},
    "RunTimeTicks": 62_400_000_000, "OfficialRating": "BR-12", "ProductionLocations": ["Brazil"],
    "MediaStreams": [{"Type": "Audio", "Language": "por"}, {"Type": "Subtitle", "Language": "eng"}],
}  # fmt: skip


def titles(path):
    return [found.title for found in read_source(path) if isinstance(found, Found)]


def refused(path):
    return [(row.line, row.reason) for row in read_source(path) if isinstance(row, Rejection)]


def written(path, *rows, packed=False):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_a_film_list_tells_director_and_country_from_its_first_sentence(tmp_path, packed):
    file = written(tmp_path / ("l.jsonl.gz" if packed else "l.jsonl"), LIST_ROW, packed=packed)
    (film,) = titles(file)
    assert (film.title_id, film.kind, film.source) == ("city-of-bad-men-1953", "film", "wikipedia")
    assert (film.directors, film.countries) == (("Harmon Jones",), ("US",))
    assert (film.genres, film.themes) == (("faroeste",), ("cinema mudo",))
    assert film.external_ids == (("wikipedia", "City_of_Bad_Men"),)


@pytest.mark.parametrize(
    "extract",
    [
        "It is directed by Hong Kong director Gordon Chan.",
        "It was directed by its star.",
        "Directed well.",
        "",
    ],
)
def test_a_sentence_that_names_no_director_gives_none(tmp_path, extract):
    (film,) = titles(written(tmp_path / "l.jsonl", LIST_ROW | {"extract": extract}))
    assert film.directors == ()


def test_bad_rows_of_a_list_are_named_by_line_and_keep_nobody_out(tmp_path):
    file = written(
        tmp_path / "l.jsonl", LIST_ROW, LIST_ROW | {"title": ""}, LIST_ROW | {"title": "x" * 300}, LIST_ROW
    )
    with file.open("a") as stream:
        stream.write("{not json\n[1]\n")
    assert len(titles(file)) == 2
    assert [line for line, _ in refused(file)] == [2, 3, 5, 6]
    assert "300 characters" in refused(file)[1][1]


def test_a_packed_file_that_was_cut_off_says_so_after_what_is_whole(tmp_path):
    rows = [LIST_ROW | {"title": f"Film {n} {n * 7919 % 1000}"} for n in range(2000)]
    file = written(tmp_path / "l.jsonl.gz", *rows, packed=True)
    file.write_bytes(file.read_bytes()[:-2000])
    kept = titles(file)
    assert 0 < len(kept) < 2000
    assert refused(file)[-1][0] is not None and "cut off" in refused(file)[-1][1]


@pytest.mark.parametrize("form", ["jsonl", "json"])
def test_both_forms_of_anime_offline_database(tmp_path, form):
    if form == "jsonl":
        file = written(tmp_path / "a.jsonl", ABOUT, ANIME, ANIME | {"type": "RADIO"})
    else:
        file = tmp_path / "a.json"
        file.write_text(json.dumps(ABOUT | {"data": [ANIME, ANIME | {"type": "RADIO"}]}, indent=1), "utf-8")
    (akira,) = titles(file)
    assert (akira.original_title, akira.title_romaji, akira.aliases) == (
        "アキラ",
        "Akira",
        ("Ákira, o Filme",),
    )
    assert (akira.kind, akira.year, akira.duration_s) == ("film", 1988, 7440)
    assert akira.genres == ("anime", "acao", "ficcao-cientifica") and akira.themes == ("psicológico",)
    assert akira.external_ids == (("anilist", "47"), ("mal", "47"), ("anidb", "28"))
    assert akira.credits == (
        Credit(name="tokyo movie shinsha", role="studio"),
        Credit(name="toho", role="producer"),
    )
    ((line, reason),) = refused(file)
    assert "RADIO" in reason and (line == 3 if form == "jsonl" else line > 20)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Toy Story (1995)", ("Toy Story", (), 1995)),
        ("Usual Suspects, The (1995)", ("The Usual Suspects", (), 1995)),
        ("City of Lost Children, The (Cité des enfants perdus, La) (1995)", ("The City of Lost Children", ("La Cité des enfants perdus",), 1995)),
        ("Seven (a.k.a. Se7en) (1995)", ("Seven", ("Se7en",), 1995)),
        ("Avventura, L' (a.k.a. Adventure, The) (1960)", ("L'Avventura", ("The Adventure",), 1960)),
        ("Babylon 5", ("Babylon 5", (), None)),
        ("(500) Days of Summer (2009)", ("(500) Days of Summer", (), 2009)),
    ],
)  # fmt: skip
def test_names_of_movielens(text, parts):
    assert read_title(text) == parts


def test_a_movielens_folder_brings_ids_and_popularity(tmp_path):
    (tmp_path / "movies.csv").write_text(
        'movieId,title,genres\n1,"Thing, The (1982)",Horror|Sci-Fi\n2,M (1931),Film-Noir\nx,y,z\n'
    )
    (tmp_path / "links.csv").write_text("movieId,imdbId,tmdbId\n1,84787,1091\n2,,\n2,a,b\n")
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,4,1\n2,1,4,1\n1,2,3,1\n")
    thing, m = titles(tmp_path)
    assert thing.external_ids == (("movielens", "1"), ("imdb", "tt0084787"), ("tmdb", "1091"))
    assert (thing.popularity, m.popularity) == (1.0, 0.5) and m.external_ids == (("movielens", "2"),)
    assert (thing.genres, m.genres, m.themes) == (("terror", "ficcao-cientifica"), ("crime",), ("noir",))
    assert [line for line, _ in refused(tmp_path)] == [4, 4]
    assert [title.title_id for title in titles(tmp_path / "links.csv")] == [thing.title_id, m.title_id]
    (tmp_path / "movies.csv").unlink()
    assert "movies.csv" in refused(tmp_path / "links.csv")[0][1]


def test_a_jellyfin_film_with_its_people_streams_and_rating(tmp_path):
    file = tmp_path / "export.json"
    file.write_text(json.dumps({"TotalRecordCount": 1, "Items": [ITEM, {"Type": "Folder"}, {"x": 1}]}))
    (film,) = titles(file)
    assert (film.title_id, film.directors, film.cast) == (
        "o-auto-da-compadecida-2000",
        ("Guel Arraes",),
        ("Selton Mello",),
    )
    assert film.credits == (
        Credit(name="Sá Grama", role="composer"),
        Credit(name="Globo Filmes", role="studio"),
    )
    assert (film.age_rating, film.duration_s, film.countries) == ("12", 6240, ("BR",))
    assert (film.audio_languages, film.subtitle_languages) == (("pt-BR",), ("en",))
    assert film.synopsis_pt and film.external_id("imdb") == "tt0271383"
    assert "Type" in refused(file)[0][1]


def test_a_jellyfin_series_takes_its_episodes_from_anywhere_in_the_export(tmp_path):
    def part(number, **more):
        return {
            "Type": "Episode",
            "SeriesId": "s",
            "Name": f"Parte {number}",
            "ParentIndexNumber": 2,
            "IndexNumber": number,
        } | more

    show = {"Type": "Series", "Id": "s", "Name": "Aruanas", "ProductionYear": 2019}
    file = tmp_path / "export.json"
    file.write_text(
        json.dumps([part(2), show, part(1), part(1), part(3, IndexNumber=None), part(9, SeriesId="gone")])
    )
    (series,) = titles(file)
    assert [(e.title_id, e.season, e.number) for e in series.episodes] == [
        ("aruanas-2019-s02e01", 2, 1),
        ("aruanas-2019-s02e02", 2, 2),
    ]
    assert [season.number for season in series.seasons] == [2]
    assert sorted(reason.split()[0] for _, reason in refused(file)) == ["an", "season", "the"]


def test_our_csv_with_lists_pairs_and_a_franchise(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(
        "original_title;kind;year;directors;credits;external_ids;moods;franchise_id;franchise_name;franchise_order\n"
        '"Bacurau; o filme";film;2019;Kleber Mendonça Filho|Juliano Dornelles;composer:Mateus Alves;imdb:tt2762506;tenso|estranho;b;B;2\n'
        ";film;;;;;;;;\n"
        "X;film;19x9;;;;;;;\n"
        "Y;film;;;gaffer;;;;;\n"
        "Z;film\n",
        "utf-8-sig",
    )
    (film,) = titles(file)
    assert film.directors == ("Kleber Mendonça Filho", "Juliano Dornelles") and film.moods == (
        "tenso",
        "estranho",
    )
    assert (
        film.credits == (Credit(name="Mateus Alves", role="composer"),)
        and film.external_id("imdb") == "tt2762506"
    )
    assert (film.franchise.franchise_id, film.franchise.order) == ("b", 2.0)
    assert [line for line, _ in refused(file)] == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("title,kind", "unknown columns 'title'"),
        ("kind,year", "original_title are needed"),
        ("kind,kind,original_title", "twice: kind"),
    ],
)
def test_a_header_that_cannot_be_used_is_the_one_complaint(tmp_path, header, reason):
    file = tmp_path / "t.csv"
    file.write_text(header + "\na,b\nc,d\n")
    ((line, told),) = refused(file)
    assert line == 1 and reason in told


def test_a_file_of_no_known_kind_is_refused_with_the_kinds_that_are(tmp_path):
    for name, text in (("x.json", '{"a": 1}'), ("x.txt", "x"), ("x.json", "[]")):
        (tmp_path / name).write_text(text)
        with pytest.raises(CatalogueError, match="not a source"):
            read_source(tmp_path / name)


def test_items_are_read_whatever_the_pieces(tmp_path, monkeypatch):
    rows = [{"n": n, "text": "ção \\" * (n % 5), "deep": [{"a": [n]}]} for n in range(60)]
    file = tmp_path / "x.json"
    file.write_text(
        json.dumps({"a": [1, 2], "b": {"Items": 0}, "Items": rows, "z": 1}, indent=2, ensure_ascii=False),
        "utf-8",
    )
    expected = list(lines.items_of(file, "Items"))
    assert [row for _, row in expected] == rows
    text = file.read_text("utf-8").splitlines()
    assert all(text[line - 1].strip() == "{" for line, _ in expected)
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(lines, "CHUNK_CHARS", size)
        assert list(lines.items_of(file, "Items")) == expected


@pytest.mark.parametrize("cut", range(1, 60, 3))
def test_a_json_file_cut_off_anywhere_ends_in_a_rejection(tmp_path, cut):
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"Items": [{"a": 1}, {"b": "x"}], "end": 1})[:-cut])
    found = list(lines.items_of(file, "Items"))
    whole = [row for _, row in found if not isinstance(row, Rejection)]
    assert len(whole) == 2 or isinstance(found[-1][1], Rejection)
