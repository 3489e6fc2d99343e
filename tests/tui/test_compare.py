"""Compare: the form, networks trained side by side, and runs laid side by side."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from microgradseq.errors import UserError
from microgradseq.training.event_log import EventWriter
from microgradseq.training.run_folder import RunFolder
from microgradseq_cli.compare import compare
from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.screens.compare import CompareScreen
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.compare.form import ComparisonForm
from microgradseq_tui.widgets.compare.side_by_side import SideBySide
from tests.tui.harness import (
    LARGE,
    SMALL,
    assert_snapshot,
    play,
    press,
    resize,
    rows_of,
    text_of,
    until,
)

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp

CELLS = {"rnn": 0.5, "gru": 0.9, "lstm": 0.95}
"""What each fake network keeps of a gradient from one time step to the one before."""
STEPS = 40


def fake_run(folder: Path, name: str, cell: str, steps: int = STEPS, status: str = "") -> RunFolder:
    """A run of a made-up network, with everything that the screen shows."""
    run = RunFolder(folder / name)
    settings = {"cell": cell, "hidden": 8, "seed": 0}
    record = {"task": "language", "settings": settings, "description": {}, "data": {"title": "海"}}
    run.create({**record, "status": status or "finished", "baselines": []})
    append(run, 1, steps, cell)
    return run


def append(run: RunFolder, first: int, last: int, cell: str) -> None:
    kept = CELLS[cell]
    log = EventWriter(run.events)
    if first == 1:
        start = {"event": "start", "step": 0, "parameters": 1000 + len(cell), "steps": STEPS}
        log.write({**start, "steps_per_epoch": 10, "time": 0.0, "elapsed": 0.0})
    for step in range(first, last + 1):
        end = {"elapsed": step / 10}
        numbers = {"tokens": 320 * step, "loss": 1 + 2 * kept**step, "perplexity": 9.0}
        numbers |= {"gradient_norm": 0.5, "lr": 0.01, "tokens_per_second": 3200.0}
        log.write({"event": "step", "step": step, "epoch": 0, **numbers, **end})
        if step % 10 == 0:
            text = f"the tide ({cell} {step})\n潮水来了"
            rest = {"prefix": "", "temperature": 1.0, "asked": False}
            log.write({"event": "sample", "step": step, "text": text, **rest, **end})
            norms = [kept ** (19 - place) for place in range(20)]
            rest = {"verdict": "steady", "gates": {}, "state": 0.5}
            log.write({"event": "flow", "step": step, "gradient_norms": norms, **rest, **end})
    log.close()


@pytest.fixture
def three(tmp_path: Path) -> Path:
    for cell in CELLS:
        fake_run(tmp_path / "runs", f"潮水-{cell}", cell)
    return tmp_path / "runs"


TARGET = "潮水-rnn 潮水-gru 潮水-lstm"


def seen_in(app: MicrogradseqApp) -> SideBySide:
    return app.screen.query_one(SideBySide)


def messages(app: MicrogradseqApp) -> str:
    return "\n".join(notice.message for notice in app._notifications)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.usefixtures("three")
def test_runs_side_by_side(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app("compare", TARGET)

    async def look(_: Pilot[None]) -> None:
        assert_snapshot(app, f"compare_runs_{size[0]}x{size[1]}")

    play(app, look, size)


@pytest.mark.usefixtures("three")
def test_each_part_alone(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app("compare", TARGET)

    async def look(pilot: Pilot[None]) -> None:
        assert_snapshot(app, "compare_runs_80x24_plain")
        await press(pilot, "a")
        assert "Loss by step" in text_of(app)
        assert "Gradient through time" not in text_of(app)
        await press(pilot, "a")
        shown = text_of(app)
        assert "What each came to" in shown
        rows = [row.split() for row in shown.splitlines()]
        for row in (
            "cell rnn gru lstm",
            "parameters 1,003 1,003 1,004",
            "steps 40 40 40",
            "tokens/s 3,200 3,200 3,200",
        ):
            assert row.split() in rows
        await press(pilot, "a")
        # 0.5¹⁹, 0.9¹⁹ and 0.95¹⁹: what is left of the gradient after nineteen steps back
        assert "rnn 1.9e-06 · gru 0.14 · lstm 0.38" in text_of(app)
        await press(pilot, "a")
        assert "潮水来了" in text_of(app)
        assert "the tide (gru 40)" in text_of(app)
        await press(pilot, "a")
        assert_snapshot(app, "compare_runs_80x24_plain")

    play(app, look)


@pytest.mark.usefixtures("three")
def test_earlier_and_later(make_app: MakeApp) -> None:
    app = make_app("compare", TARGET)

    async def go(pilot: Pilot[None]) -> None:
        assert "Samples at step 40 (4 of 4)" in text_of(app)
        await press(pilot, *["left_square_bracket"] * 2)
        assert "Samples at step 20 (2 of 4)" in text_of(app)
        assert "at step 20" in text_of(app)
        assert "(lstm 20)" in text_of(app)
        await press(pilot, *["left_square_bracket"] * 5)
        assert "(1 of 4)" in text_of(app)
        await press(pilot, *["right_square_bracket"] * 9)
        assert "(4 of 4)" in text_of(app)

    play(app, go, LARGE)


def test_a_run_that_grows_is_followed(make_app: MakeApp, three: Path) -> None:
    run = fake_run(three, "潮水-new", "gru", steps=15, status="running")
    with run.lock():
        app = make_app("compare", "潮水-rnn 潮水-new")

        async def go(pilot: Pilot[None]) -> None:
            assert "new ▸ step 15 of 40" in text_of(app)
            assert "(new 10)" not in text_of(app)
            view = app.screen.query_one(CurveView)
            append(run, 16, 40, "gru")
            await until(pilot, lambda: "new ▸ step 40 of 40" in text_of(app))
            assert view.shown_series()[1].x.tolist() == list(range(1, 41))
            run.update(status="finished")
            await until(pilot, lambda: "new ✓ finished" in text_of(app))
            run.record.rename(run.path / "away.json")
            seen_in(app).look()
            assert "… gone" in text_of(app)

        play(app, go, LARGE)


def test_other_data_is_told_of(make_app: MakeApp, three: Path) -> None:
    RunFolder(three / "潮水-gru").update(data={"title": "other"})
    app = make_app("compare", "潮水-rnn 潮水-gru")

    async def go(_: Pilot[None]) -> None:
        assert "! other data or seed" in text_of(app)

    play(app, go)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("潮水-rnn", "compare takes 2 to 4 different runs, or adding, story"),
        ("潮水-rnn nowhere", "there is no run 'nowhere'"),
        ("a b c d e", "compare takes 2 to 4"),
    ],
)
def test_targets_that_cannot_be(make_app: MakeApp, target: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        make_app("compare", target)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_the_form(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app("compare", "story")

    async def go(pilot: Pilot[None]) -> None:
        assert_snapshot(app, f"compare_form_{size[0]}x{size[1]}")
        await press(pilot, "up")
        assert app.screen.query_one("#target", Input).value == "adding"
        await press(pilot, "o", "y")
        assert "all together" in text_of(app)
        assert app.clipboard == (
            "microgradseq compare adding --on adding --networks 'rnn, gru, lstm' --all "
            "'hidden=64 unroll=100 batch=64 lr=0.01 forget_bias=3' --max-steps 1200 --seed 0 "
            "--together"
        )
        # the command line reads it, by the names of its options
        told = compare.make_context("compare", shlex.split(app.clipboard)[2:]).params
        assert (told["steps"], told["seed"], told["together"]) == (1200, 0, True)

    play(app, go, size)


def test_what_is_typed_is_judged_at_once(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("compare")
    started: list[object] = []
    monkeypatch.setattr(
        CompareScreen, "on_comparison_form_started", lambda _, message: started.append(message)
    )

    async def go(pilot: Pilot[None]) -> None:
        verdict = app.screen.query_one("#verdict", Static)
        for name, text, words in [
            ("networks", "rnn", "2 to 4 networks can be compared, not 1"),
            ("networks", "rnn, gruu", '"gruu" is no cell'),
            ("shared", "hiden=3", "did you mean hidden"),
            ("steps", "many", "steps must be a whole number, not 'many'"),
            ("target", "nowhere.txt", "there is no file 'nowhere.txt'"),
        ]:
            field = app.screen.query_one(f"#{name}", Input)
            kept = field.value
            field.value = text
            field.focus()
            await press(pilot, "enter")
            assert words in text_of(app)
            assert verdict.has_class("-wrong")
            field.value = kept
        await press(pilot, "g", "backspace")
        assert not started
        await press(pilot, "escape", "g")
        assert len(started) == 1

    play(app, go)


def fake_training(folder: Path, steps: int, code: int = 0) -> object:
    """Stands in for starting a trainer: the run is there at once, with all its steps."""

    class Child:
        code = 0

        async def wait(self) -> int:
            return code

        def words(self) -> str:
            return "no memory is left"

    async def start(arguments: Sequence[str]) -> Child:
        name = arguments[arguments.index("--name") + 1]
        if not code:
            fake_run(folder, name, name.split("-")[1], steps)
        return Child()

    return start


@pytest.mark.parametrize("order", ["", "o"], ids=["one after another", "together"])
def test_a_comparison_is_started(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(
        "microgradseq_tui.trainers.start_training", fake_training(tmp_path / "runs", STEPS)
    )
    app = make_app("compare")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, *([order] if order else []), "enter")
        await until(pilot, lambda: text_of(app).count("✓ finished") == 3)
        assert "adding problem, T=100" in text_of(app)
        await press(pilot, "y")
        assert app.clipboard == "microgradseq runs compare adding-rnn adding-gru adding-lstm"
        await press(pilot, "n")
        assert app.screen.query_one(ComparisonForm).display
        await press(pilot, "enter")
        await until(pilot, lambda: text_of(app).count("✓ finished") == 3)
        assert (tmp_path / "runs" / "adding-lstm-2").exists()

    play(app, go)


def test_a_trainer_that_fails_is_told_of(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "microgradseq_tui.trainers.start_training", fake_training(tmp_path, STEPS, code=1)
    )
    app = make_app("compare")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        await until(pilot, lambda: "rnn: no memory is left" in messages(app))
        assert text_of(app).count("… waiting") == 3

    play(app, go)


def test_two_tiny_networks_are_really_trained(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("compare")

    async def go(pilot: Pilot[None]) -> None:
        for name, text in [
            ("networks", "rnn, gru"),
            ("shared", "hidden=4 unroll=6 batch=4"),
            ("steps", "200000"),
        ]:
            app.screen.query_one(f"#{name}", Input).value = text
        await press(pilot, "g")
        first = RunFolder(tmp_path / "runs" / "adding-rnn")
        await until(pilot, lambda: "rnn ▸" in text_of(app))
        assert first.trainer() is not None
        await press(pilot, "X")
        await until(pilot, lambda: "▪ stopped" in text_of(app))
        assert first.status() == "stopped"
        # the second one was not begun any more
        assert not (tmp_path / "runs" / "adding-gru").exists()
        await press(pilot, "n")
        app.screen.query_one("#steps", Input).value = "20"
        await press(pilot, "o", "g")
        await until(pilot, lambda: text_of(app).count("✓ finished") == 2)

    play(app, go)


@pytest.mark.usefixtures("three")
def test_any_size(make_app: MakeApp) -> None:
    app = make_app("compare", TARGET)

    async def go(pilot: Pilot[None]) -> None:
        before = text_of(app)
        for size in ((20, 5), (1, 1), (200, 60), (96, 15)):
            await resize(pilot, *size)
            await press(pilot, "a")
            rows_of(app)
        await resize(pilot, *SMALL)
        await press(pilot, "a")
        assert text_of(app) == before

    play(app, go)
