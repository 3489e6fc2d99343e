"""The LSTM layer as one rule; the formulas stand in cells/lstm.py.

Inside, the gates stand in the order o, i, f, g, so that the three sigmoids lie side by side, and
so do the three gates that see the gradient of c. As σ(u) = ½·tanh(u/2) + ½, with the ½ folded into
the weights, one call of tanh computes all four.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from microgradseq.backend import Array
from microgradseq.joint import JointRule, joint_rule
from microgradseq.nn.cells.lstm import LSTM_CELL
from microgradseq.nn.fused.buffers import Loan, borrow
from microgradseq.nn.fused.cuda import lstm_kernels
from microgradseq.nn.fused.recurrence import (
    Columns,
    Gradients,
    Problem,
    Size,
    Weights,
    borrow_weights,
    in_blocks,
    join_weights,
    parts_of,
    read_problem,
    run_parts,
    start_columns,
    turn_weights,
    weight_gradients,
    works_beside,
)
from microgradseq.nn.unrolled import unrolled_form

ORDER = (3, 0, 1, 2)
SCALES = (0.5, 0.5, 0.5, 1.0)


class Memory:
    """What one part of a batch remembers from its forward pass, with a view for each step.

    Arguments:
        m, size, dtype: the library, the sizes of this part, and the numbers' type.
        block: how many rows of the weights a product takes at a time.
    """

    def __init__(self, m: Any, size: Size, dtype: Any, block: int) -> None:
        steps, batch, hidden = size.steps, size.batch, size.hidden
        self.columns = Columns(m, size, dtype)
        self.gates = m.empty((steps, 4, hidden, batch), dtype=dtype)
        self.cells = m.empty((steps + 1, hidden, batch), dtype=dtype)
        self.spare = m.empty((hidden, batch), dtype=dtype)
        self.half = m.asarray(0.5, dtype=dtype)
        self.at = []
        for t in range(steps):
            matrix = self.gates[t].reshape(size.rows, batch)
            self.at.append(
                (
                    self.columns.operands[t],
                    in_blocks(matrix, block),
                    matrix,
                    matrix[: 3 * hidden],
                    *(matrix[place * hidden : (place + 1) * hidden] for place in range(4)),
                    self.cells[t],
                    self.cells[t + 1],
                    self.columns.states[t + 1],
                )
            )


class Saved(NamedTuple):
    """What the backward pass needs again."""

    problem: Problem
    parts: list[slice]
    memories: list[Loan]


def _forward(m: Any, *operands: Array, **options: Any) -> tuple[tuple[Array, ...], Saved]:
    problem = read_problem(m, operands, 2, 4, options)
    size, parts = problem.size, parts_of(problem)
    loan = borrow_weights(problem, parts)
    weights: Weights = loan.kept
    join_weights(problem, weights.joint, ORDER, SCALES)
    output = m.empty((size.steps, size.batch, size.hidden), dtype=problem.dtype)
    finals = [m.empty((size.batch, size.hidden), dtype=problem.dtype) for _ in range(2)]
    target = problem.turned(output) if problem.lengths is None else output

    def run(part: slice) -> Loan:
        smaller = size._replace(batch=part.stop - part.start)
        memory = borrow(Memory, m, smaller, problem.dtype, weights.block)
        _advance(problem, memory.kept, weights.forward, part, target[:, part])
        finals[0][part] = memory.kept.columns.states[-1].T
        finals[1][part] = memory.kept.cells[-1].T
        return memory

    memories = run_parts(parts, run)
    if problem.padded is not None:
        m.copyto(output, 0, where=problem.padded[:, :, None])
    if problem.lengths is not None:
        output = problem.turned(output)
    return (output, *finals), Saved(problem, parts, memories)


def _advance(problem: Problem, memory: Memory, weights: Array, part: slice, output: Array) -> None:
    m, padded = problem.m, problem.padded
    start_columns(problem, memory.columns, part)
    memory.cells[0] = problem.states[1][part].T
    matmul, multiply, add, tanh = m.matmul, m.multiply, m.add, m.tanh
    spare, half, kernels = memory.spare, memory.half, lstm_kernels(m)
    for t, views in enumerate(memory.at):
        column, product, gates, sigmoids, o, i, f, g, c_before, c, h = views
        matmul(weights, column, out=product)
        if kernels is not None:
            kernels.forward(o, i, f, g, c_before, o, i, f, g, c, h)
        else:
            tanh(gates, out=gates)
            multiply(sigmoids, half, out=sigmoids)
            add(sigmoids, half, out=sigmoids)
            multiply(f, c_before, out=c)
            multiply(i, g, out=spare)
            add(c, spare, out=c)
            tanh(c, out=spare)
            multiply(o, spare, out=h)
        if padded is not None:
            ended = padded[t, part]
            m.copyto(h, memory.columns.states[t], where=ended)
            m.copyto(c, c_before, where=ended)
        output[t] = h.T


class Scratch:
    """What the backward pass of one part works in.

    Arguments:
        m, size, dtype: the library, the sizes of this part, and the numbers' type.
        block: how many rows of the transposed weights a product takes at a time.
    """

    def __init__(self, m: Any, size: Size, dtype: Any, block: int) -> None:
        hidden, batch = size.hidden, size.batch
        self.gradients = Gradients(m, size, dtype)
        self.slopes = m.empty((4, hidden, batch), dtype=dtype)
        self.by_h, self.by_c, self.first, self.second, self.kept_h, self.kept_c = (
            m.empty((hidden, batch), dtype=dtype) for _ in range(6)
        )
        self.product = in_blocks(self.by_h, block)
        self.one = m.asarray(1, dtype=dtype)


def _backward(
    m: Any,
    gradients: Sequence[Array | None],
    results: Sequence[Array],
    saved: Saved,
    operands: Sequence[Array],
    options: Mapping[str, Any],
    wanted: Sequence[bool],
) -> list[Array | None]:
    problem, parts, memories = saved
    size, dtype = problem.size, problem.dtype
    loan = borrow_weights(problem, parts)
    weights: Weights = loan.kept
    turn_weights(problem, weights.transposed, ORDER)
    by_output = None if gradients[0] is None else problem.turned(gradients[0])
    by_x = m.empty(problem.x.shape, dtype=dtype) if wanted[0] else None
    target = problem.turned(by_x) if wanted[0] and problem.lengths is None else by_x
    of_input = m.concatenate([_gate(problem.parameters[0], gate) for gate in ORDER]).T
    starts = [m.empty((size.batch, size.hidden), dtype=dtype) for _ in range(2)]
    beside = works_beside(problem, parts)

    def run(part: slice, memory: Loan) -> Loan:
        smaller = size._replace(batch=part.stop - part.start)
        borrowed = borrow(Scratch, m, smaller, dtype, weights.backward_block)
        scratch: Scratch = borrowed.kept
        for into, gradient in ((scratch.by_h, gradients[1]), (scratch.by_c, gradients[2])):
            into[...] = 0 if gradient is None else gradient[part].T

        def step_back(t: int, by_gates: Array) -> None:
            by_step = None if by_output is None else by_output[t, part].T
            _retreat(problem, memory.kept, scratch, weights.backward, t, part, by_step)
            by_gates[...] = scratch.slopes.reshape(size.rows, -1)

        by_input = None if target is None else target[:, part]
        scratch.gradients.run(memory.kept.columns, step_back, of_input, by_input, beside)
        starts[0][part], starts[1][part] = scratch.by_h.T, scratch.by_c.T
        return borrowed

    by_part = dict(zip((part.start for part in parts), memories, strict=True))
    scratches = run_parts(parts, lambda part: run(part, by_part[part.start]))
    totals = [scratch.kept.gradients.total for scratch in scratches]
    if by_x is not None and problem.lengths is not None:
        by_x = problem.turned(by_x)
    return [by_x, *starts, *weight_gradients(problem, totals, ORDER)]


def _gate(weight: Array, gate: int) -> Array:
    hidden = weight.shape[0] // 4
    return weight[gate * hidden : (gate + 1) * hidden]


def _retreat(
    problem: Problem,
    memory: Memory,
    scratch: Scratch,
    weights: Array,
    t: int,
    part: slice,
    by_output: Array | None,
) -> None:
    """One step back: from ∂L/∂h_t, ∂L/∂c_t to those of the step before and of the gates."""
    m = problem.m
    ended = None if problem.padded is None else problem.padded[t, part]
    by_h, by_c = scratch.by_h, scratch.by_c
    if ended is not None:
        scratch.kept_h[...], scratch.kept_c[...] = by_h, by_c
    if by_output is not None:
        m.add(by_h, by_output, out=by_h)
    _through_gates(m, memory, scratch, t)
    if ended is not None:
        m.copyto(scratch.slopes, 0, where=ended)
    rows = 4 * problem.size.hidden
    m.matmul(weights, scratch.slopes.reshape(rows, -1), out=scratch.product)
    if ended is not None:
        m.copyto(by_h, scratch.kept_h, where=ended)
        m.copyto(by_c, scratch.kept_c, where=ended)


def _through_gates(m: Any, memory: Memory, scratch: Scratch, t: int) -> None:
    gates, slopes, by_h, by_c = memory.gates[t], scratch.slopes, scratch.by_h, scratch.by_c
    _, _, _, _, o, i, f, g, c_before, c, _ = memory.at[t]
    kernels = lstm_kernels(m)
    if kernels is not None:
        kernels.backward(o, i, f, g, c_before, c, by_h, by_c, *slopes, by_c)
        return
    multiply, subtract = m.multiply, m.subtract
    first, second = scratch.first, scratch.second
    # σ′ = σ − σ² and tanh′ = 1 − tanh²
    multiply(gates, gates, out=slopes)
    subtract(gates[:3], slopes[:3], out=slopes[:3])
    subtract(scratch.one, slopes[3], out=slopes[3])
    m.tanh(c, out=first)
    multiply(by_h, first, out=second)
    multiply(slopes[0], second, out=slopes[0])
    # by_c + by_h · o · (1 − tanh²(c))
    multiply(second, first, out=second)
    subtract(by_h, second, out=second)
    multiply(second, o, out=second)
    m.add(by_c, second, out=by_c)
    multiply(slopes[1], g, out=slopes[1])
    multiply(slopes[2], c_before, out=slopes[2])
    multiply(slopes[3], i, out=slopes[3])
    multiply(slopes[1:], by_c, out=slopes[1:])
    multiply(by_c, f, out=by_c)


LSTM_LAYER: JointRule = joint_rule(
    "lstm layer",
    forward=_forward,
    backward=_backward,
    unrolled=unrolled_form(LSTM_CELL),
    words="all steps of the lstm cell, differentiated from the last to the first",
)
