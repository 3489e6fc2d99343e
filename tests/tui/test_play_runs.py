"""Play: choosing a run, and runs that cannot write, vanish, or write other symbols."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from microgradseq.errors import UserError
from microgradseq_tui.screens.play import PlayScreen
from tests.training.writing_run import writing_run
from tests.tui.conftest import MakeApp
from tests.tui.harness import (
    LARGE,
    press,
    resize,
    settle,
)
from tests.tui.play_scene import (  # noqa: F401
    LENGTH,
    Scene,
    made_runs,
    on_run,
    rest,
    screen_of,
    seen,
    told,
    writes_fast,
    written,
)


def test_a_run_is_chosen(make_app: MakeApp, runs: Path) -> None:
    writing_run(runs, "adding", "adding")

    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        names = [option.id for option in screen.query_one(OptionList).options]
        assert sorted(map(str, names)) == ["adding", "tide"]
        await press(pilot, *["down"] * names.index("tide"), "enter")
        await rest(pilot)
        assert len(written(screen)) == LENGTH
        await press(pilot, "r")
        assert screen.has_class("-choosing")
        assert "tide" not in seen(screen).splitlines()[1]
        await press(pilot, "escape")
        assert not screen.has_class("-choosing")
        assert "tide" in seen(screen).splitlines()[1]
        await press(pilot, "slash", "x", "escape")
        assert screen.focused is None

    on_run(make_app, scene, target=None)


def test_no_run_yet(make_app: MakeApp) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        assert "No network has been trained" in seen(screen)
        await press(pilot, "enter")
        await rest(pilot)
        assert screen.app.current_mode == "train"

    on_run(make_app, scene, target=None)


def test_a_run_that_does_not_write(make_app: MakeApp, tmp_path: Path) -> None:
    writing_run(tmp_path / "runs", "sums", "adding")

    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        assert "It does not write a text" in seen(screen)
        await press(pilot, "slash", "enter")
        await rest(pilot)
        assert "It answers" in seen(screen)
        await press(pilot, "space", "u")

    on_run(make_app, scene, target="sums", size=LARGE)


def test_a_run_that_cannot_be_opened(make_app: MakeApp, runs: Path) -> None:
    with pytest.raises(UserError, match="did you mean tide"):
        make_app("play", "tied")
    (runs / "tide" / "latest.safetensors").unlink()

    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        assert "no latest checkpoint" in told(screen)
        assert screen.query_one(OptionList).display

    on_run(make_app, scene)


def test_a_run_that_vanishes_under_its_feet(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        (runs / "tide" / "best.safetensors").unlink()
        await press(pilot, "left_square_bracket", "left_square_bracket")
        await rest(pilot)
        assert "no best checkpoint" in told(screen)
        await press(pilot, "right_square_bracket", "right_square_bracket")
        await rest(pilot)
        assert len(written(screen)) == LENGTH

    on_run(make_app, scene)


@pytest.mark.parametrize("unit", ["words", "bytes"])
def test_other_symbols(make_app: MakeApp, tmp_path: Path, unit: str) -> None:
    writing_run(tmp_path / "runs", symbols=unit)

    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        await press(pilot, "slash", *"The", "enter")
        await rest(pilot)
        assert written(screen).startswith("The")
        await press(pilot, "u", "g", "pageup", "left")
        await rest(pilot)
        seen(screen)

    on_run(make_app, scene)


def test_little_room(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        await press(pilot, "g", "u")
        await rest(pilot)
        for size in ((20, 5), (50, 10), (200, 60)):
            await resize(pilot, *size)
            seen(screen)
        screen.app.action_next_theme()  # type: ignore[attr-defined]
        await settle(pilot)

    on_run(make_app, scene)
