"""Crossing reduction: the order of the vertices in each column."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

from microgradseq.graph.layout.skeleton import Neighbour, Skeleton

SWEEPS = 12
PATIENCE = 4
_ROWS_OF_A_VERTEX = 1024


def reduce_crossings(skeleton: Skeleton) -> None:
    """Sort the columns so that few edges cross.

    The first order comes from walking back from the outputs, which leaves a tree without any
    crossing. Then columns are sorted by the mean place of their neighbours, once from the left and
    once from the right, as long as that helps.

    Arguments:
        skeleton: the columns; they are sorted in place.
    """
    _walk_back(skeleton)
    best = [list(column) for column in skeleton.columns]
    fewest, patience = crossings(skeleton), PATIENCE
    for sweep in range(SWEEPS):
        if fewest == 0 or patience == 0:
            break
        _sweep(skeleton, from_left=sweep % 2 == 0)
        count = crossings(skeleton)
        patience -= 1
        if count < fewest:
            fewest, patience = count, PATIENCE
            best = [list(column) for column in skeleton.columns]
    skeleton.columns[:] = best


def _walk_back(skeleton: Skeleton) -> None:
    columns: list[list[int]] = [[] for _ in skeleton.columns]
    seen = [False] * len(skeleton.heights)
    ends = [vertex for column in reversed(skeleton.columns) for vertex in column]
    for end in ends:
        waiting = [end]
        while waiting:
            vertex = waiting.pop()
            if seen[vertex]:
                continue
            seen[vertex] = True
            columns[skeleton.column_of[vertex]].append(vertex)
            by_port = sorted(skeleton.left[vertex], key=lambda one: one.own_row)
            waiting.extend(one.vertex for one in reversed(by_port))
    skeleton.columns[:] = columns


def _sweep(skeleton: Skeleton, from_left: bool) -> None:
    place = _relative_places(skeleton)
    first, second = skeleton.left, skeleton.right
    columns = skeleton.columns
    if not from_left:
        first, second = second, first
        columns = columns[::-1]
    for column in columns:
        wish = {
            vertex: _mean_place(first[vertex] or second[vertex], place, skeleton, place[vertex])
            for vertex in column
        }
        column.sort(key=lambda vertex: wish[vertex])
        for index, vertex in enumerate(column):
            place[vertex] = (index + 0.5) / len(column)


def _relative_places(skeleton: Skeleton) -> list[float]:
    place = [0.0] * len(skeleton.heights)
    for column in skeleton.columns:
        for index, vertex in enumerate(column):
            place[vertex] = (index + 0.5) / len(column)
    return place


def _mean_place(
    neighbours: Sequence[Neighbour], place: Sequence[float], skeleton: Skeleton, own: float
) -> float:
    """The mean place of the neighbours, each moved by the port where the edge ends."""
    if not neighbours:
        return own
    total = 0.0
    for one in neighbours:
        size = len(skeleton.columns[skeleton.column_of[one.vertex]])
        port = (one.row + 0.5) / skeleton.heights[one.vertex] - 0.5
        total += place[one.vertex] + port / size
    return total / len(neighbours)


def crossings(skeleton: Skeleton) -> int:
    """How many pairs of pieces of edges cross.

    Arguments:
        skeleton: the columns in the order that is judged.
    """
    index = [0] * len(skeleton.heights)
    for column in skeleton.columns:
        for place, vertex in enumerate(column):
            index[vertex] = place
    return sum(_crossings_after(skeleton, column, index) for column in skeleton.columns)


def _crossings_after(skeleton: Skeleton, column: Sequence[int], index: Sequence[int]) -> int:
    """Count the crossings between a column and the next: pairs of ends in the wrong order."""
    above: list[int] = []
    count = 0
    for vertex in column:
        here = skeleton.column_of[vertex]
        ends = [
            index[one.vertex] * _ROWS_OF_A_VERTEX + one.row
            for one in skeleton.right[vertex]
            if skeleton.column_of[one.vertex] == here + 1
        ]
        for end in ends:
            count += len(above) - bisect_right(above, end)
        for end in ends:
            insort(above, end)
    return count
