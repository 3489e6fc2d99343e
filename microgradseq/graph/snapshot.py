"""`Graph`: a picture of a computation at one moment, to be walked, folded, drawn and compiled."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

from microgradseq.graph.model import Edge, GraphNode, Kind
from microgradseq.node import Node, by_index
from microgradseq.numbers import readable
from microgradseq.rules import Elementwise
from microgradseq.rules.rule import broadcast_to_shape
from microgradseq.rules.scalar import by_numpy
from microgradseq.sweep import collect
from microgradseq.value import Value

if TYPE_CHECKING:
    from microgradseq.graph.code import CompiledGraph
    from microgradseq.graph.folding import FoldedGraph
    from microgradseq.graph.paths import Paths
    from microgradseq.graph.steps import Step


class Graph:
    """A snapshot of everything a node was made from.

    Arguments:
        nodes: in topological order; a node's id is its place.
        edges: sorted by the node they lead to, then by operand.
        output: the id of the node that the graph computes.
        sources: the engine's nodes behind `nodes`, in the same order; none in a folded graph.

    >>> from microgradseq import Value
    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> graph = Graph.of((a + b) * (b + 1))
    >>> graph.derivatives()
    {'a': 2.0, 'b': 5.0}
    >>> graph.paths("b").count
    2
    """

    def __init__(
        self,
        nodes: Iterable[GraphNode],
        edges: Iterable[Edge],
        output: int,
        sources: tuple[Node, ...] = (),
    ) -> None:
        self.nodes = tuple(nodes)
        self.edges = tuple(edges)
        self.output = output
        self.sources = sources

    @classmethod
    def of(cls, output: Node) -> Self:
        """Take a snapshot of a node and all it was made from.

        Arguments:
            output: a Value or a Tensor; of a tensor with several elements, the derivatives are
                those of the sum of its elements.
        Returns:
            The graph. Later changes of the nodes do not change it.
        """
        operations = collect([output])
        leaves = {parent for node in operations for parent in node.parents if not parent.parents}
        members = sorted({*operations, *leaves, output}, key=by_index)
        ids = {node: place for place, node in enumerate(members)}
        gradients = _gradients(output, operations)
        names = _unique_names(members)
        nodes = [
            GraphNode(
                id=ids[node],
                name=names[node],
                kind=_kind(node),
                op=node.rule.name if node.rule is not None else _kind(node),
                symbol=node.rule.symbol if node.rule is not None else names[node],
                value=_copied(first_of(node.plain())),
                gradient=first_of(
                    gradients.get(node, node.plain() * 0 if node.requires_grad else None)
                ),
                tags=dict(node.tags),
            )
            for node in members
        ]
        edges = [
            Edge(ids[parent], ids[node], position, _local_derivative(node, position))
            for node in members
            for position, parent in enumerate(node.parents)
        ]
        return cls(nodes, edges, ids[output], tuple(members))

    def node(self, id: int) -> GraphNode:
        """The node with an id."""
        return self.nodes[id]

    def find(self, name: str) -> GraphNode:
        """The node with a name; a ValueError that suggests near names where there is none."""
        found = self._by_name.get(name)
        if found is not None:
            return found
        named = [node.name for node in self.nodes if node.kind != "constant"]
        near = difflib.get_close_matches(name, named, n=3) or named[:8]
        raise ValueError(f'no node is named "{name}"; there is {", ".join(near)}')

    def operands(self, id: int) -> tuple[Edge, ...]:
        """The edges into a node, in operand order."""
        return self._incoming[id]

    def users(self, id: int) -> tuple[Edge, ...]:
        """The edges out of a node."""
        return self._outgoing[id]

    def leaves(self) -> tuple[GraphNode, ...]:
        """The leaves, without constants, in order of their making."""
        return tuple(node for node in self.nodes if node.kind == "leaf")

    def derivatives(self) -> dict[str, Any]:
        """The derivative of the output with respect to each leaf that requires one, by name."""
        return {leaf.name: leaf.gradient for leaf in self.leaves() if leaf.gradient is not None}

    @cached_property
    def _by_name(self) -> dict[str, GraphNode]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def _incoming(self) -> tuple[tuple[Edge, ...], ...]:
        return self._grouped("target")

    @cached_property
    def _outgoing(self) -> tuple[tuple[Edge, ...], ...]:
        return self._grouped("source")

    def _grouped(self, end: Literal["source", "target"]) -> tuple[tuple[Edge, ...], ...]:
        edges: dict[int, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            edges[getattr(edge, end)].append(edge)
        return tuple(tuple(edges[node.id]) for node in self.nodes)

    def steps(
        self, mode: Literal["reverse", "forward"] = "reverse", wrt: str | None = None
    ) -> list[Step]:
        """Every multiplication and addition of a derivative, one at a time.

        Arguments:
            mode: "reverse", from the output back to all leaves, or "forward", from one leaf.
            wrt: the leaf's name, for forward mode.
        Returns:
            Steps in order; the last total of each node is its derivative.
        """
        from microgradseq.graph.steps import forward_steps, reverse_steps

        if mode == "reverse":
            return reverse_steps(self)
        if mode == "forward":
            return forward_steps(self, wrt)
        raise ValueError(f'unknown mode "{mode}"; choose reverse or forward')

    def paths(self, source: str, limit: int = 1000) -> Paths:
        """Every path from a node to the output, with the product of its local derivatives.

        Arguments:
            source: the node's name.
            limit: how many paths to list; all are counted and summed in any case.
        """
        from microgradseq.graph.paths import all_paths

        return all_paths(self, source, limit)

    def fold(self, by: str = "time") -> FoldedGraph:
        """Make one node of all nodes that carry the same tag.

        Arguments:
            by: "time" (the tag `t`), "layer", "gate", or any other tag's name.
        """
        from microgradseq.graph.folding import fold

        return fold(self, by)

    def to_text(self, **options: Any) -> str:
        """A drawing in text; options as of `microgradseq.graph.text.to_text`."""
        from microgradseq.graph.text import to_text

        return to_text(self, **options)

    def to_dot(self, **options: Any) -> str:
        """A drawing for Graphviz; options as of `microgradseq.graph.dot.to_dot`."""
        from microgradseq.graph.dot import to_dot

        return to_dot(self, **options)

    def to_svg(self, **options: Any) -> str:
        """A drawing as an SVG picture that needs nothing else."""
        from microgradseq.graph.svg import to_svg

        return to_svg(self, **options)

    def to_json(self) -> str:
        """Nodes and edges as one JSON object."""
        from microgradseq.graph.interchange import to_json

        return to_json(self)

    def to_python(self) -> str:
        """Straight-line Python that computes the value and the gradient of every leaf."""
        from microgradseq.graph.code import to_python

        return to_python(self)

    def compile(self) -> CompiledGraph:
        """The same as a function: `f(a=2.0)` gives `(value, {leaf: gradient})`.

        >>> from microgradseq import Value
        >>> a = Value(2.0, name="a")
        >>> f = Graph.of(a * a + 1).compile()
        >>> f()
        (5.0, {'a': 4.0})
        >>> f(a=3.0)
        (10.0, {'a': 6.0})
        """
        from microgradseq.graph.code import compile_graph

        return compile_graph(self)


def is_scalar(graph: Graph) -> bool:
    """Whether every node of a graph is a single float.

    >>> from microgradseq import Value
    >>> is_scalar(Graph.of(Value(1.0) + 1))
    True
    """
    return all(isinstance(node.value, float) for node in graph.nodes)


def _kind(node: Node) -> Kind:
    if node.rule is not None:
        return "operation"
    return "leaf" if node.requires_grad or node.name is not None else "constant"


def _copied(number: Any) -> Any:
    return number.copy() if hasattr(number, "copy") else number


def _gradients(output: Node, operations: list[Node]) -> Mapping[Node, Any]:
    """The derivative of the output with respect to every node, without touching any `.grad`."""
    if not output.requires_grad:
        return {}
    seed = 1.0 if isinstance(output, Value) else output.plain() * 0 + 1
    totals: dict[Node, Any] = {output: seed}
    for node in operations:
        g = totals.get(node)
        rule = node.rule
        if g is None or rule is None:
            continue
        for position, share in shares_of(node, g):
            parent = node.parents[position]
            totals[parent] = totals[parent] + share if parent in totals else share
    return {node: _copied(total) for node, total in totals.items()}


def shares_of(node: Node, g: Any) -> Iterator[tuple[int, Any]]:
    """What a node hands to each of its operands, with the operand's position.

    Arguments:
        node: a result.
        g: its gradient.
    """
    rule = node.rule
    assert rule is not None
    wanted = [
        parent.requires_grad and rule.differentiates(position)
        for position, parent in enumerate(node.parents)
    ]
    if rule.joint:
        shares = node.pull_all(g, wanted, recording=False)
        found = ((place, share) for place, share in enumerate(shares) if wanted[place])
        yield from ((place, share) for place, share in found if share is not None)
        return
    for position, want in enumerate(wanted):
        if want:
            yield position, node.pull(position, g)


def first_of(number: Any) -> Any:
    """Of several results that live together, the first that there is stands for all.

    Arguments:
        number: a float, an array, or a tuple of them.

    >>> first_of(2.0), first_of((None, 3.0))
    (2.0, 3.0)
    """
    if not isinstance(number, tuple):
        return number
    return next((one for one in number if one is not None), None)


def _local_derivative(node: Node, position: int) -> Any:
    rule = node.rule
    if rule is None or not rule.differentiates(position):
        return None
    if isinstance(node, Value):
        if node.parents[position].requires_grad:
            return float(node.slopes[position])
        # the engine takes no slope that nobody will ask for; a picture shows it all the same
        assert isinstance(rule, Elementwise)
        operands = [parent.data for parent in node.parents]
        return by_numpy(rule, operands, dict(node.options or {}))[1][position]
    if not isinstance(rule, Elementwise):
        return None
    operands = [parent.plain() for parent in node.parents]
    result = node.plain()
    slope = rule.slope(position, result, operands, node.options)
    return broadcast_to_shape(slope if hasattr(slope, "shape") else result * 0 + slope, result)


def _unique_names(members: list[Node]) -> dict[Node, str]:
    """A readable name for each node: its own, a constant's number, or its rule and a count."""
    names: dict[Node, str] = {}
    used: set[str] = set()
    counts: Counter[str] = Counter()
    # names that a person gave come first, so that no made-up name takes one away
    for node in sorted(members, key=lambda node: node.name is None):
        stem, numbered = _stem(node)
        while True:
            counts[stem] += 1
            number = counts[stem]
            name = f"{stem}{number}" if numbered else stem if number == 1 else f"{stem}#{number}"
            if name not in used:
                break
        used.add(name)
        names[node] = name
    return names


def _stem(node: Node) -> tuple[str, bool]:
    """What a node's name begins with, and whether it is numbered from 1."""
    if node.name is not None:
        return node.name, False
    if node.rule is not None:
        return node.rule.name, True
    return ("x", True) if node.requires_grad else (readable(node.plain()), False)
