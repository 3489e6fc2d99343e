"""The axes that every drawing of norms over time shares: decades upwards, time steps to the right.

A norm of 0, infinity or NaN has no place on a logarithmic axis: it is a gap. So is one beyond 16
decades from 1: numbers hold 16 digits, so nothing that follows would be seen beside a 1, and the
other curves need the room.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_STRIDES = (1, 2, 5, 10, 20, 50, 100, 200)
FARTHEST = 16
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Decades:
    """A logarithmic axis between two powers of ten.

    Arguments:
        low, high: the exponents of its ends, low < high.
    """

    low: int
    high: int

    @classmethod
    def around(cls, rows: Iterable[Any]) -> Decades:
        """The axis that all positive, finite numbers fit on, up to `FARTHEST` decades from 1.

        Arguments:
            rows: arrays of numbers.

        >>> Decades.around([numpy.array([0.003, 1.0]), numpy.array([0.0, 20.0])])
        Decades(low=-3, high=2)
        """
        drawable = [row[numpy.isfinite(row) & (row > 0)] for row in rows]
        numbers = numpy.concatenate([*drawable, numpy.empty(0)])
        if not numbers.size:
            return cls(-1, 0)
        # a norm of 1 that is a rounding error above 1 needs no decade of its own
        low = math.floor(math.log10(numbers.min()) + _ROUNDING)
        high = math.ceil(math.log10(numbers.max()) - _ROUNDING)
        low, high = max(low, -FARTHEST), max(min(high, FARTHEST), -FARTHEST + 1)
        return cls(min(low, high - 1), high)

    def height(self, number: float) -> float | None:
        """How high a number stands, from 0 at the lower end to 1 at the upper; None for a gap.

        >>> Decades(-2, 0).height(0.1)
        0.5
        """
        if not (math.isfinite(number) and number > 0):
            return None
        share = (math.log10(number) - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0) if -_ROUNDING <= share <= 1 + _ROUNDING else None

    def ticks(self, most: int) -> list[int]:
        """Exponents to be labelled.

        Arguments:
            most: how many labels there is room for, at least 2.

        >>> Decades(-17, 0).ticks(5)
        [0, -5, -10, -15]
        """
        span = self.high - self.low
        stride = next((one for one in _STRIDES if span // one < most), span)
        # multiples of the stride, so that 10⁰, where nothing is lost, is one of them
        top = math.floor(self.high / stride) * stride
        return list(range(top, self.low - 1, -stride))


def power_of_ten(exponent: int) -> str:
    """A power of ten as it is written on an axis.

    >>> power_of_ten(-12), power_of_ten(0)
    ('10⁻¹²', '1')
    """
    return "1" if exponent == 0 else "10" + str(exponent).translate(_SUPERSCRIPTS)


def time_ticks(steps: int, most: int) -> list[int]:
    """Time steps to be labelled, counted from 1: the first, the last, and round ones between.

    Arguments:
        steps: T, at least 2.
        most: how many labels there is room for, at least 2.

    >>> time_ticks(50, 6)
    [1, 10, 20, 30, 40, 50]
    """
    stride = next((one for one in (*_STRIDES, 500, 1000) if steps // one < most), steps)
    between = [t for t in range(stride, steps, stride) if t > 1]
    # the last label needs room: a round one just before it gives way
    kept = [t for t in between if steps - t >= stride / 2]
    return [1, *kept, steps]


def marked_steps(norms: Any, axis: Decades, curve: int, curves: int, count: int) -> list[int]:
    """The steps at which a curve bears its marker: between those of the other curves.

    Arguments:
        norms: of the curve, (T,).
        axis: what is beyond it bears none.
        curve, curves: the curve's place, and how many there are.
        count: how many markers.

    >>> axis = Decades(-2, 0)
    >>> marked_steps(numpy.array([0.0, 0.1, 0.2, 0.4, 0.9]), axis, curve=0, curves=2, count=2)
    [1, 3]
    """
    drawable = [t for t, norm in enumerate(norms) if axis.height(float(norm)) is not None]
    shares = [(number + (curve + 0.5) / curves) / count for number in range(count)]
    return sorted({drawable[round(share * (len(drawable) - 1))] for share in shares if drawable})
