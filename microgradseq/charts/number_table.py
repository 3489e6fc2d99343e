"""The exact numbers of a chart or a heat map, row by row, however many there are."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Protocol

import numpy

from microgradseq.charts.columns import Series
from microgradseq.charts.heat_map import HeatMap


class NumberTable(Protocol):
    """Numbers in rows, each made only when it is asked for."""

    @property
    def header(self) -> Sequence[str]:
        """The names of the columns."""

    def __len__(self) -> int: ...

    def row(self, place: int) -> Sequence[str]:
        """One row of exact numbers; "" where there is none.

        Arguments:
            place: counted from 0.
        """


class ChartNumbers:
    """The points of curves: a row for every x that any of them has.

    Arguments:
        curves: their x rises.
        x_name: what x counts.

    >>> table = ChartNumbers([Series("a", numpy.array([1.0, 2.0]), numpy.array([0.5, 0.25]))])
    >>> table.header, table.row(1)
    (('step', 'a'), ('2', '0.25'))
    """

    def __init__(self, curves: Sequence[Series], x_name: str = "step") -> None:
        self._curves = list(curves)
        self.header = (x_name, *(series.name for series in curves))
        if len(self._curves) == 1:
            # points that share their x, such as those of one epoch, all keep a row
            self._x = numpy.asarray(self._curves[0].x, "float64")
        else:
            every = [numpy.asarray(series.x, "float64") for series in self._curves]
            self._x = numpy.unique(numpy.concatenate([numpy.zeros(0), *every]))

    def __len__(self) -> int:
        return len(self._x)

    def row(self, place: int) -> tuple[str, ...]:
        """One row of exact numbers; "" where a curve has no point.

        Arguments:
            place: counted from 0.
        """
        x = self._x[place]
        if len(self._curves) == 1:
            return exact(float(x)), exact(float(self._curves[0].y[place]))
        numbers = []
        for series in self._curves:
            # of several points at one x, the last
            found = int(numpy.searchsorted(series.x, x, side="right")) - 1
            there = found >= 0 and series.x[found] == x
            numbers.append(exact(float(series.y[found])) if there else "")
        return exact(float(x)), *numbers


class HeatMapNumbers:
    """The numbers of a heat map, with the names of its rows and columns.

    Arguments:
        heat_map: the map.

    >>> HeatMapNumbers(HeatMap([[0.5, 2.0]], ["h1"], ["t=1", "t=2"])).row(0)
    ('h1', '0.5', '2')
    """

    def __init__(self, heat_map: HeatMap) -> None:
        self._map = heat_map
        self.header = ("", *heat_map.column_names)

    def __len__(self) -> int:
        return len(self._map.row_names)

    def row(self, place: int) -> tuple[str, ...]:
        """One row of exact numbers; "" in a gap.

        Arguments:
            place: counted from 0.
        """
        numbers = self._map.values[place].tolist()
        told = ("" if math.isnan(each) else exact(each) for each in numbers)
        return self._map.row_names[place], *told


class CellNumbers:
    """Rows of words and numbers as they are.

    Arguments:
        header: the names of the columns.
        rows: what stands in them; None for nothing.

    >>> CellNumbers(("what", "size", "age"), [("a", 0.125, None)]).row(0)
    ('a', '0.125', '')
    """

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> None:
        self.header = tuple(header)
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, place: int) -> tuple[str, ...]:
        """One row.

        Arguments:
            place: counted from 0.
        """
        cells = ("" if each is None else each for each in self._rows[place])
        return tuple(each if isinstance(each, str) else exact(each) for each in cells)


def exact(number: float) -> str:
    """A number with all its digits; whole ones without a fraction.

    >>> exact(1200.0), exact(0.1), exact(float("nan"))
    ('1200', '0.1', 'nan')
    """
    if math.isfinite(number) and number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def as_csv(table: NumberTable) -> str:
    """A table as CSV.

    Arguments:
        table: any.

    >>> one = Series("loss", numpy.array([1.0]), numpy.array([0.5]))
    >>> print(as_csv(ChartNumbers([one])), end="")
    step,loss
    1,0.5
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows(table.row(place) for place in range(len(table)))
    return written.getvalue()
