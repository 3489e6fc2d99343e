"""Keys that come without a pause between them, as a paste or a stalled line delivers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from microgradseq_tui.screens.compare import CompareScreen
from microgradseq_tui.screens.lesson import LessonScreen
from microgradseq_tui.screens.train import TrainScreen
from microgradseq_tui.widgets.train.form_view import FormView
from tests.tui.harness import play, settle, text_of, type_fast
from tests.tui.train_harness import until

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp


def test_keys_behind_one_that_opens_a_field_go_into_it(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("learn", "lesson chain-rule 12")
    started: list[object] = []
    monkeypatch.setattr(
        CompareScreen, "on_comparison_form_started", lambda _, message: started.append(message)
    )

    async def script(pilot: Pilot[None]) -> None:
        await settle(pilot)
        assert isinstance(app.screen, LessonScreen)
        await type_fast(pilot, ["a", "3", "enter"])
        await settle(pilot)
        assert isinstance(app.screen, LessonScreen)
        assert started == []
        assert "✗" in text_of(app), "the answer was judged"

    play(app, script)


def test_a_burst_fills_in_a_line_of_the_form(make_app: MakeApp) -> None:
    app = make_app("train")

    async def script(pilot: Pilot[None]) -> None:
        form = app.screen.query_one(FormView)
        await until(pilot, lambda: hasattr(form, "form"))
        # the fifth line is that of hidden units
        await type_fast(pilot, [*["down"] * 4, "enter", *["backspace"] * 3, "6", "4", "enter"])
        await settle(pilot)
        assert isinstance(app.screen, TrainScreen)
        assert form.form.text("hidden") == "64"
        await type_fast(pilot, ["space", "1"])
        assert app.screen.query_one(Input).value == "641"

    play(app, script)
