"""What is published comes back the same, and damage is told."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from bitaca_core.errors import InputError, RebuildNeeded, SchemaError
from bitaca_core.recommend import factortable
from bitaca_core.recommend.model import Past
from bitaca_core.recommend.published import load, save
from tests.recommend.tastes import two_tastes


def test_a_published_model_comes_back_and_its_name_follows_from_its_content(tmp_path) -> None:
    model = two_tastes()
    assert save(model, tmp_path) == model.version == two_tastes().version
    again = load(tmp_path)
    assert again.version == model.version
    history = [Past("anime-0")]
    assert np.array_equal(again.legs(history).values, model.legs(history).values)
    assert not list(tmp_path.glob(".*"))


def test_the_factors_in_memory_are_those_of_the_table(tmp_path) -> None:
    model = two_tastes()
    folder = tmp_path / save(model, tmp_path)
    names, factors = factortable.read(folder)
    assert names == list(model.items) and np.array_equal(factors, model.factors)
    again = load(tmp_path)
    assert again.factors.tobytes() == factors.tobytes() and "factors" not in np.load(folder / "arrays.npz")
    shutil.rmtree(folder / "factors.lance")
    factortable.write(folder, model.items, factors[::-1].copy(), model.counts)
    with pytest.raises(RebuildNeeded, match="not what was published"):
        load(tmp_path)


def test_damage_is_told(tmp_path) -> None:
    with pytest.raises(InputError):
        load(tmp_path)
    version = save(two_tastes(), tmp_path)
    arrays = tmp_path / version / "arrays.npz"
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:-100])
    with pytest.raises(RebuildNeeded):
        load(tmp_path)
    arrays.write_bytes(whole)
    pieces = sorted((tmp_path / version / "factors.lance" / "data").iterdir())
    kept = pieces[0].read_bytes()
    pieces[0].write_bytes(kept[: len(kept) // 2])
    with pytest.raises(RebuildNeeded, match="cannot be read"):
        load(tmp_path)
    pieces[0].write_bytes(kept)
    head = tmp_path / version / "model.json"
    head.write_text(head.read_text().replace('"schema": 2', '"schema": 9'))
    with pytest.raises(SchemaError):
        load(tmp_path)
