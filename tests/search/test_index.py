import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.errors import SchemaError, WorkError
from bitaca_core.search import postings
from bitaca_core.search.documents import document
from bitaca_core.search.embeddings import BATCH_TEXTS
from bitaca_core.search.freshness import share_embedded, wanted_version, why_stale
from bitaca_core.search.fulltext import FullText
from bitaca_core.search.index import (
    WORDS_FIRST,
    IndexInfo,
    OpenIndex,
    Remote,
    build_index,
    index_file,
    read_info,
)
from bitaca_core.search.postings import TextsInMemory
from bitaca_core.search.progress import ProgressNote, read_progress
from bitaca_core.search.service import open_search
from bitaca_core.search.tables import TEXT_COLUMNS, open_table, write_table
from bitaca_core.settings import DataPaths


class CountingEmbedder:
    """A fake: unit vectors from letters, counting what it was asked."""

    dimension = 8

    def __init__(self, name="counting"):
        self.name = name
        self.encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for letter in text:
                vectors[row, ord(letter) % self.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    ask = encode


def catalogue(*names):
    return Catalogue(
        Title(title_id=name.lower(), kind="film", original_title=name, synopsis_pt=f"História de {name}")
        for name in names
    )


def test_unchanged_input_is_no_work(tmp_path):
    paths, embedder = DataPaths(tmp_path), CountingEmbedder()
    first = build_index(catalogue("Um", "Dois"), paths, embedder)
    before = index_file(paths).stat().st_mtime_ns
    second = build_index(catalogue("Um", "Dois"), paths, embedder)
    assert first.built and not second.built and first.version == second.version
    assert embedder.encoded == 2 and index_file(paths).stat().st_mtime_ns == before
    assert build_index(catalogue("Um", "Dois"), paths, embedder, force=True).built


def test_only_new_texts_are_embedded(tmp_path):
    paths, embedder = DataPaths(tmp_path), CountingEmbedder()
    build_index(catalogue("Um", "Dois"), paths, embedder)
    build_index(catalogue("Dois", "Tres", "Um"), paths, embedder)
    assert embedder.encoded == 3
    index = OpenIndex(paths, read_info(paths))
    alone = CountingEmbedder()
    build_index(catalogue("Dois", "Tres", "Um"), DataPaths(tmp_path / "other"), alone)
    fresh = OpenIndex(DataPaths(tmp_path / "other"), read_info(DataPaths(tmp_path / "other")))
    assert index.ids == fresh.ids and np.array_equal(index.vectors, fresh.vectors)


def test_a_changed_title_or_embedder_builds_again_and_old_versions_go(tmp_path):
    paths = DataPaths(tmp_path)
    versions = [
        build_index(catalogue(*names), paths, CountingEmbedder()).version
        for names in (["A"], ["A", "B"], ["A", "B", "C"])
    ]
    versions.append(build_index(catalogue("A", "B", "C"), paths, CountingEmbedder("other")).version)
    assert len(set(versions)) == 4
    kept = sorted(folder.name for folder in paths.search.iterdir() if folder.name.startswith("v"))
    assert kept == sorted(versions[-2:])
    info = read_info(paths)
    assert (info.embedder, info.dimension, info.titles, info.version) == ("other", 8, 3, versions[-1])


def test_a_lost_table_is_built_again(tmp_path):
    import shutil

    paths = DataPaths(tmp_path)
    report = build_index(catalogue("A"), paths, CountingEmbedder())
    shutil.rmtree(paths.search / report.version)
    with pytest.raises(WorkError, match="cannot be opened"):
        OpenIndex(paths, read_info(paths))
    assert build_index(catalogue("A"), paths, CountingEmbedder()).built


def test_an_empty_catalogue_has_an_index(tmp_path):
    paths = DataPaths(tmp_path)
    build_index(Catalogue(), paths, CountingEmbedder())
    assert OpenIndex(paths, read_info(paths)).ids == []


def test_the_vectors_in_memory_answer_as_lancedb_does(indexed, minilm):
    index = OpenIndex(indexed[0], read_info(indexed[0]))
    for text in ("grief and nature", "giant robots", "a robbery in the city"):
        vector = minilm.encode([text])[0]
        memory, disk = index.nearest(vector, 10), index.nearest_on_disk(vector, 10)
        assert [key for key, _ in memory] == [key for key, _ in disk]
        assert np.allclose([score for _, score in memory], [score for _, score in disk], atol=1e-5)


def otherwise(memory, table, asked, limit):
    """Return what the two answer differently: other titles, or scores that differ by more than a float's last bits."""
    found = []
    for column, text in asked:
        ours, theirs = dict(memory.match(column, text, limit)), dict(table.match(column, text, limit))
        if ours.keys() != theirs.keys() or any(
            abs(ours[key] - theirs[key]) > 1e-5 * theirs[key] for key in ours
        ):
            found.append((column, text))
    return found


STRANGE = (
    "", " ", "?!", "a", "de", "the", "willing", "Who's there? I'm", "drama drama", "adoado", "ana banana", "ÇÃO coração",
    "ll re ve", "日本 アニメ", "x" * 41 + " drama", "don't won't", "trem-bala", "1984 2001", "e\u0301 cafe\u0301", "🎬 drama", "O Auto",
)  # fmt: skip


def test_full_text_in_memory_answers_as_lancedb_does(indexed):
    info = read_info(indexed[0])
    memory, table = OpenIndex(indexed[0], info), OpenIndex(indexed[0], info, texts_in_memory_up_to=0)
    assert type(memory._texts) is TextsInMemory and type(table._texts) is FullText
    texts = [asdict(document(title)) for title in indexed[1].titles]
    drawn = np.random.default_rng(7)
    asked = [(column, text) for column in TEXT_COLUMNS for text in STRANGE]
    for column in TEXT_COLUMNS:
        words = sorted({word for text in texts for word in text[column].split()})
        asked += [(column, word) for word in drawn.choice(words, 150, replace=False)]
        asked += [(column, " ".join(drawn.choice(words, 5))) for _ in range(60)]
    assert otherwise(memory, table, asked, info.titles) == []
    for column, text in asked:  # the best of many, but for equal ones at the edge
        best = [score for _, score in memory.match(column, text, 7)]
        assert best == pytest.approx([score for _, score in table.match(column, text, 7)], rel=1e-5)
        assert best == sorted(best, reverse=True)


def test_titles_without_a_token_and_long_tokens_count_as_lancedb_counts_them(tmp_path):
    long = ["x" * 39, "y" * 40, "á" * 19, "é" * 20]
    names = ["Up", "M", "Akira", "Akira de novo", "It", *(f"Filme {one}" for one in long)]
    titles = Catalogue(
        Title(title_id=f"t-{place}", kind="film", original_title=name) for place, name in enumerate(names)
    )
    paths = DataPaths(tmp_path)
    build_index(titles, paths, CountingEmbedder())
    info = read_info(paths)
    memory, table = OpenIndex(paths, info), OpenIndex(paths, info, texts_in_memory_up_to=0)
    asked = [
        (column, text) for column in TEXT_COLUMNS for text in ("akira", "novo", "up", "it", "filme", *long)
    ]
    assert otherwise(memory, table, asked, len(names)) == []
    assert memory.match("words", long[0], 9) and not memory.match("words", long[1], 9)


def test_other_tokens_than_lancedbs_would_be_noticed(indexed, monkeypatch):
    info = read_info(indexed[0])
    table = OpenIndex(indexed[0], info, texts_in_memory_up_to=0)
    monkeypatch.setattr(postings, "ENGLISH_STOPS", postings.ENGLISH_STOPS.replace(" who ", " "))
    assert otherwise(OpenIndex(indexed[0], info), table, [("meaning", "who")], info.titles) != []
    monkeypatch.undo()
    monkeypatch.setattr(postings, "NGRAM", 4)
    assert otherwise(OpenIndex(indexed[0], info), table, [("names", "miyazaki")], info.titles) != []


def test_full_text_is_stemmed_and_without_accents(indexed):
    index = OpenIndex(indexed[0], read_info(indexed[0]))
    for text in ("cangaceiros", "cangaceiro"):
        assert "o-auto-da-compadecida-2000" in [key for key, _ in index.match("words", text, 10)]
    assert "tonari-no-totoro-1988" in [key for key, _ in index.match("names", "miyazaky", 30)]


@pytest.mark.parametrize(
    ("text", "words"), [('{"schema": 9}', "newer"), ('{"schema": 0}', "older"), ("{", "cannot be read")]
)
def test_another_index_schema_is_refused(tmp_path, text, words):
    paths = DataPaths(tmp_path)
    paths.search.mkdir(parents=True)
    index_file(paths).write_text(text)
    with pytest.raises(SchemaError, match=words):
        read_info(paths)


def test_an_index_of_another_embedder_is_not_used(tmp_path):
    paths = DataPaths(tmp_path)
    titles = catalogue("Um")
    build_index(titles, paths, CountingEmbedder("one"))
    search = open_search(paths, titles, lambda: set(), CountingEmbedder("two"), background=False)
    assert search.mode == "lexical" and "built with one" in search.problem


def test_a_new_index_is_noticed(tmp_path):
    paths, embedder, now = DataPaths(tmp_path), CountingEmbedder(), [0.0]
    titles = catalogue("Um")
    search = open_search(paths, titles, lambda: set(), embedder, background=False, clock=lambda: now[0])
    assert search.mode == "lexical"
    build_index(titles, paths, embedder)
    search.warm(wait=True)
    assert search.mode == "hybrid"


def test_loading_the_catalogue_and_viewers_imports_nothing_heavy():
    program = (
        "import sys; import bitaca_core.catalogue.store, bitaca_core.catalogue.ingest, bitaca_core.viewers.store, "
        "bitaca_core.search.service, bitaca_core.recommend.service, bitaca_core.catalogue.posters; "
        "print([m for m in ('pandas','lancedb','sklearn','scipy','tokenizers','torch','prefect','pyarrow') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(done.stdout.replace("'", '"')) == []


class CutOff(Exception):
    pass


def many(count):
    """Titles enough for words to be published first."""
    return Catalogue(
        Title(
            title_id=f"t-{n}", kind="film", original_title=f"Filme {n}", year=1950 + n % 70, genres=("drama",) if n % 2 else ("terror",),
            synopsis_en=f"{'abcdefgh'[n % 8] * (n % 11 + 1)} {n}",
        )
        for n in range(count)
    )  # fmt: skip


def test_words_are_published_first_and_an_interrupted_embedding_goes_on(tmp_path):
    paths, embedder, titles = DataPaths(tmp_path), CountingEmbedder(), many(WORDS_FIRST + 600)
    seen = []

    def cut(share):
        seen.append((read_info(paths).embedded, share_embedded(paths)))
        if len(seen) == 2:
            raise CutOff

    with pytest.raises(CutOff):
        build_index(titles, paths, embedder, progress=cut)
    assert seen == [(0, (BATCH_TEXTS, len(titles))), (0, (2 * BATCH_TEXTS, len(titles)))]
    info = read_info(paths)
    early = OpenIndex(paths, info)
    assert not info.complete and early.ids == [] and early.nearest(np.ones(8, np.float32), 5) == []
    assert early.like("t-3", 5) == [] and early.match("words", "filme 77", 3)[0][0] == "t-77"
    wanted = wanted_version(titles, embedder.name)
    assert (
        why_stale(paths, wanted)
        == f"0 of {len(titles)} titles are known by meaning, the others by their words"
    )

    assert build_index(titles, paths, embedder).version == wanted
    assert embedder.encoded == len(titles), "what was stored before the cut is not embedded again"
    assert read_info(paths).complete and share_embedded(paths) == (len(titles), len(titles))
    assert why_stale(paths, wanted) is None and read_progress(paths) is None
    whole = OpenIndex(paths, read_info(paths))
    assert len(whole.ids) == len(titles)


def test_a_half_known_table_answers_by_meaning_only_of_what_is_known(tmp_path):
    vectors = np.eye(4, dtype=np.float32)
    known = np.array([True, False, True, False])
    rows = [asdict(document(title)) for title in many(4)]
    write_table(tmp_path / "v", rows, vectors, known, "x")
    index = OpenIndex(DataPaths(tmp_path.parent), IndexInfo(3, str(tmp_path / "v"), "x", 4, 4, 2))
    assert index.ids == ["t-0", "t-2"] and "t-1" not in index.row_of
    for answer in (index.nearest(vectors[2], 4), index.nearest_on_disk(vectors[2], 4)):
        assert [key for key, _ in answer] == ["t-2", "t-0"]


def test_one_filtered_query_answers_more_like_this(tmp_path):
    paths, titles = DataPaths(tmp_path), many(120)
    build_index(titles, paths, CountingEmbedder())
    index = OpenIndex(paths, read_info(paths))
    where = "array_has(genres, 'terror') AND year < 1990"
    found = index.like("t-8", 10, where)
    assert len(found) == 10 and all(key != "t-8" for key, _ in found)
    for key, _ in found:
        title = titles.get(key)
        assert title.genres == ("terror",) and title.year < 1990
    scores = index.vectors @ index.vectors[index.row_of["t-8"]]
    allowed = [
        row
        for row, key in enumerate(index.ids)
        if key != "t-8" and titles.get(key).genres == ("terror",) and titles.get(key).year < 1990
    ]
    assert [score for _, score in found] == pytest.approx(
        sorted((scores[row] for row in allowed), reverse=True)[:10], abs=1e-5
    )


def test_many_rows_get_a_graph_and_never_a_bare_ivf(tmp_path):
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(600, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [asdict(document(title)) for title in many(600)]
    write_table(tmp_path, rows, vectors, np.ones(600, bool), "x", approximate_from=500)
    table = open_table(tmp_path)
    kinds = {tuple(index.columns): index.index_type for index in table.list_indices()}
    assert "HNSW" in str(kinds[("vector",)]).upper() and "SQ" in str(kinds[("vector",)]).upper()
    assert {("words",), ("names",), ("meaning",), ("year",), ("genres",)} <= set(kinds)
    hits = 0
    for row in range(0, 600, 30):
        exact = set(np.argsort(-(vectors @ vectors[row]))[:10])
        near = (
            table.search(vectors[row])
            .distance_type("cosine")
            .ef(200)
            .limit(10)
            .to_arrow()["title_id"]
            .to_pylist()
        )
        hits += len(exact & {int(key.removeprefix("t-")) for key in near})
    assert hits / 200 >= 0.95
    assert table.schema.metadata[b"bitaca.embedder"] == b"x"


def test_a_table_without_its_tag_is_not_opened(tmp_path):
    import lancedb

    paths, embedder = DataPaths(tmp_path), CountingEmbedder()
    report = build_index(catalogue("A"), paths, embedder)
    lancedb.connect(paths.search / report.version).open_table("titles").tags.delete("published")
    with pytest.raises(WorkError, match="cannot be opened"):
        OpenIndex(paths, read_info(paths))


@pytest.mark.parametrize("what", ["_versions", "data"])
def test_a_folder_that_was_cut_off_is_told_and_built_again(tmp_path, what):
    paths, embedder = DataPaths(tmp_path), CountingEmbedder()
    report = build_index(catalogue("A", "B"), paths, embedder)
    for file in (paths.search / report.version).rglob("*"):
        if file.is_file() and what in file.parts:
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert why_stale(paths, report.version) is not None
    with pytest.raises(WorkError, match="bitaca run --only index"):
        OpenIndex(paths, read_info(paths))
    assert build_index(catalogue("A", "B"), paths, embedder).built and embedder.encoded == 2
    assert OpenIndex(paths, read_info(paths)).ids == ["a", "b"]


def test_stored_vectors_that_were_cut_off_are_made_again(tmp_path, caplog):
    paths, embedder = DataPaths(tmp_path), CountingEmbedder()
    build_index(catalogue("A", "B"), paths, embedder)
    for file in (paths.search / "embeddings").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    build_index(catalogue("A", "B", "C"), paths, embedder)
    assert embedder.encoded == 5 and "are made again" in caplog.text


def test_the_note_of_a_build_that_ended_is_not_believed(tmp_path):
    paths = DataPaths(tmp_path)
    paths.search.mkdir(parents=True)
    now = [100.0]
    note = ProgressNote(paths, "v", 1000, 0, clock=lambda: now[0], wall=lambda: now[0])
    now[0] += 10
    note.write(250)
    told = read_progress(paths, now_s=120)
    assert (told.texts_per_s, told.left_s) == (25.0, 30.0)
    assert read_progress(paths, now_s=1000) is None


def test_tables_may_lie_elsewhere_and_old_ones_are_cleaned_there(tmp_path):
    paths, embedder = DataPaths(tmp_path / "home"), CountingEmbedder()
    remote = Remote(f"file://{tmp_path}/bucket", {"timeout": "10s"})
    places = []
    for names in (["A"], ["A", "B"], ["A", "B", "C"]):
        assert build_index(catalogue(*names), paths, embedder, remote=remote).built
        assert not build_index(catalogue(*names), paths, embedder, remote=remote).built
        places.append(read_info(paths).uri)
        assert OpenIndex(paths, read_info(paths), remote.options).ids == [name.lower() for name in names]
    there = sorted(folder.parent.name for folder in (tmp_path / "bucket").glob("*/titles.lance"))
    assert there == sorted(place.rsplit("/", 1)[1] for place in places[1:])
    assert not [folder for folder in paths.search.iterdir() if folder.name.startswith("v")]
    assert build_index(catalogue("A", "B", "C"), paths, embedder).built, "back in the data folder"
    assert embedder.encoded == 3
