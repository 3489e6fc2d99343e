"""A graph as JSON, for other programs."""

from __future__ import annotations

import json
from typing import Any

from microgradseq.graph.model import Edge, GraphNode
from microgradseq.graph.protocol import Drawable
from microgradseq.numbers import for_json


def node_as_data(node: GraphNode) -> dict[str, Any]:
    """A node as plain data."""
    return {
        "id": node.id,
        "name": node.name,
        "kind": node.kind,
        "op": node.op,
        "symbol": node.symbol,
        "value": for_json(node.value),
        "gradient": for_json(node.gradient),
        "tags": {
            tag: mark if isinstance(mark, (int, float)) else str(mark)
            for tag, mark in node.tags.items()
        },
        "members": list(node.members),
    }


def edge_as_data(edge: Edge) -> dict[str, Any]:
    """An edge as plain data."""
    return {
        "from": edge.source,
        "to": edge.target,
        "position": edge.position,
        "derivative": for_json(edge.derivative),
    }


def to_json(graph: Drawable) -> str:
    """Write a graph as one JSON object with `output`, `nodes` and `edges`.

    Arguments:
        graph: a graph, folded or not.
    Returns:
        Valid JSON: infinities and NaN are written as the texts "inf", "-inf" and "nan".

    >>> from microgradseq import Graph, Value
    >>> json.loads(to_json(Graph.of(Value(2.0, name="a") * 3)))["nodes"][0]["name"]
    'a'
    """
    data = {
        "output": graph.output,
        "nodes": [node_as_data(node) for node in graph.nodes],
        "edges": [edge_as_data(edge) for edge in graph.edges],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)
