"""What the tests of Train share: the screen's parts, an answer to a question, patience."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot
from textual.widgets import Input

from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.screens.train import TrainScreen
from microgradseq_tui.widgets.shell.prompt import Prompt
from microgradseq_tui.widgets.train.dashboard import Dashboard
from tests.tui.harness import press, settle

PATIENCE = 15.0
"""Seconds to wait for another process."""


def screen_of(app: MicrogradseqApp) -> TrainScreen:
    assert isinstance(app.screen, TrainScreen)
    return app.screen


def board_of(app: MicrogradseqApp) -> Dashboard:
    return app.screen.query_one(Dashboard)


def notices(app: MicrogradseqApp) -> str:
    return "\n".join(notice.message for notice in app._notifications)


async def answer(pilot: Pilot[None], key: str, text: str) -> None:
    """Press a key that asks, and answer."""
    await press(pilot, key)
    pilot.app.screen.query_one(Prompt).query_one(Input).value = text
    await press(pilot, "enter")


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    for _ in range(int(PATIENCE / 0.05)):
        if true():
            await settle(pilot)
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came")
