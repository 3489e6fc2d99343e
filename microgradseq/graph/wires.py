"""The edges of a layout cell by cell: which lines pass through each, and where they branch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from microgradseq.graph.layout import Layout, Point

UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8
ALONG, UPRIGHT = LEFT | RIGHT, UP | DOWN
Cells = dict[Point, dict[Point, int]]


def cells_of_edges(layout: Layout) -> Cells:
    """Find the lines in every cell.

    Arguments:
        layout: boxes and routes.
    Returns:
        For every cell that a line touches: the directions, as a sum of `UP`, `RIGHT`, `DOWN` and
        `LEFT`, in which it goes on, for each net. A net is named by the cell where it starts.
    """
    cells: Cells = {}
    for route in layout.routes:
        net = route.points[0]
        for (x, y), (next_x, next_y) in pairwise(route.points):
            if y == next_y:
                _mark(cells, net, [(one, y) for one in range(x, next_x + 1)], RIGHT, LEFT)
            else:
                low, high = min(y, next_y), max(y, next_y)
                _mark(cells, net, [(x, one) for one in range(low, high + 1)], DOWN, UP)
        for end in (route.points[0], route.points[-1]):
            masks = cells.setdefault(end, {})
            masks[net] = masks.get(net, 0) | ALONG
    return cells


def _mark(cells: Cells, net: Point, places: Sequence[Point], onwards: int, back: int) -> None:
    last = len(places) - 1
    for index, place in enumerate(places):
        mask = (onwards if index < last else 0) | (back if index else 0)
        masks = cells.setdefault(place, {})
        masks[net] = masks.get(net, 0) | mask


def branches(cells: Cells) -> list[Point]:
    """The cells where a line branches: three and more directions of one net."""
    return [
        place
        for place, masks in cells.items()
        if any(mask.bit_count() > 2 for mask in masks.values())
    ]
