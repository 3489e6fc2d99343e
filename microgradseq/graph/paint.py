"""A picture drawn with box-drawing characters on a canvas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from microgradseq.cells import cell_width
from microgradseq.graph.canvas import Canvas
from microgradseq.graph.layout import Box, Layout, Point, Route, output_row
from microgradseq.graph.picture import Caption, Picture, Words, words_width
from microgradseq.graph.wires import ALONG, DOWN, LEFT, RIGHT, UP, UPRIGHT, Cells, cells_of_edges

ARROW = "▸"
LABEL_ENDS = "╴╶"
_LINES = {
    LEFT: "─",
    RIGHT: "─",
    ALONG: "─",
    UP: "│",
    DOWN: "│",
    UPRIGHT: "│",
    RIGHT | DOWN: "╭",
    LEFT | DOWN: "╮",
    RIGHT | UP: "╰",
    LEFT | UP: "╯",
    UPRIGHT | RIGHT: "├",
    UPRIGHT | LEFT: "┤",
    ALONG | DOWN: "┬",
    ALONG | UP: "┴",
    ALONG | UPRIGHT: "┼",
}
# Corners, horizontal and vertical side, and the side where the value leaves.
_FRAMES = {"leaf": "┌┐└┘─│├", "operation": "╭╮╰╯─│├", "group": "┏┓┗┛━┃┠"}
_LEGEND_GAP = 3


class Lines(NamedTuple):
    """What is drawn of edges, whatever stands in the boxes.

    Arguments:
        cells: the lines in every cell.
        characters: column, row and character of each.
    """

    cells: Cells
    characters: list[tuple[int, int, str]]


def paint(picture: Picture, width: int | None = None, lines: Lines | None = None) -> Canvas:
    """Draw a picture.

    Arguments:
        picture: a graph with its layout and words.
        width: cells at which lines of the legend break; the drawing itself is never broken.
        lines: of its layout, where they are known from an earlier picture.
    Returns:
        The canvas: the drawing, and below it the legend of the shared nodes.
    """
    layout = picture.layout
    legend = legend_rows(picture.legend, width or max(layout.width, 60))
    legend_width = max((x + words_width(words) for row in legend for x, words in row), default=0)
    height = layout.height + (len(legend) + 1 if legend else 0)
    canvas = Canvas(max(layout.width, legend_width), height)
    _draw_edges(canvas, picture, lines or lines_of(layout))
    leaving = {route.points[0] for route in layout.routes}
    for box in layout.boxes:
        _draw_box(canvas, picture, box, leaves=_exit(box) in leaving)
    for y, row in enumerate(legend, start=layout.height + 1):
        for x, words in row:
            _write_words(canvas, x, y, words)
    return canvas


def _exit(box: Box) -> Point:
    return box.right, box.y + output_row(box.height)


def _draw_box(canvas: Canvas, picture: Picture, box: Box, leaves: bool) -> None:
    caption = picture.badges[box.id] if box.tied else picture.captions[box.id]
    if not caption.framed:
        _write_words(canvas, box.x, box.y, caption.title)
        return
    _draw_frame(canvas, box, _FRAMES[picture.graph.node(box.id).kind], leaves)
    _write_caption(canvas, box, caption)


def _draw_frame(canvas: Canvas, box: Box, frame: str, leaves: bool) -> None:
    upper_left, upper_right, lower_left, lower_right, along, side, exit_side = tuple(frame)
    inner = along * (box.width - 2)
    canvas.write(box.x, box.y, upper_left + inner + upper_right, "box")
    canvas.write(box.x, box.bottom - 1, lower_left + inner + lower_right, "box")
    for y in range(box.y + 1, box.bottom - 1):
        canvas.put(box.x, y, side, "box")
        canvas.put(box.right - 1, y, side, "box")
    if leaves:
        canvas.put(box.right - 1, _exit(box)[1], exit_side, "box")


def _write_caption(canvas: Canvas, box: Box, caption: Caption) -> None:
    """Title in the upper frame and numbers inside; a title alone stands inside."""
    if not caption.numbers:
        _write_words(canvas, box.x + 2, box.y + output_row(box.height), caption.title)
        return
    canvas.write(box.x + 1, box.y, " " * (2 + words_width(caption.title)), "space")
    _write_words(canvas, box.x + 2, box.y, caption.title)
    for y, words in enumerate(caption.numbers, start=box.y + 1):
        _write_words(canvas, box.x + 2, y, words)


def _write_words(canvas: Canvas, x: int, y: int, words: Words) -> None:
    for text, role in words:
        canvas.write(x, y, text, role)
        x += cell_width(text) + 1


def _draw_edges(canvas: Canvas, picture: Picture, lines: Lines) -> None:
    for x, y, character in lines.characters:
        canvas.put(x, y, character, "edge")
    ends = Counter(route.points[-1] for route in picture.layout.routes)
    for route in picture.layout.routes:
        x, y = route.points[-1]
        canvas.put(x, y, ARROW, "arrow")
        label = picture.labels.get((route.target, route.position))
        if label and ends[x, y] == 1 and label_fits(route, cell_width(label), lines.cells):
            canvas.write(x - cell_width(label) - 2, y, LABEL_ENDS[0], "edge")
            canvas.write(x - cell_width(label) - 1, y, label, "derivative")
            canvas.write(x - 1, y, LABEL_ENDS[1], "edge")


def lines_of(layout: Layout) -> Lines:
    """The edges of a layout as characters.

    Arguments:
        layout: boxes and routes.
    """
    cells = cells_of_edges(layout)
    return Lines(cells, [(x, y, _LINES[seen(masks.values())]) for (x, y), masks in cells.items()])


def seen(masks: Iterable[int]) -> int:
    """What shows in a cell: where one line only crosses another, the upright one is on top.

    Arguments:
        masks: the directions of each net in the cell.
    """
    different = set(masks)
    if different == {ALONG, UPRIGHT}:
        return UPRIGHT
    union = 0
    for mask in different:
        union |= mask
    return union


def label_fits(route: Route, width: int, cells: Cells) -> bool:
    """Whether the line is free for a local derivative right before the arrow.

    Arguments:
        route: the edge.
        width: the cells that the label takes, without the ends of the line at either side.
        cells: the lines in every cell.
    """
    end, y = route.points[-1]
    start = end - width - 2
    bend = route.points[-2][0]
    return start >= bend and all(
        list(cells[x, y].values()) == [ALONG] for x in range(max(start, bend), end)
    )


def legend_rows(legend: Sequence[Words], width: int) -> list[list[tuple[int, Words]]]:
    """Set the entries of a legend side by side, as many as fit.

    Arguments:
        legend: the entries.
        width: the cells of a row.
    Returns:
        Rows of entries, each with the column where it starts.
    """
    rows: list[list[tuple[int, Words]]] = []
    x = width
    for words in legend:
        if not rows or x + words_width(words) > width:
            rows.append([])
            x = 0
        rows[-1].append((x, words))
        x += words_width(words) + _LEGEND_GAP
    return rows
