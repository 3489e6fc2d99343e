"""The fused minimal GRU and LSTM against its unrolled form and against differences."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq.nn.fused.scan import linear_scan, log_scan
from tests.nn import kernels
from tests.nn.layers import made, numbers_of, require_close

EVERY_KIND = pytest.mark.parametrize("kind", ["min gru", "min lstm"])


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


@pytest.mark.parametrize("steps", [*range(10), 100, 1001])
def test_scans_equal_the_steps_one_by_one(steps: int) -> None:
    random = numpy.random.default_rng(0)
    decay, inputs = random.uniform(size=(steps, 3)), random.standard_normal((steps, 3))
    for scanned, added in (
        (linear_scan(numpy, decay, inputs), inputs),
        (numpy.exp(log_scan(numpy, numpy.log(decay), numpy.log(abs(inputs)))), abs(inputs)),
    ):
        state = numpy.zeros(3)
        for t in range(steps):
            state = decay[t] * state + added[t]
            numpy.testing.assert_allclose(scanned[t], state, rtol=1e-11, atol=1e-12)


@EVERY_KIND
@pytest.mark.parametrize("scale", [30.0, 1e4])
def test_shut_and_open_gates_over_a_long_time(kind: str, scale: float) -> None:
    layers = [made(kind, 2, 3, mode=mode, dtype="float32") for mode in ("fused", "unrolled")]
    x = scale * kernels.sequences((2000, 2, 2, 3), "float32")
    found, expected = (numbers_of(layer, x) for layer in layers)
    assert all(numpy.isfinite(array).all() for array in found.values())
    require_close(found, expected, 2e-5)
