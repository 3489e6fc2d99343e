"""The checker itself: it must find what is wrong, and must not cry wolf."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy
import pytest

from microgradseq import check_gradients, tensor
from microgradseq.errors import GradientError
from microgradseq.gradient_check import GradientMismatch, KinkWarning
from microgradseq.rules import RULES, Rule
from microgradseq.rules.rule import operation, plain

A = numpy.array([[0.5, -1.0, 2.0], [0.25, 3.0, 1.0]])


@pytest.fixture
def no_rule_stays() -> Iterator[None]:
    """Rules that a test adds are taken out of the registry again."""
    known = dict(RULES)
    yield
    RULES.clear()
    RULES.update(known)


def wrong_square(slope: Callable[[Any], Any]) -> Rule:
    """A square whose derivative is given by the test."""
    return operation(
        "wrong square",
        forward=lambda m, u: u * u,
        vjp=lambda g, y, u: g * slope(u),
        jvp=lambda t, y, u: t * slope(u),
        words="wrong",
        needs=("u",),
    )


@pytest.mark.usefixtures("no_rule_stays")
@pytest.mark.parametrize("modes", ["reverse", "forward", ("reverse", "forward")])
def test_the_worst_element_is_named_with_both_numbers(modes: Any) -> None:
    square = wrong_square(lambda u: u * 2 + (u > 2))
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda a, b: (a * square(b["w"])).sum(), 2.0 * A, {"w": A}, modes=modes)
    text = str(caught.value)
    assert "inputs[1]['w'], index (1, 1)" in text
    assert "gives 42" in text
    assert "differences give 36" in text
    assert "\n" not in text


@pytest.mark.usefixtures("no_rule_stays")
def test_a_wrong_second_derivative_is_found() -> None:
    # right numbers, but cut off from the graph
    square = wrong_square(lambda u: plain(u) * 2)
    assert check_gradients(square, A).passed
    with pytest.raises(GradientMismatch, match="reverse-then-"):
        check_gradients(square, A, order=2)


@pytest.mark.parametrize("convert", [lambda a: a, tensor, lambda a: [a]])
def test_single_precision_is_refused_with_the_reason(convert: Callable[[Any], Any]) -> None:
    with pytest.raises(GradientError, match="float32 numbers are mostly rounding noise"):
        check_gradients(lambda x: x, convert(A.astype("float32")))
    with pytest.raises(GradientError, match="the result is float32"):
        check_gradients(lambda x: x.float(), A)


@pytest.mark.parametrize(
    ("function", "place"),
    [
        (lambda x: x.relu(), 0.0),
        (lambda x: x.abs(), 0.0),
        (lambda x: x.maximum(1.0), 1.0),
        (lambda x: x.leaky_relu(), 0.0),
        (lambda x: x.clip(-1.0, 1.0), 1.0),
        (lambda x: x.sign(), 0.0),
    ],
)
def test_a_kink_is_a_warning(function: Callable[[Any], Any], place: float) -> None:
    for inputs in (place, numpy.array([place, 0.3])):
        with pytest.warns(KinkWarning, match="left and to the right disagree"):
            report = check_gradients(function, inputs)
        assert report.kinks == 1


@pytest.mark.usefixtures("no_rule_stays")
def test_a_wrong_derivative_at_a_kink_is_still_wrong() -> None:
    square = wrong_square(lambda u: u * 2 + 5)
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: x.abs() + square(x), numpy.zeros(1))


@pytest.mark.parametrize(
    ("function", "place"),
    [
        (lambda x: x * 1e4 + x.log(), 1e4),
        (lambda x: x.log(), 1e-6),
        (lambda x: (x * 100).sin(), 0.3),
        (lambda x: x**7, 3.0),
        (lambda x: (x * 50).tanh(), 0.01),
        (lambda x: x.softplus(), -30.0),
        (lambda x: x * 1e-9, 1.0),
        (lambda x: (x - 1e-3).relu(), 0.0),
    ],
)
def test_steep_flat_and_curved_functions_pass(function: Callable[[Any], Any], place: float) -> None:
    report = check_gradients(function, place)
    assert (report.checked, report.kinks, report.passed) == (2, 0, True)


def test_the_report_counts_and_speaks() -> None:
    report = check_gradients(
        lambda d: [d["a"] * d["b"], d["c"].exp()], {"a": A, "b": A[0], "c": 1.0}
    )
    assert report.checked == 2 * (6 + 3 + 1)
    assert str(report).startswith("20 derivatives checked in reverse and forward mode to order 1")
    assert "inputs[0]" in str(report)
    assert str(check_gradients(lambda x: x.sum(), numpy.zeros(0))).startswith("0 derivatives")


def test_higher_orders_nest() -> None:
    report = check_gradients(lambda x: (x @ x).tanh(), A[:, :2], order=3)
    assert report.checked == 8 * (1 + 2 + 4)


@pytest.mark.parametrize("wrong", [{"modes": ("sideways",)}, {"modes": ()}, {"order": 0}])
def test_wrong_arguments(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="check_gradients: modes are"):
        check_gradients(lambda x: x, 1.0, **wrong)
