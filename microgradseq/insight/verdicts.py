"""What a row of gradient norms means, in plain words: vanishing, exploding or steady."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from microgradseq.numbers import plural, readable

Name = Literal["vanishing", "exploding", "steady", "absent"]

# Over a whole run ten times more or less; or, where the run is short, at a rate that gets there
# within about ten steps.
LIMIT = 10.0
FACTOR_LIMIT = 1.25


@dataclass(frozen=True)
class Verdict:
    """How gradients fare on their way back through time.

    Arguments:
        name: "vanishing", "exploding", "steady", or "absent" where there is no gradient.
        factor: what one step back multiplies the norm by, on average (the geometric mean).
        first, last: the norms at the first and the last time step.
        steps: how many steps back lie between the two.
        words: a sentence with these numbers.
    """

    name: Name
    factor: float
    first: float
    last: float
    steps: int
    words: str


def verdict(norms: Sequence[float] | Any) -> Verdict:
    """Judge norms of gradients, one a time step, t = 0 first.

    Arguments:
        norms: at least one number; the last step is where the gradient comes from.
    Returns:
        The verdict. A norm of 0 or infinity at the first step has left the range of the numbers;
        the factor is then that of the steps inside it.

    >>> verdict([1.0, 10.0, 100.0, 1000.0]).words
    'vanishing: every step back multiplies it by 0.1; after 3 steps 0.001 of it is left'
    >>> verdict([1.1, 1.0]).name
    'steady'
    """
    numbers = [float(norm) for norm in norms]
    if not numbers:
        raise ValueError("there must be at least one norm")
    first, last, steps = numbers[0], numbers[-1], len(numbers) - 1
    factor = _factor(numbers)
    name = _name(first, last, factor)
    words = f"{name}: {_words(name, first, factor, steps)}"
    return Verdict(name, factor, first, last, steps, words)


def _factor(numbers: list[float]) -> float:
    """The mean factor a step back, over the steps from the last back to where numbers end."""
    last = numbers[-1]
    if not (math.isfinite(last) and last > 0):
        return math.nan
    reached = 0
    for back, number in enumerate(reversed(numbers)):
        if not (math.isfinite(number) and number > 0):
            break
        reached = back
    if reached == 0:
        return 1.0 if len(numbers) == 1 else math.exp(_beyond(numbers[-2]))
    logarithm = math.log(numbers[-1 - reached]) - math.log(last)
    return math.exp(logarithm / reached)


def _beyond(number: float) -> float:
    """The logarithm of a factor that leaves the range of the numbers in a single step."""
    return -math.inf if number == 0 else math.inf


def _name(first: float, last: float, factor: float) -> Name:
    if not math.isfinite(first) or not math.isfinite(last) or factor > FACTOR_LIMIT:
        return "exploding"
    if last == 0:
        return "absent"
    if first == 0 or factor < 1 / FACTOR_LIMIT:
        return "vanishing"
    ratio = first / last
    if ratio > LIMIT:
        return "exploding"
    return "vanishing" if ratio < 1 / LIMIT else "steady"


def _words(name: Name, first: float, factor: float, steps: int) -> str:
    if name == "absent":
        return "no gradient sets out from the last step"
    if math.isnan(factor):
        return "it is too large for a number from the start"
    if steps == 0:
        return "one step alone has nowhere to go back to"
    each = f"every step back multiplies it by {readable(factor, 3)}"
    if first == 0:
        return f"{each}; after {plural(steps, 'step')} it is 0, too small for a number"
    if not math.isfinite(first):
        return f"{each}; after {plural(steps, 'step')} it is too large for a number"
    share = math.exp(math.log(factor) * steps) if factor > 0 else 0.0
    if name == "exploding":
        return f"{each}; after {plural(steps, 'step')} it is {readable(share, 3)} times as large"
    return f"{each}; after {plural(steps, 'step')} {readable(share, 3)} of it is left"
