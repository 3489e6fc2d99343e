"""Real-time recurrent learning gives backpropagation's gradient, without going back."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import manual_seed
from microgradseq.errors import ShapeError
from microgradseq.nn import RNN
from microgradseq.nn.rtrl import RTRL

STEPS, BATCH, INPUTS, HIDDEN = 12, 3, 4, 5


def layer_of(**options: Any) -> RNN:
    manual_seed(4)
    return RNN(INPUTS, HIDDEN, dtype="float64", **options)


def features() -> numpy.ndarray[Any, Any]:
    return numpy.random.default_rng(0).standard_normal((STEPS, BATCH, INPUTS))


@pytest.mark.parametrize("bias", [True, False, "single"])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "sigmoid"])
def test_it_is_exactly_backpropagation_through_time(nonlinearity: str, bias: bool | str) -> None:
    layer = layer_of(nonlinearity=nonlinearity, bias=bias)
    learning = RTRL(layer, BATCH)
    states = [learning.step(x, gradient=lambda h: 2 * h) for x in features()]
    output, _ = layer(features())
    output.square().sum().backward()
    numpy.testing.assert_allclose(numpy.stack(states), output.plain(), rtol=0, atol=1e-14)
    assert learning.gradients.keys() == layer.state_dict().keys()
    for name, gradient in learning.gradients.items():
        expected = getattr(layer, name).grad
        assert numpy.abs(expected).max() > 0
        numpy.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-12)


def test_the_gradient_is_there_after_every_step() -> None:
    layer = layer_of()
    learning = RTRL(layer, BATCH)
    for t, x in enumerate(features()):
        learning.step(x, gradient=numpy.ones((BATCH, HIDDEN)))
        layer.zero_grad()
        layer(features()[: t + 1])[0].sum().backward()
        numpy.testing.assert_allclose(
            learning.gradients["weight_hh_l0"], layer.weight_hh_l0.grad, rtol=1e-12, atol=1e-12
        )


def test_a_loss_at_the_last_step_only() -> None:
    layer = layer_of()
    learning = RTRL(layer, BATCH)
    *early, last = features()
    for x in early:
        learning.step(x)
    assert not any(gradient.any() for gradient in learning.gradients.values())
    learning.step(last, gradient=numpy.ones((BATCH, HIDDEN)))
    layer(features())[0][-1].sum().backward()
    numpy.testing.assert_allclose(
        learning.gradients["weight_ih_l0"], layer.weight_ih_l0.grad, rtol=1e-12, atol=1e-12
    )


def test_the_influence_is_the_derivative_of_the_state() -> None:
    layer = layer_of()
    learning = RTRL(layer, BATCH)
    for x in features():
        learning.step(x)
    influence = learning.influence["bias_hh_l0"]
    assert influence.shape == (BATCH, HIDDEN, HIDDEN)
    output, _ = layer(features())
    output[-1, 1, 2].backward()
    numpy.testing.assert_allclose(influence[1, 2], layer.bias_hh_l0.grad, rtol=1e-12, atol=1e-14)


def test_indices_are_one_hot_rows() -> None:
    layer = layer_of()
    indices = numpy.random.default_rng(1).integers(0, INPUTS, (STEPS, BATCH))
    looked_up, spelled_out = RTRL(layer, BATCH), RTRL(layer, BATCH)
    for row in indices:
        looked_up.step(row, gradient=lambda h: h)
        spelled_out.step(numpy.eye(INPUTS)[row], gradient=lambda h: h)
    for name, gradient in looked_up.gradients.items():
        numpy.testing.assert_array_equal(gradient, spelled_out.gradients[name])


def test_gradients_are_added_as_backward_adds_them() -> None:
    layer = layer_of()
    learning = RTRL(layer, BATCH)
    for x in features():
        learning.step(x, gradient=lambda h: h)
    learning.add_to_parameters()
    once = layer.weight_hh_l0.grad.copy()
    learning.add_to_parameters()
    numpy.testing.assert_array_equal(layer.weight_hh_l0.grad, 2 * once)


def test_reset_begins_anew() -> None:
    learning = RTRL(layer_of(), BATCH)
    first = learning.step(features()[0], gradient=lambda h: h)
    learning.step(features()[1], gradient=lambda h: h)
    learning.reset()
    assert not learning.gradients["weight_hh_l0"].any()
    numpy.testing.assert_array_equal(learning.step(features()[0]), first)


def test_what_is_handed_out_is_a_copy() -> None:
    learning = RTRL(layer_of(), BATCH)
    learning.step(features()[0])[...] = 100.0
    assert numpy.abs(learning.h).max() < 1


@pytest.mark.parametrize("options", [{"num_layers": 2}, {"bidirectional": True}])
def test_one_layer_and_direction_only(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="RTRL is for an RNN of one layer and one direction"):
        RTRL(layer_of(**options))


def test_named_errors() -> None:
    with pytest.raises(ValueError, match="batch must be at least 1"):
        RTRL(layer_of(), 0)
    learning = RTRL(layer_of(), BATCH)
    with pytest.raises(ShapeError, match=r"has the shape \(3, 4\), got \(3, 5\)"):
        learning.step(numpy.zeros((BATCH, 5)))
    with pytest.raises(ShapeError, match="indices must be from 0 to 3"):
        learning.step(numpy.array([0, 1, 4]))
    with pytest.raises(ShapeError, match=r"∂L/∂h has the shape \(3, 5\), got \(5,\)"):
        learning.step(features()[0], gradient=numpy.zeros(HIDDEN))
