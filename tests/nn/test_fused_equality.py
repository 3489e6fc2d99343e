"""Every fused kernel against its unrolled form, over options, sizes, types and lengths."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from tests.nn.kernels import (
    EVERY_KIND,
    LENGTHS,
    require_equal_modes,
    require_same_bits,
    sequences,
)
from tests.nn.layers import made, numbers_of

CASES: list[dict[str, Any]] = [
    {},
    {"bias": False},
    {"bias": "single"},
    {"dtype": "float32"},
    {"num_layers": 2, "bidirectional": True},
]


@EVERY_KIND
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("options", CASES, ids=str)
def test_in_every_option(kind: str, options: dict[str, Any], whole: bool) -> None:
    require_equal_modes(kind, (6, 4, 3, 5), whole, **options)


@EVERY_KIND
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("whole", [False, True])
def test_with_lengths(kind: str, dtype: str, whole: bool) -> None:
    require_equal_modes(kind, (6, 4, 3, 5), whole, LENGTHS, bidirectional=True, dtype=dtype)


@EVERY_KIND
def test_padding_is_never_read(kind: str) -> None:
    x = sequences((6, 4, 3, 5))
    layer = made(kind, 3, 5, bidirectional=True)
    expected = numbers_of(layer, x, LENGTHS)
    padded = numpy.arange(6)[:, None] >= LENGTHS
    for filling in (numpy.nan, numpy.inf, 1e300):
        x[padded] = filling
        require_same_bits(numbers_of(layer, x, LENGTHS), expected)


def test_a_time_constant_for_each_unit() -> None:
    for kind in ("ctrnn euler", "ctrnn rk4"):
        require_equal_modes(kind, (6, 4, 3, 5), tau=[0.5, 1.0, 1.5, 2.0, 4.0])


@pytest.mark.parametrize("hidden", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("output", ["tanh", "relu", "sigmoid", "identity"])
def test_every_nonlinearity_of_jordans_network(hidden: str, output: str) -> None:
    require_equal_modes(
        "jordan", (6, 4, 3, 5), nonlinearity=hidden, output_nonlinearity=output, output_size=3
    )
