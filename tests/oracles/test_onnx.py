"""Recurrent layers against ONNX's reference operators, where PyTorch has no such form."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import nn
from tests.nn.layers import made

onnx = pytest.importorskip("onnx")
reference = pytest.importorskip("onnx.reference")
pytestmark = pytest.mark.oracle

STEPS, BATCH, INPUTS, HIDDEN = 6, 3, 4, 5
# the order of ONNX's gates, in places of ours
GRU_ORDER = (1, 0, 2)
LSTM_ORDER = (0, 3, 1, 2)
PEEPHOLE_ORDER = (0, 2, 1)
MODES = pytest.mark.parametrize("mode", ["fused", "unrolled"])


def run(operator: str, inputs: dict[str, Any], outputs: tuple[str, ...], **attributes: Any) -> Any:
    """One operator in ONNX's own reference implementation."""
    helper, double = onnx.helper, onnx.TensorProto.DOUBLE
    node = helper.make_node(operator, list(inputs), list(outputs), **attributes)
    graph = helper.make_graph(
        [node],
        operator,
        [helper.make_tensor_value_info(name, double, None) for name in inputs if name],
        [helper.make_tensor_value_info(name, double, None) for name in outputs],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    feeds = {name: array for name, array in inputs.items() if name}
    return reference.ReferenceEvaluator(model).run(None, feeds)


def in_order(layer: nn.Recurrent, name: str, order: tuple[int, ...]) -> Any:
    """A parameter with its gates in ONNX's order."""
    array = layer.state_dict()[f"{name}_l0"]
    blocks = numpy.split(array, len(order))
    return numpy.concatenate([blocks[place] for place in order])


def operands(layer: nn.Recurrent, x: Any, order: tuple[int, ...]) -> dict[str, Any]:
    biases = [in_order(layer, name, order) for name in ("bias_ih", "bias_hh")]
    return {
        "X": x,
        "W": in_order(layer, "weight_ih", order)[None],
        "R": in_order(layer, "weight_hh", order)[None],
        "B": numpy.concatenate(biases)[None],
        "": None,
    }


def numbers(*shape: int, seed: int = 0) -> Any:
    return numpy.random.default_rng(seed).standard_normal(shape)


def same(ours: Any, theirs: Any) -> None:
    numpy.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


@MODES
@pytest.mark.parametrize("reset", ["after", "before"])
def test_gru(reset: str, mode: str) -> None:
    layer = made("gru", INPUTS, HIDDEN, reset=reset, mode=mode)
    x, h = numbers(STEPS, BATCH, INPUTS), numbers(1, BATCH, HIDDEN, seed=1)
    output, final = layer(x, h)
    theirs, last = run(
        "GRU",
        {**operands(layer, x, GRU_ORDER), "H": h},
        ("Y", "Y_h"),
        hidden_size=HIDDEN,
        linear_before_reset=int(reset == "after"),
    )
    same(output.data, theirs[:, 0])
    same(final.data, last)


@MODES
@pytest.mark.parametrize("peepholes", ["none", "diagonal"])
def test_lstm(peepholes: str, mode: str) -> None:
    kind = "lstm" if peepholes == "none" else "peephole diagonal"
    layer = made(kind, INPUTS, HIDDEN, mode=mode)
    x = numbers(STEPS, BATCH, INPUTS)
    h, c = numbers(1, BATCH, HIDDEN, seed=1), numbers(1, BATCH, HIDDEN, seed=2)
    output, (final, _) = layer(x, (h, c))
    looking = numpy.zeros((1, 3 * HIDDEN))
    if peepholes == "diagonal":
        looking = in_order(layer, "weight_ch", PEEPHOLE_ORDER)[None]
    theirs, last = run(
        "LSTM",
        {**operands(layer, x, LSTM_ORDER), "H": h, "C": c, "P": looking},
        ("Y", "Y_h"),
        hidden_size=HIDDEN,
    )
    same(output.data, theirs[:, 0])
    same(final.data, last[0] if last.ndim > final.ndim else last)
