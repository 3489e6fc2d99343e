"""Gates are those of the formulas, and the product of forget gates is the memory that is left."""

from __future__ import annotations

import numpy
import pytest

from microgradseq.backend import Array
from microgradseq.insight import record
from microgradseq.insight.lanes import GateLanes, gate_lanes, has_gates
from tests.nn.layers import made

STEPS, INPUTS, HIDDEN = 7, 3, 4


def inputs() -> Array:
    return numpy.random.default_rng(5).standard_normal((STEPS, 1, INPUTS))


def sigmoid(x: Array) -> Array:
    return 1 / (1 + numpy.exp(-x))


def test_the_gates_of_an_lstm_by_its_formulas() -> None:
    layers, x = made("lstm", INPUTS, HIDDEN), inputs()
    lanes = gate_lanes(layers, x)
    weights = {name: one.plain() for name, one in layers.named_parameters()}
    h = c = numpy.zeros(HIDDEN)
    for t in range(STEPS):
        sums = weights["weight_ih_l0"] @ x[t, 0] + weights["bias_ih_l0"]
        sums = sums + weights["weight_hh_l0"] @ h + weights["bias_hh_l0"]
        admit, keep, candidate, show = numpy.split(sums, 4)
        numpy.testing.assert_allclose(lanes.gates["input"][t], sigmoid(admit), rtol=1e-12)
        numpy.testing.assert_allclose(lanes.gates["forget"][t], sigmoid(keep), rtol=1e-12)
        numpy.testing.assert_allclose(lanes.gates["output"][t], sigmoid(show), rtol=1e-12)
        c = sigmoid(keep) * c + sigmoid(admit) * numpy.tanh(candidate)
        h = sigmoid(show) * numpy.tanh(c)
    assert "candidate" not in lanes.gates


def test_the_product_of_forget_gates_is_written_out() -> None:
    lanes = gate_lanes(made("lstm", INPUTS, HIDDEN), inputs())
    keep = lanes.gates["forget"]
    wanted = [float(numpy.prod(keep[p + 1 : 6, 2])) for p in range(6)]
    assert lanes.memory(5, unit=2).tolist() == pytest.approx(wanted, rel=1e-12)
    whole = [float(numpy.prod(keep[p + 1 : 6], axis=0).mean()) for p in range(6)]
    assert lanes.memory(5).tolist() == pytest.approx(whole, rel=1e-12)
    assert lanes.memory(0).tolist() == [1.0]
    with pytest.raises(IndexError):
        lanes.memory(STEPS)


@pytest.mark.parametrize("kind", ["lstm", "peephole diagonal", "gru", "min gru", "min lstm"])
def test_what_is_kept_is_how_the_new_memory_depends_on_the_old(kind: str) -> None:
    """Of a minimal cell exactly: a larger memory before gives so much more of it after."""
    layers, x = made(kind, INPUTS, HIDDEN), inputs()
    lanes = gate_lanes(layers, x)
    assert lanes.kept.shape == (STEPS, HIDDEN)
    assert ((lanes.kept > 0) & (lanes.kept < 1)).all()
    if kind.startswith("min"):
        start = numpy.full((1, 1, HIDDEN), 0.25)
        before, after = record(layers, x), record(layers, x, start)
        change = after.output.plain()[:, 0] - before.output.plain()[:, 0]
        numpy.testing.assert_allclose(change, 0.25 * lanes.kept.cumprod(axis=0), rtol=1e-9)


def test_gru_keeps_z() -> None:
    lanes = gate_lanes(made("gru", INPUTS, HIDDEN), inputs())
    numpy.testing.assert_array_equal(lanes.kept, lanes.gates["update"])
    assert lanes.words == "each step keeps z of the memory"


def test_one_unit_or_the_mean() -> None:
    gates = {"forget": numpy.array([[0.2, 0.4], [0.6, 1.0]])}
    lanes = GateLanes(gates, gates["forget"], "")
    assert lanes.lane("forget").tolist() == pytest.approx([0.3, 0.8])
    assert lanes.lane("forget", 1).tolist() == [0.4, 1.0]


def test_a_plain_network_has_none() -> None:
    layers = made("rnn", INPUTS, HIDDEN)
    assert not has_gates(layers)
    with pytest.raises(ValueError, match="no gates"):
        gate_lanes(layers, inputs())
