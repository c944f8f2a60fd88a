"""Scenes in a LanceDB table: they answer as the ones in memory do, switch as a whole, and never tell too much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bitaca_core.errors import WorkError
from bitaca_core.search import scenetable
from bitaca_core.search.scenes import SceneIndex, asks_for_scene
from bitaca_core.search.scenetable import (
    OpenScenes,
    build_scenes,
    read_scenes_info,
    scenes_file,
    scenes_version,
)
from bitaca_core.settings import DataPaths
from tests.search.test_scenes import film

NAMES = ("um", "dois", "tres")


class Sparse:
    """An embedder with a direction for each of four subjects, and one for everything else; counts its texts."""

    name, dimension = "subjects", 5
    encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        subjects = (("train", "railway"), ("rain", "flood"), ("cat", "feline"), ("race", "contest"))
        made = np.zeros((len(texts), 5), np.float32)
        for row, text in enumerate(texts):
            for at, words in enumerate(subjects):
                made[row, at] = any(word in text.lower().split() for word in words)
            made[row, 4] = not made[row].any()
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    ask = encode


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return DataPaths(tmp_path_factory.mktemp("scenes"))


@pytest.fixture(scope="module")
def table(paths):
    listed = [scene for name in NAMES for scene in film(name)]
    version = scenes_version((name, "p1") for name in NAMES)
    assert build_scenes(paths, version, {"pt": listed, "en": []})
    return OpenScenes(paths, read_scenes_info(paths))


@pytest.mark.parametrize(
    "text",
    [
        "a cena em que a chuva levou a ponte",
        "a parte que o trem chega na estação",
        "the scene where the train arrives at the station",
        "aquela cena da corrida",
        "a hora que ele chora",
    ],
)
def test_the_table_finds_what_memory_finds(table, text):
    wanted = asks_for_scene(text)
    (scene, score), *_ = table.find(wanted, 1, within="dois")
    assert scene == SceneIndex(film("dois")).find(wanted, 1)[0][0] and score > 0


def test_a_misspelt_word_is_found_by_its_letters_and_nonsense_is_not(table):
    assert table.find("carinnho", 1, within="um")[0][0].start_s == 20.0
    assert table.find("zzyzx qwfp", 5) == []
    assert table.find("", 5) == []


def test_viewers_of_a_language_search_their_own_subtitles(paths, table):
    assert OpenScenes(paths, table.info, "en").find("o trem chega", 5) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.floats(0, 130, allow_nan=False), max_size=3),
    st.sampled_from(
        ("gato ladrão", "trem estação", "chuva ponte", "o gato, o trem, a chuva, a corrida", "laddrao")
    ),
    st.sampled_from((None, *NAMES)),
)
def test_nothing_beyond_the_viewers_position_is_shown(table, reached_s, text, within):
    for scene, _ in table.find(text, 50, reached_s, within):
        assert scene.end_s <= reached_s.get(scene.title_id, 0.0) and within in (None, scene.title_id)


def test_a_quote_in_an_id_is_no_sql(table):
    assert table.find("trem", 5, {"um' OR '1'='1": 1000.0}) == []
    assert table.find("trem", 5, within="x' OR '1'='1") == []


def test_meaning_speaks_where_words_find_too_little_and_no_further_than_the_viewer(tmp_path):
    paths, embedder = DataPaths(tmp_path), Sparse()
    assert build_scenes(paths, scenes_version([("um", "p")]), {"pt": film("um")}, embedder)
    table = OpenScenes(paths, read_scenes_info(paths), "pt", embedder)
    ((scene, _),) = table.find("railway", 5)
    assert scene.start_s == 60.0
    assert table.find("railway", 5, {"um": 30.0}) == []
    assert OpenScenes(paths, read_scenes_info(paths)).find("railway", 5) == [], (
        "without its embedder, by words"
    )


def test_a_version_is_switched_as_a_whole_and_old_ones_go(tmp_path):
    paths, embedder = DataPaths(tmp_path), Sparse()
    versions = [scenes_version([("um", package)]) for package in "abc"]
    readers = []
    for version in versions:
        assert build_scenes(paths, version, {"pt": film("um")}, embedder)
        assert not build_scenes(paths, version, {"pt": film("um")}, embedder)
        readers.append(OpenScenes(paths, read_scenes_info(paths)))
    assert embedder.encoded == 4, "a text is embedded once, whichever version it is in"
    assert sorted(folder.name for folder in paths.search.glob("scenes1-*")) == sorted(versions[1:])
    assert readers[1].find("trem", 1), "a reader of the version before goes on"


def test_an_interrupted_build_shows_nothing_and_what_was_there_stays(tmp_path, monkeypatch):
    paths = DataPaths(tmp_path)
    build_scenes(paths, scenes_version([("um", "a")]), {"pt": film("um")})
    before = read_scenes_info(paths)

    def cut_off(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scenetable, "compact", cut_off)
        with pytest.raises(KeyboardInterrupt):
            build_scenes(paths, scenes_version([("um", "b")]), {"pt": film("um")})
    assert read_scenes_info(paths) == before
    assert build_scenes(paths, scenes_version([("um", "b")]), {"pt": film("um")})


def test_what_is_damaged_is_built_again(tmp_path):
    paths = DataPaths(tmp_path)
    assert read_scenes_info(paths) is None
    version = scenes_version([("um", "a")])
    build_scenes(paths, version, {"pt": film("um")})
    scenes_file(paths).write_text('{"schema": 1')
    assert read_scenes_info(paths) is None
    assert build_scenes(paths, version, {"pt": film("um")})
    for file in (paths.search / version).rglob("*.manifest"):
        file.write_bytes(b"cut")
    with pytest.raises(WorkError, match="cannot be opened"):
        OpenScenes(paths, read_scenes_info(paths))
    assert build_scenes(paths, version, {"pt": film("um")}, force=True)


def test_nothing_said_is_a_table_without_rows(tmp_path):
    paths = DataPaths(tmp_path)
    assert build_scenes(paths, scenes_version([("mudo", "a")]), {"pt": [], "en": []}, Sparse())
    assert OpenScenes(paths, read_scenes_info(paths)).find("trem") == []
