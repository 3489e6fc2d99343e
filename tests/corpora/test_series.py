"""Series of numbers: the noisy sine and Mackey–Glass."""

from __future__ import annotations

import numpy
import pytest

from microgradseq_corpora.mackey_glass import mackey_glass, solution
from microgradseq_corpora.sine import sine


def test_the_sine_is_a_sine_with_noise_of_a_fifth() -> None:
    series = sine(0)
    noise = series - numpy.sin(0.01 * numpy.arange(1, 1_001))
    assert series.shape == (1_000,)
    assert noise.mean() == pytest.approx(0, abs=0.02)
    assert noise.std() == pytest.approx(0.2, abs=0.012)
    # Noise does not know what it was before.
    assert abs(numpy.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.1
    inside = numpy.abs(noise) < 0.2
    assert inside.mean() == pytest.approx(0.683, abs=0.04)


def by_heun(past: float, points: int, steps: int) -> list[float]:
    """An independent integration: Heun's method, which needs the past only at whole steps."""
    values = [past] * (17 * steps + 1)

    def slope(x: float, delayed: float) -> float:
        return 0.2 * delayed / (1 + delayed**10) - 0.1 * x

    for k in range((points - 1) * steps):
        first = slope(values[-1], values[k])
        second = slope(values[-1] + first / steps, values[k + 1])
        values.append(values[-1] + (first + second) / 2 / steps)
    return values[17 * steps :: steps]


def test_mackey_glass_agrees_with_another_method() -> None:
    ours = numpy.array(solution(1.2, 300))
    coarse, fine = (numpy.array(by_heun(1.2, 300, steps)) for steps in (100, 200))
    # Halving Heun's step takes three quarters of its error away.
    extrapolated = fine + (fine - coarse) / 3
    numpy.testing.assert_allclose(ours, extrapolated, atol=2e-6)


def test_mackey_glass_has_its_known_looks() -> None:
    series = mackey_glass(0, 2_000)
    assert 0.2 < series.min() < 0.5
    assert 1.2 < series.max() < 1.4
    # It swings about once in 50 units of time, without ever repeating.
    middle = series.mean()
    upward = ((series[1:] > middle) & (series[:-1] <= middle)).sum()
    assert 30 < upward < 80


def test_near_beginnings_part_in_mackey_glass() -> None:
    one, other = (numpy.array(solution(past, 1_500)) for past in (1.2, 1.2 + 1e-6))
    assert numpy.abs(one - other)[:100].max() < 1e-4
    assert numpy.abs(one - other)[1_000:].max() > 10 * numpy.abs(one - other)[:100].max()
