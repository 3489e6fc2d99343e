"""Numbers brought to mean 0 and variance 1, as layer normalisation does."""

from __future__ import annotations

from typing import Any

from microgradseq.rules.elementwise import sqrt
from microgradseq.rules.reductions import mean, variance
from microgradseq.rules.rule import operation
from microgradseq.rules.shapes import broadcast_to, normal_axes

Axes = int | tuple[int, ...]


def _spread(u: Any, axis: Axes, eps: float) -> Any:
    """The standard deviation, at the full shape; eps keeps it away from 0."""
    axes = normal_axes(axis, len(u.shape))
    deviation = sqrt(variance(u, axis=axes, keepdims=True, correction=0) + eps)
    return broadcast_to(deviation, shape=u.shape)


def _normalise(m: Any, u: Any, *, axis: Axes = -1, eps: float = 1e-5) -> Any:
    axes = normal_axes(axis, u.ndim)
    centred = u - mean(u, axis=axes, keepdims=True)
    return centred / m.sqrt(mean(centred * centred, axis=axes, keepdims=True) + eps)


def _average(u: Any, axis: Axes) -> Any:
    """The mean along some axes, at the full shape again."""
    return broadcast_to(mean(u, axis=axis, keepdims=True), shape=u.shape)


def _projected(vector: Any, y: Any, u: Any, axis: Axes, eps: float) -> Any:
    """What a change of u leaves of itself: its mean, and its part along y, are taken out."""
    left = vector - _average(vector, axis) - y * _average(vector * y, axis)
    return left / _spread(u, axis, eps)


normalise = operation(
    "normalise",
    forward=_normalise,
    vjp=lambda g, y, u, *, axis, eps: _projected(g, y, u, axis, eps),
    jvp=lambda t, y, u, *, axis, eps: _projected(t, y, u, axis, eps),
    words="∂y/∂u: (gradient − its mean − y·mean of gradient·y)/√(variance + eps)",
    needs=("u", "y"),
    singular=True,
)
