"""Small graphs to draw, put together from nodes and edges without any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from microgradseq.graph.model import Edge, GraphNode, Kind


class Sketch:
    """A graph that is written down rather than computed."""

    def __init__(self) -> None:
        self.tags: Mapping[str, object] = {}
        self._nodes: list[GraphNode] = []
        self._into: list[list[Edge]] = []
        self._out_of: list[list[Edge]] = []

    @property
    def nodes(self) -> tuple[GraphNode, ...]:
        return tuple(self._nodes)

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(edge for edges in self._into for edge in edges)

    def leaf(self, name: str, value: Any = 0.5, kind: Kind = "leaf") -> int:
        gradient = None if kind == "constant" else 0.25
        return self._add(name, kind, kind, "", value, gradient)

    def call(self, op: str, *operands: int, name: str = "", value: float = -0.5) -> int:
        symbol = {"mul": "×", "add": "+", "sub": "−"}.get(op, op)
        name = name or f"{op}{len(self._nodes)}"
        node = self._add(name, "operation", op, symbol, value, 1.5)
        for position, operand in enumerate(operands):
            edge = Edge(operand, node, position, float(position + 2))
            self._into[node].append(edge)
            self._out_of[operand].append(edge)
        return node

    def node(self, id: int) -> GraphNode:
        return self._nodes[id]

    def operands(self, id: int) -> tuple[Edge, ...]:
        return tuple(self._into[id])

    def users(self, id: int) -> tuple[Edge, ...]:
        return tuple(self._out_of[id])

    def named(self, name: str) -> int:
        return next(node.id for node in self._nodes if node.name == name)

    def _add(
        self, name: str, kind: Kind, op: str, symbol: str, value: Any, gradient: float | None
    ) -> int:
        id = len(self._nodes)
        node = GraphNode(id, name, kind, op, symbol, value, gradient, dict(self.tags))
        self._nodes.append(node)
        self._into.append([])
        self._out_of.append([])
        return id


def product() -> Sketch:
    sketch = Sketch()
    a, b = sketch.leaf("a", 2.0), sketch.leaf("b", 1.0)
    c = sketch.call("add", a, b, name="c", value=3.0)
    d = sketch.call("add", b, sketch.leaf("1", 1.0, "constant"), name="d", value=2.0)
    sketch.call("mul", c, d, name="e", value=6.0)
    return sketch


def nine_paths() -> Sketch:
    sketch = Sketch()
    end = sketch.leaf("X", 1.5)
    for factors, name in (("αβγ", "Y"), ("δεζ", "Z")):
        one, two, three = (sketch.call("mul", sketch.leaf(factor), end) for factor in factors)
        end = sketch.call("add", sketch.call("add", one, two), three, name=name)
    return sketch


def unrolled(steps: int, *, loss: bool = False) -> Sketch:
    """A scalar recurrent network, with a running sum of squared errors outside of all steps."""
    sketch = Sketch()
    wx, wh, b, h = (sketch.leaf(name) for name in ("wx", "wh", "b", "h0"))
    total = None
    for t in range(1, steps + 1):
        x, y = sketch.leaf(f"x{t}"), sketch.leaf(f"y{t}") if loss else None
        sketch.tags = {"t": t}
        weighted = sketch.call("add", sketch.call("mul", wx, x), sketch.call("mul", wh, h))
        h = sketch.call("tanh", sketch.call("add", weighted, b), name=f"h{t}")
        if y is not None:
            error = sketch.call("sub", h, y)
            square = sketch.call("mul", error, error, name=f"l{t}")
        sketch.tags = {}
        if y is not None:
            total = square if total is None else sketch.call("add", total, square)
    return sketch


def lstm(steps: int) -> Sketch:
    """LSTM steps on scalars, each gate tagged."""
    sketch = Sketch()
    weights = {
        gate: [sketch.leaf(kind + gate) for kind in "WUb"]
        for gate in ("forget", "input", "candidate", "output")
    }
    h, c = sketch.leaf("h0"), sketch.leaf("c0")
    for t in range(1, steps + 1):
        x = sketch.leaf(f"x{t}")
        gates = {}
        for gate, (w, u, b) in weights.items():
            sketch.tags = {"t": t, "gate": gate}
            weighted = sketch.call("add", sketch.call("mul", w, x), sketch.call("mul", u, h))
            squash = "tanh" if gate == "candidate" else "sigmoid"
            gates[gate] = sketch.call(squash, sketch.call("add", weighted, b), name=f"{gate}{t}")
        sketch.tags = {"t": t}
        kept = sketch.call("mul", gates["forget"], c)
        written = sketch.call("mul", gates["input"], gates["candidate"])
        c = sketch.call("add", kept, written, name=f"c{t}")
        h = sketch.call("mul", gates["output"], sketch.call("tanh", c), name=f"h{t}")
        sketch.tags = {}
    return sketch


def chain(length: int) -> Sketch:
    sketch = Sketch()
    end = sketch.leaf("x")
    for _ in range(length):
        end = sketch.call("tanh", end)
    return sketch


def both_directions(steps: int) -> Sketch:
    """Two recurrent chains over the same time steps, one from each end."""
    sketch = Sketch()
    xs = [sketch.leaf(f"x{t}") for t in range(steps)]
    ends = []
    for direction, times in (("f", range(steps)), ("b", reversed(range(steps)))):
        ends.append(_chain_over(sketch, xs, direction, times))
    sketch.call("add", *ends, name="out")
    return sketch


def _chain_over(sketch: Sketch, xs: list[int], direction: str, times: Iterable[int]) -> int:
    state = sketch.leaf(f"{direction}h")
    for t in times:
        sketch.tags = {"t": t, "direction": direction}
        state = sketch.call("mul", state, xs[t], name=f"{direction}{t}")
    sketch.tags = {}
    return state


@pytest.fixture(scope="session")
def sketches() -> SimpleNamespace:
    """Functions that each write down a small graph, and the class to write more with."""
    return SimpleNamespace(
        Sketch=Sketch,
        product=product,
        nine_paths=nine_paths,
        unrolled=unrolled,
        lstm=lstm,
        chain=chain,
        both_directions=both_directions,
    )
