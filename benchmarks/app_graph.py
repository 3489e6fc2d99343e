"""The graph view of the app: laying out, and a step from the key to the painted frame.

Targets at 120×40, 95th percentile: a step under 50 ms for 200 nodes and 100 ms for 1,000; layout
under 100 ms for 200 nodes and 2 s for 1,000, cached afterwards.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from microgradseq import Graph, Value, scope
from microgradseq.graph.scene import DETAILS
from microgradseq.graph.scene_book import SceneBook
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


class StepsApp(App[None]):
    """A graph, and a key that takes the next step of its derivative."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "next", "next")]

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.steps = graph.steps()
        self.number = 0
        self.view = GraphView(graph, self.steps)
        self.drawn = 0.0

    def compose(self) -> ComposeResult:
        """The view alone."""
        yield self.view

    def action_next(self) -> None:
        """Take the next step, and note when the screen has been painted."""
        self.number = (self.number + 7) % len(self.steps)
        past = self.steps[: self.number + 1]
        edges = [
            (max(step.node, step.source), step.position)
            for step in past
            if step.source is not None and step.position is not None
        ]
        self.view.set_state(
            {step.node: step.total for step in past},
            active_node=past[-1].node,
            active_edge=edges[-1] if edges else None,
            walked=edges,
        )
        self.view.call_after_refresh(self.note)

    def note(self) -> None:
        """The frame is out."""
        self.drawn = time.perf_counter()


async def step_seconds(graph: Graph, zoom: int) -> list[float]:
    """The times from a key to its frame."""
    app = StepsApp(graph)
    times = []
    async with app.run_test(size=SIZE) as pilot:
        app.view.zoom = zoom
        await pilot.pause()
        for _ in range(PRESSES):
            begin = time.perf_counter()
            await pilot.press("n")
            while app.drawn < begin:
                await pilot.pause()
            times.append(app.drawn - begin)
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
            times = asyncio.run(step_seconds(graph, zoom))
            usual, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(
                f"{count:5} nodes, {detail:5}   layout {new:6.1f} ms, cached {again:.3f} ms   "
                f"step {usual * 1000:5.1f} ms, 95th percentile {slow * 1000:5.1f} ms"
            )


if __name__ == "__main__":
    main()
