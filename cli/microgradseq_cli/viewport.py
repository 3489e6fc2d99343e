"""The part of a picture that a terminal has room for, with the active boxes in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from rich.text import Text

from microgradseq.graph.canvas import Canvas
from microgradseq.graph.layout import Box, Route
from microgradseq.graph.scene_window import window_start
from microgradseq.lessons.stage import Moment

STYLES = {
    "box": "dim",
    "edge": "dim",
    "arrow": "dim",
    "constant": "dim",
    "name": "bold",
    "symbol": "cyan",
    "gradient": "yellow",
    "derivative": "blue",
    "badge": "magenta",
}
CHANGED = "bold reverse yellow"
HELPER = "bold reverse cyan"
WALKED = "bold not dim yellow"


@dataclass(frozen=True, slots=True)
class Viewport:
    """A window on a picture.

    Arguments:
        x: the picture's column at the window's left edge.
        y: the picture's row at the window's upper edge.
        width: columns of the window.
        height: rows of the window.
    """

    x: int
    y: int
    width: int
    height: int

    def following(self, moment: Moment) -> Viewport:
        """The same window, moved as little as needed to show what the moment is about."""
        boxes = [moment.changed, *([moment.helper] if moment.helper else [])]
        canvas = moment.canvas
        return Viewport(
            window_start(self.x, self.width, canvas.width, [(box.x, box.right) for box in boxes]),
            window_start(
                self.y, self.height, canvas.height, [(box.y, box.bottom) for box in boxes]
            ),
            self.width,
            self.height,
        )

    def lines(self, moment: Moment) -> Iterator[Text]:
        """The window's rows, with the active boxes and edge marked."""
        marks = _marks(moment)
        for y in range(self.y, self.y + self.height):
            yield self._line(moment.canvas, y, marks.get(y, {}))

    def _line(self, canvas: Canvas, y: int, marks: dict[int, str]) -> Text:
        text = Text()
        if not 0 <= y < canvas.height:
            return text
        cells = range(max(self.x, 0), min(self.x + self.width, canvas.width))
        text.append(" " * max(0, -self.x))
        for style, group in groupby(cells, key=marks.get):
            run = list(group)
            for part, role in canvas.line(y, run[0], run[-1] + 1):
                text.append(part, style or STYLES.get(role))
        return text


def _marks(moment: Moment) -> dict[int, dict[int, str]]:
    """Styles by row and column of what the step is about."""
    marks: dict[int, dict[int, str]] = {}
    for x, y in _cells_of_route(moment.route):
        marks.setdefault(y, {})[x] = WALKED
    for box, style in ((moment.helper, HELPER), (moment.changed, CHANGED)):
        for x, y in _cells_of_box(box):
            marks.setdefault(y, {})[x] = style
    return marks


def _cells_of_box(box: Box | None) -> Iterator[tuple[int, int]]:
    if box is not None:
        for y in range(box.y, box.bottom):
            for x in range(box.x, box.right):
                yield x, y


def _cells_of_route(route: Route | None) -> Iterator[tuple[int, int]]:
    for (x, y), (to_x, to_y) in pairwise(route.points if route is not None else ()):
        for column in range(min(x, to_x), max(x, to_x) + 1):
            for row in range(min(y, to_y), max(y, to_y) + 1):
                yield column, row
