"""A derivative one step at a time, in reverse and in forward mode.

Reverse: an operation hands its gradient (upstream) through its local derivative to an operand.
Forward: an operand's tangent (upstream) goes through the local derivative into the operation.
Either way upstream × local = contribution, and contributions add up to a total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from microgradseq.graph.model import Edge
from microgradseq.graph.narration import numbers_put_in
from microgradseq.graph.snapshot import Graph, first_of, shares_of
from microgradseq.node import Node
from microgradseq.numbers import readable


@dataclass(frozen=True, slots=True)
class Step:
    """One contribution on its way.

    Arguments:
        number: place in the sequence, from 0.
        mode: "reverse" or "forward".
        node: id of the node whose total grows.
        source: id of the node at the other end; None for the step that starts everything.
        position: which operand of the operation the edge belongs to; None at the start.
        rule: the derivative in words.
        numbers: the words with the numbers put in.
        upstream: what arrives: a gradient or a tangent.
        local: the local derivative; None where it is no single number or array.
        contribution: what is handed on.
        total: what the node has received so far.
        text: all of it as a sentence.
    """

    number: int
    mode: Literal["reverse", "forward"]
    node: int
    source: int | None
    position: int | None
    rule: str
    numbers: str
    upstream: Any
    local: Any
    contribution: Any
    total: Any
    text: str


def reverse_steps(graph: Graph) -> list[Step]:
    """The backward sweep of a graph; see `Graph.steps`."""
    _require_unfolded(graph)
    totals: dict[int, Any] = {graph.output: _ones_like(graph.node(graph.output).value)}
    output = graph.node(graph.output).name
    text = f"Start at the end: ∂{output}/∂{output} = 1."
    steps = [_start(graph.output, "reverse", totals[graph.output], text)]
    for node in reversed(graph.nodes):
        if node.id not in totals or node.kind != "operation":
            continue
        edges = graph.operands(node.id)
        for position, share in shares_of(graph.sources[node.id], totals[node.id]):
            edge = edges[position]
            before = totals.get(edge.source)
            totals[edge.source] = share if before is None else before + share
            steps.append(_step(graph, len(steps), "reverse", edge, totals, share, before))
    return steps


def forward_steps(graph: Graph, wrt: str | None) -> list[Step]:
    """The forward sweep of a graph from one leaf; see `Graph.steps`."""
    _require_unfolded(graph)
    leaf = _leaf(graph, wrt)
    totals: dict[int, Any] = {leaf.id: _ones_like(leaf.value)}
    text = f"Start at {leaf.name}: let it grow by 1, all other leaves stay."
    steps = [_start(leaf.id, "forward", totals[leaf.id], text)]
    for node in graph.nodes:
        if node.id == leaf.id:
            continue
        for edge in graph.operands(node.id):
            if edge.source not in totals or not _flows(graph, edge):
                continue
            share = graph.sources[node.id].push(edge.position, totals[edge.source])
            before = totals.get(node.id)
            totals[node.id] = share if before is None else before + share
            steps.append(_step(graph, len(steps), "forward", edge, totals, share, before))
    return steps


def _require_unfolded(graph: Graph) -> None:
    if not graph.sources:
        raise ValueError("a folded graph has no single steps; unfold it first")


def _leaf(graph: Graph, wrt: str | None) -> Any:
    if wrt is not None:
        return graph.find(wrt)
    leaves = graph.leaves()
    if len(leaves) == 1:
        return leaves[0]
    names = ", ".join(leaf.name for leaf in leaves)
    raise ValueError(f"forward mode starts at one leaf: say which of {names}")


def _flows(graph: Graph, edge: Edge) -> bool:
    rule = graph.sources[edge.target].rule
    assert rule is not None
    operand: Node = graph.sources[edge.source]
    return operand.requires_grad and rule.differentiates(edge.position)


def _ones_like(number: Any) -> Any:
    return 1.0 if isinstance(number, float) else number * 0 + 1


def _start(node: int, mode: Literal["reverse", "forward"], seed: Any, text: str) -> Step:
    return Step(0, mode, node, None, None, "seed", "seed = 1", seed, None, seed, seed, text)


def _step(
    graph: Graph,
    number: int,
    mode: Literal["reverse", "forward"],
    edge: Edge,
    totals: dict[int, Any],
    share: Any,
    before: Any,
) -> Step:
    reverse = mode == "reverse"
    reached, origin = (edge.source, edge.target) if reverse else (edge.target, edge.source)
    upstream, share, before = first_of(totals[origin]), first_of(share), first_of(before)
    total = first_of(totals[reached])
    rule = graph.sources[edge.target].rule
    assert rule is not None
    return Step(
        number=number,
        mode=mode,
        node=reached,
        source=origin,
        position=edge.position,
        rule=rule.words_for(edge.position),
        numbers=_numbers(graph, edge),
        upstream=upstream,
        local=edge.derivative,
        contribution=share,
        total=total,
        text=_sentence(graph, edge, reverse, upstream, share, before, total),
    )


def _numbers(graph: Graph, edge: Edge) -> str:
    node = graph.sources[edge.target]
    rule = node.rule
    assert rule is not None
    if not isinstance(edge.derivative, float):
        return rule.words_for(edge.position)
    operands = tuple(parent.plain() for parent in node.parents)
    return numbers_put_in(
        rule, edge.position, node.plain(), operands, node.options, edge.derivative
    )


def _sentence(
    graph: Graph, edge: Edge, reverse: bool, upstream: Any, share: Any, before: Any, total: Any
) -> str:
    operation, operand = graph.node(edge.target).name, graph.node(edge.source).name
    local = readable(edge.derivative) if edge.derivative is not None else "its local derivative"
    product = f"{readable(upstream)} × {local} = {readable(share)}"
    if reverse:
        said = f"{operation} hands its gradient to {operand}: {product}."
        reached = operand
    else:
        said = f"{operand} moves {operation}: {product}."
        reached = operation
    added = "" if before is None else f"{readable(before)} + {readable(share)} = "
    return f"{said} {reached} has {added}{readable(total)} so far."
