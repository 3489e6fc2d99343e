"""Train: trainers that die or fail, folders that go away, and what has still to come."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from textual.pilot import Pilot

from microgradseq.training.run_folder import RunFolder
from microgradseq_tui.screens.train import TrainScreen
from microgradseq_tui.widgets.train.form_view import FormView
from tests.tui.harness import LARGE, play, press, settle, text_of
from tests.tui.train_harness import answer, notices, until
from tests.tui.train_scene import (  # noqa: F401
    commands,
    live_run,
    look,
    made_up_run,
    step_event,
    story_events,
    told,
    write,
)

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp


def test_a_dead_trainer_is_told_of_and_the_run_continued(
    run: RunFolder, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    async def start(self: TrainScreen, arguments: list[str]) -> None:
        started.append(arguments)

    monkeypatch.setattr(TrainScreen, "_train", start)
    monkeypatch.setattr("microgradseq.training.rewind.rewind", lambda folder, which: 60)
    app = make_app("train", str(run.path))

    async def script(pilot: Pilot[None]) -> None:
        assert "! 故事-lstm interrupted" in text_of(app)
        await press(pilot, *4 * ["a"])
        assert "ended without a word; R goes on from the last checkpoint" in text_of(app)
        await press(pilot, "R")
        # the curve may lose what came after the checkpoint: it is said where it goes on
        await until(pilot, lambda: "Going on from step 60" in notices(app))

    play(app, script)
    assert started == [["--resume", str(run.path)]]


def test_what_is_not_there_yet_is_told_with_its_step(live: RunFolder, make_app: MakeApp) -> None:
    early = [*story_events()[:9], told("sample", 8, text="mine", prefix="m", temperature=1.0)]
    live.events.unlink()
    write(live, early)
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        # a sample that was asked for brings no report
        assert "No report yet; the first comes at step 200." in text_of(app)
        live.update(settings={"cell": "lstm", "sample_every": 40})
        look(app)
        await settle(pilot)
        assert "No report yet; the first comes at step 40." in text_of(app)
        write(live, [step_event(step) for step in range(9, 41)], live.events.stat().st_size)
        look(app)
        await settle(pilot)
        assert "No report." in text_of(app)

    play(app, script, LARGE)


def test_why_a_trainer_failed_stays_to_be_read(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    class Failed:
        folder: RunFolder | None = None

        async def wait(self) -> int:
            return 1

        def words(self) -> str:
            return "No space left on device"

    async def script(pilot: Pilot[None]) -> None:
        screen: Any = app.screen
        child = Failed()
        await screen._await_end(child)
        await settle(pilot)
        assert "✗ No space" not in text_of(app)
        child.folder = screen._folder
        await screen._await_end(child)
        await press(pilot, *4 * ["a"])
        assert "✗ No space left on device" in text_of(app)

    play(app, script)


def test_a_folder_that_goes_away_is_told_of(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        shutil.rmtree(live.path)
        look(app)
        await settle(pilot)
        assert "not there any more" in text_of(app)
        await press(pilot, "n")
        assert app.screen.query_one(FormView).display

    play(app, script)


def test_a_damaged_folder_is_told_of(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        live.record.write_text("{", encoding="utf-8")
        look(app)
        await settle(pilot)
        assert "unreadable" in text_of(app)

    play(app, script)


def test_no_checkpoint_to_go_back_to_is_told_of(run: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(run.path))

    async def script(pilot: Pilot[None]) -> None:
        await answer(pilot, "w", "best")
        await until(pilot, lambda: "has no best checkpoint" in notices(app))

    play(app, script, LARGE)
