"""A chart of curves as lines of characters, each stretch with the curve it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy

from microgradseq.backend import Array
from microgradseq.cells import shorten
from microgradseq.charts.axis import Axis, axis_along, axis_around, x_labels
from microgradseq.charts.columns import Columns, Series, in_columns
from microgradseq.charts.field import MARKERS, Field, Row, Stretch

Thinning = Callable[[Series, float, float, int], Columns]

__all__ = ["MARKERS", "Chart", "Look", "Row", "Stretch", "draw_chart"]


@dataclass(frozen=True)
class Look:
    """How a chart is to be drawn.

    Arguments:
        width, height: characters, everything included.
        log: whether the axis upwards is logarithmic.
        left, right: the ends of x; None for those of the curves.
        bands: whether the raw range is drawn behind each line.
        baselines: horizontal lines: (name, height).
        x_name: what x counts.
        marks: places on x to be pointed at, such as changes of the learning rate.
        notes: places on x with words of their own, drawn as upright lines.
        crosshair: a place on x that is being read; None for none.
        named: whether baselines bear their names.
    """

    width: int
    height: int
    log: bool = False
    left: float | None = None
    right: float | None = None
    bands: bool = True
    baselines: Sequence[tuple[str, float]] = field(default_factory=tuple)
    x_name: str = "step"
    marks: Sequence[float] = field(default_factory=tuple)
    notes: Sequence[tuple[float, str]] = field(default_factory=tuple)
    crosshair: float | None = None
    named: bool = False


@dataclass(frozen=True, eq=False)
class Chart:
    """A drawn chart, and where things are in it.

    Arguments:
        rows: lines of stretches.
        gutter: characters left of the field.
        width, height: of the field, in characters.
        left, right: the ends of x.
        axis: the axis upwards.
    """

    rows: list[Row]
    gutter: int
    width: int
    height: int
    left: float
    right: float
    axis: Axis

    def x_at(self, column: int) -> float:
        """The value of x in the middle of a column of the field."""
        return self.left + (self.right - self.left) * (column + 0.5) / self.width

    def column_of(self, x: float) -> int:
        """The column of the field in which a value of x stands, inside it or not."""
        return int((x - self.left) / (self.right - self.left) * self.width // 1)

    def text(self) -> str:
        """The chart without colours."""
        return "\n".join("".join(part.text for part in row).rstrip() for row in self.rows)


def draw_chart(curves: Sequence[Series], look: Look, thinning: Thinning = in_columns) -> Chart:
    """Draw curves over each other.

    Arguments:
        curves: at most eight.
        look: how.
        thinning: how a series comes to its columns; one that remembers them is quicker.

    >>> x = numpy.arange(1.0, 9.0)
    >>> chart = draw_chart([Series("loss", x, 8 - x)], Look(24, 6))
    >>> print(chart.text())
       │⠑⠢⢄⣀
     5 ┤    ⠉⠑⠒⠤⢄⡀
       │         ⠈⠉⠒⠢⠤⣀
     0 ┤               ⠉⠑⠒⠤●
       └───────────┬────────
                   5    step
    """
    left, right = _ends(curves, look)
    height = max(look.height - 2, 1)
    shown = [_range_within(series, left, right, look.log) for series in curves]
    levels = numpy.array([level for _, level in look.baselines])
    axis = axis_around([*shown, levels], look.log)
    ticks = axis.ticks(max(2, height // 2))
    gutter = max((len(label) for _, label in ticks), default=1) + 1
    width = max(look.width - gutter - 2, 2)
    drawn = Field(width, height, axis)
    columns = [thinning(series, left, right, width * 2) for series in curves]
    for place, (_, level) in enumerate(look.baselines):
        drawn.baseline(level, place)
    if look.bands:
        for curve, found in enumerate(columns):
            drawn.band(found, curve)
    for curve, found in enumerate(columns):
        drawn.line(found, curve)
    drawn.mark_curves(columns)
    chart = Chart([], gutter + 2, width, height, left, right, axis)
    _annotate(drawn, chart, look)
    chart.rows.extend(_with_axis(drawn, ticks, gutter))
    along = axis_along(left, right, [series.x for series in curves])
    chart.rows.extend(_bottom(look, along, gutter, width))
    return chart


def _annotate(drawn: Field, chart: Chart, look: Look) -> None:
    """Names of baselines, notes and the crosshair, where no curve stands."""
    for name, level in look.baselines if look.named else ():
        drawn.name_baseline(level, name)
    for x, words in look.notes:
        if chart.left <= x <= chart.right:
            column = min(chart.column_of(x), chart.width - 1)
            drawn.note(column, words)
    if look.crosshair is not None and chart.left <= look.crosshair <= chart.right:
        drawn.upright(min(chart.column_of(look.crosshair), chart.width - 1), "│", "crosshair")


def _ends(curves: Sequence[Series], look: Look) -> tuple[float, float]:
    firsts = [float(series.x[0]) for series in curves if len(series.x)]
    lasts = [float(series.x[-1]) for series in curves if len(series.x)]
    left = look.left if look.left is not None else min(firsts, default=0.0)
    right = look.right if look.right is not None else max(lasts, default=1.0)
    return left, right if right > left else left + 1.0


def _range_within(series: Series, left: float, right: float, log: bool) -> Array:
    """The least and the largest number that the picture has to hold, without a copy if possible."""
    first = int(numpy.searchsorted(series.x, left, side="left"))
    last = int(numpy.searchsorted(series.x, right, side="right"))
    y = series.y[first:last]
    if not len(y):
        return y
    ends = numpy.array([numpy.fmin.reduce(y), numpy.fmax.reduce(y)], dtype="float64")
    if numpy.isfinite(ends).all() and not (log and ends[0] <= 0):
        return ends
    usable = y[numpy.isfinite(y) & ((y > 0) | (not log))]
    return numpy.array([usable.min(), usable.max()]) if len(usable) else usable


def _with_axis(drawn: Field, ticks: Sequence[tuple[float, str]], gutter: int) -> list[Row]:
    labels: dict[int, str] = {}
    for number, label in ticks:
        row = int(drawn.rows_of(numpy.array([number]))[0])
        if row >= 0:
            labels.setdefault(row // 4, label)
    rows = []
    for line in range(drawn.height):
        label = labels.get(line, "")
        edge = "┤" if label else "│"
        rows.append([Stretch(f"{label:>{gutter}} {edge}"), *drawn.row(line)])
    return rows


def _bottom(look: Look, along: Axis, gutter: int, width: int) -> list[Row]:
    left, right = along.low, along.high

    def column(number: float) -> int:
        return min(int((number - left) / (right - left) * width), width - 1)

    name = look.x_name if width >= 3 * len(look.x_name) + 8 else ""
    room = width - len(name) - bool(name)
    ticks = [
        (column(number), label)
        for number, label in along.ticks(max(2, width // 10))
        if column(number) + len(label) <= room
    ]
    line = ["─"] * width
    for place, _ in ticks:
        line[place] = "┬"
    for mark in (*look.marks, *(x for x, _ in look.notes)):
        if left <= mark <= right:
            line[column(mark)] = "▲"
    labels = x_labels(ticks, width)
    labels = shorten(f"{labels:{room}} {name}", width) if name else labels
    return [
        [Stretch(" " * (gutter + 1) + "└" + "".join(line))],
        [Stretch(" " * (gutter + 2) + labels)],
    ]
