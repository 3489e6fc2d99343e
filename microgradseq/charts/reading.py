"""The exact numbers of curves at a place on x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from microgradseq.charts.columns import Series


@dataclass(frozen=True, slots=True)
class Reading:
    """The point of a curve that is nearest to a place.

    Arguments:
        curve: which curve, counted from 0.
        x, y: the point, as it was measured.
    """

    curve: int
    x: float
    y: float


def readings(curves: Sequence[Series], x: float) -> list[Reading]:
    """What each curve that has points says at a place.

    Arguments:
        curves: their x rises.
        x: where.

    >>> steps = numpy.array([0.0, 10.0, 20.0])
    >>> readings([Series("a", steps, steps**2)], 13.0)
    [Reading(curve=0, x=10.0, y=100.0)]
    """
    return [
        Reading(number, float(series.x[place]), float(series.y[place]))
        for number, series in enumerate(curves)
        if (place := nearest(series, x)) is not None
    ]


def nearest(series: Series, x: float) -> int | None:
    """The place in its arrays of the point nearest to x; None where a curve has no points.

    Arguments:
        series: its x rises.
        x: where.
    """
    if not len(series.x):
        return None
    after = int(numpy.searchsorted(series.x, x, side="left"))
    if after == len(series.x) or (after > 0 and x - series.x[after - 1] <= series.x[after] - x):
        return after - 1
    return after
