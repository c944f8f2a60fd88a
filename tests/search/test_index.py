import json
import subprocess
import sys

import numpy as np
import pytest

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.errors import SchemaError, WorkError
from bitaca_core.search.index import OpenIndex, build_index, index_file, read_info
from bitaca_core.search.service import open_search
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
