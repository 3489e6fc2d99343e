"""The graph view: keys, the mouse, zoom, folding, following, sizes, colours, pictures."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual import events, on
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.pilot import Pilot

from microgradseq import Graph, Value, scope
from microgradseq.lessons.examples import EXAMPLES
from microgradseq.lessons.stage import edge_of
from microgradseq_tui.actions import own_actions
from microgradseq_tui.themes import PALETTES, textual_theme
from microgradseq_tui.widgets.graph import GraphView

SNAPSHOTS = Path(__file__).parent / "snapshots"


class GraphApp(App[None]):
    """A graph view and the messages it sent."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self.steps = graph.steps()
        self.view = GraphView(graph, self.steps)
        self.told: list[tuple[str, str]] = []
        for name in PALETTES:
            self.register_theme(textual_theme(name))

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.theme = "dark"
        self.view.focus()

    @on(GraphView.NodeSelected)
    def note(self, message: GraphView.NodeSelected) -> None:
        assert message.control is self.view
        self.told.append((type(message).__name__, message.node.name))

    def go(self, number: int) -> None:
        past = self.steps[: number + 1]
        edges = [edge for step in past if (edge := edge_of(step)) is not None]
        self.view.set_state(
            {step.node: step.total for step in past},
            active_node=past[-1].node,
            active_edge=edge_of(past[-1]),
            walked=edges,
        )

    @property
    def lines(self) -> list[str]:
        """The view as text, without its scrollbars."""
        size = self.view.scrollable_content_region.size
        strips = self.view.render_lines(Region(0, 0, *size))
        assert [strip.cell_length for strip in strips] == [size.width] * size.height
        lines = [strip.text for strip in strips]
        assert [cell_len(line) for line in lines] == [size.width] * size.height
        return lines

    @property
    def picture(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)

    def name_of(self, id: int | None) -> str:
        return "" if id is None else self.graph.node(id).name


Script = Callable[[GraphApp, Pilot[None]], Awaitable[None]]


def play(graph: Graph, script: Script, size: tuple[int, int] = (80, 24)) -> GraphApp:
    app = GraphApp(graph)

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(app, pilot)

    asyncio.run(run())
    return app


def example(name: str) -> Graph:
    return Graph.of(EXAMPLES[name].node())


def unrolled(steps: int = 4) -> Graph:
    w, h = Value(0.5, name="w"), Value(0.25, name="h0")
    for t in range(1, steps + 1):
        with scope(t=t, layer=0):
            h = (w * h + 1).tanh()
            h.name = f"h{t}"
    return Graph.of(h)


def test_keys_select_along_edges_and_tell() -> None:
    names = []

    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        for key in ("h", "h", "down", "l", "up", "h", "h"):
            await pilot.press(key)
            names.append(app.name_of(app.view.selected))
        await pilot.press("enter")

    app = play(example("product"), script)
    assert names == ["e", "c", "d", "e", "e", "c", "a"]
    assert [name for _, name in app.told] == ["e", "c", "d", "e", "c", "a", "a"]
    assert app.told[-1] == ("NodeActed", "a")


def test_arrows_begin_at_the_active_node() -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        app.go(2)
        await pilot.press("down")
        assert app.name_of(app.view.selected) == app.name_of(app.steps[2].node)

    play(example("product"), script)


def test_a_click_selects_and_a_double_click_acts() -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        row = next(y for y, line in enumerate(app.lines) if " d + " in line)
        column = app.lines[row].index(" d + ") + 1
        await pilot.click(GraphView, offset=(column, row + 1))
        assert app.name_of(app.view.selected) == "d"
        await pilot.click(GraphView, offset=(0, 0))
        assert app.name_of(app.view.selected) == "d"
        await pilot.click(GraphView, offset=(column, row), times=2)

    app = play(example("product"), script)
    assert app.told == [("NodeSelected", "d"), ("NodeActed", "d")]


def test_letters_pages_and_the_wheel_scroll() -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        async def after(*keys: str) -> tuple[int, int]:
            await pilot.press(*keys)
            await pilot.pause()
            return app.view.scroll_offset.x, app.view.scroll_offset.y

        assert await after("L", "L", "H") == (8, 0)
        assert await after("J", "J", "K") == (8, 2)
        assert await after("pagedown") == (8, 13)
        assert await after("pageup") == (8, 2)
        assert await after("H", "H", "K", "K") == (0, 0)
        wheel = (app.view, 1, 1, 0, 1, 0)
        app.view.post_message(MouseScrollDown(*wheel, shift=False, meta=False, ctrl=False))
        assert await after() == (0, 2)
        app.view.post_message(MouseScrollDown(*wheel, shift=True, meta=False, ctrl=False))
        app.view.post_message(MouseScrollUp(*wheel, shift=False, meta=False, ctrl=False))
        assert await after() == (8, 0)

    play(example("lstm"), script)


def test_the_wheel_goes_sideways_where_there_is_nothing_below() -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        await pilot.press("minus", "minus")
        assert app.view.max_scroll_y == 0
        event = MouseScrollDown(app.view, 1, 1, 0, 1, 0, shift=False, meta=False, ctrl=False)
        app.view.post_message(event)
        await pilot.pause()
        assert app.view.scroll_offset == (8, 0)
        await pilot.press("pagedown")
        assert app.view.scroll_offset.x > 8

    play(unrolled(20), script, (60, 20))


def test_zoom_keeps_the_selection_in_view() -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        app.view.select(app.graph.find("h12").id)
        await pilot.pause()
        assert "[h12 tanh]" in app.picture
        await pilot.press("minus")
        assert "[h12 tanh]" in app.picture
        assert app.lines[-1].strip().startswith("h12 tanh = ")
        await pilot.press("minus", "minus")
        assert app.view.zoom == 2
        assert "[●]" in app.picture
        await pilot.press("plus", "equals_sign", "plus")
        assert app.view.zoom == 0
        assert "[h12 tanh]" in app.picture

    play(unrolled(20), script)


def test_folding_by_keys_goes_round_and_unfolds_what_is_selected() -> None:
    folded = []

    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        h2 = app.graph.find("h2").id
        app.view.select(h2)
        await pilot.press("f")
        assert "[t=2 ⊞]" in app.picture
        assert app.view.selected == h2
        await pilot.press("enter")
        assert "[h2 tanh]" in app.picture
        for _ in range(3):
            await pilot.press("f")
            folded.append(app.view.folded_by)
        app.view.select(app.graph.find("h3").id)
        await pilot.press("u")
        assert app.view.folded_by == "time"
        await pilot.press("u")
        assert app.view.folded_by is None

    play(unrolled(), script)
    assert folded == ["layer", None, "time"]


def test_steps_are_seen_in_a_folded_graph() -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        app.view.fold("time")
        app.go(5)
        await pilot.pause()
        assert "╔ t=3 ⊞" in app.picture
        assert "∂" in app.picture

    play(unrolled(), script, (120, 40))


def test_the_view_follows_the_active_node_until_told_otherwise() -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        last = len(app.steps) - 1
        app.go(last)
        await pilot.pause()
        start = app.view.scroll_offset.x
        await pilot.press("c")
        assert not app.view.follow
        app.go(0)
        await pilot.pause()
        assert app.view.scroll_offset.x == start
        await pilot.press("c")
        await pilot.pause()
        assert app.view.scroll_offset.x > start
        assert "╔ h20 tanh" in app.picture

    play(unrolled(20), script)


def test_the_same_graph_at_another_point_keeps_zoom_and_selection() -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        await pilot.press("h", "h", "minus")
        before = app.picture
        app.view.show(Graph.of(EXAMPLES["product"].node({"a": 3.0})))
        await pilot.pause()
        assert before.splitlines()[:-1] == app.picture.splitlines()[:-1]
        assert app.lines[-1].split() == ["c", "+", "=", "4", "∂", "2"]
        app.view.show(unrolled())
        assert app.view.selected is None
        app.view.select(None)
        app.view.select(3)
        assert app.view.selected == 3

    play(example("product"), script)


@pytest.mark.parametrize("zoom", [0, 1, 2])
def test_sizes_down_to_very_small_and_back(zoom: int) -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        app.view.zoom = zoom
        app.go(9)
        mark = "╔" if zoom == 0 else "»"
        for size in ((20, 5), (1, 1), (3, 2), (200, 60), (20, 5), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.lines is not None
        assert mark in app.picture, "the active node is out of view"

    play(example("lstm"), script)


def test_wide_names_keep_every_line_in_its_cells() -> None:
    x = Value(1.5, name="汉字")
    graph = Graph.of((x * Value(2.0, name="权重🚀") + x).tanh())

    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        for key in ("h", "h", "h", "minus", "minus", "plus", "plus"):
            await pilot.press(key)
            for width in range(20, 34):
                await pilot.resize_terminal(width, 8)
                await pilot.pause()
                assert len(app.lines) <= 8
        await pilot.resize_terminal(120, 24)
        await pilot.pause()
        assert "汉字" in app.picture

    play(graph, script)


def test_random_keys_never_break_it() -> None:
    keys = [key for action in own_actions("graph") for key in action.keys]
    chance = random.Random(0)

    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        for number in range(12):
            app.go(number)
            for key in chance.choices(keys, k=20):
                app.post_message(events.Key(key, None))
            await pilot.pause()
            assert app.lines

    play(example("gru"), script)


def test_a_view_without_a_graph_is_blank_and_takes_every_key() -> None:
    class Empty(App[None]):
        def compose(self) -> ComposeResult:
            yield GraphView()

    async def run() -> None:
        app = Empty()
        async with app.run_test(size=(30, 6)) as pilot:
            view = app.query_one(GraphView)
            view.focus()
            await pilot.press("h", "H", "pagedown", "minus", "enter", "f", "u", "c")
            view.set_state({})
            view.select(1)
            assert (view.scene, view.selected, view.folded_by) == (None, None, None)
            assert {strip.text.strip() for strip in view.render_lines(Region(0, 0, 30, 6))} == {""}

    asyncio.run(run())


def colours_of(app: GraphApp, text: str) -> set[str]:
    strips = app.view.render_lines(Region(0, 0, *app.view.scrollable_content_region.size))
    found = {
        segment.style.color.name
        for strip in strips
        for segment in strip
        if segment.text.strip() == text and segment.style and segment.style.color
    }
    assert found
    return found


@pytest.mark.parametrize("theme", PALETTES)
def test_values_and_gradients_take_the_colours_of_the_theme(theme: str) -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        app.theme = theme
        await pilot.pause()
        palette = PALETTES[theme]
        assert colours_of(app, "= 6") == {palette.value}
        assert colours_of(app, "∂ 1") == {palette.gradient}
        app.view.set_state({0: 1.0}, flow="tangent")
        assert colours_of(app, "δ 1") == {palette.positive}

    play(example("product"), script)


@pytest.mark.parametrize(
    ("name", "graph", "size", "number", "keys"),
    [
        ("product_80", "product", (80, 24), 4, ()),
        ("product_120", "product", (120, 40), 3, ("h", "h")),
        ("lstm_120", "lstm", (120, 40), 30, ()),
        ("lstm_80", "lstm", (80, 24), 30, ()),
        ("bptt_time_80", "bptt", (80, 24), 20, ("f",)),
        ("bptt_names_80", "bptt", (80, 24), 20, ("minus",)),
        ("bptt_dots_120", "bptt", (120, 40), 20, ("minus", "minus", "h")),
        ("bptt_20", "bptt", (20, 5), 20, ()),
    ],
)
def test_pictures(
    name: str, graph: str, size: tuple[int, int], number: int, keys: tuple[str, ...]
) -> None:
    async def script(app: GraphApp, pilot: Pilot[None]) -> None:
        app.go(number)
        await pilot.press(*keys)
        await pilot.pause()
        expected = (SNAPSHOTS / f"graph_{name}.txt").read_text(encoding="utf-8")
        assert app.picture.rstrip("\n") == expected.rstrip("\n")

    play(example(graph), script, size)
