"""Kernels that get the input's share of all steps before the first one, with one product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from microgradseq.backend import Array
from microgradseq.nn.cells.specification import (
    BIAS_HIDDEN,
    BIAS_INPUT,
    WEIGHT_HIDDEN,
    WEIGHT_INPUT,
)
from microgradseq.nn.fused.kernel import Kernel
from microgradseq.nn.fused.lookup import look_up
from microgradseq.nn.fused.problem import Problem, Sizes
from microgradseq.nn.fused.sequences import fill_input
from microgradseq.nn.fused.sweep import Sweep, joined, side_by_side


class ProjectedKernel(Kernel):
    """A kernel with room for the input's share of every step.

    Arguments:
        m, sizes, dtype: see Kernel.

    `sums[t]` holds the input's share of step t at first, and the kernel may write over it.
    """

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        steps, batch = sizes.steps, sizes.batch
        self.columns = self.empty(0 if sizes.looked_up else sizes.inputs, steps, batch)
        self.sums = self.empty(steps, sizes.rows, batch)
        self.states = [self.empty(steps + 1, size, batch) for size in sizes.states]

    def input_bias(self, parameters: Mapping[str, Array]) -> Array | None:
        """What is added to the input's share of every step, (G·H,)."""
        given = [parameters[name] for name in (BIAS_INPUT, BIAS_HIDDEN) if name in parameters]
        return sum(given[1:], given[0]) if given else None

    def read_input(self, problem: Problem, part: slice) -> None:
        m, weight = self.m, problem.parameters[WEIGHT_INPUT]
        if self.sizes.looked_up:
            look_up(m, weight, problem.indices(part), self.sums.transpose(1, 0, 2))
        else:
            padded = None if problem.padded is None else problem.padded[:, part]
            fill_input(m, self.columns, problem.x[:, part], padded)
            m.matmul(weight, self.columns.transpose(1, 0, 2), out=self.sums)
        bias = self.input_bias(problem.parameters)
        if bias is not None:
            m.add(self.sums, bias[:, None], out=self.sums)

    @property
    def outputs(self) -> Array:
        return self.states[0][1:].transpose(0, 2, 1)

    def add_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        m = self.m
        blocks = [by_sums[rows] for rows in self.input_rows]
        if not self.sizes.looked_up:
            seen = self.columns[:, steps].reshape(self.sizes.inputs, -1).T
            sweep.add(WEIGHT_INPUT, joined(m, [block @ seen for block in blocks]))
        if BIAS_INPUT in self.parameters:
            sweep.add(BIAS_INPUT, joined(m, [block.sum(axis=1) for block in blocks]))
        self.add_hidden_gradients(sweep, by_sums, steps)

    def add_hidden_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        """Add what some steps give to the parameters that the input does not meet.

        Arguments:
            sweep, by_sums, steps: see `add_gradients`.
        """
        sweep.add_product(WEIGHT_HIDDEN, by_sums, side_by_side(self.m, self.states[0][steps]).T)
        if BIAS_HIDDEN in self.parameters:
            sweep.add(BIAS_HIDDEN, by_sums.sum(axis=1))


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
