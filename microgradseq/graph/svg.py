"""A graph drawn as a stand-alone SVG picture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from xml.sax.saxutils import escape

from microgradseq.graph.layout import Box, Route
from microgradseq.graph.model import GraphNode
from microgradseq.graph.picture import Caption, Detail, Picture, Words, picture_of, words_width
from microgradseq.graph.protocol import Drawable
from microgradseq.graph.wires import branches, cells_of_edges

CELL_WIDTH, CELL_HEIGHT = 9, 20
MARGIN = 18
CORNER = 6
_ARROW_LENGTH = 7

# Colours that stay apart for colour-blind eyes (after Okabe and Ito), darkened for text on white.
_STYLE = """
  text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK SC",
         monospace; fill: #1f2933; white-space: pre; }
  .sheet { fill: #ffffff; }
  .band { fill: #f3f5f8; }
  .when { font-size: 12px; fill: #5a6673; }
  .body { fill: #ffffff; stroke-width: 1.5; }
  .leaf .body { stroke: #0072b2; } .leaf .head { fill: #dcecf7; }
  .operation .body { stroke: #52606d; } .operation .head { fill: #e9edf1; }
  .group .body { stroke: #8f4a77; stroke-width: 2.5; } .group .head { fill: #f6e6ef; }
  .constant .body { fill: #eef0f2; stroke: none; }
  .badge .body { fill: #d9f2e8; stroke: #00805e; stroke-width: 1; }
  .name { font-weight: bold; }
  .symbol { fill: #52606d; }
  .gradient { fill: #b34700; }
  .derivative { font-size: 11px; fill: #005a8f; }
  .badge-word { fill: #00604a; font-weight: bold; }
  .edge { fill: none; stroke: #7b8794; stroke-width: 1.5; }
  .tip, .branch { fill: #7b8794; }
"""
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_svg(
    graph: Drawable,
    *,
    values: bool = True,
    gradients: bool = True,
    detail: Detail = "full",
    tied: bool = True,
    time_tag: str = "t",
) -> str:
    """Draw a graph as SVG, in the same layout as in text.

    Arguments:
        graph: a `Graph`.
        values: show the value of every node.
        gradients: show the gradient of every node, and local derivatives above the edges.
        detail: `full` boxes, `names` only, or `dots`, for smaller pictures.
        tied: draw a leaf used in many places as a badge at each of them.
        time_tag: the tag that numbers time steps; each gets a band of its own.
    Returns:
        The picture as one string, to be written to a file as UTF-8.

    >>> from microgradseq import Graph, Value
    >>> to_svg(Graph.of(Value(2.0, name="a").tanh())).startswith("<svg ")
    True
    """
    picture = picture_of(
        graph, values=values, gradients=gradients, detail=detail, tied=tied, time_tag=time_tag
    )
    return "\n".join(_document(picture, time_tag)) + "\n"


def _document(picture: Picture, time_tag: str) -> Iterator[str]:
    layout = picture.layout
    bands = _bands(picture, time_tag)
    top = MARGIN + (CELL_HEIGHT if bands else 0)
    legend_width = max((words_width(words) for words in picture.legend), default=0)
    width = max(layout.width, legend_width) * CELL_WIDTH + 2 * MARGIN
    legend_height = (len(picture.legend) + 1) * CELL_HEIGHT if picture.legend else 0
    height = top + layout.height * CELL_HEIGHT + legend_height + MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">'
    )
    yield f"<style>{_STYLE}</style>"
    yield f'<rect class="sheet" width="{width}" height="{height}"/>'
    yield f'<g transform="translate({MARGIN} {top})">'
    for tag, left, right in bands:
        yield from _band(f"{time_tag} = {tag}", left, right, layout.height)
    yield from _edges(picture)
    for box in layout.boxes:
        yield from _box(picture, box)
    for line, words in enumerate(picture.legend, start=layout.height + 1):
        yield _words(words, 0, line)
    yield "</g>"
    yield "</svg>"


def _bands(picture: Picture, time_tag: str) -> list[tuple[object, int, int]]:
    """The columns of each time step, left to right; none where steps share columns."""
    extent: dict[object, tuple[int, int]] = {}
    for box in picture.layout.boxes:
        node = picture.graph.node(box.id)
        tag = node.tags.get(time_tag)
        if tag is None or box.tied or node.kind not in ("operation", "group"):
            continue
        left, right = extent.get(tag, (box.x, box.right))
        extent[tag] = min(left, box.x), max(right, box.right)
    bands = sorted(((tag, *ends) for tag, ends in extent.items()), key=lambda band: band[1])
    apart = all(one[2] <= next_one[1] for one, next_one in pairwise(bands))
    return bands if apart else []


def _band(text: str, left: int, right: int, height: int) -> Iterator[str]:
    x, width = left * CELL_WIDTH - 6, (right - left) * CELL_WIDTH + 12
    yield (
        f'<rect class="band" x="{x}" y="{-CELL_HEIGHT}" width="{width}" '
        f'height="{(height + 1) * CELL_HEIGHT + 6}" rx="8"/>'
    )
    yield f'<text class="when" x="{x + 8}" y="-5">{_safe(text)}</text>'


def _edges(picture: Picture) -> Iterator[str]:
    ends = Counter(route.points[-1] for route in picture.layout.routes)
    for route in picture.layout.routes:
        yield _edge(route)
        label = picture.labels.get((route.target, route.position))
        if label and ends[route.points[-1]] == 1:
            x, y = route.points[-1]
            at = f'x="{x * CELL_WIDTH}" y="{_middle(y) - 4:g}"'
            yield f'<text class="derivative" text-anchor="end" {at}>{_safe(label)}</text>'
    for x, y in branches(cells_of_edges(picture.layout)):
        yield f'<circle class="branch" cx="{_centre(x):g}" cy="{_middle(y):g}" r="3"/>'


def _edge(route: Route) -> str:
    """A line with round bends, and the tip of an arrow."""
    (start_x, start_y), (end_x, end_y) = route.points[0], route.points[-1]
    tip_x, tip_y = (end_x + 1) * CELL_WIDTH, _middle(end_y)
    bends = [(_centre(x), _middle(y)) for x, y in route.points[1:-1]]
    corners = [
        (float(start_x * CELL_WIDTH), _middle(start_y)),
        *bends,
        (tip_x - _ARROW_LENGTH, tip_y),
    ]
    parts = [f"M{corners[0][0]:g} {corners[0][1]:g}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        enter, leave = _towards(corner, before), _towards(corner, after)
        parts.append(
            f"L{enter[0]:g} {enter[1]:g}Q{corner[0]:g} {corner[1]:g} {leave[0]:g} {leave[1]:g}"
        )
    parts.append(f"L{corners[-1][0]:g} {corners[-1][1]:g}")
    tip = f"M{tip_x} {tip_y:g}l-{_ARROW_LENGTH + 1} -4v8z"
    return f'<path class="edge" d="{"".join(parts)}"/><path class="tip" d="{tip}"/>'


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """A point on the way from a corner, where its rounding begins."""
    distance = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    share = min(CORNER, distance / 2) / distance if distance else 0.0
    return corner[0] + share * (other[0] - corner[0]), corner[1] + share * (other[1] - corner[1])


def _box(picture: Picture, box: Box) -> Iterator[str]:
    node = picture.graph.node(box.id)
    caption = picture.badges[box.id] if box.tied else picture.captions[box.id]
    x, y = box.x * CELL_WIDTH, box.y * CELL_HEIGHT + (0 if caption.framed else 2)
    width, height = box.width * CELL_WIDTH, box.height * CELL_HEIGHT - 4
    if caption.numbers:
        height -= CELL_HEIGHT - 10
    yield f'<g class="{"badge" if box.tied else node.kind}">'
    yield f"<title>{_safe(_tooltip(node))}</title>"
    if not caption.framed:
        x, width = x - 4, width + 8
        yield f'<rect class="body" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'
        yield _words(caption.title, box.x, box.y)
    else:
        yield f'<rect class="body" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'
        yield from _framed_words(caption, box)
    yield "</g>"


def _framed_words(caption: Caption, box: Box) -> Iterator[str]:
    x, y, width = box.x * CELL_WIDTH + 1, box.y * CELL_HEIGHT + 1, box.width * CELL_WIDTH - 2
    if not caption.numbers:
        yield _words(caption.title, box.x + 2, box.y + (box.height - 1) / 2)
        return
    head = CELL_HEIGHT - 1
    yield (
        f'<path class="head" d="M{x} {y + head}v-{head - 5}q0 -5 5 -5h{width - 10}'
        f'q5 0 5 5v{head - 5}z"/>'
    )
    yield _words(caption.title, box.x + 1, box.y)
    for line, words in enumerate(caption.numbers, start=box.y + 1):
        yield _words(words, box.x + 1, line)


def _words(words: Words, x: float, line: float) -> str:
    spans = " ".join(
        f'<tspan class="{"badge-word" if role == "badge" else role}">{_safe(text)}</tspan>'
        for text, role in words
    )
    return f'<text x="{x * CELL_WIDTH:g}" y="{_middle(line) + 4.5:g}">{spans}</text>'


def _tooltip(node: GraphNode) -> str:
    tags: Iterable[str] = (f"{key}={tag}" for key, tag in node.tags.items())
    return " ".join([node.name, node.op, *tags])


def _centre(x: float) -> float:
    return (x + 0.5) * CELL_WIDTH


def _middle(y: float) -> float:
    return (y + 0.5) * CELL_HEIGHT


def _safe(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", text))
