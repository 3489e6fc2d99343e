"""From raw numbers to one mean, minimum and maximum a column of dots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy

from microgradseq.backend import Array


@dataclass(frozen=True, eq=False)
class Series:
    """One curve.

    Arguments:
        name: for the legend.
        x: where its points are, rising, (N,).
        y: their heights, (N,); NaN and infinity are gaps.
        smoothing: over how many points the bright line is averaged; 1 for not at all.
    """

    name: str
    x: Array
    y: Array
    smoothing: int = 1


@dataclass(frozen=True, eq=False)
class Columns:
    """What a series comes to in each column of dots, NaN where there is nothing, (W,) each.

    Arguments:
        mean: of the smoothed line.
        low, high: the range of the raw numbers.
    """

    mean: Array
    low: Array
    high: Array


def smoothed(y: Array, window: int) -> Array:
    """The mean of each number and those before it; of raw numbers, before any are left out.

    Arguments:
        y: (N,), NaN for gaps.
        window: how many numbers, at most.
    Returns:
        (N,): NaN where y has a gap, so that gaps are not bridged.

    >>> smoothed(numpy.array([1.0, 3.0, numpy.nan, 5.0]), 2).tolist()
    [1.0, 2.0, nan, 5.0]
    """
    valid = numpy.isfinite(y)
    if window <= 1 or not len(y):
        return numpy.where(valid, y, numpy.nan)
    # the mean is taken out first, or a long sum would swallow small differences
    centre = float(y[valid].mean()) if valid.any() else 0.0
    totals = numpy.cumsum(numpy.where(valid, y - centre, 0.0))
    counts = numpy.cumsum(valid)
    totals[window:] -= totals[:-window].copy()
    counts[window:] -= counts[:-window].copy()
    with numpy.errstate(invalid="ignore", divide="ignore"):
        return numpy.where(valid, totals / counts + centre, numpy.nan)


def in_columns(series: Series, left: float, right: float, width: int) -> Columns:
    """Thin a series to columns.

    Arguments:
        series: which.
        left, right: the values of x at both ends of the picture, left < right.
        width: columns.

    >>> series = Series("a", numpy.arange(4.0), numpy.array([1.0, 3.0, 2.0, 4.0]))
    >>> found = in_columns(series, 0.0, 3.0, 2)
    >>> found.mean.tolist(), found.low.tolist(), found.high.tolist()
    ([2.0, 3.0], [1.0, 2.0], [3.0, 4.0])
    """
    nothing = numpy.full(width, numpy.nan)
    x, y = series.x, numpy.where(numpy.isfinite(series.y), series.y, numpy.nan)
    line = smoothed(y, series.smoothing)
    edges = left + (right - left) * numpy.arange(width + 1) / width
    bounds = numpy.searchsorted(x, edges, side="left")
    bounds[-1] = numpy.searchsorted(x, right, side="right")
    first, last = int(bounds[0]), int(bounds[-1])
    if first >= last:
        return Columns(nothing, nothing.copy(), nothing.copy())
    starts, filled = bounds[:-1], bounds[:-1] < bounds[1:]
    begin = starts[filled] - first

    def reduced(how: numpy.ufunc, numbers: Array) -> Array:
        found = nothing.copy()
        found[filled] = how.reduceat(numbers[first:last], begin)
        return found

    counts = reduced(numpy.add, numpy.isfinite(line).astype("float64"))
    sums = reduced(numpy.add, numpy.nan_to_num(line))
    with numpy.errstate(invalid="ignore", divide="ignore"):
        mean = sums / numpy.where(counts > 0, counts, numpy.nan)
    return Columns(_bridged(mean, filled, counts), reduced(numpy.fmin, y), reduced(numpy.fmax, y))


def _bridged(mean: Array, filled: Array, counts: Array) -> Array:
    """Join neighbouring points that are more than a column apart, but never across a gap."""
    places = numpy.flatnonzero(filled)
    if len(places) < 2:
        return mean
    empty = numpy.flatnonzero(~filled)
    inside = empty[(empty > places[0]) & (empty < places[-1])]
    # NaN at either end stays NaN here, which is what a gap should look like
    mean[inside] = numpy.interp(inside, places, numpy.where(counts, mean, numpy.nan)[places])
    return mean
