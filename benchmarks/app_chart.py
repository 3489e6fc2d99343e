"""The chart of the app: how much CPU time a redraw takes.

Target at 120×40, four series of 100,000 points each: at most 20 ms CPU a redraw, whatever it was
that changed.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable

import numpy
from textual.app import App, ComposeResult

from microgradseq.charts.columns import Series
from microgradseq_tui.widgets.charts.curve_view import CurveView

SIZE = (120, 40)
POINTS, SERIES = 100_000, 4
ROUNDS = 40
TARGET = 20.0


class ChartApp(App[None]):
    """A chart alone."""

    def __init__(self) -> None:
        super().__init__()
        self.view = CurveView("Loss")

    def compose(self) -> ComposeResult:
        """The chart."""
        yield self.view


def curves() -> list[Series]:
    """Noisy curves that fall."""
    draws = numpy.random.default_rng(0)
    x = numpy.arange(1.0, POINTS + 1)
    return [
        Series(
            f"curve {place}",
            x,
            3 * numpy.exp(-x / POINTS * (2 + place)) + draws.normal(1.0, 0.1, POINTS),
            POINTS // 50,
        )
        for place in range(SERIES)
    ]


def redraws(view: CurveView, change: Callable[[int], object]) -> list[float]:
    """The CPU time of each redraw, in milliseconds.

    Arguments:
        view: the chart.
        change: what is done before each.
    """
    times = []
    for number in range(ROUNDS):
        begin = time.process_time()
        change(number)
        for line in range(view.size.height):
            view.render_line(line)
        times.append((time.process_time() - begin) * 1000)
    return times


async def measure() -> None:
    """Print the times."""
    app = ChartApp()
    async with app.run_test(size=SIZE) as pilot:
        view = app.view
        view.set_series(curves())
        await pilot.pause()

        def append(number: int) -> None:
            x = [POINTS + 1.0 + number]
            for place in range(SERIES):
                view.append(f"curve {place}", x, [1.0 + 0.1 * place])

        changes: dict[str, Callable[[int], object]] = {
            "the crosshair moves": lambda number: view.action_move_crosshair(1),
            "zoomed in or out": lambda number: view.action_zoom(0.5 if number % 2 else 2),
            "panned": lambda number: (
                view.action_pan(1 if number % 2 else -1) if number else view.action_zoom(4)
            ),
            "logarithmic or not": lambda number: view.action_toggle_log(),
            "four points more": append,
        }
        print(f"{SERIES} series of {POINTS:,} points at {SIZE[0]}×{SIZE[1]}; target {TARGET:g} ms")
        for name, change in changes.items():
            times = redraws(view, change)
            slow = statistics.quantiles(times, n=20)[-1]
            print(
                f"{name:22} {statistics.median(times):5.1f} ms CPU, "
                f"95th percentile {slow:5.1f} ms, longest {max(times):5.1f} ms"
            )


if __name__ == "__main__":
    asyncio.run(measure())
