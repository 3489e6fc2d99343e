"""The scalar engine against micrograd 0.1.0: the same graph, built and swept back.

Targets: forward plus backward at least 3 times as fast, a compiled replay at least 30 times.
"""

from __future__ import annotations

import random
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from microgradseq import Graph, Value

NODES = 10_000
ROUNDS = 30
LEAVES = 100


def build(number: type, nodes: int = NODES) -> Any:
    """A graph of products, sums and relus over shared leaves, like a deep scalar network."""
    numbers = random.Random(0)
    leaves = [number(numbers.uniform(-1, 1)) for _ in range(LEAVES)]
    x, made = leaves[0], 0
    while made < nodes:
        x = x * leaves[made % 97] + leaves[made * 7 % 89]
        made += 2
        if made % 10 == 0:
            x = x.relu()
            made += 1
    return x


def forward_and_backward(number: type) -> None:
    """What is timed for the engines that build their graph."""
    build(number).backward()


def seconds(work: Callable[[], object]) -> float:
    """Time of one run."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Print microseconds a node and the ratio to micrograd."""
    try:
        from micrograd.engine import Value as PeerValue  # noqa: PLC0415 - may be missing
    except ImportError:
        print("micrograd is not installed: make oracles installs it")
        return
    replay = Graph.of(build(Value)).compile()
    contenders: dict[str, Callable[[], object]] = {
        "micrograd": lambda: forward_and_backward(PeerValue),
        "microgradseq": lambda: forward_and_backward(Value),
        "compiled replay": replay,
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            times[name].append(seconds(work))
    peer = statistics.median(times["micrograd"])
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"{name:16} {median / NODES * 1e6:7.3f} µs a node   {peer / median:5.1f} times")


if __name__ == "__main__":
    # micrograd recurses once a node
    sys.setrecursionlimit(10 * NODES)
    threading.stack_size(512 * 1024 * 1024)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
