"""Norms in words: vanishing, exploding, steady, and numbers that have left their range."""

from __future__ import annotations

import math

import numpy
import pytest

from microgradseq.insight import verdict


def decaying(factor: float, steps: int) -> list[float]:
    """Norms that one step back multiplies by a factor."""
    return [factor ** (steps - 1 - t) for t in range(steps)]


@pytest.mark.parametrize(
    ("factor", "steps", "name"),
    [
        (0.5, 50, "vanishing"),
        (0.95, 50, "vanishing"),
        (0.99, 50, "steady"),
        (0.99, 500, "vanishing"),
        (1.0, 50, "steady"),
        (1.01, 50, "steady"),
        (1.1, 50, "exploding"),
        (1.01, 500, "exploding"),
        (0.5, 2, "vanishing"),
        (2.0, 2, "exploding"),
        # short runs go by the rate of 1.25 a step, long ones by ten times in all
        (1.2, 6, "steady"),
        (1.3, 6, "exploding"),
        (1 / 1.2, 6, "steady"),
        (1 / 1.3, 6, "vanishing"),
        (9 ** (1 / 49), 50, "steady"),
        (11 ** (1 / 49), 50, "exploding"),
    ],
)
def test_steady_decay_and_growth(factor: float, steps: int, name: str) -> None:
    found = verdict(decaying(factor, steps))
    assert found.name == name
    assert found.factor == pytest.approx(factor, rel=1e-9)
    assert found.steps == steps - 1
    assert found.words.startswith(f"{name}: ")


def test_words_bear_the_numbers() -> None:
    assert verdict(decaying(0.5, 11)).words == (
        "vanishing: every step back multiplies it by 0.5; after 10 steps 0.000977 of it is left"
    )
    assert verdict(decaying(2.0, 11)).words == (
        "exploding: every step back multiplies it by 2; after 10 steps it is 1,024 times as large"
    )


def test_a_gradient_that_underflows() -> None:
    found = verdict(numpy.array([0.0, 0.0, 1e-200, 1e-100, 1.0]))
    assert found.name == "vanishing"
    assert found.factor == pytest.approx(1e-100)
    assert "it is 0, too small for a number" in found.words


@pytest.mark.parametrize("first", [math.inf, math.nan])
def test_a_gradient_that_overflows(first: float) -> None:
    found = verdict([first, 1e200, 1e100, 1.0])
    assert found.name == "exploding"
    assert found.factor == pytest.approx(1e100)
    assert "too large for a number" in found.words


def test_gone_in_one_step() -> None:
    assert (verdict([0.0, 0.0, 1.0]).name, verdict([0.0, 0.0, 1.0]).factor) == ("vanishing", 0.0)
    assert (verdict([math.inf, 1.0]).name, verdict([math.inf, 1.0]).factor) == (
        "exploding",
        math.inf,
    )


def test_where_nothing_sets_out() -> None:
    found = verdict([0.0, 0.0])
    assert found.words == "absent: no gradient sets out from the last step"
    assert math.isnan(found.factor)
    assert verdict([math.nan, math.nan]).name == "exploding"


def test_one_step_goes_nowhere() -> None:
    assert verdict([2.0]).words == "steady: one step alone has nowhere to go back to"
    with pytest.raises(ValueError, match="at least one norm"):
        verdict([])
