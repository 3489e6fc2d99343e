"""Laying out and drawing graphs of unrolled networks.

Targets: `draw --format text` of a 200-node graph below 0.5 s as a whole process; laying out 1,000
nodes below 2 s.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from microgradseq import Graph, Value, scope
from microgradseq.graph.picture import picture_of

ROUNDS = 9


def unrolled(steps: int) -> Graph:
    """A scalar RNN over some steps: five nodes a step and shared weights."""
    w_x, w_h, bias = Value(0.3, name="wx"), Value(0.9, name="wh"), Value(0.1, name="b")
    h = Value(0.0, name="h0")
    for t in range(steps):
        with scope(t=t):
            x = Value(float(t % 3), name=f"x{t}")
            h = (w_x * x + w_h * h + bias).tanh()
            h.name = f"h{t + 1}"
    return Graph.of(h)


def median_seconds(work: Callable[[], object]) -> float:
    """Median time of some runs."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def formula(nodes: int) -> str:
    """A formula whose graph has about so many nodes."""
    lines = ["s0=a*b"]
    lines += [f"s{k}=tanh(s{k - 1}*a)" for k in range(1, nodes // 2)]
    return "; ".join(lines)


def main() -> None:
    """Print the times."""
    for steps in (33, 166):
        graph = unrolled(steps)
        seconds = median_seconds(lambda graph=graph: picture_of(graph))  # type: ignore[misc]
        print(f"layout of {len(graph.nodes):5} nodes   {seconds * 1000:7.1f} ms")
        seconds = median_seconds(graph.to_text)
        print(f"drawing {len(graph.nodes):5} nodes     {seconds * 1000:7.1f} ms")
    command = [str(Path(sys.executable).parent / "microgradseq"), "draw", formula(200)]
    command += ["--at", "a=0.5", "--at", "b=2"]
    seconds = median_seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
    print(f"draw of 200 nodes, whole process   {seconds:.3f} s")


if __name__ == "__main__":
    main()
