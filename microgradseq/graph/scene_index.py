"""A picture sorted by rows, so that one line of it is found without looking at the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from microgradseq.cells import cell_width
from microgradseq.graph.layout import Box, Point
from microgradseq.graph.paint import label_fits
from microgradseq.graph.picture import Picture, TextRole
from microgradseq.graph.scene_state import EdgeKey
from microgradseq.graph.wires import ALONG, DOWN, LEFT, RIGHT, UP, Cells


@dataclass(frozen=True, slots=True)
class Wire:
    """A straight piece of an edge, as far as it lies in one row.

    Arguments:
        start: its first column.
        stop: the column after its last.
        edge: the edge.
        net: the cell where the edge starts, which it shares with the other edges of its source.
        end: the cell of the arrow.
        upright: the directions, as a sum of `UP` and `DOWN`, in which it leaves the row.
    """

    start: int
    stop: int
    edge: EdgeKey
    net: Point
    end: Point
    upright: int

    def directions(self, x: int, y: int) -> int:
        """The directions in which its edge goes on from one of its cells."""
        left = LEFT if x > self.start else 0
        right = RIGHT if x < self.stop - 1 else 0
        ends = ALONG if (x, y) in (self.net, self.end) else 0
        return self.upright | left | right | ends


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for a number.

    Arguments:
        start: its first column.
        stop: the column after its last.
        key: the node whose number goes here, or the edge whose local derivative does.
        role: value, gradient or derivative.
    """

    start: int
    stop: int
    key: int | EdgeKey
    role: TextRole


@dataclass(slots=True)
class Row:
    """What lies in one row of a picture."""

    wires: list[Wire] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


def rows_of(picture: Picture, cells: Cells) -> list[Row]:
    """Sort a picture by rows.

    Arguments:
        picture: the picture.
        cells: the lines in every cell of it.
    Returns:
        One entry for each row of the layout.
    """
    rows = [Row() for _ in range(picture.layout.height)]
    for box in picture.layout.boxes:
        for y in range(box.y, box.bottom):
            rows[y].boxes.append(box)
        _add_numbers(rows, picture, box)
    _add_wires(rows, picture)
    _add_labels(rows, picture, cells)
    return rows


def _add_numbers(rows: list[Row], picture: Picture, box: Box) -> None:
    if box.tied:
        return
    for y, words in enumerate(picture.captions[box.id].numbers, start=box.y + 1):
        rows[y].slots.append(Slot(box.x + 2, box.right - 2, box.id, words[0][1]))


def _add_wires(rows: list[Row], picture: Picture) -> None:
    for route in picture.layout.routes:
        edge, net, end = (route.target, route.position), route.points[0], route.points[-1]
        for (x, y), (next_x, next_y) in pairwise((net, *route.points)):
            for row in range(min(y, next_y), max(y, next_y) + 1):
                up = UP if row > min(y, next_y) else 0
                down = DOWN if row < max(y, next_y) else 0
                piece = Wire(min(x, next_x), max(x, next_x) + 1, edge, net, end, up | down)
                rows[row].wires.append(piece)


def _add_labels(rows: list[Row], picture: Picture, cells: Cells) -> None:
    ends = Counter(route.points[-1] for route in picture.layout.routes)
    for route in picture.layout.routes:
        edge = route.target, route.position
        width = cell_width(picture.labels.get(edge, ""))
        x, y = route.points[-1]
        if width and ends[x, y] == 1 and label_fits(route, width, cells):
            rows[y].slots.append(Slot(x - 1 - width, x - 1, edge, "derivative"))
