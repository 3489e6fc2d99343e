"""From one box of a layout to the next: along an edge, or up and down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from microgradseq.graph.layout import Box, Layout

Direction = Literal["left", "right", "up", "down"]
SIDEWAYS_COST = 2


def neighbour(layout: Layout, box: Box, direction: Direction) -> Box:
    """The box that an arrow key leads to.

    Arguments:
        layout: where everything stands.
        box: where to start.
        direction: left to an operand, right to a user, up and down to what stands there.
    Returns:
        The box; the same one where there is nothing in that direction.
    """
    if direction == "left":
        return _nearest(box, _operands(layout, box)) or box
    if direction == "right":
        return _nearest(box, _users(layout, box)) or box
    if direction == "up":
        return _nearest(box, (one for one in layout.boxes if one.bottom <= box.y)) or box
    return _nearest(box, (one for one in layout.boxes if one.y >= box.bottom)) or box


def first_box(layout: Layout, output: int) -> Box | None:
    """The box where a selection begins: the output's."""
    boxes = layout.boxes_of(output) or layout.boxes
    return boxes[0] if boxes else None


def _operands(layout: Layout, box: Box) -> Iterable[Box]:
    if box.tied:
        return
    for route in layout.routes_into(box.id):
        x, y = route.points[0]
        source = layout.box_at(x - 1, y)
        if source is not None:
            yield source


def _users(layout: Layout, box: Box) -> Iterable[Box]:
    for route in layout.routes_out_of(box.id):
        x, y = route.points[0]
        if x == box.right and box.y <= y < box.bottom:
            yield from layout.boxes_of(route.target)


def _nearest(box: Box, others: Iterable[Box]) -> Box | None:
    """The nearest in rows first; of several, the upper one."""
    return min(others, key=lambda other: (_distance(box, other), other.y, other.x), default=None)


def _distance(box: Box, other: Box) -> int:
    rows = max(other.y - box.bottom, box.y - other.bottom, 0)
    columns = max(other.x - box.right, box.x - other.right, 0)
    return abs(other.y - box.y) + rows + SIDEWAYS_COST * columns
