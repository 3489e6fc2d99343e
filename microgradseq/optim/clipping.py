"""Keeping gradients small enough to step with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy

from microgradseq.backend import Array, common_library, library_of
from microgradseq.errors import GradientError
from microgradseq.tensor import Tensor

# below this norm, squares of single precision may have lost digits or vanished
_TRUSTED = 1e-15


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, *, error_if_nonfinite: bool = False
) -> Any:
    """Scale all gradients together, in place, so that their norm is at most θ: g ← min(1, θ/‖g‖)·g.

    The formula is exact; PyTorch divides by ‖g‖ + 1e-6 instead. A gradient with NaN makes all
    gradients NaN, one with an infinity makes the others 0, as in PyTorch.

    Arguments:
        parameters: those with a gradient count.
        max_norm: θ.
        error_if_nonfinite: whether a norm of NaN or infinity raises GradientError, before
            anything is changed.
    Returns:
        ‖g‖ before clipping, as `gradient_norm` gives it.

    >>> w = Tensor([1.0, 1.0], requires_grad=True)
    >>> (w * [3.0, 4.0]).sum().backward()
    >>> clip_grad_norm_([w], 1.0), w.grad.round(6).tolist()
    (5.0, [0.6, 0.8])
    """
    gradients = _gradients(parameters)
    norm = gradient_norm(gradients)
    if error_if_nonfinite and not math.isfinite(norm):
        raise GradientError(
            f"the norm of all gradients is {float(norm)}, so they cannot be clipped; "
            "look for the cause with debug(), or lower the learning rate"
        )
    if isinstance(norm, float):
        if norm > max_norm or math.isnan(norm):
            # infinity times 0 is NaN, and is meant to be
            with numpy.errstate(invalid="ignore"):
                _scale(gradients, max_norm / norm)
    elif gradients:
        # on a GPU the factor stays there: asking whether it is needed would wait for the norm
        _scale(gradients, library_of(norm).minimum(max_norm / norm, 1.0))
    return norm


def _scale(gradients: Sequence[Array], factor: Any) -> None:
    for gradient in gradients:
        alike = factor if isinstance(factor, float) else factor.astype(gradient.dtype)
        library_of(gradient).multiply(gradient, alike, out=gradient)


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> Any:
    """Cut every number of every gradient, in place, to between −clip_value and clip_value.

    Arguments:
        parameters: those with a gradient count.
        clip_value: the largest size allowed.
    Returns:
        The norm of all gradients before clipping, as `gradient_norm` gives it.

    >>> w = Tensor([1.0, 1.0], requires_grad=True)
    >>> (w * [3.0, 4.0]).sum().backward()
    >>> clip_grad_value_([w], 3.5), w.grad.tolist()
    (5.0, [3.0, 3.5])
    """
    gradients = _gradients(parameters)
    norm = gradient_norm(gradients)
    for gradient in gradients:
        library_of(gradient).clip(gradient, -clip_value, clip_value, out=gradient)
    return norm


def gradient_norm(gradients: Sequence[Array]) -> Any:
    """The Euclidean length of all gradients taken as one vector, also where squares overflow.

    Arguments:
        gradients: arrays of any shapes, on one device.
    Returns:
        A float; on a GPU an array of one number, which stays there until somebody reads it.

    >>> gradient_norm([numpy.array([3.0]), numpy.array([[4.0]])])
    5.0
    """
    if not gradients:
        return 0.0
    library = common_library("gradient_norm", list(gradients))
    flat = [gradient.reshape(-1) for gradient in gradients]
    if library is not numpy:
        # the squares of single precision fit into double precision
        return library.sqrt(sum(library.dot(one, one) for one in _as_double(flat)))
    with numpy.errstate(over="ignore", invalid="ignore"):
        total = math.sqrt(sum(float(numpy.dot(one, one)) for one in flat))
    return total if _TRUSTED < total < math.inf else _norm_of_extremes(flat)


def _as_double(flat: Sequence[Array]) -> list[Array]:
    return [one.astype("float64") for one in flat]


def _norm_of_extremes(flat: Sequence[Array]) -> float:
    """The norm where squares of the numbers are too large, or too small, for their dtype."""
    largest = max((float(numpy.abs(one).max()) for one in flat if one.size), default=0.0)
    if largest == 0.0 or not math.isfinite(largest):
        nan = any(bool(numpy.isnan(one).any()) for one in flat)
        return math.nan if nan else largest
    return largest * math.sqrt(sum(float(((one / largest) ** 2).sum()) for one in _as_double(flat)))


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Array]:
    given = [parameters] if isinstance(parameters, Tensor) else parameters
    return [parameter.grad for parameter in given if parameter.grad is not None]
