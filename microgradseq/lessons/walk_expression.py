"""A step in words and signs: the operation, and the derivative as far as it is written by now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from microgradseq.graph import Graph
from microgradseq.graph.steps import Step
from microgradseq.numbers import readable
from microgradseq.rules import RULES

Role = Literal["plain", "active", "total"]
MOST_TERMS = 6
"""So many terms are written; of more, the last ones, after dots."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an expression.

    Arguments:
        text: as it is written.
        role: "active" for the factor that the step put in, "total" for what came out.
    """

    text: str
    role: Role = "plain"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One step in words.

    Arguments:
        operation: what the rule speaks of, such as "e with u = c, v = d"; "" at the start.
        rule: the derivative in words.
        numbers: the same with the numbers put in.
        product: upstream × local = contribution, in forward mode tangent × local; "" at the start.
        running: the running total at the node.
        text: the step as a sentence.
    """

    operation: str
    rule: str
    numbers: str
    product: str
    running: str
    text: str


def operation_of(graph: Graph, step: Step) -> str:
    """What a step's rule speaks of, such as "e with u = c, v = d"; nothing at the start.

    Arguments:
        graph: what is walked through.
        step: the step.
    """
    if step.source is None:
        return ""
    node = graph.node(max(step.node, step.source))
    letters = RULES[node.op].operands
    said = (
        f"{letter} = {graph.node(edge.source).name}"
        for letter, edge in zip(letters, graph.operands(node.id), strict=False)
    )
    return f"{node.name} with {', '.join(said)}"


def total_name(graph: Graph, step: Step, wrt: str) -> str:
    """What a step's total is, such as ∂e/∂b.

    Arguments:
        graph: what is walked through.
        step: the step.
        wrt: the leaf that forward mode follows.
    """
    return _written(graph, step.node, step.mode == "reverse", wrt)


def explained(graph: Graph, steps: Sequence[Step], number: int, wrt: str) -> Explanation:
    """A step in words.

    Arguments:
        graph: what is walked through.
        steps: the walk.
        number: the step, from 0.
        wrt: the leaf that forward mode follows.
    """
    step = steps[number]
    name = total_name(graph, step, wrt)
    product, running = "", f"{name} = {readable(step.total)}"
    if step.source is not None:
        arriving = "upstream" if step.mode == "reverse" else "tangent"
        factors = _number(step.upstream), _number(step.local), readable(step.contribution)
        product = "{} {} × local {} = contribution {}".format(arriving, *factors)
        shares = _shares(steps, number)
        if len(shares) > 1:
            before = "… + " if len(shares) > MOST_TERMS else ""
            sum_ = " + ".join(_number(each.contribution) for each in shares[-MOST_TERMS:])
            running = f"{name} = {before}{sum_} = {readable(step.total)}"
    operation = operation_of(graph, step)
    return Explanation(operation, step.rule, step.numbers, product, running, step.text)


def expression_of(graph: Graph, steps: Sequence[Step], number: int, wrt: str) -> tuple[Part, ...]:
    """The derivative at the node as far as it is written by now, the newest factor marked.

    Arguments:
        graph: what is walked through.
        steps: the walk.
        number: the step, from 0.
        wrt: the leaf that forward mode follows.

    >>> from microgradseq import Value
    >>> a = Value(3.0, name="a")
    >>> graph = Graph.of(a * a + a)
    >>> "".join(part.text for part in expression_of(graph, graph.steps(), 4, "a"))
    '∂add1/∂a = ∂add1/∂add1·∂add1/∂a + ∂add1/∂mul1·∂mul1/∂a + ∂add1/∂mul1·∂mul1/∂a = 7'
    """
    step = steps[number]
    return tuple(_parts(graph, step, _shares(steps, number), wrt))


def _parts(graph: Graph, step: Step, shares: Sequence[Step], wrt: str) -> Iterator[Part]:
    reverse = step.mode == "reverse"
    yield Part(f"{total_name(graph, step, wrt)} = ")
    if len(shares) > MOST_TERMS:
        yield Part("… + ")
    for place, share in enumerate(shares[-MOST_TERMS:]):
        assert share.source is not None, "the start adds nothing up"
        upper, lower = sorted((share.node, share.source), reverse=True)
        local = f"∂{graph.node(upper).name}/∂{graph.node(lower).name}"
        upstream = _written(graph, share.source, reverse, wrt)
        yield Part(f"{' + ' if place else ''}{upstream}·")
        yield Part(local, "active" if share is step else "plain")
    if shares:
        yield Part(" = ")
    yield Part(readable(step.total), "total")


def _shares(steps: Sequence[Step], number: int) -> list[Step]:
    """The contributions that a step's node has received by then."""
    node = steps[number].node
    past = steps[: number + 1]
    return [each for each in past if each.node == node and each.source is not None]


def _written(graph: Graph, id: int, reverse: bool, wrt: str) -> str:
    name = graph.node(id).name
    return f"∂{graph.node(graph.output).name}/∂{name}" if reverse else f"∂{name}/∂{wrt}"


def _number(number: object) -> str:
    text = readable(number)
    return f"({text})" if text.startswith("-") else text
