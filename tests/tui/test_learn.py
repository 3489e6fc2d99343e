"""The home of Learn: what it lists, what it opens, and a formula of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from microgradseq.errors import UserError
from microgradseq.lessons.contents import contents
from microgradseq_tui.screens.learn import LearnScreen
from microgradseq_tui.screens.lesson import LessonScreen
from microgradseq_tui.screens.opening import screen_for
from microgradseq_tui.screens.time import TimeScreen
from microgradseq_tui.screens.walk import WalkScreen
from microgradseq_tui.widgets.graph.graph_view import GraphView
from tests.tui.harness import (
    LARGE,
    SMALL,
    Look,
    assert_looks,
    assert_snapshot,
    play,
    press,
    resize,
    rows_of,
    text_of,
)

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp


def test_home(make_app: MakeApp, look: Look) -> None:
    # what opens after the first paint moves the graph once more: the harness settles twice
    assert_looks(make_app("learn"), "learn", look)


def test_what_is_marked_is_shown_and_opened(make_app: MakeApp) -> None:
    app = make_app("learn")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, *6 * ["down"])
        assert "x changes y, and y changes z." in text_of(app)
        scene = app.screen.query_one(GraphView).scene
        assert scene is not None
        assert [node.name for node in scene.graph.nodes] == ["x", "2", "y", "z"]
        await press(pilot, "y")
        assert app.clipboard == "microgradseq tui learn chain"
        await press(pilot, "enter")
        walk: object = app.screen
        assert isinstance(walk, WalkScreen)
        assert walk.walk.target.text == "chain"
        await press(pilot, "escape", "end", "o")
        time: object = app.screen
        assert isinstance(time, TimeScreen)
        assert time.state.share() == "time jordan machine"
        await press(pilot, "escape", "home", "enter")
        assert isinstance(app.screen, LessonScreen)

    play(app, go, LARGE)


def test_a_preview_says_what_it_cuts_off(make_app: MakeApp) -> None:
    app = make_app("learn")

    async def go(pilot: Pilot[None]) -> None:
        assert "… goes on" not in text_of(app)
        await press(pilot, *4 * ["down"])
        assert "… goes on to the right\n" in text_of(app)
        await press(pilot, *11 * ["down"])
        assert "… goes on to the right and below" in text_of(app)
        await press(pilot, "home")
        assert "… goes on" not in text_of(app)

    play(app, go)


def test_a_preview_shows_less_of_each_node_where_the_whole_graph_fits_then(
    make_app: MakeApp,
) -> None:
    app = make_app("learn")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "down")
        graph = app.screen.query_one(GraphView)
        assert graph.zoom == 1
        assert graph.virtual_size.width <= graph.size.width
        await press(pilot, "end")
        assert graph.zoom == 1

    play(app, go, LARGE)


def test_every_row_has_its_screen() -> None:
    kinds = {"lesson": LessonScreen, "example": WalkScreen, "time": TimeScreen}
    for entry in contents():
        assert isinstance(screen_for(entry.line), kinds[entry.group])


def test_a_formula_of_ones_own(make_app: MakeApp) -> None:
    app = make_app("learn")

    async def go(pilot: Pilot[None]) -> None:
        assert "Esc Leave" not in text_of(app)
        await press(pilot, "slash", *"a=2;b=a+*3", "enter")
        assert "Esc Leave" in text_of(app)
        assert "the formula cannot be read at column 9, where" in text_of(app)
        assert_snapshot(app, "learn_mistake_80x24")
        await press(pilot, "escape", "f", "end", "backspace", "backspace")
        assert "cannot be read" not in text_of(app)
        await press(pilot, *"a*q", "enter")
        assert "needs a value for q" in text_of(app)
        assert "@ q=2" in text_of(app)
        await press(pilot, *"@q=5", "enter")
        assert isinstance(app.screen, WalkScreen)
        assert app.screen.walk.graph.node(app.screen.walk.graph.output).value == 2 + 2 * 5
        await press(pilot, "escape")
        assert app.screen.query_one(Input).value == "a=2;b=a+a*q@q=5"

    play(app, go)


def test_what_was_read_is_told(make_app: MakeApp) -> None:
    app = make_app("learn")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n", "n", "escape")
        assert "3/12" in text_of(app)
        await press(pilot, "y")
        assert app.clipboard == "microgradseq tui learn 'lesson graph 3'"
        await press(pilot, "enter")
        assert "3 of 12" in text_of(app)
        await press(pilot, "end", "escape")
        assert "✓ 8 min" in text_of(app)

    play(app, go)
    later = make_app("learn")

    async def look(pilot: Pilot[None]) -> None:
        assert "✓ 8 min" in text_of(later)
        await press(pilot, "enter")
        assert "The chain rule" in rows_of(later)[0]

    play(later, look)


@pytest.mark.parametrize(
    ("line", "screen"),
    [
        ("lesson paths 4", LessonScreen),
        ("time gru tea cut=1", TimeScreen),
        ("bptt", WalkScreen),
        ("product @ a=5 ; mode=forward wrt=b step=2", WalkScreen),
        ("time = 2; z = time*time", WalkScreen),
    ],
)
def test_lines_open_their_screen(make_app: MakeApp, line: str, screen: type[object]) -> None:
    app = make_app("learn", line)

    async def look(pilot: Pilot[None]) -> None:
        assert isinstance(app.screen, screen)
        await press(pilot, "escape")
        assert isinstance(app.screen, LearnScreen)

    play(app, look)


@pytest.mark.parametrize(
    "line", ["lesson cooking", "lesson rnn 99", "time bread", "prodct", "c=a+"]
)
def test_lines_that_make_no_sense_are_told_at_once(make_app: MakeApp, line: str) -> None:
    with pytest.raises(UserError):
        make_app("learn", line)


def test_any_size_and_back(make_app: MakeApp) -> None:
    app = make_app("learn")

    async def go(pilot: Pilot[None]) -> None:
        before = text_of(app)
        for size in ((20, 5), (1, 1), (200, 60), (20, 5)):
            await resize(pilot, *size)
            assert len(rows_of(app)) == size[1]
        await resize(pilot, *SMALL)
        assert text_of(app) == before

    play(app, go)
