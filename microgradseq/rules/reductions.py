"""Operations that make many elements into fewer: sums, means, extremes, norms."""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq.rules.elementwise import exp, where
from microgradseq.rules.rule import Operation, operation
from microgradseq.rules.shapes import broadcast_to, count_over, flip, normal_axes, with_axes

Axis = int | tuple[int, ...] | None
SHORT_ROW = 128
"""A reduction along rows shorter than this is slow in NumPy."""


def _axes(u: Any, axis: Axis) -> tuple[int, ...]:
    return normal_axes(axis, len(u.shape))


def _spread(g: Any, u: Any, axis: Axis, keepdims: bool) -> Any:
    """Give a reduction's gradient (or its result) back the shape of what was reduced."""
    kept = g if keepdims else with_axes(g, _axes(u, axis))
    return broadcast_to(kept, shape=u.shape)


sum_: Operation = operation(
    "sum",
    forward=lambda m, u, *, axis=None, keepdims=False: m.sum(
        u, axis=_axes(u, axis), keepdims=keepdims
    ),
    vjp=lambda g, y, u, *, axis, keepdims: _spread(g, u, axis, keepdims),
    jvp=lambda t, y, u, *, axis, keepdims: sum_(t, axis=axis, keepdims=keepdims),
    words="every term of a sum gets the gradient of the sum",
    symbol="Σ",
)
mean: Operation = operation(
    "mean",
    forward=lambda m, u, *, axis=None, keepdims=False: (
        m.sum(u, axis=_axes(u, axis), keepdims=keepdims) / _count(u, axis)
    ),
    vjp=lambda g, y, u, *, axis, keepdims: _spread(g, u, axis, keepdims) / _count(u, axis),
    jvp=lambda t, y, u, *, axis, keepdims: mean(t, axis=axis, keepdims=keepdims),
    words="each of n elements gets 1/n of the gradient of their mean",
    singular=True,
)


def _count(u: Any, axis: Axis) -> float:
    # of no elements the mean is 0/0, as in NumPy and PyTorch, not Python's ZeroDivisionError
    return float(count_over(u, _axes(u, axis))) or float("nan")


def _centred(u: Any, axis: Axis) -> Any:
    return u - broadcast_to(mean(u, axis=axis, keepdims=True), shape=u.shape)


def _freedom(u: Any, axis: Axis, correction: float) -> float:
    left = count_over(u, _axes(u, axis)) - correction
    return float(left) if left > 0 else float("nan")


variance = operation(
    "var",
    forward=lambda m, u, *, axis=None, keepdims=False, correction=0: (
        m.sum(_centred(u, axis) ** 2, axis=_axes(u, axis), keepdims=keepdims)
        / _freedom(u, axis, correction)
    ),
    vjp=lambda g, y, u, *, axis, keepdims, correction: (
        _spread(g, u, axis, keepdims) * _centred(u, axis) * (2.0 / _freedom(u, axis, correction))
    ),
    jvp=lambda t, y, u, *, axis, keepdims, correction: (
        sum_(_centred(u, axis) * t, axis=axis, keepdims=keepdims)
        * (2.0 / _freedom(u, axis, correction))
    ),
    words="∂var(u)/∂u = 2·(u − mean)/n",
    needs=("u",),
)


def _extreme_share(y: Any, u: Any, axis: Axis, keepdims: bool) -> Any:
    """One where the extreme lies; equal extremes share it, as in PyTorch's amax."""
    extreme = _spread(y, u, axis, keepdims)
    same = (u >= extreme) * (u <= extreme)
    return same / same.sum(axis=_axes(u, axis), keepdims=True)


def _extreme(name: str, words: str) -> Operation:
    return operation(
        name,
        forward=lambda m, u, *, axis=None, keepdims=False: getattr(m, name)(
            u, axis=_axes(u, axis), keepdims=keepdims
        ),
        vjp=lambda g, y, u, *, axis, keepdims: (
            _spread(g, u, axis, keepdims) * _extreme_share(y, u, axis, keepdims)
        ),
        jvp=lambda t, y, u, *, axis, keepdims: sum_(
            t * _extreme_share(y, u, axis, keepdims), axis=axis, keepdims=keepdims
        ),
        words=words,
        needs=("u", "y"),
        singular=True,
    )


maximum_of = _extreme("max", "the largest element gets the gradient; equal ones share it")
minimum_of = _extreme("min", "the smallest element gets the gradient; equal ones share it")

argmax = operation(
    "argmax",
    forward=lambda m, u, *, axis=None, keepdims=False: m.argmax(u, axis=axis, keepdims=keepdims),
    vjp=(None,),
    jvp=(None,),
    words="a position has no derivative",
)


def largest(m: Any, u: Any, axes: tuple[int, ...]) -> Any:
    """The largest elements over some axes, which stay with length 1; of none of them −∞.

    >>> import numpy
    >>> largest(numpy, numpy.array([[1.0, 3.0]]), (1,)).tolist()
    [[3.0]]
    """
    if count_over(u, axes):
        if m is numpy and _of_short_rows(u, axes):
            # NumPy is slow along short rows, and fast along columns
            return numpy.ascontiguousarray(u.T).max(axis=0)[:, None]
        return m.max(u, axis=axes, keepdims=True)
    shape = tuple(1 if axis in axes else length for axis, length in enumerate(u.shape))
    return m.full(shape, float("-inf"), dtype=u.dtype)


def added_up(m: Any, u: Any, axis: int) -> Any:
    """The sum along one axis, which stays with length 1; quick for short rows too.

    >>> import numpy
    >>> added_up(numpy, numpy.array([[1.0, 3.0]]), 1).tolist()
    [[4.0]]
    """
    if m is numpy and u.dtype.kind == "f" and _of_short_rows(u, (axis % u.ndim,)):
        return numpy.einsum("ij->i", u)[:, None]
    return m.sum(u, axis=axis, keepdims=True)


def _of_short_rows(u: Any, axes: tuple[int, ...]) -> bool:
    return u.ndim == 2 and axes == (1,) and u.shape[1] < SHORT_ROW < u.shape[0]


def _logsumexp(m: Any, u: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    axes = _axes(u, axis)
    top = largest(m, u, axes)
    top = m.where(m.isfinite(top), top, 0.0)
    total = m.log(m.sum(m.exp(u - top), axis=axes, keepdims=True)) + top
    return total if keepdims else m.squeeze(total, axis=axes)


def _weights(y: Any, u: Any, axis: Axis, keepdims: bool) -> Any:
    return exp(u - _spread(y, u, axis, keepdims))


logsumexp = operation(
    "logsumexp",
    forward=_logsumexp,
    vjp=lambda g, y, u, *, axis, keepdims: (
        _spread(g, u, axis, keepdims) * _weights(y, u, axis, keepdims)
    ),
    jvp=lambda t, y, u, *, axis, keepdims: sum_(
        t * _weights(y, u, axis, keepdims), axis=axis, keepdims=keepdims
    ),
    words="∂log Σ exp(u)/∂u = softmax(u)",
    needs=("u", "y"),
    singular=True,
)
cumsum: Operation = operation(
    "cumsum",
    forward=lambda m, u, *, axis: m.cumsum(u, axis=axis),
    vjp=lambda g, y, u, *, axis: flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis),
    jvp=lambda t, y, u, *, axis: cumsum(t, axis=axis),
    words="an element gets the gradients of its own and all later sums",
)
norm = operation(
    "norm",
    forward=lambda m, u, *, axis=None, keepdims=False: m.sqrt(
        m.sum(u * u, axis=_axes(u, axis), keepdims=keepdims)
    ),
    vjp=lambda g, y, u, *, axis, keepdims: (
        _spread(g, u, axis, keepdims) * _direction(y, u, axis, keepdims)
    ),
    jvp=lambda t, y, u, *, axis, keepdims: sum_(
        t * _direction(y, u, axis, keepdims), axis=axis, keepdims=keepdims
    ),
    words="∂‖u‖/∂u = u/‖u‖, and 0 at the zero vector",
    needs=("u", "y"),
    symbol="‖·‖",
    singular=True,
)


def _direction(y: Any, u: Any, axis: Axis, keepdims: bool) -> Any:
    length = _spread(y, u, axis, keepdims)
    return where(length > 0, u / where(length > 0, length, 1.0), 0.0)
