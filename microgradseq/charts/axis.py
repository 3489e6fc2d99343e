"""Axes with round ticks, linear or logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy

from microgradseq.backend import Array
from microgradseq.charts.decades import power_of_ten
from microgradseq.numbers import readable

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_MARGIN = 0.03


@dataclass(frozen=True)
class Axis:
    """From numbers to shares of the picture's height.

    Arguments:
        low, high: the numbers at both ends, low < high.
        log: whether equal factors have equal heights.
        whole: whether only whole numbers stand on it, such as steps; there is no step 2.5.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def shares(self, numbers: Array) -> Array:
        """How high numbers stand, 0 to 1; NaN where they have no place.

        >>> Axis(1.0, 100.0, log=True).shares(numpy.array([10.0, 0.0])).tolist()
        [0.5, nan]
        """
        low, high = self._ends()
        with numpy.errstate(invalid="ignore", divide="ignore"):
            shares = ((numpy.log10(numbers) if self.log else numbers) - low) / (high - low)
            return numpy.where((shares >= -1e-9) & (shares <= 1 + 1e-9), shares, numpy.nan)

    def number(self, share: float) -> float:
        """The number at a height.

        >>> Axis(1.0, 100.0, log=True).number(0.5)
        10.0
        """
        low, high = self._ends()
        found = low + (high - low) * share
        return float(10.0**found) if self.log else float(found)

    def _ends(self) -> tuple[float, float]:
        return (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Round numbers within the axis, with their labels.

        Arguments:
            most: how many there is room for.

        >>> [label for _, label in Axis(0.0, 3.0).ticks(4)]
        ['0', '1', '2', '3']
        >>> [label for _, label in Axis(0.01, 10.0, log=True).ticks(4)]
        ['10⁻²', '10⁻¹', '1', '10¹']
        """
        if self.log:
            return self._decades(most)
        return _round_numbers(self.low, self.high, most, self.whole)

    def _decades(self, most: int) -> list[tuple[float, str]]:
        low, high = self._ends()
        first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
        if last - first < 1:
            # less than two powers of ten: numbers between them say more
            return [(10.0**first, power_of_ten(first))] * (first <= last) + [
                (number, readable(number, 3)) for number in _between_decades(self.low, self.high)
            ][: max(most - 1, 1)]
        stride = max(1, math.ceil((last - first + 1) / max(most, 1)))
        return [(10.0**each, power_of_ten(each)) for each in range(first, last + 1, stride)]


def _between_decades(low: float, high: float) -> list[float]:
    decade = 10.0 ** math.floor(math.log10(low))
    found = [decade * factor * scale for scale in (1.0, 10.0) for factor in (2.0, 3.0, 5.0)]
    return [number for number in found if low <= number <= high]


def _round_numbers(low: float, high: float, most: int, whole: bool) -> list[tuple[float, str]]:
    rough = (high - low) / max(most, 1)
    if whole:
        rough = max(rough, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    strides = (factor * power for factor in _ROUND if factor * power >= rough * (1 - 1e-9))
    stride = next(stride for stride in strides if not whole or stride == round(stride))
    first, last = math.ceil(low / stride - 1e-9), math.floor(high / stride + 1e-9)
    return [(place * stride, readable(place * stride, 6)) for place in range(first, last + 1)]


def axis_around(rows: Iterable[Array], log: bool = False) -> Axis:
    """An axis on which all finite numbers have a place.

    Arguments:
        rows: arrays of numbers.
        log: whether it is logarithmic; numbers up to 0 have no place then.

    >>> axis_around([numpy.array([1.0, 3.0])]).low < 1.0
    True
    """
    numbers = numpy.concatenate([*(numpy.asarray(row, "float64") for row in rows), [numpy.nan]])
    usable = numbers[numpy.isfinite(numbers) & ((numbers > 0) | (not log))]
    if not usable.size:
        return Axis(0.1, 1.0, log)
    low, high = float(usable.min()), float(usable.max())
    if log:
        ends = math.log10(low), math.log10(high)
        room = max((ends[1] - ends[0]) * _MARGIN, 0.01)
        return Axis(10.0 ** (ends[0] - room), 10.0 ** (ends[1] + room), True)
    room = (high - low) * _MARGIN or abs(high) * _MARGIN or 0.1
    # a curve that comes down to 0 should stand on the ground
    floor = 0.0 if 0 <= low <= 0.2 * high else low - room
    return Axis(floor, high + room)


def axis_along(left: float, right: float, rows: Iterable[Array]) -> Axis:
    """The axis along which curves run; whole where what they count is.

    Arguments:
        left, right: its ends.
        rows: where the points of each curve stand, in order.

    >>> axis_along(1.0, 12.0, [numpy.arange(1.0, 13.0)]).whole
    True
    """
    # a few points tell it: a million of them at each picture would take too long
    told = [
        float(row[place])
        for row in rows
        if len(row)
        for place in (0, 1, len(row) // 2, len(row) - 1)
        if place < len(row)
    ]
    return Axis(left, right, whole=bool(told) and all(x.is_integer() for x in told))


def x_labels(ticks: Sequence[tuple[int, str]], width: int) -> str:
    """Labels under their columns; one that would touch its neighbour is left out.

    Arguments:
        ticks: (column, label), from left to right.
        width: characters.

    >>> x_labels([(0, "0"), (5, "10"), (6, "12")], 8)
    '0   10'
    """
    line = [" "] * width
    free = 0
    for column, label in ticks:
        start = min(max(column - len(label) // 2, 0), width - len(label))
        if start >= free:
            line[start : start + len(label)] = label
            free = start + len(label) + 1
    return "".join(line).rstrip()
