"""The graph view of the app: laying out, and a step from the key to the painted frame.

Targets at 120×40, 95th percentile: a step under 50 ms for 200 nodes and 100 ms for 1,000; layout
under 100 ms for 200 nodes and 2 s for 1,000, cached afterwards.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from microgradseq import Graph, Value, scope
from microgradseq.graph.scene import DETAILS
from microgradseq.graph.scene_book import SceneBook
from microgradseq.lessons.walk_target import Target
from microgradseq.lessons.walkthrough import Walkthrough
from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.screens.walk import WalkScreen
from microgradseq_tui.widgets.graph import GraphView

SIZE = (120, 40)
ROUNDS = 5
PRESSES = 100
GATES = "ifgo"


def lstm(steps: int) -> Graph:
    """A scalar LSTM over some steps: 25 nodes a step and shared weights."""
    shared = {name: Value(0.3, name=name) for gate in GATES for name in ("W" + gate, "U" + gate)}
    h, c = Value(0.1, name="h0"), Value(0.2, name="c0")
    for t in range(1, steps + 1):
        x, gates = Value(0.5, name=f"x{t}"), {}
        for gate in GATES:
            with scope(t=t, gate=gate):
                sum_ = shared["W" + gate] * x + shared["U" + gate] * h
                gates[gate] = sum_.tanh() if gate == "g" else sum_.sigmoid()
        with scope(t=t):
            c = gates["f"] * c + gates["i"] * gates["g"]
            h = gates["o"] * c.tanh()
    return Graph.of(h)


async def step_seconds(graph: Graph, zoom: int, folder: Path) -> list[float]:
    """The times from a key to its frame, at steps all over a walk in the app."""
    app = MicrogradseqApp("runs", None, file=folder / "app.json")
    app.owns_process = True
    output = graph.sources[graph.output]
    assert isinstance(output, Value)
    screen = WalkScreen(Walkthrough(Target("lstm", output)))
    times: list[float] = []
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        view = screen.query_one(GraphView)
        view.zoom = zoom
        await pilot.pause()
        drawn: list[float] = []
        take_step = screen.action_next_step

        def step_and_note() -> None:
            take_step()
            view.call_after_refresh(lambda: drawn.append(time.perf_counter()))

        # noted from within the action: the pilot's own waiting is no part of a step
        vars(screen)["action_next_step"] = step_and_note
        for number in range(PRESSES):
            screen.walk.go(number * 7 % len(screen.walk.steps))
            drawn.clear()
            begin = time.perf_counter()
            await pilot.press("n")
            while not drawn:
                await pilot.pause()
            times.append(drawn[0] - begin)
    return times


def best(work: Callable[[], object]) -> float:
    """The shortest of some runs, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times) * 1000


def main() -> None:
    """Print the times."""
    for steps in (9, 46):
        graph = lstm(steps)
        count = len(graph.nodes)
        book = SceneBook(graph)
        for zoom, detail in enumerate(DETAILS):
            new = best(lambda graph=graph, detail=detail: SceneBook(graph).scene(detail))  # type: ignore[misc]
            book.scene(detail)
            again = best(lambda book=book, detail=detail: book.scene(detail))  # type: ignore[misc]
            with tempfile.TemporaryDirectory() as folder:
                times = asyncio.run(step_seconds(graph, zoom, Path(folder)))
            usual, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(
                f"{count:5} nodes, {detail:5}   layout {new:6.1f} ms, cached {again:.3f} ms   "
                f"step {usual * 1000:5.1f} ms, 95th percentile {slow * 1000:5.1f} ms"
            )


if __name__ == "__main__":
    main()
