"""Sums over paths: the chain rule said the other way round.

The derivative of the output with respect to a node is the sum, over all paths from the node to the
output, of the product of the local derivatives along the path.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from microgradseq.graph.model import Edge
from microgradseq.graph.snapshot import Graph, is_scalar


@dataclass(frozen=True, slots=True)
class Path:
    """One way from a node to the output.

    Arguments:
        nodes: the ids along it, the source first, the output last.
        factors: the local derivative of each edge.
        product: the factors multiplied.
        positions: which operand of the next node each node is.
    """

    nodes: tuple[int, ...]
    factors: tuple[float, ...]
    product: float
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """All paths from a node to the output.

    Arguments:
        source: the id of the node.
        count: how many there are; two edges between the same nodes make two paths.
        sum: the sum of all their products.
        derivative: the derivative that the backward sweep found.
        listed: the first of them, up to the limit that was asked for.
    """

    source: int
    count: int
    sum: float
    derivative: float
    listed: tuple[Path, ...]

    @property
    def agrees(self) -> bool:
        """Whether the sum over paths equals the derivative of the sweep."""
        return math.isclose(self.sum, self.derivative, rel_tol=1e-9, abs_tol=1e-12)


def all_paths(graph: Graph, source: str, limit: int = 1000) -> Paths:
    """Find all paths from a node to the output of a scalar graph.

    Arguments:
        graph: a graph of single numbers.
        source: the node's name.
        limit: how many paths to list.
    Returns:
        Their count and sum, which need no listing, and the first of them.

    >>> from microgradseq import Value
    >>> a = Value(3.0, name="a")
    >>> paths = all_paths(Graph.of(a * a), "a")
    >>> paths.count, paths.sum, paths.listed[0].factors
    (2, 6.0, (3.0,))
    """
    if not is_scalar(graph):
        raise ValueError("paths are listed in graphs of single numbers; this one has arrays")
    start = graph.find(source)
    counts, sums = _to_output(graph)
    return Paths(
        source=start.id,
        count=counts[start.id],
        sum=sums[start.id],
        derivative=start.gradient if start.gradient is not None else 0.0,
        listed=tuple(_listed(graph, start.id, counts, limit)),
    )


def _to_output(graph: Graph) -> tuple[list[int], list[float]]:
    """For each node, how many paths lead to the output, and the sum of their products."""
    counts, sums = [0] * len(graph.nodes), [0.0] * len(graph.nodes)
    counts[graph.output], sums[graph.output] = 1, 1.0
    for node in reversed(graph.nodes):
        for edge in graph.users(node.id):
            if edge.derivative is None or not counts[edge.target]:
                continue
            counts[node.id] += counts[edge.target]
            if sums[edge.target]:
                sums[node.id] += edge.derivative * sums[edge.target]
    return counts, sums


def _listed(graph: Graph, start: int, counts: list[int], limit: int) -> list[Path]:
    """The paths in order of their edges, found by walking forward, without recursion."""
    found: list[Path] = []
    waiting: list[tuple[Edge, ...]] = [()] if counts[start] else []
    while waiting and len(found) < limit:
        edges = waiting.pop()
        end = edges[-1].target if edges else start
        if end == graph.output:
            factors = tuple(edge.derivative for edge in edges)
            nodes = (start, *(edge.target for edge in edges))
            positions = tuple(edge.position for edge in edges)
            found.append(Path(nodes, factors, math.prod(factors), positions))
            continue
        onward = [
            (*edges, edge)
            for edge in graph.users(end)
            if edge.derivative is not None and counts[edge.target]
        ]
        waiting.extend(reversed(onward))
    return found
