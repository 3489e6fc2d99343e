"""An unrolled RNN, every operation a node, against HIPS autograd on the same mathematics.

Target: forward plus backward at least twice as fast at T=35, batch 32, hidden 256, in float32.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy

from microgradseq import Tensor

STEPS, BATCH, HIDDEN, SYMBOLS = 35, 32, 256, 28
ROUNDS = 30
NAMES = ("w_x", "w_h", "b_h", "w_y", "b_y")


def weights() -> list[numpy.ndarray[Any, Any]]:
    """Weights of an RNN with an output layer."""
    random = numpy.random.default_rng(0)
    shapes = [(SYMBOLS, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,), (HIDDEN, SYMBOLS), (SYMBOLS,)]
    return [(random.standard_normal(shape) * 0.05).astype("float32") for shape in shapes]


def batch() -> tuple[numpy.ndarray[Any, Any], numpy.ndarray[Any, Any]]:
    """One-hot inputs and target indices, time first."""
    symbols = numpy.random.default_rng(1).integers(0, SYMBOLS, (STEPS + 1, BATCH))
    return numpy.eye(SYMBOLS, dtype="float32")[symbols[:-1]], symbols[1:]


def hidden_states(xp: Any, inputs: Any, w_x: Any, w_h: Any, b_h: Any) -> list[Any]:
    """The states of all steps; the same line serves both libraries."""
    h = xp.zeros((BATCH, HIDDEN), dtype="float32")
    states = []
    for x in inputs:
        h = xp.tanh(x @ w_x + h @ w_h + b_h)
        states.append(h)
    return states


def ours(arrays: list[Any], inputs: Any, targets: Any) -> tuple[float, list[Any]]:
    """Loss and gradients with microgradseq."""
    w_x, w_h, b_h, w_y, b_y = leaves = [Tensor(array, requires_grad=True) for array in arrays]
    states = hidden_states(numpy, inputs, w_x, w_h, b_h)
    logits: Any = numpy.concatenate(states) @ w_y + b_y
    chances = logits.log_softmax()
    loss = -chances[numpy.arange(targets.size), targets.ravel()].mean()
    loss.backward()
    return loss.item(), [leaf.grad for leaf in leaves]


def theirs() -> Callable[[list[Any], Any, Any], tuple[float, list[Any]]]:
    """The same with HIPS autograd."""
    import autograd.numpy as anp  # noqa: PLC0415 - may be missing
    from autograd import value_and_grad  # noqa: PLC0415

    def loss(arrays: list[Any], inputs: Any, targets: Any) -> Any:
        w_x, w_h, b_h, w_y, b_y = arrays
        states = hidden_states(anp, inputs, w_x, w_h, b_h)
        logits = anp.concatenate(states) @ w_y + b_y
        shifted = logits - anp.max(logits, axis=1, keepdims=True)
        chances = shifted - anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True))
        return -anp.mean(chances[anp.arange(targets.size), targets.ravel()])

    return value_and_grad(loss)  # type: ignore[no-any-return]


def main() -> None:
    """Print milliseconds of both and the ratio, after comparing the gradients."""
    try:
        peer = theirs()
    except ImportError:
        print("autograd is not installed: make oracles installs it")
        return
    arrays, (inputs, targets) = weights(), batch()
    (_, mine), (_, other) = ours(arrays, inputs, targets), peer(arrays, inputs, targets)
    for gradient, expected in zip(mine, other, strict=True):
        numpy.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-6)
    times: dict[str, list[float]] = {"microgradseq": [], "autograd": []}
    for _ in range(ROUNDS):
        for name, work in (("microgradseq", ours), ("autograd", peer)):
            begin = time.perf_counter()
            work(arrays, inputs, targets)
            times[name].append(time.perf_counter() - begin)
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    for name, median in medians.items():
        print(f"{name:14} {median * 1000:6.2f} ms")
    print(f"{medians['autograd'] / medians['microgradseq']:.2f} times as fast")


if __name__ == "__main__":
    main()
