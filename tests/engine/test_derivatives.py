"""grad and its kin: on every kind of input, nested to any order, in both modes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy
import pytest

from microgradseq import (
    Tensor,
    Value,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    tensor,
    value_and_grad,
    vjp,
)
from microgradseq.errors import GradientError, ShapeError
from microgradseq.rules import RULES
from microgradseq.traced import Traced

A = numpy.array([[0.5, -1.0, 2.0], [0.25, 3.0, 1.0]])
B = numpy.array([2.0, 0.5, 1.5])


class Pair(NamedTuple):
    first: Any
    second: Any


# --- what goes in and what comes out ------------------------------------------------------------


def test_plain_numbers_give_plain_numbers() -> None:
    assert grad(lambda x: x * x)(3.0) == 6.0
    assert type(grad(lambda x: x * x)(3)) is float
    value, gradient = value_and_grad(lambda x: (x * x).sum())(A)
    assert type(value) is float
    assert type(gradient) is numpy.ndarray
    numpy.testing.assert_allclose(gradient, 2 * A)


def test_a_gradient_is_nested_like_its_argument() -> None:
    arguments = {"a": A, "b": [B, 2.0], "c": (3.0, Pair(4.0, B))}

    def f(d: Any) -> Any:
        a, b, numbers = d["a"], d["b"], d["c"][1]
        assert isinstance(numbers, Pair)
        return (a * b[0] + numbers.second).sum()

    found = grad(f)(arguments)
    numpy.testing.assert_allclose(found["a"], numpy.broadcast_to(B, (2, 3)))
    numpy.testing.assert_allclose(found["b"][0], A.sum(0))
    assert found["b"][1] == 0.0
    assert found["c"][0] == 0.0
    assert type(found["c"][1]) is Pair
    assert found["c"][1].second.tolist() == [2.0] * 3


def test_argnums_choose_arguments() -> None:
    def f(a: Any, text: str, b: Any) -> Any:
        assert text == "kept as it is"
        return a * b

    assert grad(f, 2)(2.0, "kept as it is", 5.0) == 2.0
    assert grad(f, (0, -1))(2.0, "kept as it is", 5.0) == (5.0, 2.0)


def test_keyword_arguments_are_passed_on() -> None:
    def f(x: Any, power: int = 1) -> Any:
        return x**power

    assert grad(f)(2.0, power=3) == 12.0
    assert hessian(f)(2.0, power=3) == 12.0


def test_single_precision_and_single_numbers_keep_their_kind() -> None:
    assert grad(lambda x: (x * 2).sum())(A.astype("float32")).dtype == numpy.float32
    zero_dimensional = grad(lambda x: x * x)(numpy.array(3.0))
    assert (zero_dimensional.shape, float(zero_dimensional)) == ((), 6.0)


def test_an_unused_input_has_zero_gradient() -> None:
    assert grad(lambda x, y: x * 2, 1)(1.0, 2.0) == 0.0
    assert grad(lambda x: 5.0)(1.0) == 0.0
    assert grad(lambda x, y: x.sum(), 1)(A, B).tolist() == [0.0] * 3
    assert jvp(lambda x: [x * 2, 3.0, B], 1.0, 1.0)[1][0] == 2.0
    assert jvp(lambda x: B, 1.0, 1.0)[1].tolist() == [0.0] * 3


def test_nodes_give_nodes() -> None:
    gradient = grad(lambda t: (t * t).sum())(tensor(A))
    assert type(gradient) is Tensor
    assert not gradient.requires_grad
    assert type(grad(lambda v: v * v)(Value(3.0))) is Value


def test_a_derivative_of_a_leaf_can_be_differentiated_on() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    grad(lambda t: (t**3).sum())(x).sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]
    v = Value(2.0)
    grad(lambda t: t**3)(v).backward()
    assert v.grad == 12.0


def test_create_graph_differentiates_what_was_captured() -> None:
    w = Value(3.0)
    grad(lambda x: x * x * w, create_graph=True)(2.0).backward()
    assert w.grad == 4.0


def test_captured_leaves_keep_their_gradients() -> None:
    w, v = tensor(B, requires_grad=True), Value(2.0)
    kept = (w * 1).tanh()
    kept.retain_grad()
    grad(lambda x: (x * w * kept).sum())(B)
    grad(grad(lambda x: x * x * v))(1.0)
    assert w.grad is None
    assert kept.grad is None
    assert v.grad == 0.0


# --- nesting ------------------------------------------------------------------------------------


def test_grad_nests_to_any_order() -> None:
    derivative: Callable[..., Any] = lambda x: x.sin()  # noqa: E731
    expected = (math.sin, math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x))
    for order in range(1, 7):
        derivative = grad(derivative)
        assert derivative(0.7) == pytest.approx(expected[order % 4](0.7), rel=1e-12)


def test_perturbations_are_not_confused() -> None:
    assert grad(lambda y: grad(lambda x: x * y)(2.0))(3.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * jvp(lambda y: x + y, 1.0, 1.0)[1])(1.0) == 1.0
    assert jvp(lambda x: x * jvp(lambda y: x * y, x, 1.0)[1], 2.0, 1.0) == (4.0, 4.0)
    assert jvp(lambda x: x * grad(lambda y: x * y)(x), 2.0, 1.0) == (4.0, 4.0)
    assert grad(lambda x: jvp(lambda y: x * y * y, x, 1.0)[1])(3.0) == 12.0
    outer = grad(lambda x: (x * grad(lambda y: (x * y * y).sum())(x)).sum())(B)
    numpy.testing.assert_allclose(outer, 6 * B * B)


def test_a_pullback_can_be_differentiated() -> None:
    def f(x: Any) -> Any:
        value, pull = vjp(lambda y: y * y * y, x)
        return pull(value)[0]

    assert grad(f)(2.0) == pytest.approx(15 * 2.0**4)
    _, pull = vjp(lambda y: y**3, 2.0)
    assert grad(lambda g: pull(g * g)[0])(5.0) == pytest.approx(120.0)


def test_a_zero_gradient_on_the_way_loses_no_second_derivative() -> None:
    assert grad(grad(lambda x: (x - 1) * x.log()))(1.0) == 2.0
    found = hessian(lambda x: ((x - 1) * x.log()).sum())(numpy.array([1.0, 2.0]))
    numpy.testing.assert_allclose(found, [[2.0, 0.0], [0.0, 0.75]])
    assert grad(lambda a: grad(lambda x: a * x.exp())(1.0))(0.0) == pytest.approx(math.e)


def test_no_grad_outside_and_inside() -> None:
    with no_grad():
        assert grad(lambda x: x * x)(3.0) == 6.0
        assert type(grad(lambda x: x * x)(Value(3.0))) is Value

    def f(y: Any) -> Any:
        with no_grad():
            factor = grad(lambda x: x * x * y)(2.0)
        return y * factor

    assert grad(f)(3.0) == 12.0


# --- the other functions ------------------------------------------------------------------------


def test_vjp_and_jvp_carry_structures() -> None:
    value, pull = vjp(lambda a, b: [a * b, {"k": a}], 2.0, 3.0)
    assert value == [6.0, {"k": 2.0}]
    assert pull([1.0, {"k": 5.0}]) == (8.0, 2.0)
    value, tangent = jvp(lambda d: d["b"] / d["a"], {"a": 2.0, "b": 3.0}, {"b": 1.0, "a": 0.0})
    assert (value, tangent) == (1.5, 0.5)


def test_jacobian_in_both_directions() -> None:
    def f(x: Any) -> Any:
        return (x @ B).tanh()

    slopes = 1 - numpy.tanh(A @ B) ** 2
    expected = slopes[:, None, None] * numpy.eye(2)[:, :, None] * B
    numpy.testing.assert_allclose(jacobian(f)(A), expected)
    tall = jacobian(lambda x: RULES["outer"](x, x))(B)
    assert tall.shape == (3, 3, 3)
    numpy.testing.assert_allclose(tall[0], _outer_row())


def _outer_row() -> Any:
    # ∂(b₀·b_j)/∂b_k = δ₀k·b_j + b₀·δ_jk
    row = B[0] * numpy.eye(3)
    row[:, 0] += B
    return row


@pytest.mark.parametrize(
    ("wide", "sweeps"), [(True, {"pull": 2, "push": 0}), (False, {"pull": 0, "push": 2})]
)
def test_jacobian_sweeps_the_smaller_side(
    wide: bool, sweeps: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = dict.fromkeys(sweeps, 0)

    def counting(name: str) -> Callable[..., Any]:
        original = getattr(Traced, name)

        def method(*arguments: Any) -> Any:
            counted[name] += 1
            return original(*arguments)

        return method

    for name in counted:
        monkeypatch.setattr(Traced, name, counting(name))
    matrix = numpy.ones((2, 5)) if wide else numpy.ones((5, 2))
    found = jacobian(lambda x: RULES["matmul"](matrix, x))(numpy.ones(matrix.shape[1]))
    assert found.tolist() == matrix.tolist()
    assert counted == sweeps


def test_jacobian_of_numbers_and_structures() -> None:
    assert jacobian(lambda x: x * x)(3.0) == 6.0
    assert jacobian(lambda x, y: (x * y, x), (0, 1))(2.0, 3.0) == ((3.0, 2.0), (1.0, 0.0))
    found = jacobian(lambda d: {"p": d["a"] * 2, "q": d["s"] * 3})({"a": B, "s": 1.0})
    numpy.testing.assert_allclose(found["p"]["a"], 2 * numpy.eye(3))
    assert found["q"]["s"] == 3.0
    assert found["p"]["s"].tolist() == [0.0] * 3
    assert found["q"]["a"].tolist() == [0.0] * 3


@pytest.mark.parametrize("shape", [(0,), (0, 2)])
def test_jacobian_of_nothing(shape: tuple[int, ...]) -> None:
    assert jacobian(lambda x: x * 2)(numpy.zeros(shape)).shape == shape + shape
    assert jacobian(lambda x: x.sum())(numpy.zeros(shape)).shape == shape


def test_jacobian_of_a_jacobian() -> None:
    found = jacobian(jacobian(lambda x: x**3))(B)
    expected = numpy.zeros((3, 3, 3))
    expected[range(3), range(3), range(3)] = 6 * B
    numpy.testing.assert_allclose(found, expected)


def test_hessian_and_its_product_agree() -> None:
    def f(x: Any) -> Any:
        return ((x * x).tanh() * x.exp()).sum() + x[0] * x[1] * x[2]

    full = hessian(f)(B)
    vector = numpy.array([1.0, -2.0, 0.5])
    numpy.testing.assert_allclose(full, full.T)
    numpy.testing.assert_allclose(hvp(f, B, vector), full @ vector)
    assert hvp(lambda x: x**3, 2.0, 1.0) == 12.0


def test_hessian_of_several_arguments() -> None:
    found = hessian(lambda x, y: x * x * y, (0, 1))(2.0, 3.0)
    assert found == ((6.0, 4.0), (4.0, 0.0))
    product = hvp(lambda x, y: x * x * y, (2.0, 3.0), (1.0, 1.0))
    assert product == (10.0, 4.0)


def test_a_pulled_back_zero_stays_zero_past_an_infinite_slope() -> None:
    def root(x: Any) -> Any:
        return RULES["where"](x > 0, x.sqrt(), 0.0)

    assert grad(root)(0.0) == 0.0
    assert grad(grad(root))(0.0) == 0.0
    total = lambda x: root(x).sum()  # noqa: E731
    numpy.testing.assert_array_equal(grad(total)(numpy.array([0.0, 4.0, -1.0])), [0.0, 0.25, 0.0])
    found = hessian(total)(numpy.array([0.0, 4.0, -1.0]))
    numpy.testing.assert_array_equal(found, numpy.diag([0.0, -1 / 32, 0.0]))
    direction = numpy.array([1.0, 1.0, 0.0])
    with numpy.errstate(all="ignore"):
        assert numpy.isfinite(jvp(root, numpy.array([0.0, 4.0, -1.0]), direction)[1][1])


def test_a_zero_beside_an_infinite_slope_loses_no_second_derivative() -> None:
    def weighted(x: Any, weight: Any) -> Any:
        return (RULES["where"](x > 0, x.sqrt(), 0.0) * weight).sum()

    found = hessian(weighted, (0, 1))(numpy.array([0.0, 4.0]), numpy.array([1.0, 0.0]))
    numpy.testing.assert_allclose(found[0][1], [[0.0, 0.0], [0.0, 0.25]])


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempt", "error", "words"),
    [
        (lambda: grad(lambda x: x * 2)(B), GradientError, "returned shape (3,)"),
        (lambda: grad(lambda x: [x, x])(1.0), GradientError, "returned 2 things"),
        (lambda: grad(lambda x: "text")(1.0), GradientError, "returned str"),
        (lambda: grad(lambda x: None)(1.0), GradientError, "returned NoneType"),
        (lambda: grad(lambda x: x.argmax())(B), GradientError, "returned int64 numbers"),
        (lambda: grad(lambda x: x)(True), GradientError, "with respect to a bool"),
        (lambda: grad(lambda x: x)("text"), GradientError, "with respect to str"),
        (lambda: grad(lambda x: x.sum())(numpy.array([1, 2])), GradientError, "int64"),
        (lambda: grad(lambda x: x, 2)(1.0), GradientError, "argnums names argument 2"),
        (lambda: jvp(lambda x: x, A, B), ShapeError, "shape (3,) do not fit shape (2, 3)"),
        (lambda: jvp(lambda x: x, [A], [A, A]), GradientError, "must be nested like"),
        (lambda: jvp(lambda x: x, 1.0, "t"), GradientError, "must be numbers, got str"),
        (lambda: vjp(lambda x: x, 1.0)[1]((1.0,)), GradientError, "must be nested like"),
        (lambda: vjp(lambda x: {"k": x}, 1.0)[1]({"j": 1.0}), GradientError, "must be nested"),
        (lambda: vjp(lambda x: [x], 1.0)[1]({0: 1.0}), GradientError, "must be nested like"),
        (lambda: vjp(lambda x: x, A)[1](B), ShapeError, "shape (3,) do not fit shape (2, 3)"),
        (lambda: hvp(lambda x: x * x, B, B), GradientError, "returned shape (3,)"),
    ],
)
def test_what_cannot_be_differentiated_is_said_in_one_line(
    attempt: Callable[[], Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        attempt()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
