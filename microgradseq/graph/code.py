"""A scalar graph as straight-line Python: one line a node forward, one line a share backward.

The code is written from the rules' own formulas, so it computes what the engine computes, many
times faster than building the graph anew.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping
from typing import Any

from microgradseq.graph.model import GraphNode
from microgradseq.graph.snapshot import Graph, is_scalar
from microgradseq.node import Node
from microgradseq.rules import Elementwise
from microgradseq.rules.formula import Symbol, name
from microgradseq.rules.scalar import (
    OUTSIDE_MATH,
    SCALAR_FUNCTIONS,
    ScalarCode,
    as_source,
    by_numpy,
    scalar_code,
)

Replay = Callable[..., tuple[float, dict[str, float]]]


class CompiledGraph:
    """A graph as a function of its leaves.

    Arguments:
        graph: a graph of single numbers.

    Call it with new numbers for some leaves by name; the others keep theirs. What Python's floats
    refuse, such as a division by zero, is done again slowly with NumPy's infinities.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.source = to_python(graph)
        self._names = {leaf.name for leaf in graph.leaves()}
        self._parameters = _identifiers(graph)
        namespace: dict[str, Any] = dict(SCALAR_FUNCTIONS)
        exec(compile(_function(graph, self._parameters), "<compiled graph>", "exec"), namespace)
        self._function: Replay = namespace["replay"]

    def __call__(self, **numbers: float) -> tuple[float, dict[str, float]]:
        """Compute the value and the gradient of every leaf."""
        unknown = sorted(numbers.keys() - self._names)
        if unknown:
            raise TypeError(
                f"no leaf is named {', '.join(unknown)}; there is {', '.join(sorted(self._names))}"
            )
        given = {
            self._parameters[self.graph.find(leaf).id]: float(number)
            for leaf, number in numbers.items()
        }
        try:
            return self._function(**given)
        except OUTSIDE_MATH:
            return _replayed_slowly(self.graph, numbers)


def compile_graph(graph: Graph) -> CompiledGraph:
    """Make a function of a scalar graph; see `Graph.compile`."""
    return CompiledGraph(graph)


def to_python(graph: Graph) -> str:
    """Write a scalar graph as a program that stands alone.

    Arguments:
        graph: a graph of single numbers.
    Returns:
        A module with one function and a line that prints its result.

    >>> from microgradseq import Graph, Value
    >>> a = Value(2.0, name="a")
    >>> print(to_python(Graph.of((a * a).tanh())))
    from math import tanh
    <BLANKLINE>
    <BLANKLINE>
    def replay(a=2.0):
        mul1 = a * a
        tanh1 = tanh(mul1)
        # back through the graph
        d_tanh1 = 1.0
        d_mul1 = d_tanh1 * (1 - tanh1 * tanh1)
        d_a = d_mul1 * a
        d_a += d_mul1 * a
        return tanh1, {'a': d_a}
    <BLANKLINE>
    <BLANKLINE>
    if __name__ == "__main__":
        print(replay())
    <BLANKLINE>
    """
    body = _function(graph, _identifiers(graph))
    used = sorted(
        function for function in SCALAR_FUNCTIONS if f"{function}(" in body and function != "sign"
    )
    head = f"from math import {', '.join(used)}\n\n\n" if used else ""
    if "sign(" in body:
        head += _SIGN
    return f'{head}{body}\n\nif __name__ == "__main__":\n    print(replay())\n'


_SIGN = """def sign(u):
    return u if u != u else float((u > 0) - (u < 0))


"""


def _identifiers(graph: Graph) -> dict[int, str]:
    """A Python name for each node: its own where it is one, else a made-up one."""
    taken = {*SCALAR_FUNCTIONS, "replay", "print"}
    identifiers: dict[int, str] = {}
    for node in graph.nodes:
        if node.kind == "constant":
            continue
        text = node.name if node.name.isidentifier() and not keyword.iskeyword(node.name) else ""
        if not text or text in taken or text.startswith("d_"):
            text = f"v{node.id}"
        while text in taken:
            text += "_"
        taken.add(text)
        identifiers[node.id] = text
    return identifiers


def _function(graph: Graph, identifiers: Mapping[int, str]) -> str:
    if not graph.sources:
        raise ValueError("a folded graph cannot be written as Python; unfold it first")
    if not is_scalar(graph):
        raise ValueError("only graphs of single numbers are written as Python; this one has arrays")
    leaves = graph.leaves()
    parameters = ", ".join(f"{identifiers[leaf.id]}={_literal(leaf.value)}" for leaf in leaves)
    lines = [f"def replay({parameters}):"]
    codes: dict[int, ScalarCode] = {}
    for node in graph.nodes:
        if node.kind == "operation":
            code = codes[node.id] = _code(graph, node, identifiers)
            lines += [f"    {line}" for line in code.preparation]
            lines.append(f"    {identifiers[node.id]} = {code.value}")
    lines.append("    # back through the graph")
    reached = _backward_lines(graph, identifiers, codes, lines)
    gradients = ", ".join(
        f"{leaf.name!r}: {f'd_{identifiers[leaf.id]}' if leaf.id in reached else '0.0'}"
        for leaf in leaves
    )
    lines.append(f"    return {_reference(graph, graph.output, identifiers)}, {{{gradients}}}")
    return "\n".join(lines) + "\n"


def _backward_lines(
    graph: Graph,
    identifiers: Mapping[int, str],
    codes: Mapping[int, ScalarCode],
    lines: list[str],
) -> set[int]:
    reached: set[int] = set()
    if graph.node(graph.output).kind != "constant":
        reached.add(graph.output)
        lines.append(f"    d_{identifiers[graph.output]} = 1.0")
    for node in reversed(graph.nodes):
        if node.kind != "operation" or node.id not in reached:
            continue
        rule = graph.sources[node.id].rule
        for edge in graph.operands(node.id):
            slope = codes[node.id].slopes[edge.position]
            if slope is None or not graph.sources[edge.source].requires_grad:
                continue
            assert rule is not None
            share = _share(f"d_{identifiers[node.id]}", slope, rule.singular)
            sign = "+=" if edge.source in reached else "="
            lines.append(f"    d_{identifiers[edge.source]} {sign} {share}")
            reached.add(edge.source)
    return reached


def _share(gradient: str, slope: Symbol, singular: bool) -> str:
    if slope.operation == "number" and abs(slope.parts[0]) == 1:
        return gradient if slope.parts[0] == 1 else f"-{gradient}"
    share = as_source(name(gradient) * slope)
    # a zero stays zero, even past an infinite slope
    return f"{share} if {gradient} else 0.0" if singular else share


def _code(graph: Graph, node: GraphNode, identifiers: Mapping[int, str]) -> ScalarCode:
    source: Node = graph.sources[node.id]
    rule = source.rule
    assert isinstance(rule, Elementwise)
    meanings = {
        operand: _symbol(graph, edge.source, identifiers)
        for operand, edge in zip(rule.operands, graph.operands(node.id), strict=True)
    }
    options = source.options or {}
    meanings |= {option: Symbol("number", (float(value),)) for option, value in options.items()}
    return scalar_code(rule, meanings, identifiers[node.id])


def _symbol(graph: Graph, id: int, identifiers: Mapping[int, str]) -> Symbol:
    node = graph.node(id)
    return Symbol("number", (node.value,)) if node.kind == "constant" else name(identifiers[id])


def _reference(graph: Graph, id: int, identifiers: Mapping[int, str]) -> str:
    return as_source(_symbol(graph, id, identifiers))


def _literal(number: float) -> str:
    return repr(number) if number - number == 0 else f'float("{number}")'


def _replayed_slowly(graph: Graph, numbers: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    values = [float(numbers.get(node.name, node.value)) for node in graph.nodes]
    slopes: dict[int, tuple[float, ...]] = {}
    for node in graph.nodes:
        if node.kind == "operation":
            source = graph.sources[node.id]
            assert isinstance(source.rule, Elementwise)
            operands = [values[edge.source] for edge in graph.operands(node.id)]
            values[node.id], slopes[node.id] = by_numpy(
                source.rule, operands, dict(source.options or {})
            )
    gradients = [0.0] * len(values)
    gradients[graph.output] = 1.0
    for node in reversed(graph.nodes):
        if g := gradients[node.id]:
            for edge in graph.operands(node.id):
                gradients[edge.source] += g * slopes[node.id][edge.position]
    return values[graph.output], {leaf.name: gradients[leaf.id] for leaf in graph.leaves()}
