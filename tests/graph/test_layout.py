"""The layout: nothing overlaps, nothing is lost, and time steps look alike."""

from __future__ import annotations

from itertools import combinations, pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microgradseq.graph.layout import Box, Layout, Route, place
from microgradseq.graph.layout.channel import route_channel
from microgradseq.graph.layout.ranks import topological
from microgradseq.graph.protocol import Drawable

GRAPHS = {
    "product": lambda sketches: sketches.product(),
    "nine paths": lambda sketches: sketches.nine_paths(),
    "unrolled": lambda sketches: sketches.unrolled(8),
    "loss": lambda sketches: sketches.unrolled(4, loss=True),
    "lstm step": lambda sketches: sketches.lstm(1),
    "lstm": lambda sketches: sketches.lstm(3),
    "both directions": lambda sketches: sketches.both_directions(4),
}


def laid_out(graph: Drawable, *, tied: bool = True, height: int = 4) -> Layout:
    sizes = {
        node.id: (len(node.name), 1) if node.kind == "constant" else (len(node.name) + 4, height)
        for node in graph.nodes
    }
    labels = {(edge.target, edge.position): 3 for edge in graph.edges}
    return place(graph, sizes, tied=tied, labels=labels)


def overlap(one: Box, other: Box) -> bool:
    return (one.x < other.right and other.x < one.right) and (
        one.y < other.bottom and other.y < one.bottom
    )


def cells(route: Route) -> list[tuple[int, int, str]]:
    """The cells of a route, each with the direction in which it is passed."""
    passed = []
    for (x, y), (next_x, next_y) in pairwise(route.points):
        if y == next_y:
            passed += [(one, y, "along") for one in range(x, next_x + 1)]
        else:
            low, high = min(y, next_y), max(y, next_y)
            passed += [(x, one, "upright") for one in range(low, high + 1)]
    return passed


def boxes_at_ends(layout: Layout, route: Route) -> tuple[Box | None, Box | None]:
    (start_x, start_y), (end_x, end_y) = route.points[0], route.points[-1]
    return layout.box_at(start_x - 1, start_y), layout.box_at(end_x + 1, end_y)


def check(graph: Drawable, layout: Layout) -> None:
    """All that must hold of any layout."""
    assert not [pair for pair in combinations(layout.boxes, 2) if overlap(*pair)]
    for box in layout.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= layout.width
        assert box.bottom <= layout.height
    wanted = [(edge.source, edge.target, edge.position) for edge in graph.edges]
    drawn = [(route.source, route.target, route.position) for route in layout.routes]
    assert sorted(drawn) == sorted(wanted)
    for route in layout.routes:
        check_route(layout, route)
    check_sharing(layout)


def check_route(layout: Layout, route: Route) -> None:
    start, end = boxes_at_ends(layout, route)
    assert start is not None
    assert end is not None
    assert (start.id, end.id) == (route.source, route.target)
    for (x, y), (next_x, next_y) in pairwise(route.points):
        assert (x == next_x) != (y == next_y), "a piece is horizontal or vertical, and not a point"
        assert x <= next_x, "an edge never runs back"
    for x, y, _ in cells(route):
        assert layout.box_at(x, y) is None
        assert 0 <= y < layout.height


def check_sharing(layout: Layout) -> None:
    """Lines of different sources only cross, or run together into one row of one box."""
    owner: dict[tuple[int, int, str], Route] = {}
    for route in layout.routes:
        for cell in cells(route):
            other = owner.setdefault(cell, route)
            same_source = other.points[0] == route.points[0]
            assert same_source or other.points[-1] == route.points[-1]


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("height", [1, 4])
def test_layouts_hold_together(
    sketches: SimpleNamespace, name: str, tied: bool, height: int
) -> None:
    graph = GRAPHS[name](sketches)
    layout = laid_out(graph, tied=tied, height=height)
    check(graph, layout)
    assert layout == laid_out(GRAPHS[name](sketches), tied=tied, height=height)


@settings(max_examples=60)
@given(data=st.data())
def test_random_sequences_hold_together(sketches: SimpleNamespace, data: st.DataObject) -> None:
    """Steps with any wiring: inputs of their own, states of any earlier step, shared leaves."""
    graph = sketches.Sketch()
    known = [graph.leaf(name) for name in ("w", "h0")]
    for t in range(data.draw(st.integers(1, 4))):
        known += [graph.leaf(f"x{t}")] * data.draw(st.integers(0, 1))
        for letter in range(data.draw(st.integers(1, 4))):
            graph.tags = {"t": t} if data.draw(st.integers(0, 5)) else {}
            operands = data.draw(st.lists(st.sampled_from(known[-6:]), min_size=1, max_size=3))
            known.append(graph.call("step", *operands, name=f"{'abcd'[letter]}{t}"))
        graph.tags = {}
    height = data.draw(st.sampled_from([1, 4, 5]))
    check(graph, laid_out(graph, tied=data.draw(st.booleans()), height=height))


@settings(max_examples=60)
@given(data=st.data())
def test_random_graphs_hold_together(sketches: SimpleNamespace, data: st.DataObject) -> None:
    graph = sketches.Sketch()
    count = data.draw(st.integers(1, 25))
    steps = data.draw(st.booleans())
    for id in range(count):
        arity = data.draw(st.integers(0, min(3, id)))
        graph.tags = {"t": data.draw(st.integers(0, 2))} if steps and arity else {}
        operands = [data.draw(st.integers(0, id - 1)) for _ in range(arity)]
        if operands:
            graph.call("op", *operands)
        else:
            graph.leaf(f"v{id}")
    height = data.draw(st.sampled_from([1, 4, 5]))
    check(graph, laid_out(graph, tied=data.draw(st.booleans()), height=height))


@settings(max_examples=100)
@given(
    ends=st.dictionaries(
        st.integers(0, 9), st.sets(st.integers(0, 9), min_size=1, max_size=3), max_size=8
    )
)
def test_channels_keep_nets_apart(ends: dict[int, set[int]]) -> None:
    """Any wiring of rows at the left to rows at the right, circles of blocking wires included."""
    connections = [((row, row), end) for row, rows in ends.items() for end in sorted(rows)]
    channel = route_channel(connections)
    right = channel.tracks
    routes = []
    for (source, row), end in connections:
        bends = channel.bends((source, row), end)
        points = tuple(dict.fromkeys([(-1, row), *bends, (right, end)]))
        routes.append(Route(source, end, 0, points))
    height = 1 + max((y for route in routes for _, y in route.points), default=0)
    check_sharing(Layout(right + 1, height, (), tuple(routes)))


def test_wires_that_change_places_get_a_detour() -> None:
    channel = route_channel([((0, 0), 4), ((1, 4), 0)])
    assert channel.tracks == 3
    assert len(channel.detours) == 1


def test_inputs_stand_left_of_what_uses_them(sketches: SimpleNamespace) -> None:
    graph = sketches.lstm(2)
    layout = laid_out(graph)
    for route in layout.routes:
        start, end = boxes_at_ends(layout, route)
        assert start is not None
        assert end is not None
        assert start.right < end.x


def test_a_leaf_with_two_uses_stays_one_box(sketches: SimpleNamespace) -> None:
    graph = sketches.product()
    layout = laid_out(graph)
    assert [box.tied for box in layout.boxes] == [False] * 6
    assert len(layout.routes_out_of(graph.named("b"))) == 2


def test_a_leaf_with_uses_side_by_side_stays_one_box(sketches: SimpleNamespace) -> None:
    graph = sketches.nine_paths()
    assert len(laid_out(graph).boxes_of(graph.named("X"))) == 1


def test_shared_parameters_become_badges(sketches: SimpleNamespace) -> None:
    graph = sketches.unrolled(8)
    layout = laid_out(graph)
    for name in ("wx", "wh", "b"):
        badges = layout.boxes_of(graph.named(name))
        assert [(box.tied, box.width, box.height) for box in badges] == [
            (True, len(name) + 1, 1)
        ] * 8
    assert [box.tied for box in layout.boxes_of(graph.named("h0"))] == [False]
    untied = laid_out(graph, tied=False)
    assert len(untied.boxes) == len(graph.nodes)


def test_scattered_uses_in_one_step_become_badges(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    a = graph.leaf("a")
    top = graph.leaf("x")
    for _ in range(3):
        top = graph.call("mul", top, a)
    assert len(laid_out(graph).boxes_of(a)) == 3


@pytest.mark.parametrize(
    ("name", "stems"),
    [
        ("unrolled", ["x#", "h#"]),
        ("loss", ["x#", "y#", "h#", "l#"]),
        ("lstm", ["x#", "h#", "c#", "forget#", "output#"]),
    ],
)
def test_every_time_step_has_the_same_rows(
    sketches: SimpleNamespace, name: str, stems: list[str]
) -> None:
    graph = GRAPHS[name](sketches)
    layout = laid_out(graph)
    for stem in stems:
        named = [stem.replace("#", str(t)) for t in range(1, 4)]
        rows = {layout.boxes_of(graph.named(one))[0].y for one in named}
        assert len(rows) == 1, stem


def test_operations_without_names_keep_their_rows(sketches: SimpleNamespace) -> None:
    graph = sketches.unrolled(5)
    layout = laid_out(graph)
    for badge in ("wx", "wh", "b"):
        users = [edge.target for edge in graph.users(graph.named(badge))]
        assert len({layout.boxes_of(user)[0].y for user in users}) == 1
        assert len({box.y for box in layout.boxes_of(graph.named(badge))}) == 1


def test_time_steps_follow_each_other(sketches: SimpleNamespace) -> None:
    graph = sketches.unrolled(6)
    layout = laid_out(graph)
    extents: dict[object, list[int]] = {}
    for box in layout.boxes:
        if "t" in graph.node(box.id).tags:
            extents.setdefault(graph.node(box.id).tags["t"], []).extend((box.x, box.right))
    assert list(extents) == [1, 2, 3, 4, 5, 6]
    for step, next_step in pairwise(extents.values()):
        assert max(step) < min(next_step)


def test_steps_in_reverse_are_laid_out_as_they_run(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    state = graph.leaf("h")
    for t in (3, 2, 1):
        graph.tags = {"t": t}
        state = graph.call("tanh", state, name=f"h{t}")
    layout = laid_out(graph)
    lefts = [layout.boxes_of(graph.named(name))[0].x for name in ("h3", "h2", "h1")]
    assert lefts == sorted(lefts)


def test_operands_may_change_places_between_steps(sketches: SimpleNamespace) -> None:
    """An input must not take the row of the state that other steps receive at the same port."""
    graph = sketches.Sketch()
    state = graph.leaf("h0")
    for t in (1, 2, 3):
        x = graph.leaf(f"x{t}")
        graph.tags = {"t": t}
        operands = (state, x) if t == 1 else (x, state)
        state = graph.call("step", *operands, name=f"h{t}")
        graph.tags = {}
    check(graph, laid_out(graph))


def test_parallel_edges_arrive_in_rows_of_their_own(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    a = graph.leaf("a")
    square = graph.call("mul", a, a)
    first, second = laid_out(graph).routes_into(square)
    assert first.points[0] == second.points[0]
    assert first.points[-1] != second.points[-1]


def test_edges_of_one_source_share_their_trunk(sketches: SimpleNamespace) -> None:
    graph = sketches.unrolled(6)
    layout = laid_out(graph, tied=False)
    nearest, *others = layout.routes_out_of(graph.named("wx"))
    assert len(others) == 5
    assert nearest.points[0] == others[0].points[0]
    assert len({route.points[:3] for route in others}) == 1


def test_boxes_and_edges_are_found_again(sketches: SimpleNamespace) -> None:
    graph = sketches.product()
    layout = laid_out(graph)
    for box in layout.boxes:
        assert layout.box_at(box.x, box.y) is box
        assert layout.box_at(box.right - 1, box.bottom - 1) is box
    assert layout.box_at(-1, 0) is None
    assert layout.box_at(0, 1000) is None
    e = graph.named("e")
    assert [route.position for route in layout.routes_into(e)] == [0, 1]
    assert layout.boxes_of(99) == ()


def test_a_graph_of_one_node_and_of_none(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    assert laid_out(graph) == Layout(0, 0, (), ())
    graph.leaf("a")
    assert laid_out(graph).boxes == (Box(0, 0, 0, 5, 4),)


def test_a_long_chain_needs_no_recursion(sketches: SimpleNamespace) -> None:
    graph = sketches.chain(5_000)
    layout = laid_out(graph)
    assert len(layout.routes) == 5_000
    assert layout.height == 4


def test_circles_have_no_order() -> None:
    assert topological(3, [(2, 1), (1, 0)]) == [2, 1, 0]
    assert topological(2, [(0, 1), (1, 0)]) is None


def test_many_operands_fit_beside_a_low_box(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    graph.call("stack", *[graph.leaf(f"v{number}") for number in range(9)])
    check(graph, laid_out(graph, height=4))
