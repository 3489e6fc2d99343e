"""A layer unrolled, every operation a node, against the same layer fused.

Target: forward plus backward at most three times as slow at T=35, batch 32, hidden 256, float32.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy

from microgradseq import nn, tensor

STEPS, BATCH, HIDDEN, SYMBOLS = 35, 32, 256, 28
ROUNDS = 25
CELLS = ("RNN", "GRU", "LSTM")


def sweep(cell: str, mode: str) -> Callable[[], None]:
    """Forward and backward of a layer."""
    layer = getattr(nn, cell)(SYMBOLS, HIDDEN, mode=mode)
    drawn = numpy.random.default_rng(0).standard_normal((STEPS, BATCH, SYMBOLS))
    x: Any = tensor(drawn.astype("float32"))

    def run() -> None:
        output, _ = layer(x)
        output.sum().backward()
        layer.zero_grad()

    return run


def main() -> None:
    """Print milliseconds of both forms, taken in turn, and the ratio."""
    for cell in CELLS:
        forms = {mode: sweep(cell, mode) for mode in ("unrolled", "fused")}
        times: dict[str, list[float]] = {mode: [] for mode in forms}
        for _ in range(ROUNDS):
            for mode, run in forms.items():
                begin = time.perf_counter()
                run()
                times[mode].append(time.perf_counter() - begin)
        medians = {mode: statistics.median(taken[3:]) * 1000 for mode, taken in times.items()}
        told = ", ".join(f"{mode} {median:6.2f} ms" for mode, median in medians.items())
        print(f"{cell:4}  {told}, {medians['unrolled'] / medians['fused']:.2f} times as slow")


if __name__ == "__main__":
    main()
