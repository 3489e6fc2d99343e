"""From a graph to coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from microgradseq.cells import cell_width
from microgradseq.graph.layout.channel import Channel, route_channel
from microgradseq.graph.layout.geometry import (
    Box,
    Layout,
    Point,
    Route,
    Size,
    input_row,
    output_row,
)
from microgradseq.graph.layout.items import Link, items_and_links, shared_nodes
from microgradseq.graph.layout.order import reduce_crossings
from microgradseq.graph.layout.plan import Plan, plan_columns
from microgradseq.graph.layout.rows import assign_rows
from microgradseq.graph.layout.skeleton import skeleton_of
from microgradseq.graph.model import GraphNode
from microgradseq.graph.protocol import Drawable

MANY_TRACKS = 12
_ARROW = 1


@dataclass(frozen=True, slots=True)
class _Path:
    """An edge as the rows it has at the right and left ends of the channels it goes through."""

    link: Link
    first_column: int
    rows: tuple[int, ...]
    label_width: int


def place(
    graph: Drawable,
    sizes: Mapping[int, Size],
    *,
    tied: bool = True,
    time_tag: str = "t",
    badges: Mapping[int, Size] | None = None,
    labels: Mapping[tuple[int, int], int] | None = None,
) -> Layout:
    """Put a graph into a plane of character cells: inputs at the left, the output at the right.

    Arguments:
        graph: a `Graph`.
        sizes: width and height of each node's box, by id.
        tied: draw a leaf that several time steps or scattered operations share as a small badge
            at each use, instead of one box with long edges.
        time_tag: the tag that numbers time steps. Steps are laid out one after the other, and an
            item with the same role stands in the same row in each.
        badges: width and height of the badges; one row with a mark and the name where left out.
        labels: width of the text on an edge, by target id and operand position.
    Returns:
        The layout. The same graph always gives the same one.

    >>> from microgradseq import Graph, Value
    >>> layout = place(Graph.of(Value(1.0, name="a") * Value(2.0, name="b")),
    ...                sizes={0: (5, 3), 1: (5, 3), 2: (5, 4)})
    >>> [(box.x, box.y) for box in layout.boxes]
    [(0, 0), (0, 4), (10, 0)]
    """
    shared = shared_nodes(graph, time_tag) if tied else frozenset()
    badge_sizes = badges or {}

    def badge_size(node: GraphNode) -> Size:
        return badge_sizes.get(node.id, (1 + cell_width(node.name), 1))

    items, links = items_and_links(graph, shared, lambda node: sizes[node.id], badge_size)
    plan = plan_columns(items, links, time_tag)
    rows, line_rows = _rows(plan)
    paths = [_path(plan, link, rows, line_rows, labels or {}) for link in links]
    channels = _channels(plan, paths)
    return _assemble(plan, rows, paths, channels)


def _rows(plan: Plan) -> tuple[list[int], dict[tuple[int, int], list[int]]]:
    """The upper row of every item, and for every link with lines the row of each line."""
    skeleton = skeleton_of(plan)
    reduce_crossings(skeleton)
    row = assign_rows(skeleton)
    item_rows = [row[skeleton.vertex_of[role]] for role in plan.role]
    bottom = max((top + high for top, high in zip(row, skeleton.heights, strict=True)), default=0)
    exits = [top + output_row(high) for top, high in zip(row, skeleton.heights, strict=True)]
    lanes = _lanes_below(plan)
    line_rows = {}
    for link in plan.links:
        if plan.is_far(link):
            count = plan.column(link.target) - plan.column(link.source) - 1
            lines = [bottom + 1 + lanes[link.source]] * count
        else:
            lines = [exits[skeleton.vertex_of[key]] for key in plan.lines(link)]
        line_rows[link.edge.target, link.edge.position] = lines
    return item_rows, line_rows


def _lanes_below(plan: Plan) -> dict[int, int]:
    """Give the edges that pass over whole time steps lanes below everything, one for a source."""
    reach: dict[int, int] = {}
    for link in plan.links:
        if plan.is_far(link):
            reach[link.source] = max(reach.get(link.source, 0), plan.column(link.target))
    lanes: dict[int, int] = {}
    free_from: list[int] = []
    for source in sorted(reach, key=plan.column):
        start = plan.column(source)
        lane = next((lane for lane, free in enumerate(free_from) if free <= start), len(free_from))
        if lane == len(free_from):
            free_from.append(0)
        free_from[lane] = reach[source]
        lanes[source] = lane
    return lanes


def _path(
    plan: Plan,
    link: Link,
    rows: Sequence[int],
    line_rows: Mapping[tuple[int, int], Sequence[int]],
    labels: Mapping[tuple[int, int], int],
) -> _Path:
    key = (link.edge.target, link.edge.position)
    start = rows[link.source] + output_row(plan.items[link.source].size[1])
    height = plan.items[link.target].size[1]
    end = rows[link.target] + input_row(height, link.edge.position, link.operands)
    lines = (start, *line_rows[key], end)
    return _Path(link, plan.column(link.source), lines, labels.get(key, 0))


def _channels(plan: Plan, paths: Sequence[_Path]) -> list[Channel]:
    count = max((plan.column(item) for item in range(len(plan.items))), default=0)
    connections: list[list[tuple[tuple[int, int], int]]] = [[] for _ in range(count)]
    for path in paths:
        for step, (row, next_row) in enumerate(pairwise(path.rows)):
            connections[path.first_column + step].append(((path.link.source, row), next_row))
    return [route_channel(one) for one in connections]


@dataclass(frozen=True, slots=True)
class _Widths:
    """Where columns and the tracks of channels stand."""

    column_left: list[int]
    column_right: list[int]
    spacing: list[int]

    def track(self, channel: int, track: int) -> int:
        return self.column_right[channel] + 1 + track * self.spacing[channel]


def _widths(plan: Plan, paths: Sequence[_Path], channels: Sequence[Channel]) -> _Widths:
    widest = [0] * (len(channels) + 1)
    for index, item in enumerate(plan.items):
        column = plan.column(index)
        widest[column] = max(widest[column], item.size[0])
    label = [0] * len(channels)
    for path in paths:
        channel = path.first_column + len(path.rows) - 2
        label[channel] = max(label[channel], path.label_width)
    spacing = [2 if channel.tracks <= MANY_TRACKS else 1 for channel in channels]
    lefts, rights, left = [], [], 0
    for column, width in enumerate(widest):
        lefts.append(left)
        rights.append(left + width)
        if column < len(channels):
            tracks = channels[column].tracks * spacing[column]
            text = label[column] + 2 if label[column] else 1
            left = rights[column] + 1 + tracks + text + _ARROW
    return _Widths(lefts, rights, spacing)


def _assemble(
    plan: Plan, rows: Sequence[int], paths: Sequence[_Path], channels: Sequence[Channel]
) -> Layout:
    widths = _widths(plan, paths, channels)
    has_operands = {link.target for link in plan.links}
    boxes = []
    for index, item in enumerate(plan.items):
        column, (width, height) = plan.column(index), item.size
        x = widths.column_left[column]
        if index not in has_operands:
            x = widths.column_right[column] - width
        boxes.append(Box(item.node.id, x, rows[index], width, height, item.user is not None))
    routes = [_route(path, boxes, channels, widths) for path in paths]
    cells = [point for route in routes for point in route.points]
    return Layout(
        width=max((box.right for box in boxes), default=0),
        height=max([box.bottom for box in boxes] + [y + 1 for _, y in cells], default=0),
        boxes=tuple(boxes),
        routes=tuple(routes),
    )


def _route(
    path: _Path, boxes: Sequence[Box], channels: Sequence[Channel], widths: _Widths
) -> Route:
    link = path.link
    points: list[Point] = [(boxes[link.source].right, path.rows[0])]
    for step, (row, next_row) in enumerate(pairwise(path.rows)):
        number = path.first_column + step
        for track, bend_row in channels[number].bends((link.source, row), next_row):
            points.append((widths.track(number, track), bend_row))
    points.append((boxes[link.target].x - 1, path.rows[-1]))
    edge = link.edge
    return Route(edge.source, edge.target, edge.position, _only_bends(points))


def _only_bends(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leave out points that repeat or lie on a straight line between two others."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and any(
            kept[-2][axis] == kept[-1][axis] == point[axis] for axis in (0, 1)
        ):
            kept.pop()
        kept.append(point)
    return tuple(kept)
