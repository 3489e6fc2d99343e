"""A graph as a screen shows it: one layout, and any line of it with what is known at the moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from microgradseq.cells import cell_width, shorten
from microgradseq.graph.layout import Box, Layout, Point
from microgradseq.graph.paint import ARROW, LABEL_ENDS, legend_rows, paint, seen
from microgradseq.graph.picture import (
    Caption,
    Detail,
    Words,
    derivative_text,
    legend_line,
    number_lines,
    picture_of,
    title_of,
    value_sign,
    words_width,
)
from microgradseq.graph.protocol import Drawable
from microgradseq.graph.scene_folds import has_nan, nan_nodes
from microgradseq.graph.scene_form import (
    edges_by_key,
    form_of,
    numbers_of,
    widest_numbers,
    without_numbers,
)
from microgradseq.graph.scene_index import Row, Slot, Wire, rows_of
from microgradseq.graph.scene_marks import (
    ACTIVE_FRAME,
    ACTIVE_WIRES,
    BACKWARD_ARROW,
    LIT_MARK,
    NAN_GLYPH,
    WALKED_WIRES,
    Glyphs,
    Mark,
    brackets,
    wire_glyph,
)
from microgradseq.graph.scene_overlay import Overlay, Span
from microgradseq.graph.scene_state import EdgeKey, SceneState
from microgradseq.graph.staged import Staged
from microgradseq.graph.wires import ALONG, cells_of_edges
from microgradseq.numbers import readable

DETAILS: tuple[Detail, ...] = get_args(Detail)
"""The zoom levels, from near to far: full boxes, names, one cell a node."""
_SIGNS = {"gradient": "∂", "tangent": "δ"}
_BETWEEN: Literal["space"] = "space"


class Scene:
    """A graph put in place at one zoom level.

    Arguments:
        graph: the graph.
        detail: the zoom level.
        room: for nodes whose totals can take more room than their gradients, the widest of them.

    >>> from microgradseq import Graph, Value
    >>> scene = Scene(Graph.of(Value(2.0, name="a").tanh()), "names")
    >>> scene.text(0, SceneState(active=1))
    ' a──»tanh1«'
    """

    def __init__(
        self, graph: Drawable, detail: Detail = "full", room: Mapping[int, Any] | None = None
    ) -> None:
        self.graph = graph
        self.detail = detail
        self.picture = picture_of(Staged(graph, widest_numbers(graph, room or {})), detail=detail)
        cells = cells_of_edges(self.layout)
        # flat, because the garbage collector would stop the screen to look into nested ones
        self._masks = {
            (x, y, *net): mask for (x, y), masks in cells.items() for net, mask in masks.items()
        }
        self._canvas = paint(without_numbers(self.picture))
        self._rows = rows_of(self.picture, cells)
        self._edges = edges_by_key(graph)
        self._wrong = nan_nodes(graph)
        self._legends: dict[int, list[list[tuple[int, Words]]]] = {}

    @property
    def layout(self) -> Layout:
        """Where everything stands."""
        return self.picture.layout

    def fits(self, graph: Drawable, room: Mapping[int, Any]) -> bool:
        """Whether another graph has the same nodes and edges, and its numbers have room here.

        Arguments:
            graph: the graph, such as the same formula at another point.
            room: the widest totals that will be shown.
        """
        if form_of(graph) != form_of(self.graph):
            return False
        staged = Staged(graph, widest_numbers(graph, room))
        return all(
            all(4 + words_width(words) <= caption.size(0)[0] for words in numbers_of(staged, id))
            for id, caption in self.picture.captions.items()
            if caption.numbers
        ) and all(
            cell_width(derivative_text(edge)) <= cell_width(self.picture.labels.get(key, ""))
            for key, edge in edges_by_key(graph).items()
            if self.picture.labels
        )

    def renew(self, graph: Drawable) -> None:
        """Show the numbers of another graph, for which `fits` has said yes."""
        self.graph = graph
        self._edges = edges_by_key(graph)
        self._wrong = nan_nodes(graph)

    def line(self, y: int, start: int, stop: int, state: SceneState) -> list[Span]:
        """One line of the scene, or the part of it that is in view.

        Arguments:
            y: the row; outside of the layout there are only spaces.
            start: the first column, which may be negative.
            stop: the column after the last.
            state: what is known and looked at.
        Returns:
            Texts with their roles and marks, from left to right, as wide together as asked for.
        """
        if not 0 <= y < len(self._rows):
            return [(" " * (stop - start), _BETWEEN, "")] if stop > start else []
        row = self._rows[y]
        over = Overlay(start, stop)
        self._draw_wires(over, y, row, state)
        for slot in row.slots:
            if slot.start < stop and slot.stop > start:
                self._draw_number(over, slot, state)
        cells = list(self._canvas.cells(y, start, stop))
        for box in row.boxes:
            if box.x - 1 < stop and box.right + 1 > start:
                self._mark_box(over, box, y, state, [character for character, _ in cells])
        return over.spans(cells)

    def text(self, y: int, state: SceneState) -> str:
        """One whole line as plain text, with the column at either side where brackets stand."""
        spans = self.line(y, -1, self.layout.width + 1, state)
        return "".join(text for text, _, _ in spans).rstrip()

    def legend(self, width: int, state: SceneState) -> list[list[Span]]:
        """Lines about the shared nodes, whose badges have no room for numbers.

        Arguments:
            width: the cells of a line.
            state: what is known and looked at.
        """
        shared = iter(sorted(self.picture.badges))
        staged = self._staged(state)
        lines = []
        for row in self._legend_rows(width):
            line: list[Span] = []
            at = 0
            for x, _ in row:
                id = next(shared)
                words = legend_line(staged, id, values=True, gradients=True)
                line.append((" " * (x - at), _BETWEEN, ""))
                line += _spans(_signed(words, state), self._strongest(id, state))
                at = sum(cell_width(text) for text, _, _ in line)
            lines.append(line)
        return lines

    def legend_height(self, width: int) -> int:
        """The lines that the legend takes in so many cells."""
        return len(self._legend_rows(width))

    def _legend_rows(self, width: int) -> list[list[tuple[int, Words]]]:
        if width not in self._legends:
            self._legends = {width: legend_rows(self.picture.legend, width)}
        return self._legends[width]

    def about(self, id: int, state: SceneState) -> list[Span]:
        """A line about one node: what a box has no room for when seen from afar."""
        node = self._staged(state).node(id)
        words = [*title_of(node)]
        for line in number_lines(node, values=True, gradients=True):
            words += line
        return list(_spans(_signed(tuple(words), state), ""))

    def active_boxes(self, state: SceneState) -> list[Box]:
        """The boxes that a step is about: first the one that changed, then the edge's other end."""
        if state.active is None:
            return []
        ends = self._ends(state.active_edge)
        if not ends:
            return list(self.layout.boxes_of(state.active)[:1])
        return sorted(ends, key=lambda box: box.id != state.active)

    def _ends(self, key: EdgeKey | None) -> tuple[Box, ...]:
        """The boxes at both ends of an edge; of a shared leaf the badge where it starts."""
        if key is None:
            return ()
        for route in self.layout.routes_into(key[0]):
            if route.position == key[1]:
                x, y = route.points[0]
                source = self.layout.box_at(x - 1, y)
                target = self.layout.boxes_of(route.target)[0]
                return (source, target) if source else (target,)
        return ()

    def _staged(self, state: SceneState) -> Drawable:
        return self.graph if state.totals is None else Staged(self.graph, state.totals)

    def _draw_wires(self, over: Overlay, y: int, row: Row, state: SceneState) -> None:
        """Walked edges are heavy, the active one is double."""
        if state.walked or state.active_edge:
            wires = [
                wire for wire in row.wires if wire.start < over.stop and wire.stop > over.start
            ]
            walked = [wire for wire in wires if state.was_walked(wire.edge)]
            self._draw_lines(over, y, walked, WALKED_WIRES, "walked")
            active = [wire for wire in wires if wire.edge == state.active_edge]
            self._draw_lines(over, y, active, ACTIVE_WIRES, "active")
            for wire in active:
                self._draw_arrow(over, y, wire, state)

    def _draw_lines(
        self, over: Overlay, y: int, wires: list[Wire], glyphs: Glyphs, mark: Mark
    ) -> None:
        nets: dict[int, dict[Point, int]] = defaultdict(lambda: defaultdict(int))
        for wire in wires:
            for x in range(max(wire.start, over.start), min(wire.stop, over.stop)):
                nets[x][wire.net] |= wire.directions(x, y)
        for x, own in nets.items():
            whole = seen(self._masks[x, y, *net] for net in own)
            over.put(x, wire_glyph(glyphs, seen(own.values()), whole), "edge", mark)
        for wire in wires:
            if wire.end[1] == y:
                over.put(wire.end[0], ARROW, "arrow", mark)

    def _draw_arrow(self, over: Overlay, y: int, wire: Wire, state: SceneState) -> None:
        """A gradient runs against the direction in which the values were computed."""
        if state.flow == "gradient":
            if wire.end[1] == y:
                over.put(wire.end[0], ACTIVE_WIRES[ALONG, ALONG], "edge", "active")
            if wire.net[1] == y:
                over.put(wire.net[0], BACKWARD_ARROW, "arrow", "active")

    def _draw_number(self, over: Overlay, slot: Slot, state: SceneState) -> None:
        width = slot.stop - slot.start
        if isinstance(slot.key, tuple):
            if state.shows_label(slot.key) and (text := derivative_text(self._edges[slot.key])):
                text = shorten(text, width)
                start = slot.stop - cell_width(text)
                mark: Mark = "active" if slot.key == state.active_edge else ""
                over.put(start - 1, LABEL_ENDS[0], "edge", mark)
                over.write(start, text, "derivative", mark)
                over.put(slot.stop, LABEL_ENDS[1], "edge", mark)
            return
        node = self.graph.node(slot.key)
        number = node.value if slot.role == "value" else self._total(slot.key, state)
        if number is not None:
            sign = value_sign(node) if slot.role == "value" else _SIGNS[state.flow]
            over.write(slot.start, shorten(f"{sign} {readable(number)}", width), slot.role)

    def _total(self, id: int, state: SceneState) -> Any:
        return self.graph.node(id).gradient if state.totals is None else state.totals.get(id)

    def _marks(self, id: int, state: SceneState) -> Iterator[Mark]:
        """All that is to be said of a node, the strongest first."""
        if id == state.active:
            yield "active"
        if state.selected is not None and id == state.selected.id:
            yield "tied" if id in self.picture.badges else "selected"
        if id in self._helpers(state):
            yield "helper"
        if id in self._wrong or has_nan(self._total(id, state)):
            yield "nan"
        if self.detail != "full" and state.reached(id):
            yield "reached"

    def _helpers(self, state: SceneState) -> tuple[int, ...]:
        edge = self._edges.get(state.active_edge) if state.active_edge else None
        return (edge.source, edge.target) if edge else ()

    def _strongest(self, id: int, state: SceneState) -> Mark:
        return next(self._marks(id, state), "")

    def _mark_box(
        self, over: Overlay, box: Box, y: int, state: SceneState, drawn: list[str]
    ) -> None:
        marks = list(self._marks(box.id, state))
        if box.tied:
            marks = self._badge_marks(box, state, marks)
        if not marks:
            return
        over.mark(box.x, box.right, marks[0])
        caption = self.picture.badges[box.id] if box.tied else self.picture.captions[box.id]
        if caption.framed:
            self._mark_frame(over, box, y, caption, marks, drawn)
            return
        left, right = brackets(marks)
        if "tied" in marks:
            over.put(box.x, LIT_MARK, "badge", marks[0])
        if self.detail == "dots" and "nan" in marks:
            over.put(box.x, NAN_GLYPH, "name", marks[0])
        for x, glyph in ((box.x - 1, left), (box.right, right)):
            if glyph:
                over.put(x, glyph, "name", marks[0])

    def _badge_marks(self, box: Box, state: SceneState, marks: list[Mark]) -> list[Mark]:
        """Of a shared node's badges, the one meant is active or selected; the others light up."""
        meant = box in self._ends(state.active_edge)
        own: list[Mark] = []
        for mark in marks:
            if mark == "active" and not meant:
                own.append("tied")
            elif mark == "tied" and box == state.selected:
                own.append("selected")
            else:
                own.append(mark)
        return own

    def _mark_frame(
        self, over: Overlay, box: Box, y: int, caption: Caption, marks: list[Mark], drawn: list[str]
    ) -> None:
        if "active" in marks:
            for x in _frame_columns(box, y):
                if over.start <= x < over.stop:
                    glyph = drawn[x - over.start]
                    over.put(x, ACTIVE_FRAME.get(glyph, glyph), "box", marks[0])
        title_row = box.y if caption.numbers else (box.y + box.bottom - 1) // 2
        if y != title_row:
            return
        title_end = box.x + 2 + sum(cell_width(text) + 1 for text, _ in caption.title) - 1
        sides = brackets(mark for mark in marks if mark != "active")
        for x, glyph in zip((box.x + 1, title_end), sides, strict=True):
            if glyph:
                over.put(x, glyph, "name", marks[0])


def _frame_columns(box: Box, y: int) -> Iterator[int]:
    if y in (box.y, box.bottom - 1):
        yield from range(box.x, box.right)
    else:
        yield from (box.x, box.right - 1)


def _signed(words: Words, state: SceneState) -> Words:
    """The words with the sign of what the totals are."""
    return tuple((_SIGNS[state.flow] if text == "∂" else text, role) for text, role in words)


def _spans(words: Words, mark: Mark) -> Iterator[Span]:
    for place, (text, role) in enumerate(words):
        if place:
            yield " ", _BETWEEN, mark
        yield text, role, mark
