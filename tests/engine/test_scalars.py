"""Value: numbers in every form Python and NumPy write them, and the same results as Tensor."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import Value, tensor
from microgradseq.errors import MixingError
from microgradseq.rules import RULES, Elementwise
from tests.engine.samples import OPTIONS

ELEMENTWISE = [rule for rule in RULES.values() if isinstance(rule, Elementwise)]
EXTREMES = (-math.inf, -1e4, -1.5, -0.0, 0.0, 0.3, 1.0, 1e4, math.inf, math.nan)


@pytest.mark.parametrize("rule", ELEMENTWISE, ids=lambda rule: rule.name)
def test_value_and_tensor_agree_everywhere(rule: Elementwise) -> None:
    for options in OPTIONS.get(rule.name, [{}]):
        for numbers in itertools.product(EXTREMES, repeat=rule.arity):
            scalars = [Value(number) for number in numbers]
            arrays = [
                tensor(number, requires_grad=rule.differentiates(place))
                for place, number in enumerate(numbers)
            ]
            scalar = rule(*scalars, **options)
            scalar.backward()
            with numpy.errstate(all="ignore"):
                array = rule(*arrays, **options)
                array.backward()
            numpy.testing.assert_allclose(scalar.data, array.item(), rtol=1e-14)
            for one, other in zip(scalars, arrays, strict=True):
                if other.requires_grad:
                    message = f"{rule.name}{numbers}"
                    numpy.testing.assert_allclose(
                        one.grad, other.grad.item(), rtol=1e-13, err_msg=message
                    )


@pytest.mark.parametrize(
    "number", [2, 2.0, True, numpy.float32(2), numpy.int64(2), numpy.bool(True)]
)
def test_numbers_of_every_kind_become_values(number: Any) -> None:
    assert Value(number).data == float(number)
    assert (Value(3.0) * number).data == 3.0 * float(number)
    assert (number * Value(3.0)).data == 3.0 * float(number)


@pytest.mark.parametrize(
    "apply", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
)
def test_reflected_operators_keep_the_order(apply: Callable[[Any, Any], Any]) -> None:
    x = Value(3.0)
    assert apply(x, 2.0).data == apply(3.0, 2.0)
    y = apply(2.0, x)
    assert y.data == apply(2.0, 3.0)
    y.backward()
    step = 1e-6
    measured = (apply(2.0, 3.0 + step) - apply(2.0, 3.0 - step)) / (2 * step)
    assert x.grad == pytest.approx(measured, rel=1e-8)


def test_an_operand_used_twice_gets_both_shares() -> None:
    a = Value(3.0)
    (a * a).backward()
    assert a.grad == 6.0
    assert (a * a).parents == (a, a)


def test_a_number_is_a_constant() -> None:
    y = Value(3.0) ** 2
    assert [parent.requires_grad for parent in y.parents] == [True, False]


def test_only_constants_give_a_constant() -> None:
    (constant,) = (parent for parent in (Value(1.0) + 2).parents if not parent.requires_grad)
    assert (constant * 3).parents == ()


def test_comparisons_are_of_the_numbers() -> None:
    assert Value(1.0) < Value(2.0) <= 2
    assert Value(3.0) > 2 >= Value(2.0)
    assert bool(Value(0.0)) is False
    assert float(Value(1.5)) == 1.5


@pytest.mark.parametrize("other", [numpy.ones(3), [1.0], "1", None, tensor([1.0])])
def test_a_value_goes_with_numbers_only(other: Any) -> None:
    with pytest.raises(MixingError):
        Value(1.0) * other


def test_a_rule_of_arrays_refuses_values() -> None:
    with pytest.raises(MixingError, match=r"softmax works on arrays; use tensor\(...\)"):
        RULES["softmax"](Value(1.0))


def test_value_holds_one_number() -> None:
    with pytest.raises(TypeError, match="Value holds one number, got list"):
        Value([1.0])  # type: ignore[arg-type]


def test_numpy_functions_record() -> None:
    x = Value(0.5)
    y = numpy.tanh(x)
    y.backward()
    assert y.rule is RULES["tanh"]
    assert x.grad == 1 - math.tanh(0.5) ** 2
    with pytest.raises(TypeError, match=r"numpy\.arctan has no rule"):
        numpy.arctan(x)


def test_division_by_zero_is_numpys() -> None:
    assert (Value(1.0) / 0).data == math.inf
    assert math.isnan((Value(0.0) / 0).data)
    assert Value(0.0).log().data == -math.inf
    assert (Value(0.0) ** -1).data == math.inf


def test_a_constant_exponent_asks_for_no_logarithm() -> None:
    x = Value(-2.0)
    y = x**3
    y.backward()
    assert (y.data, x.grad) == (-8.0, 12.0)


def test_changing_a_number_later_does_not_change_an_earlier_derivative() -> None:
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    y.backward()
    assert x.grad == 6.0
