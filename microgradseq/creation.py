"""Tensors made from nothing but a shape."""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq.randomness import generator
from microgradseq.tensor import Tensor


def _shape(shape: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape


def zeros(
    *shape: Any,
    dtype: Any = "float64",
    device: str | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """A tensor of zeros.

    Arguments:
        shape: lengths, or one tuple of them.
        dtype: of its numbers.
        device: "cpu", "cuda" or "cuda:1".
        requires_grad: whether derivatives with respect to it are wanted.
        name: what it is called in errors, pictures and steps.

    >>> zeros(2, 3).shape
    (2, 3)
    """
    return Tensor(numpy.zeros(_shape(shape), dtype=dtype), None, device, requires_grad, name)


def ones(
    *shape: Any,
    dtype: Any = "float64",
    device: str | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """A tensor of ones; see `zeros`.

    >>> ones((2,)).tolist()
    [1.0, 1.0]
    """
    return Tensor(numpy.ones(_shape(shape), dtype=dtype), None, device, requires_grad, name)


def randn(
    *shape: Any,
    dtype: Any = "float64",
    device: str | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """A tensor of normal random numbers, mean 0 and variance 1; see `manual_seed`.

    >>> randn(4, 5).shape
    (4, 5)
    """
    array = generator().standard_normal(_shape(shape)).astype(dtype)
    return Tensor(array, None, device, requires_grad, name)
