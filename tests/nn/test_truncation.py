"""Truncated backpropagation through time: full, regular (biased) and random (unbiased)."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, manual_seed, nn
from microgradseq.errors import ShapeError
from microgradseq.nn.truncation import (
    TruncationPlan,
    backward_through_time,
    scale_gradient,
)

STEPS, BATCH, INPUTS, HIDDEN = 8, 2, 3, 4


def layers_of(kind: type[Any], **options: Any) -> Any:
    manual_seed(3)
    return kind(INPUTS, HIDDEN, dtype="float64", **options)


def inputs() -> numpy.ndarray[Any, Any]:
    return numpy.random.default_rng(1).standard_normal((STEPS, BATCH, INPUTS))


def squares(output: Tensor, steps: slice) -> Tensor:
    """A loss at every step, weighted by the step's number: its place must be told right."""
    weights = numpy.arange(steps.start, steps.stop) + 1.0
    return (output.square() * weights[:, None, None]).sum()


def gradient(layers: Any, plan: TruncationPlan) -> numpy.ndarray[Any, Any]:
    layers.zero_grad()
    backward_through_time(layers, inputs(), squares, plan)
    return numpy.concatenate([one.grad.ravel() for one in layers.parameters()])


def as_tuple(state: Any) -> tuple[Tensor, ...]:
    return state if isinstance(state, tuple) else (state,)


@pytest.mark.parametrize("mode", ["fused", "unrolled"])
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_the_full_plan_is_backpropagation_through_time(kind: type[Any], mode: str) -> None:
    layers = layers_of(kind, num_layers=2, mode=mode)
    total, state = backward_through_time(
        layers, inputs(), squares, TruncationPlan.full(STEPS), state=None
    )
    truncated = {name: one.grad for name, one in layers.named_parameters()}
    layers.zero_grad()
    output, end = layers(inputs())
    loss = squares(output, slice(0, STEPS))
    loss.backward()
    assert total == pytest.approx(loss.item(), rel=1e-12)
    for name, one in layers.named_parameters():
        numpy.testing.assert_allclose(truncated[name], one.grad, rtol=1e-10, atol=1e-12)
    for one, other in zip(as_tuple(state), as_tuple(end), strict=True):
        numpy.testing.assert_array_equal(one.plain(), other.plain())
        assert not one.requires_grad


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_cut_is_a_detached_state(batch_first: bool) -> None:
    layers = layers_of(nn.LSTM, batch_first=batch_first)
    x = inputs().swapaxes(0, 1) if batch_first else inputs()

    def loss(output: Tensor, steps: slice) -> Tensor:
        return output.square().sum()

    total, _ = backward_through_time(layers, x, loss, TruncationPlan.regular(STEPS, every=3))
    found = layers.weight_hh_l0.grad
    layers.zero_grad()
    state, expected = None, 0.0
    for start in range(0, STEPS, 3):
        window = x[:, start : start + 3] if batch_first else x[start : start + 3]
        output, state = layers(window, state)
        state = tuple(one.detach() for one in state)
        piece = output.square().sum()
        piece.backward()
        expected += piece.item()
    assert total == pytest.approx(expected, rel=1e-12)
    numpy.testing.assert_allclose(found, layers.weight_hh_l0.grad, rtol=1e-12)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM])
def test_the_mean_over_all_random_plans_is_the_full_gradient(kind: type[Any]) -> None:
    """Every combination of cuts, weighted with its probability: the expectation itself."""
    layers, keep = layers_of(kind, num_layers=2), 0.7
    expectation: Any = 0.0
    for kept in itertools.product([True, False], repeat=STEPS - 1):
        chance = math.prod(keep if one else 1 - keep for one in kept)
        factors = tuple(1 / keep if one else 0.0 for one in kept)
        expectation = expectation + chance * gradient(layers, TruncationPlan((1.0, *factors)))
    full = gradient(layers, TruncationPlan.full(STEPS))
    numpy.testing.assert_allclose(expectation, full, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM])
def test_the_mean_over_many_draws_approaches_the_full_gradient(kind: type[Any]) -> None:
    """It lies within a few of its own standard errors; that of regular truncation does not."""
    layers = layers_of(kind)
    full = gradient(layers, TruncationPlan.full(STEPS))
    generator = numpy.random.default_rng(11)
    draws = numpy.stack(
        [gradient(layers, TruncationPlan.random(STEPS, 0.7, generator)) for _ in range(300)]
    )
    error = draws.std(axis=0, ddof=1) / numpy.sqrt(len(draws))
    moved = error > 1e-12
    assert moved.sum() > moved.size / 2, "truncation changed next to nothing"
    assert (numpy.abs(draws.mean(axis=0) - full)[moved] / error[moved]).max() < 4
    cut = gradient(layers, TruncationPlan.regular(STEPS, every=2))
    assert (numpy.abs(cut - full)[moved] / error[moved]).max() > 8


def test_regular_truncation_is_biased() -> None:
    layers = layers_of(nn.RNN)
    full = gradient(layers, TruncationPlan.full(STEPS))
    cut = gradient(layers, TruncationPlan.regular(STEPS, every=2))
    assert numpy.linalg.norm(cut - full) > 0.01 * numpy.linalg.norm(full)


def test_every_longer_than_the_sequence_is_full() -> None:
    layers = layers_of(nn.GRU)
    full = gradient(layers, TruncationPlan.full(STEPS))
    numpy.testing.assert_array_equal(gradient(layers, TruncationPlan.regular(STEPS, 100)), full)


def test_scaling_a_gradient_changes_no_number_forward() -> None:
    numbers = numpy.random.default_rng(0).standard_normal(1000)
    h = Tensor(numbers, requires_grad=True)
    same = scale_gradient(h, 1 / 0.3)
    numpy.testing.assert_array_equal(same.plain(), numbers)
    same.sum().backward()
    numpy.testing.assert_array_equal(h.grad, numpy.full(1000, 1 / 0.3))
    assert not scale_gradient(h, 0.0).requires_grad


def test_factors_of_a_random_plan_have_mean_one() -> None:
    factors = TruncationPlan.random(20_000, 0.25, numpy.random.default_rng(5)).factors
    assert set(factors) == {0.0, 4.0}
    assert numpy.mean(factors) == pytest.approx(1, abs=0.05)


def test_pieces_cover_every_step_once() -> None:
    plan = TruncationPlan.random(50, 0.8, numpy.random.default_rng(2))
    pieces = [piece for chunk in plan.chunks for piece in plan.pieces(chunk)]
    assert [t for piece in pieces for t in range(piece.start, piece.stop)] == list(range(50))


def test_no_steps() -> None:
    layers = layers_of(nn.RNN)
    total, state = backward_through_time(
        layers, numpy.zeros((0, BATCH, INPUTS)), squares, TruncationPlan.full(0)
    )
    assert (total, state) == (0.0, None)


@pytest.mark.parametrize("keep", [0.0, -1.0, 1.5, float("nan")])
def test_keep_must_be_a_probability(keep: float) -> None:
    with pytest.raises(ValueError, match="keep is a probability above 0"):
        TruncationPlan.random(3, keep)


def test_named_errors() -> None:
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        TruncationPlan.regular(3, 0)
    with pytest.raises(ShapeError, match="the plan is for 3 time steps, the input has 8"):
        backward_through_time(layers_of(nn.RNN), inputs(), squares, TruncationPlan.full(3))
    both = layers_of(nn.RNN, bidirectional=True)
    with pytest.raises(ValueError, match="bidirectional layer needs the whole sequence"):
        backward_through_time(both, inputs(), squares, TruncationPlan.full(STEPS))
    with pytest.raises(TypeError, match="must be a tensor or an array, got list"):
        backward_through_time(layers_of(nn.RNN), [1, 2], squares, TruncationPlan.full(2))
