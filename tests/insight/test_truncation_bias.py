"""How far a truncated gradient leads away from the full one."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import Tensor
from microgradseq.insight import truncation_bias
from microgradseq.nn.truncation import TruncationPlan
from tests.nn.layers import made

STEPS = 10


def inputs() -> numpy.ndarray[Any, Any]:
    return numpy.random.default_rng(2).standard_normal((STEPS, 2, 3))


def squares(output: Tensor, steps: slice) -> Tensor:
    return output.square().sum()


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_the_full_plan_has_no_bias(kind: str) -> None:
    found = truncation_bias(made(kind, 3, 4), inputs(), squares, TruncationPlan.full(STEPS))
    assert (found.difference, found.relative) == (0, 0)
    assert found.cosine == pytest.approx(1, abs=1e-12)


def test_shorter_windows_lead_further_away() -> None:
    layer = made("rnn", 3, 4)
    relative = [
        truncation_bias(layer, inputs(), squares, TruncationPlan.regular(STEPS, every)).relative
        for every in (1, 2, 5)
    ]
    assert relative[0] > relative[1] > relative[2] > 0


def test_the_mean_of_random_plans_comes_closer_than_regular_truncation() -> None:
    layer = made("rnn", 3, 4)
    generator = numpy.random.default_rng(6)
    plans = [TruncationPlan.random(STEPS, 0.8, generator) for _ in range(200)]
    random = truncation_bias(layer, inputs(), squares, plans)
    regular = truncation_bias(layer, inputs(), squares, TruncationPlan.regular(STEPS, 1))
    assert random.draws == 200
    assert random.relative < regular.relative / 2
    assert random.cosine > 0.99


def test_the_numbers_are_those_of_the_two_gradients() -> None:
    plan = TruncationPlan.regular(STEPS, 2)
    found = truncation_bias(made("gru", 3, 4), inputs(), squares, plan)
    full, cut = (
        numpy.concatenate([one.ravel() for one in gradients.values()])
        for gradients in (found.full, found.truncated)
    )
    assert found.full_norm == pytest.approx(float(numpy.linalg.norm(full)))
    assert found.difference == pytest.approx(float(numpy.linalg.norm(cut - full)))
    lengths = numpy.linalg.norm(full) * numpy.linalg.norm(cut)
    assert found.cosine == pytest.approx(float(full @ cut / lengths))


def test_gradients_that_were_there_stay() -> None:
    layer = made("rnn", 3, 4)
    layer.weight_hh_l0.grad = before = numpy.ones((4, 4))
    truncation_bias(layer, inputs(), squares, TruncationPlan.regular(STEPS, 2))
    assert layer.weight_hh_l0.grad is before
    assert layer.weight_ih_l0.grad is None


def test_no_plan() -> None:
    with pytest.raises(ValueError, match="there must be at least one plan"):
        truncation_bias(made("rnn", 3, 4), inputs(), squares, [])
