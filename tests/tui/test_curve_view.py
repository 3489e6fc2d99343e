"""The chart of curves: every key, the mouse, growing curves, odd numbers, and how it looks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy
import pytest
from textual.events import MouseMove, MouseScrollUp
from textual.pilot import Pilot
from textual.widgets import Input, Static

from microgradseq.charts.columns import Series
from microgradseq.charts.heat_map import HeatMap
from microgradseq.charts.number_table import HeatMapNumbers
from microgradseq_tui.screens.export import ExportScreen
from microgradseq_tui.screens.numbers import NumbersScreen, Sheet
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.charts.numbers_table import NumbersTable
from tests.tui.conftest import MakeApp
from tests.tui.harness import LARGE, SMALL, assert_snapshot, play, press, resize, settle, text_of


def falling(points: int = 1000) -> list[Series]:
    x = numpy.arange(1.0, points + 1)
    wave = 0.2 * numpy.sin(x * 1.7)
    counts = {"tokens": x * 64, "seconds": x / 8}
    heights = [3 * numpy.exp(-x / points * (2 + place)) + 0.5 + wave for place in range(3)]
    heights[2][points // 2 :] = numpy.nan
    names = ("lstm", "时间机器", "rnn")
    smoothing = max(1, points // 50)
    return [Series(name, x, y, smoothing, counts) for name, y in zip(names, heights, strict=True)]


async def placed(pilot: Pilot[None], series: list[Series] | None = None) -> CurveView:
    await pilot.app.screen.query("*").remove()
    view = CurveView("Loss by step")
    await pilot.app.screen.mount(view)
    view.focus()
    if series is not None:
        view.set_series(series)
    await settle(pilot)
    return view


def ends(view: CurveView) -> tuple[float, float]:
    chart = view.drawn_chart()
    assert chart is not None
    return chart.left, chart.right


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("plain", [False, True])
def test_how_it_looks(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], plain: bool
) -> None:
    if plain:
        monkeypatch.setenv("NO_COLOR", "1")
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, falling())
        view.set_baselines({"uniform": 3.3, "二元 bigram": 2.2})
        view.add_marks([(400.0, "lr 0.5")])
        view.crosshair = 300.0
        await settle(pilot)
        assert_snapshot(app, f"curves_{size[0]}x{size[1]}{'_plain' if plain else ''}")

    play(app, script, size)


def test_keys_move_the_crosshair_and_read_exact_numbers(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, falling())
        assert "+ Zoom" in text_of(app)
        await press(pilot, "end")
        assert view.crosshair == 1000
        last = text_of(app).splitlines()[-1]
        assert "step 1,000" in last
        assert f"● {falling()[0].y[-1]:.6g}"[:8] in last
        assert "◆" not in last
        assert "▲ nan" in last
        await press(pilot, "home", "right")
        first = view.crosshair
        assert first is not None
        assert 1 < first < 40
        await press(pilot, "pagedown", "left", "pageup", "right")
        assert view.crosshair == pytest.approx(first)
        await press(pilot, "escape")
        assert view.crosshair is None

    play(app, script)


def test_keys_zoom_pan_and_show_everything(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, falling())
        await press(pilot, "plus", "plus")
        left, right = ends(view)
        assert right - left == pytest.approx(999 / 4)
        assert "0 shows all" in text_of(app)
        await press(pilot, "less_than_sign")
        assert ends(view)[0] == pytest.approx(left - 999 / 8)
        await press(pilot, "greater_than_sign")
        assert ends(view)[0] == pytest.approx(left)
        await press(pilot, "minus")
        assert ends(view)[1] - ends(view)[0] == pytest.approx(999 / 2)
        await press(pilot, "end")
        assert ends(view)[1] == 1000
        await press(pilot, "0")
        assert ends(view) == (1, 1000)

    play(app, script)


def test_keys_change_the_axes(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, falling())
        await press(pilot, "g")
        chart = view.drawn_chart()
        assert chart is not None
        assert chart.axis.log
        await press(pilot, "x")
        assert (view.x_by, ends(view)) == ("tokens", (64, 64_000))
        await press(pilot, "x", "x")
        assert view.x_by == "step"

    play(app, script)


def test_the_mouse_reads_zooms_and_drags(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, falling())
        await pilot.hover(CurveView, offset=(40, 10))
        chart = view.drawn_chart()
        assert chart is not None
        assert view.crosshair == pytest.approx(chart.x_at(40 - chart.gutter))
        under = view.crosshair
        assert under is not None
        for _ in range(3):
            await pilot._post_mouse_events([MouseScrollUp], CurveView, offset=(40, 10))
        await settle(pilot)
        left, right = ends(view)
        assert right - left == pytest.approx(999 / 1.25**3)
        assert left < under < right
        await pilot.mouse_down(CurveView, offset=(40, 10))
        await pilot._post_mouse_events([MouseMove], CurveView, offset=(50, 10), button=1)
        await pilot.mouse_up(CurveView, offset=(50, 10))
        await settle(pilot)
        assert ends(view)[0] < left

    play(app, script)


def test_a_growing_curve(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot)
        assert "No points yet." in text_of(app)
        view.append("loss", [1.0], [3.0], {"tokens": [64.0]})
        await settle(pilot)
        assert text_of(app).count("●") == 2
        steps = numpy.arange(2.0, 121.0)
        for step in steps:
            view.append("loss", [step], [3 / step], {"tokens": [64 * step]})
        await settle(pilot)
        assert ends(view) == (1, 121)
        await press(pilot, "x", "end")
        assert "tokens 7,680" in text_of(app)
        view.append("loss", [60.0], [9.0], {"tokens": [64 * 60.0]})
        assert view.shown_series()[0].y.tolist()[-2:] == pytest.approx([3 / 59, 9])

    play(app, script)


@pytest.mark.parametrize(
    ("heights", "log", "words"),
    [
        ([], False, "No points yet."),
        ([numpy.nan, numpy.inf], False, "all 2 numbers are NaN or infinite"),
        ([0.0, -1.0], True, "none has a logarithm"),
        ([2.0], False, "●"),
        ([2.0, numpy.nan, numpy.inf, 1.0], True, "●"),
    ],
)
def test_odd_numbers(make_app: MakeApp, heights: list[float], log: bool, words: str) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        x = numpy.arange(float(len(heights)))
        view = await placed(pilot, [Series("a", x, numpy.array(heights))])
        view.logarithmic = log
        await settle(pilot)
        assert words in text_of(app)
        await press(pilot, "right", "plus", "end", "less_than_sign", "x", "home", "g", "0", "v")
        assert isinstance(app.screen, NumbersScreen)

    play(app, script)


def test_a_million_points_and_little_room(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        await placed(pilot, falling(1_000_000))
        for width, height in ((20, 5), (24, 6), (10, 2), (80, 24)):
            await resize(pilot, width, height)
            text_of(app)
        await press(pilot, *["plus"] * 12, "end")
        assert "step 1,000,000" in text_of(app)
        await press(pilot, "v", "end")
        assert "1000000" in text_of(app)

    play(app, script)


def test_the_theme_changes_its_colours(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        view = await placed(pilot, falling())
        before = view.render_line(0)
        app.action_next_theme()
        await settle(pilot)
        assert view.render_line(0) != before

    play(app, script)


def test_the_table_of_numbers(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def script(pilot: Pilot[None]) -> None:
        await placed(pilot, falling())
        await press(pilot, "v")
        assert_snapshot(app, "numbers_80x24")
        await press(pilot, "G")
        assert "1000" in text_of(app)
        assert "时间机器" in text_of(app)
        table = app.screen.query_one(NumbersTable)
        await press(pilot, "g", "j", "down", "up")
        assert table.scroll_offset.y == 1
        await press(pilot, "pagedown", "pageup", "right", "left", "end", "home", "space", "k")
        await press(pilot, "o")
        assert len(app.screen_stack) == 3
        await press(pilot, "escape", "escape")
        assert len(app.screen_stack) == 1

    play(app, script)


def test_the_numbers_of_a_wide_heat_map(make_app: MakeApp) -> None:
    app = make_app("labs")
    columns = [f"t {place}" for place in range(200)]
    heat_map = HeatMap(numpy.arange(600.0).reshape(3, 200) / 7, ["层 1", "b", "c"], columns)

    async def script(pilot: Pilot[None]) -> None:
        app.push_screen(NumbersScreen(Sheet("States", HeatMapNumbers(heat_map))))
        await settle(pilot)
        cut = text_of(app).split("\n")[5:8]
        assert all(row.endswith("…") for row in cut)
        await press(pilot, *["right"] * 12)
        assert all(re.match(r" +\S+( 1)?…", row) for row in text_of(app).split("\n")[5:8])
        assert "层 1" in text_of(app)
        assert "t 0 " not in text_of(app)
        await press(pilot, "o")
        assert isinstance(app.screen, NumbersScreen)

    play(app, script)


def test_export(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("labs")

    async def write(pilot: Pilot[None], name: str) -> str:
        app.screen.query_one(Input).value = name
        await settle(pilot)
        await press(pilot, "enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        if not isinstance(app.screen, ExportScreen):
            return ""
        return str(app.screen.query_one("#answer", Static).content)

    async def script(pilot: Pilot[None]) -> None:
        await placed(pilot, falling())
        await press(pilot, "o")
        assert_snapshot(app, "export_80x24")
        assert app.screen.query_one(Input).value == "loss-by-step.svg"
        assert "needs a name" in await write(pilot, " ")
        assert "must end in" in await write(pilot, "loss.png")
        assert "cannot be written" in await write(pilot, "none/loss.csv")
        assert await write(pilot, "loss.csv") == ""
        assert (tmp_path / "loss.csv").read_text(encoding="utf-8").count("\n") == 1001
        (tmp_path / "loss.csv").write_text("old", encoding="utf-8")
        await press(pilot, "o")
        assert "once more replaces it" in await write(pilot, "loss.csv")
        assert (tmp_path / "loss.csv").read_text(encoding="utf-8") == "old"
        await press(pilot, "enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert (tmp_path / "loss.csv").read_text(encoding="utf-8").startswith("step,lstm")

    play(app, script)
