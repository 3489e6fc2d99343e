"""The affine map of a layer as one operation: one product for rows of any number of axes."""

from __future__ import annotations

import math
from typing import Any

from microgradseq.backend import library_of
from microgradseq.rules.reductions import sum_
from microgradseq.rules.rule import Operation, Together, operation
from microgradseq.rules.shapes import broadcast_to, reshape


def _rows(u: Any) -> Any:
    """All axes but the last made one."""
    if len(u.shape) == 2:
        return u
    return reshape(u, shape=(math.prod(u.shape[:-1]), u.shape[-1]))


def _map(u: Any, weight: Any) -> Any:
    """U Wᵀ as one large product, where NumPy would multiply a stack of small ones."""
    product = _rows(u) @ weight.T
    shape = (*u.shape[:-1], weight.shape[0])
    return product if tuple(product.shape) == shape else reshape(product, shape=shape)


def _linear(m: Any, u: Any, weight: Any, bias: Any) -> Any:
    if weight.ndim != 2 or u.ndim == 0 or u.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"an input of shape {tuple(u.shape)} does not fit a weight of shape "
            f"{tuple(weight.shape)}: its last axis must be as long as the weight's second"
        )
    if tuple(bias.shape) != (weight.shape[0],):
        raise ValueError(f"the bias must have shape ({weight.shape[0]},), not {tuple(bias.shape)}")
    product = _map(u, weight)
    if product.dtype != bias.dtype:
        return product + bias
    product += bias
    return product


def _weight_gradients(gradients: list[Any], uses: list[Any]) -> Any:
    """One product for all uses of the same weights, such as those of all time steps."""
    if len(uses) == 1:
        return _rows(gradients[0]).T @ _rows(uses[0][0])
    m = library_of(gradients[0])
    rows = m.concatenate([_rows(u) for u, _, _ in uses])
    return m.concatenate(list(map(_rows, gradients))).T @ rows


linear: Operation = operation(
    "linear",
    forward=_linear,
    vjp=(
        lambda g, y, u, weight, bias: reshape(_rows(g) @ weight, shape=u.shape),
        lambda g, y, u, weight, bias: _rows(g).T @ _rows(u),
        lambda g, y, u, weight, bias: sum_(_rows(g), axis=0),
    ),
    jvp=(
        lambda t, y, u, weight, bias: _map(t, weight),
        lambda t, y, u, weight, bias: _map(u, t),
        lambda t, y, u, weight, bias: broadcast_to(t, shape=y.shape),
    ),
    words=(
        "∂(u Wᵀ + b)/∂u: gradient @ W",
        "∂(u Wᵀ + b)/∂W: gradientᵀ @ u",
        "∂(u Wᵀ + b)/∂b: the gradients of all rows, added up",
    ),
    needs=("u", "weight"),
    pull_together=Together(1, lambda operands: True, _weight_gradients),
)
