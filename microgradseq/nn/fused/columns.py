"""Kernels whose steps read state and input as one column.

The state and the input of a step, and a row of ones for the bias, stand below each other as one
column [h_{t−1}; x_t; 1] a sequence. So one product with [W_hh W_ih b] gives all gates of a step,
and one product with the columns of many steps gives the gradients of all three. Where rows of W_ih
are looked up, the columns are [h_{t−1}; 1], and the looked-up share is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from microgradseq.backend import Array
from microgradseq.nn.cells.specification import BIASES, WEIGHT_HIDDEN, WEIGHT_INPUT
from microgradseq.nn.fused.buffers import Loan, borrow
from microgradseq.nn.fused.kernel import Kernel
from microgradseq.nn.fused.lookup import look_up
from microgradseq.nn.fused.problem import Problem, Sizes
from microgradseq.nn.fused.products import block_height, in_blocks, wide_matrix
from microgradseq.nn.fused.sequences import fill_input
from microgradseq.nn.fused.sweep import Sweep, joined

JOINT_WEIGHT = "joint"
"""The name of what [W_hh W_ih b] gathers."""


class Shared(NamedTuple):
    """The weights of a pass, and the loan of the memory that they stand in."""

    matrix: Array
    loan: Loan


class ColumnKernel(Kernel):
    """A kernel with columns for all steps, and one more for the last state.

    Arguments:
        m, sizes, dtype: see Kernel.

    The kernel's gates may stand in another order than the parameters'.
    """

    gate_order: ClassVar[tuple[int, ...]]
    """Which gate of the parameters comes first, second and so on."""

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        steps, batch, hidden = sizes.steps, sizes.batch, sizes.hidden
        self.inputs = 0 if sizes.looked_up else sizes.inputs
        height = column_height(sizes)
        self.columns = wide_matrix(m, height, (steps + 1) * batch, dtype)
        self.cube = cube = self.columns.reshape(height, steps + 1, batch)
        if sizes.bias:
            cube[-1] = 1
        self.block = block_height(m, sizes.rows, height, batch)
        self.input_columns = cube[hidden : hidden + self.inputs, :steps]
        self.operands = [cube[:, t] for t in range(steps)]
        self.states = [[cube[:hidden, t] for t in range(steps + 1)]]

    @classmethod
    def scales(cls, options: Mapping[str, Any]) -> Sequence[float]:
        """What the sums of each gate are multiplied by, in the kernel's order."""
        return (1.0,) * len(cls.gate_order)

    @property
    def shares(self) -> Array:
        """Where the looked-up share of all steps is put, (G, H, T, B)."""
        raise NotImplementedError

    @property
    def input_rows(self) -> tuple[slice, ...]:
        size = self.sizes.hidden
        places = sorted(range(len(self.gate_order)), key=self.gate_order.__getitem__)
        return tuple(slice(place * size, (place + 1) * size) for place in places)

    @classmethod
    def shared(cls, problem: Problem, back: bool) -> Shared:
        sizes = problem.sizes
        height = column_height(sizes)
        # there and back take turns in the same memory
        loan = borrow(problem.m.empty, sizes.rows * height, problem.dtype)
        if back:
            transposed = loan.kept[: sizes.hidden * sizes.rows].reshape(sizes.hidden, sizes.rows)
            cls._turn_weights(problem, transposed)
            return Shared(transposed, loan)
        joint = loan.kept.reshape(sizes.rows, height)
        cls._join_weights(problem, joint)
        return Shared(joint, loan)

    @classmethod
    def _join_weights(cls, problem: Problem, joint: Array) -> None:
        """Write [W_hh W_ih b] in the kernel's order, each gate times its scale."""
        sizes, m, parameters = problem.sizes, problem.m, problem.parameters
        size, biases = sizes.hidden, [parameters[name] for name in BIASES if name in parameters]
        scales = cls.scales(problem.options)
        for place, (gate, scale) in enumerate(zip(cls.gate_order, scales, strict=True)):
            rows, source = joint[place * size : (place + 1) * size], _gate(gate, size)
            m.multiply(parameters[WEIGHT_HIDDEN][source], scale, out=rows[:, :size])
            if not sizes.looked_up:
                inputs = rows[:, size : size + sizes.inputs]
                m.multiply(parameters[WEIGHT_INPUT][source], scale, out=inputs)
            if biases:
                rows[:, -1] = sum(bias[source] for bias in biases) * scale

    @classmethod
    def _turn_weights(cls, problem: Problem, transposed: Array) -> None:
        """Write W_hhᵀ in the kernel's order."""
        size, weight = problem.sizes.hidden, problem.parameters[WEIGHT_HIDDEN]
        for place, gate in enumerate(cls.gate_order):
            transposed[:, place * size : (place + 1) * size] = weight[_gate(gate, size)].T

    def prepared(self, shared: Shared) -> tuple[Any, ...]:
        return (self.blocks(shared.matrix),)

    def target(self, sums: Array) -> Array:
        """Sums (G·H, B) in the form that the product with a column is written to."""
        return in_blocks(sums, self.block)

    def read_input(self, problem: Problem, part: slice) -> None:
        if not self.sizes.looked_up:
            padded = None if problem.padded is None else problem.padded[:, part]
            fill_input(self.m, self.input_columns, problem.x[:, part], padded)
            return
        indices, weight = problem.indices(part), problem.parameters[WEIGHT_INPUT]
        scales = self.scales(problem.options)
        for share, gate, scale in zip(self.shares, self.gate_order, scales, strict=True):
            rows = weight[_gate(gate, self.sizes.hidden)]
            look_up(self.m, rows, indices, share, scale)

    @property
    def outputs(self) -> Array:
        return self.cube[: self.sizes.hidden, 1:].transpose(1, 2, 0)

    def add_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        batch = self.sizes.batch
        seen = self.columns[:, steps.start * batch : steps.stop * batch]
        sweep.add_product(JOINT_WEIGHT, by_sums, seen.T)

    def gradients(self, totals: Sequence[dict[str, Array]]) -> dict[str, Array]:
        found = super().gradients(totals)
        if not found:
            return found
        m, sizes, total = self.m, self.sizes, found[JOINT_WEIGHT]
        blocks, size = [total[rows] for rows in self.input_rows], sizes.hidden

        def columns(where: Any) -> Array:
            taken = [block[:, where] for block in blocks]
            return taken[0].copy() if len(taken) == 1 else joined(m, taken)

        parts = {WEIGHT_HIDDEN: columns(slice(0, size))}
        if not sizes.looked_up:
            parts[WEIGHT_INPUT] = columns(slice(size, size + sizes.inputs))
        if sizes.bias:
            parts |= {name: columns(-1) for name in BIASES}
        return parts


def column_height(sizes: Sizes) -> int:
    """The height of a column: the state, the input unless it is looked up, and 1 for a bias.

    Arguments:
        sizes: of a layer.
    """
    return sizes.hidden + (0 if sizes.looked_up else sizes.inputs) + sizes.bias


def _gate(gate: int, size: int) -> slice:
    return slice(gate * size, (gate + 1) * size)
