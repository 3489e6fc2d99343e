"""A fused layer around a kernel: order, padding, the input, the threads, and the way through time.

The input's share of all steps is computed before the first step. On the way back, gradients of a
chunk of steps are collected and go into those of the weights with one product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy

from microgradseq.backend import Array
from microgradseq.joint import JointRule, joint_rule
from microgradseq.nn.cells.specification import WEIGHT_INPUT, Cell
from microgradseq.nn.fused.buffers import Loan, borrow
from microgradseq.nn.fused.kernel import Kernel, Sizes, Sweep
from microgradseq.nn.fused.sequences import fill_input, padding, turned
from microgradseq.nn.fused.threads import can_split, in_parallel, threads
from microgradseq.nn.fused.threads import start as start_task
from microgradseq.nn.unrolled import take_operands, unrolled_form
from microgradseq.rules.indexing import nan_outside

KernelClass = Callable[[Any, Sizes, Any], Kernel]

SPLIT_FROM = 3 * 192 * 192 * 32
"""The multiplications of a step from which half a batch on each thread is faster."""
HELPED_FROM = 3 * 64 * 64 * 32
"""Those from which a second thread that collects gradients pays for the waiting."""
NARROWEST_PART = 8


class Problem(NamedTuple):
    """A layer's operands in the order of processing, and the parts that its batch is cut into."""

    m: Any
    sizes: Sizes
    dtype: Any
    x: Array
    padded: Array | None
    states: tuple[Array, ...]
    parameters: Mapping[str, Array]
    options: Mapping[str, Any]
    parts: list[slice]

    def turned(self, array: Array) -> Array:
        """From input order to the order of processing, or back."""
        reverse = bool(self.options.get("reverse", False))
        return turned(self.m, array, reverse, self.options.get("lengths"))


class Saved(NamedTuple):
    """What the way back needs again: the problem, and the kernel of each part."""

    problem: Problem
    kernels: list[Loan]


def layer_rule(cell: Cell, choose: Callable[[Mapping[str, Any]], KernelClass]) -> JointRule:
    """The fused rule of a cell.

    Arguments:
        cell: which.
        choose: (the cell's options) to the class of its kernel.

    >>> from microgradseq.nn.fused.gru import GRU_LAYER
    >>> GRU_LAYER.name
    'gru layer'
    """
    return joint_rule(
        f"{cell.name} layer",
        forward=partial(_forward, cell, choose),
        backward=_backward,
        unrolled=unrolled_form(cell),
        words=f"all steps of the {cell.name} cell, differentiated from the last to the first",
    )


def _forward(
    cell: Cell,
    choose: Callable[[Mapping[str, Any]], KernelClass],
    m: Any,
    *operands: Array,
    **options: Any,
) -> tuple[tuple[Array, ...], Saved]:
    problem = _read(cell, m, operands, {**cell.options, **options})
    sizes, dtype = problem.sizes, problem.dtype
    make = choose(problem.options)
    output = m.empty((sizes.steps, sizes.batch, sizes.states[0]), dtype=dtype)
    finals = [m.empty((sizes.batch, size), dtype=dtype) for size in sizes.states]

    def run(part: slice) -> Loan:
        loan = borrow(make, m, sizes._replace(batch=part.stop - part.start), dtype)
        kernel: Kernel = loan.kept
        _advance(problem, kernel, part)
        output[:, part] = kernel.states[0][1:].transpose(0, 2, 1)
        for final, states in zip(finals, kernel.states, strict=True):
            final[part] = states[-1].T
        return loan

    kernels = in_parallel([partial(run, part) for part in problem.parts])
    if problem.padded is not None:
        m.copyto(output, 0, where=problem.padded[:, :, None])
    return (m.ascontiguousarray(problem.turned(output)), *finals), Saved(problem, kernels)


def _read(cell: Cell, m: Any, operands: Sequence[Array], options: Mapping[str, Any]) -> Problem:
    x, states, parameters = take_operands(cell, operands, options)
    weight = parameters[WEIGHT_INPUT]
    steps, batch = x.shape[:2]
    lengths = options.get("lengths")
    sizes = Sizes(
        steps=steps,
        batch=batch,
        inputs=weight.shape[1],
        hidden=weight.shape[0] // len(cell.gates),
        states=tuple(state.shape[1] for state in states),
        rows=weight.shape[0],
        whole=x.ndim == 2,
    )
    return Problem(
        m,
        sizes,
        weight.dtype,
        turned(m, x, bool(options.get("reverse", False)), lengths),
        padding(m, steps, lengths),
        states,
        parameters,
        options,
        _parts(m, sizes),
    )


def _parts(m: Any, sizes: Sizes) -> list[slice]:
    """The parts of the batch that run side by side."""
    count = 1
    if _is_worth(m, sizes, SPLIT_FROM):
        count = max(1, min(threads(), sizes.batch // NARROWEST_PART))
    bounds = [sizes.batch * place // count for place in range(count + 1)]
    return [slice(*pair) for pair in pairwise(bounds)]


def _is_worth(m: Any, sizes: Sizes, least: int) -> bool:
    """Whether a step has enough multiplications for a second thread."""
    return m is numpy and can_split() and sizes.rows * sizes.hidden * sizes.batch >= least


def _advance(problem: Problem, kernel: Kernel, part: slice) -> None:
    m, padded = problem.m, problem.padded
    kernel.start(problem.parameters, problem.options)
    _project(problem, kernel, part)
    for states, first in zip(kernel.states, problem.states, strict=True):
        states[0] = first[part].T
    for t in range(problem.sizes.steps):
        kernel.step(t)
        if padded is not None:
            for states in kernel.states:
                m.copyto(states[t + 1], states[t], where=padded[t, part])
    kernel.end()


def _project(problem: Problem, kernel: Kernel, part: slice) -> None:
    """Fill in the input's share of all steps."""
    m, weight = problem.m, problem.parameters[WEIGHT_INPUT]
    if problem.sizes.looked_up:
        indices = _indices(problem, part)
        found = nan_outside(m, weight.T[indices], indices, weight.shape[1])
        kernel.sums[...] = found.transpose(0, 2, 1)
    else:
        padded = None if problem.padded is None else problem.padded[:, part]
        fill_input(m, kernel.columns, problem.x[:, part], padded)
        m.matmul(weight, kernel.columns.transpose(1, 0, 2), out=kernel.sums)
    bias = kernel.input_bias(problem.parameters)
    if bias is not None:
        m.add(kernel.sums, bias[:, None], out=kernel.sums)


def _indices(problem: Problem, part: slice) -> Array:
    """Whole numbers to look up, 0 in the padding whatever it holds."""
    indices, padded = problem.x[:, part], problem.padded
    return indices if padded is None else problem.m.where(padded[:, part], 0, indices)


def _backward(
    m: Any,
    gradients: Sequence[Array | None],
    results: Sequence[Array],
    saved: Saved,
    operands: Sequence[Array],
    options: Mapping[str, Any],
    wanted: Sequence[bool],
) -> list[Array | None]:
    problem, kernels = saved
    sizes, dtype = problem.sizes, problem.dtype
    by_output, *by_finals = gradients
    if by_output is not None:
        by_output = problem.turned(by_output)
    by_x = m.empty(problem.x.shape, dtype=dtype) if wanted[0] and not sizes.whole else None
    starts = [m.empty((sizes.batch, size), dtype=dtype) for size in sizes.states]
    helped = len(problem.parts) == 1 and _is_worth(m, sizes, HELPED_FROM)

    def run(part: slice, kernel: Kernel) -> dict[str, Array]:
        smaller = sizes._replace(batch=part.stop - part.start)
        loan = borrow(Sweep, m, smaller, dtype, kernel.by_rows, kernel.spares)
        sweep: Sweep = loan.kept
        for into, gradient in zip(sweep.by_states, by_finals, strict=True):
            into[...] = 0 if gradient is None else gradient[part].T
        kernel.start(problem.parameters, problem.options)
        wait = _nothing_to_wait_for
        try:
            for first in reversed(range(0, sizes.steps, smaller.chunk)):
                steps = slice(first, min(first + smaller.chunk, sizes.steps))
                _retreat(problem, kernel, sweep, part, by_output, steps)
                wait()
                wait = _nothing_to_wait_for
                by_sums = sweep.set_beside(m, steps.stop - steps.start)
                collect = partial(_collect, problem, kernel, sweep, part, by_x, steps, by_sums)
                wait = start_task(collect) if helped else _done(collect)
        finally:
            wait()
        kernel.end()
        for start, into in zip(starts, sweep.by_states, strict=True):
            start[part] = into.T
        return sweep.taken()

    work = zip(problem.parts, kernels, strict=True)
    totals = in_parallel([partial(run, part, loan.kept) for part, loan in work])
    if by_x is not None:
        by_x = problem.turned(by_x)
    return [by_x, *starts, *_added_up(problem, totals)]


def _nothing_to_wait_for() -> None:
    """What a wait is before the first task."""


def _done(task: Callable[[], None]) -> Callable[[], None]:
    """Do a task now; there is nothing to wait for then."""
    task()
    return _nothing_to_wait_for


def _retreat(
    problem: Problem,
    kernel: Kernel,
    sweep: Sweep,
    part: slice,
    by_output: Array | None,
    steps: slice,
) -> None:
    """From the last to the first of some steps, leaving the gradients of their sums."""
    m, padded = problem.m, problem.padded
    for t in reversed(range(steps.start, steps.stop)):
        ended = None if padded is None else padded[t, part]
        if by_output is not None:
            arrived = by_output[t, part].T
            if ended is not None:
                arrived = m.where(ended, 0, arrived)
            m.add(sweep.by_states[0], arrived, out=sweep.by_states[0])
        if ended is not None:
            # every gradient of a step is 0 where those of its states are: padding carries them on
            for kept, by_state in zip(sweep.kept, sweep.by_states, strict=True):
                kept[...] = by_state
                m.copyto(by_state, 0, where=ended)
        kernel.step_back(t, sweep, sweep.by_sums[t - steps.start])
        if ended is not None:
            for kept, by_state in zip(sweep.kept, sweep.by_states, strict=True):
                m.copyto(by_state, kept, where=ended)


def _collect(
    problem: Problem,
    kernel: Kernel,
    sweep: Sweep,
    part: slice,
    by_x: Array | None,
    steps: slice,
    by_sums: Array,
) -> None:
    """Turn the gradients of some steps' sums into those of parameters and input."""
    sizes, count = kernel.sizes, steps.stop - steps.start
    sweep.add_input(kernel, by_sums, steps, _indices(problem, part) if sizes.looked_up else None)
    kernel.add_gradients(sweep, by_sums, steps)
    if by_x is not None:
        weight, first = problem.parameters[WEIGHT_INPUT], 0
        product: Any = 0
        for rows in kernel.input_rows:
            height = rows.stop - rows.start
            product = weight[first : first + height].T @ by_sums[rows] + product
            first += height
        cube = product.reshape(sizes.inputs, count, sizes.batch)
        by_x[steps, part] = cube.transpose(1, 2, 0)


def _added_up(problem: Problem, totals: Sequence[Mapping[str, Array]]) -> list[Array]:
    """The parameters' gradients, those of the parts added up; zeros where there are no steps."""
    found = []
    for name, parameter in problem.parameters.items():
        shares = [total[name] for total in totals if name in total]
        found.append(sum(shares[1:], shares[0]) if shares else problem.m.zeros_like(parameter))
    return found
