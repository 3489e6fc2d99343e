"""Columns: how far to the right each role stands, counted from the start of its step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Pair = tuple[int, int]


def topological(count: int, pairs: Iterable[Pair]) -> list[int] | None:
    """Order vertices so that the first of each pair comes before the second.

    Arguments:
        count: how many vertices there are, numbered from 0.
        pairs: what must come before what.
    Returns:
        The order, or None where the pairs run in a circle.
    """
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for first, second in pairs:
        after[first].append(second)
        waiting[second] += 1
    order = [vertex for vertex in range(count) if waiting[vertex] == 0]
    for vertex in order:
        for later in after[vertex]:
            waiting[later] -= 1
            if waiting[later] == 0:
                order.append(later)
    return order if len(order) == count else None


def ranks(order: Sequence[int], pairs: Iterable[Pair]) -> list[int]:
    """Give every vertex a column: as far left as its operands allow, then closer to its users.

    Arguments:
        order: the vertices in topological order.
        pairs: operand and user.
    Returns:
        The column of each vertex, from 0.
    """
    operands: list[list[int]] = [[] for _ in order]
    users: list[list[int]] = [[] for _ in order]
    for source, target in pairs:
        operands[target].append(source)
        users[source].append(target)
    rank = [0] * len(order)
    for vertex in order:
        rank[vertex] = 1 + max((rank[operand] for operand in operands[vertex]), default=-1)
    loose = _hangs_loose(order, operands, users)
    for vertex in reversed(order):
        anchors = sum(not loose[operand] for operand in operands[vertex])
        if users[vertex] and (loose[vertex] or anchors < len(users[vertex])):
            rank[vertex] = min(rank[user] for user in users[vertex]) - 1
    return rank


def _hangs_loose(
    order: Sequence[int], operands: Sequence[Sequence[int]], users: Sequence[Sequence[int]]
) -> list[bool]:
    """Tell which vertices can move right with all that they are made of, lengthening no edge."""
    loose = [False] * len(order)
    for vertex in order:
        loose[vertex] = len(users[vertex]) == 1 and all(loose[one] for one in operands[vertex])
    return loose
