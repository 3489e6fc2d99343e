"""What the fused recurrent kernels share: weights, columns, and the way through a layer.

The state and the input of a step, and a row of ones for the bias, stand below each other as one
column [h_{t−1}; x_t; 1] a sequence. So one product with [W_hh W_ih b] gives all gates of a step,
and one product with the columns of many steps gives the gradients of all three.

A batch may be cut into parts, each a smaller problem of its own on a thread of its own; only the
gradients of the weights are added up at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy

from microgradseq.backend import Array
from microgradseq.nn.fused.buffers import Loan, borrow
from microgradseq.nn.fused.sequences import (
    fill_input,
    padded_width,
    padding,
    rows_per_block,
    turned,
)
from microgradseq.nn.fused.threads import (
    can_split,
    has_small_products,
    in_parallel,
    start,
    threads,
)

SPLIT_FROM = 256 * 256
"""The size of the hidden weights from which half a batch on each thread is faster."""
WORTH_A_THREAD = 10**6
"""A smaller product is done before another thread has woken up."""
NARROWEST_PART = 8
GRADIENT_COLUMNS = 256
"""A product over fewer columns spends its time on its result."""


class Size(NamedTuple):
    """The sizes of a layer, or of one part of its batch."""

    steps: int
    batch: int
    inputs: int
    hidden: int
    gates: int
    bias: bool

    @property
    def rows(self) -> int:
        """G·H, the rows of the weights."""
        return self.gates * self.hidden

    @property
    def inner(self) -> int:
        """The height of a column: state, input, and 1 where there is a bias."""
        return self.hidden + self.inputs + self.bias

    @property
    def chunk(self) -> int:
        """For how many steps the gates' gradients are kept before they go into the weights'.

        A quarter of all, so that training holds little more than what it must remember.
        """
        enough = -(-GRADIENT_COLUMNS // max(self.batch, 1))
        return max(1, min(self.steps, max(-(-self.steps // 4), enough)))


class Columns:
    """The columns [h; x; 1] of all steps, and one more for the last state.

    Arguments:
        m, size, dtype: the library, the sizes of this part, and the numbers' type.
    """

    def __init__(self, m: Any, size: Size, dtype: Any) -> None:
        steps, batch, hidden = size.steps, size.batch, size.hidden
        count = (steps + 1) * batch
        width = padded_width(count, dtype.itemsize)
        self.flat = m.empty((size.inner, width), dtype=dtype)[:, :count]
        cube = self.flat.reshape(size.inner, steps + 1, batch)
        self.inputs = cube[hidden : hidden + size.inputs, :steps]
        if size.bias:
            cube[-1] = 1
        self.operands = [cube[:, t] for t in range(steps)]
        self.states = [cube[:hidden, t] for t in range(steps + 1)]


class Weights:
    """The weights of a layer in the form that the products of all steps take.

    Arguments:
        m, size, dtype: the library, the sizes of a part, and the numbers' type.
    """

    def __init__(self, m: Any, size: Size, dtype: Any) -> None:
        small = m is numpy and has_small_products()
        self.joint = m.empty((size.rows, size.inner), dtype=dtype)
        self.block = rows_per_block(small, size.rows, size.inner, size.batch)
        self.forward = in_blocks(self.joint, self.block)
        self.transposed = m.empty((size.hidden, size.rows), dtype=dtype)
        self.backward_block = rows_per_block(small, size.hidden, size.rows, size.batch)
        self.backward = in_blocks(self.transposed, self.backward_block)


def in_blocks(matrix: Array, block: int) -> Array:
    """A matrix as a stack of blocks of rows, where they are less than all rows.

    >>> import numpy
    >>> in_blocks(numpy.zeros((6, 2)), 3).shape, in_blocks(numpy.zeros((6, 2)), 6).shape
    ((2, 3, 2), (6, 2))
    """
    rows = matrix.shape[0]
    return matrix if block == rows else matrix.reshape(rows // block, block, matrix.shape[1])


class Problem(NamedTuple):
    """A layer's operands, in the order of processing."""

    m: Any
    size: Size
    dtype: Any
    x: Array
    padded: Array | None
    reverse: bool
    lengths: Array | None
    states: tuple[Array, ...]
    parameters: tuple[Array, ...]

    def turned(self, array: Array) -> Array:
        """From input order to the order of processing, or back."""
        return turned(self.m, array, self.reverse, self.lengths)


def read_problem(
    m: Any, operands: Sequence[Array], states: int, gates: int, options: Mapping[str, Any]
) -> Problem:
    """Put a fused rule's operands in order.

    Arguments:
        m: the array library.
        operands: x, the initial states, weight_ih, weight_hh and, with a bias, bias_ih, bias_hh.
        states: how many states there are.
        gates: how many blocks of rows the weights have.
        options: `reverse`, `lengths` and `bias` are read.
    """
    x, parameters = operands[0], tuple(operands[1 + states :])
    weight_ih, weight_hh = parameters[:2]
    reverse, lengths = bool(options.get("reverse", False)), options.get("lengths")
    bias = len(parameters) == 4
    size = Size(x.shape[0], x.shape[1], weight_ih.shape[1], weight_hh.shape[1], gates, bias)
    return Problem(
        m,
        size,
        weight_hh.dtype,
        turned(m, x, reverse, lengths),
        padding(m, x.shape[0], lengths),
        reverse,
        lengths,
        tuple(operands[1 : 1 + states]),
        parameters,
    )


def parts_of(problem: Problem) -> list[slice]:
    """The parts of the batch that run side by side.

    Arguments:
        problem: the layer.
    """
    size = problem.size
    count = 1
    if problem.m is numpy and can_split() and size.rows * size.hidden >= SPLIT_FROM:
        count = max(1, min(threads(), size.batch // NARROWEST_PART))
    bounds = [size.batch * place // count for place in range(count + 1)]
    return [slice(*pair) for pair in pairwise(bounds)]


def borrow_weights(problem: Problem, parts: Sequence[slice]) -> Loan:
    """Room for the weights, with blocks that fit the widest part."""
    widest = max(part.stop - part.start for part in parts)
    size = problem.size._replace(batch=widest, steps=0)
    return borrow(Weights, problem.m, size, problem.dtype)


def join_weights(
    problem: Problem, joint: Array, order: Sequence[int], scales: Sequence[float]
) -> None:
    """Write [W_hh W_ih b] with the gates in another order, each times its scale.

    Arguments:
        problem: the layer.
        joint: where to write, (G·H, H + I + 1).
        order: which gate of the parameters comes first, second and so on.
        scales: of the gates, in the new order.
    """
    size, m = problem.size, problem.m
    hidden, last = size.hidden, size.hidden + size.inputs
    weight_ih, weight_hh, *biases = problem.parameters
    for place, (gate, scale) in enumerate(zip(order, scales, strict=True)):
        rows = joint[place * hidden : (place + 1) * hidden]
        source = slice(gate * hidden, (gate + 1) * hidden)
        m.multiply(weight_hh[source], scale, out=rows[:, :hidden])
        m.multiply(weight_ih[source], scale, out=rows[:, hidden:last])
        if biases:
            rows[:, last] = (biases[0][source] + biases[1][source]) * scale


def turn_weights(problem: Problem, transposed: Array, order: Sequence[int]) -> None:
    """Write W_hhᵀ with the gates in another order.

    Arguments:
        problem: the layer.
        transposed: where to write, (H, G·H).
        order: which gate comes first, second and so on.
    """
    hidden, weight = problem.size.hidden, problem.parameters[1]
    for place, gate in enumerate(order):
        columns = transposed[:, place * hidden : (place + 1) * hidden]
        columns[...] = weight[gate * hidden : (gate + 1) * hidden].T


def start_columns(problem: Problem, columns: Columns, part: slice) -> None:
    """Write the initial h and the input of all steps."""
    columns.states[0][...] = problem.states[0][part].T
    padded = None if problem.padded is None else problem.padded[:, part]
    fill_input(problem.m, columns.inputs, problem.x[:, part], padded)


def run_parts(parts: Sequence[slice], work: Callable[[slice], Any]) -> list[Any]:
    """Run the same function for all parts of a batch, side by side.

    Arguments:
        parts: of the batch.
        work: what is done for one of them.
    Returns:
        A result a part.
    """
    return in_parallel([lambda part=part: work(part) for part in parts])  # type: ignore[misc]


def works_beside(problem: Problem, parts: Sequence[slice]) -> bool:
    """Whether another thread is free to add up gradients while this one goes back through time.

    Arguments:
        problem: the layer.
        parts: of its batch.
    """
    size = problem.size
    work = size.rows * size.inner * size.chunk * size.batch
    return problem.m is numpy and len(parts) == 1 and can_split() and work >= WORTH_A_THREAD


class Gradients:
    """The gradients of the gates for a chunk of steps, and what they add up to.

    While one chunk is being added to the weights' gradients on another thread, the next one is
    filled; so there are two.

    Arguments:
        m, size, dtype: the library, the sizes of this part, and the numbers' type.
    """

    def __init__(self, m: Any, size: Size, dtype: Any) -> None:
        rows, chunk, batch = size.rows, size.chunk, size.batch
        count = chunk * batch
        width = padded_width(count, dtype.itemsize)
        self.m, self.size = m, size
        self.flats = [m.empty((rows, width), dtype=dtype)[:, :count] for _ in range(2)]
        cubes = [flat.reshape(rows, chunk, batch) for flat in self.flats]
        self.at = [[cube[:, place] for place in range(chunk)] for cube in cubes]
        self.total = m.empty((rows, size.inner), dtype=dtype)
        self.addend = m.empty((rows, size.inner), dtype=dtype) if chunk < size.steps else None
        self.input = m.empty((size.inputs, width), dtype=dtype)[:, :count]

    def chunks(self) -> list[range]:
        """The steps, from the last to the first, cut into chunks."""
        steps, chunk = self.size.steps, self.size.chunk
        firsts = range(0, steps, chunk)
        return [range(first, min(first + chunk, steps)) for first in reversed(firsts)]

    def run(
        self,
        columns: Columns,
        step_back: Callable[[int, Array], None],
        of_input: Array | None,
        by_input: Array | None,
        beside: bool,
    ) -> None:
        """Go back through all steps and add up what they give to the weights' gradients.

        Arguments:
            columns: of the forward pass.
            step_back: (t, where to write the gates' gradients (G·H, B)).
            of_input: W_ihᵀ in the order of the gates here, (I, G·H).
            by_input: where to write the input's gradients (T, B, I), or None.
            beside: whether adding up may run on another thread.
        """
        waiting: Callable[[], Any] | None = None
        for place, steps in enumerate(self.chunks()):
            flat, at = self.flats[place % 2], self.at[place % 2]
            for t in reversed(steps):
                step_back(t, at[t - steps.start])
            if waiting is not None:
                waiting()

            def add_up(flat: Array = flat, steps: range = steps, first: bool = place == 0) -> None:
                self._add_chunk(flat, columns, steps, first)
                if of_input is not None and by_input is not None:
                    self._of_input(flat, of_input, steps, by_input)

            if beside:
                waiting = start(add_up)
            else:
                add_up()
        if waiting is not None:
            waiting()

    def _add_chunk(self, flat: Array, columns: Columns, steps: range, first: bool) -> None:
        batch = self.size.batch
        flat = flat[:, : len(steps) * batch]
        seen = columns.flat[:, steps.start * batch : steps.stop * batch]
        if first:
            self.m.matmul(flat, seen.T, out=self.total)
        else:
            self.m.matmul(flat, seen.T, out=self.addend)
            self.total += self.addend

    def _of_input(self, flat: Array, of_input: Array, steps: range, target: Array) -> None:
        batch = self.size.batch
        count = len(steps) * batch
        product = self.input[:, :count]
        self.m.matmul(of_input, flat[:, :count], out=product)
        cube = product.reshape(self.size.inputs, len(steps), batch)
        target[steps.start : steps.stop] = cube.transpose(1, 2, 0)


def weight_gradients(
    problem: Problem, totals: Sequence[Array], order: Sequence[int]
) -> list[Array | None]:
    """The gradients of the parameters, the parts added up and the gates in their own order.

    Arguments:
        problem: the layer.
        totals: one a part, (G·H, H + I + 1); none where there are no steps.
        order: which gate of the parameters each block of the totals belongs to.
    """
    m, size = problem.m, problem.size
    if not totals or not size.steps:
        return [m.zeros_like(parameter) for parameter in problem.parameters]
    hidden, last = size.hidden, size.hidden + size.inputs
    weight_ih = m.empty((size.rows, size.inputs), dtype=problem.dtype)
    weight_hh = m.empty((size.rows, hidden), dtype=problem.dtype)
    bias = m.empty((size.rows,), dtype=problem.dtype)
    for place, gate in enumerate(order):
        rows = slice(gate * hidden, (gate + 1) * hidden)
        blocks = [total[place * hidden : (place + 1) * hidden] for total in totals]
        _add_up(m, [block[:, :hidden] for block in blocks], weight_hh[rows])
        _add_up(m, [block[:, hidden:last] for block in blocks], weight_ih[rows])
        if size.bias:
            _add_up(m, [block[:, last] for block in blocks], bias[rows])
    return [weight_ih, weight_hh, *((bias, bias.copy()) if size.bias else ())]


def _add_up(m: Any, arrays: Sequence[Array], target: Array) -> None:
    if len(arrays) == 1:
        target[...] = arrays[0]
        return
    m.add(arrays[0], arrays[1], out=target)
    for array in arrays[2:]:
        target += array
