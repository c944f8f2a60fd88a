import numpy as np
import pytest

from bitaca_core.errors import WorkError
from bitaca_core.search.embed import MAX_TOKENS, MiniLM, SentenceTransformer, batches, open_embedder
from bitaca_core.search.quantised import BLOCK, TOP, rounded
from bitaca_core.search.transformer import gelu


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


def test_batches_take_every_sentence_once_and_keep_to_their_tokens():
    lengths = [5, 300, 2, 7, 7, 1, 40]
    made = list(batches(lengths, most=20))
    assert sorted(index for batch in made for index in batch) == list(range(7))
    assert all(sum(lengths[index] for index in batch) <= 20 or len(batch) == 1 for batch in made)
    assert [lengths[index] for batch in made for index in batch] == sorted(lengths)


def test_the_fast_gelu_is_the_exact_one():
    from scipy.special import erf

    x = np.concatenate([np.linspace(-12, 12, 100_001), [0.0, -0.0, 1e-30, 60, -60]])
    exact = x * 0.5 * (1 + erf(x / np.sqrt(2)))
    fast = x.astype(np.float32)
    gelu(fast)
    assert np.abs(fast - exact).max() < 1e-6
    assert np.isfinite(fast).all()


def test_a_sentence_is_the_same_in_any_company(minilm):
    texts = [f"{'a quiet film about rain and trains ' * (n % 9)}{n}" for n in range(60)]
    together = minilm.encode(texts)
    assert np.abs(together[::-1] - minilm.encode(texts[::-1])).max() < 1e-6


def test_questions_in_eight_bits_are_nearly_those_in_all(minilm):
    texts = [text for text in varied_texts(120) if text.strip()]
    exact, rough = minilm.encode(texts), minilm.ask(texts)
    assert np.allclose(np.linalg.norm(rough, axis=1), 1, atol=1e-5)
    assert 0.998 < (exact * rough).sum(axis=1).min() < 1
    assert minilm.ask([]).shape == (0, 384)


def test_a_question_is_nearly_the_same_in_any_company(minilm):
    texts = ["um anime de ação", "robots", "", "a quiet film about rain and trains " * 9]
    alone = np.stack([minilm.ask([text])[0] for text in texts])
    assert (minilm.ask(texts) * alone).sum(axis=1).min() > 0.9999  # what is rounded may fall to either side


def test_weights_are_rounded_by_less_than_half_a_step():
    matrix = np.random.default_rng(5).standard_normal((2 * BLOCK, 3)).astype(np.float32)
    matrix[:, 1] = 0
    values, scales = rounded(matrix)
    again = ((values.astype(np.float32) - TOP - 1) * scales[..., None]).reshape(3, -1).T
    assert values.shape == (3, 2, BLOCK)
    assert (np.abs(again - matrix) <= np.repeat(scales, BLOCK, axis=1).T * 0.501).all()


def test_parity_with_sentence_transformers(minilm):
    """Over a thousand varied texts; runs where the extra `st` is installed and its model is at hand."""
    sentence_transformers = pytest.importorskip("sentence_transformers")
    from bitaca_core.search.embed import _packaged_weights

    theirs = sentence_transformers.SentenceTransformer(str(_packaged_weights()), device="cpu")
    assert theirs.max_seq_length == MAX_TOKENS
    texts = varied_texts(1000)
    expected = theirs.encode(texts, batch_size=16, convert_to_numpy=True)
    assert np.abs(minilm.encode(texts) - expected).max() <= 1e-5


def varied_texts(count: int) -> list[str]:
    """Sentences of every length in three scripts, with punctuation, digits, emoji and nothing at all."""
    pieces = (
        "A boy who sees the dead befriends a doctor.", "o menino que vê gente morta", "映画の夜", "¿Dónde está?", "🎬🎬",
        "1984!!!", "Kōkaku Kidōtai", "e o vento levou...", "supercalifragilisticexpialidocious", "\t\n", "THE END", "—",
    )  # fmt: skip
    draw = np.random.default_rng(7)
    return ["", " "] + [
        " ".join(draw.choice(pieces, size=int(draw.integers(1, 40)) if n % 3 else 1))
        for n in range(count - 2)
    ]
