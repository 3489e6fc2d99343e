"""Elman's layer as one rule; the formula stands in cells/elman.py.

What the backward pass needs of a step is its h alone: tanh′ = 1 − h², σ′ = h − h², and relu′ is 1
where h is positive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from microgradseq.backend import Array
from microgradseq.joint import JointRule, joint_rule
from microgradseq.nn.cells.elman import ELMAN_CELL
from microgradseq.nn.fused.buffers import Loan, borrow
from microgradseq.nn.fused.cuda import rnn_kernels
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

ORDER = (0,)


class Memory:
    """What one part of a batch remembers from its forward pass.

    Arguments:
        m, size, dtype: the library, the sizes of this part, and the numbers' type.
        block: how many rows of the weights a product takes at a time.
    """

    def __init__(self, m: Any, size: Size, dtype: Any, block: int) -> None:
        self.columns = Columns(m, size, dtype)
        self.sums = m.empty((size.hidden, size.batch), dtype=dtype)
        self.product = in_blocks(self.sums, block)
        self.half = m.asarray(0.5, dtype=dtype)


class Saved(NamedTuple):
    """What the backward pass needs again."""

    problem: Problem
    parts: list[slice]
    memories: list[Loan]
    nonlinearity: str


def _forward(
    m: Any, *operands: Array, nonlinearity: str = "tanh", **options: Any
) -> tuple[tuple[Array, ...], Saved]:
    problem = read_problem(m, operands, 1, 1, options)
    size, parts = problem.size, parts_of(problem)
    loan = borrow_weights(problem, parts)
    weights: Weights = loan.kept
    # σ(u) = ½·tanh(u/2) + ½
    join_weights(problem, weights.joint, ORDER, (0.5 if nonlinearity == "sigmoid" else 1.0,))
    output = m.empty((size.steps, size.batch, size.hidden), dtype=problem.dtype)
    final = m.empty((size.batch, size.hidden), dtype=problem.dtype)
    target = problem.turned(output) if problem.lengths is None else output

    def run(part: slice) -> Loan:
        smaller = size._replace(batch=part.stop - part.start)
        memory = borrow(Memory, m, smaller, problem.dtype, weights.block)
        _advance(problem, memory.kept, weights.forward, part, target[:, part], nonlinearity)
        final[part] = memory.kept.columns.states[-1].T
        return memory

    memories = run_parts(parts, run)
    if problem.padded is not None:
        m.copyto(output, 0, where=problem.padded[:, :, None])
    if problem.lengths is not None:
        output = problem.turned(output)
    return (output, final), Saved(problem, parts, memories, nonlinearity)


def _advance(
    problem: Problem,
    memory: Memory,
    weights: Array,
    part: slice,
    output: Array,
    nonlinearity: str,
) -> None:
    m, padded = problem.m, problem.padded
    start_columns(problem, memory.columns, part)
    matmul, sums, product, half = m.matmul, memory.sums, memory.product, memory.half
    kernels, states = rnn_kernels(m, nonlinearity), memory.columns.states
    for t, column in enumerate(memory.columns.operands):
        h = states[t + 1]
        matmul(weights, column, out=product)
        if kernels is not None:
            kernels.forward(sums, h)
        elif nonlinearity == "relu":
            m.maximum(sums, 0, out=h)
        else:
            m.tanh(sums, out=h)
            if nonlinearity == "sigmoid":
                m.multiply(h, half, out=h)
                m.add(h, half, out=h)
        if padded is not None:
            m.copyto(h, states[t], where=padded[t, part])
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
        self.by_h, self.slopes, self.kept = (m.empty((hidden, batch), dtype=dtype) for _ in "hsk")
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
    problem, parts, memories, nonlinearity = saved
    size, dtype = problem.size, problem.dtype
    loan = borrow_weights(problem, parts)
    weights: Weights = loan.kept
    turn_weights(problem, weights.transposed, ORDER)
    by_output = None if gradients[0] is None else problem.turned(gradients[0])
    by_x = m.empty(problem.x.shape, dtype=dtype) if wanted[0] else None
    target = problem.turned(by_x) if wanted[0] and problem.lengths is None else by_x
    start = m.empty((size.batch, size.hidden), dtype=dtype)
    of_input, beside = problem.parameters[0].T, works_beside(problem, parts)

    def run(part: slice, memory: Loan) -> Loan:
        smaller = size._replace(batch=part.stop - part.start)
        borrowed = borrow(Scratch, m, smaller, dtype, weights.backward_block)
        scratch: Scratch = borrowed.kept
        scratch.by_h[...] = 0 if gradients[1] is None else gradients[1][part].T

        def step_back(t: int, by_gates: Array) -> None:
            by_step = None if by_output is None else by_output[t, part].T
            h = memory.kept.columns.states[t + 1]
            ended = None if problem.padded is None else problem.padded[t, part]
            _retreat(m, scratch, weights.backward, h, by_step, ended, nonlinearity)
            by_gates[...] = scratch.slopes

        by_input = None if target is None else target[:, part]
        scratch.gradients.run(memory.kept.columns, step_back, of_input, by_input, beside)
        start[part] = scratch.by_h.T
        return borrowed

    by_part = dict(zip((part.start for part in parts), memories, strict=True))
    scratches = run_parts(parts, lambda part: run(part, by_part[part.start]))
    totals = [scratch.kept.gradients.total for scratch in scratches]
    if by_x is not None and problem.lengths is not None:
        by_x = problem.turned(by_x)
    return [by_x, start, *weight_gradients(problem, totals, ORDER)]


def _retreat(
    m: Any,
    scratch: Scratch,
    weights: Array,
    h: Array,
    by_output: Array | None,
    ended: Array | None,
    nonlinearity: str,
) -> None:
    """One step back: from ∂L/∂h_t to that of the step before and of the sum inside φ."""
    by_h, slopes = scratch.by_h, scratch.slopes
    if ended is not None:
        scratch.kept[...] = by_h
    if by_output is not None:
        m.add(by_h, by_output, out=by_h)
    kernels = rnn_kernels(m, nonlinearity)
    if kernels is not None:
        kernels.backward(h, by_h, slopes)
    elif nonlinearity == "relu":
        m.multiply(by_h, h > 0, out=slopes)
    else:
        m.multiply(h, h, out=slopes)
        m.subtract(scratch.one if nonlinearity == "tanh" else h, slopes, out=slopes)
        m.multiply(slopes, by_h, out=slopes)
    if ended is not None:
        m.copyto(slopes, 0, where=ended)
    m.matmul(weights, slopes, out=scratch.product)
    if ended is not None:
        m.copyto(by_h, scratch.kept, where=ended)


RNN_LAYER: JointRule = joint_rule(
    "rnn layer",
    forward=_forward,
    backward=_backward,
    unrolled=unrolled_form(ELMAN_CELL),
    words="all steps of the rnn cell, differentiated from the last to the first",
)
