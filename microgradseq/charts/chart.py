"""A chart of curves as lines of characters, each stretch with the curve it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy

from microgradseq.backend import Array
from microgradseq.cells import shorten
from microgradseq.charts.axis import Axis, axis_around, x_labels
from microgradseq.charts.columns import Columns, Series, in_columns

MARKERS = "●■▲◆○□△◇"
_DOTS = numpy.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype="uint16")
_BRAILLE = 0x2800
_MARKER_EVERY = 24


class Stretch(NamedTuple):
    """Characters that look alike.

    Arguments:
        text: the characters.
        curve: which curve they belong to; None for the frame.
        part: "line", "band", "mark", "frame" or "baseline".
    """

    text: str
    curve: int | None = None
    part: str = "frame"


Row = list[Stretch]


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

    def text(self) -> str:
        """The chart without colours."""
        return "\n".join("".join(part.text for part in row).rstrip() for row in self.rows)


def draw_chart(curves: Sequence[Series], look: Look) -> Chart:
    """Draw curves over each other.

    Arguments:
        curves: at most eight.
        look: how.

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
    shown = [_within(series, left, right) for series in curves]
    levels = numpy.array([level for _, level in look.baselines])
    axis = axis_around([*shown, levels], look.log)
    ticks = axis.ticks(max(2, height // 2))
    gutter = max((len(label) for _, label in ticks), default=1) + 1
    width = max(look.width - gutter - 2, 2)
    painter = _Painter(width, height, axis)
    columns = [in_columns(series, left, right, width * 2) for series in curves]
    for place, (_, level) in enumerate(look.baselines):
        painter.baseline(level, place)
    if look.bands:
        for curve, found in enumerate(columns):
            painter.band(found, curve)
    for curve, found in enumerate(columns):
        painter.line(found, curve)
    painter.mark_curves(columns)
    rows = _with_axis(painter, ticks, gutter)
    rows += _bottom(axis, look, left, right, gutter, width)
    return Chart(rows, gutter + 2, width, height, left, right, axis)


def _ends(curves: Sequence[Series], look: Look) -> tuple[float, float]:
    firsts = [float(series.x[0]) for series in curves if len(series.x)]
    lasts = [float(series.x[-1]) for series in curves if len(series.x)]
    left = look.left if look.left is not None else min(firsts, default=0.0)
    right = look.right if look.right is not None else max(lasts, default=1.0)
    return left, right if right > left else left + 1.0


def _within(series: Series, left: float, right: float) -> Array:
    first, last = numpy.searchsorted(series.x, [left, right])
    return series.y[first : last + 1]


class _Painter:
    """The field: dots of lines and bands, and whom each character belongs to."""

    def __init__(self, width: int, height: int, axis: Axis) -> None:
        self.width, self.height, self.axis = width, height, axis
        self.dots = numpy.zeros((height, width), dtype="uint16")
        self.owner = numpy.full((height, width), -1)
        self.part = numpy.zeros((height, width), dtype="int8")
        self.marks: dict[tuple[int, int], int] = {}

    def rows_of(self, numbers: Array) -> Array:
        """The row of dots of each number, 0 at the top; −1 for none."""
        shares = self.axis.shares(numbers)
        rows = (1 - numpy.nan_to_num(shares)) * (self.height * 4 - 1)
        return numpy.where(numpy.isnan(shares), -1, numpy.rint(rows)).astype("int64")

    def baseline(self, level: float, place: int) -> None:
        row = int(self.rows_of(numpy.array([level]))[0])
        if row >= 0:
            self._set(row, numpy.arange(0, self.width * 2, 4), place, 1)

    def band(self, columns: Columns, curve: int) -> None:
        low, high = self.rows_of(columns.low), self.rows_of(columns.high)
        for column in numpy.flatnonzero((low >= 0) & (high >= 0)):
            self._upright(int(high[column]), int(low[column]), int(column), curve, 2)

    def line(self, columns: Columns, curve: int) -> None:
        before = -1
        for column, row in enumerate(self.rows_of(columns.mean).tolist()):
            if row >= 0:
                start = row if before < 0 else before + (row > before) - (row < before)
                self._upright(min(start, row), max(start, row), column, curve, 3)
            before = row

    def _upright(self, top: int, bottom: int, column: int, curve: int, part: int) -> None:
        for row in range(top, bottom + 1):
            self._set(row, numpy.array([column]), curve, part)

    def _set(self, row: int, columns: Array, curve: int, part: int) -> None:
        """Set dots; a line wipes out what lies behind it in the same character."""
        line, places = row // 4, columns // 2
        stronger = self.part[line, places] < part
        other = (self.part[line, places] == part) & (self.owner[line, places] != curve)
        fresh = places[stronger]
        self.dots[line, fresh] = 0
        self.part[line, fresh] = part
        self.owner[line, places[stronger | (other & (part == 3))]] = curve
        keep = self.part[line, places] == part
        numpy.bitwise_or.at(self.dots, (line, places[keep]), _DOTS[row % 4, columns[keep] % 2])

    def mark_curves(self, columns: Sequence[Columns]) -> None:
        """Put each curve's own marker on it, at places of its own, and at its end."""
        for curve, found in enumerate(columns):
            rows = self.rows_of(found.mean)
            places = numpy.flatnonzero(rows >= 0)
            if not len(places):
                continue
            shift = 2 * _MARKER_EVERY * curve // max(len(columns), 1)
            chosen = [] if len(columns) == 1 else places[places % (2 * _MARKER_EVERY) == shift]
            for place in (*chosen, places[-1]):
                self.marks.setdefault((int(rows[place]) // 4, int(place) // 2), curve)

    def row(self, line: int) -> Row:
        row: Row = []
        names = ("frame", "baseline", "band", "line")
        for column in range(self.width):
            mark = self.marks.get((line, column))
            if mark is not None:
                stretch = Stretch(MARKERS[mark % len(MARKERS)], mark, "mark")
            else:
                bits, owner = int(self.dots[line, column]), int(self.owner[line, column])
                text = chr(_BRAILLE + bits) if bits else " "
                stretch = Stretch(
                    text, owner if owner >= 0 else None, names[self.part[line, column]]
                )
            if row and row[-1][1:] == stretch[1:]:
                row[-1] = row[-1]._replace(text=row[-1].text + stretch.text)
            else:
                row.append(stretch)
        return row


def _with_axis(painter: _Painter, ticks: Sequence[tuple[float, str]], gutter: int) -> list[Row]:
    labels: dict[int, str] = {}
    for number, label in ticks:
        row = int(painter.rows_of(numpy.array([number]))[0])
        if row >= 0:
            labels.setdefault(row // 4, label)
    rows = []
    for line in range(painter.height):
        label = labels.get(line, "")
        edge = "┤" if label else "│"
        rows.append([Stretch(f"{label:>{gutter}} {edge}"), *painter.row(line)])
    return rows


def _bottom(
    axis: Axis, look: Look, left: float, right: float, gutter: int, width: int
) -> list[Row]:
    def column(number: float) -> int:
        return min(int((number - left) / (right - left) * width), width - 1)

    name = look.x_name if width >= 3 * len(look.x_name) + 8 else ""
    room = width - len(name) - bool(name)
    ticks = [
        (column(number), label)
        for number, label in Axis(left, right).ticks(max(2, width // 10))
        if column(number) + len(label) <= room
    ]
    line = ["─"] * width
    for place, _ in ticks:
        line[place] = "┬"
    for mark in look.marks:
        if left <= mark <= right:
            line[column(mark)] = "▲"
    labels = x_labels(ticks, width)
    labels = shorten(f"{labels:{room}} {name}", width) if name else labels
    return [
        [Stretch(" " * (gutter + 1) + "└" + "".join(line))],
        [Stretch(" " * (gutter + 2) + labels)],
    ]
