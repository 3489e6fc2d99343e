"""The lean LSTM step against the layer."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import nn
from tests.nn.layers import made


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("x", [numpy.linspace(-1, 1, 12).reshape(3, 4), numpy.array([3, 0, 1])])
def test_a_single_step_is_one_step_of_the_layer(x: Any, bias: bool) -> None:
    layer = made("lstm", 4, 5, bias=bias)
    weight_ih, weight_hh, *biases = (one.plain() for one in layer.parameters_of(0).values())
    head = numpy.ones((2, 5)), numpy.array([1.0, 2.0])
    h, c = numpy.random.default_rng(0).standard_normal((2, 3, 5))
    new_h, new_c, logits = nn.LSTMStep(weight_ih, weight_hh, biases, head)(x, h, c)
    _, (last_h, last_c) = layer(x[None], (h[None], c[None]))
    assert logits is not None
    for found, expected in (
        (new_h, last_h.plain()[0]),
        (new_c, last_c.plain()[0]),
        (logits, new_h @ head[0].T + head[1]),
    ):
        numpy.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)
