"""A fused layer around a kernel: order, padding, the threads, and the way through time.

A batch may be cut into parts, each on a thread of its own; only the gradients of the weights are
added up at the end. On the way back, gradients of a chunk of steps are collected and go into those
of the weights with one product, on a second thread where one is free.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from microgradseq.backend import Array
from microgradseq.joint import JointRule, joint_rule
from microgradseq.nn.cells.specification import WEIGHT_INPUT, Cell
from microgradseq.nn.fused.buffers import Loan, borrow
from microgradseq.nn.fused.kernel import Kernel
from microgradseq.nn.fused.lookup import row_sums, table_gradient
from microgradseq.nn.fused.problem import Problem, is_helped, read_problem
from microgradseq.nn.fused.sweep import Sweep, Totals, joined
from microgradseq.nn.fused.threads import in_parallel
from microgradseq.nn.fused.threads import start as start_task
from microgradseq.nn.unrolled import unrolled_form

KernelClass = type[Kernel]


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
    problem = read_problem(cell, m, operands, {**cell.options, **options})
    sizes, dtype = problem.sizes, problem.dtype
    make = choose(problem.options)
    shared = make.shared(problem, back=False)
    output = m.empty((sizes.steps, sizes.batch, sizes.states[0]), dtype=dtype)
    finals = [m.empty((sizes.batch, size), dtype=dtype) for size in sizes.states]
    # with lengths, turning copies
    target = problem.turned(output) if problem.lengths is None else output

    def run(part: slice) -> Loan:
        loan = borrow(make, m, problem.sizes_of(part), dtype)
        kernel: Kernel = loan.kept
        kernel.start(problem, shared)
        _advance(problem, kernel, part)
        kernel.end()
        target[:, part] = kernel.outputs
        for final, states in zip(finals, kernel.states, strict=True):
            final[part] = states[-1].T
        return loan

    kernels = in_parallel([partial(run, part) for part in problem.parts])
    if problem.padded is not None:
        m.copyto(output, 0, where=problem.padded[:, :, None])
    if problem.lengths is not None:
        output = problem.turned(output)
    return (output, *finals), Saved(problem, kernels)


def _advance(problem: Problem, kernel: Kernel, part: slice) -> None:
    m, padded, step = problem.m, problem.padded, kernel.step
    kernel.read_input(problem, part)
    for states, first in zip(kernel.states, problem.states, strict=True):
        states[0][...] = first[part].T
    for t in range(problem.sizes.steps):
        step(t)
        if padded is not None:
            for states in kernel.states:
                m.copyto(states[t + 1], states[t], where=padded[t, part])


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
    by_x = m.empty(problem.x.shape, dtype=dtype) if wanted[0] and problem.x.ndim == 3 else None
    starts = [m.empty((sizes.batch, size), dtype=dtype) for size in sizes.states]
    first: Kernel = kernels[0].kept
    shared, helped = first.shared(problem, back=True), is_helped(problem)

    def run(part: slice, kernel: Kernel) -> Totals:
        smaller = problem.sizes_of(part)
        loan = borrow(Sweep, m, smaller, dtype, kernel.by_rows, kernel.spares)
        sweep: Sweep = loan.kept
        for into, gradient in zip(sweep.by_states, by_finals, strict=True):
            into[...] = 0 if gradient is None else gradient[part].T
        kernel.start(problem, shared)
        wait = _nothing_to_wait_for
        try:
            for begin in reversed(range(0, sizes.steps, smaller.chunk)):
                steps = slice(begin, min(begin + smaller.chunk, sizes.steps))
                _retreat(problem, kernel, sweep, part, by_output, steps)
                wait()
                wait = _nothing_to_wait_for
                by_sums = sweep.set_beside(steps.stop - steps.start)
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
    return [by_x, *starts, *_added_up(problem, first, totals)]


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
    m, padded, by_shown = problem.m, problem.padded, sweep.by_states[0]
    for t in reversed(range(steps.start, steps.stop)):
        ended = None if padded is None else padded[t, part]
        if ended is not None:
            for kept, by_state in zip(sweep.kept, sweep.by_states, strict=True):
                kept[...] = by_state
        if by_output is not None:
            m.add(by_shown, by_output[t, part].T, out=by_shown)
        if ended is not None:
            # every gradient of a step is 0 where those of its states are: padding carries them on
            for by_state in sweep.by_states:
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
    kernel.add_gradients(sweep, by_sums, steps)
    if sizes.looked_up:
        indices = problem.indices(part)[steps].reshape(-1)
        by_rows = joined(problem.m, [by_sums[rows] for rows in kernel.input_rows])
        sweep.totals.rows.append(row_sums(problem.m, indices, by_rows))
    if by_x is not None:
        weight, first = problem.parameters[WEIGHT_INPUT], 0
        product: Any = 0
        for rows in kernel.input_rows:
            height = rows.stop - rows.start
            product = weight[first : first + height].T @ by_sums[rows] + product
            first += height
        cube = product.reshape(sizes.inputs, count, sizes.batch)
        by_x[steps, part] = cube.transpose(1, 2, 0)


def _added_up(problem: Problem, kernel: Kernel, totals: Sequence[Totals]) -> list[Array]:
    """The parameters' gradients, those of the parts added up; zeros where there are no steps."""
    m, parameters = problem.m, problem.parameters
    found = dict(kernel.gradients([total.sums for total in totals]))
    if problem.sizes.looked_up:
        rows = [one for total in totals for one in total.rows]
        found[WEIGHT_INPUT] = table_gradient(m, parameters[WEIGHT_INPUT], rows)
    return [
        found[name] if name in found else m.zeros_like(parameter)
        for name, parameter in parameters.items()
    ]
