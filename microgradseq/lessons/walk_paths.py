"""Paths from a leaf to the output, and how many of them a walk has passed by now."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from microgradseq.graph import Graph
from microgradseq.graph.paths import Paths
from microgradseq.numbers import readable

LISTED = 200
"""So many paths are written out; all are counted and summed."""


@dataclass(frozen=True, slots=True)
class PathRow:
    """One path.

    Arguments:
        names: along it, the leaf first.
        factors: its local derivatives and their product, such as "3 · 1 = 3".
        product: their product.
        walked: how many of its edges lie behind.
        passed: whether all of them do.
    """

    names: tuple[str, ...]
    factors: str
    product: float
    walked: int
    passed: bool


@dataclass(frozen=True, slots=True)
class PathsNow:
    """All paths of a leaf, and the part of their sum that the walk has gathered.

    Arguments:
        leaf: its name.
        count, sum: of all paths.
        passed: how many of them lie behind.
        sum_passed: the sum of their products.
        rows: the first of them.
    """

    leaf: str
    count: int
    sum: float
    passed: int
    sum_passed: float
    rows: tuple[PathRow, ...]

    @property
    def share(self) -> float:
        """What part of the paths lies behind, from 0 to 1."""
        return self.passed / self.count if self.count else 1.0


def paths_now(graph: Graph, paths: Paths, walked: Set[tuple[int, int]]) -> PathsNow:
    """How far a walk has come on the paths of a leaf.

    Arguments:
        graph: what is walked through.
        paths: of the leaf.
        walked: the edges behind: id of the operation, and which operand of it.
    """
    passed, sum_passed = _passed(graph, paths.source, walked)
    rows = []
    for path in paths.listed:
        steps = zip(path.nodes[1:], path.positions, strict=True)
        behind = sum(step in walked for step in steps)
        numbers = " · ".join(readable(factor) for factor in path.factors)
        factors = f"{numbers} = {readable(path.product)}" if path.factors else "1"
        names = tuple(graph.node(id).name for id in path.nodes)
        whole = behind == len(path.positions)
        rows.append(PathRow(names, factors, path.product, behind, whole))
    leaf = graph.node(paths.source).name
    return PathsNow(leaf, paths.count, paths.sum, passed, sum_passed, tuple(rows))


def _passed(graph: Graph, source: int, walked: Set[tuple[int, int]]) -> tuple[int, float]:
    """The count and the sum of the paths that consist of walked edges only."""
    counts, sums = {graph.output: 1}, {graph.output: 1.0}
    for node in reversed(graph.nodes):
        for edge in graph.users(node.id):
            if (edge.target, edge.position) in walked and counts.get(edge.target):
                counts[node.id] = counts.get(node.id, 0) + counts[edge.target]
                product = edge.derivative * sums[edge.target] if sums[edge.target] else 0.0
                sums[node.id] = sums.get(node.id, 0.0) + product
    return counts.get(source, 0), sums.get(source, 0.0)
