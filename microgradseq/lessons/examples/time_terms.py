"""The sum of backpropagation through time, taken apart with a graph's own local derivatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from microgradseq.graph import Graph


@dataclass(frozen=True, slots=True)
class Term:
    """What one step contributes to a weight's derivative.

    Arguments:
        step: the step k.
        outer: derivative of the output with respect to the last state.
        between: ∂s_j/∂s_{j−1} for j = k+1 up to the last step.
        immediate: ∂s_k/∂weight with the state before held still.
    """

    step: int
    outer: float
    between: tuple[float, ...]
    immediate: float

    @property
    def product(self) -> float:
        """The whole term."""
        return self.outer * math.prod(self.between) * self.immediate


def local_slope(graph: Graph, target: int, source: int, **tags: object) -> float:
    """How a node depends on another one by ways that stay within one step.

    Arguments:
        graph: the graph.
        target: id of the node that depends.
        source: id of the node it depends on.
        tags: what every node on the way, the target included, is tagged with, such as `t=3`.
    Returns:
        The sum over those ways of the products of their local derivatives.
    """
    slopes = {target: 1.0}
    # operands have smaller ids, so every node is complete before it hands its slope on
    for identity in range(target, source, -1):
        node = graph.node(identity)
        if identity not in slopes or any(node.tags.get(tag) != tags[tag] for tag in tags):
            continue
        for edge in graph.operands(identity):
            share = slopes[identity] * float(edge.derivative)
            slopes[edge.source] = slopes.get(edge.source, 0.0) + share
    return slopes.get(source, 0.0)


def terms_through_time(graph: Graph, weight: str, states: Sequence[str]) -> list[Term]:
    """The terms whose sum is the derivative of the output with respect to a shared weight.

    Arguments:
        graph: a graph whose states are tagged with their step `t` and are its only ways from one
            step to the next.
        weight: name of the weight.
        states: names of the states, from the first step to the last.
    Returns:
        One term a step, from the first to the last.

    >>> from microgradseq.lessons.examples import EXAMPLES
    >>> graph = Graph.of(EXAMPLES["bptt"].node())
    >>> terms = terms_through_time(graph, "W", ["s_0", "s_1", "s_2", "s_3"])
    >>> [term.step for term in terms]
    [0, 1, 2, 3]
    >>> math.isclose(sum(term.product for term in terms), graph.derivatives()["W"])
    True
    """
    nodes = [graph.find(name) for name in states]
    steps = [int(str(node.tags["t"])) for node in nodes]
    outer = float(nodes[-1].gradient)
    between = tuple(
        local_slope(graph, after.id, before.id, t=step)
        for before, after, step in zip(nodes, nodes[1:], steps[1:], strict=False)
    )
    source = graph.find(weight).id
    return [
        Term(step, outer, between[place:], local_slope(graph, node.id, source, t=step))
        for place, (node, step) in enumerate(zip(nodes, steps, strict=True))
    ]
