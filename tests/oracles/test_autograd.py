"""HIPS autograd: gradients, Jacobians and Hessians of whole compositions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import grad, hessian, hvp, jacobian, jvp

autograd = pytest.importorskip("autograd")
their_numpy = pytest.importorskip("autograd.numpy")
pytestmark = pytest.mark.oracle

RANDOM = numpy.random.default_rng(5)
X = RANDOM.normal(size=(3, 4))
W = RANDOM.normal(size=(4, 4)) / 2
V = RANDOM.normal(size=6)


def recurrent(m: Any, w: Any) -> Any:
    """A recurrent network over three steps."""
    h = m.tanh(X[:, :1] * w[:1])
    for step in range(3):
        h = m.tanh(m.matmul(h, w) + X[:, step : step + 1])
    return m.sum(h * h)


def gaussian(m: Any, v: Any) -> Any:
    """Means and logarithms of scales, cut out of one vector."""
    centre, scale = v[:3], m.exp(v[3:])
    return m.sum(m.log1p(m.exp(centre)) / scale - m.log(scale + 1.0) * m.sin(centre))


def joined(m: Any, v: Any) -> Any:
    """Concatenation, reshaping, reductions over axes, and a choice."""
    table = m.reshape(m.concatenate([v, v * v]), (3, 4))
    chosen = m.where(numpy.arange(12).reshape(3, 4) % 2 == 0, m.expm1(table), table)
    return m.sum(m.mean(chosen, axis=0) ** 3) + m.sum(m.max(chosen, axis=1))


def contracted(m: Any, w: Any) -> Any:
    """Einsum with itself, transposed."""
    return m.sum(m.einsum("ij,kj->ik", w, m.transpose(w)) ** 2) / (1 + m.sum(w * w))


COMPOSITIONS = [(recurrent, W), (gaussian, V), (joined, V), (contracted, W)]


@pytest.mark.parametrize(("f", "x"), COMPOSITIONS)
def test_gradients(f: Callable[..., Any], x: Any) -> None:
    expected = autograd.grad(lambda v: f(their_numpy, v))(x)
    numpy.testing.assert_allclose(grad(lambda v: f(numpy, v))(x), expected, rtol=1e-10)


@pytest.mark.parametrize(("f", "x"), COMPOSITIONS)
def test_hessians_and_their_products(f: Callable[..., Any], x: Any) -> None:
    expected = autograd.hessian(lambda v: f(their_numpy, v))(x)
    found = hessian(lambda v: f(numpy, v))(x)
    numpy.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)
    direction = numpy.cos(numpy.arange(x.size)).reshape(x.shape)
    product = numpy.tensordot(expected, direction, x.ndim)
    numpy.testing.assert_allclose(
        hvp(lambda v: f(numpy, v), x, direction), product, rtol=1e-8, atol=1e-10
    )


@pytest.mark.parametrize("columns", [1, 4])
def test_jacobians_of_wide_and_tall_functions(columns: int) -> None:
    def f(m: Any, v: Any) -> Any:
        return m.tanh(m.outer(v[:columns], v)) * m.cos(v)

    expected = autograd.jacobian(lambda v: f(their_numpy, v))(V)
    found = jacobian(lambda v: f(numpy, v))(V)
    numpy.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)
    tangent = jvp(lambda v: f(numpy, v), V, numpy.ones(6))[1]
    numpy.testing.assert_allclose(tangent, expected.sum(-1), rtol=1e-10, atol=1e-14)


def test_derivatives_of_numbers_to_fourth_order() -> None:
    ours: Callable[..., Any] = lambda x: numpy.tanh(x) * numpy.exp(-x)  # noqa: E731
    theirs: Callable[..., Any] = lambda x: their_numpy.tanh(x) * their_numpy.exp(-x)  # noqa: E731
    for _ in range(4):
        ours, theirs = grad(ours), autograd.grad(theirs)
        assert ours(0.4) == pytest.approx(theirs(0.4), rel=1e-10)
