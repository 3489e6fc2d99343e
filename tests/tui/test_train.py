"""Train: the form, the panels of a run that was made up, every control, and one real training."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from microgradseq.training.run_folder import RunFolder
from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.shell.prompt import Prompt
from microgradseq_tui.widgets.train.form_view import FormView
from tests.tui.harness import LARGE, SMALL, assert_snapshot, play, press, rows_of, settle, text_of
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


# --- the panels -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_a_live_run(live: RunFolder, make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        assert_snapshot(app, f"train_live_{size[0]}x{size[1]}")

    play(app, script, size)


def test_a_live_run_without_colours(
    live: RunFolder, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "d")
        assert_snapshot(app, "train_live_120x40_plain")

    play(app, script, LARGE)


def test_every_panel_alone(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))
    seen = {}

    async def script(pilot: Pilot[None]) -> None:
        for name in ("curves", "gradients", "samples", "notes", "all"):
            await press(pilot, "a")
            seen[name] = text_of(app)

    play(app, script, SMALL)
    assert "unigram" in seen["curves"]
    assert "step 80" in seen["gradients"]
    assert "forget" in seen["gradients"]
    assert "猫坐在家里 80" in seen["samples"]
    assert "Gradients vanish" in seen["notes"]
    assert "validation loss has turned" in seen["notes"].replace("\n", " ")
    assert "批次太大" in seen["notes"]
    assert "sat, 猫" in seen["all"]


def test_samples_are_kept_and_compared(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        assert "Sample at step 80 (4 of 4" in text_of(app)
        await press(pilot, "left_square_bracket")
        assert "Sample at step 60 (3 of 4" in text_of(app)
        await press(pilot, "right_square_bracket", "d")
        assert "the [-cat][+hat] sat" in text_of(app)

    play(app, script, LARGE)


def test_what_is_new_is_shown_and_a_cut_log_drawn_anew(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        write(live, [step_event(81)])
        look(app)
        await settle(pilot)
        assert "step 81 of 200" in text_of(app)
        write(live, [step_event(1), step_event(2)], keep=0)
        look(app)
        await settle(pilot)
        curve = app.screen.query_one(CurveView).shown_series()[0]
        assert curve.x.tolist() == [1.0, 2.0]

    play(app, script, LARGE)


def test_perplexity_is_e_to_the_loss(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "u")
        curve = app.screen.query_one(CurveView).shown_series()[0]
        assert curve.y[0] == pytest.approx(2.718281828**4)
        assert "Perplexity" in text_of(app)

    play(app, script, LARGE)


# --- the controls -----------------------------------------------------------------------------


def test_every_control_is_a_command(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "p", "s", "k")
        await answer(pilot, "l", "0.5")
        await answer(pilot, "c", "2")
        await answer(pilot, "e", "0.7")
        await answer(pilot, "t", "从前 ")
        live.update(status="paused")
        look(app)
        await press(pilot, "p", "X")

    play(app, script)
    assert commands(live) == [
        {"command": "pause"},
        {"command": "step"},
        {"command": "checkpoint"},
        {"command": "lr", "value": 0.5},
        {"command": "clip", "value": 2.0},
        {"command": "sample", "temperature": 0.7},
        {"command": "sample", "prefix": "从前 ", "temperature": 0.7},
        {"command": "resume"},
        {"command": "stop"},
    ]


def test_a_wrong_answer_is_told_of(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        await answer(pilot, "l", "fast")
        assert '"fast" is no number' in notices(app)
        await answer(pilot, "l", "-1")
        assert "above 0" in notices(app)
        await press(pilot, "c", "escape")
        assert not app.screen.query_one(Prompt).display

    play(app, script)
    assert commands(live) == []


@pytest.mark.parametrize(
    ("rate", "shown", "offered"),
    [(0.002574303, "0.002574", "0.002574"), (1500.0, "1,500", "1500")],
)
def test_the_rate_is_offered_as_it_is_shown(
    live: RunFolder, make_app: MakeApp, rate: float, shown: str, offered: str
) -> None:
    write(live, [step_event(81) | {"lr": rate}], live.events.stat().st_size)
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        assert re.search(rf"lr {shown}\s", text_of(app))
        await press(pilot, "l")
        # what stands in a field is read back: it has no commas
        assert app.screen.query_one(Prompt).query_one(Input).value == offered

    play(app, script)


def test_a_change_is_marked_on_the_curve(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train", str(live.path))

    async def script(pilot: Pilot[None]) -> None:
        assert "lr 0.01" in text_of(app)
        write(live, [told("control", 80, command="clip", value=3.0, accepted=True)])
        look(app)
        await settle(pilot)
        assert "clip 3" in text_of(app)

    play(app, script, LARGE)


def test_an_ended_run_takes_no_commands(run: RunFolder, make_app: MakeApp) -> None:
    run.update(status="finished")
    app = make_app("train", str(run.path))

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "p", "s", "l", "X", "R")

    play(app, script)
    assert commands(run) == []


# --- the form ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_the_form(run: RunFolder, make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app("train")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "g trains this" in text_of(app))
        assert_snapshot(app, f"train_form_{size[0]}x{size[1]}")

    play(app, script, size)


def test_a_form_with_a_mistake_gives_no_command_to_copy(make_app: MakeApp) -> None:
    app = make_app("train")

    async def script(pilot: Pilot[None]) -> None:
        form = app.screen.query_one(FormView)
        await press(pilot, "y")
        assert app.clipboard == "microgradseq train language --name language-lstm"
        app.copy_to_clipboard("")
        form.fill("layers", "many")
        await press(pilot, "y")
        assert app.clipboard == ""
        assert "layers must be a whole number, not 'many'" in text_of(app)

    play(app, script)


def test_a_live_run_is_attached_to(live: RunFolder, make_app: MakeApp) -> None:
    app = make_app("train")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "▸ 故事-lstm" in text_of(app))
        await press(pilot, "tab", "enter")
        await until(pilot, lambda: "step 80 of 200" in text_of(app))

    play(app, script)


def test_a_tiny_terminal_is_survived(live: RunFolder, make_app: MakeApp) -> None:
    for target in (None, str(live.path)):
        app = make_app("train", target)

        async def script(pilot: Pilot[None], app: MicrogradseqApp = app) -> None:
            assert len(rows_of(app)) == 5

        play(app, script, (20, 5))
