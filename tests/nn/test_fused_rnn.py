"""The Elman kernel: the unrolled layer's numbers with each of its functions."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import check_gradients
from microgradseq.nn.fused import recurrence
from microgradseq.nn.fused.rnn import RNN_LAYER
from microgradseq.nn.fused.threads import set_threads
from tests.nn.fused_layers import everything, operands_of, require_same, unrolled_too, weighted

FUNCTIONS = ("tanh", "relu", "sigmoid")
SIZES = [(5, 3, 4, 7), (1, 1, 1, 1), (40, 16, 5, 4), (0, 2, 3, 4), (3, 0, 2, 4)]
EVERY_FUNCTION = pytest.mark.parametrize("nonlinearity", FUNCTIONS)


@EVERY_FUNCTION
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("lengths", [False, True])
@pytest.mark.parametrize("reverse", [True, False])
def test_equals_the_unrolled_layer(
    nonlinearity: str, sizes: tuple[int, int, int, int], bias: bool, lengths: bool, reverse: bool
) -> None:
    operands = operands_of(1, 1, sizes, bias=bias)
    counts = numpy.arange(sizes[1]) % (sizes[0] + 1) if lengths else None
    options = {"nonlinearity": nonlinearity, "bias": bias, "reverse": reverse, "lengths": counts}
    require_same(*unrolled_too(RNN_LAYER, operands, **options))


@EVERY_FUNCTION
def test_indices_are_one_hot_rows(nonlinearity: str) -> None:
    operands = operands_of(1, 1, (6, 3, 4, 5), whole=True)
    require_same(*unrolled_too(RNN_LAYER, operands, nonlinearity=nonlinearity))


@EVERY_FUNCTION
def test_float32_stays_float32_and_close(nonlinearity: str) -> None:
    operands = operands_of(1, 1, (6, 3, 4, 5), dtype="float32")
    require_same(*unrolled_too(RNN_LAYER, operands, nonlinearity=nonlinearity), tolerance=2e-5)


@pytest.mark.parametrize("limit", ["SPLIT_FROM", "WORTH_A_THREAD"])
def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    operands = operands_of(1, 1, (40, 5, 3, 6))
    monkeypatch.setattr(recurrence, "GRADIENT_COLUMNS", 1)
    monkeypatch.setattr(recurrence, "NARROWEST_PART", 1)
    try:
        set_threads(1)
        alone = everything(RNN_LAYER, operands)
        monkeypatch.setattr(recurrence, limit, 0)
        set_threads(2)
        together = everything(RNN_LAYER, operands)
    finally:
        set_threads(None)
    require_same(together, alone)


@pytest.mark.parametrize("nonlinearity", ["tanh", "sigmoid"])
def test_derivatives_to_second_order(nonlinearity: str) -> None:
    def loss(*given: Any) -> Any:
        return weighted(RNN_LAYER(*given, nonlinearity=nonlinearity))

    check_gradients(loss, *operands_of(1, 1, (3, 2, 2, 2)), order=2)
