"""Which derivative is taken where there is none, or where a formula alone would give 0·∞."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import Value, tensor

OneNumber = Callable[[Any], Any]
TwoNumbers = Callable[[Any, Any], Any]


@pytest.mark.parametrize(
    ("function", "place", "slope"),
    [
        (lambda x: x.relu(), 0.0, 0.0),
        (lambda x: x.leaky_relu(), 0.0, 0.01),
        (lambda x: x.abs(), 0.0, 0.0),
        (lambda x: x.clip(-1.0, 2.0), -1.0, 1.0),
        (lambda x: x.clip(-1.0, 2.0), 2.0, 1.0),
        (lambda x: x.clip(-1.0, 2.0), 2.5, 0.0),
    ],
)
def test_at_a_kink(function: OneNumber, place: float, slope: float) -> None:
    x = tensor([place], requires_grad=True)
    function(x).sum().backward()
    assert x.grad.tolist() == [slope]


def test_the_mean_of_nothing_is_not_a_number() -> None:
    assert numpy.isnan(tensor(numpy.empty((0,))).mean().item())
    assert numpy.isnan(tensor(numpy.empty((2, 0))).mean(axis=1).data).all()


@pytest.mark.parametrize(
    ("function", "u", "v", "slopes"),
    [
        (lambda u, v: u.maximum(v), 1.0, 1.0, (0.5, 0.5)),
        (lambda u, v: u.minimum(v), 1.0, 1.0, (0.5, 0.5)),
        (lambda u, v: u**v, 0.0, 0.0, (0.0, 0.0)),
        (lambda u, v: u**v, 0.0, 1.0, (1.0, 0.0)),
        (lambda u, v: u**v, 0.0, 2.0, (0.0, 0.0)),
    ],
)
@pytest.mark.parametrize("scalar", [True, False])
def test_of_two_numbers(
    function: TwoNumbers, u: float, v: float, slopes: tuple[float, float], scalar: bool
) -> None:
    if scalar:
        one, other = Value(u), Value(v)
        function(one, other).backward()
        assert (one.grad, other.grad) == slopes
    else:
        first, second = (tensor([each], requires_grad=True) for each in (u, v))
        function(first, second).sum().backward()
        assert numpy.concatenate([first.grad, second.grad]).tolist() == list(slopes)
