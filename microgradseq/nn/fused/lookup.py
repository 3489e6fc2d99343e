"""Whole numbers as input: rows of the weights are looked up, or the numbers become one-hot columns.

A column of one-hot numbers is as high as the vocabulary. Where that is large, both its memory and
its products cost far more than the lookup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy

from microgradseq.backend import Array

MOST_ONE_HOT = 192
"""Indices into more rows than these are looked up; into fewer, one-hot columns are faster."""
PIECES = 4
"""A lookup in pieces holds little beside what it fills."""


class RowSums(NamedTuple):
    """What some steps add to the rows of a table that they looked up.

    Arguments:
        indices: which rows, (N,).
        sums: what is added to each, (N, features).
    """

    indices: Array
    sums: Array


def look_up(m: Any, weight: Array, indices: Array, target: Array, scale: float = 1.0) -> None:
    """Write the input's share of all steps.

    Arguments:
        m: the array library.
        weight: (features, I).
        indices: whole numbers (T, B).
        target: to be written, (features, T, B).
        scale: what the share is multiplied by.

    >>> target = numpy.empty((1, 2, 1))
    >>> look_up(numpy, numpy.array([[5.0, 7.0]]), numpy.array([[1], [0]]), target)
    >>> target[0, :, 0].tolist()
    [7.0, 5.0]
    """
    count = -(-len(indices) // PIECES)
    for first in range(0, len(indices), max(count, 1)):
        steps = slice(first, first + count)
        found = m.take(weight, indices[steps], axis=1)
        m.multiply(found, m.asarray(scale, dtype=weight.dtype), out=target[:, steps])
    if m is not numpy:
        # a GPU is not asked whether an index is out of range, so what comes of it is NaN
        outside = (indices < 0) | (indices >= weight.shape[1])
        m.copyto(target, numpy.nan, where=outside[None])


def row_sums(m: Any, indices: Array, gradients: Array) -> RowSums:
    """Add up the gradients of the same row.

    Arguments:
        m: the array library.
        indices: whole numbers (N,), of which many may be the same.
        gradients: (features, N); is not kept.

    >>> found = row_sums(numpy, numpy.array([8, 3, 8]), numpy.array([[1.0, 2.0, 3.0]]))
    >>> found.indices.tolist(), found.sums.tolist()
    ([3, 8], [[2.0], [4.0]])
    """
    if m is not numpy or not len(indices):
        # CuPy adds them at the end, see `table_gradient`
        return RowSums(indices, gradients.T.copy())
    order = numpy.argsort(indices, kind="stable")
    ordered, by_rows = indices[order], gradients.T[order]
    starts = numpy.flatnonzero(numpy.append(True, ordered[1:] != ordered[:-1]))
    stops = numpy.append(starts[1:], len(ordered))
    sums = by_rows[starts]
    for place in numpy.flatnonzero(stops - starts > 1):
        by_rows[starts[place] : stops[place]].sum(axis=0, out=sums[place])
    return RowSums(ordered[starts], sums)


def table_gradient(m: Any, weight: Array, found: Iterable[RowSums]) -> Array:
    """The gradient of all looked-up weights.

    Arguments:
        m: the array library.
        weight: (features, I).
        found: what was added to which rows.

    >>> sums = RowSums(numpy.array([1]), numpy.array([[5.0]]))
    >>> table_gradient(numpy, numpy.ones((1, 3)), [sums]).tolist()
    [[0.0, 5.0, 0.0]]
    """
    if m is numpy:
        total = m.zeros(weight.shape, dtype=weight.dtype)
        for indices, sums in found:
            total[:, indices] += sums.T
        return total
    turned = m.zeros(weight.shape[::-1], dtype=weight.dtype)
    for indices, sums in found:
        m.add.at(turned, indices, sums)
    return m.ascontiguousarray(turned.T)
