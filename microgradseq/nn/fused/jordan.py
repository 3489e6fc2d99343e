"""Jordan's layer as one rule; the formulas stand in cells/jordan.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from microgradseq.backend import Array
from microgradseq.nn.cells.jordan import BIAS_OUTPUT, JORDAN_CELL, WEIGHT_OUTPUT
from microgradseq.nn.cells.specification import WEIGHT_HIDDEN
from microgradseq.nn.fused.cuda import sum_kernels
from microgradseq.nn.fused.frame import KernelClass, layer_rule
from microgradseq.nn.fused.problem import Sizes
from microgradseq.nn.fused.projected import ProjectedKernel, halved_sigmoid
from microgradseq.nn.fused.sweep import Sweep, side_by_side


class Jordan(ProjectedKernel):
    """The state is the output y; the hidden layer takes the place of its sums."""

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        self.recurrent = self.empty(sizes.hidden, sizes.batch)

    @property
    def by_rows(self) -> int:
        return self.sizes.hidden + self.sizes.states[0]

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        fed_back, output = self.parameters[WEIGHT_HIDDEN], self.parameters[WEIGHT_OUTPUT]
        bias = self.parameters.get(BIAS_OUTPUT)
        matrices = fed_back, output, fed_back.T, output.T
        return (
            *(self.blocks(matrix) for matrix in matrices),
            0 if bias is None else bias[:, None],
        )

    def step(self, t: int) -> None:
        m, h, new = self.m, self.sums[t], self.states[0][t + 1]
        fed_back, output, _, _, bias = self.weights
        self.product(fed_back, self.states[0][t], self.recurrent)
        _apply_to_sum(m, self.options["nonlinearity"], h, self.recurrent)
        self.product(output, h, new)
        _apply_to_sum(m, self.options["output_nonlinearity"], new, bias)

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        m, by_y, size = self.m, sweep.by_states[0], self.sizes.hidden
        _, _, fed_back, output, _ = self.weights
        by_hidden, by_output = by_sums[:size], by_sums[size:]
        _times_slope(m, self.options["output_nonlinearity"], self.states[0][t + 1], by_y, by_output)
        self.product(output, by_output, by_hidden)
        _times_slope(m, self.options["nonlinearity"], self.sums[t], by_hidden, by_hidden)
        self.product(fed_back, by_hidden, by_y)

    def add_hidden_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        m, size = self.m, self.sizes.hidden
        by_hidden, by_output = by_sums[:size], by_sums[size:]
        super().add_hidden_gradients(sweep, by_hidden, steps)
        sweep.add(WEIGHT_OUTPUT, by_output @ side_by_side(m, self.sums[steps]).T)
        if BIAS_OUTPUT in self.parameters:
            sweep.add(BIAS_OUTPUT, by_output.sum(axis=1))


def _apply_to_sum(m: Any, name: str, sums: Array, further: Any) -> None:
    """A nonlinearity of a sum, in place of its first part."""
    kernels = sum_kernels(m, name)
    if kernels is not None:
        kernels.forward(sums, further, sums)
        return
    m.add(sums, further, out=sums)
    if name == "tanh":
        m.tanh(sums, out=sums)
    elif name == "sigmoid":
        halved_sigmoid(m, sums)
    elif name == "relu":
        m.maximum(sums, 0, out=sums)


def _times_slope(m: Any, name: str, value: Array, gradient: Array, out: Array) -> None:
    """Write a gradient times the slope of a nonlinearity."""
    kernels = sum_kernels(m, name)
    if kernels is not None:
        kernels.backward(value, gradient, out)
    else:
        m.multiply(gradient, _slope(name, value), out=out)


def _slope(name: str, value: Array) -> Any:
    """The slope of a nonlinearity, from its value."""
    if name == "tanh":
        return 1 - value * value
    if name == "sigmoid":
        return value - value * value
    return value > 0 if name == "relu" else 1


def _choose(options: Mapping[str, Any]) -> KernelClass:
    return Jordan


JORDAN_LAYER = layer_rule(JORDAN_CELL, _choose)
