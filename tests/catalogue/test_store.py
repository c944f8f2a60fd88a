import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bitaca_core.catalogue.sheet import Chapter, SourceSheet, SubtitleSource
from bitaca_core.catalogue.store import (
    Catalogue,
    add_source,
    load_catalogue,
    load_sources,
    save_catalogue,
    save_sources,
    sources_file,
    titles_file,
)
from bitaca_core.catalogue.titles import Credit, Episode, FranchisePlace, Season, Title
from bitaca_core.errors import RebuildNeeded, SchemaError
from bitaca_core.settings import DataPaths

SERIES = Title(
    title_id="serie-2020",
    kind="series",
    original_title="Série",
    year=2020,
    genres=("anime", "acao"),
    episodes=(
        Episode(title_id="serie-2020-s01e02", number=2, title_pt="Dois", duration_s=70),
        Episode(title_id="serie-2020-s01e01", number=1, title_pt="Um"),
    ),
    unverified=("duration_s",),
)
FILM = Title(
    title_id="filme",
    kind="film",
    original_title="Filme",
    title_pt="O filme",
    aliases=("F",),
    synopsis_pt="Ação…",
)


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "deep" / "titles.parquet"
    save_catalogue(Catalogue([SERIES, FILM]), path)
    assert load_catalogue(path).titles == (SERIES, FILM)
    assert [file.name for file in path.parent.iterdir()] == ["titles.parquet"]


def test_every_field_survives(tmp_path):
    full = Title(
        title_id="akira-1988",
        kind="film",
        original_title="アキラ",
        title_romaji="Akira",
        credits=(Credit(name="Shoji Yamashiro", role="composer"),),
        moods=("intenso",),
        audio_languages=("ja",),
        subtitle_languages=("pt-BR",),
        seasons=(Season(number=0),),
        franchise=FranchisePlace(franchise_id="akira", name="Akira", order=1.5),
        popularity=0.5,
        available_from=date(2024, 1, 31),
        available_until=date(2024, 2, 29),
        external_ids={"imdb": "tt0094625"},
        provenance=(("cast", "jellyfin"),),
    )
    save_catalogue(Catalogue([full]), tmp_path / "t.parquet")
    assert load_catalogue(tmp_path / "t.parquet").titles == (full,)


def test_an_empty_catalogue_survives(tmp_path):
    save_catalogue(Catalogue(), tmp_path / "t.parquet")
    assert len(load_catalogue(tmp_path / "t.parquet")) == 0
    assert len(load_catalogue(tmp_path / "absent.parquet")) == 0


def test_episodes_lead_to_their_series():
    catalogue = Catalogue([SERIES, FILM])
    assert catalogue.get("serie-2020-s01e01") is None
    assert catalogue.parent_of("serie-2020-s01e01") is SERIES
    assert catalogue.resolve("serie-2020-s01e01") is catalogue.resolve("serie-2020") is SERIES
    assert catalogue.episode("serie-2020-s01e02").title_pt == "Dois"
    assert catalogue.playable_ids(SERIES) == ("serie-2020-s01e01", "serie-2020-s01e02")
    assert catalogue.playable_ids(FILM) == ("filme",)
    assert "filme" in catalogue and "outro" not in catalogue


@pytest.mark.parametrize(("version", "words"), [(b"3", "newer"), (b"1", "older")])
def test_another_schema_version_is_refused(tmp_path, version, words):
    path = tmp_path / "titles.parquet"
    save_catalogue(Catalogue([FILM]), path)
    table = pq.read_table(path).replace_schema_metadata({b"bitaca.schema": version})
    pq.write_table(table, path)
    with pytest.raises(SchemaError, match=words):
        load_catalogue(path)


def test_a_broken_file_is_named(tmp_path):
    path = tmp_path / "titles.parquet"
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(RebuildNeeded, match=r"titles\.parquet"):
        load_catalogue(path)


def test_a_row_that_is_no_title_is_named_for_rebuild(tmp_path):
    path = tmp_path / "titles.parquet"
    save_catalogue(Catalogue([FILM]), path)
    table = pq.read_table(path)
    column = table.schema.get_field_index("title_id")
    pq.write_table(table.set_column(column, "title_id", pa.array(["Not An Id"])), path)
    with pytest.raises(RebuildNeeded, match="bitaca run --only ingest"):
        load_catalogue(path)


def test_sources(tmp_path):
    paths = DataPaths(tmp_path)
    assert load_sources(paths) == {}
    sheet = SourceSheet(
        title_id="filme",
        video=tmp_path / "a.mp4",
        subtitles=(SubtitleSource(path=tmp_path / "a.srt", language="pt-BR"),),
        chapters=(Chapter(start_s=0, title_pt="Um"),),
    )
    add_source(paths, sheet)
    before = sources_file(paths).stat().st_mtime_ns
    add_source(paths, sheet)
    assert sources_file(paths).stat().st_mtime_ns == before
    assert load_sources(paths) == {"filme": sheet}
    assert json.loads(sources_file(paths).read_text())["schema"] == 1


def test_a_newer_or_broken_source_list_is_refused(tmp_path):
    paths = DataPaths(tmp_path)
    save_sources(paths, {})
    sources_file(paths).write_text('{"schema": 9, "sources": {}}')
    with pytest.raises(SchemaError, match="newer"):
        load_sources(paths)
    sources_file(paths).write_text("{")
    with pytest.raises(RebuildNeeded, match="source list"):
        load_sources(paths)


def test_the_catalogue_lies_where_the_design_says(tmp_path):
    assert titles_file(DataPaths(tmp_path)) == tmp_path / "catalogue" / "titles.parquet"
