"""The curves of one chart: they grow, and can be counted along x in several ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count as counting

import numpy

from microgradseq.backend import Array
from microgradseq.charts.columns import Columns, Series
from microgradseq.charts.growing import GrowingCurve
from microgradseq.charts.window import Window, with_room

Numbers = Sequence[float] | Array


class CurveSet:
    """Curves by their names.

    Arguments:
        x_name: what the x of the series counts.
        series: the first ones.

    >>> curves = CurveSet("step")
    >>> curves.append("loss", [1.0, 2.0], [0.5, 0.25], {"tokens": [64.0, 128.0]})
    >>> curves.counts(), curves.over("tokens")[0].x.tolist()
    (['step', 'tokens'], [64.0, 128.0])
    """

    def __init__(self, x_name: str = "step", series: Iterable[Series] = ()) -> None:
        self.x_name = x_name
        self._curves: dict[str, GrowingCurve] = {}
        for each in series:
            name = self._free(each.name)
            self._curves[name] = GrowingCurve(replace(each, name=name))

    def _free(self, name: str) -> str:
        """A name that no other curve has, such as "loss (2)"."""
        places = (f"{name} ({place})" for place in counting(2))
        return (
            name
            if name not in self._curves
            else next(each for each in places if each not in self._curves)
        )

    def append(
        self,
        name: str,
        x: Numbers,
        y: Numbers,
        counts: Mapping[str, Numbers] | None = None,
        smoothing: int | None = None,
    ) -> None:
        """Add points to a curve; a name that is new is a new curve.

        Arguments:
            name: of the curve.
            x, y: the points; where x goes back, they take the place of those that were there.
            counts: the other counts of x, one number a point.
            smoothing: over how many points the line is averaged; more and more if left out.
        """
        if name not in self._curves:
            nothing = numpy.zeros(0)
            self._curves[name] = GrowingCurve(Series(name, nothing, nothing))
        if smoothing is not None:
            self._curves[name].smooth_over(smoothing)
        self._curves[name].append(x, y, counts)

    def over(self, count: str) -> list[Series]:
        """All curves over one count.

        Arguments:
            count: one of `counts`.
        """
        wanted = "" if count == self.x_name else count
        return [curve.series(wanted) for curve in self._curves.values()]

    def counts(self) -> list[str]:
        """Everything that x can count."""
        others = [count for curve in self._curves.values() for count in curve.counts]
        return list(dict.fromkeys([self.x_name, *others]))

    def columns(self, series: Series, left: float, right: float, width: int) -> Columns:
        """The columns of a picture, of which only what is new is worked out.

        Arguments:
            series: one of those that `over` gave.
            left, right: the ends of x.
            width: columns.
        """
        return self._curves[series.name].columns(series, left, right, width)

    def most_points(self) -> int:
        """How many points the longest curve has."""
        return max(map(len, self._curves.values()), default=0)

    def whole(self, count: str) -> Window | None:
        """Where the curves begin and end; None where none has a point.

        Arguments:
            count: one of `counts`.
        """
        ends = [(float(each.x[0]), float(each.x[-1])) for each in self.over(count) if len(each.x)]
        if not ends:
            return None
        left, right = min(first for first, _ in ends), max(last for _, last in ends)
        grown = any(curve.grown for curve in self._curves.values())
        return with_room(left, right) if grown or right <= left else Window(left, right)

    def why_nothing(self, count: str, log: bool) -> str:
        """In words, why there are points and yet nothing to draw; "" where there is something.

        Arguments:
            count: one of `counts`.
            log: whether heights are drawn by their logarithm.

        >>> CurveSet("step", [Series("a", numpy.ones(1), numpy.zeros(1))]).why_nothing("step", True)
        'Nothing to draw: no number is above 0, so none has a logarithm.'
        """
        heights = [each.y for each in self.over(count)]
        if not any(numpy.isfinite(y).any() for y in heights):
            points = sum(map(len, heights))
            return f"Nothing to draw: all {points:,} numbers are NaN or infinite."
        if log and not any((numpy.isfinite(y) & (y > 0)).any() for y in heights):
            return "Nothing to draw: no number is above 0, so none has a logarithm."
        return ""
