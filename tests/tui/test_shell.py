"""The shell of the app: modes, the two lines, help, palette, colours, sizes, and rough handling."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from microgradseq.errors import UserError
from microgradseq_tui.actions import ACTIONS, own_actions
from microgradseq_tui.messages import OpenScreen
from microgradseq_tui.modes import MODES
from microgradseq_tui.screens.help import HelpScreen
from microgradseq_tui.themes import PALETTES
from microgradseq_tui.widgets.runs_table import RunsTable
from microgradseq_tui.widgets.shell.key_bar import KeyBar
from microgradseq_tui.widgets.shell.mode_bar import ModeBar
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
    settle,
    text_of,
    type_fast,
    until,
)

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp

FUZZ = "MICROGRADSEQ_FUZZ_SEEDS"
"""How often thousands of keys are pressed; CONTRIBUTING.md says when to ask for more."""
LATER = [name for name in MODES if name != "learn"]
KEYS = {name: str(number) for number, name in enumerate(MODES, start=1)}


def footer(pilot: Pilot[None]) -> str:
    return "".join(piece.text for piece in pilot.app.screen.query_one(KeyBar).pieces(80))


@pytest.fixture
def fixed_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microgradseq_tui.screens.runs.place", lambda: Path("/home/me/runs"))


@pytest.mark.parametrize("mode", LATER)
@pytest.mark.usefixtures("some_runs", "fixed_place")
def test_screens(make_app: MakeApp, mode: str, look: Look) -> None:
    assert_looks(make_app(mode), mode, look)


@pytest.mark.usefixtures("fixed_place")
def test_without_runs(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def look(pilot: Pilot[None]) -> None:
        assert_snapshot(app, "runs_none_80x24")
        assert pilot.app.screen.check_action("copy_command", ()) is None

    play(app, look)


@pytest.mark.parametrize("theme", PALETTES)
def test_every_theme(make_app: MakeApp, theme: str) -> None:
    app = make_app("labs")

    async def look(pilot: Pilot[None]) -> None:
        app.theme = theme
        await settle(pilot)
        assert_snapshot(app, f"labs_80x24_{theme}")

    play(app, look)


def test_keys_and_clicks_open_every_mode(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def go(pilot: Pilot[None]) -> None:
        for mode, key in KEYS.items():
            await press(pilot, key)
            assert app.current_mode == mode
        for mode, key in KEYS.items():
            row = rows_of(app)[0]
            await pilot.click(ModeBar, offset=(row.index(f" {key} ") + 1, 0))
            await settle(pilot)
            assert app.current_mode == mode

    play(app, go)


def test_the_palette_offers_every_action(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def go(pilot: Pilot[None]) -> None:
        offered = {command.title for command in app.get_system_commands(app.screen)}
        expected = {
            action.label
            for action in own_actions("labs") + own_actions("")
            if action.name != "command_palette"
        }
        assert expected <= offered
        await press(pilot, "ctrl+p", *"runs", "enter")
        await settle(pilot)
        assert app.current_mode == "runs"
        await press(pilot, "colon", *"light", "enter")
        await settle(pilot)
        assert app.theme == "light"

    play(app, go)


@pytest.mark.usefixtures("some_runs")
def test_the_line_of_keys_shows_what_can_be_done(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        shown = " o Open  c Choose  C Compare  v Curve  p Play  / Filter  s Sort  ? Keys  q Quit "
        assert footer(pilot) == shown
        bar = pilot.app.screen.query_one(KeyBar)
        off = [piece.text for piece in bar.pieces(80) if piece.look == "key-bar--off"]
        assert off == [" C Compare "]
        assert "".join(piece.text for piece in bar.pieces(20)) == " ? Keys  q Quit "
        app.screen.query_one(RunsTable).show([], {}, ("name", False))
        off = [piece.text for piece in bar.pieces(80) if piece.look == "key-bar--off"]
        assert off == [" o Open ", " c Choose ", " C Compare ", " v Curve ", " p Play "]
        # a click on a label is its key
        await pilot.click(KeyBar, offset=(rows_of(app)[-1].index("Filter"), 0))
        await settle(pilot)
        assert "Show runs with" in text_of(app)

    play(app, go)


@pytest.mark.usefixtures("some_runs")
def test_command_lines_are_copied(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "down", "y")
        assert app.clipboard == "microgradseq runs show 时间机器"
        await press(pilot, "up", "y")
        assert app.clipboard == "microgradseq runs show story-lstm"

    play(app, go)


@pytest.mark.usefixtures("some_runs")
def test_looking_again_keeps_the_mark(make_app: MakeApp, some_runs: Path) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "down", "down")
        (some_runs / "story-lstm" / "run.json").unlink()
        await press(pilot, "r")
        await until(pilot, lambda: "story-lstm" not in text_of(app))
        await press(pilot, "y")
        assert app.clipboard == "microgradseq runs show broken"
        for record in some_runs.glob("*/run.json"):
            record.unlink()
        await press(pilot, "1", "6")
        await until(pilot, lambda: "None yet." in text_of(app))

    play(app, go)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_help(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app("labs")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "question_mark")
        assert_snapshot(app, f"help_{size[0]}x{size[1]}")
        await press(pilot, "slash", *"folders")
        assert "Read the run folders again (Runs)" in text_of(app)
        await press(pilot, *"zz")
        assert "No key does that." in text_of(app)
        await press(pilot, "escape")
        assert not isinstance(app.screen, HelpScreen)
        await press(pilot, "f1", "question_mark")
        assert not isinstance(app.screen, HelpScreen)

    play(app, go, size)


def test_quitting_leaves_no_thread(make_app: MakeApp) -> None:
    before = threading.active_count()
    for keys in (["q"], ["ctrl+q"], ["question_mark", "q"]):
        app = make_app("train")

        async def leave(pilot: Pilot[None], keys: list[str] = keys) -> None:
            for key in keys:
                await pilot.press(key)

        play(app, leave)
        assert app.return_code == 0
        assert not app.is_running
    assert threading.active_count() == before


@pytest.mark.parametrize("mode", LATER)
@pytest.mark.usefixtures("some_runs")
def test_any_size_and_back(make_app: MakeApp, mode: str) -> None:
    app = make_app(mode)

    async def go(pilot: Pilot[None]) -> None:
        before = text_of(app)
        for size in ((20, 5), (1, 1), (200, 60), (79, 3), (20, 5)):
            await resize(pilot, *size)
            rows = rows_of(app)
            assert len(rows) == size[1]
        assert KEYS[mode] in rows[0]
        assert "q Quit" in rows[-1]
        await press(pilot, "question_mark")
        rows_of(app)
        await press(pilot, "escape")
        await resize(pilot, *SMALL)
        assert text_of(app) == before

    play(app, go)


@pytest.mark.usefixtures("some_runs")
@pytest.mark.parametrize("seed", range(int(os.environ.get(FUZZ, "2"))))
def test_thousands_of_keys(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    app = make_app("labs")
    # the keys would quit early
    monkeypatch.setattr(app, "exit", lambda *_, **__: None)

    async def refuse(_: Sequence[str]) -> None:
        raise OSError(12, "no training starts in this test")

    monkeypatch.setattr("microgradseq_tui.trainers.start_training", refuse)
    chosen = random.Random(seed)
    # changing all colours is slow, and tested by itself
    usual = [key for action in ACTIONS for key in action.keys if action.name != "next_theme"]
    moves = 4 * [
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
        "tab",
        "shift+tab",
    ]
    others = 4 * [
        "enter",
        "escape",
        "backspace",
        "delete",
        "space",
        "a",
        "z",
        "0",
        "ctrl+c",
        "ctrl+x",
    ]

    async def go(pilot: Pilot[None]) -> None:
        for batch in range(25):
            await type_fast(pilot, chosen.choices([*usual, *moves, *others], k=100))
            if batch % 5 == 0:
                await pilot.resize_terminal(chosen.randint(1, 130), chosen.randint(1, 45))
        await resize(pilot, *SMALL)
        rows_of(app)
        await press(pilot, "5")
        assert app.is_running

    play(app, go)


def test_a_megabyte_is_pasted(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def go(pilot: Pilot[None]) -> None:
        text = "汉字 and words\n" * 70_000
        app.post_message(events.Paste(text))
        await settle(pilot)
        await press(pilot, "question_mark", "slash")
        app.post_message(events.Paste(text.replace("\n", " ")))
        await settle(pilot)
        assert len(app.screen.query_one(Input).value) < 100
        rows_of(app)

    play(app, go)


def test_a_state_that_no_screen_can_show(make_app: MakeApp) -> None:
    with pytest.raises(UserError, match="there is no lab 'something'; known: concat"):
        make_app("labs", "something")
    app = make_app("labs")

    async def go(pilot: Pilot[None]) -> None:
        app.post_message(OpenScreen("runs", "something"))
        await settle(pilot)
        assert app.current_mode == "labs"
        told = [notice.message for notice in app._notifications]
        assert told == ["the screen runs takes nothing behind its name yet"]
        app.post_message(OpenScreen("runs"))
        await settle(pilot)
        assert app.current_mode == "runs"

    play(app, go)


def test_widths_are_those_of_the_drawing_library(make_app: MakeApp, some_runs: Path) -> None:
    (some_runs / "时间机器").rename(some_runs / "🚀汉字é")
    app = make_app("play")

    async def look(_: Pilot[None]) -> None:
        assert "🚀汉字é" in text_of(app)
        assert {cell_len(row) for row in rows_of(app)} == {80}
        assert app.screen.query_one(OptionList).highlighted == 0

    play(app, look)
