"""A curve that grows at its end: what was worked out for a picture is kept and only added to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy

from microgradseq.backend import Array
from microgradseq.charts.columns import (
    Columns,
    Series,
    Sums,
    columns_of,
    edges_of,
    reduced,
    smoothed,
)

_SMOOTHED_PART = 50


def usual_smoothing(points: int) -> int:
    """Over how many points a growing curve is averaged; it changes seldom as the curve grows.

    Arguments:
        points: how many it has.

    >>> usual_smoothing(60), usual_smoothing(1000), usual_smoothing(1100)
    (1, 16, 16)
    """
    return 1 << max(0, (points // _SMOOTHED_PART).bit_length() - 1)


def rising(x: Array) -> Array:
    """Which points to keep so that x rises: where it goes back, the later points hold.

    Arguments:
        x: (N,).
    Returns:
        (N,) truths; points without a finite x are not kept.

    >>> rising(numpy.array([1.0, 2.0, 3.0, 2.0, 4.0])).tolist()
    [True, False, False, True, True]
    """
    x = numpy.asarray(x, "float64")
    kept: Array = numpy.isfinite(x)
    if len(x) > 1 and not (kept.all() and bool((x[1:] >= x[:-1]).all())):
        later = numpy.minimum.accumulate(numpy.where(kept, x, numpy.inf)[::-1])[::-1]
        kept[:-1] &= x[:-1] < later[1:]
    return kept


class GrowingCurve:
    """A curve, its counts of x, and the columns that were drawn last.

    Arguments:
        series: its points so far. Where x goes back, as after a return to an earlier step, the
            later points take the place of the earlier ones.

    >>> curve = GrowingCurve(Series("loss", numpy.arange(2.0), numpy.array([3.0, 2.0])))
    >>> curve.append([2.0], [1.0])
    >>> curve.series().y.tolist()
    [3.0, 2.0, 1.0]
    """

    def __init__(self, series: Series) -> None:
        self.name = series.name
        self._given = series.smoothing
        self._fixed = False
        self.grown = False
        self._own = False
        kept = rising(series.x)
        columns = {"": series.x, **series.counts, "y": series.y}
        whole = bool(kept.all())
        self._data = {
            name: numpy.asarray(numbers, "float64") if whole else numpy.asarray(numbers)[kept]
            for name, numbers in columns.items()
        }
        self._count = len(self._data["y"])
        self._forget()

    def _forget(self) -> None:
        self._line = numpy.zeros(0)
        self._lined: tuple[int, int] = (0, 0)
        self._key: tuple[object, ...] = ()
        self._sums: Sums | None = None
        self._summed = 0

    def __len__(self) -> int:
        return self._count

    @property
    def smoothing(self) -> int:
        """Over how many points the line is averaged now."""
        if self._fixed or not self.grown:
            return self._given
        return max(self._given, usual_smoothing(self._count))

    def smooth_over(self, points: int) -> None:
        """Keep to one smoothing, however the curve grows.

        Arguments:
            points: how many the line is averaged over; 1 for not at all.
        """
        self._given, self._fixed = points, True

    @property
    def counts(self) -> tuple[str, ...]:
        """The names of its other counts of x."""
        return tuple(name for name in self._data if name not in ("", "y"))

    def append(
        self,
        x: Sequence[float] | Array,
        y: Sequence[float] | Array,
        counts: Mapping[str, Sequence[float] | Array] | None = None,
    ) -> None:
        """Add points; those that the curve has from their x on are forgotten.

        Arguments:
            x, y: (N,).
            counts: the other counts; those left out are NaN, which no picture shows.
        """
        given = {"": x, **(counts or {}), "y": y}
        new = {name: numpy.asarray(numbers, "float64") for name, numbers in given.items()}
        kept = rising(new[""])
        added = int(kept.sum())
        if not added:
            return
        first = float(new[""][kept][0])
        start = int(numpy.searchsorted(self._data[""][: self._count], first, side="left"))
        if start < self._count:
            self._count = start
            self._forget()
        self.grown = True
        self._make_room(self._count + added, [*new])
        end = self._count + added
        for name, numbers in self._data.items():
            numbers[self._count : end] = new[name][kept] if name in new else numpy.nan
        self._count = end

    def _make_room(self, needed: int, names: Sequence[str]) -> None:
        for name in {*self._data, *names}:
            old = self._data.get(name)
            if old is None or len(old) < needed or not self._own:
                fresh = numpy.full(max(needed * 2, 64), numpy.nan)
                if old is not None:
                    fresh[: self._count] = old[: self._count]
                self._data[name] = fresh
        self._own = True

    def series(self, count: str = "") -> Series:
        """The curve over one of its counts.

        Arguments:
            count: in `counts`; "" for x itself.
        """
        end = self._count
        name = count if count in self._data and count != "y" else ""
        x, y = self._data[name][:end], self._data["y"][:end]
        if name:
            kept = rising(x)
            if not kept.all():
                x, y = x[kept], y[kept]
        others = {name: self._data[name][:end] for name in self.counts} if not name else {}
        return Series(self.name, x, y, self.smoothing, others)

    def columns(self, series: Series, left: float, right: float, width: int) -> Columns:
        """The columns of a picture; for the same picture only what is new is gathered.

        Arguments:
            series: from `series`.
            left, right: the ends of x.
            width: columns.
        """
        key = (series.x.ctypes.data, left, right, width, series.smoothing)
        line = self._smoothed(series)
        edges = edges_of(left, right, width)
        old, before = self._sums, self._summed
        if old is None or key != self._key or before > len(series.x):
            sums = reduced(series.x, series.y, line, edges)
        elif before == len(series.x):
            sums = old
        else:
            sums = _extended(old, series, line, edges, before)
        self._key, self._sums, self._summed = key, sums, len(series.x)
        return columns_of([sums])

    def _smoothed(self, series: Series) -> Array:
        """The smoothed line, which does not depend on what is in view."""
        window, end = series.smoothing, len(series.y)
        known, of = self._lined
        if of != window or known > end or end != self._count:
            self._line, known = smoothed(series.y, window), end
            self._lined = (end, window) if end == self._count else (0, 0)
        elif known < end:
            begin = max(known - window, 0)
            fresh = smoothed(series.y[begin:end], window)[known - begin :]
            if len(self._line) < end:
                line = numpy.full(end * 2, numpy.nan)
                line[:known] = self._line[:known]
                self._line = line
            self._line[known:end] = fresh
            self._lined = (end, window)
        return self._line[:end]


def _extended(old: Sums, series: Series, line: Array, edges: Array, before: int) -> Sums:
    """Gather anew only from the column on in which the first new point stands."""
    place = int(numpy.searchsorted(edges, series.x[before], side="right")) - 1
    place = min(max(place, 0), len(edges) - 2)
    start = int(numpy.searchsorted(series.x, edges[place], side="left"))
    new = reduced(series.x[start:], series.y[start:], line[start:], edges[place:])
    return Sums(
        *(
            numpy.concatenate([getattr(old, name)[:place], getattr(new, name)])
            for name in ("filled", "counts", "totals", "low", "high")
        )
    )
