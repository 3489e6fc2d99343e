"""From raw numbers to one mean, minimum and maximum a column of dots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

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
        counts: other ways to count x, such as {"tokens": …}, (N,) each.
    """

    name: str
    x: Array
    y: Array
    smoothing: int = 1
    counts: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))

    def by(self, count: str) -> Series:
        """The same curve over another count of x; itself where it does not know that count.

        Arguments:
            count: a name in `counts`.

        >>> Series("a", numpy.arange(2), numpy.ones(2), 1, {"tokens": [0, 64]}).by("tokens").x
        [0, 64]
        """
        return replace(self, x=self.counts[count]) if count in self.counts else self


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
    line = smoothed(series.y, series.smoothing)
    return columns_of([reduced(series.x, series.y, line, edges_of(left, right, width))])


def edges_of(left: float, right: float, width: int) -> Array:
    """Where columns begin, and where the last one ends, (width + 1,)."""
    edges = left + (right - left) * numpy.arange(width + 1) / width
    edges[-1] = numpy.nextafter(right, numpy.inf)
    return edges


@dataclass(frozen=True, eq=False)
class Sums:
    """What a stretch of columns holds, (W,) each; several stretches make Columns.

    Arguments:
        filled: whether there is any point.
        counts, totals: of the finite numbers of the smoothed line.
        low, high: the range of the raw numbers; NaN where there is none.
    """

    filled: Array
    counts: Array
    totals: Array
    low: Array
    high: Array


def reduced(x: Array, y: Array, line: Array, edges: Array) -> Sums:
    """Gather points in columns.

    Arguments:
        x: rising, (N,).
        y: raw numbers, (N,).
        line: the smoothed ones, (N,), NaN for gaps.
        edges: where columns begin and where the last one ends, (W + 1,).
    """
    bounds: Array = numpy.searchsorted(x, edges, side="left")
    first, last = int(bounds[0]), int(bounds[-1])
    filled = bounds[:-1] < bounds[1:]
    low, high = numpy.full((2, len(filled)), numpy.nan)
    counts, totals = numpy.zeros((2, len(filled)))
    if first < last:
        begin = bounds[:-1][filled] - first
        raw, line = y[first:last], line[first:last]
        if not numpy.isfinite(raw).all():
            raw = numpy.where(numpy.isfinite(raw), raw, numpy.nan)
        there = numpy.isfinite(line)
        low[filled] = numpy.fmin.reduceat(raw, begin)
        high[filled] = numpy.fmax.reduceat(raw, begin)
        counts[filled] = numpy.add.reduceat(there, begin, dtype="float64")
        totals[filled] = numpy.add.reduceat(numpy.where(there, line, 0.0), begin)
    return Sums(filled, counts, totals, low, high)


def columns_of(parts: Sequence[Sums]) -> Columns:
    """Join stretches of columns, from left to right.

    Arguments:
        parts: at least one.
    """
    filled, counts, totals, low, high = (
        numpy.concatenate([getattr(part, name) for part in parts])
        for name in ("filled", "counts", "totals", "low", "high")
    )
    with numpy.errstate(invalid="ignore", divide="ignore"):
        mean = totals / numpy.where(counts > 0, counts, numpy.nan)
    return Columns(_bridged(mean, filled, counts), low, high)


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
