"""What a fused layer is asked: its operands in order, its sizes, and how its batch is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy

from microgradseq.backend import Array
from microgradseq.nn.cells.specification import BIAS_INPUT, WEIGHT_INPUT, Cell
from microgradseq.nn.fused import lookup
from microgradseq.nn.fused.sequences import padding, turned
from microgradseq.nn.fused.threads import can_split, threads
from microgradseq.nn.unrolled import take_operands

SPLIT_FROM = 256 * 256 * 32
"""The multiplications of a step from which half a batch on each thread is faster."""
NARROWEST_PART = 8
WORTH_A_THREAD = 4_300_000
"""The multiplications of a chunk from which a second thread pays for the waiting."""
GRADIENT_COLUMNS = 128
"""A product over fewer columns spends its time on its result."""


class Sizes(NamedTuple):
    """The sizes of a layer, or of one part of its batch.

    Arguments:
        steps, batch, inputs, hidden: T, B, I, H.
        states: the length of each state.
        rows: how many the input's weights have.
        bias: whether there are biases.
        looked_up: whether rows of the weights are looked up, so that the input needs no columns.
    """

    steps: int
    batch: int
    inputs: int
    hidden: int
    states: tuple[int, ...]
    rows: int
    bias: bool
    looked_up: bool

    @property
    def chunk(self) -> int:
        """For how many steps gradients are kept before they go into those of the weights.

        A fifth of all, so that training holds little more than what it must remember; and chunks
        of one length.
        """
        enough = -(-GRADIENT_COLUMNS // max(self.batch, 1))
        most = max(1, enough, -(-self.steps // 5))
        count = max(1, -(-self.steps // most))
        return max(1, -(-self.steps // count))


class Problem(NamedTuple):
    """A layer's operands in the order of processing, and the parts that its batch is cut into.

    Arguments:
        m, sizes, dtype: the library, the sizes of the layer, and the numbers' type.
        x: features (T, B, I) or whole numbers (T, B).
        padded: booleans (T, B), or None.
        states: the initial ones, (B, H) each.
        parameters: by the cell's own names.
        options: the cell's, and those of the rule.
        parts: slices of the batch that run side by side.
    """

    m: Any
    sizes: Sizes
    dtype: Any
    x: Array
    padded: Array | None
    states: tuple[Array, ...]
    parameters: Mapping[str, Array]
    options: Mapping[str, Any]
    parts: list[slice]

    @property
    def lengths(self) -> Array | None:
        """The number of valid steps of each sequence, (B,), or None for all."""
        return self.options.get("lengths")

    def turned(self, array: Array) -> Array:
        """From input order to the order of processing, or back."""
        return turned(self.m, array, bool(self.options.get("reverse", False)), self.lengths)

    def sizes_of(self, part: slice) -> Sizes:
        """The sizes of one part of the batch."""
        return self.sizes._replace(batch=part.stop - part.start)

    def indices(self, part: slice) -> Array:
        """Whole numbers to look up, 0 in the padding whatever it holds."""
        indices, padded = self.x[:, part], self.padded
        return indices if padded is None else self.m.where(padded[:, part], 0, indices)


def read_problem(
    cell: Cell, m: Any, operands: Sequence[Array], options: Mapping[str, Any]
) -> Problem:
    """Put a fused rule's operands in order.

    Arguments:
        cell: which.
        m: the array library.
        operands: x, the initial states, the parameters.
        options: the cell's own, all of them, and `reverse`, `lengths`, `bias`.
    """
    x, states, parameters = take_operands(cell, operands, options)
    weight = parameters[WEIGHT_INPUT]
    lengths = options.get("lengths")
    sizes = Sizes(
        steps=x.shape[0],
        batch=x.shape[1],
        inputs=weight.shape[1],
        hidden=weight.shape[0] // len(cell.gates),
        states=tuple(state.shape[1] for state in states),
        rows=weight.shape[0],
        bias=BIAS_INPUT in parameters,
        looked_up=x.ndim == 2 and weight.shape[1] > lookup.MOST_ONE_HOT,
    )
    return Problem(
        m,
        sizes,
        weight.dtype,
        turned(m, x, bool(options.get("reverse", False)), lengths),
        padding(m, sizes.steps, lengths),
        states,
        parameters,
        options,
        _parts(m, sizes),
    )


def _parts(m: Any, sizes: Sizes) -> list[slice]:
    count = 1
    work = sizes.rows * sizes.hidden * sizes.batch
    if m is numpy and can_split() and work >= SPLIT_FROM:
        count = max(1, min(threads(), sizes.batch // NARROWEST_PART))
    bounds = [sizes.batch * place // count for place in range(count + 1)]
    return [slice(*pair) for pair in pairwise(bounds)]


def is_helped(problem: Problem) -> bool:
    """Whether another thread is free to add up gradients while this one goes back through time.

    Arguments:
        problem: the layer.
    """
    sizes = problem.sizes
    seen = sizes.hidden + (0 if sizes.looked_up else sizes.inputs)
    work = sizes.rows * seen * sizes.chunk * sizes.batch
    alone = len(problem.parts) == 1 and problem.m is numpy and can_split()
    return alone and work >= WORTH_A_THREAD
