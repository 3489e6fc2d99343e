"""Every fused kernel against differences, and passes that must not disturb each other."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import check_gradients, tensor
from tests.nn.kernels import EVERY_KIND, operands_of, rule_of, sequences, weighted
from tests.nn.layers import made


@EVERY_KIND
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_are_right(kind: str, bias: bool) -> None:
    rule, _, options = rule_of(kind, 2, 3, bias=bias)
    operands = operands_of(kind, (3, 2, 2, 3), bias=bias)

    def loss(*given: Any) -> Any:
        return weighted(rule(*given, reverse=True, lengths=numpy.array([3, 2]), **options))

    report = check_gradients(loss, *operands)
    assert report.passed
    assert report.checked >= sum(one.data.size for one in operands)


@pytest.mark.parametrize("kind", ["rnn", "rnn sigmoid", "lstm"])
def test_derivatives_to_second_order(kind: str) -> None:
    rule, _, options = rule_of(kind, 2, 2)
    operands = operands_of(kind, (3, 2, 2, 2))
    assert check_gradients(
        lambda *given: weighted(rule(*given, **options)), *operands, order=2
    ).passed


@EVERY_KIND
def test_two_forwards_before_a_backward_do_not_mix(kind: str) -> None:
    layer, x = made(kind, 3, 5), sequences((6, 4, 3, 5))
    once, twice = tensor(x, requires_grad=True), tensor(x, requires_grad=True)
    layer(once)[0].sum().backward()
    output, _ = layer(twice)
    layer(tensor(x + 1))[0].sum().backward()
    output.sum().backward()
    numpy.testing.assert_array_equal(once.grad, twice.grad)
    output.sum().backward()
    numpy.testing.assert_array_equal(2 * once.grad, twice.grad)


@EVERY_KIND
def test_a_second_backward_gives_the_parameters_twice_their_gradient(kind: str) -> None:
    layer, x = made(kind, 3, 5), sequences((6, 4, 3, 5))
    loss = weighted([layer(x)[0]])
    loss.backward()
    once = {name: one.grad.copy() for name, one in layer.named_parameters()}
    loss.backward()
    for name, one in layer.named_parameters():
        numpy.testing.assert_array_equal(one.grad, 2 * once[name], err_msg=name)


@EVERY_KIND
def test_results_outlive_the_memory_they_came_from(kind: str) -> None:
    rule, _, options = rule_of(kind, 3, 5)
    x, *others = operands_of(kind, (4, 3, 3, 5))
    results = [one.plain() for one in rule(x, *others, **options)]
    copies = [array.copy() for array in results]
    for _ in range(3):
        weighted(rule(3.0 * x, *others, **options)).backward()
    for array, copy in zip(results, copies, strict=True):
        numpy.testing.assert_array_equal(array, copy)
