"""One LSTM step at batch 1 with output layer, as in sampling: ours beside PyTorch's LSTMCell.

Target: at least 3 times PyTorch at hidden size 256.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable

import numpy

from microgradseq.nn.fused.step import LSTMStep
from microgradseq.nn.fused.threads import blas_threads

SYMBOLS, ROUNDS, CALLS = 28, 30, 200
Run = Callable[[], numpy.ndarray]


def drawn(hidden: int) -> list[numpy.ndarray]:
    """Weights in PyTorch's order, the output layer's last."""
    random = numpy.random.default_rng(0)
    rows = 4 * hidden
    shapes = [(rows, SYMBOLS), (rows, hidden), (rows,), (rows,), (SYMBOLS, hidden), (SYMBOLS,)]
    return [random.uniform(-0.1, 0.1, shape).astype("float32") for shape in shapes]


def ours(hidden: int) -> Run:
    """Some steps with prepared weights; gives the last logits."""
    weight_ih, weight_hh, *biases, weight, bias = drawn(hidden)
    step = LSTMStep(weight_ih, weight_hh, biases, (weight, bias))

    def run() -> numpy.ndarray:
        h, c = numpy.zeros((2, 1, hidden), "float32")
        for number in range(CALLS):
            h, c, logits = step(number % SYMBOLS, h, c)
        return logits  # type: ignore[return-value]

    return run


def pytorch(hidden: int) -> Run:
    """The same with LSTMCell and Linear."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    cell, head = torch.nn.LSTMCell(SYMBOLS, hidden), torch.nn.Linear(hidden, SYMBOLS)
    with torch.no_grad():
        for parameter, array in zip(
            [*cell.parameters(), *head.parameters()], drawn(hidden), strict=True
        ):
            parameter.copy_(torch.from_numpy(array))
    rows = torch.eye(SYMBOLS)

    def run() -> numpy.ndarray:
        with torch.inference_mode():
            state = (torch.zeros(1, hidden), torch.zeros(1, hidden))
            for number in range(CALLS):
                symbol = number % SYMBOLS
                state = cell(rows[symbol : symbol + 1], state)
                logits = head(state[0])
            return logits.numpy()  # type: ignore[no-any-return]

    return run


def main() -> None:
    """Print a table."""
    makers = {"ours": ours}
    if importlib.util.find_spec("torch") is not None:
        makers["pytorch"] = pytorch
    for hidden in (64, 128, 256, 512):
        runs = {name: make(hidden) for name, make in makers.items()}
        first = runs["ours"]()
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                with blas_threads(1):
                    begin = time.perf_counter()
                    logits = run()
                    times[name].append((time.perf_counter() - begin) / CALLS * 1e6)
                numpy.testing.assert_allclose(logits, first, atol=1e-4)
        medians = {name: statistics.median(found) for name, found in times.items()}
        row = "".join(f"  {name} {medians[name]:7.1f} µs" for name in runs)
        ratio = f"  ratio {medians['pytorch'] / medians['ours']:.2f}" if len(runs) > 1 else ""
        print(f"hidden {hidden:4}{row}{ratio}", flush=True)


if __name__ == "__main__":
    main()
