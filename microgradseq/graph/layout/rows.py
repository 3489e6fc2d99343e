"""Rows: where each vertex stands in its column, so that edges bend little."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from microgradseq.graph.layout.skeleton import Neighbour, Skeleton

ROUNDS = 4
Wish = tuple[int, int]


def assign_rows(skeleton: Skeleton) -> list[int]:
    """Give every vertex a row.

    Columns are moved towards their neighbours, from the left and from the right in turn, then
    towards both. Within a column each move is the best that keeps order and distances.

    Arguments:
        skeleton: the columns in their final order.
    Returns:
        The upper row of each vertex; the smallest is 0.
    """
    row = [0] * len(skeleton.heights)
    for column in skeleton.columns:
        for vertex, offset in zip(column, _offsets(skeleton, column), strict=True):
            row[vertex] = offset
    both = [left + right for left, right in zip(skeleton.left, skeleton.right, strict=True)]
    from_left = [left or right for left, right in zip(skeleton.left, skeleton.right, strict=True)]
    from_right = [right or left for left, right in zip(skeleton.left, skeleton.right, strict=True)]
    best, least = list(row), _bending(skeleton, row)
    for turn in range(ROUNDS):
        pulls = (from_right, from_left, both) if turn % 2 == 0 else (from_left, from_right, both)
        for neighbours, backwards in zip(pulls, (True, False, True), strict=True):
            _move_columns(skeleton, row, neighbours, backwards=backwards)
            bending = _bending(skeleton, row)
            if bending < least:
                best, least = list(row), bending
        if least == 0:
            break
    top = min(best, default=0)
    return [one - top for one in best]


def _move_columns(
    skeleton: Skeleton, row: list[int], neighbours: Sequence[Sequence[Neighbour]], backwards: bool
) -> None:
    columns = reversed(skeleton.columns) if backwards else iter(skeleton.columns)
    for column in columns:
        offsets = _offsets(skeleton, column)
        wishes = []
        for vertex, offset in zip(column, offsets, strict=True):
            pulls = neighbours[vertex]
            wishes.append(
                [(row[one.vertex] + one.row - one.own_row - offset, one.weight) for one in pulls]
                or [(row[vertex] - offset, 1)]
            )
        for vertex, offset, base in zip(column, offsets, _closest_rising(wishes), strict=True):
            row[vertex] = base + offset


def _offsets(skeleton: Skeleton, column: Sequence[int]) -> list[int]:
    """Rows of a column's vertices when they stand as close together as they may."""
    offsets, offset = [], 0
    for place, vertex in enumerate(column):
        if place:
            above = column[place - 1]
            gap = 0 if skeleton.compact[above] and skeleton.compact[vertex] else 1
            offset += skeleton.heights[above] + gap
        offsets.append(offset)
    return offsets


def _closest_rising(wishes: Iterable[list[Wish]]) -> list[int]:
    """Find numbers that never fall and lie closest to the wishes (isotonic regression).

    Neighbouring places whose best numbers would fall are pooled and share one, their weighted
    median.
    """
    pools: list[tuple[int, int, list[Wish]]] = []
    for wish in wishes:
        pool = sorted(wish)
        count, number = 1, _weighted_median(pool)
        while pools and pools[-1][0] > number:
            _, earlier, more = pools.pop()
            pool = sorted(more + pool)
            count, number = count + earlier, _weighted_median(pool)
        pools.append((number, count, pool))
    return [number for number, count, _ in pools for _ in range(count)]


def _weighted_median(wishes: Sequence[Wish]) -> int:
    half = sum(weight for _, weight in wishes)
    passed = 0
    for number, weight in wishes:
        passed += 2 * weight
        if passed >= half:
            return number
    raise ValueError("a median needs at least one number")


def _bending(skeleton: Skeleton, row: Sequence[int]) -> int:
    """How far edges run up and down, all together, counted with their weights."""
    return sum(
        one.weight * abs(row[vertex] + one.own_row - row[one.vertex] - one.row)
        for vertex, neighbours in enumerate(skeleton.right)
        for one in neighbours
    )
