"""Labs: choosing, running, pausing, stepping, settings, files, and leaving no thread behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from microgradseq.errors import UserError
from microgradseq.labs.registry import LABS
from microgradseq.labs.session import Session
from microgradseq_tui.screens.labs import LabsScreen
from microgradseq_tui.screens.numbers import NumbersScreen
from microgradseq_tui.widgets.labs.page import LabPage
from microgradseq_tui.widgets.labs.settings_list import SettingsList
from microgradseq_tui.widgets.shell.prompt import Prompt
from tests.tui.harness import (
    LARGE,
    Look,
    assert_looks,
    play,
    press,
    resize,
    rows_of,
    settle,
    text_of,
)

if TYPE_CHECKING:
    from microgradseq.labs.lab import Frame
    from microgradseq_tui.app import MicrogradseqApp
    from tests.tui.conftest import MakeApp


def screen_of(pilot: Pilot[None]) -> LabsScreen:
    return cast("LabsScreen", pilot.app.screen)


def session_of(pilot: Pilot[None]) -> Session:
    session = screen_of(pilot)._session
    assert session is not None
    return session


async def until(pilot: Pilot[None], reached: Callable[[], bool]) -> None:
    """Wait until something has come about, and is drawn."""
    for _ in range(500):
        if reached():
            break
        await asyncio.sleep(0.02)
    assert reached()
    screen_of(pilot)._draw_if_new()
    await settle(pilot)


async def choose(pilot: Pilot[None], name: str) -> None:
    """Mark a lab in the list."""
    names = pilot.app.screen.query_one("#labs", OptionList)
    names.highlighted = list(LABS).index(name)
    await settle(pilot)


async def finish(pilot: Pilot[None]) -> None:
    """Run to the end without waiting between frames."""
    await press(pilot, "f")
    await until(pilot, lambda: session_of(pilot).finished)


def screen_frame(app: MicrogradseqApp) -> Frame:
    """What the lab below the open screen has found."""
    session = cast("LabsScreen", app.screen_stack[0])._session
    assert session is not None
    assert session.frame is not None
    return session.frame


async def finish_gates(pilot: Pilot[None]) -> None:
    await choose(pilot, "gates")
    await finish(pilot)


def test_a_finished_lab(make_app: MakeApp, look: Look) -> None:
    assert_looks(make_app("labs"), "labs_gates", look, finish_gates)


def test_every_lab_can_be_opened_and_read(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def look(pilot: Pilot[None]) -> None:
        for name, found in LABS.items():
            await choose(pilot, name)
            text = text_of(app)
            assert found.title[:30] in text
            assert " ".join(found.words[0].split()[:5]) in text
            assert found.parameters[0].name in text
            assert "Space runs it" in text

    play(app, look, LARGE)


def test_a_target_runs_at_once_and_can_be_paused_and_stepped(make_app: MakeApp) -> None:
    app = make_app("labs", "gates")

    async def act(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: session_of(pilot).seen > 0)
        assert "▶ runs" in text_of(app)
        assert session_of(pilot).lab.name == "gates"
        await press(pilot, "space")
        await asyncio.sleep(0.15)
        seen = session_of(pilot).seen
        assert 0 < seen < 60
        await asyncio.sleep(0.15)
        assert session_of(pilot).seen == seen
        await until(pilot, lambda: "‖ waits" in text_of(app))
        # a widget that Textual takes for one that ended is not painted any more
        assert app.screen.query_one(LabPage).is_running
        await press(pilot, "n")
        await until(pilot, lambda: session_of(pilot).seen == seen + 1)
        await press(pilot, "space")
        await until(pilot, lambda: session_of(pilot).seen > seen + 1)
        before = session_of(pilot)
        await press(pilot, "r")
        assert session_of(pilot) is not before
        assert before.finished is False
        await until(pilot, lambda: session_of(pilot).seen > 0)

    play(app, act, LARGE)


def test_frames_are_not_drawn_more_than_ten_times_a_second(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    show = LabPage.show

    def counted(page: LabPage, session: Session, running: bool) -> None:
        drawn.append(session)
        show(page, session, running)

    monkeypatch.setattr(LabPage, "show", counted)
    app = make_app("labs", "gates")

    async def act(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: session_of(pilot).seen > 0)
        drawn.clear()
        seen = session_of(pilot).seen
        await asyncio.sleep(1.0)
        assert len(drawn) <= 12
        assert 4 <= session_of(pilot).seen - seen <= 12

    play(app, act)


def test_after_the_end_it_begins_anew(make_app: MakeApp) -> None:
    app = make_app("labs", "gates")

    async def act(pilot: Pilot[None]) -> None:
        await finish(pilot)
        first = session_of(pilot)
        assert "■ done" in text_of(app)
        await press(pilot, "space")
        assert session_of(pilot) is not first
        await until(pilot, lambda: session_of(pilot).seen > 0)

    play(app, act)


def test_a_setting_is_typed_checked_and_taken(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def act(pilot: Pilot[None]) -> None:
        await choose(pilot, "gates")
        await press(pilot, "tab", "down", "e")
        field = app.screen.query_one(Input)
        assert field.value == "30"
        field.value = "1"
        await settle(pilot)
        about = app.screen.query_one("#about-setting", Static)
        assert about.has_class("-wrong")
        assert "✗ steps must be at least 2" in text_of(app)
        await press(pilot, "enter")
        assert session_of(pilot).settings.steps == 30
        await press(pilot, "enter")
        app.screen.query_one(Input).value = "5"
        await settle(pilot)
        assert not about.has_class("-wrong")
        await press(pilot, "enter")
        assert session_of(pilot).settings.steps == 5
        assert app.focused is app.screen.query_one(SettingsList)
        await until(pilot, lambda: session_of(pilot).seen > 0)
        await press(pilot, "e", "escape")
        assert not app.screen.query_one(Prompt).display
        await press(pilot, "0")
        assert session_of(pilot).settings.steps == 30

    play(app, act, LARGE)


def test_a_setting_is_moved_like_a_slider(make_app: MakeApp) -> None:
    app = make_app("labs")
    copied: list[str] = []

    async def act(pilot: Pilot[None]) -> None:
        app.copy_to_clipboard = copied.append  # type: ignore[method-assign, assignment]
        await choose(pilot, "ctrnn")
        await press(pilot, "tab", "right", "plus")
        assert session_of(pilot).settings.tau1 == 1.2
        await press(pilot, "down", "left")
        assert session_of(pilot).settings.tau2 == 0.9
        await until(pilot, lambda: session_of(pilot).seen > 0)
        await press(pilot, "y")
        assert copied == ["microgradseq lab ctrnn --tau1 1.2 --tau2 0.9"]

    play(app, act, LARGE)


def test_what_is_seen_is_written_to_a_file(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("labs")

    async def act(pilot: Pilot[None]) -> None:
        await choose(pilot, "gates")
        await press(pilot, "S")
        assert not app.screen.query_one(Prompt).display
        await finish(pilot)
        await press(pilot, "S", "enter")
        assert (tmp_path / "gates.svg").read_text(encoding="utf-8").startswith("<svg")
        await press(pilot, "S", "enter")
        said = [notice.message for notice in app._notifications]
        assert said[0].startswith("there is nothing to write yet")
        assert said[1:] == [
            "gates.svg is written",
            "gates.svg is there already; choose another name",
        ]

    play(app, act, LARGE)


def test_the_exact_numbers_of_every_picture(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def act(pilot: Pilot[None]) -> None:
        await choose(pilot, "gates")
        await press(pilot, "v")
        assert "there are no numbers yet" in [*app._notifications][-1].message
        await finish(pilot)
        await press(pilot, "v")
        assert isinstance(app.screen, NumbersScreen)
        first = rows_of(app)[1]
        frame = screen_frame(app)
        assert frame.figures[0].title[:40] in first
        assert "(1 of " in first
        await press(pilot, "right_square_bracket")
        assert frame.figures[1].title[:40] in rows_of(app)[1]
        await press(pilot, "left_square_bracket", "left_square_bracket", "right_square_bracket")
        assert rows_of(app)[1] == first
        await press(pilot, "escape")
        assert isinstance(app.screen, LabsScreen)

    play(app, act, LARGE)


def test_escape_goes_back_to_the_list(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def act(pilot: Pilot[None]) -> None:
        await press(pilot, "tab", "escape")
        assert app.focused is app.screen.query_one("#labs")
        await press(pilot, "down", "enter")
        assert session_of(pilot).lab.name == list(LABS)[1]
        assert screen_of(pilot)._working

    play(app, act)


def test_the_mouse_chooses(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def act(pilot: Pilot[None]) -> None:
        row = next(place for place, text in enumerate(rows_of(app)) if " markov " in f"{text} ")
        await pilot.click(offset=(4, row))
        await settle(pilot)
        assert session_of(pilot).lab.name == "markov"

    play(app, act)


def test_going_away_stops_the_run_and_leaves_no_thread(make_app: MakeApp) -> None:
    app = make_app("labs", "gates")

    async def act(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: session_of(pilot).seen > 0)
        session = session_of(pilot)
        await press(pilot, "6")
        seen = session.seen
        await asyncio.sleep(0.3)
        assert session.seen <= seen + 1

    before = threading.active_count()
    play(app, act)
    assert threading.active_count() <= before


def test_small_and_growing_terminals(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def act(pilot: Pilot[None]) -> None:
        await choose(pilot, "gates")
        await finish(pilot)
        for size in ((20, 5), (40, 10), (60, 16), (200, 60), (80, 24)):
            await resize(pilot, *size)
            rows_of(app)
        assert "Gates held still" in text_of(app)

    play(app, act)


def test_a_lab_that_is_not_there_is_refused(make_app: MakeApp) -> None:
    with pytest.raises(UserError, match=r"there is no lab 'hopfeild'; did you mean hopfield\?"):
        make_app("labs", "hopfeild")


def test_a_setting_is_told_to_its_last_word(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def act(pilot: Pilot[None]) -> None:
        for name in LABS:
            await choose(pilot, name)
            settings = app.screen.query_one(SettingsList)
            for place in range(settings.option_count):
                settings.highlighted = place
                await pilot.pause()
                told = str(app.screen.query_one("#about-setting", Static).content).split()
                seen = " ".join(row[:23] for row in rows_of(app)).split()
                assert " ".join(told) in " ".join(seen), name

    play(app, act)


def test_a_setting_keeps_to_its_line(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def act(pilot: Pilot[None]) -> None:
        await choose(pilot, "shapes")
        settings = app.screen.query_one(SettingsList)
        assert settings.virtual_size.height == settings.option_count
        assert "march 3 2…" in text_of(app)

    play(app, act)
