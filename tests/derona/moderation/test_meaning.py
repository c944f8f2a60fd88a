"""The second look: asked only in doubt, bounded, and nothing is lost where it is not at hand."""

from __future__ import annotations

import io

import numpy as np
import pytest

from bitaca_core.derona import moderation
from bitaca_core.derona.moderation import meaning
from bitaca_core.derona.training import meaning as training
from bitaca_core.errors import SchemaError

SCORES = dict.fromkeys((*meaning.SEEN, "soften"), 0.0)
DOUBTFUL = "me passa aquele jeitinho de ver sem pagar nada"


class Always:
    """An encoder that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts):
        self.asked += texts
        return np.zeros((len(texts), meaning.DIMENSIONS), np.float32)


def net(offset: float) -> meaning.Net:
    size = meaning.DIMENSIONS + len(meaning.SEEN)
    none = np.zeros(1, np.float32)
    return meaning.Net(np.zeros((size, 1), np.int8), none, none, none, np.array(offset, np.float32))


@pytest.fixture
def doubt(monkeypatch: pytest.MonkeyPatch):
    """Every message is in doubt; returns a function that puts a second look in the place of the committed one."""
    monkeypatch.setattr(moderation, "scores_of", lambda *_: SCORES)
    monkeypatch.setattr(moderation, "_scores", lambda _: SCORES)

    def put(look: meaning.SecondLook) -> None:
        monkeypatch.setattr(meaning, "committed", lambda: look)
        moderation._meant.clear()

    yield put
    moderation._meant.clear()


def test_what_the_sentence_says_decides_in_doubt(doubt) -> None:
    for offset, graver in ((9.0, True), (-9.0, False)):
        doubt(meaning.SecondLook(Always(), net(offset)))
        judged = moderation.judgement_of(DOUBTFUL)
        assert (judged.tier in ("refuse", "block", "crisis")) is graver and judged.reason == "meaning"


def test_what_is_not_in_doubt_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Always()
    monkeypatch.setattr(meaning, "committed", lambda: meaning.SecondLook(encoder, net(9.0)))
    moderation._meant.clear()
    assert moderation.judgement_of("quero ver um filme leve com meus filhos").tier == "allow"
    assert moderation.judgement_of("vai se foder sua puta").tier == "block"
    assert encoder.asked == []
    assert moderation.judgement_of("quero ver um filme leve com meus filhos").final


def test_a_crowd_is_judged_by_words(doubt) -> None:
    encoder, now = Always(), [0.0]
    look = meaning.SecondLook(encoder, net(9.0), lambda: now[0])
    doubt(look)
    told = [moderation.judgement_of(f"{DOUBTFUL} {number}").reason for number in range(200)]
    assert told.count("meaning") == len(encoder.asked) == meaning.LOOKS_BURST
    assert set(told[meaning.LOOKS_BURST :]) == {"learned"}
    assert (
        moderation.judgement_of(f"{DOUBTFUL} 0").reason == "meaning"
        and len(encoder.asked) == meaning.LOOKS_BURST
    )
    now[0] = 1.0
    told = [moderation.judgement_of(f"{DOUBTFUL} {number}").reason for number in range(100, 200)]
    assert told.count("meaning") == meaning.LOOKS_PER_S


def test_what_waits_for_a_second_look_is_not_final(doubt, monkeypatch: pytest.MonkeyPatch) -> None:
    look = meaning.SecondLook(Always(), net(9.0))
    doubt(look)
    monkeypatch.setattr(look, "_allowed", lambda: False)
    assert not moderation.judgement_of(DOUBTFUL).final
    monkeypatch.setattr(look, "_allowed", lambda: True)
    assert moderation.judgement_of(DOUBTFUL).final
    doubt(meaning.SecondLook(None, net(9.0)))
    assert moderation.judgement_of(DOUBTFUL).final, "nobody will ever look again"


def test_without_the_encoder_the_words_decide(doubt) -> None:
    look = meaning.SecondLook(None, net(9.0))
    doubt(look)
    assert not look.ready and look.score("oi", SCORES) is None
    assert moderation.judgement_of(DOUBTFUL).reason == "learned"


def test_the_committed_net_is_read_and_looks_at_sentences() -> None:
    look = meaning.committed()
    assert look.ready and moderation.prepare()
    assert look.score(DOUBTFUL, SCORES) == look.score(DOUBTFUL, SCORES)
    vectors = meaning.Sentences().encode(["oi", "OI"])
    assert np.array_equal(vectors[0], vectors[1]) and np.linalg.norm(vectors[0]) == pytest.approx(1, abs=0.02)
    assert np.array_equal(vectors * meaning.STEPS, np.rint(vectors * meaning.STEPS))


def test_a_small_net_is_trained_written_and_read_back(tmp_path) -> None:
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(400, meaning.DIMENSIONS)).astype(np.float32) / 22
    grave = vectors[:, 0] > 0
    vectors[:, 0] *= 8
    scores = np.zeros((400, len(meaning.SEEN)), np.float32)
    made = [training.fit(vectors, scores, grave) for _ in range(2)]
    for number, one in enumerate(made):
        one.save(tmp_path / f"{number}.npz")
    assert (tmp_path / "0.npz").read_bytes() == (tmp_path / "1.npz").read_bytes()
    read = meaning.Net.load(tmp_path / "0.npz")
    assert ((read.scores(meaning.inputs_of(vectors, scores)) > 0) == grave).mean() > 0.9


def test_other_shapes_are_refused() -> None:
    file = io.BytesIO()
    np.savez(
        file, inner=np.zeros((3, 2), np.int8), scale=np.ones(2), bias=np.ones(2), outer=np.ones(2), offset=1.0
    )
    file.seek(0)
    with pytest.raises(SchemaError, match="does not fit together"):
        meaning.Net.load(file)
    with pytest.raises(SchemaError, match="no net"):
        meaning.Net.load(io.BytesIO(b"nothing"))


def test_a_long_message_is_looked_at_by_its_beginning_in_whole_words() -> None:
    assert meaning.beginning("quero um drama") == "quero um drama"
    cut = meaning.beginning("palavra " * 300)
    assert len(cut) <= meaning.SENTENCE_CHARS and cut.endswith("palavra")
    assert len(meaning.beginning("x" * 2_000)) == meaning.SENTENCE_CHARS
