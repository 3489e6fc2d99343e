"""Softmax and the losses: stable at any size of logit, forward and backward."""

from __future__ import annotations

import math
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.rules.elementwise import exp, sigmoid
from microgradseq.rules.indexing import nan_outside, require_indices
from microgradseq.rules.reductions import added_up, largest, sum_
from microgradseq.rules.rule import operation, plain, sum_to_shape
from microgradseq.rules.shapes import broadcast_to, expand_dims, normal_axes


def _exponentials(m: Any, u: Any, axis: int) -> tuple[Any, Any]:
    if u.ndim == 0:
        raise ValueError("softmax needs at least one axis; got a single number")
    shifted = u - largest(m, u, normal_axes(axis, u.ndim))
    return shifted, m.exp(shifted)


def _softmax(m: Any, u: Any, *, axis: int = -1) -> Any:
    _, weights = _exponentials(m, u, axis)
    return weights / added_up(m, weights, axis)


def _log_softmax(m: Any, u: Any, *, axis: int = -1) -> Any:
    shifted, weights = _exponentials(m, u, axis)
    return shifted - m.log(added_up(m, weights, axis))


def _along(u: Any, axis: int) -> Any:
    """The sum along an axis, at the full shape again."""
    return broadcast_to(sum_(u, axis=axis, keepdims=True), shape=u.shape)


softmax = operation(
    "softmax",
    forward=_softmax,
    vjp=lambda g, y, u, *, axis: y * (g - _along(g * y, axis)),
    jvp=lambda t, y, u, *, axis: y * (t - _along(t * y, axis)),
    words="∂pᵢ/∂uⱼ = pᵢ·(δᵢⱼ − pⱼ): p·(gradient − Σ gradient·p)",
    needs=("y",),
    singular=True,
)
log_softmax = operation(
    "log_softmax",
    forward=_log_softmax,
    vjp=lambda g, y, u, *, axis: g - exp(y) * _along(g, axis),
    jvp=lambda t, y, u, *, axis: t - _along(exp(y) * t, axis),
    words="∂log pᵢ/∂uⱼ = δᵢⱼ − pⱼ: gradient − p·Σ gradient",
    needs=("y",),
    singular=True,
)

REDUCTIONS = ("mean", "sum", "none")


def _reduced(losses: Any, reduction: str, count: Any) -> Any:
    if reduction not in REDUCTIONS:
        raise ValueError(f'unknown reduction "{reduction}"; choose from {", ".join(REDUCTIONS)}')
    if reduction == "none":
        return losses
    total = sum_(losses)
    return total / count if reduction == "mean" else total


def _unreduced(g: Any, shape: tuple[int, ...], reduction: str, count: Any) -> Any:
    if reduction == "none":
        return g
    return broadcast_to(g / count if reduction == "mean" else g, shape=shape)


def _class_axis(u: Any) -> int:
    return min(1, len(u.shape) - 1)


def _valid_targets(m: Any, u: Any, targets: Any, ignore_index: int) -> tuple[Any, Any]:
    """Which targets count, and the targets with the others set to class 0."""
    axis = _class_axis(u)
    expected = tuple(u.shape[:axis]) + tuple(u.shape[axis + 1 :])
    if tuple(targets.shape) != expected:
        raise ValueError(
            f"logits of shape {tuple(u.shape)} (classes on axis {axis}) need targets of shape "
            f"{expected}, got {tuple(targets.shape)}"
        )
    if targets.dtype.kind not in "iu":
        raise TypeError(f"targets must be whole numbers (class indices), got {targets.dtype}")
    valid = targets != ignore_index
    kept = m.where(valid, targets, 0)
    require_indices(m, kept, u.shape[axis], "target")
    return valid, kept


def _count(valid: Any) -> Any:
    # with nothing to average the mean is 0/0, as in PyTorch
    return valid.sum().astype("float64")


def _cross_entropy(
    m: Any, logits: Any, targets: Any, *, ignore_index: int = -100, reduction: str = "mean"
) -> Any:
    if logits.ndim == 0:
        raise ValueError("logits need at least one axis, the classes")
    valid, kept = _valid_targets(m, logits, targets, ignore_index)
    axis = _class_axis(logits)
    shifted, weights = _exponentials(m, logits, axis)
    totals = m.squeeze(added_up(m, weights, axis), axis=axis)
    picked = m.take_along_axis(shifted, m.expand_dims(kept, axis), axis=axis)
    losses = m.log(totals) - m.squeeze(picked, axis=axis)
    losses = m.where(valid, losses, m.zeros((), dtype=logits.dtype))
    losses = nan_outside(m, losses, kept, logits.shape[axis])
    return _reduced(losses, reduction, _count(valid).astype(logits.dtype))


def _residual(logits: Any, targets: Any, ignore_index: int) -> tuple[Any, Any]:
    """p − y where a target counts, 0 elsewhere; and what a mean divides by."""
    numbers, bare = plain(targets), plain(logits)
    m = library_of(bare)
    valid, kept = _valid_targets(m, bare, numbers, ignore_index)
    axis = _class_axis(bare)
    chosen = m.expand_dims(kept, axis) == _class_numbers(m, bare, axis)
    weights = nan_outside(m, valid.astype(bare.dtype), kept, bare.shape[axis])
    difference = softmax(logits, axis=axis) - chosen.astype(bare.dtype)
    # where no target counts the loss is 0/0, but its gradient is 0, as in PyTorch
    divisor = m.maximum(_count(valid), 1.0)
    return difference * m.expand_dims(weights, axis), divisor.astype(bare.dtype)


def _class_numbers(m: Any, u: Any, axis: int) -> Any:
    shape = [1] * u.ndim
    shape[axis] = u.shape[axis]
    return m.arange(u.shape[axis]).reshape(shape)


def _cross_entropy_vjp(
    g: Any, y: Any, logits: Any, targets: Any, *, ignore_index: int, reduction: str
) -> Any:
    if isinstance(g, numpy.ndarray) and isinstance(logits, numpy.ndarray):
        return _cross_entropy_share(g, logits, targets, ignore_index, reduction)
    difference, count = _residual(logits, targets, ignore_index)
    share = _unreduced(g, tuple(targets.shape), reduction, count)
    axis = _class_axis(logits)
    return difference * broadcast_to(expand_dims(share, axis=axis), shape=logits.shape)


def _cross_entropy_share(
    g: Any, logits: Any, targets: Any, ignore_index: int, reduction: str
) -> Any:
    """The same on the CPU where nothing is recorded: one array, changed in place."""
    valid, kept = _valid_targets(numpy, logits, plain(targets), ignore_index)
    axis = _class_axis(logits)
    divisor = numpy.maximum(_count(valid), 1.0).astype(logits.dtype)
    share = numpy.expand_dims(valid * _unreduced(g, valid.shape, reduction, divisor), axis)
    _, weights = _exponentials(numpy, logits, axis)
    weights *= share / added_up(numpy, weights, axis)
    chosen = numpy.expand_dims(kept, axis)
    less = numpy.take_along_axis(weights, chosen, axis) - share
    numpy.put_along_axis(weights, chosen, less, axis)
    return weights


def _cross_entropy_jvp(
    t: Any, y: Any, logits: Any, targets: Any, *, ignore_index: int, reduction: str
) -> Any:
    difference, count = _residual(logits, targets, ignore_index)
    return _reduced(sum_(difference * t, axis=_class_axis(logits)), reduction, count)


cross_entropy = operation(
    "cross_entropy",
    forward=_cross_entropy,
    vjp=(_cross_entropy_vjp, None),
    jvp=(_cross_entropy_jvp, None),
    words=("∂L/∂logits = softmax(logits) − one-hot target", "a target has no derivative"),
    needs=("logits", "targets"),
    singular=True,
)


def _size(u: Any) -> float:
    return float(math.prod(u.shape)) or float("nan")


def _squared_errors(m: Any, u: Any, v: Any, *, reduction: str = "mean") -> Any:
    errors = (u - v) * (u - v)
    return _reduced(errors, reduction, _size(errors))


def _mse_vjp(sign: float) -> Any:
    def vjp(g: Any, y: Any, u: Any, v: Any, *, reduction: str) -> Any:
        difference = u - v
        share = _unreduced(g, difference.shape, reduction, _size(difference))
        return sum_to_shape(share * difference * (2.0 * sign), u if sign > 0 else v)

    return vjp


def _mse_jvp(sign: float) -> Any:
    def jvp(t: Any, y: Any, u: Any, v: Any, *, reduction: str) -> Any:
        difference = u - v
        return _reduced(difference * t * (2.0 * sign), reduction, _size(difference))

    return jvp


mse = operation(
    "mse",
    forward=_squared_errors,
    vjp=(_mse_vjp(1.0), _mse_vjp(-1.0)),
    jvp=(_mse_jvp(1.0), _mse_jvp(-1.0)),
    words=("∂mean (u − v)²/∂u = 2·(u − v)/n", "∂mean (u − v)²/∂v = −2·(u − v)/n"),
    needs=("u", "v"),
)


def _binary_cross_entropy(m: Any, logits: Any, v: Any, *, reduction: str = "mean") -> Any:
    losses = m.maximum(logits, 0.0) - logits * v + m.log1p(m.exp(-m.abs(logits)))
    return _reduced(losses, reduction, _size(losses))


def _binary_slope(position: int, logits: Any, v: Any) -> Any:
    return sigmoid(logits) - v if position == 0 else -logits


def _binary_vjp(position: int) -> Any:
    def vjp(g: Any, y: Any, logits: Any, v: Any, *, reduction: str) -> Any:
        shape = (logits + v).shape
        share = _unreduced(g, shape, reduction, _size(logits + v))
        operand = (logits, v)[position]
        return sum_to_shape(share * _binary_slope(position, logits, v), operand)

    return vjp


def _binary_jvp(position: int) -> Any:
    def jvp(t: Any, y: Any, logits: Any, v: Any, *, reduction: str) -> Any:
        changes = broadcast_to(t, shape=(logits + v).shape) * _binary_slope(position, logits, v)
        return _reduced(changes, reduction, _size(changes))

    return jvp


binary_cross_entropy = operation(
    "binary_cross_entropy_with_logits",
    forward=_binary_cross_entropy,
    vjp=(_binary_vjp(0), _binary_vjp(1)),
    jvp=(_binary_jvp(0), _binary_jvp(1)),
    words=("∂L/∂logit = σ(logit) − target", "∂L/∂target = −logit"),
    needs=("logits", "v"),
    symbol="bce",
)
dropout = operation(
    "dropout",
    forward=lambda m, u, *, keep: u * keep,
    vjp=lambda g, y, u, *, keep: g * keep,
    jvp=lambda t, y, u, *, keep: t * keep,
    words="a kept element gets its gradient divided by the chance to be kept; a dropped one gets 0",
)
