"""Linear recurrences h_t = a_t h_{t−1} + b_t over all steps at once.

Two neighbouring steps together are one step of the same kind. So steps are joined in pairs, the
half as long recurrence is solved the same way, and the steps in between are filled in: about 2 T
operations in all, in 2 log₂ T rounds that each work on whole arrays. Nothing is divided or
subtracted, so long sequences lose no digits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from microgradseq.backend import Array

Operation = Callable[[Array, Array], Array]

LOG_OF_NOTHING = -1e30
"""Stands for log 0: its exponential is 0, and the difference of two is not NaN."""


def log_scan(m: Any, log_decay: Array, log_input: Array) -> Array:
    """The logarithms of h_t = a_t h_{t−1} + b_t with h_{−1} = 0, from those of a and b.

    Arguments:
        m: the array library.
        log_decay: log a, shape (T, ...).
        log_input: log b, same shape; `LOG_OF_NOTHING` where b is 0.
    Returns:
        log h, same shape.

    >>> import numpy
    >>> numpy.exp(log_scan(numpy, numpy.log([0.5, 0.5, 0.5]), numpy.log([1.0, 1.0, 1.0]))).tolist()
    [1.0, 1.5, 1.75]
    """
    return _scan(m, log_decay, log_input, times=m.add, plus=partial(_log_add, m))


def linear_scan(m: Any, decay: Array, inputs: Array) -> Array:
    """h_t = a_t h_{t−1} + b_t with h_{−1} = 0, for b of any sign.

    Arguments:
        m: the array library.
        decay: a, shape (T, ...).
        inputs: b, same shape.
    Returns:
        h, same shape.

    >>> import numpy
    >>> linear_scan(numpy, numpy.array([0.5, 0.5, 0.5]), numpy.array([4.0, -3.0, 1.0])).tolist()
    [4.0, -1.0, 0.5]
    """
    return _scan(m, decay, inputs, times=m.multiply, plus=m.add)


def _log_add(m: Any, one: Array, other: Array) -> Array:
    """log(eᵘ + eᵛ), which lets NaN through without a warning as NumPy's logaddexp does not."""
    larger = m.maximum(one, other)
    return larger + m.log1p(m.exp(m.minimum(one, other) - larger))


def _scan(m: Any, decay: Array, inputs: Array, times: Operation, plus: Operation) -> Array:
    steps = inputs.shape[0]
    if steps <= 1:
        return inputs
    pairs = steps // 2
    first, second = slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2)
    joined = _scan(
        m,
        times(decay[first], decay[second]),
        plus(times(inputs[first], decay[second]), inputs[second]),
        times,
        plus,
    )
    states = m.empty_like(inputs)
    states[second] = joined
    states[0] = inputs[0]
    between = slice(2, None, 2)
    before = joined[: (steps - 1) // 2]
    states[between] = plus(times(before, decay[between]), inputs[between])
    return states
