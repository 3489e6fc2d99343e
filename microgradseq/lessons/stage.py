"""A graph's picture while derivatives are being taken: each moment shows what is known by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from microgradseq.graph import Graph
from microgradseq.graph.canvas import Canvas
from microgradseq.graph.layout import Box, Route
from microgradseq.graph.model import GraphNode
from microgradseq.graph.paint import lines_of, paint
from microgradseq.graph.picture import Caption, number_lines, picture_of
from microgradseq.graph.staged import Staged, widest_totals
from microgradseq.graph.steps import Step


@dataclass(frozen=True, slots=True)
class Moment:
    """The picture after one step.

    Arguments:
        canvas: the picture, with the running totals in the boxes.
        changed: the box whose total this step changed.
        helper: the box at the other end of the step's edge; None at the start of the walk.
        route: the edge that was walked; None at the start of the walk.
        totals: the running total of every node reached so far, by id.
    """

    canvas: Canvas
    changed: Box
    helper: Box | None
    route: Route | None
    totals: Mapping[int, Any]


class Stage:
    """Pictures of a walk through a graph, all with the same layout.

    Arguments:
        graph: the graph.
        steps: the walk, from `graph.steps(...)`.

    >>> from microgradseq import Value
    >>> a, b = Value(2.0, name="a"), Value(3.0, name="b")
    >>> graph = Graph.of(a * b)
    >>> moment = Stage(graph, graph.steps("reverse")).moment(1)
    >>> graph.node(moment.changed.id).name
    'a'
    """

    def __init__(self, graph: Graph, steps: Sequence[Step]) -> None:
        self.graph = graph
        self.steps = steps
        self.picture = picture_of(Staged(graph, widest_totals(steps)))
        self._lines = lines_of(self.picture.layout)

    def moment(self, number: int) -> Moment:
        """The picture after a step.

        Arguments:
            number: the step, from 0.
        """
        totals, walked, _ = known_by(self.steps, number)
        staged = Staged(self.graph, totals)
        picture = replace(
            self.picture,
            captions={
                identity: _told(caption, staged.node(identity))
                for identity, caption in self.picture.captions.items()
            },
            labels={edge: text for edge, text in self.picture.labels.items() if edge in walked},
            legend=(),
        )
        step = self.steps[number]
        route = self._route(step)
        changed, helper = self._boxes(step, route)
        return Moment(paint(picture, lines=self._lines), changed, helper, route, totals)

    def _route(self, step: Step) -> Route | None:
        edge = edge_of(step)
        if edge is None:
            return None
        target, position = edge
        routes = self.picture.layout.routes_into(target)
        return next((route for route in routes if route.position == position), None)

    def _boxes(self, step: Step, route: Route | None) -> tuple[Box, Box | None]:
        layout = self.picture.layout
        if route is None or step.source is None:
            return layout.boxes_of(step.node)[0], None
        operation = layout.boxes_of(route.target)[0]
        x, y = route.points[0]
        # a shared leaf has many boxes: the one meant is where the edge starts
        operand = layout.box_at(x - 1, y) or layout.boxes_of(route.source)[0]
        return (operand, operation) if operand.id == step.node else (operation, operand)


def known_by(
    steps: Sequence[Step], number: int
) -> tuple[dict[int, Any], set[tuple[int, int]], tuple[int, int] | None]:
    """What is known after a step of a walk.

    Arguments:
        steps: the walk.
        number: the step, from 0.
    Returns:
        The running totals by node, the edges walked so far, and the edge of this step, if any.

    >>> from microgradseq import Value
    >>> graph = Graph.of(Value(2.0, name="a") * 3.0)
    >>> known_by(graph.steps("reverse"), 1)
    ({2: 1.0, 0: 3.0}, {(2, 0)}, (2, 0))
    """
    past = steps[: number + 1]
    totals = {step.node: step.total for step in past}
    walked = {edge for step in past if (edge := edge_of(step)) is not None}
    return totals, walked, edge_of(past[-1])


def edge_of(step: Step) -> tuple[int, int] | None:
    """The edge that a step walks along: id of the operation, and which operand of it."""
    if step.source is None or step.position is None:
        return None
    operation = max(step.node, step.source)
    return operation, step.position


def _told(caption: Caption, node: GraphNode) -> Caption:
    """A node's words with the numbers that hold now."""
    if not caption.numbers:
        return caption
    return replace(caption, numbers=number_lines(node, values=True, gradients=True))
