"""What a layout is made of: boxes and routes, in whole character cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

Point = tuple[int, int]
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node is drawn.

    Arguments:
        id: the node's id in the graph.
        x: column of the left edge, from 0.
        y: row of the upper edge, from 0.
        width: columns taken.
        height: rows taken.
        tied: True where this is one of several small badges that stand for one shared node.
    """

    id: int
    x: int
    y: int
    width: int
    height: int
    tied: bool = False

    @property
    def right(self) -> int:
        """The first column to the right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.y + self.height

    def contains(self, x: int, y: int) -> bool:
        """Tell whether a cell lies in the box."""
        return self.x <= x < self.right and self.y <= y < self.bottom


@dataclass(frozen=True, slots=True)
class Route:
    """How an edge runs: horizontal and vertical pieces from right of one box to left of another.

    Arguments:
        source: id of the operand's node.
        target: id of the operation's node.
        position: which operand of the operation it is, from 0.
        points: cells `(x, y)` of the start, the bends and the end, all part of the line. The
            first lies next to the source's right side, the last next to the target's left side.
    """

    source: int
    target: int
    position: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph put in place: coordinates only, nothing drawn.

    Arguments:
        width: columns the whole picture takes.
        height: rows it takes.
        boxes: every box, shared nodes once for each use.
        routes: every edge.
    """

    width: int
    height: int
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    _boxes_by_id: dict[int, list[Box]] = field(init=False, repr=False, compare=False)
    _routes_by_target: dict[int, list[Route]] = field(init=False, repr=False, compare=False)
    _routes_by_source: dict[int, list[Route]] = field(init=False, repr=False, compare=False)
    _boxes_by_row: list[list[Box]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        boxes: dict[int, list[Box]] = {}
        for box in self.boxes:
            boxes.setdefault(box.id, []).append(box)
        targets: dict[int, list[Route]] = {}
        sources: dict[int, list[Route]] = {}
        for route in self.routes:
            targets.setdefault(route.target, []).append(route)
            sources.setdefault(route.source, []).append(route)
        object.__setattr__(self, "_boxes_by_id", boxes)
        object.__setattr__(self, "_routes_by_target", targets)
        object.__setattr__(self, "_routes_by_source", sources)
        object.__setattr__(self, "_boxes_by_row", _by_row(self.boxes, self.height))

    def boxes_of(self, id: int) -> tuple[Box, ...]:
        """All boxes of a node: one, or one for each use of a shared node."""
        return tuple(self._boxes_by_id.get(id, ()))

    def routes_into(self, id: int) -> tuple[Route, ...]:
        """The edges that end at a node, in operand order."""
        return tuple(sorted(self._routes_by_target.get(id, ()), key=lambda route: route.position))

    def routes_out_of(self, id: int) -> tuple[Route, ...]:
        """The edges that start at a node, at whichever of its boxes."""
        return tuple(self._routes_by_source.get(id, ()))

    def box_at(self, x: int, y: int) -> Box | None:
        """The box that covers a cell, such as the one under the mouse."""
        if not 0 <= y < len(self._boxes_by_row):
            return None
        row = self._boxes_by_row[y]
        place = bisect_right(row, x, key=lambda box: box.x) - 1
        return row[place] if place >= 0 and row[place].contains(x, y) else None


def output_row(height: int) -> int:
    """The row of a box, counted from its upper edge, where its value leaves."""
    return (height - 1) // 2


def input_row(height: int, position: int, operands: int) -> int:
    """The row of a box, counted from its upper edge, where an operand arrives.

    A single operand arrives in the row where the value leaves, so that a chain is a straight line.
    Several are spread over the rows between the upper and the lower frame.
    """
    if operands <= 1 or height <= 2:
        return output_row(height)
    inner = height - 2
    if operands <= inner:
        return 1 + position * (inner - 1) // (operands - 1)
    return 1 + position * inner // operands


def _by_row(boxes: Iterable[Box], height: int) -> list[list[Box]]:
    rows: list[list[Box]] = [[] for _ in range(height)]
    for box in sorted(boxes, key=lambda box: box.x):
        for y in range(box.y, box.bottom):
            rows[y].append(box)
    return rows
