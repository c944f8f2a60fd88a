"""The same encoder with weights of eight bits, for questions: a few tokens cost a quarter of the time.

What a question costs is reading the weights, so that a fourth of the bytes is most of what can be gained. Weights are
rounded in blocks of 32 with a scale each, and so are what comes in, token by token; documents are still embedded
with all bits (`transformer.Encoder`), and nothing that is stored changes.

The graph is built from the weights when it is first needed (a tenth of a second) and run by ONNX Runtime.

References
----------
Devlin et al. 2019, BERT; Dettmers et al. 2022, 8-bit optimizers via block-wise quantization (a scale for each block
keeps an outlier's damage within it); the operators `com.microsoft.MatMulNBits` and `Gelu` of ONNX Runtime.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

BLOCK = 32
"""Weights that share a scale."""
TOP = 127
"""Largest rounded weight; they are stored with `TOP` + 1 added."""
_IN_EIGHT_BITS = 4
"""`accuracy_level` of `MatMulNBits`: what comes in is rounded to eight bits as well."""
_OPSET, _IR = 18, 9
_APART = np.float32(-1e9)
"""Added to what one sentence's token would hear of another's."""
_OWN = "com.microsoft"


class QuantisedEncoder:
    """`transformer.Encoder` for questions: same call, vectors within a cosine of .998 of its. Safe to share between threads.

    Parameters
    ----------
    weights : mapping of str to array
        As of `transformer.Encoder`.
    layers, heads : int
    epsilon : float
        Of the layers' normalisation.
    """

    def __init__(self, weights: Mapping[str, Floats], layers: int, heads: int, epsilon: float) -> None:
        import onnxruntime

        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        graph = _Graph(weights, heads, epsilon).built(layers)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def pooled(self, ids: Sequence[Sequence[int]]) -> Floats:
        """Return the mean of each sentence's token vectors, made a unit vector, shape (len(ids), width), float32.

        All tokens go through together and attention has a cell for each two of them: for some hundred tokens at most.
        """
        lengths = [len(sentence) for sentence in ids]
        hidden = self._words[np.concatenate([np.asarray(sentence, np.int64) for sentence in ids])]
        hidden += self._places[np.concatenate([np.arange(length) for length in lengths])]
        sentence = np.repeat(np.arange(len(lengths)), lengths)
        apart = np.where(sentence[:, None] == sentence[None], np.float32(0), _APART)
        pool = (sentence[None] == np.arange(len(lengths))[:, None]).astype(np.float32)
        found: Floats = self._session.run(None, {"hidden": hidden, "apart": apart, "pool": pool})[0]
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return found


def rounded(matrix: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """Return a matrix, shape (in, out), in eight bits, shape (out, blocks, `BLOCK`), and the scales, shape (out, blocks).

    A weight is (value - 128) times its block's scale; `in` is a multiple of `BLOCK`.
    """
    blocks = np.ascontiguousarray(matrix.T).reshape(matrix.shape[1], -1, BLOCK)
    scales = np.abs(blocks).max(-1) / np.float32(TOP)
    scales[scales == 0] = 1
    values = np.clip(np.rint(blocks / scales[..., None]), -TOP, TOP) + TOP + 1
    return values.astype(np.uint8), scales.astype(np.float32)


class _Graph:
    """Collects the nodes of the encoder; tensors are named by the layer that makes them."""

    def __init__(self, weights: Mapping[str, Floats], heads: int, epsilon: float) -> None:
        self._weights = weights
        self._heads = heads
        self._epsilon = epsilon
        self._width = weights["embeddings.word_embeddings.weight"].shape[1]
        self._nodes: list[Any] = []
        self._tensors: list[Any] = []

    def built(self, layers: int) -> bytes:
        """Return the model, serialised."""
        from onnx import TensorProto, helper

        self._tensor("by_head", np.array([-1, self._heads, self._width // self._heads], np.int64))
        self._tensor("by_token", np.array([-1, self._width], np.int64))
        hidden = self._normalised("hidden", "embeddings.LayerNorm")
        for index in range(layers):
            hidden = self._layer(hidden, f"encoder.layer.{index}")
        self._node("MatMul", ["pool", hidden], "found")
        shapes = {
            "hidden": ["tokens", self._width],
            "apart": ["tokens", "tokens"],
            "pool": ["sentences", "tokens"],
        }
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
            [helper.make_tensor_value_info("found", TensorProto.FLOAT, ["sentences", self._width])],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_OWN, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR)
        return bytes(model.SerializeToString())

    def _layer(self, hidden: str, name: str) -> str:
        attended = self._dense(self._attention(hidden, name), f"{name}.attention.output.dense")
        attended = self._node("Add", [attended, hidden], f"{name}.attended")
        attended = self._normalised(attended, f"{name}.attention.output.LayerNorm")
        inner = self._dense(attended, f"{name}.intermediate.dense")
        inner = self._node("Gelu", [inner], f"{name}.gelu", _OWN)
        out = self._node("Add", [self._dense(inner, f"{name}.output.dense"), attended], f"{name}.out")
        return self._normalised(out, f"{name}.output.LayerNorm")

    def _attention(self, hidden: str, name: str) -> str:
        """Softmax(QK' / sqrt(size) + apart) V, heads side by side."""
        own = f"{name}.attention.self"
        scale = np.float32(1 / math.sqrt(self._width // self._heads))
        parts = {}
        for part, turned in (("query", [1, 0, 2]), ("key", [1, 2, 0]), ("value", [1, 0, 2])):
            made = self._dense(hidden, f"{own}.{part}", scale if part == "query" else np.float32(1))
            made = self._node("Reshape", [made, "by_head"], f"{made}.heads")
            parts[part] = self._node("Transpose", [made], f"{made}.turned", perm=turned)
        scores = self._node("MatMul", [parts["query"], parts["key"]], f"{own}.scores")
        scores = self._node("Add", [scores, "apart"], f"{own}.own")
        shares = self._node("Softmax", [scores], f"{own}.shares", axis=-1)
        mixed = self._node("MatMul", [shares, parts["value"]], f"{own}.mixed")
        mixed = self._node("Transpose", [mixed], f"{own}.back", perm=[1, 0, 2])
        return self._node("Reshape", [mixed, "by_token"], f"{own}.flat")

    def _dense(self, hidden: str, name: str, scale: np.float32 = np.float32(1)) -> str:  # noqa: B008 - a number
        matrix = self._weights[f"{name}.weight"].T * scale
        values, scales = rounded(matrix)
        given = [
            hidden,
            self._tensor(f"{name}.values", values),
            self._tensor(f"{name}.scales", scales.reshape(-1)),
            "",  # zero points: 128, as without any
            "",  # order of groups: none
            self._tensor(f"{name}.bias", self._weights[f"{name}.bias"] * scale),
        ]
        return self._node("MatMulNBits", given, name, _OWN, K=matrix.shape[0], N=matrix.shape[1], bits=8,
                          block_size=BLOCK, accuracy_level=_IN_EIGHT_BITS)  # fmt: skip

    def _normalised(self, hidden: str, name: str) -> str:
        parts = [
            self._tensor(f"{name}.{part}", self._weights[f"{name}.{part}"]) for part in ("weight", "bias")
        ]
        return self._node("LayerNormalization", [hidden, *parts], name, axis=-1, epsilon=self._epsilon)

    def _tensor(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _node(self, operator: str, given: list[str], made: str, domain: str = "", **how: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(operator, given, [made], domain=domain, **how))
        return made
