"""One real index over the shipped titles, built once a session with the real embedder."""

import shutil

import pytest

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.search.embed import MiniLM
from bitaca_core.search.index import build_index
from bitaca_core.search.service import open_search
from bitaca_core.settings import DataPaths
from tests.once import shipped


@pytest.fixture(scope="session")
def minilm():
    return MiniLM()


@pytest.fixture(scope="session")
def indexed(tmp_path_factory, minilm):
    """Return `(paths, catalogue)` with a built index."""
    paths = DataPaths(tmp_path_factory.mktemp("search-home"))
    ingest_sample(paths)
    shutil.copytree(shipped(tmp_path_factory).search / "embeddings", paths.search / "embeddings")
    catalogue = load_catalogue(titles_file(paths))
    assert build_index(catalogue, paths, minilm).built
    return paths, catalogue


@pytest.fixture(scope="session")
def service(indexed, minilm):
    """Return a search service with nothing playable."""
    return open_search(*indexed, lambda: set(), minilm, background=False)
