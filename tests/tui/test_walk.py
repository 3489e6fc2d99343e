"""Walking through a derivative in the app: every key, what is shown, files, sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from microgradseq.lessons.walkthrough import Walkthrough
from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.screens.stepping import SPEEDS
from microgradseq_tui.screens.walk import WalkScreen
from microgradseq_tui.widgets.graph.graph_view import GraphView
from microgradseq_tui.widgets.stepper.more_panel import MorePanel
from tests.tui.conftest import MakeApp
from tests.tui.harness import (
    LARGE,
    SMALL,
    Look,
    assert_snapshot,
    play,
    press,
    resize,
    settle,
    text_of,
)

Scene = Callable[[Pilot[None], WalkScreen], Awaitable[None]]


def show(
    app: MicrogradseqApp, scene: Scene, target: str = "paths", size: tuple[int, int] = SMALL
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        screen = WalkScreen(Walkthrough.of(target))
        app.push_screen(screen)
        await settle(pilot)
        await scene(pilot, screen)

    play(app, script, size)


def answer_of(screen: WalkScreen) -> str:
    return str(screen.query_one("#answer", Static).render())


def test_how_it_looks(make_app: MakeApp, look: Look) -> None:
    app = make_app("learn")

    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        await press(pilot, "n", "n", "n", "n")
        assert_snapshot(app, f"walk_{look.name}")
        await press(pilot, "m", "b", "d")
        assert_snapshot(app, f"walk_paths_{look.name}")

    show(app, scene, size=look.size)


def test_going(make_app: MakeApp) -> None:
    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        where = []
        for key in ("right", "n", "left", "p", "p", "end", "n", "home", "G", "g"):
            await press(pilot, key)
            where.append(screen.walk.number)
        last = len(screen.walk.steps) - 1
        assert where == [1, 2, 1, 0, 0, last, last, 0, last, 0]
        await press(pilot, "n", "m")
        assert screen.walk.mode == "forward"
        await press(pilot, "m")
        assert (screen.walk.mode, screen.walk.number) == ("reverse", 1)
        await press(pilot, "x")
        assert "finite" in answer_of(screen)
        await press(pilot, "t")
        assert "time" in answer_of(screen)

    show(make_app("learn"), scene)


def test_playing_and_speeds(make_app: MakeApp) -> None:
    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        await press(pilot, *["greater_than_sign"] * 9)
        assert SPEEDS[screen.speed] == 8
        await press(pilot, "space")
        assert screen.playing
        await pilot.pause(0.4)
        assert screen.walk.number > 0
        await press(pilot, "less_than_sign")
        assert SPEEDS[screen.speed] == 4
        await press(pilot, "space")
        assert not screen.playing

    show(make_app("learn"), scene)


def test_a_time_a_node_and_a_leaf_are_gone_to(make_app: MakeApp) -> None:
    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        time = screen.walk.times()[0]
        await press(pilot, "t", *str(time), "enter")
        assert screen.walk.graph.node(screen.walk.step.node).tags["t"] == time
        await press(pilot, "t", "9", "9", "enter")
        assert "no step" in answer_of(screen)
        leaf = screen.walk.graph.find(screen.walk.names[-1])
        screen.query_one(GraphView).select(leaf.id)
        await press(pilot, "enter")
        assert screen.walk.step.node == leaf.id
        await press(pilot, "w", *"nobody", "enter")
        assert "no leaf" in answer_of(screen)
        await press(
            pilot, "w", *(key if key != "_" else "underscore" for key in leaf.name), "enter"
        )
        assert screen.walk.wrt == leaf.name

    show(make_app("learn"), scene, "rnn", LARGE)


def test_trying(make_app: MakeApp) -> None:
    app = make_app("learn")

    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        walk, view, more = screen.walk, screen.query_one(GraphView), screen.query_one(MorePanel)
        leaf = walk.graph.find(walk.names[-1])
        before = leaf.value
        view.select(walk.graph.output)
        await press(pilot, "e")
        assert "is computed" in answer_of(screen)
        view.select(leaf.id)
        await press(pilot, "d")
        assert answer_of(screen).startswith("✓")
        await press(pilot, "i", *"x", "enter")
        assert "not a number" in answer_of(screen)
        await press(pilot, "i", *f"{leaf.gradient:g}", "enter")
        assert answer_of(screen).startswith("✓")
        await press(pilot, "b")
        assert f"Paths from {leaf.name}" in text_of(app)
        await press(pilot, "v")
        assert more.kind == "changes"
        await press(pilot, "v")
        assert more.kind == "costs"
        await press(pilot, "e", "9", "enter")
        assert walk.graph.find(leaf.name).value != before
        assert more.kind == "changes"
        assert "→" in text_of(app)

    show(app, scene)


def test_what_is_asked_is_not_told_yet(make_app: MakeApp) -> None:
    app = make_app("learn")

    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        await press(pilot, "i")
        assert "What is ∂e/∂c?" in text_of(app) or "What is ∂e/∂d?" in text_of(app)
        await press(pilot, "escape", "m", "i")
        assert "What is ∂e/∂a?" in text_of(app)

    show(app, scene, "product")


def test_only_the_mode_that_is_walked_has_a_cost_so_far(make_app: MakeApp) -> None:
    app = make_app("learn")

    def costs() -> list[list[str]]:
        rows = str(app.screen.query_one(MorePanel).render()).splitlines()[1:4]
        return [row.rsplit("  ", 2) for row in rows]

    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        await press(pilot, "n")
        assert [row[1].strip() for row in costs()] == ["1 × 0 +", "—", "—"]
        await press(pilot, "m")
        assert [row[1].strip() == "—" for row in costs()] == [True, False, True]

    show(app, scene, "product")


def test_files_and_the_clipboard(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("learn")

    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        await press(pilot, "S", "enter")
        assert (tmp_path / "walk.svg").read_text(encoding="utf-8").startswith("<svg")
        await press(pilot, "S", "enter")
        assert "there already" in answer_of(screen)
        await press(pilot, "Y")
        assert app.clipboard == f"microgradseq tui learn '{screen.walk.share()}'"

    show(app, scene)


def test_leaving_closes_the_field_first(make_app: MakeApp) -> None:
    app = make_app("learn")

    async def scene(pilot: Pilot[None], screen: WalkScreen) -> None:
        assert "Esc Leave" in text_of(app)
        await press(pilot, "i", "escape")
        assert app.screen is screen
        await resize(pilot, 20, 5)
        await press(pilot, "n", "b", "i", "escape")
        await resize(pilot, 80, 24)
        assert "Step 2 of" in text_of(app)
        await press(pilot, "escape")
        assert app.screen is not screen

    show(app, scene)
