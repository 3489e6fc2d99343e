"""A graph in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from microgradseq.graph.model import Edge, GraphNode
from microgradseq.graph.picture import derivative_text, number_lines, title_of, words_text
from microgradseq.graph.protocol import Drawable

_FILLS = {"leaf": "#dcecf7", "constant": "#eef0f2", "operation": "#ffffff", "group": "#f6e6ef"}
_INDENT = "  "


def to_dot(
    graph: Drawable, *, values: bool = True, gradients: bool = True, time_tag: str = "t"
) -> str:
    """Write a graph for Graphviz: `dot -Tsvg` makes a picture of it.

    Each node is a record with a port for every operand, so that `a - b` keeps its order. The
    operations of a time step stand in a cluster.

    Arguments:
        graph: a `Graph`.
        values: show the value of every node.
        gradients: show the gradient of every node, and local derivatives on the edges.
        time_tag: the tag that numbers time steps.
    Returns:
        The text of a DOT file.

    >>> from microgradseq import Graph, Value
    >>> print(to_dot(Graph.of(Value(2.0, name="a").exp()), gradients=False))
    digraph microgradseq {
      rankdir=LR;
      node [shape=record, style="rounded,filled", fontname="monospace"];
      edge [fontname="monospace", fontsize=10];
      n0 [label="a|= 2", fillcolor="#dcecf7"];
      n1 [label="{{<p0>}|{exp1|= 7.389}}", fillcolor="#ffffff"];
      n0 -> n1:p0;
    }
    """
    return "\n".join(_lines(graph, values, gradients, time_tag))


def _lines(graph: Drawable, values: bool, gradients: bool, time_tag: str) -> Iterator[str]:
    yield "digraph microgradseq {"
    yield _INDENT + "rankdir=LR;"
    yield _INDENT + 'node [shape=record, style="rounded,filled", fontname="monospace"];'
    yield _INDENT + 'edge [fontname="monospace", fontsize=10];'
    clusters: dict[object, list[GraphNode]] = {}
    for node in graph.nodes:
        is_step = node.kind in ("operation", "group")
        clusters.setdefault(node.tags.get(time_tag) if is_step else None, []).append(node)
    for node in clusters.pop(None, []):
        yield _INDENT + _node(graph, node, values, gradients)
    for number, (tag, nodes) in enumerate(clusters.items()):
        yield f"{_INDENT}subgraph cluster_{number} {{"
        yield f'{_INDENT * 2}label="{_quoted(f"{time_tag} = {tag}")}"; color="#9aa5b1";'
        for node in nodes:
            yield _INDENT * 2 + _node(graph, node, values, gradients)
        yield _INDENT + "}"
    for edge in graph.edges:
        yield _INDENT + _edge(edge, gradients)
    yield "}"


def _node(graph: Drawable, node: GraphNode, values: bool, gradients: bool) -> str:
    fields = [words_text(title_of(node))]
    fields += [words_text(line) for line in number_lines(node, values, gradients)]
    texts = "|".join(_record_text(field) for field in fields)
    ports = "|".join(f"<p{edge.position}>" for edge in graph.operands(node.id))
    label = f"{{{{{ports}}}|{{{texts}}}}}" if ports else texts
    return f'n{node.id} [label="{label}", fillcolor="{_FILLS[node.kind]}"];'


def _edge(edge: Edge, gradients: bool) -> str:
    text = derivative_text(edge) if gradients else ""
    label = f' [label="{text}"]' if text else ""
    return f"n{edge.source} -> n{edge.target}:p{edge.position}{label};"


def _quoted(text: str) -> str:
    """Escape a text for a quoted string."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _record_text(text: str) -> str:
    """Escape a text for a field of a record, where braces, bars and angles have a meaning."""
    escaped = _quoted(text)
    for character in "{}|<>":
        escaped = escaped.replace(character, "\\" + character)
    return escaped
