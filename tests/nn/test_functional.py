"""Functions of nn.functional: what they add to the rules they name."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, manual_seed, tensor, value_and_grad
from microgradseq.errors import ShapeError
from microgradseq.nn import functional


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("relu", [0.0, 2.0]),
        ("leaky_relu", [-0.01, 2.0]),
        ("tanh", [math.tanh(-1), math.tanh(2)]),
        ("sigmoid", [1 / (1 + math.e), 1 / (1 + math.exp(-2))]),
        ("softplus", [math.log1p(math.exp(-1)), math.log1p(math.exp(2))]),
        ("softmax", [1 / (1 + math.exp(3)), 1 / (1 + math.exp(-3))]),
        ("log_softmax", [-math.log1p(math.exp(3)), -math.log1p(math.exp(-3))]),
    ],
)
def test_functions_of_one_tensor(name: str, expected: list[float]) -> None:
    x = tensor([-1.0, 2.0], requires_grad=True)
    result = getattr(functional, name)(x)
    assert result.tolist() == pytest.approx(expected, rel=1e-12)
    result.sum().backward()
    assert x.grad.shape == (2,)


def test_softmax_takes_an_axis() -> None:
    x = tensor([[0.0, 1.0], [0.0, 1.0]])
    assert functional.softmax(x, 0).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    numpy.testing.assert_allclose(functional.log_softmax(x, 0).data, math.log(0.5))


@pytest.mark.parametrize("targets", [[1, 0], numpy.array([1, 0]), Tensor([1, 0], dtype="int64")])
def test_cross_entropy_takes_any_whole_numbers(targets: Any) -> None:
    logits = tensor([[0.0, math.log(3)], [0.0, math.log(3)]])
    expected = (math.log(4 / 3) + math.log(4)) / 2
    assert functional.cross_entropy(logits, targets).item() == pytest.approx(expected)


def test_cross_entropy_leaves_padding_out() -> None:
    logits = tensor([[0.0, math.log(3)], [5.0, -5.0]], requires_grad=True)
    loss = functional.cross_entropy(logits, [1, -100])
    assert loss.item() == pytest.approx(math.log(4 / 3))
    loss.backward()
    assert logits.grad[1].tolist() == [0.0, 0.0]
    assert functional.cross_entropy(logits, [1, 7], 7, "sum").item() == pytest.approx(loss.item())


@pytest.mark.parametrize("create_graph", [False, True])
def test_where_no_target_counts_the_loss_is_nan_and_its_gradient_0(create_graph: bool) -> None:
    def loss(logits: Any) -> Any:
        return functional.cross_entropy(logits, [-100, -100])

    value, gradient = value_and_grad(loss, create_graph=create_graph)(tensor([[0.0, 3.0]] * 2))
    assert math.isnan(float(value))
    assert numpy.array(gradient.tolist()).tolist() == [[0.0, 0.0]] * 2


def test_the_other_losses() -> None:
    x, y = tensor([1.0, 2.0]), tensor([0.0, 4.0])
    assert functional.mse_loss(x, y).item() == 2.5
    assert functional.mse_loss(x, y, reduction="sum").item() == 5.0
    loss = functional.binary_cross_entropy_with_logits(tensor([0.0]), tensor([1.0]))
    assert loss.item() == pytest.approx(math.log(2))


def test_one_hot_counts_the_classes_where_none_are_given() -> None:
    assert functional.one_hot([2, 0]).tolist() == [[0, 0, 1], [1, 0, 0]]
    wide = functional.one_hot(numpy.array([[1]]), 4, "float32")
    assert (wide.tolist(), wide.dtype) == ([[[0, 1, 0, 0]]], numpy.float32)
    assert isinstance(functional.one_hot(Tensor([1], dtype="int64")), Tensor)
    with pytest.raises(IndexError, match="index 4 is outside 0 to 3"):
        functional.one_hot([4], 4)


def test_an_empty_lookup_has_the_right_shape() -> None:
    assert functional.embedding([], tensor(numpy.zeros((5, 3)))).shape == (0, 3)
    assert functional.embedding([], tensor(numpy.zeros((5, 3))), padding_idx=0).shape == (0, 3)


def test_dropout_repeats_with_the_seed() -> None:
    x = tensor(numpy.ones(50))
    manual_seed(4)
    first = functional.dropout(x).data
    manual_seed(4)
    numpy.testing.assert_array_equal(functional.dropout(x).data, first)
    assert functional.dropout(x, training=False) is x
    with pytest.raises(ValueError, match="between 0 and 1, not -1"):
        functional.dropout(x, -1.0)


def test_linear_names_shapes_that_do_not_fit() -> None:
    x, weight = tensor(numpy.zeros((2, 3))), tensor(numpy.zeros((5, 4)))
    with pytest.raises(ShapeError, match="linear"):
        functional.linear(x, weight, tensor(numpy.zeros(5)))
    with pytest.raises(ShapeError, match="linear"):
        functional.linear(x, weight.T, tensor(numpy.zeros(3)))


def test_layer_norm_takes_any_last_axes() -> None:
    x = tensor([[1.0, 3.0], [5.0, 9.0]])
    assert functional.layer_norm(x, [2], eps=0.0).tolist() == [[-1.0, 1.0], [-1.0, 1.0]]
    whole = functional.layer_norm(x, (2, 2), weight=tensor([[0.0, 0.0], [0.0, 1.0]]))
    assert whole.tolist()[0] == [0.0, 0.0]
    with pytest.raises(ShapeError, match=r"layer_norm over \(3,\)"):
        functional.layer_norm(x, 3)
