"""Schedules: their curves in closed form, their states, and what a person sets by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from microgradseq import Tensor, optim


def optimizer_with(*rates: float) -> optim.SGD:
    return optim.SGD(
        [{"params": [Tensor([0.0], requires_grad=True)], "lr": rate} for rate in rates]
    )


def curve(schedule: Any, optimizer: optim.Optimizer, epochs: int) -> list[float]:
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        schedule.step()
    return rates


KINDS: dict[str, tuple[Callable[[Any], Any], Callable[[int], float]]] = {
    "step": (lambda o: optim.StepLR(o, 3, gamma=0.5), lambda t: 0.5 ** (t // 3)),
    "exponential": (lambda o: optim.ExponentialLR(o, 0.9), lambda t: 0.9**t),
    "cosine": (
        lambda o: optim.CosineAnnealingLR(o, 8),
        lambda t: (1 + math.cos(math.pi * t / 8)) / 2,
    ),
    "warm-up": (
        lambda o: optim.LinearLR(o, start_factor=0.0, total_iters=4),
        lambda t: min(t, 4) / 4,
    ),
    "function": (lambda o: optim.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_curve_is_the_formula(kind: str) -> None:
    make, formula = KINDS[kind]
    optimizer = optimizer_with(2.0)
    rates = curve(make(optimizer), optimizer, 40)
    assert rates == pytest.approx([2.0 * formula(t) for t in range(40)], rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_state_continues(kind: str) -> None:
    make, _ = KINDS[kind]
    optimizer = optimizer_with(2.0)
    schedule = make(optimizer)
    curve(schedule, optimizer, 5)
    saved = json.loads(json.dumps([optimizer.state_dict(), schedule.state_dict()]))
    other = optimizer_with(2.0)
    continued = make(other)
    other.load_state_dict(saved[0])
    continued.load_state_dict(saved[1])
    assert continued.last_epoch == 5
    assert curve(continued, other, 20) == curve(schedule, optimizer, 20)


def test_cosine_ends_at_its_lowest_rate() -> None:
    optimizer = optimizer_with(1.0)
    rates = curve(optim.CosineAnnealingLR(optimizer, 10, eta_min=0.25), optimizer, 21)
    assert rates[10] == 0.25
    assert rates[20] == pytest.approx(1.0, rel=1e-12)


def test_what_is_set_by_hand_is_kept_in_proportion() -> None:
    optimizer = optimizer_with(1.0)
    schedule = optim.ExponentialLR(optimizer, 0.5)
    schedule.step()
    optimizer.param_groups[0]["lr"] = 10.0
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == 5.0


def test_every_group_has_its_own_rate() -> None:
    optimizer = optimizer_with(1.0, 10.0)
    schedule = optim.StepLR(optimizer, 1, gamma=0.5)
    schedule.step()
    assert schedule.get_last_lr() == [0.5, 5.0]
    assert schedule.base_lrs == [1.0, 10.0]


def plateau_rates(losses: list[float], **options: Any) -> list[float]:
    optimizer = optimizer_with(1.0)
    schedule = optim.ReduceLROnPlateau(optimizer, factor=0.5, **options)
    rates = []
    for loss in losses:
        schedule.step(loss)
        rates += schedule.get_last_lr()
    return rates


def test_a_plateau_is_waited_for() -> None:
    assert plateau_rates([3, 2, 2, 2, 2, 2, 2], patience=1) == [1, 1, 1, 0.5, 0.5, 0.25, 0.25]
    assert plateau_rates([3, 2, 1, 0.5], patience=0) == [1, 1, 1, 1]
    assert plateau_rates([1, 2, 2], patience=0, mode="max") == [1, 1, 0.5]
    assert plateau_rates([1, 1, 1, 1], patience=0, cooldown=1) == [1, 0.5, 0.5, 0.25]
    assert plateau_rates([1, 1, 1, 1], patience=0, min_lr=0.3) == [1, 0.5, 0.3, 0.3]


def test_nan_is_no_improvement() -> None:
    nan = float("nan")
    assert plateau_rates([nan, nan, 1.0, nan], patience=1) == [1, 0.5, 0.5, 0.5]


def test_a_plateau_is_saved() -> None:
    optimizer = optimizer_with(1.0)
    schedule = optim.ReduceLROnPlateau(optimizer, patience=2)
    for loss in (1.0, 2.0, 2.0):
        schedule.step(loss)
    other = optimizer_with(1.0)
    continued = optim.ReduceLROnPlateau(other, patience=2)
    continued.load_state_dict(json.loads(json.dumps(schedule.state_dict())))
    continued.step(2.0)
    assert other.param_groups[0]["lr"] == pytest.approx(0.1)


def test_mistakes_are_named() -> None:
    optimizer = optimizer_with(1.0)
    with pytest.raises(ValueError, match='lacks "initial_lr"; load the optimizer\'s state first'):
        optim.StepLR(optimizer, 3, last_epoch=4)
    with pytest.raises(ValueError, match="step_size must be at least 1"):
        optim.StepLR(optimizer, 0)
    with pytest.raises(ValueError, match="T_max must be at least 1"):
        optim.CosineAnnealingLR(optimizer, 0)
    with pytest.raises(ValueError, match="total_iters must be at least 1"):
        optim.LinearLR(optimizer, total_iters=0)
    with pytest.raises(ValueError, match="lie between 0 and 1"):
        optim.LinearLR(optimizer, start_factor=2.0)
    with pytest.raises(ValueError, match="2 functions do not fit 1 groups"):
        optim.LambdaLR(optimizer, [abs, abs])
    with pytest.raises(ValueError, match="factor must be below 1"):
        optim.ReduceLROnPlateau(optimizer, factor=1.0)
    with pytest.raises(ValueError, match='mode="best" is unknown'):
        optim.ReduceLROnPlateau(optimizer, mode="best")
    with pytest.raises(ValueError, match='threshold_mode="any" is unknown'):
        optim.ReduceLROnPlateau(optimizer, threshold_mode="any")
    with pytest.raises(ValueError, match="2 lowest rates do not fit 1 groups"):
        optim.ReduceLROnPlateau(optimizer, min_lr=[0.1, 0.2])
    schedule = optim.StepLR(optimizer, 3)
    state = schedule.state_dict()
    state["speed"] = state.pop("gamma")
    with pytest.raises(ValueError, match="does not fit StepLR: missing or unexpected gamma, speed"):
        schedule.load_state_dict(state)
