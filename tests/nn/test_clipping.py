"""Clipping: the formula exactly, and norms of numbers whose squares do not fit."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq import Tensor, optim
from microgradseq.errors import GradientError


def with_gradients(*gradients: Any, dtype: str = "float64") -> list[Tensor]:
    parameters = []
    for gradient in gradients:
        parameter = Tensor(numpy.zeros(numpy.shape(gradient)), dtype, None, True)
        parameter.grad = numpy.array(gradient, dtype=dtype)
        parameters.append(parameter)
    return parameters


@given(
    st.lists(st.lists(st.floats(-10, 10), min_size=1, max_size=3), min_size=1, max_size=3),
    st.floats(0.1, 20),
)
def test_the_formula_is_exact(gradients: list[list[float]], limit: float) -> None:
    parameters = with_gradients(*gradients)
    numbers = numpy.concatenate([one.grad for one in parameters])
    norm = optim.clip_grad_norm_(parameters, limit)
    assert norm == pytest.approx(math.hypot(*numbers), rel=1e-12, abs=1e-300)
    factor = min(1.0, limit / norm) if norm else 1.0
    clipped = numpy.concatenate([one.grad for one in parameters])
    numpy.testing.assert_array_equal(clipped, numbers * factor)


def test_small_gradients_are_not_touched() -> None:
    parameters = with_gradients([3.0], [[4.0]])
    arrays = [one.grad for one in parameters]
    assert optim.clip_grad_norm_(parameters, 5.0) == 5.0
    assert [one.grad is array for one, array in zip(parameters, arrays, strict=True)] == [True] * 2
    assert [array.tolist() for array in arrays] == [[3.0], [[4.0]]]


def test_values_are_cut_and_the_norm_returned() -> None:
    parameters = with_gradients([3.0, -0.5], [[-4.0]])
    assert optim.clip_grad_value_(parameters, 1.0) == pytest.approx(math.sqrt(25.25))
    assert [one.grad.tolist() for one in parameters] == [[1.0, -0.5], [[-1.0]]]


def test_one_tensor_and_tensors_without_gradients_are_taken() -> None:
    parameter = with_gradients([3.0, 4.0])[0]
    without = Tensor([1.0], requires_grad=True)
    assert optim.clip_grad_norm_(parameter, 1.0) == 5.0
    assert optim.clip_grad_norm_([without], 1.0) == 0.0
    assert without.grad is None
    assert optim.clip_grad_norm_(with_gradients([0.0, 0.0], []), 1.0) == 0.0


@pytest.mark.parametrize(
    ("dtype", "size"),
    [("float32", 1e25), ("float32", 1e-25), ("float64", 1e200), ("float64", 1e-200)],
)
def test_exploding_and_vanishing_gradients_have_a_norm(dtype: str, size: float) -> None:
    parameters = with_gradients([3 * size], [4 * size], dtype=dtype)
    assert optim.clip_grad_norm_(parameters, 1.0) == pytest.approx(5 * size, rel=1e-6)
    if size > 1:
        numpy.testing.assert_allclose([one.grad[0] for one in parameters], [0.6, 0.8], rtol=1e-6)


def test_norms_that_are_not_finite() -> None:
    infinite = with_gradients([math.inf, 1.0], [1.0])
    assert optim.clip_grad_norm_(infinite, 1.0) == math.inf
    numpy.testing.assert_array_equal(infinite[0].grad, [math.nan, 0.0])
    assert infinite[1].grad.tolist() == [0.0]
    broken = with_gradients([math.nan, 1.0], [1.0])
    assert math.isnan(optim.clip_grad_norm_(broken, 1.0))
    assert all(numpy.isnan(one.grad).all() for one in broken)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_they_are_refused_where_asked(bad: float) -> None:
    parameters = with_gradients([bad, 1.0], [2.0])
    with pytest.raises(GradientError, match=f"the norm of all gradients is {bad}"):
        optim.clip_grad_norm_(parameters, 1.0, error_if_nonfinite=True)
    assert parameters[1].grad.tolist() == [2.0]
