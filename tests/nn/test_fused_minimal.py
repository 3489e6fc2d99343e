"""The minimal cells: their scans, and gates that are shut or open for long."""

from __future__ import annotations

import numpy
import pytest

from microgradseq.nn.fused.scan import linear_scan, log_scan
from tests.nn.kernels import sequences
from tests.nn.layers import made, numbers_of, require_close


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


@pytest.mark.parametrize("kind", ["min gru", "min lstm"])
@pytest.mark.parametrize("scale", [30.0, 1e4])
def test_shut_and_open_gates_over_a_long_time(kind: str, scale: float) -> None:
    layers = [made(kind, 2, 3, mode=mode, dtype="float32") for mode in ("fused", "unrolled")]
    x = scale * sequences((2000, 2, 2, 3), "float32")
    found, expected = (numbers_of(layer, x) for layer in layers)
    assert all(numpy.isfinite(array).all() for array in found.values())
    require_close(found, expected, 2e-5)
