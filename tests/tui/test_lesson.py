"""A lesson on the screen: every key, the question, and going back and forth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from microgradseq_tui.remembered import recall
from microgradseq_tui.screens.lesson import LessonScreen
from microgradseq_tui.screens.time import TimeScreen
from microgradseq_tui.screens.walk import WalkScreen
from microgradseq_tui.widgets.graph.graph_view import GraphView
from tests.tui.harness import (
    SMALL,
    Look,
    assert_looks,
    play,
    press,
    resize,
    rows_of,
    text_of,
)

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp

STATES = {"lesson_walk": "lesson chain-rule 10", "lesson_time": "lesson rnn 11"}


@pytest.mark.parametrize("name", STATES)
def test_pictures(make_app: MakeApp, name: str, look: Look) -> None:
    # what opens after the first paint moves the graph once more: the harness settles twice
    assert_looks(make_app("learn", STATES[name]), name, look)


def test_picture_in_chinese(make_app: MakeApp, look: Look) -> None:
    app = make_app("learn", "lesson gates 8")
    app.remembered.language = "zh"
    assert_looks(app, "lesson_chinese", look)


def test_reading(make_app: MakeApp) -> None:
    app = make_app("learn", "lesson graph")

    async def go(pilot: Pilot[None]) -> None:
        seen = []
        for key in ("right", "n", "space", "left", "p", "end", "right", "home", "left", "G", "g"):
            await press(pilot, key)
            seen.append(rows_of(app)[0].partition(" of ")[0].split()[-1])
        assert seen == ["2", "3", "4", "3", "2", "12", "12", "1", "1", "12", "1"]
        await press(pilot, "Y")
        assert app.clipboard == "microgradseq tui learn 'lesson graph 1'"
        assert "the end" not in rows_of(app)[0]
        await press(pilot, "end")
        assert "12 of 12 · the end; Esc goes back to the list" in rows_of(app)[0]

    play(app, go)


def test_the_graph_follows_the_text(make_app: MakeApp) -> None:
    app = make_app("learn", "lesson graph 2")

    async def go(pilot: Pilot[None]) -> None:
        graph = app.screen.query_one(GraphView)
        assert graph.scene is not None
        names = [node.name for node in graph.scene.graph.nodes]
        assert names[graph.selected or 0] == "a"
        assert "∂" not in "".join(rows_of(app)[9:-2])
        await press(pilot, *4 * ["n"])
        assert "= 8" in text_of(app)
        await press(pilot, "n", "n")
        assert "∂ 3" in text_of(app)
        assert "step 3 of 6: e hands its gradient to d" in text_of(app)

    play(app, go)


def test_a_question(make_app: MakeApp) -> None:
    app = make_app("learn", "lesson chain-rule 12")

    async def go(pilot: Pilot[None]) -> None:
        assert "q Quit" in rows_of(app)[-1]
        await press(pilot, "a")
        # in the field a letter is a letter: another key is told of, where there is one
        assert "F1 Keys  Ctrl+Q Quit" in rows_of(app)[-1]
        await press(pilot, *"36", "enter")
        assert "✗" in text_of(app)
        await press(pilot, "a", *"81", "enter")
        assert "✓ Right: ∂z/∂s = 81." in text_of(app)
        await press(pilot, "a", "5", "escape")
        assert isinstance(app.screen, LessonScreen)
        await press(pilot, "n")
        assert "Right" not in text_of(app)
        assert app.screen.check_action("answer", ()) is None

    play(app, go)


def test_trying_it_oneself(make_app: MakeApp) -> None:
    app = make_app("learn", "lesson chain-rule 9")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        assert isinstance(app.screen, WalkScreen)
        assert app.screen.walk.share() == "branches @ ; mode=reverse wrt=s step=3"
        await press(pilot, "escape")
        assert "9 of 13" in text_of(app)
        await press(pilot, "escape")
        assert "Lessons — read these first" in text_of(app)

    play(app, go)
    time = make_app("learn", "lesson rnn 11")

    async def look(pilot: Pilot[None]) -> None:
        await press(pilot, "s")
        assert isinstance(time.screen, TimeScreen)
        assert time.screen.state.hidden == 2
        assert time.screen.network.time_of(time.screen.state.step) == 3

    play(time, look)


def test_a_text_that_is_too_long_scrolls(make_app: MakeApp) -> None:
    app = make_app("learn", "lesson rnn 13")

    async def go(pilot: Pilot[None]) -> None:
        text = app.screen.query_one("#text", VerticalScroll)
        await press(pilot, "down", "down")
        assert text.scroll_y == 2
        await press(pilot, "up")
        assert text.scroll_y == 1
        await press(pilot, "p", "n")
        assert text.scroll_y == 0

    play(app, go, (30, 8))


def test_any_size_and_back(make_app: MakeApp) -> None:
    app = make_app("learn", "lesson gates 4")

    async def go(pilot: Pilot[None]) -> None:
        before = text_of(app)
        for size in ((20, 5), (1, 1), (200, 60), (20, 5)):
            await resize(pilot, *size)
            assert len(rows_of(app)) == size[1]
        await resize(pilot, *SMALL)
        assert text_of(app).splitlines()[:5] == before.splitlines()[:5]

    play(app, go)


def test_the_language_can_be_changed_and_is_kept(make_app: MakeApp) -> None:
    app = make_app("learn", "lesson gates 8")

    async def go(pilot: Pilot[None]) -> None:
        assert "The forget gate f = 0.7211" in text_of(app)
        await press(pilot, "Z")
        assert "遗忘门 f = 0.7211" in text_of(app)
        assert "梯度为什么消失，门又做了什么   8 of 14" in rows_of(app)[0]
        await press(pilot, "escape")
        assert "什么是计算图" in text_of(app)
        assert recall(app.file).language == "zh"
        await press(pilot, "Z")
        assert "What a graph is" in text_of(app)
        assert recall(app.file).language == "en"

    play(app, go)
