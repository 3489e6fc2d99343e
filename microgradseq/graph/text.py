"""A graph drawn in plain text."""

from __future__ import annotations

from microgradseq.graph.canvas import Canvas, Role
from microgradseq.graph.paint import paint
from microgradseq.graph.picture import Detail, picture_of
from microgradseq.graph.protocol import Drawable

_COLOURS: dict[Role, str] = {
    "box": "2",
    "edge": "2",
    "arrow": "2",
    "name": "1",
    "symbol": "36",
    "gradient": "33",
    "derivative": "34",
    "badge": "35",
    "constant": "2",
}


def to_text(
    graph: Drawable,
    *,
    values: bool = True,
    gradients: bool = True,
    width: int | None = None,
    colour: bool = False,
    detail: Detail = "full",
    tied: bool = True,
    time_tag: str = "t",
) -> str:
    """Draw a graph with box-drawing characters, inputs at the left, the output at the right.

    A box shows a node's name, its operation, `=` its value and `∂` its gradient. An edge shows the
    local derivative. `◆` marks a leaf that is used in many places.

    Arguments:
        graph: a `Graph`.
        values: show the value of every node.
        gradients: show the gradient of every node, and local derivatives on the edges.
        width: cells at which the legend breaks; the drawing itself is as wide as it needs to be.
        colour: add the escape codes that colour a terminal.
        detail: `full` boxes, `names` only, or `dots`, for smaller pictures.
        tied: draw a leaf used in many places as a badge at each of them.
        time_tag: the tag that numbers time steps.
    Returns:
        The drawing, lines separated by line breaks.

    >>> from microgradseq import Graph, Value
    >>> a, b = Value(2.0, name="a"), Value(3.0, name="b")
    >>> product = a * b
    >>> product.name = "c"
    >>> print(to_text(Graph.of(product)))
    ┌ a ──┐       ╭ c × ╮
    │ = 2 ├───╴3╶▸│ = 6 │
    │ ∂ 3 │ ╭─╴2╶▸│ ∂ 1 │
    └─────┘ │     ╰─────╯
            │
    ┌ b ──┐ │
    │ = 3 ├─╯
    │ ∂ 2 │
    └─────┘
    """
    picture = picture_of(
        graph, values=values, gradients=gradients, detail=detail, tied=tied, time_tag=time_tag
    )
    return canvas_text(paint(picture, width), colour=colour)


def canvas_text(canvas: Canvas, *, colour: bool = False) -> str:
    """Join the lines of a canvas, with escape codes for colours where asked for."""
    if not colour:
        return "\n".join(canvas.text(y) for y in range(canvas.height))
    return "\n".join(_coloured_line(canvas, y) for y in range(canvas.height))


def _coloured_line(canvas: Canvas, y: int) -> str:
    parts = []
    for text, role in canvas.line(y):
        code = _COLOURS.get(role)
        parts.append(f"\x1b[{code}m{text}\x1b[0m" if code else text)
    return "".join(parts).rstrip()
