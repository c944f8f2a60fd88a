"""A title covers a question by its words: the same word wholly, a near one nearly, a rare one more than a common one."""

import numpy as np
import pytest

from bitaca_core.search.coverage import Coverage, WordBook, words_of


class Letters:
    """Words as drawn vectors, but for `umbrella` and `parasol`, which lie together."""

    name = "letters"
    dimension = 64

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        rows = [
            self._vector("umbrella" if text == "parasol" else text) + (0.2 if text == "parasol" else 0.0)
            for text in texts
        ]
        return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)

    ask = encode

    def _vector(self, text):
        return np.random.default_rng(
            sum(ord(letter) * 31**place for place, letter in enumerate(text)) % 2**32
        ).normal(size=64)


TEXTS = {
    "rain": ("A girl waits with an umbrella in the rain.",),
    "war": ("A soldier walks home in the rain after the war.",),
    "sun": ("Two friends at the beach.", "girl friend beach"),
    "empty": ("",),
}


@pytest.fixture
def book():
    return WordBook(Letters())


def test_the_same_words_cover_wholly_and_in_any_order(book):
    found = Coverage(TEXTS, book).of(["umbrella", "girl"], TEXTS)
    assert found["rain"] == pytest.approx(1.0, abs=1e-5) and found["rain"] > found["sun"] > found["war"]
    assert "empty" not in found and all(0.0 <= value <= 1.00001 for value in found.values())


def test_a_near_word_counts_by_its_nearness_and_a_rare_word_more(book):
    coverage = Coverage(TEXTS, book)
    near = coverage.of(["parasol"], TEXTS)
    assert near["rain"] > 0.8 > near["war"]
    both = coverage.of(["umbrella", "rain"], TEXTS)  # rain is common, umbrella is not
    assert both["rain"] == pytest.approx(1.0, abs=1e-5) and both["war"] < 0.55


def test_only_who_is_asked_for_is_answered_and_no_words_cover_nothing(book):
    coverage = Coverage(TEXTS, book)
    assert set(coverage.of(["girl"], ["sun", "nobody"])) == {"sun"}
    assert coverage.of([], TEXTS) == {}


def test_vectors_are_kept_and_not_made_again(tmp_path):
    kept = tmp_path / "words" / "letters.npz"
    first = Coverage(TEXTS, WordBook(Letters()), kept).of(["girl"], TEXTS)
    again = Letters()
    second = Coverage(TEXTS, WordBook(again), kept).of(["girl"], TEXTS)
    assert again.asked == [] and kept.is_file()
    assert second == pytest.approx(first, abs=2e-3)


def test_a_file_that_cannot_be_read_is_made_again(tmp_path):
    kept = tmp_path / "letters.npz"
    kept.write_bytes(b"PK\x03\x04 cut off")
    letters = Letters()
    assert Coverage(TEXTS, WordBook(letters), kept).of(["girl"], TEXTS)["rain"] == pytest.approx(
        1.0, abs=1e-5
    )
    assert letters.asked
    assert Coverage(TEXTS, WordBook(Letters()), kept).of(["girl"], TEXTS)


def test_a_crowd_that_types_nonsense_fills_no_memory(book, monkeypatch):
    from bitaca_core.search import coverage

    monkeypatch.setattr(coverage, "ASKED_KEPT", 8)
    made = Coverage(TEXTS, book)
    known = len(book._vectors)
    for place in range(50):
        assert made.of([f"xqz{place}", "girl"], ["rain"])["rain"] > 0
    assert len(book._asked) == 8 and len(book._vectors) == known
    assert len(made._nearest) == 8


def test_what_is_remembered_covers_as_what_is_found_anew(monkeypatch):
    from bitaca_core.search import coverage

    texts = TEXTS | {f"t{place}": (f"friend number{place} rain",) for place in range(30)}
    questions = (["parasol", "war"], ["girl", "xqz", "rain"], ["war", "parasol", "friend"], ["number7"])
    among = (texts, ["sun", "t3", "empty", "nobody", "rain"])

    def found(remembered, kept, whole_book):
        monkeypatch.setattr(coverage, "NEAREST_UP_TO", len(texts) if remembered else 0)
        monkeypatch.setattr(coverage, "NEAREST_KEPT", kept)
        monkeypatch.setattr(coverage, "WHOLE_BOOK", whole_book)
        made = Coverage(texts, WordBook(Letters()))
        told = [made.of(words, keys) for words in questions for keys in among]
        assert len(made._nearest) == (min(7, kept // 33) if remembered else 0)
        return told

    first = found(False, 0, 2)
    for again in (found(False, 0, 0), found(True, 2_000_000, 2), found(True, 70, 2)):
        for one, other in zip(first, again, strict=True):
            assert one == pytest.approx(other, abs=1e-5)


def test_words_of_a_text_are_folded_and_without_little_words():
    assert words_of("The Girl, the girl and Pelé's ball") == ["girl", "peles", "ball"] or "girl" in words_of(
        "The Girl"
    )
