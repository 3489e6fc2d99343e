"""The LSTM kernel: the unrolled layer's numbers, however it is cut up."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from typing import Any

import numpy
import pytest

from microgradseq import check_gradients, no_grad
from microgradseq.nn.fused import recurrence
from microgradseq.nn.fused.buffers import forget_spare
from microgradseq.nn.fused.lstm import LSTM_LAYER
from microgradseq.nn.fused.step import LSTMStep
from microgradseq.nn.fused.threads import set_threads
from tests.nn.fused_layers import everything, operands_of, require_same, unrolled_too, weighted

SIZES = [(5, 3, 4, 7), (1, 1, 1, 1), (9, 2, 3, 16), (40, 16, 5, 4), (0, 2, 3, 4), (3, 0, 2, 4)]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
def test_equals_the_unrolled_layer(
    sizes: tuple[int, int, int, int], bias: bool, whole: bool, reverse: bool
) -> None:
    if whole and 0 in sizes:
        pytest.skip("indices without steps have no gradient to compare")
    operands = operands_of(4, 2, sizes, bias=bias, whole=whole)
    ours, theirs = unrolled_too(LSTM_LAYER, operands, reverse=reverse, bias=bias)
    require_same(ours, theirs)


def test_float32_stays_float32_and_close() -> None:
    operands = operands_of(4, 2, (6, 3, 4, 5), dtype="float32")
    require_same(*unrolled_too(LSTM_LAYER, operands), tolerance=2e-5)


@pytest.mark.parametrize("reverse", [True, False])
def test_padding_changes_no_bit(reverse: bool) -> None:
    lengths = numpy.array([5, 0, 2])
    operands = operands_of(4, 2, (5, 3, 4, 7))
    before = everything(LSTM_LAYER, operands, reverse=reverse, lengths=lengths)
    with no_grad():
        changed = operands[0].plain().copy()
    changed[numpy.arange(5)[:, None] >= lengths] = numpy.nan
    operands[0].overwrite(changed)
    after = everything(LSTM_LAYER, operands, reverse=reverse, lengths=lengths)
    for one, other in zip(before, after, strict=True):
        assert numpy.isfinite(one).all()
        numpy.testing.assert_array_equal(one, other)
    theirs = everything(LSTM_LAYER.unrolled, operands, reverse=reverse, lengths=lengths)
    require_same(after, theirs)


def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrence, "SPLIT_FROM", 0)
    monkeypatch.setattr(recurrence, "NARROWEST_PART", 1)


def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrence, "WORTH_A_THREAD", 0)


@pytest.mark.parametrize("cut", [in_parts, beside])
@pytest.mark.parametrize("lengths", [None, numpy.array([40, 3, 7, 1, 0])])
def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch, cut: Any, lengths: Any) -> None:
    monkeypatch.setattr(recurrence, "GRADIENT_COLUMNS", 1)
    operands = operands_of(4, 2, (40, 5, 3, 6))
    try:
        set_threads(1)
        alone = everything(LSTM_LAYER, operands, lengths=lengths)
        cut(monkeypatch)
        set_threads(3)
        together = everything(LSTM_LAYER, operands, lengths=lengths)
        again = everything(LSTM_LAYER, operands, lengths=lengths)
    finally:
        set_threads(None)
    require_same(together, alone)
    for one, other in zip(together, again, strict=True):
        numpy.testing.assert_array_equal(one, other)


def test_two_forwards_before_a_backward_do_not_mix() -> None:
    operands = operands_of(4, 2, (4, 3, 2, 5))
    alone = everything(LSTM_LAYER, operands)[3:]
    for one in operands:
        one.grad = None
    first = weighted(LSTM_LAYER(*operands))
    weighted(LSTM_LAYER(*(one * 2.0 for one in operands)))
    first.backward()
    for one, gradient in zip(operands, alone, strict=True):
        numpy.testing.assert_array_equal(one.grad, gradient)


def test_a_second_backward_gives_twice_the_gradient() -> None:
    operands = operands_of(4, 2, (4, 3, 2, 5))
    once = everything(LSTM_LAYER, operands)[3:]
    for one in operands:
        one.grad = None
    loss = weighted(LSTM_LAYER(*operands))
    loss.backward()
    loss.backward()
    for one, gradient in zip(operands, once, strict=True):
        numpy.testing.assert_array_equal(one.grad, 2 * gradient)


def test_results_outlive_the_memory_they_came_from() -> None:
    operands = operands_of(4, 2, (4, 3, 2, 5))
    kept = [result.plain() for result in LSTM_LAYER(*operands)]
    copies = [array.copy() for array in kept]
    everything(LSTM_LAYER, [operands[0] * 3.0, *operands[1:]])
    for array, copy in zip(kept, copies, strict=True):
        numpy.testing.assert_array_equal(array, copy)


def test_derivatives_to_second_order() -> None:
    x, *others = operands_of(4, 2, (3, 2, 2, 2))
    check_gradients(lambda *given: weighted(LSTM_LAYER(*given)), x, *others, order=2)


def test_a_training_step_holds_little_more_than_it_must_remember() -> None:
    steps, batch, hidden = 64, 16, 64
    operands = operands_of(4, 2, (steps, batch, 8, hidden), dtype="float32")
    forget_spare()
    tracemalloc.start()
    try:
        results, saved = LSTM_LAYER.forward(numpy, *(one.plain() for one in operands))
        arrays = tuple(one.plain() for one in operands)
        by_results = tuple(numpy.ones_like(result) for result in results)
        known = sum(array.nbytes for array in (*results, *by_results))
        wanted = (False, *[True] * 6)
        gradients = LSTM_LAYER.backward(numpy, by_results, results, saved, arrays, {}, wanted)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    weights = sum(array.nbytes for array in gradients if array is not None)
    # h, c, four gates and tanh c; what depends on the weights alone does not grow with the steps
    states = 7 * steps * batch * hidden * 4
    assert most - known - 6 * weights < 1.5 * states


def test_a_long_loop_does_not_grow() -> None:
    operands = operands_of(4, 2, (3, 2, 2, 4))
    held = []
    tracemalloc.start()
    try:
        for _ in range(3):
            for _ in range(200):
                everything(LSTM_LAYER, operands)
            # empties Python's own lists of spare objects
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[2] - held[1] < 2_000


def test_a_single_step_is_one_step_of_the_layer() -> None:
    x, h, c, *weights = operands_of(4, 2, (1, 3, 4, 5))
    weight_ih, weight_hh, *biases = (one.plain() for one in weights)
    head = numpy.ones((2, 5)), numpy.array([1.0, 2.0])
    for bare in (x.plain()[0], numpy.array([3, 0, 1])):
        for both in (biases, []):
            step = LSTMStep(weight_ih, weight_hh, both, head)
            new_h, new_c, logits = step(bare, h.plain(), c.plain())
            given = [bare[None], h, c, *weights[: 2 + len(both)]]
            _, last_h, last_c = LSTM_LAYER(*given)
            require_same([new_h, new_c], [last_h.plain(), last_c.plain()])
            assert logits is not None
            require_same([logits], [new_h @ head[0].T + head[1]])


PROGRAM = """
import hashlib
from microgradseq.nn.fused.lstm import LSTM_LAYER
from tests.nn.fused_layers import everything, operands_of
found = everything(LSTM_LAYER, operands_of(4, 2, (9, 20, 5, 260), dtype="float32"))
print(hashlib.sha256(b"".join(array.tobytes() for array in found)).hexdigest())
"""


def test_processes_agree_bit_for_bit() -> None:
    command = [sys.executable, "-c", PROGRAM]
    printed = {subprocess.check_output(command, text=True) for _ in range(2)}
    assert len(printed) == 1
