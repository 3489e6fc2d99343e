"""What a derivative costs: the multiplications and additions of each mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from microgradseq.graph import Graph
from microgradseq.graph.steps import Step


@dataclass(frozen=True, slots=True)
class Cost:
    """Multiplications and additions.

    Arguments:
        multiplications: one for every edge that was walked.
        additions: one for every contribution that met another.

    >>> Cost(3, 1) + Cost(1, 0)
    Cost(multiplications=4, additions=1)
    """

    multiplications: int = 0
    additions: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.multiplications + other.multiplications, self.additions + other.additions)

    def __str__(self) -> str:
        return f"{self.multiplications:,} × and {self.additions:,} +"


@dataclass(frozen=True, slots=True)
class Costs:
    """Both modes side by side, at the same node.

    Arguments:
        leaves: how many derivatives are wanted.
        wrt: the leaf that forward mode follows.
        reverse, reverse_all: the backward sweep so far, and to its end: every derivative.
        forward, forward_one: the forward sweep from `wrt` so far, and to its end.
        forward_all: one forward sweep for every leaf.
    """

    leaves: int
    wrt: str
    reverse: Cost
    reverse_all: Cost
    forward: Cost
    forward_one: Cost
    forward_all: Cost


def cost_of(steps: Sequence[Step], number: int | None = None) -> Cost:
    """What a walk has cost up to a step.

    Arguments:
        steps: the walk.
        number: the last step that counts, from 0; all of them if left out.

    >>> from microgradseq import Value
    >>> a = Value(3.0, name="a")
    >>> cost_of(Graph.of(a * a).steps("reverse"))
    Cost(multiplications=2, additions=1)
    """
    past = steps if number is None else steps[: number + 1]
    multiplications = sum(step.source is not None for step in past)
    return Cost(multiplications, len(past) - len({step.node for step in past}))


def cost_of_all_forward(graph: Graph, names: Sequence[str]) -> Cost:
    """What forward mode costs for several leaves, counted on the edges without taking a step.

    Arguments:
        graph: an unfolded graph.
        names: the leaves; each needs a sweep of its own.
    """
    total = Cost()
    for name in names:
        reached = {graph.find(name).id}
        multiplications = 0
        for node in graph.nodes:
            ways = [
                edge
                for edge in graph.operands(node.id)
                if edge.source in reached and edge.derivative is not None
            ]
            multiplications += len(ways)
            if ways:
                reached.add(node.id)
        total += Cost(multiplications, multiplications - (len(reached) - 1))
    return total
