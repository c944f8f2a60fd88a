import numpy as np
import pytest

from bitaca_core.errors import WorkError
from bitaca_core.search.embed import MiniLM, SentenceTransformer, open_embedder


def test_paraphrases_are_nearer_than_strangers(minilm):
    one, paraphrase, stranger = minilm.encode(
        ["a boy looks for his father", "a child is searching for his dad", "stock market rules in Europe"]
    )
    assert one @ paraphrase > 0.8 > 0.2 > one @ stranger


def test_frozen_similarities_of_the_model(minilm):
    """The model's card prints these two sentences' kind; the number was computed once with sentence-transformers' recipe."""
    one, other = minilm.encode(["This is an example sentence", "Each sentence is converted"])
    assert one.dtype == np.float32 and one.shape == (384,)
    assert float(one @ one) == pytest.approx(1, abs=1e-5)
    assert 0.3 < float(one @ other) < 0.7


def test_a_batch_is_as_each_alone(minilm):
    texts = ["luto", "a much longer sentence about a quiet town by the sea and its people", "", "robots"] * 6
    together = minilm.encode(texts)
    alone = np.stack([minilm.encode([text])[0] for text in texts])
    assert np.allclose(together, alone, atol=1e-5)


def test_a_very_long_text_is_cut(minilm):
    assert np.isfinite(minilm.encode(["word " * 5000])).all()
    assert minilm.encode([]).shape == (0, 384)


def test_nothing_is_loaded_before_it_is_needed(tmp_path):
    assert open_embedder("minilm").name == "minilm"
    assert open_embedder("org/other-model").name == "org/other-model"
    with pytest.raises(FileNotFoundError):
        MiniLM(tmp_path).encode(["x"])


def test_a_missing_extra_is_a_clear_error(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(WorkError, match="sentence-transformers"):
        SentenceTransformer("x").encode(["x"])
