"""The scene: every line as wide as asked for, marks without colour, folding, moving, renewing."""

from __future__ import annotations

from typing import Any

import pytest

from microgradseq import Graph, Value, scope
from microgradseq.cells import cell_width
from microgradseq.errors import UserError
from microgradseq.graph.folding import FoldedGraph
from microgradseq.graph.scene import DETAILS, Scene
from microgradseq.graph.scene_book import SceneBook
from microgradseq.graph.scene_folds import Correspondence
from microgradseq.graph.scene_moves import Direction, first_box, neighbour
from microgradseq.graph.scene_state import SceneState
from microgradseq.graph.scene_window import window_start
from microgradseq.graph.staged import widest_totals
from microgradseq.graph.text import to_text
from microgradseq.lessons.examples import EXAMPLES
from microgradseq.lessons.stage import edge_of

STEP_FOUR = """\
╔ a ══╗       ╭ c + ╮       ╭ e × ╮
║ = 2 ╟◂══╴1╶═│ = 3 ├━━━╴2╶▸│ = 6 │
║ ∂ 2 ║ ╭────▸│ ∂ 2 │ ┏━╴3╶▸│ ∂ 1 │
╚═════╝ │     ╰─────╯ ┃     ╰─────╯
        │             ┃
┌ b ──┐ │     ╭[d +]╮ ┃
│ = 1 ├━┷━╴1╶▸│ = 2 ├━┛
│ ∂ 3 │ ╭────▸│ ∂ 3 │
└─────┘ │     ╰─────╯
        │
      1─╯"""
STEP_FOUR_NAMES = """\
»a«══════c +━┳━━▸e ×
   │         ┃
 b━┷━━━━[d +]┛
     │
 1───╯"""
STEP_FOUR_DOTS = """\
»○«══════●━┳━━▸●
   │       ┃
 ○━┷━━━━[●]┛
     │
 ·───╯"""


def product(a: float = 2.0, b: float = 1.0) -> Graph:
    return Graph.of(EXAMPLES["product"].node({"a": a, "b": b}))


def recurrent(steps: int = 3) -> Graph:
    w, h = Value(0.5, name="w"), Value(0.25, name="h0")
    for t in range(1, steps + 1):
        with scope(t=t, gate="only"):
            h = (w * h + 1).tanh()
            h.name = f"h{t}"
    return Graph.of(h)


def at_step(graph: Graph, number: int, **more: Any) -> SceneState:
    past = graph.steps()[: number + 1]
    edges = [edge for step in past if (edge := edge_of(step)) is not None]
    return SceneState(
        totals={step.node: step.total for step in past},
        active=past[-1].node,
        active_edge=edges[-1] if edges else None,
        walked=frozenset(edges),
        **more,
    )


def drawn(scene: Scene, state: SceneState) -> str:
    return "\n".join(scene.text(y, state) for y in range(scene.layout.height))


def without_margin(picture: str) -> str:
    return "\n".join(line[1:] for line in picture.splitlines())


def test_a_step_shows_what_is_known_and_marks_it_by_glyphs() -> None:
    graph = product()
    scene = Scene(graph, "full", widest_totals(graph.steps()))
    selected = scene.layout.boxes_of(graph.find("d").id)[0]
    assert without_margin(drawn(scene, at_step(graph, 4, selected=selected))) == STEP_FOUR


@pytest.mark.parametrize(
    ("detail", "expected"), [("names", STEP_FOUR_NAMES), ("dots", STEP_FOUR_DOTS)], ids=DETAILS[1:]
)
def test_the_marks_are_seen_from_afar(detail: Any, expected: str) -> None:
    graph = product()
    scene = Scene(graph, detail)
    selected = scene.layout.boxes_of(graph.find("d").id)[0]
    assert drawn(scene, at_step(graph, 4, selected=selected)) == expected


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("detail", DETAILS)
def test_without_marks_a_scene_is_the_drawing_in_text(name: str, detail: Any) -> None:
    graph = Graph.of(EXAMPLES[name].node())
    scene = Scene(graph, detail)
    rows = to_text(graph, detail=detail).splitlines()[: scene.layout.height]
    whole = without_margin(drawn(scene, SceneState())).splitlines()
    assert [row.rstrip() for row in rows] == [row.rstrip() for row in whole]


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("detail", DETAILS)
def test_every_line_is_as_wide_as_asked_for(name: str, detail: Any) -> None:
    graph = Graph.of(EXAMPLES[name].node())
    steps = graph.steps()
    scene = Scene(graph, detail, widest_totals(steps))
    for number in range(0, len(steps), max(1, len(steps) // 4)):
        state = at_step(graph, number, selected=scene.layout.boxes[-1])
        for y in range(-1, scene.layout.height + 1):
            for start, stop in ((-5, 40), (13, 14), (7, scene.layout.width + 9)):
                spans = scene.line(y, start, stop, state)
                assert sum(cell_width(text) for text, _, _ in spans) == stop - start


def test_wide_names_stay_in_line() -> None:
    a = Value(2.0, name="汉字")
    out = (a * Value(3.0, name="é👩‍🚀")).tanh()
    scene = Scene(Graph.of(out), "full")
    state = SceneState(selected=scene.layout.boxes[0])
    for y in range(scene.layout.height):
        for start in range(scene.layout.width):
            spans = scene.line(y, start, start + 12, state)
            assert sum(cell_width(text) for text, _, _ in spans) == 12


def test_a_tangent_has_a_sign_of_its_own_and_runs_forwards() -> None:
    graph = product()
    edge = graph.find("c").id, 0
    state = SceneState({0: 1.0}, 0, edge, frozenset([edge]), "tangent")
    picture = drawn(Scene(graph), state)
    assert "δ 1" in picture
    assert "∂" not in picture
    assert "═▸" in picture or "╶▸" in picture
    assert "◂" not in picture


def test_badges_of_one_parameter_light_up_together() -> None:
    graph = recurrent()
    scene = Scene(graph, "names")
    w = graph.find("w").id
    boxes = scene.layout.boxes_of(w)
    assert len(boxes) == 3
    lit = drawn(scene, SceneState(selected=boxes[1]))
    assert lit.count("◈w") == 2
    assert lit.count("[◆w]") == 1
    number = next(step.number for step in graph.steps() if step.node == w)
    active = drawn(scene, at_step(graph, number))
    assert (active.count("»◆w«"), active.count("◈w")) == (1, 2)


def test_the_legend_tells_the_running_total_of_a_shared_parameter() -> None:
    graph = recurrent()
    scene = Scene(graph, "full", widest_totals(graph.steps()))
    unknown, known = (
        "".join(text for line in scene.legend(60, state) for text, _, _ in line)
        for state in (SceneState(totals={}), SceneState(totals={graph.find("w").id: 0.125}))
    )
    assert (unknown, known) == ("◆w = 0.5 in 3 places", "◆w = 0.5 ∂ 0.125 in 3 places")
    assert scene.legend_height(60) == 1


def test_a_node_that_is_not_a_number_is_marked() -> None:
    a = Value(float("nan"), name="a")
    graph = Graph.of((a * 2).tanh())
    assert drawn(Scene(graph, "dots"), SceneState()).count("✗") >= 3
    assert "✗" in drawn(Scene(graph, "full"), SceneState())
    assert "✗" not in drawn(Scene(product(), "full"), SceneState())
    gradient = SceneState(totals={0: float("nan")})
    assert drawn(Scene(product(), "names"), gradient).count("✗") == 1


@pytest.mark.parametrize(
    ("start", "direction", "end"),
    [
        ("e", "left", "c"),
        ("c", "right", "e"),
        ("c", "down", "d"),
        ("d", "up", "c"),
        ("c", "left", "a"),
        ("e", "right", "e"),
        ("a", "left", "a"),
        ("a", "up", "a"),
    ],
)
def test_arrows_lead_along_edges_and_rows(start: str, direction: Direction, end: str) -> None:
    graph = product()
    layout = Scene(graph).layout
    box = layout.boxes_of(graph.find(start).id)[0]
    assert graph.node(neighbour(layout, box, direction).id).name == end


@pytest.mark.parametrize("name", ["paths", "lstm", "bptt"])
def test_every_box_can_be_reached_with_arrows(name: str) -> None:
    graph = Graph.of(EXAMPLES[name].node())
    scene = Scene(graph, "names")
    start = first_box(scene.layout, graph.output)
    assert start is not None
    reached, waiting = {start}, [start]
    ways: tuple[Direction, ...] = ("left", "right", "up", "down")
    while waiting:
        box = waiting.pop()
        for way in ways:
            following = neighbour(scene.layout, box, way)
            if following not in reached:
                reached.add(following)
                waiting.append(following)
    assert reached == set(scene.layout.boxes)


def test_a_folded_graph_keeps_totals_and_edges() -> None:
    graph = recurrent()
    folded = graph.fold("time")
    assert isinstance(folded, FoldedGraph)
    ids = Correspondence(graph, folded)
    assert [folded.node(ids.shown(graph.find(f"h{t}").id)).name for t in (1, 2, 3)] == [
        "t=1",
        "t=2",
        "t=3",
    ]
    assert ids.base(ids.shown(graph.find("h2").id)) == graph.find("h2").id
    inner = graph.find("h2").id, 0
    assert ids.edge(inner) is None
    outer = next(edge for edge in graph.edges if edge.source == graph.find("h1").id)
    shown = ids.edge((outer.target, outer.position))
    assert shown is not None
    source = folded.operands(shown[0])[shown[1]].source
    assert (folded.node(source).name, folded.node(shown[0]).name) == ("t=1", "t=2")
    totals = {node.id: float(node.id) for node in graph.nodes}
    assert ids.totals(totals)[ids.shown(graph.find("h1").id)] == graph.find("h1").id


def test_a_nan_inside_a_folded_group_is_marked() -> None:
    x, nan = Value(1.0, name="x"), Value(float("nan"), name="bad")
    with scope(t=1):
        inside = (nan * 0).relu()
        end = x + 1
    folded = Graph.of(inside * 0 + end).fold("time")
    assert "✗" in drawn(Scene(folded, "names"), SceneState())


def test_a_book_lays_out_once_and_folds_and_unfolds() -> None:
    book = SceneBook(recurrent())
    first = book.scene("full")
    assert book.folds == ("time", "gate")
    book.fold_next()
    assert (book.folded_by, len(book.shown.nodes)) == ("time", 5)
    folded = book.scene("full")
    assert book.unfold(book.base.find("h2").id)
    assert not book.unfold(book.base.find("h2").id)
    assert book.unfold(book.base.find("h1").id)
    book.fold("time")
    assert book.scene("full") is folded
    book.fold(None)
    assert (book.scene("full"), book.folded_by) == (first, None)
    with pytest.raises(UserError, match='tagged by "layer"'):
        book.fold("layer")
    assert book.shown is book.base


def test_other_numbers_keep_the_layout_where_they_fit() -> None:
    book = SceneBook(product())
    scene = book.scene("full")
    layout = scene.layout
    assert book.renewed(product(a=3.0))
    assert book.scene("full").layout is layout
    assert "= 8" in drawn(book.scene("full"), SceneState())
    assert not book.renewed(product(a=-0.12345))
    assert not book.renewed(recurrent())


@pytest.mark.parametrize(
    ("start", "length", "whole", "spans", "expected"),
    [
        (0, 10, 50, [(3, 6)], 0),
        (0, 10, 50, [(30, 34)], 27),
        (0, 10, 50, [(30, 34), (36, 38)], 29),
        (0, 10, 50, [(30, 34), (48, 50)], 27),
        (40, 10, 50, [(0, 4)], 0),
        (0, 10, 50, [(48, 50)], 40),
        (7, 10, 6, [(0, 2)], -2),
    ],
)
def test_a_window_moves_as_little_as_needed(
    start: int, length: int, whole: int, spans: list[tuple[int, int]], expected: int
) -> None:
    assert window_start(start, length, whole, spans) == expected
