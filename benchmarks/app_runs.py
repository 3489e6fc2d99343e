"""Runs and Compare with much to show: a thousand run folders, and runs of a million events.

Targets: all folders listed within 2 s, a key's work under 50 ms, an
open and quiet table under 2% of a core; the curve of a run of a million events within 2 s.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from microgradseq.training.events import line_of
from microgradseq.training.run_folder import RunFolder
from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.screens.compare import CompareScreen
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.runs_table import RunsTable

SIZE = (120, 40)
FOLDERS, LINES, EVENTS = 1000, 200, 1_000_000
PRESSES, QUIET = 60, 5.0


def make_run(folder: Path, name: str, steps: int) -> None:
    """A finished run with a step event for each step."""
    run = RunFolder(folder / name)
    run.create({"task": "adding", "settings": {}, "description": {}, "status": "finished"})
    counts = {"gradient_norm": 0.8123, "lr": 0.002, "tokens_per_second": 151000.1}
    with run.events.open("wb") as log:
        for step in range(1, steps + 1):
            numbers = {"tokens": step * 1120, "loss": 3 / step**0.2, "perplexity": 4.5, **counts}
            event = {"event": "step", "step": step, "epoch": 0, **numbers, "elapsed": step / 1000}
            log.write(line_of(event))


async def key_times(pilot: Pilot[Any], presses: int) -> list[float]:
    """Seconds of work that a key asks for; the pilot's own waiting does not count."""
    times = []
    for press in range(presses):
        begin = time.process_time()
        await pilot.press("down" if press % 2 else "pagedown")
        times.append(time.process_time() - begin)
    return times


async def seconds_until(pilot: Pilot[Any], holds: Callable[[], bool]) -> float:
    """Seconds until something holds."""
    begin = time.perf_counter()
    while not holds():
        await pilot.pause(0.01)
    return time.perf_counter() - begin


async def thousand_folders(folder: Path) -> None:
    """List a thousand runs, press keys, and then do nothing."""
    app = MicrogradseqApp("runs", None, file=folder / "app.json")
    begin = time.perf_counter()
    async with app.run_test(size=SIZE) as pilot:
        table = app.screen.query_one(RunsTable)
        await seconds_until(pilot, lambda: len(table.names) == FOLDERS)
        print(f"{FOLDERS:,} folders listed {time.perf_counter() - begin:6.2f} s after the start")
        times = await key_times(pilot, PRESSES)
        slowest = statistics.quantiles(times, n=20)[-1]
        print(f"work of a key, 95th %   {slowest * 1000:6.1f} ms")
        used = time.process_time()
        await asyncio.sleep(QUIET)
        print(f"open and quiet          {(time.process_time() - used) / QUIET:6.1%} of a core")


async def million_events(folder: Path) -> None:
    """Draw the curve of a long run, and lay it beside another one."""
    app = MicrogradseqApp("runs", None, file=folder / "app.json")
    async with app.run_test(size=SIZE) as pilot:
        table = app.screen.query_one(RunsTable)
        await seconds_until(pilot, lambda: len(table.names) == 2)
        begin = time.perf_counter()
        await pilot.press("v")
        await seconds_until(
            pilot, lambda: any(view.shown_series() for view in app.screen.query(CurveView))
        )
        print(f"{EVENTS:,} events drawn  {time.perf_counter() - begin:6.2f} s after the key")
    app = MicrogradseqApp("compare", "long-0 long-1", file=folder / "app.json")
    begin = time.perf_counter()
    async with app.run_test(size=SIZE) as pilot:
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        await seconds_until(pilot, lambda: screen.has_class("-seeing"))
        print(f"two such runs compared  {time.perf_counter() - begin:6.2f} s after the start")


def main() -> None:
    """Print what was measured."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.chdir(folder)
        for number in range(FOLDERS):
            make_run(folder / "runs", f"run-{number}", LINES)
        asyncio.run(thousand_folders(folder))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.chdir(folder)
        for number in range(2):
            make_run(folder / "runs", f"long-{number}", EVENTS)
        asyncio.run(million_events(folder))


if __name__ == "__main__":
    main()
