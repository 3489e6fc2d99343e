"""The heat map on the screen: colours, glyphs without colours, room, and how often it is drawn."""

from __future__ import annotations

import numpy
import pytest
from textual.pilot import Pilot

from microgradseq.charts.heat_map import HeatMap
from microgradseq_tui.widgets.charts.heat_map import PACE, HeatMapView
from tests.tui.conftest import MakeApp
from tests.tui.harness import assert_snapshot, play, resize, settle, text_of


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
