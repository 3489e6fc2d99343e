"""What a picture needs to know of a graph."""

from __future__ import annotations

from typing import Protocol

from microgradseq.graph.model import Edge, GraphNode


class Drawable(Protocol):
    """A graph as the layout and the pictures see it; `Graph` is one."""

    @property
    def nodes(self) -> tuple[GraphNode, ...]:
        """All nodes, operands before users."""

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges."""

    def node(self, id: int, /) -> GraphNode:
        """The node with this id."""

    def operands(self, id: int, /) -> tuple[Edge, ...]:
        """The edges into a node, in operand order."""

    def users(self, id: int, /) -> tuple[Edge, ...]:
        """The edges out of a node."""

    output: int
