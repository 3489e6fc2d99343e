"""A derivative checked by central finite differences at any node, in float64."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy

from microgradseq.errors import UserError
from microgradseq.graph import Graph
from microgradseq.graph.snapshot import is_scalar
from microgradseq.numbers import readable

STEP = 6e-6
"""The cube root of float64's precision: here cutting off and rounding err about equally."""
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Check:
    """What finite differences say about one derivative.

    Arguments:
        name: of the derivative, such as ∂e/∂b.
        computed: by the backward sweep.
        measured: (f(x + h) − f(x − h)) / 2h.
        error: their difference in relation to the larger of them.
        corner: whether the slopes to the left and to the right differ.
    """

    name: str
    computed: float
    measured: float
    error: float
    corner: bool

    @property
    def passed(self) -> bool:
        """Whether they agree."""
        return self.error <= TOLERANCE

    @property
    def words(self) -> str:
        """The result in one line."""
        sign = "✓" if self.passed else "✗"
        corner = "; the curve has a corner here" if self.corner else ""
        return (
            f"{sign} {self.name} = {readable(self.computed, 8)}, measured "
            f"{readable(self.measured, 8)}: relative error {readable(self.error, 2)}{corner}"
        )


def check_node(graph: Graph, id: int) -> Check:
    """Move one node a little, compute everything that follows from it anew, and compare.

    Arguments:
        graph: a graph of single numbers.
        id: the node.

    >>> from microgradseq import Value
    >>> a = Value(3.0, name="a")
    >>> check_node(Graph.of(a * a), 0).passed
    True
    """
    if not is_scalar(graph):
        raise UserError("finite differences are taken in graphs of single numbers")
    node = graph.node(id)
    h = STEP * max(1.0, abs(node.value))
    # what the two points are apart once they have been rounded to float64
    above, below = node.value + h, node.value - h
    up, here, down = (output_with(graph, id, number) for number in (above, node.value, below))
    measured = (up - down) / (above - below)
    right, left = (up - here) / (above - node.value), (here - down) / (node.value - below)
    computed = 0.0 if node.gradient is None else float(node.gradient)
    name = f"∂{graph.node(graph.output).name}/∂{node.name}"
    error = _error(computed, measured, here)
    corner = abs(right - left) > 1e-2 * max(abs(right), abs(left), 1e-9)
    return Check(name, computed, measured, error, corner and error > TOLERANCE)


def output_with(graph: Graph, id: int, number: float) -> float:
    """The output where a node had another value.

    Arguments:
        graph: a graph of single numbers.
        id: the node.
        number: its value.
    """
    changed = {id: number}
    with numpy.errstate(all="ignore"):
        for node in graph.nodes[id + 1 :]:
            ways = graph.operands(node.id)
            if not any(edge.source in changed for edge in ways):
                continue
            source = graph.sources[node.id]
            assert source.rule is not None, "only operations have operands"
            operands = [changed.get(edge.source, graph.node(edge.source).value) for edge in ways]
            changed[node.id] = float(source.rule(*operands, **(source.options or {})))
    return changed.get(graph.output, float(graph.node(graph.output).value))


def _error(computed: float, measured: float, output: float) -> float:
    if computed == measured:
        return 0.0
    if not (math.isfinite(computed) and math.isfinite(measured)):
        return math.inf
    # below this the output's own rounding drowns the difference
    floor = 1e-4 * max(1.0, abs(output))
    return abs(computed - measured) / max(abs(computed), abs(measured), floor)
