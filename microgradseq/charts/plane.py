"""Paths in a plane: curves that may turn back, such as a state going round, as dots and as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy

from microgradseq.backend import Array
from microgradseq.charts.axis import Axis, axis_around, x_labels
from microgradseq.charts.chart import MARKERS, Row, Stretch
from microgradseq.charts.colours import COLOURS
from microgradseq.charts.sheet import Sheet

_BITS = numpy.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_BRAILLE = 0x2800
_SHEET = Sheet(width=520, height=460, bottom=70)


@dataclass(frozen=True, eq=False)
class Path:
    """A path through the plane; its marker stands at its end.

    Arguments:
        name: for the legend.
        x, y: its points in order, (N,) each.
        dots: True for points that are not joined.
    """

    name: str
    x: Array
    y: Array
    dots: bool = False


def draw_plane(paths: Sequence[Path], width: int, height: int, x_name: str = "x") -> list[Row]:
    """Draw paths with braille dots.

    Arguments:
        paths: at most eight.
        width, height: characters, everything included.
        x_name: what the axis to the right counts.

    >>> square = Path("a", numpy.array([0.0, 1, 1, 0, 0]), numpy.array([0.0, 0, 1, 1, 0]))
    >>> for row in draw_plane([square], 16, 6): print("".join(part.text for part in row).rstrip())
    1 ┤⡏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⡇
      │⡇           ⡇
      │⡇           ⡇
    0 ┤●⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡇
      └┬────────────
       0           x
    """
    along, up = axis_around([path.x for path in paths]), axis_around([path.y for path in paths])
    rows = max(height - 2, 1)
    ticks = up.ticks(max(2, rows // 2))
    gutter = max((len(label) for _, label in ticks), default=1)
    columns = max(width - gutter - 2, 2)
    field = _Field(columns, rows, along, up)
    for place, path in enumerate(paths):
        field.draw(path, place)
    labels: dict[int, str] = {}
    for number, label in ticks:
        labels.setdefault(field.dot(up, number, rows * 4, True) // 4, label)
    drawn = [
        [
            Stretch(f"{labels.get(row, ''):>{gutter}} {'┤' if row in labels else '│'}"),
            *field.row(row),
        ]
        for row in range(rows)
    ]
    return [*drawn, *_bottom(along, x_name, gutter, columns)]


def _bottom(along: Axis, name: str, gutter: int, columns: int) -> list[Row]:
    room = columns - len(name) - 1
    ticks = [
        (min(int(share * columns), columns - 1), label)
        for number, label in along.ticks(max(2, columns // 10))
        for share in along.shares(numpy.array([number]))
    ]
    ticks = [(place, label) for place, label in ticks if place + len(label) <= room]
    line = ["─"] * columns
    for place, _ in ticks:
        line[place] = "┬"
    labels = f"{x_labels(ticks, columns):{max(room, 0)}} {name}"
    return [
        [Stretch(" " * (gutter + 1) + "└" + "".join(line))],
        [Stretch(" " * (gutter + 2) + labels)],
    ]


class _Field:
    """The field of dots, and which path each character belongs to."""

    def __init__(self, columns: int, rows: int, along: Axis, up: Axis) -> None:
        self.columns, self.rows, self.along, self.up = columns, rows, along, up
        self.bits = numpy.zeros((rows, columns), dtype="int64")
        self.owner = numpy.full((rows, columns), -1)
        self.marks: dict[tuple[int, int], int] = {}

    @staticmethod
    def dot(axis: Axis, number: float, dots: int, from_top: bool) -> int:
        share = float(numpy.nan_to_num(axis.shares(numpy.array([number]))[0]))
        return round((1 - share if from_top else share) * (dots - 1))

    def draw(self, path: Path, place: int) -> None:
        shares = numpy.stack([self.along.shares(path.x), 1 - self.up.shares(path.y)])
        points = shares * [[self.columns * 2 - 1], [self.rows * 4 - 1]]
        dots = points if path.dots else _joined(points)
        there = numpy.isfinite(dots).all(axis=0)
        columns, rows = numpy.rint(dots[:, there]).astype("int64")
        numpy.bitwise_or.at(self.bits, (rows // 4, columns // 2), _BITS[rows % 4, columns % 2])
        self.owner[rows // 4, columns // 2] = place
        if len(rows) and not path.dots:
            self.marks[int(rows[-1]) // 4, int(columns[-1]) // 2] = place

    def row(self, line: int) -> Row:
        row: Row = []
        for column in range(self.columns):
            mark = self.marks.get((line, column))
            bits, owner = int(self.bits[line, column]), int(self.owner[line, column])
            if mark is not None:
                stretch = Stretch(MARKERS[mark % len(MARKERS)], mark, "mark")
            elif bits:
                stretch = Stretch(chr(_BRAILLE + bits), owner, "line")
            else:
                stretch = Stretch(" ")
            if row and row[-1][1:] == stretch[1:]:
                row[-1] = row[-1]._replace(text=row[-1].text + stretch.text)
            else:
                row.append(stretch)
        return row


def _joined(points: Array) -> Array:
    """Points so near each other that their dots make a line, (2, M), of points (2, N)."""
    if points.shape[1] < 2:
        return points
    moves = numpy.diff(points, axis=1)
    gaps = numpy.nan_to_num(numpy.abs(moves).max(axis=0))
    counts = numpy.maximum(numpy.ceil(gaps), 1).astype("int64")
    begins = numpy.repeat(numpy.cumsum(counts) - counts, counts)
    shares = (numpy.arange(counts.sum()) - begins) / numpy.repeat(counts, counts)
    between = numpy.repeat(points[:, :-1], counts, axis=1)
    steps = numpy.where(shares > 0, shares * numpy.repeat(moves, counts, axis=1), 0.0)
    return numpy.concatenate([between + steps, points[:, -1:]], axis=1)


def plane_svg(title: str, paths: Sequence[Path], x_name: str = "x", y_name: str = "y") -> str:
    """Draw paths as SVG.

    Arguments:
        title: stands above.
        paths: at most eight.
        x_name, y_name: what the axes count.
    Returns:
        The whole file.
    """
    along, up = axis_around([path.x for path in paths]), axis_around([path.y for path in paths])
    parts = [
        *_SHEET.head(title),
        *_SHEET.upwards(up, y_name),
        *_svg_along(along, x_name),
    ]
    for place, path in enumerate(paths):
        parts += _svg_path(path, along, up, COLOURS[place % len(COLOURS)])
        x = _SHEET.left + place * _SHEET.wide / max(len(paths), 3)
        colour = COLOURS[place % len(COLOURS)]
        parts.append(
            f'<text x="{x:.0f}" y="{_SHEET.height - 12}" style="fill:{colour}">'
            f"{MARKERS[place % len(MARKERS)]} {escape(path.name)}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _svg_along(along: Axis, name: str) -> Iterator[str]:
    top, foot, end = _SHEET.top, _SHEET.foot, _SHEET.end
    for number, label in along.ticks(7):
        (x,) = _SHEET.x(along, numpy.array([number]))
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{foot}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{foot + 20}" text-anchor="middle">{label}</text>'
    yield f'<text x="{end}" y="{foot + 38}" text-anchor="end">{escape(name)}</text>'


def _svg_path(path: Path, along: Axis, up: Axis, colour: str) -> Iterator[str]:
    x, y = _SHEET.x(along, path.x), _SHEET.y(up, path.y)
    kept = numpy.isfinite(x) & numpy.isfinite(y)
    points = list(zip(x[kept].tolist(), y[kept].tolist(), strict=True))
    if path.dots:
        for place_x, place_y in points:
            yield f'<circle cx="{place_x:.1f}" cy="{place_y:.1f}" r="1.6" fill="{colour}"/>'
        return
    joined = " ".join(f"{place_x:.1f},{place_y:.1f}" for place_x, place_y in points)
    yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>'
    if points:
        yield f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="5" fill="{colour}"/>'
