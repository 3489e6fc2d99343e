"""Every rule, walked through the registry: a new rule is checked by existing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import check_gradients, jvp, tensor, vjp
from microgradseq.rules import RULES, Rule
from tests.engine.samples import EVERY_SAMPLE, Sample, samples_of

DIFFERENTIABLE = [
    pytest.param(rule, sample, id=name)
    for rule, sample, name in EVERY_SAMPLE
    if sample.wanted(rule)
]


def of_wanted(rule: Rule, sample: Sample) -> tuple[Callable[..., Any], list[Any]]:
    """The rule as a function of only those operands that have a derivative, and these."""
    places = sample.wanted(rule)

    def function(*wanted: Any) -> Any:
        operands = list(sample.operands)
        for place, operand in zip(places, wanted, strict=True):
            operands[place] = operand
        return rule(*operands, **sample.options)

    return function, [sample.operands[place] for place in places]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_samples_and_words(rule: Rule) -> None:
    assert samples_of(rule), f"give {rule.name} sample operands in tests/engine/samples.py"
    assert all(rule.words_for(place).strip() for place in range(rule.arity))
    assert rule.symbol


@pytest.mark.parametrize(("rule", "sample"), DIFFERENTIABLE)
def test_derivatives_agree_with_differences_to_second_order(rule: Rule, sample: Sample) -> None:
    function, wanted = of_wanted(rule, sample)
    report = check_gradients(function, *wanted, order=2)
    assert report.checked >= 2 * sum(operand.size for operand in wanted)


@pytest.mark.parametrize(("rule", "sample"), DIFFERENTIABLE)
def test_single_precision_stays_single(rule: Rule, sample: Sample) -> None:
    function, wanted = of_wanted(
        rule,
        Sample(
            tuple(_single(operand) for operand in sample.operands),
            {name: _single(option) for name, option in sample.options.items()},
        ),
    )
    single = numpy.dtype("float32")
    value, pull = vjp(function, *wanted)
    assert value.dtype == single
    assert {one.dtype for one in pull(numpy.ones_like(value))} == {single}
    pushed = jvp(function, wanted, [numpy.ones_like(one) for one in wanted])[1]
    assert pushed.dtype == single
    leaves = [tensor(one, requires_grad=True) for one in wanted]
    recorded, recorded_pull = vjp(function, *leaves)
    assert {one.dtype for one in recorded_pull(numpy.ones_like(recorded.data))} == {single}
    recorded.backward(numpy.ones_like(recorded.data))
    assert {leaf.grad.dtype for leaf in leaves} == {single}


def _single(thing: Any) -> Any:
    if isinstance(thing, numpy.ndarray) and thing.dtype == numpy.float64:
        return thing.astype(numpy.float32)
    return "float32" if isinstance(thing, str) and thing == "float64" else thing


@pytest.mark.parametrize(("rule", "sample"), DIFFERENTIABLE)
def test_both_modes_keep_shapes(rule: Rule, sample: Sample) -> None:
    function, wanted = of_wanted(rule, sample)
    value, pull = vjp(function, *wanted)
    assert isinstance(value, numpy.ndarray)
    gradients = pull(numpy.ones_like(value))
    assert [one.shape for one in gradients] == [one.shape for one in wanted]
    tangent = jvp(function, wanted, [numpy.ones_like(one) for one in wanted])[1]
    assert tangent.shape == value.shape


WITHOUT_DERIVATIVE = [
    pytest.param(rule, sample, id=name)
    for rule, sample, name in EVERY_SAMPLE
    if not sample.wanted(rule)
]


@pytest.mark.parametrize(("rule", "sample"), WITHOUT_DERIVATIVE)
def test_a_rule_without_a_derivative_ends_the_graph(rule: Rule, sample: Sample) -> None:
    operand = tensor(sample.operands[0])
    result = rule(operand, **sample.options)
    assert not result.requires_grad
    assert result.parents == ()
