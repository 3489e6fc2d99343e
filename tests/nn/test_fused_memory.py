"""What a training step of a fused layer holds, and that a loop of steps does not grow."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy
import pytest

from microgradseq import nn
from microgradseq.nn.fused.buffers import borrow, forget_spare
from microgradseq.nn.fused.choice import KERNELS
from microgradseq.nn.fused.threads import set_threads
from tests.nn import kernels
from tests.nn.kernels import rule_of
from tests.nn.layers import made

STEPS, BATCH, INPUTS, HIDDEN = 35, 32, 28, 128
WARM_UP, LOOP = 100, 300
SAVED = {"rnn": 1, "rnn sigmoid": 1, "gru": 5, "gru reset before": 5, "lstm": 6}
"""How many numbers a unit, step and sequence the way back reads.

RNN: h. GRU: h, r, z, n, and W_hn h (or r ⊙ h). LSTM: h, i, f, g, o and c.
"""


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    # the first loan of a process frees a large block, see buffers.py
    borrow(numpy.empty, (1,))
    forget_spare()
    yield
    set_threads(None)


def operands_of(layer: nn.Recurrent, x: Any) -> list[Any]:
    """What the layer's rule takes, as plain arrays."""
    states = [numpy.zeros((x.shape[1], layer.state_size), "float32") for _ in layer.cell.states]
    return [x, *states, *(one.plain() for one in layer.parameters_of(0).values())]


def needed(kind: str, results: Any, gradients: Any, operands: list[Any]) -> int:
    """The bytes of what must be there at the end of a training step; see the test below."""
    numbers = STEPS * BATCH * (SAVED[kind] * HIDDEN + INPUTS)
    arrays = [*results, *operands[1:], *(one for one in gradients if one is not None)]
    return 4 * numbers + sum(int(array.nbytes) for array in arrays)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", SAVED)
def test_a_training_step_holds_little_more_than_it_must(
    kind: str, whole: bool, threads: int
) -> None:
    """The peak of forward and backward is at most 1.5 times what must be held.

    What must be held, in bytes: the results (output and final states); of every step the input's
    features and the states and gates that the way back reads, see SAVED; the initial states and
    the parameters; and the gradients of all operands. The output counts apart from the states h,
    as it is the caller's, in another order and with 0 in its padding.

    The peak counts every byte allocated from the start of the forward pass to the end of the
    backward pass, plus the bytes of initial states and parameters, which were there before. The
    gradients that arrive from the loss were there before as well, and are counted on neither
    side. So what the rule may hold beside is half as much again: weights in another order, sums
    of parts, and the gradients of a chunk of steps.
    """
    random = numpy.random.default_rng(0)
    x: Any = random.integers(0, INPUTS, (STEPS, BATCH))
    if not whole:
        x = random.standard_normal((STEPS, BATCH, INPUTS)).astype("float32")
    layer = made(kind, INPUTS, HIDDEN, dtype="float32")
    rule, operands = KERNELS[layer.cell.name], operands_of(layer, x)
    shapes = [(STEPS, BATCH, HIDDEN), *[(BATCH, HIDDEN)] * len(layer.cell.states)]
    arrived = tuple(numpy.ones(shape, "float32") for shape in shapes)
    wanted = (not whole, *[True] * (len(operands) - 1))
    set_threads(threads)
    tracemalloc.start()
    try:
        results, saved = rule.forward(numpy, *operands, **layer.options)
        gradients = rule.backward(numpy, arrived, results, saved, operands, layer.options, wanted)
        peak = tracemalloc.get_traced_memory()[1] + sum(one.nbytes for one in operands[1:])
    finally:
        tracemalloc.stop()
    least = needed(kind, results, gradients, operands)
    assert peak <= 1.5 * least


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_a_long_loop_does_not_grow(kind: str) -> None:
    # of the rule: CPython's cache of attribute names goes on filling with those of a layer
    rule, _, options = rule_of(kind, 2, 4)
    operands = kernels.operands_of(kind, (3, 2, 2, 4))
    held = []
    tracemalloc.start()
    try:
        for steps in (WARM_UP, LOOP):
            for _ in range(steps):
                kernels.weighted(rule(*operands, **options)).backward()
                for one in operands:
                    one.grad = None
            # empties Python's own lists of spare objects
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    # less than the smallest object a step
    assert held[1] - held[0] < 16 * LOOP
