"""Optimizers and schedules as the settings name them."""

from __future__ import annotations

import pytest

from microgradseq import optim, tensor
from microgradseq.tasks.settings import Settings
from microgradseq.training.factories import make_optimizer, make_schedule

STEPS = 200


def rates(schedule: str) -> list[float]:
    """The learning rate of each of 200 steps, and what would come after them."""
    settings = Settings(optimizer="sgd", lr=1.0, schedule=schedule)
    optimizer = make_optimizer(settings, [tensor([1.0], requires_grad=True)])
    changing = make_schedule(settings, optimizer, STEPS)
    found = [optimizer.param_groups[0]["lr"]]
    for _ in range(STEPS):
        changing.step()
        found.append(optimizer.param_groups[0]["lr"])
    return found


def test_exponential_ends_at_a_hundredth() -> None:
    assert rates("exponential")[STEPS] == pytest.approx(0.01)


def test_cosine_is_half_way_in_the_middle_and_ends_at_0() -> None:
    found = rates("cosine")
    assert (found[STEPS // 2], found[STEPS]) == pytest.approx((0.5, 0.0))


def test_steps_go_down_four_stairs() -> None:
    found = rates("step")
    assert found[:STEPS:50] == pytest.approx([1.0, 0.3, 0.09, 0.027])
    assert found[49] == 1.0


def test_a_warm_up_reaches_the_full_rate_after_a_twentieth_of_the_steps() -> None:
    found = rates("warm-up")
    assert found[0] == pytest.approx(0.01)
    assert found[9] < 1.0
    assert found[10:] == pytest.approx([1.0] * (STEPS - 9))


def test_a_constant_rate_needs_no_schedule() -> None:
    optimizer = make_optimizer(Settings(), [tensor([1.0], requires_grad=True)])
    assert make_schedule(Settings(), optimizer, STEPS) is None


def test_momentum_is_for_sgd_alone() -> None:
    weights = [tensor([1.0], requires_grad=True)]
    settings = Settings(optimizer="sgd", momentum=0.5)
    assert make_optimizer(settings, weights).param_groups[0]["momentum"] == 0.5
    adam = make_optimizer(settings.replaced(optimizer="adam"), weights)
    assert isinstance(adam, optim.Adam)
    assert "momentum" not in adam.param_groups[0]
