"""What a kernel for one cell has to know; `frame.py` does the rest of a fused layer.

A kernel keeps one matrix a time step, with a row a feature and a column a sequence. The frame
fills in the input's share of every step, and the kernel goes from step to step, there and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy

from microgradseq.backend import Array
from microgradseq.nn.cells.specification import (
    BIAS_HIDDEN,
    BIAS_INPUT,
    WEIGHT_HIDDEN,
    WEIGHT_INPUT,
)
from microgradseq.nn.fused.recurrence import in_blocks
from microgradseq.nn.fused.sequences import rows_per_block
from microgradseq.nn.fused.threads import has_small_products

# Indices into more rows than these are looked up; into fewer, one-hot columns are faster.
MOST_ONE_HOT = 256
GRADIENT_COLUMNS = 128
"""A product over fewer columns spends its time on its result."""


class Sizes(NamedTuple):
    """The sizes of a layer, or of one part of its batch.

    Arguments:
        steps, batch, inputs, hidden: T, B, I, H.
        states: the length of each state.
        rows: how many the input's weights have.
        whole: whether the input is whole numbers.
    """

    steps: int
    batch: int
    inputs: int
    hidden: int
    states: tuple[int, ...]
    rows: int
    whole: bool

    @property
    def looked_up(self) -> bool:
        """Whether rows of the weights are looked up, so that the input needs no columns."""
        return self.whole and self.inputs > MOST_ONE_HOT

    @property
    def chunk(self) -> int:
        """For how many steps gradients are kept before they go into those of the weights.

        A quarter of all, so that training holds little more than what it must remember.
        """
        enough = -(-GRADIENT_COLUMNS // max(self.batch, 1))
        return max(1, min(self.steps, max(-(-self.steps // 4), enough)))


class Kernel:
    """What one part of a batch remembers from its forward pass, and the cell's mathematics.

    Arguments:
        m, sizes, dtype: the library, the sizes of this part, and the numbers' type.

    `sums[t]` holds the input's share of step t at first, and the kernel may write over it.
    `states[i][t]` is state i before step t.
    """

    spares = 0
    """How many further (H, B) arrays the way back needs."""

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        self.m, self.sizes, self.dtype = m, sizes, dtype
        steps, batch = sizes.steps, sizes.batch
        self.columns = self.empty(0 if sizes.looked_up else sizes.inputs, steps, batch)
        self.sums = self.empty(steps, sizes.rows, batch)
        self.states = [self.empty(steps + 1, size, batch) for size in sizes.states]
        self.parameters: Mapping[str, Array] = {}
        self.options: Mapping[str, Any] = {}
        self.weights: tuple[Any, ...] = ()

    def empty(self, *shape: int) -> Array:
        """An array for numbers to be written into."""
        return self.m.empty(shape, dtype=self.dtype)

    @property
    def by_rows(self) -> int:
        """Of how many rows a step leaves gradients."""
        return self.sizes.rows

    @property
    def input_rows(self) -> tuple[slice, ...]:
        """Which of them belong, one slice after the other, to the rows of the input's weights."""
        return (slice(0, self.sizes.rows),)

    def start(self, parameters: Mapping[str, Array], options: Mapping[str, Any]) -> None:
        """Take the parameters for one pass; `weights` is for what all its steps read."""
        self.parameters, self.options = parameters, options

    def blocks(self, matrix: Array) -> Array:
        """A matrix in the form that `product` multiplies fastest with the columns of a step."""
        small = self.m is numpy and has_small_products()
        rows, inner = matrix.shape
        return in_blocks(matrix, rows_per_block(small, rows, inner, self.sizes.batch))

    def product(self, blocks: Array, columns: Array, target: Array) -> None:
        """Write the product of a matrix, as `blocks` gave it, with the columns of a step."""
        shaped = target if blocks.ndim == 2 else target.reshape(*blocks.shape[:2], target.shape[1])
        self.m.matmul(blocks, columns, out=shaped)

    def end(self) -> None:
        """Let go of the parameters: a kernel that waits to be used again must not keep them."""
        self.parameters, self.options, self.weights = {}, {}, ()

    def input_bias(self, parameters: Mapping[str, Array]) -> Array | None:
        """What is added to the input's share of every step, (G·H,)."""
        given = [parameters[name] for name in (BIAS_INPUT, BIAS_HIDDEN) if name in parameters]
        return sum(given[1:], given[0]) if given else None

    def step(self, t: int) -> None:
        """From `states[i][t]` to `states[i][t + 1]`."""
        raise NotImplementedError

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        """From the gradients of the states after step t, in `sweep.by_states`, to those before it.

        Arguments:
            t: the step.
            sweep: what the way back works in.
            by_sums: to be written, the gradients of this step's sums, (rows, B).
        """
        raise NotImplementedError

    def add_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        """Add what some steps give to the parameters that the frame does not know.

        Arguments:
            sweep: `sweep.add(name, gradient)` adds.
            by_sums: of these steps side by side, (rows, steps·B).
            steps: which.
        """
        seen = side_by_side(self.m, self.states[0][steps]).T
        sweep.add_product(self.m, WEIGHT_HIDDEN, by_sums, seen)
        if BIAS_HIDDEN in self.parameters:
            sweep.add(BIAS_HIDDEN, by_sums.sum(axis=1))


class Sweep:
    """What one part of a batch works in on the way back.

    Arguments:
        m, sizes, dtype: the library, the sizes of this part, and the numbers' type.
        rows: how many rows of sums have gradients.
        spares: how many further (H, B) arrays are needed.
    """

    def __init__(self, m: Any, sizes: Sizes, dtype: Any, rows: int, spares: int) -> None:
        batch, chunk = sizes.batch, sizes.chunk
        self.by_states = [m.empty((size, batch), dtype=dtype) for size in sizes.states]
        self.kept = [m.empty((size, batch), dtype=dtype) for size in sizes.states]
        self.spare = [m.empty((sizes.hidden, batch), dtype=dtype) for _ in range(spares)]
        self.by_sums = m.empty((chunk, rows, batch), dtype=dtype)
        self.beside = m.empty((rows, chunk * batch), dtype=dtype)
        self.totals: dict[str, Array] = {}
        self.products: dict[str, Array] = {}

    def add(self, name: str, gradient: Array) -> None:
        """Add to the gradient of a parameter.

        Arguments:
            name: of the parameter.
            gradient: a new array of its shape, which is kept.
        """
        if name in self.totals:
            self.totals[name] += gradient
        else:
            self.totals[name] = gradient

    def add_product(self, m: Any, name: str, left: Array, right: Array) -> None:
        """Add a product of two matrices, without new memory for every chunk of steps."""
        if name not in self.totals:
            self.totals[name] = m.matmul(left, right)
            return
        if name not in self.products:
            self.products[name] = m.empty_like(self.totals[name])
        m.matmul(left, right, out=self.products[name])
        self.totals[name] += self.products[name]

    def taken(self) -> dict[str, Array]:
        """The gradients of the parameters by name; the next use of the sweep begins anew."""
        totals, self.totals = self.totals, {}
        return totals

    def set_beside(self, m: Any, count: int) -> Array:
        """The gradients of the first steps of a chunk as one matrix (rows, steps·B)."""
        _, rows, batch = self.by_sums.shape
        matrix = self.beside[:, : count * batch]
        matrix.reshape(rows, count, batch)[...] = self.by_sums[:count].transpose(1, 0, 2)
        return matrix

    def add_input(self, kernel: Kernel, by_sums: Array, steps: slice, indices: Array) -> None:
        """Add the gradients of the input's weights and bias.

        Arguments:
            kernel: which remembers the input's columns.
            by_sums: of these steps side by side, (rows, steps·B).
            steps: which.
            indices: the input (T, B), where it is whole numbers that were looked up.
        """
        m, sizes = kernel.m, kernel.sizes
        blocks = [by_sums[rows] for rows in kernel.input_rows]
        if sizes.looked_up:
            weight = m.zeros((sizes.inputs, sizes.rows), dtype=by_sums.dtype)
            m.add.at(weight, indices[steps].reshape(-1), m.concatenate(blocks).T)
            self.add(WEIGHT_INPUT, weight.T)
        else:
            seen = kernel.columns[:, steps].reshape(sizes.inputs, -1).T
            self.add(WEIGHT_INPUT, joined(m, [block @ seen for block in blocks]))
        if BIAS_INPUT in kernel.parameters:
            self.add(BIAS_INPUT, joined(m, [block.sum(axis=1) for block in blocks]))


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


def halved_sigmoid(m: Any, sums: Array) -> None:
    """σ in place, as ½·tanh(u/2) + ½: NumPy's tanh is several times faster than its exp.

    >>> import numpy
    >>> array = numpy.array([0.0, -1e4])
    >>> halved_sigmoid(numpy, array)
    >>> array.tolist()
    [0.5, 0.0]
    """
    m.multiply(sums, 0.5, out=sums)
    m.tanh(sums, out=sums)
    m.multiply(sums, 0.5, out=sums)
    m.add(sums, 0.5, out=sums)
