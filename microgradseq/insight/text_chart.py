"""Norms over time drawn with braille dots: eight dots a character, for any terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from microgradseq.cells import cell_width, shorten
from microgradseq.charts.decades import Decades, marked_steps, power_of_ten, time_ticks

MARKERS = "●■▲◆○□△◇★☆▼▽"
"""What tells curves apart where there is no colour, in the order of the curves."""

# The bits of a braille character: by row of dots, the left and the right one.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800
_MARKERS_A_CURVE = 4
_LABEL_ROOM = 9


@dataclass(frozen=True)
class Span:
    """A stretch of a line that belongs to one curve, or to the frame (None)."""

    text: str
    curve: int | None = None


Line = list[Span]


def draw_norms(
    title: str, rows: Sequence[Any], axis: Decades, width: int, height: int
) -> list[Line]:
    """A picture of norms at every time step, on a logarithmic axis.

    Arguments:
        title: stands above it.
        rows: for each curve its norms, t = 1 first, (T,); at most as many as there are `MARKERS`.
        axis: the axis upwards.
        width: characters a line, at least 30.
        height: lines of dots, at least 3.
    Returns:
        Lines of spans. Their texts alone, joined, are the plain picture.

    >>> lines = draw_norms("norms", [numpy.array([0.01, 0.1, 1.0])], Decades(-2, 0), 30, 3)
    >>> for line in lines:
    ...     print("".join(span.text for span in line).rstrip())
    norms
       1 ┤                ⢀⣀⡠⠤⠔⠒⠊●
    10⁻¹ ┤       ⢀⣀⣀⠤⠤●⠒⠉⠉⠁
    10⁻² ┤●⡠⠤⠔⠒⠊⠉⠁
         └┬───────────┬──────────┬
          1           2          3
    """
    marks = axis.ticks(max(2, height // 2 + 1) if height > 4 else height)
    gutter = max(len(power_of_ten(exponent)) for exponent in marks)
    field = _Field(width - gutter - 2, height, axis)
    for curve, norms in enumerate(rows):
        field.draw(curve, norms)
    for curve, norms in enumerate(rows):
        field.mark(curve, norms, len(rows))
    labels = {field.row_of(exponent): power_of_ten(exponent) for exponent in marks}
    lines: list[Line] = [[Span(shorten(title, width))]]
    for row in range(height):
        label = labels.get(row, "")
        edge = "┤" if label else "│"
        lines.append([Span(f"{label:>{gutter}} {edge}"), *field.spans(row)])
    return [*lines, *_time_axis(len(rows[0]), gutter, field)]


class _Field:
    """The drawing area: which dots are set, and which curve a character belongs to."""

    def __init__(self, width: int, height: int, axis: Decades) -> None:
        self.width, self.height, self.axis = width, height, axis
        self.dots = [[0] * width for _ in range(height)]
        self.owners: list[list[int | None]] = [[None] * width for _ in range(height)]
        self.markers: dict[tuple[int, int], int] = {}

    def row_of(self, exponent: int) -> int:
        return self._dot(10.0**exponent) // 4

    def _dot(self, number: float) -> int:
        """The row of dots of a drawable number, 0 at the top."""
        share = self.axis.height(number) or 0.0
        return round((1 - share) * (self.height * 4 - 1))

    def column_of(self, t: float, steps: int) -> int:
        """The character's column of a time step, counted from 0."""
        return round(t / (steps - 1) * (self.width * 2 - 1)) // 2

    def draw(self, curve: int, norms: Any) -> None:
        """Set the dots of a curve: straight lines between time steps, upright ones where steep."""
        heights = numpy.array([self._height(norm) for norm in norms])
        steps = len(norms)
        previous: int | None = None
        for column in range(self.width * 2):
            t = column / (self.width * 2 - 1) * (steps - 1)
            left, right = int(t), min(int(t) + 1, steps - 1)
            weight = t - left
            share = (
                heights[left]
                if weight == 0
                else ((1 - weight) * heights[left] + weight * heights[right])
            )
            if numpy.isnan(share):
                previous = None
                continue
            dot = round((1 - share) * (self.height * 4 - 1))
            start = dot if previous is None else previous + (dot > previous) - (dot < previous)
            for row in range(min(start, dot), max(start, dot) + 1):
                self._set(row, column, curve)
            previous = dot

    def _height(self, norm: float) -> float:
        share = self.axis.height(float(norm))
        return numpy.nan if share is None else share

    def _set(self, row: int, column: int, curve: int) -> None:
        self.dots[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
        self.owners[row // 4][column // 2] = curve

    def mark(self, curve: int, norms: Any, curves: int) -> None:
        """Put a curve's marker on some of its steps; neighbours' markers stand elsewhere."""
        for t in marked_steps(norms, self.axis, curve, curves, _MARKERS_A_CURVE):
            place = (self._dot(float(norms[t])) // 4, self.column_of(t, len(norms)))
            self.markers.setdefault(place, curve)

    def spans(self, row: int) -> Line:
        """One line of the field, neighbours of one curve joined."""
        line: Line = []
        for column, bits in enumerate(self.dots[row]):
            owner = self.owners[row][column]
            text = chr(_BRAILLE + bits) if bits else " "
            if (row, column) in self.markers:
                owner = self.markers[row, column]
                text = MARKERS[owner]
            if line and line[-1].curve == owner:
                line[-1] = Span(line[-1].text + text, owner)
            else:
                line.append(Span(text, owner))
        return line


def _time_axis(steps: int, gutter: int, field: _Field) -> list[Line]:
    ticks = ["─"] * field.width
    labels = [" "] * (field.width + 1)
    for t in time_ticks(steps, max(2, field.width // _LABEL_ROOM)):
        column = field.column_of(t - 1, steps)
        ticks[column] = "┬"
        text = str(t)
        start = min(max(column - (len(text) - 1) // 2, 0), field.width - len(text))
        labels[start : start + len(text)] = text
    return [
        [Span(" " * (gutter + 1) + "└" + "".join(ticks))],
        [Span(" " * (gutter + 2) + "".join(labels).rstrip())],
    ]


def beside(left: list[Line], right: list[Line], width: int, gap: int) -> list[Line]:
    """Two pictures of the same height next to each other.

    Arguments:
        left, right: from `draw_norms`.
        width: characters of the left one's lines.
        gap: characters between the two.

    >>> [["".join(span.text for span in line)] for line in beside(
    ...     [[Span("a")]], [[Span("b")]], width=3, gap=1)]
    [['a   b']]
    """
    joined = []
    for one, other in zip(left, right, strict=True):
        used = sum(cell_width(span.text) for span in one)
        joined.append([*one, Span(" " * (width - used + gap)), *other])
    return joined
