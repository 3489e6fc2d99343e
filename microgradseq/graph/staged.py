"""A graph while derivatives are being taken: its nodes show running totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from microgradseq.graph.model import Edge, GraphNode
from microgradseq.graph.protocol import Drawable
from microgradseq.graph.steps import Step
from microgradseq.numbers import readable


class Staged:
    """A graph whose nodes show other totals than their final gradients.

    Arguments:
        graph: the graph.
        totals: what each node has received so far, by id; nodes left out have received nothing.
    """

    def __init__(self, graph: Drawable, totals: Mapping[int, Any]) -> None:
        self._graph = graph
        self._totals = totals
        self.output = graph.output

    @property
    def nodes(self) -> tuple[GraphNode, ...]:
        """All nodes, with their totals."""
        return tuple(self.node(node.id) for node in self._graph.nodes)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges."""
        return self._graph.edges

    def node(self, id: int, /) -> GraphNode:
        """The node with this id, with its total."""
        return replace(self._graph.node(id), gradient=self._totals.get(id))

    def operands(self, id: int, /) -> tuple[Edge, ...]:
        """The edges into a node."""
        return self._graph.operands(id)

    def users(self, id: int, /) -> tuple[Edge, ...]:
        """The edges out of a node."""
        return self._graph.users(id)


def widest_totals(steps: Iterable[Step]) -> dict[int, Any]:
    """For each node the total that takes the most room, so that boxes are wide enough for all.

    Arguments:
        steps: a walk, from `graph.steps(...)`.
    Returns:
        A total of every node that the walk reaches, by id.
    """
    widest: dict[int, Any] = {}
    for step in steps:
        before = widest.get(step.node)
        if before is None or len(readable(step.total)) > len(readable(before)):
            widest[step.node] = step.total
    return widest
