"""Train, from the form on, with trainers that are processes of their own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot
from textual.widgets import DirectoryTree, Static

from microgradseq.errors import UserError
from microgradseq.training.run_folder import RunFolder
from microgradseq_tui import trainers
from microgradseq_tui.screens.leave import LeaveScreen
from microgradseq_tui.screens.picker import PickerScreen
from microgradseq_tui.screens.train import TrainScreen
from microgradseq_tui.widgets.shell.marked_list import MarkedList
from microgradseq_tui.widgets.train.form_view import FormView
from tests.tui.harness import LARGE, play, press, text_of
from tests.tui.train_harness import answer, board_of, notices, screen_of, until

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp


def test_filling_in_the_form(make_app: MakeApp) -> None:
    app = make_app("train")

    async def script(pilot: Pilot[None]) -> None:
        form = screen_of(app).query_one(FormView)
        await until(pilot, lambda: hasattr(form, "form"))
        await press(pilot, "down", "right")
        assert form.form.text("task") == "digits"
        await press(pilot, "left", "down", "down", "down", "enter", "end", "x")
        assert "whole number" in text_of(app)
        await press(pilot, "enter")
        assert "✗ hidden" in text_of(app)
        await press(pilot, "g")
        assert not app.screen.has_class("-seeing")
        before = app.screen.query_one("#fields", MarkedList).option_count
        await press(pilot, "m")
        assert app.screen.query_one("#fields", MarkedList).option_count > before

    play(app, script)


def test_a_file_is_picked(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "书.txt").write_text("从前" * 99, encoding="utf-8")
    (tmp_path / ".hidden").mkdir()
    app = make_app("train")

    async def script(pilot: Pilot[None]) -> None:
        form = screen_of(app).query_one(FormView)
        await until(pilot, lambda: hasattr(form, "form"))
        await press(pilot, "f")
        assert isinstance(app.screen, PickerScreen)
        await until(pilot, lambda: "书.txt" in text_of(app))
        assert ".hidden" not in text_of(app)
        await press(pilot, "end", "enter")
        await until(pilot, lambda: isinstance(app.screen, TrainScreen))
        assert form.form.text("source") == "书.txt"
        assert "--corpus" in text_of(app)
        await press(pilot, "f")
        tree = app.screen.query_one(DirectoryTree)
        await press(pilot, "backspace")
        assert Path(tree.path).resolve() == tmp_path.parent.resolve()

        def marked() -> Path | None:
            entry = tree.cursor_node and tree.cursor_node.data
            return entry.path if entry else None

        # the folder that one comes from is marked
        await until(pilot, lambda: marked() == tmp_path)
        await press(pilot, "escape")

    play(app, script)


def test_a_real_training_from_the_form(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("train")
    fields = {"task": "adding", "hidden": "4", "batch": "8", "unroll": "6", "name": "sums"}
    fields |= {"max_steps": "100000", "epochs": "9999", "sample_every": "50"}
    run = RunFolder(tmp_path / "runs" / "sums")

    async def script(pilot: Pilot[None]) -> None:
        form = screen_of(app).query_one(FormView)
        await until(pilot, lambda: hasattr(form, "form"))
        for name, text in fields.items():
            form.fill(name, text)
        await press(pilot, "g")
        story = board_of(app).story
        await until(pilot, lambda: bool(story.step))
        await press(pilot, "p")
        await until(pilot, lambda: story.follower.status == "paused")
        await answer(pilot, "l", "0.5")
        samples = len(story.samples)
        await answer(pilot, "t", "")
        await until(pilot, lambda: len(story.samples) > samples and len(story.marks) == 3)
        assert [note.words for note in story.marks] == ["pause", "lr 0.5", "sample"]
        # leaving asks, and one can stay
        await press(pilot, "q")
        assert isinstance(app.screen, LeaveScreen)
        await press(pilot, "escape")
        await press(pilot, "X")
        await until(pilot, lambda: story.follower.status == "stopped")
        await press(pilot, "R")
        await until(pilot, lambda: run.status() == "running" and run.trainer() is not None)
        [child] = trainers.running()
        child.kill()
        await until(pilot, lambda: board_of(app).story.follower.status == "interrupted")
        assert "interrupted" in text_of(app)
        killed = board_of(app).story.step["step"]
        await press(pilot, "R")
        await until(pilot, lambda: board_of(app).story.follower.status == "running")
        await until(pilot, lambda: board_of(app).story.step.get("step", 0) > killed)
        assert board_of(app).story.step["lr"] == 0.5
        await press(pilot, "q", "s")
        await until(pilot, lambda: run.status() == "stopped")

    play(app, script)
    assert trainers.running() == []


def test_a_trainer_that_cannot_begin_says_why(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("train")
    book = tmp_path / "book.txt"
    book.write_bytes(b"\xff\x00" * 9)

    async def script(pilot: Pilot[None]) -> None:
        form = screen_of(app).query_one(FormView)
        await until(pilot, lambda: hasattr(form, "form"))
        form.fill("source", "book.txt")
        await press(pilot, "g")
        await until(pilot, lambda: "book.txt" in notices(app))
        await until(pilot, lambda: not app.screen.has_class("-seeing"))

    play(app, script, LARGE)


def test_a_training_outlives_the_app(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("train")
    run = RunFolder(tmp_path / "runs" / "sums")
    arguments = ["adding", "--name", "sums", "--hidden", "4", "--epochs", "9999", "--unroll", "6"]
    made: list[trainers.TrainerChild] = []

    async def script(pilot: Pilot[None]) -> None:
        made.append(await trainers.start_training(arguments))
        await until(pilot, lambda: run.trainer() is not None)
        await press(pilot, "q")
        words = app.screen.query_one("#names", Static).render()
        assert "sums" in str(words)
        await press(pilot, "l")

    play(app, script)
    assert made[0].code is None
    assert run.trainer() is not None
    assert asyncio.run(made[0].stop()) == 0
    assert run.status() == "stopped"


def test_the_form_begins_with_a_file_that_was_named(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "my book.txt").write_text("the tide came in\n" * 90, encoding="utf-8")
    app = make_app("train", "my book.txt")

    async def script(pilot: Pilot[None]) -> None:
        form = screen_of(app).query_one(FormView)
        await until(pilot, lambda: hasattr(form, "form"))
        told = "microgradseq train language --corpus 'my book.txt' --name my-book-lstm"
        assert told in text_of(app)

    play(app, script, LARGE)
    with pytest.raises(UserError, match="there is no run 'no book"):
        make_app("train", "no book.txt")
