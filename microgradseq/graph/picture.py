"""What every picture of a graph shows: the words in its boxes and on its edges, put in place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from microgradseq.cells import cell_width, shorten
from microgradseq.graph.layout import Layout, Size, place, shared_nodes
from microgradseq.graph.model import Edge, GraphNode
from microgradseq.graph.protocol import Drawable
from microgradseq.numbers import plural, readable

Detail = Literal["full", "names", "dots"]
TextRole = Literal["name", "symbol", "value", "gradient", "derivative", "badge", "constant"]
Words = tuple[tuple[str, TextRole], ...]

TIED_MARK = "◆"
LONGEST_NAME = 24
MOST_OPERAND_ROWS = 12
# Equal constants are told apart as `2` and `2#2`, which matters in a table and not in a picture.
_NUMBERING = re.compile(r"#\d+$")
_DOTS = {"leaf": "○", "constant": "·", "operation": "●", "group": "◉"}


@dataclass(frozen=True, slots=True)
class Caption:
    """The words in one box.

    Arguments:
        title: name and symbol of the node.
        numbers: one line each for value and gradient, as far as they are shown.
        framed: whether a frame is drawn around them; otherwise the title is all there is.
    """

    title: Words
    numbers: tuple[Words, ...] = ()
    framed: bool = False

    def size(self, operands: int) -> Size:
        """Width and height of the box in cells, with a row for each operand to arrive in."""
        if not self.framed:
            return words_width(self.title), 1
        lines = (self.title, *self.numbers)
        rows = max(1, len(self.numbers), min(operands, MOST_OPERAND_ROWS))
        return 4 + max(words_width(words) for words in lines), 2 + rows


@dataclass(frozen=True, slots=True)
class Picture:
    """A graph with its layout and words, ready to be drawn by any means.

    Arguments:
        graph: the graph.
        layout: where everything is.
        captions: the words in each node's box, by id.
        badges: the words in each shared node's badge, by id.
        labels: the local derivative on each edge, by target id and operand position.
        legend: a line for each shared node, with the numbers its badges have no room for.
    """

    graph: Drawable
    layout: Layout
    captions: dict[int, Caption]
    badges: dict[int, Caption]
    labels: dict[tuple[int, int], str]
    legend: tuple[Words, ...]


def picture_of(
    graph: Drawable,
    *,
    values: bool = True,
    gradients: bool = True,
    detail: Detail = "full",
    tied: bool = True,
    time_tag: str = "t",
) -> Picture:
    """Choose the words of a picture and lay it out.

    Arguments:
        graph: a `Graph`.
        values: show the value of every node.
        gradients: show the gradient of every node, and local derivatives on the edges.
        detail: boxes with numbers, names only, or one dot a node.
        tied: draw shared leaves as badges.
        time_tag: the tag that numbers time steps.
    Returns:
        The picture.

    >>> from microgradseq import Graph, Value
    >>> picture = picture_of(Graph.of(Value(2.0, name="a").tanh()), detail="names")
    >>> [words_text(caption.title) for caption in picture.captions.values()]
    ['a', 'tanh1']
    """
    if detail not in ("full", "names", "dots"):
        raise ValueError(f"unknown detail {detail!r}: choose full, names or dots")
    shared = shared_nodes(graph, time_tag) if tied else frozenset()
    full = detail == "full"
    captions, badges, labels = {}, {}, {}
    for node in graph.nodes:
        if node.id in shared:
            badges[node.id] = _badge(node, detail)
        captions[node.id] = _caption(node, detail, values, gradients)
    if full and gradients:
        labels = {
            (edge.target, edge.position): text
            for edge in graph.edges
            if (text := derivative_text(edge))
        }
    layout = place(
        graph,
        {id: caption.size(len(graph.operands(id))) for id, caption in captions.items()},
        tied=tied,
        time_tag=time_tag,
        badges={id: badge.size(0) for id, badge in badges.items()},
        labels={key: cell_width(text) for key, text in labels.items()},
    )
    legend = (
        [legend_line(graph, id, values, gradients) for id in sorted(shared)]
        if full and (values or gradients)
        else []
    )
    return Picture(graph, layout, captions, badges, labels, tuple(legend))


def words_text(words: Words) -> str:
    """The words as plain text."""
    return " ".join(text for text, _ in words)


def words_width(words: Words) -> int:
    """The cells that words take, with a space between them."""
    return sum(cell_width(text) for text, _ in words) + max(0, len(words) - 1)


def title_of(node: GraphNode) -> Words:
    """Name and symbol of a node; the name alone where it says the operation already."""
    if node.kind == "constant":
        return ((shorten(_NUMBERING.sub("", node.name), LONGEST_NAME), "constant"),)
    name = shorten(node.name, LONGEST_NAME)
    if node.symbol and not node.name.startswith(node.symbol):
        return (name, "name"), (node.symbol, "symbol")
    return ((name, "name"),)


def number_lines(node: GraphNode, values: bool, gradients: bool) -> tuple[Words, ...]:
    """The lines `= value` and `∂ gradient` of a node, as far as they are wanted and known."""
    lines: list[Words] = []
    if values and node.value is not None:
        lines.append(((value_sign(node), "value"), (readable(node.value), "value")))
    if gradients and node.gradient is not None:
        lines.append((("∂", "gradient"), (readable(node.gradient), "gradient")))
    return tuple(lines)


def value_sign(node: GraphNode) -> str:
    """What stands before a value: `=`, and for a group whose value it is."""
    return f"{shorten(node.value_name, LONGEST_NAME)} =" if node.value_name else "="


def derivative_text(edge: Edge) -> str:
    """The local derivative on an edge; empty where it is unknown or more than one number."""
    known = edge.derivative is not None and getattr(edge.derivative, "shape", ()) == ()
    return readable(edge.derivative) if known else ""


def _caption(node: GraphNode, detail: Detail, values: bool, gradients: bool) -> Caption:
    if detail == "dots":
        role: TextRole = "constant" if node.kind == "constant" else "name"
        return Caption(((_DOTS[node.kind], role),))
    if detail == "names" or node.kind == "constant":
        return Caption(title_of(node))
    return Caption(title_of(node), number_lines(node, values, gradients), framed=True)


def _badge(node: GraphNode, detail: Detail) -> Caption:
    name = "" if detail == "dots" else shorten(node.name, LONGEST_NAME)
    return Caption(((TIED_MARK + name, "badge"),))


def legend_line(graph: Drawable, id: int, values: bool, gradients: bool) -> Words:
    """What the legend says of a shared node: its name, its numbers, and how often it is used."""
    node = graph.node(id)
    mark: Sequence[tuple[str, TextRole]] = ((TIED_MARK + node.name, "badge"),)
    numbers = [word for line in number_lines(node, values, gradients) for word in line]
    uses = len({edge.target for edge in graph.users(id)})
    return (*mark, *numbers, (f"in {plural(uses, 'place')}", "constant"))
