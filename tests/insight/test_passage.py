"""A recorded passage is the layer's own run, and its gradients are the layer's own gradients."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import Tensor, no_grad
from microgradseq.errors import GradientError, ShapeError
from microgradseq.insight import (
    contributions,
    record,
    record_by_time,
    saturation,
    state_gradients,
)
from microgradseq.nn import GRU, LSTM, RNN
from tests.nn.layers import KINDS, made

STEPS, BATCH, INPUTS, HIDDEN = 6, 2, 3, 4


def inputs() -> numpy.ndarray[Any, Any]:
    return numpy.random.default_rng(2).standard_normal((STEPS, BATCH, INPUTS))


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_the_layers_own(kind: str) -> None:
    layers = made(kind, INPUTS, HIDDEN, num_layers=2, bidirectional=True)
    passage = record(layers, inputs())
    output, _ = layers(inputs())
    numpy.testing.assert_allclose(passage.output.plain(), output.plain(), rtol=1e-12, atol=1e-14)
    assert [(run.layer, run.direction) for run in passage.runs] == [
        (0, "forward"),
        (0, "reverse"),
        (1, "forward"),
        (1, "reverse"),
    ]
    assert [step.t for step in passage.run(1, "reverse").steps] == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_of_the_steps_add_up_to_the_full_gradient(kind: str) -> None:
    layers = made(kind, INPUTS, HIDDEN, num_layers=2, bidirectional=True)
    passage = record(layers, inputs())
    found = contributions(passage, passage.output.square().sum())
    layers(inputs())[0].square().sum().backward()
    assert len(found) == len(list(layers.parameters()))
    for one in found:
        suffix = f"_l{one.layer}" + ("_reverse" if one.direction == "reverse" else "")
        expected = getattr(layers, one.parameter + suffix).grad
        assert one.shares.shape == (STEPS, *expected.shape)
        numpy.testing.assert_allclose(one.total, expected, rtol=1e-10, atol=1e-13)


def test_a_share_is_what_one_step_alone_would_change() -> None:
    """Against finite differences: the weights are moved at step 2 only."""
    layer = made("rnn", INPUTS, HIDDEN)
    passage = record(layer, inputs())
    (share,) = [
        one.shares[2]
        for one in contributions(passage, passage.output.sum())
        if one.parameter == "weight_hh"
    ]

    def loss(nudge: float) -> float:
        weight = layer.weight_hh_l0.plain().copy()
        h, total = numpy.zeros((BATCH, HIDDEN)), 0.0
        for t, x in enumerate(inputs()):
            here = weight.copy()
            here[1, 3] += nudge if t == 2 else 0.0
            sums = x @ layer.weight_ih_l0.plain().T + h @ here.T
            h = numpy.tanh(sums + layer.bias_ih_l0.plain() + layer.bias_hh_l0.plain())
            total += h.sum()
        return float(total)

    assert share[1, 3] == pytest.approx((loss(1e-6) - loss(-1e-6)) / 2e-6, rel=1e-6)


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm", "ctrnn rk4"])
def test_state_gradients_are_what_moving_a_state_does(kind: str) -> None:
    layers = made(kind, INPUTS, HIDDEN)
    passage = record(layers, inputs())
    (of_h, *_) = state_gradients(passage, passage.output[-1].square().sum())
    # the first state reaches the loss only through the steps after it
    run = passage.run()
    rest = [state.detach() for state in run.steps[0].after]
    ends = []
    for nudge in (1e-6, -1e-6):
        moved = [state.plain().copy()[None] for state in rest]
        if kind != "lstm":
            moved[0][0, 1, 2] += nudge
        else:
            moved[1][0, 1, 2] += nudge
        output, _ = layers(inputs()[1:], tuple(moved) if len(moved) > 1 else moved[0])
        ends.append(output[-1].square().sum().item())
    slope = (ends[0] - ends[1]) / 2e-6
    if kind == "lstm":
        # c_0 acts through h_0 as well; ∂L/∂c_0 less that share is what moving c_0 alone does
        of_c = state_gradients(passage, passage.output[-1].square().sum())[1]
        shown = run.steps[0].gates["output"].plain()[1, 2]
        squash = 1 - numpy.tanh(rest[1].plain()[1, 2]) ** 2
        through_h = of_h.gradients[0, 1, 2] * shown * squash
        assert of_c.gradients[0, 1, 2] - through_h == pytest.approx(slope, rel=1e-5)
    else:
        assert of_h.gradients[0, 1, 2] == pytest.approx(slope, rel=1e-5)
    assert of_h.norms[2] == pytest.approx(float(numpy.linalg.norm(of_h.gradients[2])), rel=1e-12)


def test_states_that_the_loss_does_not_see_have_gradient_zero() -> None:
    passage = record(made("gru", INPUTS, HIDDEN), inputs())
    (found,) = state_gradients(passage, passage.output[2].sum())
    assert (found.norms[:3] > 0).all()
    assert not found.norms[3:].any()


def test_indices_states_and_layout() -> None:
    layers = made("lstm", INPUTS, HIDDEN, batch_first=True)
    indices = numpy.random.default_rng(1).integers(0, INPUTS, (BATCH, STEPS))
    start = tuple(numpy.full((1, BATCH, HIDDEN), value) for value in (0.3, -0.2))
    passage = record(layers, indices, start)
    output, _ = layers(indices, start)
    numpy.testing.assert_allclose(passage.output.plain(), output.plain().swapaxes(0, 1), rtol=1e-12)


def test_it_records_whatever_holds_outside_and_tags_every_step() -> None:
    with no_grad():
        passage = record(made("rnn", INPUTS, HIDDEN), inputs())
    assert passage.output.requires_grad
    step = passage.run().steps[3]
    assert step.after[0].tags["t"] == 3
    assert step.after[0].tags["layer"] == 0


def test_gates_are_what_the_formulas_say() -> None:
    layer = made("gru", INPUTS, HIDDEN)
    step = record(layer, inputs()).run().steps[0]
    weights = {name: one.plain() for name, one in layer.parameters_of(0).items()}
    sums = inputs()[0] @ weights["weight_ih"].T + weights["bias_ih"] + weights["bias_hh"]
    update = 1 / (1 + numpy.exp(-sums[:, HIDDEN : 2 * HIDDEN]))
    numpy.testing.assert_allclose(step.gates["update"].plain(), update, rtol=1e-12)


@pytest.mark.parametrize(
    ("bias", "low", "high"),
    # σ(±1.6) is 0.83 and 0.17, not beyond 0.9 and 0.1
    [(-9.0, 1.0, 0.0), (-1.6, 0.0, 0.0), (0.0, 0.0, 0.0), (1.6, 0.0, 0.0), (9.0, 0.0, 1.0)],
)
def test_saturation_tells_shut_from_open_gates(bias: float, low: float, high: float) -> None:
    layer = made("lstm", INPUTS, HIDDEN)
    numbers = layer.bias_ih_l0.plain() * 0
    numbers[HIDDEN : 2 * HIDDEN] = bias
    layer.bias_ih_l0.overwrite(numbers)
    found = {one.gate: one for one in saturation(record(layer, inputs() * 0.1))}
    assert list(found) == ["input", "forget", "candidate", "output"]
    assert (found["forget"].low, found["forget"].high) == (low, high)
    assert found["forget"].saturated == low + high
    assert found["forget"].low_by_step.shape == (STEPS,)
    assert found["input"].saturated == 0


def test_a_tanh_saturates_at_both_ends() -> None:
    layer = made("rnn", INPUTS, HIDDEN)
    layer.bias_ih_l0.overwrite(numpy.array([9.0, -9.0, -9.0, 0.0]))
    (found,) = saturation(record(layer, inputs() * 0.1))
    assert (found.gate, found.low, found.high) == ("hidden", 0.5, 0.25)
    assert saturation(record(made("rnn relu", INPUTS, HIDDEN), inputs())) == ()


@pytest.mark.parametrize("kind", ["min gru", "min lstm", "peephole diagonal", "gru reset before"])
def test_every_gated_cell_names_its_gates(kind: str) -> None:
    layer = made(kind, INPUTS, HIDDEN)
    sigmoids = set(layer.cell.gates) - {"candidate"}
    assert sigmoids <= {one.gate for one in saturation(record(layer, inputs()))}


def test_named_errors() -> None:
    with pytest.raises(ShapeError, match="nothing to look at in a sequence of no steps"):
        record(RNN(2, 3), numpy.zeros((0, 1, 2), dtype="float32"))
    passage = record(GRU(2, 3), numpy.zeros((4, 1, 2), dtype="float32"))
    with pytest.raises(ValueError, match="there is no layer 1 forward; there are 0 forward"):
        passage.run(1)
    with pytest.raises(GradientError, match="does not depend on the passage"):
        state_gradients(passage, Tensor(1.0))
    with pytest.raises(ValueError, match="low must be less than high"):
        saturation(passage, 0.9, 0.1)


def test_float32_stays_float32() -> None:
    passage = record(LSTM(2, 3), numpy.ones((4, 1, 2), dtype="float32"))
    (of_h, of_c) = state_gradients(passage, passage.output[-1].sum())
    assert of_h.gradients.dtype == of_c.gradients.dtype == numpy.float32


@pytest.mark.parametrize("kind", KINDS)
def test_by_time_is_the_same_passage_in_another_order(kind: str) -> None:
    layers = made(kind, INPUTS, HIDDEN, num_layers=2)
    told: list[int] = []
    by_time = record_by_time(layers, inputs(), lambda t, h: told.append(t))
    by_layer = record(layers, inputs())
    assert told == [*range(STEPS)]
    for one, other in zip(by_time.runs, by_layer.runs, strict=True):
        for step, expected in zip(one.steps, other.steps, strict=True):
            assert (step.t, [*step.gates]) == (expected.t, [*expected.gates])
            for state, wanted in zip(step.after, expected.after, strict=True):
                numpy.testing.assert_allclose(state.plain(), wanted.plain(), rtol=1e-12, atol=1e-14)


def test_two_directions_have_no_one_order_in_time() -> None:
    layers = GRU(INPUTS, HIDDEN, bidirectional=True, dtype="float64")
    with pytest.raises(ValueError, match="both directions"):
        record_by_time(layers, inputs(), lambda t, h: None)
