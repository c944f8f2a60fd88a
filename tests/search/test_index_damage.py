"""An index that was cut off, or is of another dimension, is told or reads as it was; building again embeds nothing anew."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bitaca_core.errors import BitacaError, WorkError
from bitaca_core.search.index import OpenIndex, build_index, damage, index_file, read_info
from bitaca_core.search.service import open_search
from bitaca_core.settings import DataPaths
from tests.search.test_index import CountingEmbedder, catalogue

TITLES = catalogue("Um", "Dois", "Tres", "Quatro")


def built(folder):
    paths, embedder = DataPaths(folder), CountingEmbedder()
    version = build_index(TITLES, paths, embedder).version
    return paths, embedder, version


def test_whichever_file_is_cut_off_it_is_told_and_nothing_embedded_is_lost(tmp_path):
    paths, embedder, version = built(tmp_path)
    whole = OpenIndex(paths, read_info(paths))
    files = sorted(file for file in (paths.search / version).rglob("*") if file.is_file())
    assert len(files) > 3
    refused = 0
    for file in files:
        kept = file.read_bytes()
        file.write_bytes(kept[: len(kept) // 2])
        told = damage(paths, version)
        assert told and str(file.relative_to(paths.home)) in told
        try:
            found = OpenIndex(paths, read_info(paths))
        except BitacaError as error:
            refused += 1
            assert version in str(error) and "bitaca run" in str(error)
        else:  # a part that only full text needs
            assert found.ids == whole.ids and np.array_equal(found.vectors, whole.vectors)
        file.write_bytes(kept)
    assert refused, "the vectors' own file is among them"

    data = next(file for file in files if file.parent.name == "data")
    data.write_bytes(data.read_bytes()[:40])
    again = build_index(TITLES, paths, embedder)
    assert again.built and embedder.encoded == len(TITLES), "what was embedded before is taken from the store"
    assert np.array_equal(OpenIndex(paths, read_info(paths)).vectors, whole.vectors)


def test_a_search_over_a_cut_off_index_answers_by_words_and_says_why(tmp_path):
    paths, embedder, version = built(tmp_path)
    for file in (paths.search / version).rglob("*.lance"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:40])
    search = open_search(paths, TITLES, lambda: set(), embedder, background=False)
    assert search.mode == "lexical" and search.problem


def test_an_index_of_another_dimension_is_told(tmp_path):
    paths, embedder, version = built(tmp_path)
    told = json.loads(index_file(paths).read_text())
    index_file(paths).write_text(json.dumps(told | {"dimension": 384}))
    with pytest.raises(WorkError, match=f"{version}.* 8 .*384") as caught:
        OpenIndex(paths, read_info(paths))
    assert "bitaca run" in str(caught.value)
    search = open_search(paths, TITLES, lambda: set(), embedder, background=False)
    assert search.mode == "lexical" and search.problem


def test_an_embedder_of_another_dimension_is_not_asked(tmp_path):
    paths, _, _ = built(tmp_path)
    wider = CountingEmbedder()
    wider.dimension = 12
    search = open_search(paths, TITLES, lambda: set(), wider, background=False)
    assert search.mode == "lexical" and "dimension" in search.problem
    report = build_index(TITLES, paths, wider, force=True)
    assert report.built and wider.encoded == len(TITLES) and read_info(paths).dimension == 12
