"""The drawing in text: what it shows, that lines join, and that wide names stay in line."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from microgradseq.cells import cell_width, clusters, shorten
from microgradseq.graph.canvas import Canvas
from microgradseq.graph.model import Edge, GraphNode
from microgradseq.graph.paint import paint
from microgradseq.graph.picture import (
    Detail,
    Picture,
    derivative_text,
    picture_of,
    title_of,
    words_text,
)
from microgradseq.graph.text import canvas_text, to_text

PRODUCT = """\
┌ a ─────┐       ╭ c + ──╮       ╭ e × ──╮
│ = 2    ├───╴2╶▸│ = 3   ├───╴2╶▸│ = 6   │
│ ∂ 0.25 │ ╭─╴3╶▸│ ∂ 1.5 │ ╭─╴3╶▸│ ∂ 1.5 │
└────────┘ │     ╰───────╯ │     ╰───────╯
           │               │
┌ b ─────┐ │     ╭ d + ──╮ │
│ = 1    ├─┴─╴2╶▸│ = 2   ├─╯
│ ∂ 0.25 │ ╭─╴3╶▸│ ∂ 1.5 │
└────────┘ │     ╰───────╯
           │
         1─╯"""
PRODUCT_VALUES = """\
┌ a ──┐     ╭ c + ╮     ╭ e × ╮
│ = 2 ├────▸│ = 3 ├────▸│ = 6 │
└─────┘ ╭──▸│     │ ╭──▸│     │
        │   ╰─────╯ │   ╰─────╯
┌ b ──┐ │           │
│ = 1 ├─┤   ╭ d + ╮ │
└─────┘ ╰──▸│ = 2 ├─╯
        ╭──▸│     │
      1─╯   ╰─────╯"""
PRODUCT_NAMES = """\
a─┬────▸c +─┬──▸e ×
  │         │
b─┴─┬──▸d +─╯
    │
1───╯"""
UNROLLED_DOTS = """\
◆─╮                       ◆─╮
  │                         │
○─┴──▸●─╮                 ○─┴──▸●─╮
        │                         │
◆─┬──▸●─┴──▸●─╮           ◆─┬──▸●─┴──▸●─╮
  │           │             │           │
○─╯         ◆─┴──▸●──▸●─────╯         ◆─┴──▸●──▸●"""

UP, RIGHT, DOWN, LEFT = (0, -1), (1, 0), (0, 1), (-1, 0)
JOINS = {
    "─": {LEFT, RIGHT},
    "│": {UP, DOWN},
    "╭": {RIGHT, DOWN},
    "╮": {LEFT, DOWN},
    "╰": {RIGHT, UP},
    "╯": {LEFT, UP},
    "├": {UP, DOWN, RIGHT},
    "┤": {UP, DOWN, LEFT},
    "┬": {LEFT, RIGHT, DOWN},
    "┴": {LEFT, RIGHT, UP},
    "┼": {UP, RIGHT, DOWN, LEFT},
}
Grid = dict[tuple[int, int], tuple[str, str]]


def grid_of(canvas: Canvas) -> Grid:
    """Character and role of every cell."""
    cells: Grid = {}
    for y in range(canvas.height):
        x = 0
        for text, role in canvas.line(y):
            for cluster, width in clusters(text):
                cells[x, y] = cluster, role
                x += width
    return cells


def joined(grid: Grid, x: int, y: int, direction: tuple[int, int]) -> bool:
    """Whether a line goes on in a direction, straight under crossing lines if need be."""
    step_x, step_y = direction
    back = (-step_x, -step_y)
    while True:
        x, y = x + step_x, y + step_y
        character, role = grid[x, y]
        if role != "edge" or character not in JOINS:
            return role != "space"
        if back in JOINS[character]:
            return True
        if character != "│" or step_y:
            return False


@pytest.mark.parametrize(
    ("options", "drawing"),
    [
        ({}, PRODUCT),
        ({"gradients": False}, PRODUCT_VALUES),
        ({"detail": "names"}, PRODUCT_NAMES),
    ],
)
def test_the_product_looks_like_this(
    sketches: SimpleNamespace, options: dict[str, Any], drawing: str
) -> None:
    assert to_text(sketches.product(), **options) == drawing


def test_time_steps_look_alike(sketches: SimpleNamespace) -> None:
    assert to_text(sketches.unrolled(2), detail="dots") == UNROLLED_DOTS


@pytest.mark.parametrize("detail", ["full", "names", "dots"])
@pytest.mark.parametrize("tied", [True, False])
def test_lines_join(sketches: SimpleNamespace, detail: Detail, tied: bool) -> None:
    graphs = [sketches.nine_paths(), sketches.unrolled(4, loss=True), sketches.lstm(3)]
    for graph in graphs:
        grid = grid_of(paint(picture_of(graph, detail=detail, tied=tied)))
        for (x, y), (character, role) in grid.items():
            if role == "edge" and character in JOINS:
                for direction in JOINS[character]:
                    assert joined(grid, x, y, direction), (x, y, character)


def test_lines_that_only_cross_do_not_join(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    a, b = graph.leaf("a"), graph.leaf("b")
    top = graph.call("sub", a, b, name="c")
    low = graph.call("sub", a, b, name="d")
    graph.call("mul", top, low)
    lines = to_text(graph).splitlines()
    assert any(re.search("├─│──|─│─", line) for line in lines)
    assert not any("┼" in line for line in lines)


def test_every_name_and_number_is_shown(sketches: SimpleNamespace) -> None:
    graph = sketches.unrolled(2)
    drawing = to_text(graph)
    for node in graph.nodes:
        assert node.name in drawing
    assert drawing.splitlines()[-1] == (
        "◆wx = 0.5 ∂ 0.25 in 2 places   ◆wh = 0.5 ∂ 0.25 in 2 places   ◆b = 0.5 ∂ 0.25 in 2 places"
    )
    assert "∂" not in to_text(graph, gradients=False)
    assert "= 0.5" not in to_text(graph, values=False)


def test_the_legend_breaks_at_the_width(sketches: SimpleNamespace) -> None:
    graph = sketches.unrolled(2)
    assert to_text(graph, width=40).splitlines()[-3:] == [
        "◆wx = 0.5 ∂ 0.25 in 2 places",
        "◆wh = 0.5 ∂ 0.25 in 2 places",
        "◆b = 0.5 ∂ 0.25 in 2 places",
    ]


def frames_hold(picture: Picture) -> None:
    grid = grid_of(paint(picture))
    for box in picture.layout.boxes:
        if picture.captions[box.id].framed and not box.tied:
            for y in range(box.y, box.bottom):
                assert grid[box.x, y][1] == "box"
                assert grid[box.right - 1, y][1] == "box"


def test_wide_names_stay_in_line(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    state, weight = graph.leaf("隐藏状态"), graph.leaf("👩‍🚀")
    product = graph.call("mul", state, weight, name="乘积")
    graph.call("tanh", product, name="e\u0301")
    frames_hold(picture_of(graph))
    assert to_text(graph).splitlines()[0].startswith("┌ 隐藏状态 ┐")


def test_frames_hold_everywhere(sketches: SimpleNamespace) -> None:
    for graph in (sketches.nine_paths(), sketches.lstm(2), sketches.both_directions(3)):
        frames_hold(picture_of(graph, tied=False))


def test_a_part_of_a_line_is_as_wide_as_asked(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    graph.call("tanh", graph.leaf("汉字的名字"))
    canvas = paint(picture_of(graph))
    whole = [canvas.line(y, 0, 60) for y in range(canvas.height)]
    for y in range(canvas.height):
        assert sum(cell_width(text) for text, _ in whole[y]) == 60
        for start in range(20):
            part = canvas.line(y, start, start + 9)
            assert sum(cell_width(text) for text, _ in part) == 9


def test_colours_change_no_character(sketches: SimpleNamespace) -> None:
    graph = sketches.unrolled(2)
    coloured = to_text(graph, colour=True)
    assert coloured != to_text(graph)
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == to_text(graph)


def test_arrays_show_their_shape(sketches: SimpleNamespace) -> None:
    graph = sketches.Sketch()
    graph.leaf("W", np.zeros((3, 4)))
    graph.leaf("v", np.array([1.0, 2.5]))
    drawing = to_text(graph)
    assert "= array 3×4" in drawing
    assert "= [1 2.5]" in drawing


def test_only_single_numbers_stand_on_edges() -> None:
    assert derivative_text(Edge(0, 1, 0, 0.25)) == "0.25"
    assert derivative_text(Edge(0, 1, 0, np.float64(2.0))) == "2"
    assert derivative_text(Edge(0, 1, 0, np.ones(2))) == ""
    assert derivative_text(Edge(0, 1, 0, None)) == ""


@pytest.mark.parametrize(
    ("name", "symbol", "kind", "title"),
    [
        ("mul7", "×", "operation", "mul7 ×"),
        ("tanh7", "tanh", "operation", "tanh7"),
        ("h3", "tanh", "operation", "h3 tanh"),
        ("2#5", "", "constant", "2"),
        ("a" * 40, "", "leaf", "a" * 23 + "…"),
    ],
)
def test_titles(name: str, symbol: str, kind: str, title: str) -> None:
    node = GraphNode(0, name, kind, "mul", symbol, 1.0)  # type: ignore[arg-type]
    assert words_text(title_of(node)) == title


def test_an_unknown_detail_is_refused(sketches: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="choose full, names or dots"):
        to_text(sketches.product(), detail="tiny")  # type: ignore[arg-type]


def test_no_nodes_no_drawing(sketches: SimpleNamespace) -> None:
    assert canvas_text(paint(picture_of(sketches.Sketch()))) == ""


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("h3", 2), ("汉字", 4), ("ｱ", 1), ("e\u0301", 1), ("👩‍🚀", 2), ("❤️", 2), ("🇨🇳🇨🇳", 4)],
)
def test_cell_widths(text: str, width: int) -> None:
    assert cell_width(text) == width
    cells = pytest.importorskip("rich.cells")
    assert cells.cell_len(text) == width


@pytest.mark.parametrize("width", range(1, 9))
def test_shortened_texts_fit(width: int) -> None:
    assert cell_width(shorten("汉字 state", width)) <= width
