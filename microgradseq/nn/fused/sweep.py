"""What one part of a batch works in on the way back through time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy

from microgradseq.backend import Array
from microgradseq.nn.fused.lookup import RowSums
from microgradseq.nn.fused.problem import Sizes
from microgradseq.nn.fused.products import wide_matrix

NUMBERS_AT_ONCE = 2**16
"""A product of so many is added while it is still in the cache."""


class Totals(NamedTuple):
    """What the steps of one part of a batch add up to.

    Arguments:
        sums: gradients by name.
        rows: those of the input's weights, where rows of them were looked up.
    """

    sums: dict[str, Array]
    rows: list[RowSums]


class Sweep:
    """The gradients of the states, and of the sums of a chunk of steps.

    Arguments:
        m, sizes, dtype: the library, the sizes of this part, and the numbers' type.
        rows: how many rows of sums have gradients.
        spares: how many further (H, B) arrays are needed.
    """

    def __init__(self, m: Any, sizes: Sizes, dtype: Any, rows: int, spares: int) -> None:
        batch, chunk = sizes.batch, sizes.chunk
        self.m = m
        self.by_states = [m.empty((size, batch), dtype=dtype) for size in sizes.states]
        self.kept = [m.empty((size, batch), dtype=dtype) for size in sizes.states]
        self.spare = [m.empty((sizes.hidden, batch), dtype=dtype) for _ in range(spares)]
        self.by_sums = m.empty((chunk, rows, batch), dtype=dtype)
        self.beside = wide_matrix(m, rows, chunk * batch, dtype)
        self._from = _in_runs(m, self.by_sums).swapaxes(0, 1)
        self._to = _in_runs(m, self.beside.reshape(rows, chunk, batch))
        self.totals = Totals({}, [])
        self.products: dict[str, Array] = {}

    def add(self, name: str, gradient: Array) -> None:
        """Add to the gradient of a parameter.

        Arguments:
            name: of the parameter.
            gradient: a new array of its shape, which is kept.
        """
        sums = self.totals.sums
        if name in sums:
            sums[name] += gradient
        else:
            sums[name] = gradient

    def add_product(self, name: str, left: Array, right: Array) -> None:
        """Add a product of two matrices, some rows at a time so that little memory is needed."""
        sums, (rows, columns) = self.totals.sums, (left.shape[0], right.shape[1])
        if name not in sums:
            sums[name] = self.m.matmul(left, right)
            return
        pieces = -(-rows * columns // NUMBERS_AT_ONCE)
        height = -(-rows // max(pieces, 1))
        if name not in self.products:
            self.products[name] = self.m.empty((height, columns), dtype=left.dtype)
        for first in range(0, rows, height):
            target = sums[name][first : first + height]
            product = self.products[name][: len(target)]
            self.m.matmul(left[first : first + height], right, out=product)
            target += product

    def taken(self) -> Totals:
        """What was added up; the next use of the sweep begins anew."""
        totals, self.totals = self.totals, Totals({}, [])
        return totals

    def set_beside(self, count: int) -> Array:
        """The gradients of the first steps of a chunk as one matrix (rows, steps·B)."""
        self._to[:, :count] = self._from[:, :count]
        return self.beside[:, : count * self.by_sums.shape[2]]


def _in_runs(m: Any, array: Array) -> Array:
    """The last axis as one item, where the library has such: NumPy copies it twice as fast."""
    if m is not numpy or not array.size:
        return array
    run = numpy.dtype((numpy.void, array.shape[-1] * array.itemsize))
    return array.view(run)[..., 0]


def joined(m: Any, blocks: list[Array]) -> Array:
    """Arrays below each other.

    >>> import numpy
    >>> joined(numpy, [numpy.zeros(2), numpy.ones(1)]).tolist()
    [0.0, 0.0, 1.0]
    """
    return blocks[0] if len(blocks) == 1 else m.concatenate(blocks)


def side_by_side(m: Any, array: Array) -> Array:
    """The matrices of several steps as one: from (T, H, B) to (H, T·B).

    >>> import numpy
    >>> side_by_side(numpy, numpy.array([[[1, 2]], [[3, 4]]])).tolist()
    [[1, 2, 3, 4]]
    """
    steps, rows, batch = array.shape
    return m.ascontiguousarray(array.transpose(1, 0, 2)).reshape(rows, steps * batch)
