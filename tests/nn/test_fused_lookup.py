"""Whole numbers among many rows are looked up: the numbers of one-hot columns, less memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy
import pytest

from microgradseq.errors import ShapeError
from microgradseq.nn.fused import lookup, problem
from microgradseq.nn.fused.buffers import borrow, forget_spare
from microgradseq.nn.fused.lookup import row_sums, table_gradient
from tests.nn.kernels import (
    EVERY_KIND,
    LENGTHS,
    require_equal_modes,
    require_same_bits,
    rule_of,
    sequences,
)
from tests.nn.layers import made, numbers_of, require_close

WORDS = 20_000


@EVERY_KIND
@pytest.mark.parametrize("bias", [True, False])
def test_lookup_equals_one_hot_columns(
    kind: str, bias: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = sequences((6, 4, 3, 5), whole=True)
    layer = made(kind, 3, 5, bidirectional=True, bias=bias)
    as_columns = numbers_of(layer, x, LENGTHS)
    monkeypatch.setattr(lookup, "MOST_ONE_HOT", 2)
    looked_up = numbers_of(layer, x, LENGTHS)
    require_close(looked_up, as_columns, 1e-14)
    x[numpy.arange(6)[:, None] >= LENGTHS] = -7
    require_same_bits(numbers_of(layer, x, LENGTHS), looked_up)


@EVERY_KIND
@pytest.mark.parametrize("sizes", [(7, 3, 300, 4), (0, 3, 300, 4), (4, 0, 300, 4)], ids=str)
@pytest.mark.parametrize("lengths", [False, True])
def test_lookup_equals_the_unrolled_layer(
    kind: str, sizes: tuple[int, ...], lengths: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problem, "GRADIENT_COLUMNS", 1)
    counts = numpy.arange(sizes[1]) % (sizes[0] + 1) if lengths else None
    require_equal_modes(kind, sizes, True, counts, bidirectional=True)


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_a_large_vocabulary_stays_small(kind: str) -> None:
    """Beside the gradient of the weights, a pass holds far less than one-hot columns would."""
    steps, batch, hidden = 20, 8, 16
    x = numpy.random.default_rng(0).integers(0, WORDS, (steps, batch))
    rule, parameters, options = rule_of(kind, WORDS, hidden, dtype="float32")
    states = [numpy.zeros((batch, hidden), "float32")] * (2 if kind == "lstm" else 1)
    operands = [x, *states, *parameters]
    arrived = [numpy.ones((steps, batch, hidden), "float32"), *states]
    wanted = [False, *[True] * (len(operands) - 1)]
    borrow(numpy.empty, (1,))
    forget_spare()
    tracemalloc.start()
    try:
        results, saved = rule.forward(numpy, *operands, **options)
        rule.backward(numpy, arrived, results, saved, operands, options, wanted)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    beside = peak - parameters[0].nbytes
    one_hot = 4 * steps * batch * WORDS
    assert beside < one_hot / 50


def test_a_large_vocabulary_learns_the_words_it_saw() -> None:
    x = numpy.array([[7, 19_999], [7, 3]])
    layer = made("lstm", WORDS, 4)
    layer(x)[0].sum().backward()
    touched = numpy.flatnonzero(layer.weight_ih_l0.grad.any(axis=0))
    assert touched.tolist() == [3, 7, 19_999]


@EVERY_KIND
@pytest.mark.parametrize("symbols", [3, 300])
@pytest.mark.parametrize("wrong", [-1, 300])
def test_an_index_out_of_range_is_named(kind: str, symbols: int, wrong: int) -> None:
    x = numpy.array([[0, 1], [wrong, 2]])
    with pytest.raises(ShapeError, match=f"index {wrong}, but input_size is {symbols}"):
        made(kind, symbols, 4)(x)


@pytest.mark.parametrize("count", [0, 1, 50])
@pytest.mark.parametrize("rows", [1, 4, 1000])
def test_row_sums_add_up_to_a_table(count: int, rows: int) -> None:
    random = numpy.random.default_rng(count)
    indices, gradients = random.integers(0, rows, count), random.standard_normal((3, count))
    expected = numpy.zeros((3, rows))
    for place, index in enumerate(indices):
        expected[:, index] += gradients[:, place]
    found = row_sums(numpy, indices, gradients)
    assert len(set(found.indices.tolist())) == len(found.indices)
    table: Any = table_gradient(numpy, expected, [found])
    numpy.testing.assert_allclose(table, expected, rtol=0, atol=1e-13)
