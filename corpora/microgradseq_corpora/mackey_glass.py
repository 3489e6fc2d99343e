"""The Mackey–Glass equation: a simple rule with a long delay, and a chaotic series."""

from __future__ import annotations

import numpy

from microgradseq.backend import Array
from microgradseq_corpora.drawing import how_many

USUAL_COUNT = 2_000
DELAY = 17
GAIN, DECAY = 0.2, 0.1
STEPS_A_POINT = 10
STEP = 1 / STEPS_A_POINT
# The constant past leaves its mark for a while; the series begins after it.
SETTLING = 200
LOWEST_PAST, HIGHEST_PAST = 1.1, 1.3


def mackey_glass(seed: int, count: int | None = None) -> Array:
    """x' = 0.2 x(t − 17) / (1 + x(t − 17)¹⁰) − 0.1 x, one point for each unit of time.

    Before t = 0, x is a constant between 1.1 and 1.3, which the seed chooses; the first 200 points
    are dropped. The method is Runge–Kutta's of order 4 with step 0.1; values half a step apart in
    the past are found by cubic interpolation, which keeps that order.

    Arguments:
        seed: the same seed gives the same series.
        count: how many points; 2,000 if None.
    Returns:
        (count,) float64.

    >>> mackey_glass(0, 3).round(4)
    array([1.2966, 1.2818, 1.2518])
    """
    points = how_many(count, USUAL_COUNT)
    drawn = numpy.random.default_rng(seed).random()
    past = LOWEST_PAST + (HIGHEST_PAST - LOWEST_PAST) * float(drawn)
    return numpy.array(solution(past, SETTLING + points)[SETTLING:])


def solution(past: float, points: int) -> list[float]:
    """The series from t = 0 on, with nothing dropped.

    Arguments:
        past: x before and at t = 0.
        points: how many, one for each unit of time.

    >>> solution(1.2, 2)[0]
    1.2
    """
    known = DELAY * STEPS_A_POINT
    values = [past] * (known + 1)
    slopes = [0.0] * (known + 1)
    for step in range((points - 1) * STEPS_A_POINT):
        now, later = values[step], values[step + 1]
        # The past is flat up to t = 0, where the slope jumps: each step keeps to one side of it.
        before = slopes[step] if step != known else _slope(past, past)
        middle = (now + later) / 2 + STEP / 8 * (before - slopes[step + 1])
        values.append(_next(values[-1], now, middle, later))
        slopes.append(_slope(values[-1], later))
    return values[known::STEPS_A_POINT]


def _next(x: float, delayed: float, delayed_middle: float, delayed_later: float) -> float:
    first = _slope(x, delayed)
    second = _slope(x + STEP / 2 * first, delayed_middle)
    third = _slope(x + STEP / 2 * second, delayed_middle)
    fourth = _slope(x + STEP * third, delayed_later)
    return x + STEP / 6 * (first + 2 * second + 2 * third + fourth)


def _slope(x: float, delayed: float) -> float:
    # Products instead of a power: they are the same on every machine, and chaos keeps no secrets.
    square = delayed * delayed
    fourth = square * square
    return GAIN * delayed / (1 + fourth * fourth * square) - DECAY * x
