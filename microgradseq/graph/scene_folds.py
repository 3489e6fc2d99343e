"""Which node of a folded graph stands for which of the graph below it."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

from microgradseq.graph.folding import FoldedGraph
from microgradseq.graph.protocol import Drawable
from microgradseq.graph.scene_state import EdgeKey
from microgradseq.graph.snapshot import Graph


class Correspondence:
    """The way from the ids of a graph to those of the same graph folded, and back.

    Arguments:
        base: the graph.
        shown: the graph itself, or what folding and unfolding made of it.

    >>> from microgradseq import Value, scope
    >>> h = Value(0.5, name="h")
    >>> for step in (1, 2):
    ...     with scope(t=step):
    ...         h = (h * 2).tanh()
    >>> graph = Graph.of(h)
    >>> ids = Correspondence(graph, graph.fold(by="time"))
    >>> [ids.shown(node.id) for node in graph.nodes], ids.base(2)
    ([0, 1, 1, 1, 2, 2, 2], 6)
    """

    def __init__(self, base: Graph, shown: Graph) -> None:
        self._base = base
        self._shown = shown
        self._members = _members(base, shown)
        self._shown_of = {member: id for id, members in self._members.items() for member in members}

    def shown(self, id: int) -> int:
        """The node that stands for a node of the base."""
        return self._shown_of[id]

    def base(self, id: int) -> int:
        """The node of the base that a node stands for; of a group, the last member."""
        return self._members[id][-1]

    def totals(self, totals: Mapping[int, Any]) -> dict[int, Any]:
        """Totals by the ids shown; a group has its last member's, whose value it shows too."""
        return {
            id: totals[members[-1]]
            for id, members in self._members.items()
            if members[-1] in totals
        }

    def edge(self, edge: EdgeKey) -> EdgeKey | None:
        """The edge that stands for an edge of the base; None where it is folded away."""
        target, position = edge
        operands = self._base.operands(target)
        source = self.shown(operands[position].source)
        into = self.shown(target)
        if source == into:
            return None
        between = [one for one in self._shown.operands(into) if one.source == source]
        if len(between) == 1:
            return into, between[0].position
        before = sum(self.shown(one.source) == source for one in operands[:position])
        return into, between[before].position


def _members(base: Graph, shown: Graph) -> dict[int, tuple[int, ...]]:
    if shown is base or not isinstance(shown, FoldedGraph):
        return {node.id: (node.id,) for node in shown.nodes}
    single = {node.name: node.id for node in base.nodes if node.id not in shown.groups}
    return {node.id: node.members or (single[node.name],) for node in shown.nodes}


def nan_nodes(graph: Drawable) -> frozenset[int]:
    """The nodes whose value is not a number; of a group, any member's."""
    base = graph.base if isinstance(graph, FoldedGraph) else graph
    return frozenset(
        node.id
        for node in graph.nodes
        if has_nan(node.value) or any(has_nan(base.node(member).value) for member in node.members)
    )


def has_nan(number: Any) -> bool:
    """Whether a number, or any element of an array, is not a number.

    >>> has_nan(float("nan")), has_nan(1.0), has_nan(None)
    (True, False, False)
    """
    if number is None:
        return False
    if isinstance(number, float):
        return isnan(number)
    return not bool((abs(number) >= 0).all())
