"""The heat map on the screen: colours, glyphs without colours, room, and how often it is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from textual.pilot import Pilot

from microgradseq.charts.heat_map import HeatMap
from microgradseq_tui.screens.export import ExportScreen
from microgradseq_tui.screens.numbers import NumbersScreen
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.charts.heat_map import PACE, HeatMapView
from tests.tui.conftest import MakeApp
from tests.tui.harness import (
    LARGE,
    assert_snapshot,
    play,
    press,
    resize,
    settle,
    text_of,
    until,
)
from tests.tui.test_compare import fake_run


def signed_map() -> HeatMap:
    values = numpy.outer(numpy.linspace(-1, 1, 5), numpy.linspace(0.2, 1, 6))
    values[2, 3], values[0, 0] = numpy.nan, numpy.inf
    return HeatMap(values, ["层 1", "b", "c", "d", "e"], [*"machin"], "A map 🙂")


async def placed(pilot: Pilot[None], view: HeatMapView) -> HeatMapView:
    await pilot.app.screen.query("*").remove()
    await pilot.app.screen.mount(view)
    await settle(pilot)
    return view


@pytest.mark.parametrize("plain", [False, True])
def test_how_it_looks(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, plain: bool) -> None:
    if plain:
        monkeypatch.setenv("NO_COLOR", "1")
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, HeatMapView())
        view.show(signed_map(), marked=2)
        await settle(pilot)
        assert_snapshot(app, f"heat_map_40x12{'_plain' if plain else ''}")

    play(app, script, (40, 12))


def test_little_room_and_another_theme(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, HeatMapView(signed_map()))
        view.styles.height = 5
        await resize(pilot, 20, 5)
        assert "▀" in text_of(app)
        before = view.render_line(1)
        app.action_next_theme()
        await settle(pilot)
        assert view.render_line(1) != before

    play(app, script, (40, 12))


def test_many_maps_in_a_row_are_drawn_twice_a_second(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, HeatMapView(signed_map()))
        drawn: list[int] = []
        refresh = view.refresh
        view.refresh = lambda *all, **named: drawn.append(1) or refresh(*all, **named)  # type: ignore[method-assign, func-returns-value]
        for _ in range(50):
            view.show(signed_map())
        assert len(drawn) <= 1
        await pilot.pause(PACE * 1.2)
        assert 1 <= len(drawn) <= 2

    play(app, script, (40, 12))


def test_its_numbers_are_shown_and_written(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, HeatMapView(title="Gradients"))
        view.focus()
        await press(pilot, "v", "o")
        assert len(app.screen_stack) == 1
        view.show(signed_map())
        await press(pilot, "v")
        assert isinstance(app.screen, NumbersScreen)
        text = text_of(app)
        assert text.split("\n")[1].strip() == "Gradients"
        numbers = next(row.split() for row in text.split("\n") if row.strip().startswith("层 1"))
        assert numbers[2:4] == ["inf", "-0.36"]
        await press(pilot, "escape", "o")
        assert isinstance(app.screen, ExportScreen)

    play(app, script)


def test_the_keyboard_is_seen_to_be_there(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, HeatMapView(signed_map()))
        before = view.render_line(1)
        view.focus()
        await settle(pilot)
        assert view.render_line(1) != before

    play(app, script)


@pytest.mark.parametrize("mode", ["train", "compare"])
def test_where_runs_are_looked_at_the_numbers_are_a_key_away(
    make_app: MakeApp, tmp_path: Path, mode: str
) -> None:
    names = [fake_run(tmp_path / "runs", f"sea-{cell}", cell).name for cell in ("rnn", "gru")]
    app = make_app(mode, names[0] if mode == "train" else " ".join(names))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "Gradient through time" in text_of(app))
        await press(pilot, "tab")
        assert app.screen.query_one(HeatMapView).has_focus
        await press(pilot, "v")
        assert isinstance(app.screen, NumbersScreen)
        assert "Gradient through time" in text_of(app)
        await press(pilot, "escape", "shift+tab")
        assert app.screen.query_one(CurveView).has_focus
        heat_map, curves = app.screen.query_one(HeatMapView), app.screen.query_one(CurveView)
        for _ in range(5):
            await press(pilot, "a")
            if heat_map.region and not curves.region:
                break
        assert heat_map.region
        assert not curves.region
        await press(pilot, "v")
        assert isinstance(app.screen, NumbersScreen)

    play(app, script, LARGE)
