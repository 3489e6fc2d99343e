"""The fused GRU against its unrolled form and against differences."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy
import pytest

from microgradseq.nn.fused.buffers import forget_spare
from microgradseq.nn.fused.gru import GRU_LAYER
from tests.nn import kernels

EVERY_KIND = pytest.mark.parametrize("kind", ["gru", "gru reset before"])


@EVERY_KIND
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("options", kernels.CASES, ids=str)
def test_equals_the_unrolled_layer(kind: str, options: dict[str, Any], whole: bool) -> None:
    kernels.require_equal_modes(kind, (6, 4, 3, 5), whole, **options)


@EVERY_KIND
@pytest.mark.parametrize("sizes", kernels.SIZES, ids=str)
def test_equals_it_in_every_size(kind: str, sizes: tuple[int, ...]) -> None:
    kernels.require_equal_modes(kind, sizes)


@EVERY_KIND
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equals_it_with_lengths(kind: str, dtype: str) -> None:
    kernels.require_equal_with_lengths(kind, dtype=dtype)


@EVERY_KIND
def test_padding_is_never_read(kind: str) -> None:
    kernels.require_blind_to_padding(kind)


@EVERY_KIND
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_are_right(kind: str, bias: bool) -> None:
    kernels.require_right_gradients(kind, bias=bias)


@EVERY_KIND
def test_passes_do_not_disturb_each_other(kind: str) -> None:
    kernels.require_two_passes_apart(kind)


@EVERY_KIND
def test_lookup_equals_one_hot_columns(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels.require_lookup_equal_to_columns(kind, monkeypatch)


@EVERY_KIND
def test_parts_of_a_batch_equal_the_whole(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels.require_same_in_parts(kind, monkeypatch)


@EVERY_KIND
def test_a_second_thread_changes_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels.require_same_with_help(kind, monkeypatch)


def test_a_training_step_holds_little_more_than_it_must_remember() -> None:
    steps, batch, hidden = 64, 16, 64
    random = numpy.random.default_rng(0)
    shapes = (steps, batch, 8), (batch, hidden), (3 * hidden, 8), (3 * hidden, hidden)
    operands = [random.standard_normal(shape).astype("float32") for shape in shapes]
    forget_spare()
    tracemalloc.start()
    try:
        results, saved = GRU_LAYER.forward(numpy, *operands, bias=False)
        by_results = tuple(numpy.ones_like(result) for result in results)
        known = sum(array.nbytes for array in (*results, *by_results))
        gradients = GRU_LAYER.backward(
            numpy, by_results, results, saved, operands, {}, (False, True, True, True)
        )
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    weights = sum(array.nbytes for array in gradients if array is not None)
    # h, r, z, n and W_hn h; what depends on the weights alone does not grow with the steps
    states = 5 * steps * batch * hidden * 4
    assert most - known - 4 * weights < 1.5 * states
