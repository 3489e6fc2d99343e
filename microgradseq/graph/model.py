"""The parts of a graph snapshot: nodes with stable ids, edges with local derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["leaf", "constant", "operation", "group"]


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One node of a snapshot.

    Arguments:
        id: position in topological order; an operand's id is always smaller than its user's.
        name: readable and unique within the graph, such as `a`, `tanh7` or `h3`.
        kind: leaf (a named or trainable input), constant, operation, or group (folded nodes).
        op: the rule's name (`mul`), or the kind where there is no rule.
        symbol: what stands for the operation in a picture, such as `×` or `tanh`.
        value: a float or an array; of a group, the value of its last member.
        gradient: derivative of the output with respect to this node; None where none flows.
        tags: what `scope(...)` said when the node was made, such as `{"t": 3, "gate": "forget"}`.
        members: the ids, in the unfolded graph, that a group stands for.
        value_name: of a group, the name of the member whose value it shows.
    """

    id: int
    name: str
    kind: Kind
    op: str
    symbol: str
    value: Any
    gradient: Any = None
    tags: Mapping[str, object] = field(default_factory=dict)
    members: tuple[int, ...] = ()
    value_name: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An operand's way into an operation.

    Arguments:
        source: id of the operand.
        target: id of the operation that uses it.
        position: which operand it is, from 0.
        derivative: the local derivative ∂target/∂source: a float, an array for elementwise
            operations on arrays, None where the operation does not differentiate this operand
            or its local derivative is no single array.
    """

    source: int
    target: int
    position: int
    derivative: Any = None
