"""What the tests of Play share: a desk that writes fast, and how to wait for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.screens import play_desk
from microgradseq_tui.screens.play import PlayScreen
from tests.training.writing_run import writing_run
from tests.tui.conftest import MakeApp
from tests.tui.harness import (
    SMALL,
    play,
    settle,
    text_of,
)

LENGTH = 20
Scene = Callable[[Pilot[None], PlayScreen], Awaitable[None]]


@pytest.fixture(autouse=True, name="fast")
def writes_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play_desk, "LENGTH", LENGTH)
    monkeypatch.setattr(play_desk, "PACE", 0)
    monkeypatch.setattr(play_desk, "BURST", 10)
    monkeypatch.setattr(play_desk, "CALM", 0)


async def rest(pilot: Pilot[None]) -> None:
    """Wait until it has written, and was looked at from inside."""
    await settle(pilot)
    for _ in range(500):
        workers = [one for one in pilot.app.workers if not one.is_finished]
        if not workers:
            break
        await pilot.pause(0.01)
    await settle(pilot)


def screen_of(app: MicrogradseqApp) -> PlayScreen:
    screen = app.screen
    assert isinstance(screen, PlayScreen)
    return screen


def on_run(
    make_app: MakeApp,
    scene: Scene,
    target: str | None = "tide",
    size: tuple[int, int] = SMALL,
) -> None:
    app = make_app("play", target)

    async def script(pilot: Pilot[None]) -> None:
        await rest(pilot)
        await scene(pilot, screen_of(app))

    play(app, script, size)


def told(screen: PlayScreen) -> str:
    """What the app has said beside the screen."""
    return "\n".join(each.message for each in screen.app._notifications)


def seen(screen: PlayScreen) -> str:
    """What stands on the screen."""
    app = screen.app
    assert isinstance(app, MicrogradseqApp)
    return text_of(app)


def written(screen: PlayScreen) -> str:
    assert screen.session is not None
    return screen.session.text


@pytest.fixture(name="runs")
def made_runs(tmp_path: Path) -> Path:
    writing_run(tmp_path / "runs")
    return tmp_path / "runs"
