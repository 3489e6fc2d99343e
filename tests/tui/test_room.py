"""Where there is little room, nothing is torn apart, and every key is told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.pilot import Pilot

from microgradseq.training.event_log import EventWriter
from microgradseq.training.run_folder import RunFolder
from microgradseq_tui.widgets.runs_table import RunsTable
from tests.tui.harness import play, press, rows_of, settle, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import MakeApp


@pytest.fixture
def long_run(tmp_path: Path) -> RunFolder:
    """A finished run whose numbers need more than one line of a small terminal."""
    run = RunFolder(tmp_path / "runs" / "story-lstm")
    record = {"task": "language", "settings": {"cell": "lstm"}, "description": {}}
    run.create({**record, "status": "finished"})
    log = EventWriter(run.events)
    numbers = {"epoch": 0, "tokens": 38400, "loss": 1.96917, "perplexity": 7.1671}
    more = {"gradient_norm": 0.5, "lr": 1.0973e-07, "tokens_per_second": 4266.0}
    log.write({"event": "step", "step": 300, **numbers, **more, "elapsed": 18.0})
    log.close()
    return run


@pytest.mark.usefixtures("long_run")
def test_the_state_of_a_training_is_broken_between_its_parts(make_app: MakeApp) -> None:
    app = make_app("train", "story-lstm")

    async def look(_: Pilot[None]) -> None:
        first, second = (row.strip() for row in rows_of(app)[1:3])
        assert first == "✓ story-lstm finished   step 300   loss 1.969   perplexity 7.167"
        assert second == "lr 1.097e-07"

    play(app, look)


def test_a_pause_says_how_it_ends(make_app: MakeApp, long_run: RunFolder) -> None:
    long_run.update(status="paused")
    with long_run.lock():
        app = make_app("train", "story-lstm")

        async def look(_: Pilot[None]) -> None:
            assert "p goes on" in text_of(app)

        play(app, look)


@pytest.mark.usefixtures("long_run")
def test_the_story_of_a_run_is_broken_between_its_parts(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def look(pilot: Pilot[None]) -> None:
        await settle(pilot)
        assert "perplexity 7.167\n  18 s\n" in text_of(app)
        await press(pilot, "v")
        assert "Loss by step" in text_of(app)

    play(app, look)


@pytest.mark.usefixtures("long_run")
def test_a_question_leaves_the_table_as_wide_as_it_was(make_app: MakeApp) -> None:
    app = make_app("runs")

    async def look(pilot: Pilot[None]) -> None:
        await settle(pilot)
        table = app.screen.query_one(RunsTable)
        before = table.size.width
        await press(pilot, "x")
        assert table.size.width == before
        assert not table.show_horizontal_scrollbar
        assert "or .tensorboard: story-lstm.csv" in text_of(app)

    play(app, look)


def test_why_a_training_failed_is_told_at_once(make_app: MakeApp, long_run: RunFolder) -> None:
    log = EventWriter(long_run.events, long_run.events.stat().st_size)
    end = {"status": "failed", "reason": "the loss was not finite", "loss": None}
    log.write({"event": "end", "step": 300, **end, "best_loss": None, "elapsed": 18.0})
    log.close()
    long_run.update(status="failed")
    app = make_app("train", "story-lstm")

    async def look(_: Pilot[None]) -> None:
        assert "failed   the loss was not finite" in text_of(app)
        assert "None yet" not in text_of(app)

    play(app, look)


def test_the_form_tells_of_its_keys(make_app: MakeApp) -> None:
    app = make_app("train")

    async def look(pilot: Pilot[None]) -> None:
        await settle(pilot)
        assert "→ Next choice" in rows_of(app)[-1]

    play(app, look)


def test_a_field_of_compare_tells_of_its_keys(make_app: MakeApp) -> None:
    app = make_app("compare")

    async def look(pilot: Pilot[None]) -> None:
        assert "Enter trains the marked comparison" in text_of(app)
        await press(pilot, "tab")
        assert "Enter trains what the fields say; Esc goes back to the list." in text_of(app)

    play(app, look)
