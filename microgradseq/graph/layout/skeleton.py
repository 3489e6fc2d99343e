"""The picture with all time steps laid over each other: one set of columns to put in order.

A graph without time steps is its own skeleton. Otherwise each role stands in it once, so that it
gets one row, which then holds in every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from microgradseq.graph.layout.geometry import input_row, output_row
from microgradseq.graph.layout.items import Item, Link
from microgradseq.graph.layout.plan import LineKey, Plan

Key = int | LineKey
_WEIGHT_OF_LINES = {0: 3, 1: 4, 2: 8}
_WEIGHT_OF_LEAF = 1


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The other end of a piece of an edge.

    Arguments:
        vertex: the other vertex.
        own_row: row of this vertex, from its upper edge, where the piece ends.
        row: row of the other vertex, from its upper edge, where it ends.
        weight: how much a bend here hurts; long edges should be straight.
    """

    vertex: int
    own_row: int
    row: int
    weight: int


@dataclass(slots=True)
class Skeleton:
    """Columns of vertices: roles, and the lines of edges that pass through a column.

    Arguments:
        heights: rows that each vertex takes.
        compact: for each vertex, whether it may stand right above another such: lines, badges.
        column_of: the column of each vertex.
        columns: the vertices of each column, from top to bottom.
        left: for each vertex, its neighbours on the side of the inputs.
        right: for each vertex, its neighbours on the side of the output.
        vertex_of: finds the vertex of a role or of a line.
    """

    heights: list[int] = field(default_factory=list)
    compact: list[bool] = field(default_factory=list)
    column_of: list[int] = field(default_factory=list)
    columns: list[list[int]] = field(default_factory=list)
    left: list[list[Neighbour]] = field(default_factory=list)
    right: list[list[Neighbour]] = field(default_factory=list)
    vertex_of: dict[Key, int] = field(default_factory=dict)

    def add(self, key: Key, column: int, height: int, compact: bool) -> int:
        """Add a vertex, or find it where it is known already."""
        if key in self.vertex_of:
            vertex = self.vertex_of[key]
            self.heights[vertex] = max(self.heights[vertex], height)
            self.compact[vertex] = self.compact[vertex] and compact
            return vertex
        vertex = self.vertex_of[key] = len(self.heights)
        self.heights.append(height)
        self.compact.append(compact)
        self.column_of.append(column)
        self.left.append([])
        self.right.append([])
        while len(self.columns) <= column:
            self.columns.append([])
        self.columns[column].append(vertex)
        return vertex

    def join(self, left: int, left_row: int, right: int, right_row: int, weight: int) -> None:
        """Make two vertices neighbours."""
        self.right[left].append(Neighbour(right, left_row, right_row, weight))
        self.left[right].append(Neighbour(left, right_row, left_row, weight))


def skeleton_of(plan: Plan) -> Skeleton:
    """Build the skeleton: every role, and every line of an edge within a step or to the next one.

    Arguments:
        plan: the items in their columns.
    Returns:
        Columns in the order in which the items came, to be put into a better one.
    """
    skeleton = Skeleton()
    arrivals = _first_states(plan)
    for index, item in enumerate(plan.items):
        role, height = plan.role[index], item.size[1]
        column = plan.skeleton_column(plan.step[index], plan.rank[role])
        compact = height == 1 and (item.user is not None or item.node.kind == "constant")
        vertex = skeleton.add(arrivals.get(role, role), column, height, compact)
        skeleton.vertex_of[role] = vertex
    near = [link for link in plan.links if not plan.is_far(link)]
    chains = [[skeleton.vertex_of[plan.role[link.source]]] for link in near]
    for link, chain in zip(near, chains, strict=True):
        for key in plan.lines(link):
            chain.append(skeleton.add(key, key[1], height=1, compact=True))
        chain.append(skeleton.vertex_of[plan.role[link.target]])
    joined: set[tuple[int, int, int]] = set()
    for link, chain in zip(near, chains, strict=True):
        _join_chain(skeleton, plan, link, chain, joined)
    return skeleton


def _first_states(plan: Plan) -> dict[int, LineKey]:
    """Find leaves that do in the first step what the step before does in later ones.

    Such a leaf, the first hidden state say, stands where in the other steps the line arrives.

    Arguments:
        plan: the items in their columns.
    Returns:
        The line for the role of each such leaf.
    """
    carried: dict[tuple[int, int], int] = {}
    carries: set[tuple[int, int]] = set()
    uses: dict[int, list[tuple[int, int]]] = {}
    for link in plan.links:
        port = (plan.role[link.target], link.edge.position)
        source = plan.role[link.source]
        if plan.step[link.target] - plan.step[link.source] == 1:
            carried[port] = source
            carries.add((plan.step[link.target], source))
        uses.setdefault(link.source, []).append(port)
    lines: dict[int, set[LineKey | None]] = {}
    for index, item in enumerate(plan.items):
        step, role = plan.step[index], plan.role[index]
        states = {carried.get(port) for port in uses.get(index, ())}
        state = states.pop() if len(states) == 1 else None
        line = None
        if _is_leaf(item) and state is not None and (step, state) not in carries:
            line = (state, plan.skeleton_column(step, plan.rank[role]), True)
        lines.setdefault(role, set()).add(line)
    role_of_line: dict[LineKey, int] = {}
    for role, found in lines.items():
        line = found.pop() if len(found) == 1 else None
        if line is not None:
            role_of_line.setdefault(line, role)
    return {role: line for line, role in role_of_line.items()}


def _is_leaf(item: Item) -> bool:
    return item.user is None and item.node.kind in ("leaf", "constant")


def _join_chain(
    skeleton: Skeleton,
    plan: Plan,
    link: Link,
    chain: Sequence[int],
    joined: set[tuple[int, int, int]],
) -> None:
    last = len(chain) - 1
    entry = input_row(skeleton.heights[chain[last]], link.edge.position, link.operands)
    for place, (left, right) in enumerate(pairwise(chain)):
        left_row = output_row(skeleton.heights[left])
        right_row = entry if place == last - 1 else output_row(skeleton.heights[right])
        weight = _WEIGHT_OF_LINES[2 - (place == 0) - (place == last - 1)]
        if plan.items[link.source].node.kind in ("leaf", "constant") and last == 1:
            weight = _WEIGHT_OF_LEAF
        if (left, right, right_row) not in joined:
            joined.add((left, right, right_row))
            skeleton.join(left, left_row, right, right_row, weight)
