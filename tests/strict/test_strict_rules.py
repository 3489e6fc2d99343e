"""Every rule on a GPU: forward, reverse, forward mode and second order, as on the CPU."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import Tensor, jvp, tensor, vjp
from microgradseq.rules import RULES, Rule
from tests.engine.samples import EVERY_SAMPLE, Sample
from tests.strict.gpu import Gpu

SAMPLES = [pytest.param(rule, sample, id=name) for rule, sample, name in EVERY_SAMPLE]
DIFFERENTIABLE = [
    pytest.param(rule, sample, id=name)
    for rule, sample, name in EVERY_SAMPLE
    if sample.wanted(rule)
]


def moved(gpu: Gpu, sample: Sample) -> Sample:
    """A sample's arrays, and what its options name, on the GPU."""
    options = {**gpu.there(sample.options)}
    if "device" in options:
        options["device"] = "cuda"
    return Sample(gpu.there(sample.operands), options)


def applied(rule: Rule, sample: Sample, wanted: Any) -> Any:
    """The rule on some operands in place of those that have a derivative."""
    operands = list(sample.operands)
    for place, operand in zip(sample.wanted(rule), wanted, strict=True):
        operands[place] = operand
    return rule(*operands, **sample.options)


def leaves_of(rule: Rule, sample: Sample) -> list[Tensor]:
    return [tensor(sample.operands[place], requires_grad=True) for place in sample.wanted(rule)]


def weights(shape: tuple[int, ...], seed: int) -> Any:
    return numpy.random.default_rng([seed, *shape]).uniform(0.5, 1.5, shape)


def require_same(gpu: Gpu, found: Any, expected: Any) -> None:
    numbers = gpu.here(found)
    assert numbers.dtype == expected.dtype
    numpy.testing.assert_allclose(numbers, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
@pytest.mark.parametrize(("rule", "sample"), SAMPLES)
def test_forward(gpu: Gpu, rule: Rule, sample: Sample) -> None:
    expected = numpy.asarray(rule(*sample.operands, **sample.options))
    there = moved(gpu, sample)
    with gpu.no_host_copies() if not _asks(rule, sample) else _nothing():
        bare = rule(*there.operands, **there.options)
        node = rule(*map(tensor, there.operands), **there.options)
    require_same(gpu, bare, expected)
    require_same(gpu, node.plain(), expected)


class _nothing:  # noqa: N801 - used like nullcontext
    def __enter__(self) -> None: ...

    def __exit__(self, *exception: object) -> None: ...


def _asks(rule: Rule, sample: Sample) -> bool:
    """Whether the result's shape depends on numbers, so that the GPU must be waited for."""
    index = sample.options.get("index")
    return isinstance(index, numpy.ndarray) and index.dtype.kind == "b"


def backward(rule: Rule, sample: Sample, there: Any) -> tuple[Any, list[Any]]:
    leaves = leaves_of(rule, sample)
    result = applied(rule, sample, leaves)
    result.backward(there(weights(result.shape, 1)))
    return result.plain(), [leaf.grad for leaf in leaves]


@pytest.mark.parametrize(("rule", "sample"), DIFFERENTIABLE)
def test_reverse(gpu: Gpu, rule: Rule, sample: Sample) -> None:
    _, expected = backward(rule, sample, lambda array: array)
    there = moved(gpu, sample)
    if _asks(rule, sample):
        _, found = backward(rule, there, gpu.there)
    else:
        with gpu.no_host_copies():
            _, found = backward(rule, there, gpu.there)
    for ours, theirs in zip(found, expected, strict=True):
        require_same(gpu, ours, theirs)


def pushed(rule: Rule, sample: Sample, there: Any) -> Any:
    wanted = [sample.operands[place] for place in sample.wanted(rule)]
    tangents = [there(weights(one.shape, 2 + place)) for place, one in enumerate(wanted)]
    return jvp(lambda *given: applied(rule, sample, given), wanted, tangents)[1]


@pytest.mark.parametrize(("rule", "sample"), DIFFERENTIABLE)
def test_forward_mode(gpu: Gpu, rule: Rule, sample: Sample) -> None:
    expected = numpy.asarray(pushed(rule, sample, lambda array: array))
    there = moved(gpu, sample)
    require_same(gpu, pushed(rule, there, gpu.there), expected)


def second_order(rule: Rule, sample: Sample, there: Any) -> list[Any]:
    """Gradients of a weighted sum of gradients, with respect to the operands."""
    leaves = leaves_of(rule, sample)
    value, pull = vjp(lambda *given: applied(rule, sample, given), *leaves)
    gradients = pull(Tensor(there(weights(value.shape, 1))))
    total: Any = 0.0
    for place, gradient in enumerate(gradients):
        total = total + (gradient * Tensor(there(weights(gradient.shape, 5 + place)))).sum()
    if total.requires_grad:
        total.backward()
    return [leaf.grad for leaf in leaves]


@pytest.mark.parametrize(("rule", "sample"), DIFFERENTIABLE)
def test_second_order(gpu: Gpu, rule: Rule, sample: Sample) -> None:
    expected = second_order(rule, sample, lambda array: array)
    found = second_order(rule, moved(gpu, sample), gpu.there)
    for ours, theirs in zip(found, expected, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            require_same(gpu, ours, theirs)


def test_every_rule_is_here() -> None:
    assert {rule.name for rule, *_ in EVERY_SAMPLE} == set(RULES)
