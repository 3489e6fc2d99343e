"""Runs: the table of run folders, and everything that can be done with a run."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from microgradseq.training.event_log import EventWriter
from microgradseq.training.run_folder import RunFolder
from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.messages import OpenScreen
from microgradseq_tui.screens.runs import RunsScreen
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.runs_table import RunsTable
from microgradseq_tui.widgets.shell.prompt import Prompt
from tests.tui.harness import (
    LARGE,
    SMALL,
    assert_snapshot,
    play,
    press,
    resize,
    rows_of,
    settle,
    text_of,
)

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp


def write_steps(run: RunFolder, losses: list[float], first: int = 1) -> None:
    log = EventWriter(run.events)
    for step, loss in enumerate(losses, start=first):
        event = {"event": "step", "step": step, "epoch": 0, "tokens": 32 * step, "loss": loss}
        rest = {"perplexity": 2.0, "gradient_norm": 0.5, "lr": 0.01, "tokens_per_second": 9.0}
        log.write({**event, **rest, "elapsed": step / 8})
    log.close()


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five runs, one of them with Chinese letters, of different ages."""
    folder = tmp_path / "runs"
    made = [
        ("story-lstm", "language", "lstm", "finished", [3.0 - step / 50 for step in range(100)]),
        ("时间机器-gru", "language", "gru", "stopped", [2.0, 1.5, 1.75]),
        ("adding-rnn", "adding", "rnn", "running", [0.2]),
        ("a name that is much longer than its column is wide", "copy", "gru", "failed", []),
    ]
    for name, task, cell, status, losses in made:
        run = RunFolder(folder / name)
        record = {"task": task, "settings": {"cell": cell}, "description": {}, "status": status}
        run.create(record)
        write_steps(run, losses)
    (folder / "broken").mkdir()
    (folder / "broken" / "run.json").write_text("{", encoding="utf-8")
    for age, name in enumerate([*(each[0] for each in made), "broken"]):
        set_age(folder / name, age)
    monkeypatch.setattr("microgradseq_tui.screens.runs.place", lambda: Path("/home/me/runs"))
    return folder


def set_age(run: Path, age: int) -> None:
    os.utime(run / "run.json", (1000 - age, 1000 - age))


def screen_of(app: MicrogradseqApp) -> RunsScreen:
    assert isinstance(app.screen, RunsScreen)
    return app.screen


def names(app: MicrogradseqApp) -> list[str]:
    return app.screen.query_one(RunsTable).names


async def until(pilot: Pilot[None], words: str, seconds: float = 5.0) -> None:
    """Wait for words that a clock or a thread brings, on the screen or as a notice."""
    deadline = time.monotonic() + seconds
    while words not in said(pilot) and time.monotonic() < deadline:
        await pilot.pause(0.02)
    assert words in said(pilot)


def said(pilot: Pilot[None]) -> str:
    app = pilot.app
    assert isinstance(app, MicrogradseqApp)
    return "\n".join([text_of(app), *messages(app)])


def messages(app: MicrogradseqApp) -> list[str]:
    return [notice.message for notice in app._notifications]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.usefixtures("runs")
def test_the_table(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app("runs")

    async def look(pilot: Pilot[None]) -> None:
        await press(pilot, "c", "down", "c")
        assert_snapshot(app, f"runs_chosen_{size[0]}x{size[1]}")

    play(app, look, size)


@pytest.mark.usefixtures("runs")
def test_the_table_without_colours(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app("runs")

    async def look(pilot: Pilot[None]) -> None:
        await press(pilot, "c", "down", "c")
        assert_snapshot(app, "runs_chosen_80x24_plain")

    play(app, look)


@pytest.mark.usefixtures("runs")
def test_sorting(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        newest = names(app)
        assert newest[0] == "story-lstm"
        await press(pilot, "s")
        assert names(app) == sorted(newest)
        assert "name ▴" in text_of(app)
        await press(pilot, "S")
        assert names(app) == sorted(newest, reverse=True)
        await press(pilot, "s", "s", "s", "s")
        assert "loss ▴" in text_of(app)
        assert names(app)[:3] == ["adding-rnn", "story-lstm", "时间机器-gru"]
        # the mark stays on its run, wherever that goes
        assert app.screen.query_one(RunsTable).marked() == "story-lstm"
        await press(pilot, "s", "s")
        assert names(app) == newest
        title = next(row for row in rows_of(app) if "status" in row and "steps" in row)
        at = rows_of(app).index(title)
        await pilot.click(offset=(title.index("status") + 1, at))
        await settle(pilot)
        assert "status ▴" in text_of(app)
        await pilot.click(offset=(title.index("status") + 1, at))
        await settle(pilot)
        assert "status ▾" in text_of(app)

    play(app, go)


@pytest.mark.usefixtures("runs")
def test_filtering(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "slash", *"gru")
        assert len(names(app)) == 2
        await press(pilot, "space", "时", "enter")
        assert names(app) == ["时间机器-gru"]
        assert '1 with "gru 时"' in text_of(app)
        await press(pilot, "slash", *"zz", "enter")
        assert 'No run has "gru 时zz" in it' in text_of(app)
        assert screen_of(app).check_action("remove", ()) is None
        await press(pilot, "escape")
        assert len(names(app)) == 5

    play(app, go)


def test_a_run_that_trains_is_seen_to_grow(make_app: MakeApp, runs: Path) -> None:
    app = make_app("runs")
    run = RunFolder(runs / "adding-rnn")

    async def go(pilot: Pilot[None]) -> None:
        assert "! interrupted" in text_of(app)
        with run.lock():
            await press(pilot, "r")
            assert "▸ running" in text_of(app)
            write_steps(run, [0.125], first=1234)
            await until(pilot, "1,234")
        await until(pilot, "! interrupted")
        new = RunFolder(runs / "new")
        record = {"task": "echo", "settings": {}, "description": {}, "status": "finished"}
        new.create(record)
        await until(pilot, "6 runs")
        assert names(app)[0] == "new"

    play(app, go)


@pytest.mark.usefixtures("runs")
def test_opening_playing_comparing(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app("runs")
    asked: list[tuple[str, str | None]] = []

    async def note(self: MicrogradseqApp, message: OpenScreen) -> None:
        asked.append((message.mode, message.state))

    monkeypatch.setattr(MicrogradseqApp, "on_open_screen", note)

    async def go(pilot: Pilot[None]) -> None:
        assert screen_of(app).check_action("compare", ()) is None
        await press(pilot, "enter", "o", "p", "c", "down", "c", "C")
        assert asked == [
            ("train", "story-lstm"),
            ("train", "story-lstm"),
            ("play", "story-lstm"),
            ("compare", "story-lstm 时间机器-gru"),
        ]
        await press(pilot, "end", "o")
        assert "broken is damaged" in messages(app)[-1]
        assert len(asked) == 4

    play(app, go)


@pytest.mark.usefixtures("runs")
def test_at_most_four_are_chosen(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "c", "down", "c", "down", "c", "down", "c", "down", "c")
        assert messages(app) == ["4 runs can be compared; take one back with c"]
        await press(pilot, "up", "c", "down", "c")
        assert "◆ broken" in text_of(app)

    play(app, go)


def test_removing_and_undoing(make_app: MakeApp, runs: Path) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        assert screen_of(app).check_action("undo_remove", ()) is None
        await press(pilot, "d", "d")
        assert len(names(app)) == 3
        assert not (runs / "story-lstm").exists()
        await press(pilot, "u")
        assert names(app)[0] == "时间机器-gru"
        await press(pilot, "u")
        assert names(app)[0] == "story-lstm"
        assert "is removed" not in "".join(messages(app))
        assert RunFolder(runs / "story-lstm").read()["status"] == "finished"
        with RunFolder(runs / "story-lstm").lock():
            await press(pilot, "home", "d")
        assert "it is being trained by process" in messages(app)[-1]
        assert (runs / "story-lstm").exists()
        await press(pilot, "d")
        assert (runs / ".trash").exists()

    play(app, go)
    # leaving the app empties the trash
    assert not (runs / "story-lstm").exists()
    assert not (runs / ".trash").exists()


def test_renaming(make_app: MakeApp, runs: Path) -> None:
    app = make_app("runs")

    async def rename(pilot: Pilot[None], name: str) -> None:
        await press(pilot, "n")
        app.screen.query_one(Prompt).query_one(Input).value = ""
        await press(pilot, *name, "enter")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await rename(pilot, "book")
        assert names(app)[0] == "book"
        assert "● book" in text_of(app)
        await rename(pilot, "broken")
        await rename(pilot, "../x")
        told = messages(app)
        assert "runs/broken is there already; choose another name" in told
        assert any("cannot name a run" in message for message in told)
        await press(pilot, "n", *"zz", "escape")
        assert not app.screen.query_one(Prompt).display
        assert names(app)[0] == "book"
        assert (runs / "book").is_dir()

    play(app, go)


def test_exporting(make_app: MakeApp, runs: Path, tmp_path: Path) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "x", "enter")
        await until(pilot, "story-lstm.csv is written")
        written = (tmp_path / "story-lstm.csv").read_text().splitlines()
        assert len(written) == 101
        assert written[0].startswith("step,epoch,tokens,loss")
        await press(pilot, "x", "enter")
        await until(pilot, "is there already")
        await press(pilot, "x", *".doc", "enter")
        await until(pilot, "must end in .csv")
        await press(pilot, "x")
        app.screen.query_one(Input).value = "weights.safetensors"
        await press(pilot, "enter")
        await until(pilot, "has no latest checkpoint yet")

    play(app, go)


@pytest.mark.usefixtures("runs")
def test_the_curve_follows_the_mark(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def shown(pilot: Pilot[None], wanted: list[str]) -> None:
        view = app.screen.query_one(CurveView)
        deadline = time.monotonic() + 5
        while [each.name for each in view.shown_series()] != wanted:
            assert time.monotonic() < deadline
            await pilot.pause(0.02)

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "v")
        await shown(pilot, ["story-lstm"])
        await press(pilot, "down")
        await shown(pilot, ["时间机器-gru"])
        await press(pilot, "c", "up", "c")
        await shown(pilot, ["时间机器-gru", "story-lstm"])
        await settle(pilot)
        assert_snapshot(app, "runs_curve_80x24")
        await press(pilot, "escape")
        assert not app.screen.query_one("#panel").display

    play(app, go)


@pytest.mark.usefixtures("runs")
def test_any_size(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "v", "slash")
        for size in ((20, 5), (1, 1), (200, 60), (96, 30), (20, 5)):
            await resize(pilot, *size)
            rows_of(app)
        await resize(pilot, *SMALL)
        assert "story-lstm" in text_of(app)

    play(app, go)


def test_a_folder_that_vanishes(make_app: MakeApp, runs: Path) -> None:
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        for path in (runs / "story-lstm").iterdir():
            path.unlink()
        (runs / "story-lstm").rmdir()
        await press(pilot, "d")
        assert "cannot be removed" in messages(app)[-1]
        await press(pilot, "r")
        assert len(names(app)) == 4

    play(app, go)


def test_a_thousand_runs_stay_fluid(make_app: MakeApp, tmp_path: Path) -> None:
    text = '{"task":"adding","settings":{"cell":"gru"},"description":{},"status":"finished"}'
    line = b'{"event":"step","step":7,"epoch":0,"tokens":7,"loss":0.5,"elapsed":1.0}\n'
    for number in range(1000):
        folder = tmp_path / "runs" / f"run-{number:04}"
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(text)
        (folder / "events.jsonl").write_bytes(line * 10)
    app = make_app("runs")

    async def go(pilot: Pilot[None]) -> None:
        deadline = time.monotonic() + 20
        while len(names(app)) < 1000:
            assert time.monotonic() < deadline
            await pilot.pause(0.01)
        slowest = 0.0
        for key in ["end", "up", "home", "pagedown", "down"]:
            began = time.process_time()
            await press(pilot, key)
            slowest = max(slowest, time.process_time() - began)
        assert slowest < 0.5
        began = time.process_time()
        screen_of(app)._look()
        assert time.process_time() - began < 0.25

    play(app, go)
